"""tasukictl render: every name and number of the files stands on the paper,
hostile ones too; targets, sets, exit codes."""
import csv
import datetime
import glob
import io
import json
import os
import re
import struct
import subprocess
import unicodedata
import zlib

import diagram
import gen
import lab as lab_module
import pytest

CONFIG = os.path.join(lab_module.ROOT, "config")
GOOD = os.path.join(lab_module.TESTS, "data", "standard", "good",
                    "every-kind")
CARE, VISIT = "1379900010", "1379900028"
STAMP = "20261124150000"
# a dark rectangle, twice as high as wide, in the upper left of white paper
PHOTO = diagram.jpeg([20 if 8 <= x < 24 and 4 <= y < 36 else 250
                      for y in range(diagram.SIZE)
                      for x in range(diagram.SIZE)])


def render(binaries, *words, lang="C.UTF-8"):
    env = {k: v for k, v in os.environ.items()
           if k not in ("LC_ALL", "LC_MESSAGES")}
    done = subprocess.run(
        [os.path.join(binaries, "tasukictl"), "render", "--standard",
         os.path.join(CONFIG, "standard"), *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        timeout=300, env={**env, "LANG": lang})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def squeeze(text):
    """Letters and digits in the order they stand, however they wrap."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def text_of(pdf):
    """The text of all pages in the order it was drawn."""
    return "".join(text_of_pages(pdf))


def raw_text(pdf):
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], check=True,
                          capture_output=True)
    return done.stdout.decode()


def text_of_pages(pdf):
    return [squeeze(p) for p in raw_text(pdf).split("\f")[:-1]]


def stands_in(value, text):
    """Value is there, whole or in the lines of its cell: the lines of cells
    beside each other come mixed."""
    while value and value not in text:
        n = len(value)
        while n > 0 and value[:n] not in text:
            n -= 1
        if n < 3:
            return False
        value = value[n:]
    return True


def sound(pdf):
    done = subprocess.run(["qpdf", "--check", str(pdf)], check=False,
                          capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def cells(path):
    with open(path, "rb") as f:
        text = f.read().decode("cp932")
    return list(csv.reader(io.StringIO(text)))


def fields(kind):
    path = os.path.join(CONFIG, "standard", "layouts", kind + ".tsv")
    with open(path, encoding="utf-8") as f:
        return [row["name_en"] for row in csv.DictReader(
            (line for line in f if not line.startswith("#")),
            delimiter="\t", quoting=csv.QUOTE_NONE)]


def month(tmp_path, clients=30, seed=3):
    corp = gen.Corporation(
        gen.Office(CARE, "43", "居宅①", 1, "bus", "care"),
        [gen.Office(VISIT, "11", "ヘルパー髙﨑", 1, "bus", "visit")],
        gen.Office("1379900093", "17", "㈱德永福祉用具", 0, "pdf", ""))
    return gen.month(str(tmp_path / "csv"), datetime.date(2026, 12, 1),
                     clients, seed, corp)


# What is printed as it stands in the file; codes, dates and amounts are
# written otherwise.
PRINTED = {
    "insured_number", "insurer_number", "client_name", "client_name_kana",
    "plan_staff_name", "service_office_name", "service_office_number",
    "service_code", "equipment_name", "plan_author_name",
    "care_management_office_name", "care_management_office_number",
    "assessment_result", "review_board_opinion", "overall_policy", "issue",
    "long_term_goal", "short_term_goal", "long_term_period",
    "short_term_period", "service_content", "service_kind", "frequency",
    "service_period", "weekly_service_content", "daily_activity",
    "non_weekly_service"}


def test_every_name_and_number(binaries, tmp_path):
    paths = [p for p in month(tmp_path) if f"_{VISIT}_" in p]
    pdf = tmp_path / "out.pdf"
    code, out, err = render(binaries, "--json", "--pdf", pdf, *paths)
    assert (code, err) == (0, "")
    assert json.loads(out)["left"] == 0
    sound(pdf)
    text = text_of(pdf)
    looked = 0
    for path in paths:
        kind = os.path.basename(path).split("_")[0]
        names = fields(kind)
        # a total of all stands in the foot without its pseudo codes
        for row in cells(path):
            for name, value in zip(names, row):
                if name not in PRINTED or value in ("", "999999",
                                                    "9999999999"):
                    continue
                looked += 1
                assert stands_in(squeeze(value), text), (kind, name)
    assert looked > 1000


def test_every_kind(binaries, tmp_path):
    """One paper of every form, from the corpus, on every target."""
    files = sorted(glob.glob(os.path.join(GOOD, "*.CSV")))
    pdf, tif = tmp_path / "a.pdf", tmp_path / "a.tif"
    code, out, err = render(binaries, "--json", "--pdf", pdf, "--fax", tif,
                            "--png", tmp_path / "p", "--dpi", "50", *files)
    assert (code, err) == (0, "")
    told = json.loads(out)
    sound(pdf)
    text = text_of(pdf)
    for title in ("サービス提供票", "サービス提供票別表", "居宅サービス計画書(1)",
                  "居宅サービス計画書(2)", "週間サービス計画表", "利用者基本情報",
                  "介護予防サービス・支援計画書", "削除のお知らせ"):
        assert squeeze(title) in text, title
    assert len(glob.glob(str(tmp_path / "p-*.png"))) == told["pages"]
    with open(tif, "rb") as f:
        assert f.read(4) == b"II*\0"


def use_row(insured="0000000001", office="事業所", name="", code="111111",
            day=1, count=1, tais=""):
    return ["202407", "131227", insured, "20261124", "202612", CARE, "担当",
            "100", "0", "202612%02d" % day, "", "0900", "1000", str(count),
            code, tais, "", name, "", VISIT, office, "", "0", CARE, ""]


def write(folder, kind, rows, encoding="cp932", stamp=STAMP, month_="202612"):
    name = "_".join([kind] + ([month_] if month_ else []) +
                    [CARE, "43", VISIT, "11", stamp]) + ".CSV"
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    path = folder / name
    path.write_bytes(out.getvalue().encode(encoding))
    return path


EVIL = ["a)b", "x\\)y", "endobj", "%%EOF", "(((", "1 0 obj << /JS (x) >>",
        "線\r\n二行", "\\377\\000", "</text><b>", "${HOME}`id`",
        "ソ表能十\\", "①㈱髙﨑濵德"]


@pytest.mark.parametrize("target", ["--pdf", "--fax", "--png"])
def test_evil_names(binaries, tmp_path, target):
    """T28."""
    rows = [use_row(insured="%010d" % i, office=evil)
            for i, evil in enumerate(EVIL)]
    path = write(tmp_path, "UPPLAN", rows)
    out = tmp_path / "out.pdf"
    code, _, err = render(binaries, target, out, path)
    assert (code, err) == (0, "")
    if target == "--pdf":
        sound(out)
        text = text_of(out)
        for evil in EVIL:
            assert squeeze(evil) in text, evil


def test_long_texts_are_all_there(binaries, tmp_path):
    """Numbered words: each comes once, in order, whatever page it is on."""
    words = " ".join("語%04d" % i for i in range(3000))
    plan = ["202407", "131227", "0000000001", "20261101", "", "", "",
            "作成者", "事業所", "", "", "", CARE, "20261101", "20261101", "21",
            "2", "", "", "", "21", words, "", "", "1", "", CARE, ""]
    need = ["202407", "131227", "0000000001", "20261101", "20261101", "1",
            words, "1", "長期", "短期", "", "", "1", words, "Y", "訪問介護",
            VISIT, "事業所", "週2回", "", CARE, ""]
    paths = [write(tmp_path, "UP1KYO", [plan], month_=""),
             write(tmp_path, "UP2KYO", [need], month_=""),
             write(tmp_path, "UPPLAN", [use_row(office="名" * 200)],
                   stamp="20261124150001")]
    pdf = tmp_path / "out.pdf"
    code, _, err = render(binaries, "--pdf", pdf, *paths)
    assert (code, err) == (0, "")
    text = text_of(pdf)
    for i in range(3000):
        # a line may end between 語 and its number
        found = text.count("%04d" % i)
        # three fields hold it; a cell that is all told is told again where
        # its table goes on
        assert found >= 3, (i, found)
    assert "名" * 200 in text


def test_many(binaries, tmp_path):
    """60 services of a client, 31 entries of a day, unknown codes."""
    rows = [use_row(code="99%04d" % i, day=1 + i % 31) for i in range(60)]
    rows += [use_row(insured="0000000002", day=5, count=2)] * 31
    pdf = tmp_path / "out.pdf"
    code, out, err = render(binaries, "--json", "--pdf", pdf,
                            write(tmp_path, "UPPLAN", rows))
    assert (code, err) == (0, "")
    assert json.loads(out)["pages"] == 6        # 60 / 13, and 1
    text = text_of(pdf)
    for i in range(60):
        assert "99%04d" % i in text
    assert "62" in text


def test_rare_characters(binaries, tmp_path):
    """What no font has is marked, told with its number, and exit code 1."""
    rows = [use_row(office="𠮷野家 剝 葛󠄀城 \ue000")]
    pdf = tmp_path / "out.pdf"
    code, out, err = render(binaries, "--json", "--pdf", pdf,
                            write(tmp_path, "UPPLAN", rows, "utf-8"))
    assert code == 1 and "1 character" in err
    assert json.loads(out)["marked"] == 1
    text = text_of(pdf)
    assert "〓" in text and "U+E000" in text and "𠮷野家" in text


def png(width, height):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))
    rows = zlib.compress(b"".join(b"\0" + b"\x55" * ((width + 7) // 8)
                                  for _ in range(height)), 1)
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0,
                                       0, 0)) +
            chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def test_attachments(binaries, tmp_path):
    """Tables, texts and images are drawn; what lies or is too large is left,
    said, and leaves the rest alone."""
    plan = write(tmp_path, "UPPLAN", [use_row()])
    table = "列A,列B\r\n" + "".join("値%d,\"a\r\nb\"\r\n" % i
                                   for i in range(500))
    wide = (",".join("項目%d" % i for i in range(30)) + "\r\n" +
            ",".join("内容%d" % i for i in range(30)) + "\r\n")
    drawn = {"table.csv": table.encode("cp932"),
             "wide.csv": wide.encode("utf-8"),
             "memo.txt": "一行目\r\n二行目".encode("utf-8-sig"),
             "photo.png": png(64, 32)}
    left = {"liar.jpg": b"%PDF-1.4\n", "scripted.pdf": b"%PDF-1.4\n/JS",
            "cut.jpg": PHOTO[:40], "huge.png": png(20000, 20000)[:4000],
            "binary.txt": b"\x00\x01", "a.gif": b"GIF89a"}
    paths = [plan]
    for name, data in {**drawn, **left}.items():
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    pdf = tmp_path / "out.pdf"
    code, out, err = render(binaries, "--json", "--pdf", pdf, "--fax",
                            tmp_path / "o.tif", *paths)
    told = json.loads(out)
    assert code == 1
    assert told["left"] == len(left) and told["drawn"] == len(drawn) + 1
    for name in left:
        assert name in err
    sound(pdf)
    text = text_of(pdf)
    for i in range(500):
        assert "値%d" % i in text
    for i in range(30):
        assert "項目%d" % i in text and "内容%d" % i in text


def dark(pdf, page, dpi=72):
    """{(x, y)} of a page: the dots that are nearly black."""
    done = subprocess.run(["pdftoppm", "-gray", "-r", str(dpi), "-f",
                           str(page), "-l", str(page), str(pdf)], check=True,
                          capture_output=True)
    head, size, top, dots = done.stdout.split(b"\n", 3)
    width, height = map(int, size.split())
    assert (head, top, len(dots)) == (b"P5", b"255", width * height)
    return {(i % width, i // width) for i, dot in enumerate(dots) if dot < 80}


def solid(dots, least=12):
    """Width and height of what is dark over so many dots each way: a picture,
    not lines and letters."""
    inner = {(x, y) for x, y in dots
             if all({(x + k, y), (x, y + k), (x + k, y + k)} <= dots
                    for k in range(least))}
    if not inner:
        return 0, 0
    xs, ys = [x for x, _ in inner], [y for _, y in inner]
    return max(xs) - min(xs) + least, max(ys) - min(ys) + least


def person_set(tmp_path):
    """The corpus' record of a person, with an image that can be seen."""
    paths = []
    for path in sorted(glob.glob(os.path.join(GOOD, "UPKIHON_*"))):
        paths.append(tmp_path / os.path.basename(path))
        with open(path, "rb") as f:
            data = f.read()
        paths[-1].write_bytes(PHOTO if path.endswith(".jpg") else data)
    return paths


@pytest.mark.parametrize("of", ["attachment", "person"])
def test_a_photo_is_seen(binaries, tmp_path, of):
    """A JPEG is on the paper in its shape: on a page of its own, and where the
    person's form has the family's image."""
    if of == "person":
        paths = person_set(tmp_path)
    else:
        paths = [write(tmp_path, "UPPLAN", [use_row()]), tmp_path / "写真.jpg"]
        paths[-1].write_bytes(PHOTO)
    pdf = tmp_path / "out.pdf"
    code, out, err = render(binaries, "--json", "--pdf", pdf, *paths)
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["drawn"], told["left"]) == (len(paths), 0)
    sound(pdf)
    seen = [solid(dark(pdf, page + 1)) for page in range(told["pages"])]
    (width, height), = [size for size in seen if size != (0, 0)]
    assert width > 30 and abs(height / width - 2) < 0.1, seen
    if of == "attachment":
        assert seen[-1] != (0, 0)       # behind the form


