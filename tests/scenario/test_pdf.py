"""Papers for partners without an agent: what stands on them, and that each
comes once.

A peer with an office's key sends, so that data no office agent would let
through reaches the PDF agent too.  The papers are read back with pdftotext and
compared with a pivot of the CSV made here, independently of lib/forms.
"""
import collections
import csv
import datetime
import io
import os
import re
import signal
import subprocess
import xml.etree.ElementTree as xml

import gen
import pytest
from lab import (MARKER, NUMBER, by_name, files_below, plan_set, read, row,
                 wait_for)
from peer import DELIVERED, Peer, load_key, new_id, parcel

CARE, VISIT, PARTNER, FAR_CARE = NUMBER[1], NUMBER[2], NUMBER[9], NUMBER[8]
MM = 72 / 25.4
DEAD = -signal.SIGKILL


def patient(lab):
    """Drawing takes seconds under sanitizers on a busy machine, and an agent
    that draws is silent: not for so long that it counts as gone."""
    lab.setting("tasukid", session__heartbeat="5 s")


@pytest.fixture
def room(make_lab):
    """A broker and the PDF agent; the keys of care and visit are ours.  The
    registry does not know what some are called: their documents do."""
    lab = make_lab([row(1, "43", "care", name=""), row(2, "11", "visit"),
                    row(8, "43", inside=0, name=""),
                    row(9, "17", inside=0, name="")])
    patient(lab)
    lab.prepare()
    lab.agent("pdf").start()
    lab.wait_connected(["pdf"])
    return lab


@pytest.fixture
def send(room):
    """send(documents, ...): a parcel is accepted; its id as text."""
    peers = {}

    def submit(documents, sender=CARE, to=PARTNER, month="202612",
               parcel_id=None):
        agent = {CARE: "care", VISIT: "visit"}[sender]
        if agent not in peers:
            public, secret = load_key(
                room.path("keys", f"office-{agent}.key"))
            broker, _ = load_key(room.path("keys", "broker.pub"))
            peers[agent] = Peer(room.endpoint(), broker, public, secret)
            peers[agent].open()
        parcel_id = parcel_id or new_id()
        items = [(n, d, n.split("_")[0] if n.endswith(".CSV") else "")
                 for n, d in documents.items()]
        peers[agent].submit(parcel(parcel_id, sender, to, items, month=month,
                                   stamp="20261124150000"),
                            [d for _, d, _ in items])
        peers[agent].wait("accepted", "refused")
        return parcel_id.hex()

    yield submit
    for peer in peers.values():
        peer.close()


def month_for_partner(tmp_path, clients=40, seed=1):
    """{name: bytes} of the monthly set for the partner."""
    corp = gen.Corporation(
        gen.Office(CARE, "43", "居宅①", 1, "bus", "care"),
        [gen.Office(VISIT, "11", "ヘルパー髙﨑", 1, "bus", "visit"),
         gen.Office(NUMBER[3], "15", "デイ①番館", 1, "bus", "day")],
        gen.Office(PARTNER, "17", "㈱德永福祉用具", 0, "pdf", ""))
    paths = gen.month(str(tmp_path), datetime.date(2026, 12, 1), clients,
                      seed, corp)
    return {n: d for n, d in by_name(paths).items()
            if f"_{PARTNER}_" in n and "_202612_" in n}


def papers(lab):
    """path below the PDF folder -> bytes."""
    return files_below(lab.path("pdf"))


def wait_papers(lab, count, seconds=30):
    return wait_for(lambda: f"{sorted(papers(lab))}\n{lab.tails()}",
                    lambda: len(found := papers(lab)) == count and found,
                    seconds)


def wait_state(lab, parcel_id, state, seconds=30):
    wait_for(lambda: f"{lab.states(parcel_id)}\n{lab.tails()}",
             lambda: lab.states(parcel_id) == [state], seconds)


# ---------------------------------------------------------- reading papers

