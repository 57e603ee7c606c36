"""The national gateway over the API, against the practice national system
(F42-F44, T35, T36): nothing is sent twice, nothing is lost, one office's
trouble is its own."""
import datetime
import os

import pytest
from lab import NUMBER, holds, row, wait_for
from national_room import (CARE, PARTNERS, ROWS, SECOND, THIRD,
                           NationalRoom, actual)

P1, P2, P3, P4 = PARTNERS


@pytest.fixture
def open_room(make_lab):
    rooms = []

    def make(rows=None, **settings):
        lab = make_lab(list((rows or ROWS).values()))
        rooms.append(NationalRoom(lab, **settings))
        return rooms[-1]

    yield make
    for made in rooms:
        made.close()


def steps(room, parcel):
    return [s["code"] for s in room.lab.parcel(parcel["id"])["steps"]]


def test_out_and_in(open_room, tmp_path):
    """A set goes out, is listed, fetched; the answer comes in byte for byte,
    also from an office that no list of ours knows."""
    room = open_room(offices=[CARE, SECOND]).open()
    files = room.plan(P1)
    room.send(files)
    room.wait_there(files)
    room.wait_receipts(1)
    (item,) = room.nation.items()
    assert (item["from"], item["to"], item["state"]) == (CARE, P1, "sent")
    assert code(room.client(P1).fetch(item["item_id"])) == "0000"
    room.wait_receipts(1, "picked-up")
    unknown = row(15, "11", inside=0)
    for sender, number in ((ROWS[P1], 1), (unknown, 2)):
        answer = actual(tmp_path / str(number), sender, ROWS[SECOND])
        room.nation.deliver(sender["office_number"], SECOND, answer)
        room.lab.offices[SECOND].wait_inbox(answer, 60)
        room.lab.offices[SECOND].take()
    assert room.nation.doubles() == []
    assert {i["state"] for i in room.nation.items()} == {"fetched"}


def code(answer):
    status, document = answer
    assert status == 200, answer
    return document["result"]["code"]


TROUBLE = {     # what happens to the calls of three offices
    "answers": ([("send", {"status": 503, "count": 3})],
                [("send", {"status": 500, "count": 2})],
                [("send", {"garbage": True, "count": 2})]),
    "lines": ([("send", {"cut": True, "count": 2})],
              [("send", {"lost": True, "count": 3})],
              [("send", {"hang": True})]),
    "late": ([("send", {"hang_after": True, "count": 2})],
             [("send", {"slow": 2.5, "count": 2})],
             [("send", {"refuse": 1, "count": 2})]),
    "lists": ([("sent", {"twice": True, "count": 0}),
               ("send", {"lost": True, "count": 2})],
              [("sent", {"status": 500, "count": 2}),
               ("send", {"lost": True})],
              [("sent", {"garbage": True, "count": 2}),
               ("send", {"lost": True})]),
    "doors": ([("login", {"status": 503, "count": 2})],
              [("send", {"status": 401, "count": 2})],
              [("login", {"cut": True})]),
}


def two_by_two(room, senders=(CARE,)):
    """Two sets of each sender to each of two partners; {sender: {name:
    bytes}}."""
    return {s: {n: d for p in (P1, P2) for k in (1, 2)
                for n, d in room.plan(p, sender=s, number=k).items()}
            for s in senders}


def all_there(room, files, seconds=90):
    """Every set there once, and told to its sender."""
    for sender, mine in files.items():
        room.send(mine, sender)
    room.wait_there([n for mine in files.values() for n in mine], seconds)
    room.wait_receipts(4 * len(files), seconds=seconds)


