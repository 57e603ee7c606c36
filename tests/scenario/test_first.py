"""The first files for a partner (T32): a number that is one digit off is a good
number, so people are told what that office is called, or asked."""
import os
import shutil

import pytest
from lab import FOLDERS, NUMBER, by_name, holds, plan_set, row, wait_for

CARE, VISIT, DAY = NUMBER[1], NUMBER[2], NUMBER[3]
ROWS = {CARE: row(1, "43", "care"),
        VISIT: row(2, "11", "visit", name="さくら訪問介護"),
        DAY: row(3, "15", "day", name="もみじデイサービス")}


@pytest.fixture
def up(make_lab):
    def start(first=None):
        made = make_lab(list(ROWS.values()))
        if first:
            made.setting("office-care", partner__first=first)
        made.up()
        return made
    return start


def plans(folder, to=VISIT, **more):
    return plan_set(folder, ROWS[CARE], ROWS[to], **more)


def notice(office):
    return next((d.decode("utf-8-sig") for n, d in office.files("hold").items()
                 if n.endswith(".txt")), None)


def csvs(office):
    """What is held, without the notices."""
    return {n: d for n, d in office.files("hold").items()
            if not n.endswith(".txt")}


def again(lab):
    lab.agent("care").stop()
    lab.up()


def test_told_once(up, tmp_path):
    """By default they go, and the status file says who that is."""
    lab = up()
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    first = plans(tmp_path / "a")
    care.send_all(first)
    visit.wait_inbox(by_name(first))
    wait_for(lab.tails, lambda: "さくら訪問介護" in care.status_text())
    assert VISIT in care.status_text()
    before = care.status_text().count("さくら訪問介護")
    second = plans(tmp_path / "b", stamp="20261125090000")
    care.send_all(second)
    visit.wait_inbox({**by_name(first), **by_name(second)})
    lab.wait_parcels(2, "delivered")
    assert care.status_text().count("さくら訪問介護") == before


def test_who_sent_to_us_is_known(up, tmp_path):
    lab = up()
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    visit.send("hello.txt", b"hello", partner=CARE)
    care.wait_inbox({"hello.txt": b"hello"})
    paths = plans(tmp_path / "a")
    care.send_all(paths)
    visit.wait_inbox(by_name(paths))
    lab.wait_parcels(2, "delivered")
    assert "さくら訪問介護" not in care.status_text()


def test_held_until_a_person_agrees(up, tmp_path):
    """Nothing leaves; moved back, the set goes, and later ones by themselves."""
    lab = up("hold")
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    first = plans(tmp_path / "a")
    care.send_all(first)
    wait_for(lab.tails, lambda: notice(care) is not None)
    said = notice(care)
    assert VISIT in said and "さくら訪問介護" in said and "不足" not in said
    assert csvs(care) == by_name(first)
    assert lab.parcels() == []

    # still held after a restart, and when another partner's set goes on hold
    again(lab)
    day = plans(tmp_path / "d", to=DAY)
    care.send_all(day)
    wait_for(lab.tails, lambda: csvs(care) == by_name(first + day))
    assert holds(lambda: lab.parcels() == [], 0.5)

    # one file is enough: the others of the set come along
    name = os.path.basename(first[0])
    shutil.move(os.path.join(care.hold, name),
                os.path.join(care.outbox, name))
    visit.wait_inbox(by_name(first))
    second = plans(tmp_path / "b", stamp="20261125090000")
    care.send_all(second)
    visit.wait_inbox({**by_name(first), **by_name(second)})
    assert csvs(care) == by_name(day)
    assert lab.offices[DAY].files("inbox") == {}


def test_attachments_are_asked_about(up):
    """Put in by hand: putting them there again is a yes."""
    lab = up("hold")
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    care.send("memo.csv", b"a,b\r\n", partner=VISIT)
    text = care.wait_rejected("memo.csv")
    assert VISIT in text and "さくら訪問介護" in text and FOLDERS["outbox"] in text
    assert lab.parcels() == []
    care.send("memo.csv", b"a,b\r\n", partner=VISIT)
    visit.wait_inbox({"memo.csv": b"a,b\r\n"})


def test_after_an_upgrade_old_partners_are_known(up, tmp_path):
    """Who is in the sent folders needs no question."""
    lab = up("send")
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    first = plans(tmp_path / "a")
    care.send_all(first)
    visit.wait_inbox(by_name(first))
    lab.wait_parcels(1, "delivered")
    lab.agent("care").stop()
    shutil.rmtree(os.path.join(care.folder, ".known"))
    lab.setting("office-care", partner__first="hold")
    lab.up()
    second = plans(tmp_path / "b", stamp="20261125090000")
    care.send_all(second)
    visit.wait_inbox({**by_name(first), **by_name(second)})
    day = plans(tmp_path / "d", to=DAY)
    care.send_all(day)
    wait_for(lab.tails, lambda: notice(care) is not None)
    assert "もみじデイサービス" in notice(care)