def test_cover_and_stamp(binaries, tmp_path):
    """The cover counts, warns, and never names a client; the stamp is on
    every page of the forms."""
    paths = [p for p in month(tmp_path, 10) if f"_{VISIT}_" in p]
    pdf = tmp_path / "out.pdf"
    code, out, err = render(
        binaries, "--json", "--pdf", pdf, "--cover", "fax", "--to-name",
        "ヘルパー髙﨑", "--from-phone", "03-0000-0001", "--code", "K7F4Q2",
        "--stamp", "データ送信済の控え", "--reference", "0193a1b2c3d4", *paths)
    assert (code, err) == (0, "")
    told = json.loads(out)
    pages = text_of_pages(pdf)
    assert len(pages) == told["pages"] == told["form_pages"] + 1
    cover = pages[0]
    assert "宛先でない場合" in cover and "K7F4Q2" in cover
    assert f"{told['pages']}枚" in cover
    assert f"{told['clients']}名分" in cover
    names = {row[5] for p in paths if "UPHOSOKU" in p for row in cells(p)}
    assert len(names) >= told["clients"] > 0
    for name in names:
        assert squeeze(name) not in cover
    for page in pages[1:]:
        assert "データ送信済の控え" in page and "0193a1b2c3d4" in page


def test_several_sets(binaries, tmp_path):
    first = write(tmp_path, "UPPLAN", [use_row()])
    second = write(tmp_path, "UPPLAN", [use_row(insured="0000000002")],
                   stamp="20261124150001")
    pdf = tmp_path / "out.pdf"
    code, out, _ = render(binaries, "--json", "--pdf", pdf, first, second)
    told = json.loads(out)
    assert code == 0 and told["pages"] == 2 and told["clients"] == 2


