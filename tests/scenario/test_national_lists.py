"""How far back the national gateway asks: the whole window once, from then on
only what can be new; and what appears late comes all the same."""
import datetime

import pytest
from lab import NUMBER, by_name, plan_set, row, wait_for
from national_room import CARE, PARTNERS, NationalRoom

P1, P2 = PARTNERS[:2]
# plans come in here: ours is a service office, one partner a care manager
ROWS = {r["office_number"]: r for r in
        [row(1, "11", "care"), row(11, "43", inside=0, way="national"),
         row(12, "43", inside=0, way="national")]}
DAY_MS = 24 * 3600 * 1000
assert (CARE, P1, P2) == (NUMBER[1], NUMBER[11], NUMBER[12])


@pytest.fixture
def room(make_lab):
    made = NationalRoom(make_lab(list(ROWS.values())), accounts=[P1, P2],
                        receivers=[P1, P2], receive__overlap="1 s")
    yield made
    made.close()


def plan(folder, sender, number):
    return by_name(plan_set(str(folder), ROWS[sender], ROWS[CARE],
                            stamp=f"202611241500{number:02}", seed=number))


def since_of(call):
    return int(datetime.datetime.fromisoformat(
        call["since"]).timestamp() * 1000)


def asked(room):
    """The lists of our office: calls with ms, how far back."""
    return [{**c, "back": c["at"] - since_of(c)}
            for c in room.nation.calls("received") if c["office"] == CARE]


def wait_asked(room, what, good, after=0):
    """Until a list after that call is asked that way; it."""
    found = []

    def look():
        found[:] = [c for c in asked(room) if c["id"] > after and good(c)]
        return found
    wait_for(lambda: f"{what}: {asked(room)[-5:]}\n{room.tail()}", look, 60)
    return found[0]


def narrow(call):
    return call["back"] < DAY_MS


def bring(room, folder, good):
    """Sets come in, one after the other, until a list is asked that way; how
    many."""
    office = room.lab.offices[CARE]
    for number in range(1, 60):
        new = plan(folder / str(number), P2, number)
        room.nation.deliver(P2, CARE, new)
        office.wait_inbox(new, 60)
        office.take()
        wait_asked(room, "once more", lambda c: True, asked(room)[-1]["id"])
        if good(asked(room)[-1]):
            return number
    raise AssertionError(f"never asked so: {asked(room)[-5:]}")


def test_whole_once_then_what_is_new(room, tmp_path):
    """And whole again after trouble, and after a start."""
    room.open()
    count = bring(room, tmp_path, lambda c: c["listed"] and narrow(c)
                  and c["listed"] < len(room.nation.items()))
    start = next(c for c in asked(room) if narrow(c))
    later = asked(room)[-1]
    calls = [c for c in asked(room) if start["id"] <= c["id"] <= later["id"]]
    assert all(narrow(c) for c in calls), calls
    assert all(c["back"] > 34 * DAY_MS for c in asked(room)
               if c["id"] < start["id"])
    for trouble in ({"status": 500}, {"garbage": True}):
        room.nation.fault("received", office=CARE, **trouble)
        met = wait_asked(room, "trouble", lambda c: c["status"] != 200
                         or c["did"], later["id"])
        whole = wait_asked(room, "whole", lambda c: True, met["id"])
        assert not narrow(whole) and whole["listed"] == count, whole
        later = wait_asked(room, "narrow", narrow, whole["id"])
        assert later["listed"] < count
    last = asked(room)[-1]["id"]
    room.restart()
    whole = wait_asked(room, "whole", lambda c: not narrow(c), last)
    assert whole["listed"] == count
    wait_asked(room, "narrow", narrow, whole["id"])
    assert len(room.lab.parcels()) == count
    assert not room.lab.offices[CARE].files("inbox")


def test_what_appears_late(room, tmp_path):
    """A set whose last file comes long after its first is seen by nobody before,
    and has the time of the first: the next whole list brings it, once."""
    room.open()
    office = room.lab.offices[CARE]
    late = plan(tmp_path / "late", P1, 1)
    room.nation.fault("send", office=P1, refuse=1)
    _, answer = room.client(P1).send(CARE, "11", late)
    assert answer["result"]["code"] == "W001", answer
    item = answer["item_id"]
    begun = datetime.datetime.fromisoformat(answer["accepted_at"])
    left = [f["name"] for f in answer["files"]
            if f["result"]["code"] == "R001"]

    def after_it(call):
        return since_of(call) > begun.timestamp() * 1000
    bring(room, tmp_path, after_it)
    _, answer = room.client(P1).send(CARE, "11", {n: late[n] for n in left})
    assert (answer["result"]["code"], answer["item_id"]) == ("0000", item)
    room.nation.fault("received", office=CARE, status=500)
    room.nation.fault("received", office=CARE, twice=True, count=0)
    office.wait_inbox(late, 60)
    office.take()
    wait_asked(room, "narrow", after_it, asked(room)[-1]["id"])
    fetched = room.nation.calls("fetch")
    assert len({c["item"] for c in fetched}) == len(fetched), fetched
    assert not office.files("inbox")


def test_what_is_not_safe_stays_in_the_lists(room, tmp_path):
    """It cannot be fetched for a while: until then lists go back to it."""
    room.settings["wait/first"] = "500 ms"
    room.open()
    office = room.lab.offices[CARE]
    room.nation.fault("fetch", office=CARE, status=500, count=6)
    stuck = plan(tmp_path / "1", P2, 1)
    item = room.nation.deliver(P2, CARE, stuck)
    office.wait_inbox(stuck, 60)
    office.take()
    failed = [c for c in room.nation.calls("fetch")]
    assert len(failed) == 7 and failed[-1]["status"] == 200, (item, failed)
    between = [c for c in asked(room)
               if failed[0]["id"] < c["id"] < failed[-1]["id"]]
    assert all(c["listed"] == 1 for c in between), between
    assert room.nation.doubles() == []
