"""Habits of care software, and editions between partners: what a clerk sees."""
import glob
import hashlib
import os
import shutil
import subprocess

import gen
import lab as lab_module
from lab import (CONVERTED, MARKER, NUMBER, by_name, plan_set, read, row,
                 wait_for)

CARE, VISIT = NUMBER[1], NUMBER[2]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}
V4, V3 = "202407", "202208"


def csvs(files):
    return {n: d for n, d in files.items() if n.upper().endswith(".CSV")}


def as_utf8(data):
    return data.decode("cp932").encode("utf-8-sig")


def actual(stamp, version=V4, types=("11", "43")):
    """A 実績 of one visit, V4.1 or V3."""
    names = [VISIT, types[0], CARE, types[1]] if version == V4 else [VISIT,
                                                                     CARE]
    cells = [version, "139998", "0000000123", "20261228", "202612", CARE,
             gen.Text("標識 担当"), "387", "0", "20261202", "", "0900",
             "1000", "1", "111211", "", "", "", "", VISIT, gen.Text("訪問"),
             "", "0", VISIT, ""]
    if version == V3:
        del cells[15:18]
    name = "_".join(["UPJSK", "202612"] + names + [stamp]) + ".CSV"
    return name, gen.record(cells).encode("cp932")


def wait_note(office, text):
    """The status file says so."""
    return wait_for(lambda: office.status_text(),
                    lambda: text in office.status_text())


# ---- habits

def test_a_rejected_set_has_a_repaired_copy_beside_it(lab, tmp_path):
    """UTF-8 with a mark: rejected; the copies are the files as they should have
    been, and go when the clerk puts them into the outbox."""
    care = lab.offices[CARE]
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    good = by_name(paths)
    plan = next(n for n in good if n.startswith("UPPLAN"))
    for name, data in good.items():
        care.send(name, as_utf8(data) if name == plan else data)
    text = care.wait_rejected(plan)
    assert "charset" not in text and "UTF-8" in text
    assert "修復" in text and "送信" in text
    assert csvs(care.copies("rejected")) == good
    note = care.copies("rejected")[plan + ".txt"].decode("utf-8")
    assert hashlib.sha256(as_utf8(good[plan])).hexdigest() in note
    assert hashlib.sha256(good[plan]).hexdigest() in note
    assert care.files("rejected")[plan] == as_utf8(good[plan])
    assert lab.parcels() == []
    for name in good:                       # the clerk agrees
        shutil.move(os.path.join(care.rejected, lab_module.MENDED, name),
                    os.path.join(care.outbox, name))
    lab.offices[VISIT].wait_inbox(good)


def test_what_would_be_a_guess_is_named_only(lab, tmp_path):
    """A spreadsheet has eaten the zeros of an insured number."""
    care = lab.offices[CARE]
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT], clients=1)
    for path in paths:
        data = read(path)
        insured = data.split(b",")[2]
        care.send(os.path.basename(path),
                  data.replace(b"," + insured + b",",
                               b"," + insured.lstrip(b"0")[:8] + b","))
    text = care.wait_rejected(os.path.basename(paths[0]))
    assert "先頭の0が消えています" in text and "自動では直せません" in text
    assert "修復" not in text
    assert care.copies("rejected") == {}


def test_a_name_of_its_own(lab):
    """UPKHON and a bare drawing: the name is put right on the copy, or the
    usual words are said."""
    care = lab.offices[CARE]
    sample = glob.glob(os.path.join(
        lab_module.TESTS, "data", "standard", "good", "every-kind",
        "UPKIHON_1*.CSV"))[0]
    rest = f"_{CARE}_43_{VISIT}_62_20261124150000.CSV"
    data = read(sample).replace(b"1300100011", CARE.encode())
    care.send("UPKHON" + rest, data)
    text = care.wait_rejected("UPKHON" + rest)
    assert "UPKIHON" in text and "修復" in text
    assert list(csvs(care.copies("rejected"))) == ["UPKIHON" + rest]
    care.send("memo.csv", b"1,2,3\r\n")
    assert "修復" not in care.wait_rejected("memo.csv")


def test_no_copies_if_the_settings_say_so(make_lab, tmp_path):
    lab = make_lab()
    lab.setting("office-care", repair__outgoing="no")
    lab.up()
    care = lab.offices[CARE]
    for path in plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT]):
        care.send(os.path.basename(path), as_utf8(read(path)))
        name = os.path.basename(path)
    assert "修復" not in care.wait_rejected(name)
    assert care.copies("rejected") == {}


