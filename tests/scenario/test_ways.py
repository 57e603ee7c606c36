"""A parcel's way: into another office's inbox, onto paper, and back."""
import os
import subprocess

import gen
from lab import (MARKER, MARKER_BYTES, NUMBER, by_name, files_below, plan_set,
                 row, wait_for)

CARE, VISIT, DAY, PARTNER = NUMBER[1], NUMBER[2], NUMBER[3], NUMBER[9]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit"),
        DAY: row(3, "15", "day"), PARTNER: row(9, "17", inside=0)}


def test_plan_set_arrives_byte_for_byte(lab, tmp_path):
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    assert any(MARKER_BYTES[0] in data
               for data in by_name(paths).values()), "the marker is planted"
    lab.offices[CARE].send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    (parcel,) = lab.wait_parcels(1, "delivered")
    assert (parcel["from"], parcel["to"]) == (CARE, VISIT)
    assert parcel["month"] == "202612"
    assert parcel["stamp"] == "20261124150000"
    # one parcel, all of the set, and the outbox is empty again
    assert len(lab.parcel(parcel["id"])["documents"]) == 3
    assert lab.offices[CARE].files("outbox") == {}
    sent = lab.offices[CARE].files("sent")
    assert sorted(os.path.basename(p) for p in sent) == sorted(by_name(paths))
    assert all(parcel["id"] in path for path in sent)


def test_picked_up_comes_back_to_the_sender(lab, tmp_path):
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    lab.offices[CARE].send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    before = lab.wait_parcels(1, "delivered")
    lab.offices[VISIT].take()
    (parcel,) = lab.wait_parcels(1, "picked-up")
    steps = [s["state"] for s in lab.parcel(parcel["id"])["steps"]]
    assert steps[0] == "ready" and steps[-2:] == ["delivered", "picked-up"]
    assert before[0]["id"] == parcel["id"]
    # the clerk sees it without asking anybody
    text = wait_for(lambda: lab.offices[CARE].status_text(),
                    lambda: (t := lab.offices[CARE].status_text())
                    and "取込済" in t and t)
    assert VISIT in text and MARKER not in text
    # nothing was delivered a second time after the pick-up
    assert lab.offices[VISIT].files("inbox") == {}


def test_unconnected_partner_gets_paper(lab, tmp_path):
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[PARTNER], clients=3)
    lab.offices[CARE].send_all(paths)
    lab.wait_parcels(1, "delivered", seconds=30)
    found = files_below(lab.path("pdf"))
    pdfs = [name for name in found if name.lower().endswith(".pdf")]
    assert pdfs, sorted(found)
    assert all(PARTNER in name for name in found), sorted(found)
    for name in pdfs:
        path = lab.path("pdf", name)
        subprocess.run(["qpdf", "--check", path], check=True,
                       capture_output=True)
        info = subprocess.run(["pdfinfo", path], check=True,
                              capture_output=True, text=True).stdout
        assert "Pages:" in info
    (parcel,) = lab.parcels()
    assert {leg["way"] for leg in lab.parcel(parcel["id"])["legs"]} == {"pdf"}


def test_paper_is_taken_back_on_paper(lab, tmp_path):
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[PARTNER])
    lab.offices[CARE].send_all(paths)
    (parcel,) = lab.wait_parcels(1, "delivered", seconds=30)
    first = set(files_below(lab.path("pdf")))
    assert lab.ctl("parcel", "recall", parcel["id"], check=False)[
        "too_late"] == 1

    def notice():
        for name in set(files_below(lab.path("pdf"))) - first:
            if name.lower().endswith(".pdf"):
                return subprocess.run(
                    ["pdftotext", "-layout", lab.path("pdf", name), "-"],
                    check=True, capture_output=True, text=True).stdout
        return None

    text = wait_for(lab.tails, notice, 40)
    assert "取り消しのお知らせ" in text and parcel["id"][:12] in text, text
    assert MARKER not in text