def test_recalled(binaries, tmp_path):
    pdf = tmp_path / "out.pdf"
    code, out, _ = render(binaries, "--json", "--recalled", "--pdf", pdf,
                          write(tmp_path, "UPPLAN", [use_row()]))
    assert code == 0 and json.loads(out)["pages"] == 1
    text = text_of(pdf)
    assert "取り消しのお知らせ" in text and "0000000001" in text


def test_deletion_notice(binaries, tmp_path):
    """Every record of a deletion file is on the notice, with what it deletes,
    the stamp and the reference of the parcel in its head."""
    people = ["%010d" % i for i in range(1, 61)]
    rows = {"DLTPLAN": [["202407", "131227", p, "202612"] for p in people],
            "DLTJSK": [["202407", "131227", "0000000088", "202611", VISIT,
                        "11"]],
            "DLTKIHON": [["202407", "131227", "0000000099", "20261101"]]}
    paths = []
    for kind, records in rows.items():
        assert len(records[0]) == len(fields(kind)), fields(kind)
        month_ = {"DLTPLAN": "202612", "DLTJSK": "202611"}.get(kind, "")
        paths.append(write(tmp_path, kind, records, month_=month_))
    pdf = tmp_path / "out.pdf"
    code, out, err = render(binaries, "--json", "--pdf", pdf, "--stamp",
                            "データ送信済の控え", "--reference",
                            "0193a1b2c3d4", *paths)
    assert (code, err) == (0, "")
    pages = text_of_pages(pdf)
    assert len(pages) == json.loads(out)["pages"]
    text, words = "".join(pages), raw_text(pdf).split()
    for insured in people + ["0000000088", "0000000099"]:
        assert words.count(insured) == 1, insured
    for wanted in ("令和8年12月", "令和8年11月", "サービス提供票(予定)",
                   "サービス提供票(実績)", "利用者基本情報",
                   "令和8年11月1日相談", VISIT, "訪問介護"):
        assert wanted in text, wanted
    for page in pages:
        for wanted in ("削除のお知らせ", "お手元の書類は破棄し",
                       "データ送信済の控え", "0193a1b2c3d4"):
            assert wanted in page, wanted


def test_exit_codes(binaries, tmp_path):
    plan = write(tmp_path, "UPPLAN", [use_row()])
    none = write(tmp_path, "UPJSK", [])
    pdf = tmp_path / "o.pdf"
    cases = [
        ([], 2), (["--pdf", pdf], 2), ([plan], 2),
        (["--pdf"], 2), (["--what", "--pdf", pdf, plan], 2),
        (["--pdf", pdf, tmp_path / "absent.csv"], 2),
        (["--pdf", pdf, "--cover", "card", plan], 2),
        (["--png", pdf, "--dpi", "10", plan], 2),
        (["--pdf", tmp_path / "no" / "o.pdf", plan], 1),
        (["--pdf", pdf, none], 1), (["--help"], 0),
        (["--pdf", pdf, plan], 0),
    ]
    for words, wanted in cases:
        code, _, err = render(binaries, *words)
        assert code == wanted, (words, err)
        assert (err != "") == (wanted != 0)
    code, out, _ = render(binaries, "--help", lang="ja_JP.UTF-8")
    assert code == 0 and "様式" in out