@pytest.mark.parametrize("name", TROUBLE)
def test_f42_trouble(open_room, name):
    offices = (CARE, SECOND, THIRD)
    room = open_room(offices=offices,
                     list__lag="4 s" if name == "late" else "1500 ms")
    room.profile_more.update({"limits__timeout": "1500 ms", "http__wait": "500 ms"})
    room.open()
    for office, faults in zip(offices, TROUBLE[name]):
        for on, fault in faults:
            room.nation.fault(on, office=office, **fault)
    if name == "doors":     # all must log in again
        for kind in ("refresh", "access"):
            room.nation.ask("expire", {"kind": kind})
    all_there(room, two_by_two(room, offices))
    for office, faults in zip(offices, TROUBLE[name]):
        for on, fault in faults:
            met = [c for c in room.nation.calls(on) if c["office"] == office
                   and (c["status"] != 200 or c["did"]
                        or c["code"] not in ("", "0000"))]
            assert met, (office, on, fault)


def test_f42_tokens_end(open_room):
    """Access for a second or two, renewal for a few: work goes on, and no
    login is ever refused."""
    room = open_room()
    room.profile_more.update({"session__margin": "0 s"})
    room.nation.start()
    room.nation.set(access_seconds=1, refresh_seconds=3)
    room.nation.stop()
    room.open()
    for k in range(4):
        files = room.plan(P1, number=k + 1)
        before = len(room.nation.calls("login"))
        room.send(files)
        wait_for(room.tail, lambda: set(files) <= set(room.sent_names()), 60)
        if k % 2:
            room.nation.ask("expire", {"kind": "access"})
        if k == 2:
            wait_for(room.tail, lambda: len(room.nation.calls("login"))
                     > before, 60)
    room.wait_receipts(4)
    assert room.nation.doubles() == []
    assert not [c for c in room.nation.calls("login") if c["code"] != "0000"]
    assert room.nation.calls("refresh")


def test_f42_maintenance(open_room):
    room = open_room()
    room.profile_more.update({"http__wait": "500 ms"})
    room.open()
    room.nation.maintenance(3)
    all_there(room, two_by_two(room))
    assert "code=national-pause" in room.lab.logs(), "it was not met"


def test_f42_the_list_lags(open_room):
    """An answer is lost, and what was sent is not in the list yet."""
    room = open_room(list__lag="3 s")
    room.open()
    room.nation.set(list_lag_ms=1500)
    room.nation.fault("send", lost=True, count=2)
    all_there(room, two_by_two(room))


def test_f42_both_sides_are_killed(open_room):
    """In the middle, in turn."""
    room = open_room().open()
    files = {}
    for k in range(1, 5):
        new = {n: d for p in (P1, P2, P3)
               for n, d in room.plan(p, number=k).items()}
        room.send(new)
        files.update(new)
        wait_for(room.tail, lambda: len(room.sent_names()) > len(files) // 2,
                 60)
        if k % 2:
            room.nation.kill()
            room.nation.start()
        else:
            room.lab.kill(room.process)
            room.start()
    room.wait_there(files, 90)
    room.wait_receipts(12, seconds=60)


def test_f44_duplicates(open_room, tmp_path):
    """Another PC of the office has fetched it, and it stands there twice under
    one id and under two: the office gets it once."""
    room = open_room().open()
    room.nation.fault("received", twice=True, count=0)
    answer = actual(tmp_path / "a", ROWS[P1], ROWS[CARE])
    room.process.stop()
    item = room.nation.deliver(P1, CARE, answer)
    room.nation.ask("fetch", {"item_id": item})
    room.start()
    office = room.lab.offices[CARE]
    office.wait_inbox(answer, 60)
    office.take()
    again = room.nation.ask("duplicate", {"item_id": item})["item_id"]
    wait_for(room.tail, lambda: [i for i in room.nation.items()
                                 if i["item_id"] == again
                                 and i["state"] == "fetched"], 60)
    # and somebody can see that it came twice
    wait_for(room.tail, lambda: any(
        n["code"] == "received-twice" and n["office"] == CARE
        for n in room.ctl("notices", "--folder",
                          room.folder)["notices"]), 60)
    assert room.restart()
    assert holds(lambda: not office.files("inbox"), 2), office.files("inbox")
    assert len(room.lab.parcels()) == 1