def test_what_is_received_stays_and_gets_a_copy(lab, tmp_path):
    """Line ends of another system are no error, but some software cannot
    import them: the file comes as it was sent, a strict copy lies aside."""
    visit = lab.offices[VISIT]
    good = by_name(plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT]))
    sent = {n: d.replace(b"\r\n", b"\n") for n, d in good.items()}
    for name, data in sent.items():
        lab.offices[CARE].send(name, data)
    visit.wait_inbox(sent)
    assert csvs(visit.copies("inbox")) == good
    notices = [d.decode("utf-8-sig") for d in visit.files("rejected").values()]
    assert len(notices) == len(sent)
    assert all("修復" in n and "LF" in n for n in notices)
    visit.take()
    lab.wait_parcels(1, "picked-up")


# ---- editions

def teach(lab, stamp, version):
    """The partner sends something: a proof of what it reads."""
    name, data = actual(stamp, version)
    lab.offices[VISIT].send(name, data)
    wait_for(lambda: lab.tails(),
             lambda: name in lab.offices[CARE].files("inbox"))
    lab.offices[CARE].take()
    return name


def test_a_partner_that_only_sent_v3(lab, tmp_path):
    """V4.1 goes out with a notice, V3 copies lie ready; a V4.1 file from the
    partner ends it."""
    care = lab.offices[CARE]
    teach(lab, "20261225090000", V3)
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    care.send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    wait_note(care, "注意：相手がV4.1を読めるか分かりません（届いたのはV3）")
    copies = csvs(care.copies("rejected", CONVERTED))
    assert sorted(copies) == sorted(
        os.path.basename(p).replace("_43_", "_").replace("_11_", "_")
        for p in paths)
    assert all(d.startswith(V3.encode()) for d in copies.values())
    notice = [d.decode("utf-8-sig") for n, d in care.files("rejected").items()]
    assert len(notice) == 1 and VISIT in notice[0] and "V3" in notice[0]

    lab.offices[VISIT].take()
    teach(lab, "20261226090000", V4)
    later = plan_set(tmp_path / "later", ROWS[CARE], ROWS[VISIT],
                     stamp="20261127150000")
    care.send_all(later)
    lab.offices[VISIT].wait_inbox(by_name(later))
    assert len(care.files("rejected")) == 1
    assert care.status_text().count("注意：相手がV4.1") == 1


def test_the_proof_and_the_note_outlive_the_agent(lab, tmp_path):
    care = lab.offices[CARE]
    teach(lab, "20261225090000", V3)
    lab.kill(lab.agent("care"))
    lab.up()
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    care.send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    wait_note(care, "注意：相手がV4.1")
    copies = csvs(care.copies("rejected", CONVERTED))
    assert len(copies) == 3, "the proof of V3 made them"
    lab.kill(lab.agent("care"))
    os.unlink(os.path.join(care.folder, lab_module.STATUS))
    lab.up()
    wait_note(care, "注意：相手がV4.1")
    note = [r for r in care.status() if "注意：相手がV4.1" in "".join(r.values())]
    assert len(note) == 1, "said of the set, and of nothing else"
    assert csvs(care.copies("rejected", CONVERTED)) == copies


def test_not_sent_if_the_settings_say_so(make_lab, tmp_path):
    lab = make_lab()
    lab.setting("office-care", editions__unread="reject")
    lab.up()
    care = lab.offices[CARE]
    teach(lab, "20261225090000", V3)
    before = len(lab.parcels())
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    care.send_all(paths)
    text = care.wait_rejected(os.path.basename(paths[0]))
    assert "V4.1" in text and "変換" in text
    copies = csvs(care.copies("rejected", CONVERTED))
    assert len(copies) == 3
    assert len(lab.parcels()) == before
    for name, data in copies.items():       # V3 it is, then
        care.send(name, data)
    lab.offices[VISIT].wait_inbox(copies)


# ---- the command line

def convert(*arguments, ok=(0,)):
    where = os.environ.get("TASUKI_BIN") or os.path.join(
        lab_module.ROOT, "build", "release", "bin")
    done = subprocess.run(
        [os.path.join(where, "tasukictl"), "--lang", "ja", "convert",
         *map(str, arguments)], capture_output=True, timeout=120, check=False)
    text = done.stdout.decode("utf-8")
    assert done.returncode in ok, (done.returncode, text, done.stderr)
    assert MARKER not in text
    return done.returncode, text