def test_attachments_travel_as_they_are(lab):
    files = {"担当者会議 12月.pdf": b"%PDF-1.4\n" + os.urandom(5000),
             "写真.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + os.urandom(2000),
             "memo.txt": "髙﨑様の件、明日\r\n".encode("cp932")}
    for name, data in files.items():
        lab.offices[CARE].send(name, data, partner=VISIT)
    lab.offices[VISIT].wait_inbox(files)
    lab.wait_parcels(len(lab.parcels()), "delivered")
    assert lab.offices[DAY].files("inbox") == {}


def test_large_attachment_goes_in_chunks(lab):
    data = b"%PDF-1.4\n" + os.urandom(9 * 1024 * 1024 + 17)
    lab.offices[CARE].send("大きい.pdf", data, partner=VISIT)
    lab.offices[VISIT].wait_inbox({"大きい.pdf": data}, 60)
    counters = lab.counters()
    # 1 MiB each (PROTOCOL.md): nine whole ones and what is left
    assert counters["chunks_in"] >= 10 and counters["chunks_out"] >= 10
    assert [p["bytes"] for p in lab.parcels()] == [len(data)]


def test_month_and_answers(lab, tmp_path):
    """What ops/demo shows, small: plans out, results back."""
    import datetime
    corp = gen.Corporation(
        gen.Office(CARE, "43", "試験事業所1", 1, "bus", "care"),
        [gen.Office(VISIT, "11", "試験事業所2", 1, "bus", "visit"),
         gen.Office(DAY, "15", "試験事業所3", 1, "bus", "day")],
        gen.Office(PARTNER, "17", "試験事業所9", 0, "pdf", ""))
    paths = gen.month(str(tmp_path / "out"), datetime.date(2026, 12, 1), 8, 1,
                      corp)
    care = lab.offices[CARE]
    care.send_all(paths)
    wanted = by_name(paths)
    for number in (VISIT, DAY):
        lab.offices[number].wait_inbox(
            {n: d for n, d in wanted.items() if f"_{number}_" in n}, 40)
    answers = {}
    for number in (VISIT, DAY):
        office = lab.offices[number]
        mine = gen.answer(office.inbox, str(tmp_path / number))
        office.take()
        office.send_all(mine)
        answers.update(by_name(mine))
    assert answers
    care.wait_inbox(answers, 40)


def test_types_of_one_number_have_their_own_desks(make_lab, tmp_path):
    rows = [row(1, "43", "care"), row(2, "11", "visit"),
            {**row(2, "15", "small"), "name": "試験デイ"}]
    lab = make_lab(rows)
    lab.up()
    report = lab.report()
    folders = {key: f for a in report["agents"]
               for key, f in a.get("folders", {}).items()}
    assert {f"{VISIT}/11", f"{VISIT}/15"} <= set(folders)
    paths = plan_set(tmp_path / "out", rows[0], rows[2])
    lab.offices[CARE].send_all(paths)
    inbox = folders[f"{VISIT}/15"]["inbox"]
    wait_for(lambda: repr(files_below(inbox).keys()) + lab.tails(),
             lambda: files_below(inbox) == by_name(paths))
    assert files_below(folders[f"{VISIT}/11"]["inbox"]) == {}


def test_old_and_new_order_of_one_pair(lab, tmp_path):
    """F29: A corrected set with a later 連番 never overtakes the first one."""
    first = plan_set(tmp_path / "a", ROWS[CARE], ROWS[VISIT],
                     "20261124150000", seed=1)
    second = plan_set(tmp_path / "b", ROWS[CARE], ROWS[VISIT],
                      "20261124160000", seed=2)
    visit = lab.agent("visit")
    assert visit.stop()
    for count, paths in ((1, second), (2, first)):
        lab.offices[CARE].send_all(paths)
        lab.wait_parcels(count)
    visit.start()
    lab.offices[VISIT].wait_inbox(by_name(first + second))
    lab.wait_parcels(2, "delivered")
    delivered = {}
    for parcel in lab.parcels():
        whole = lab.parcel(parcel["id"])
        delivered[whole["stamp"]] = [s["at_ms"] for s in whole["steps"]
                                     if s["state"] == "delivered"][0]
    assert delivered["20261124150000"] <= delivered["20261124160000"]