def pages_of(path):
    """A list of words (x, y, text) for every page, in millimetres."""
    text = subprocess.run(["pdftotext", "-bbox", path, "-"], check=True,
                          capture_output=True).stdout.decode()
    root = xml.fromstring(re.sub(r"\sxmlns=\"[^\"]*\"", "", text, count=1))
    return [[((float(w.get("xMin")) + float(w.get("xMax"))) / 2 / MM,
              (float(w.get("yMin")) + float(w.get("yMax"))) / 2 / MM, w.text)
             for w in page.iter("word")] for page in root.iter("page")]


def text_of(page, left=0, top=0, right=400, bottom=400):
    """All characters in a rectangle, without spaces, in reading order."""
    words = [w for w in page if left <= w[0] < right and top <= w[1] < bottom]
    return "".join(w[2] for w in words)


def dates_of(page):
    """The numbers of the days above the grid, from left to right."""
    return [int(text) for x, y, text in sorted(page)
            if 121 <= x < 273 and 58 <= y < 63]


def cells_of(page):
    """{(row, side, day or "sum"): number} of the grid."""
    cells = {}
    for x, y, text in page:
        if not 68 <= y < 198 or x < 121:
            continue
        line, side = int((y - 68) // 10), int((y - 68) % 10 // 5)
        column = ("sum" if x >= 273 else
                  int((x - 121) // (152 / 31)) + 1)
        cells[line, side, column] = int(text)
    return cells


def form6_pages(pages):
    """Without those of form 7, which come after each client's form 6."""
    return [p for p in pages if "提供票別表" not in text_of(p)]


def read_rows(data):
    return list(csv.reader(io.StringIO(data.decode("cp932"), newline="")))


def pivot(rows):
    """{insured: {service key: {day: count}}} in the order of the file."""
    clients = {}
    for r in rows:
        services = clients.setdefault(r[2], {})
        key = (r[19], r[21], r[14], r[11], r[12], r[15], r[16], r[17], r[18])
        days = services.setdefault(key, collections.Counter())
        days[int(r[9][6:])] += int(r[13])
    return clients


def expected_cells(services, side):
    cells = {}
    for line, days in enumerate(services):
        for day, count in days.items():
            cells[line, side, day] = count
        cells[line, side, "sum"] = sum(days.values())
    return cells


def squeeze(text):
    return re.sub(r"\s", "", text)


def check_pages(pages, plan, persons, side):
    """Every client, name, number, service and count is on the paper."""
    at = 0
    for insured, services in pivot(plan).items():
        services = list(services.items())
        for first in range(0, len(services), 13):
            page, part = pages[at], services[first:first + 13]
            at += 1
            assert insured in text_of(page, 30, 31, 80, 41)
            if persons:
                name = text_of(page, 104, 31, 152, 41)
                assert squeeze(persons[insured][5]) in name
                assert squeeze(persons[insured][4]) in name
            assert cells_of(page) == expected_cells(
                [days for _, days in part], side)
            for line, (key, _) in enumerate(part):
                top = 68 + 10 * line
                content = text_of(page, 28, top, 70, top + 10)
                assert key[2] in content                # the code
                assert squeeze(key[7]) in content       # equipment
                assert key[0] in text_of(page, 70, top, 113, top + 10)
    assert at == len(pages)


def check_pdf(path):
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
    fonts = subprocess.run(["pdffonts", path], check=True, text=True,
                           capture_output=True).stdout.splitlines()[2:]
    assert fonts and all(" yes " in f for f in fonts), "a font is missing"


# ------------------------------------------------------------------- tests

def test_every_name_number_and_day(room, send, tmp_path):
    documents = month_for_partner(tmp_path)
    parcel_id = send(documents)
    wait_state(room, parcel_id, "delivered")
    found = wait_papers(room, 4)
    folder = (f"{PARTNER}_㈱德永福祉用具/2026-12/")
    assert all(p.startswith(folder) for p in found), sorted(found)
    # the documents lie beside it as they came
    pdf = [p for p in found if p.endswith(".pdf")]
    assert {os.path.basename(p): d for p, d in found.items()
            if p not in pdf} == documents
    assert [os.path.basename(p) for p in pdf] == [
        "サービス提供票_2026-12_予定.pdf"]
    path = room.path("pdf", pdf[0])
    check_pdf(path)
    plan = next(read_rows(d) for n, d in documents.items()
                if n.startswith("UPPLAN"))
    persons = {r[2]: r for n, d in documents.items()
               if n.startswith("UPHOSOKU") for r in read_rows(d)}
    pages = pages_of(path)
    form6 = form6_pages(pages)
    assert len(persons) > 20 and len(form6) > len(persons)
    assert len(pages) >= len(form6) + len(persons)      # form 7
    check_pages(form6, plan, persons, side=0)
    for n, page in enumerate(pages):
        text = text_of(page)
        assert "令和8年12月分" in text
        assert f"通し{n + 1}/{len(pages)}" in text
        assert parcel_id[:12] in text and CARE in text
    for page in form6:
        assert dates_of(page) == list(range(1, 32))
    # names from the masters, and the head of one page in full
    first = text_of(pages[0])
    person = persons[plan[0][2]]
    for wanted in ("サービス提供票", "令和8年11月24日", "認定済", "単位/月",
                   "居宅介護支援事業所→サービス事業所", person[1]):
        assert wanted in first, wanted


def test_actual_use(room, send, tmp_path):
    plans = tmp_path / "plans"
    corp = gen.Corporation(
        gen.Office(FAR_CARE, "43", "遠い居宅", 0, "pdf", ""),
        [gen.Office(VISIT, "11", "ヘルパー髙﨑", 1, "bus", "visit")],
        gen.Office(PARTNER, "17", "㈱德永福祉用具", 0, "pdf", ""))
    gen.month(str(plans), datetime.date(2026, 2, 1), 10, 3, corp)
    paths = [p for p in gen.answer(str(plans), str(tmp_path / "out"))
             if f"_{VISIT}_11_" in p]
    parcel_id = send(by_name(paths), sender=VISIT, to=FAR_CARE,
                     month="202602")
    wait_state(room, parcel_id, "delivered")
    found = wait_papers(room, 2)
    # the far office's name was in no document: its number is the folder
    pdf = [p for p in found if p.endswith("_2026-02_実績.pdf")]
    assert len(pdf) == 1 and pdf[0].startswith(f"{FAR_CARE}/2026-02/")
    path = room.path("pdf", pdf[0])
    check_pdf(path)
    pages = pages_of(path)
    check_pages(pages, read_rows(read(paths[0])), {}, side=1)
    for page in pages:  # the month ends at 28
        assert dates_of(page) == list(range(1, 29))
        assert "サービス事業所→居宅介護支援事業所" in text_of(page)


def test_names_come_from_the_documents(room, send, tmp_path):
    """Forms 1-3 pass as they are, and tell what the office is called."""
    corp = gen.Corporation(
        gen.Office(CARE, "43", "居宅①髙台", 1, "bus", "care"), [],
        gen.Office(PARTNER, "17", "㈱德永福祉用具", 0, "pdf", ""))
    paths = by_name(gen.month(str(tmp_path), datetime.date(2026, 12, 1), 4, 1,
                              corp))
    plans = {n: d for n, d in paths.items() if "_202612_" in n}
    forms = {n: d for n, d in paths.items() if n not in plans}
    assert len(forms) == 4
    first = send(forms, month="")
    wait_state(room, first, "delivered")
    assert set(map(os.path.basename, papers(room))) == {
        *forms, "居宅サービス計画書（１）.pdf"}
    second = send(plans)
    wait_state(room, second, "delivered")
    pdf = next(p for p in papers(room) if p.endswith("_予定.pdf"))
    assert "居宅①髙台" in text_of(pages_of(room.path("pdf", pdf))[0])


def test_the_copy_and_its_deletion_say_so(make_lab, tmp_path):
    """Dual delivery to the end: each page of the paper says since when the
    data is there, and in which parcel.  A deletion goes the same ways: its
    notice names every client."""
    rows = [row(1, "43", "care"), row(2, "11", "visit", policy="dual")]
    lab = make_lab(rows)
    patient(lab)
    lab.prepare()
    lab.agent("pdf").start()
    lab.wait_connected(["pdf"])
    broker, _ = load_key(lab.path("keys", "broker.pub"))
    care, visit = (Peer(lab.endpoint(), broker, *load_key(
        lab.path("keys", f"office-{name}.key"))) for name in ("care", "visit"))
    visit.open()
    visit.credit(10)
    plan = by_name(plan_set(tmp_path, rows[0], rows[1], clients=3))
    ends = f"_202612_{CARE}_43_{VISIT}_11_20261125150000.CSV"
    insured = {r[2] for n, d in plan.items() if n.startswith("UPPLAN")
               for r in read_rows(d)}
    gone = {"DLTPLAN" + ends: "".join(
        f"202407,131227,{one},202612\r\n" for one in insured).encode()}
    care.open()
    try:
        for documents, title, stamp in (
                (plan, "サービス提供票", "20261124150000"),
                (gone, "削除のお知らせ", "20261125150000")):
            parcel_id = new_id()
            items = [(n, d, n.split("_")[0]) for n, d in documents.items()]
            care.submit(parcel(parcel_id, CARE, VISIT, items, month="202612",
                               stamp=stamp), [d for _, d, _ in items])
            care.wait("accepted")
            visit.wait("deliver")
            visit.settle(parcel_id, 0, DELIVERED)
            path = wait_for(lambda: f"{title}\n{lab.tails()}", lambda: next(
                (lab.path("pdf", p) for p in papers(lab) if p.endswith(".pdf")
                 and parcel_id.hex()[:12] in p), None), 60)
            check_pdf(path)
            pages = [text_of(page) for page in pages_of(path)]
            assert title in pages[0]
            assert all(parcel_id.hex()[:12] in page for page in pages)
            assert all(one in "".join(pages) for one in insured), pages
            if documents is plan:
                check_copy(pages, lab.parcel(parcel_id.hex()))
    finally:
        care.close()
        visit.close()


def check_copy(pages, told):
    (since,) = [s["at_ms"] for s in told["steps"]
                if s["leg"] == 0 and s["state"] == "delivered"]
    since = datetime.datetime.fromtimestamp(
        since // 1000, datetime.timezone(datetime.timedelta(hours=9)))
    wanted = (f"令和{since.year - 2018}年{since.month}月{since.day}日"
              f"{since:%H:%M}送信単位{told['id'][:12]}")
    for page in pages:
        stamp = squeeze(page)
        assert "データ送信済の控え" in stamp and wanted in stamp, (wanted, page)


def test_attachments_pass(room, send):
    files = {"連絡 12月.pdf": b"%PDF-1.4\n" + os.urandom(3000),
             "memo.txt": "髙﨑様\r\n".encode("cp932")}
    parcel_id = send(files, month="")
    wait_state(room, parcel_id, "delivered")
    found = {os.path.basename(p): d for p, d in papers(room).items()}
    # a text is drawn as well; another's PDF is handed on as it is
    drawn = found.pop("添付書類.pdf")
    assert drawn.startswith(b"%PDF-")
    assert found == files
    assert all(p.startswith(PARTNER + "/") for p in papers(room))


BAD = [
    (b"rubbish\r\n", "bad-csv"),
    (b"\r\n", "no-pages"),
    (b'202407,131227,1,20261124,202612,1,"' + MARKER.encode("cp932") +
     b'",1,0,20270101,,9999,9999,1,171007,,,,,1,"x",,0,1,\r\n', "bad-date"),
]


def test_bad_data_is_parked_and_nobody_waits_for_it(room, send, tmp_path):
    ids = [send({f"UPPLAN_202612_{CARE}_43_{PARTNER}_17_2026112415000{n}.CSV":
                 data}) for n, (data, _) in enumerate(BAD)]
    good = send(month_for_partner(tmp_path, clients=4))
    for parcel_id, (_, code) in zip(ids, BAD):
        wait_state(room, parcel_id, "parked")
        steps = room.parcel(parcel_id)["steps"]
        assert any(s["code"] == code for s in steps), steps
        assert MARKER not in repr(steps)
    wait_state(room, good, "delivered")
    assert len(papers(room)) == 4


POINTS = ["pdf-written", "pdf-committed", "pdf-marked", "pdf-moved",
          "pdf-before-settle"]


@pytest.mark.parametrize("point", POINTS)
def test_crash_brings_a_paper_once(room, send, tmp_path, point):
    documents = month_for_partner(tmp_path, clients=3)
    agent = room.agent("pdf")
    agent.stop()
    room.environment["pdf"] = {"TASUKI_CRASH": point + ":1"}
    agent = room.agent("pdf")
    agent.start()
    parcel_id = send(documents)
    gone = agent.wait_gone(3)
    if not gone and room.states(parcel_id) == ["delivered"]:
        pytest.skip("built without crash points")
    assert gone or agent.wait_gone(20)
    assert room.states(parcel_id) != ["delivered"]
    del room.environment["pdf"]
    room.agent("pdf").start()
    wait_state(room, parcel_id, "delivered")
    found = wait_papers(room, 4)
    names = [os.path.basename(p) for p in found]
    assert len(set(names)) == 4
    assert os.listdir(room.path("pdf", ".incoming")) == []


def test_same_id_again_is_filed_once(room, send, tmp_path):
    documents = month_for_partner(tmp_path, clients=3)
    parcel_id = new_id()
    send(documents, parcel_id=parcel_id)
    wait_state(room, parcel_id.hex(), "delivered")
    before = papers(room)
    # a kill without a trace on the wire: the broker may lend it again
    room.kill(room.agent("pdf"))
    send(documents, parcel_id=parcel_id)
    room.agent("pdf").start()
    other = send({"a.txt": b"after"}, month="")
    wait_state(room, other, "delivered")
    after = papers(room)
    assert {p: d for p, d in after.items()
            if not p.endswith(("a.txt", "添付書類.pdf"))} == before


def mounted(folder, size):
    """A small file system there; None if this user may not mount."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}",
                           "tasuki-test", folder], capture_output=True,
                          check=False)
    return done.returncode == 0


def test_full_disk_waits_and_goes_on(room, send, tmp_path):
    """F06 for the PDF agent: later, never half, and by itself afterwards."""
    agent = room.agent("pdf")
    agent.stop()
    folder = room.path("pdf")
    if not mounted(folder, "1m"):
        pytest.skip("mounting a small file system needs root")
    try:
        ballast = os.path.join(folder, "ballast")
        with open(ballast, "wb") as f:
            f.write(b"x" * (800 << 10))
        agent.start()
        documents = month_for_partner(tmp_path, clients=40)
        parcel_id = send(documents)

        def refused():
            return any(s["code"] == "disk-full"
                       for s in room.parcel(parcel_id)["steps"])
        wait_for(room.tails, refused)
        assert set(papers(room)) == {"ballast"}
        assert room.states(parcel_id) != ["parked"]
        os.unlink(ballast)
        wait_state(room, parcel_id, "delivered")
        found = papers(room)
        assert len(found) == 4
        assert {os.path.basename(p): d for p, d in found.items()
                if not p.endswith(".pdf")} == documents
        agent.stop()
    finally:
        room.kill(agent) if agent.pid() else None
        subprocess.run(["umount", folder], check=True)