def sets_of(folder):
    """Files of one set together."""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.CSV"))):
        parts = os.path.basename(path)[:-4].split("_")
        found.setdefault((parts[-1],) + tuple(parts[-5:-1]), []).append(path)
    return list(found.values())


def test_generated_sets_there_and_back(tmp_path):
    """Without equipment nothing is lost: the same bytes come back."""
    for seed in range(1, 6):
        paths = plan_set(tmp_path / f"set{seed}", ROWS[CARE], ROWS[VISIT],
                         clients=3 * seed, seed=seed)
        out, back = tmp_path / f"v3-{seed}", tmp_path / f"back-{seed}"
        _, text = convert("--to", "V3", "--out", out, *paths)
        assert "[edition-loss" not in text
        convert("--to", "V4.1", "--out", back,
                *sorted(glob.glob(str(out / "*.CSV"))))
        assert csvs(lab_module.files_below(back)) == by_name(paths)


LOST = {"UPPLAN": (16, 17, 18), "UPSIKYU": (10, 11, 12)}


def without_lost(name, data):
    """The rows without what V3 has no field for."""
    lost = LOST.get(name.split("_")[0], ())
    return [["" if i + 1 in lost else c for i, c in enumerate(r)]
            for r in gen.parse(data)]


def test_generated_months_there_and_back(tmp_path):
    """Whole months with equipment and form 3: exactly what is listed is lost,
    and nothing is written before that is accepted."""
    sets = 0
    for seed in range(1, 3):
        month = tmp_path / f"month{seed}"
        gen.month(str(month), gen.datetime.date(2026, 12, 1), clients=12,
                  seed=seed)
        for number, paths in enumerate(sets_of(month)):
            out = tmp_path / f"v3-{seed}-{number}"
            back = tmp_path / f"back-{seed}-{number}"
            rc, listed = convert("--to", "V3", "--out", out, *paths, ok=(0, 1))
            if rc == 1:
                assert "[edition-loss" in listed, listed
                assert not out.exists()
            convert("--to", "V3", "--accept-loss", "--out", out, *paths)
            to = os.path.basename(paths[0])[:-4].split("_")[-2]
            convert("--to", "V4.1", "--to-type", to, "--out", back,
                    *sorted(glob.glob(str(out / "*.CSV"))))
            came = csvs(lab_module.files_below(back))
            for name, data in by_name(paths).items():
                if name.startswith("UP3KYO"):
                    assert name not in came
                    continue
                assert gen.parse(came[name]) == without_lost(name, data), name
                cells = sum(a != b for was, now in
                            zip(gen.parse(data), gen.parse(came[name]))
                            for a, b in zip(was, now))
                assert listed.count("[edition-loss]") >= cells
            sets += 1
    assert sets >= 6


def test_an_accepted_loss_is_listed(tmp_path):
    month = tmp_path / "month"
    gen.month(str(month), gen.datetime.date(2026, 12, 1), clients=12, seed=1)
    paths = next(p for p in sets_of(month)
                 if any("UP3KYO" in os.path.basename(f) for f in p))
    out = tmp_path / "out"
    convert("--to", "V3", "--out", out, *paths, ok=(1,))
    _, text = convert("--to", "V3", "--accept-loss", "--out", out, *paths)
    assert "[edition-loss-kind]" in text
    kinds = {n.split("_")[0] for n in csvs(lab_module.files_below(out))}
    assert kinds == {"UP1KYO", "UP2KYO", "UPHOSOKU"}


def test_repair_on_the_command_line(tmp_path):
    """A month as a program of another kind would have written it."""
    month, bent, out = tmp_path / "month", tmp_path / "bent", tmp_path / "out"
    gen.month(str(month), gen.datetime.date(2026, 12, 1), clients=6, seed=2)
    bent.mkdir()
    good = by_name(glob.glob(str(month / "*.CSV")))
    for name, data in good.items():
        text = data.decode("cp932").replace("\r\n", "\n")
        text = text.replace(V4 + ",", "202410,")
        (bent / name).write_bytes(("\ufeff" + text).encode("utf-8"))
    before = by_name(glob.glob(str(bent / "*")))
    _, text = convert("--repair", "--profile", "exchange", "--out", out,
                      *sorted(glob.glob(str(bent / "*.CSV"))))
    assert "[quirk-repairable]" in text
    made = csvs(lab_module.files_below(out))
    assert sorted(made) == sorted(good)
    for name, data in good.items():         # line ends within text are LF now
        assert made[name].replace(b"\r\n", b"\n") == data.replace(
            b"\r\n", b"\n"), name
    assert by_name(glob.glob(str(bent / "*"))) == before