def test_certificates_are_over(open_room):
    """F38, T06:
    One has expired, one was withdrawn: those offices wait, the third goes
    on; with new ones they go on, too."""
    room = open_room(offices=[CARE, SECOND, THIRD]).open()
    past = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    room.nation.ask("office", {"number": SECOND, "types": ["43"],
                               "account": True, "until": past.isoformat()})
    room.nation.ask("withdraw", {"number": THIRD})
    room.add(SECOND)
    # who asks what ends is told by exit status; facts without the secret are
    # shown, and are not proven
    code = room.ctl("cert", "list", "--containers", room.containers,
                    "--secret", room.secret, check=False)
    assert {c["office"]: c["stage"] for c in code["certificates"]}[
        SECOND] == "expired"
    assert not any("unproven" in c for c in code["certificates"])
    code = room.ctl("cert", "list", "--containers", room.containers,
                    "--secret", room.secret + ".absent", check=False)
    assert len(code["certificates"]) == 3
    assert all(c["unproven"] for c in code["certificates"])
    room.restart()
    mine = {s: room.plan(P1, sender=s) for s in (CARE, SECOND, THIRD)}
    for sender, files in mine.items():
        room.send(files, sender)
    wait_for(room.tail, lambda: set(mine[CARE]) <= set(room.sent_names()), 60)
    wait_for(room.tail, lambda: sorted(
        leg["state"] for p in room.lab.parcels() for leg in p["legs"])[0]
        == "delivered" and len(room.lab.parcels()) == 3, 60)
    assert holds(lambda: set(room.sent_names()) == set(mine[CARE]), 1)
    for number in (SECOND, THIRD):
        room.nation.ask("office", {"number": number, "types": ["43"],
                                   "account": True})
        room.add(number)
    room.restart()
    room.wait_there([n for files in mine.values() for n in files], 90)
    room.wait_receipts(3)


def test_lock_out_is_never_provoked(open_room):
    """One office's password is wrong: it tries less often than locks, the
    others go on, and with the right one it goes on, too."""
    room = open_room(offices=[CARE, SECOND])
    room.profile_more["tries__max"] = "2"
    room.open()
    right = room.nation.secrets_of(SECOND)[0]
    room.add(SECOND, password="wrong-password-of-nobody")
    room.restart()
    mine = {s: room.plan(P1, sender=s) for s in (CARE, SECOND)}
    for sender, files in mine.items():
        room.send(files, sender)
    wait_for(room.tail, lambda: set(mine[CARE]) <= set(room.sent_names()), 60)
    wait_for(room.tail, lambda: room.nation.accounts()[SECOND]["failures"], 60)
    room.restart()          # also over restarts it is not tried for ever
    assert holds(lambda: room.nation.accounts()[SECOND]["failures"] < 4, 2)
    account = room.nation.accounts()[SECOND]
    assert not account["locked"] and account["failures"] < 4, account
    room.add(SECOND, password=right)
    room.restart()
    room.wait_there({**mine[CARE], **mine[SECOND]}, 90)
    room.wait_receipts(2)


UNKNOWN = NUMBER[16]


def test_receivers_that_are_not_there(open_room):
    """What the nation will never take is parked, with the reason."""
    rows = {**ROWS, UNKNOWN: row(16, "11", inside=0, way="national")}
    room = open_room(rows).open()
    room.send(room.plan(UNKNOWN))
    room.lab.wait_parcels(1, "parked", 60)
    (parcel,) = room.lab.parcels()
    assert "registered" in repr(room.lab.parcel(parcel["id"])), (
        room.lab.parcel(parcel["id"]))
    # it has joined now, and a person lets it go again
    room.nation.ask("office", {"number": UNKNOWN, "types": ["11"]})
    room.lab.ctl("parked", "requeue", parcel["id"])
    room.wait_receipts(1)
    assert room.nation.doubles() == []
    assert os.listdir(room.folder)
