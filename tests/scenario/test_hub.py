"""Other hubs: laid once, taken once, whatever is killed; the folder driver."""
import os

import pytest
from hub_room import HubRoom, profile, rows
from lab import NUMBER, holds

OURS, THEIRS = NUMBER[1], NUMBER[9]


@pytest.fixture
def make_room(make_lab):
    rooms = []

    def make(text=None, **settings):
        room = HubRoom(make_lab(rows()), text or profile(), **settings)
        rooms.append(room)
        return room

    yield make
    for room in rooms:
        room.close()


def beyond(files):
    """As they lie at the hub."""
    return {os.path.join(THEIRS, name): data for name, data in files.items()}


def test_handed_over_and_seen_by_a_person(make_room):
    hub = make_room(profile("seen")).up()
    files = hub.plan()
    hub.send(files)
    hub.wait(lambda: hub.laid("out") == beyond(files))
    job = hub.wait(lambda: [j for j in hub.jobs() if j["state"] == "handed"])
    # it lies there: the sender sees that step, and no more than that
    parcel = hub.parcels(1)[0]["id"]
    hub.wait(lambda: "handed-over" in repr(hub.lab.parcel(parcel)))
    assert "delivered" not in hub.lab.states(parcel)
    wrong = hub.ctl("seen", "ffff", "--by", "佐藤", check=False)
    assert wrong["code"] == "not-found"
    said = hub.ctl("seen", job[0]["job"][:12], "--by", "佐藤")
    assert said["job"]["state"] == "seen" and said["job"]["by"] == "佐藤"
    hub.parcels(1, state="delivered")
    hub.wait(lambda: hub.jobs() == [])
    assert hub.laid("out") == beyond(files)


def test_delivered_when_handed_over_and_picked_up_when_gone(make_room):
    hub = make_room(profile("handed", "gone")).up()
    files = hub.plan()
    hub.send(files)
    hub.parcels(1, state="delivered")
    assert hub.laid("out") == beyond(files)
    for name in files:
        os.unlink(os.path.join(hub.place, "out", THEIRS, name))
    hub.parcels(1, state="picked-up")
    hub.wait(lambda: hub.jobs() == [])


def test_seen_when_moved(make_room):
    hub = make_room(profile("seen", "moved")).up()
    files = hub.plan()
    hub.send(files)
    hub.wait(lambda: hub.laid("out") == beyond(files))
    # laid there is not seen: nobody is told that it arrived
    assert holds(lambda: [leg["state"] for p in hub.lab.parcels()
                          for leg in p["legs"]] == ["ready"], 1)
    os.makedirs(os.path.join(hub.place, "seen"))
    for name in files:
        os.rename(os.path.join(hub.place, "out", THEIRS, name),
                  os.path.join(hub.place, "seen", name))
    hub.parcels(1, state="delivered")


def test_never_over_another_file(make_room):
    hub = make_room().up()
    files = hub.plan()
    name = sorted(files)[0]
    hub.put(name, b"somebody else's\r\n", os.path.join("out", THEIRS))
    hub.send(files)
    hub.parcels(1, state="parked")
    assert hub.laid("out") == {
        os.path.join(THEIRS, name): b"somebody else's\r\n"}
    left = os.listdir(os.path.join(hub.place, "out", THEIRS))
    assert left == [name], "nothing of ours stays"
    job = hub.jobs()[0]
    assert (job["state"], job["code"]) == ("failed", "name-taken")
    # a person clears it up and has the leg queued again
    os.unlink(os.path.join(hub.place, "out", THEIRS, name))
    leg = hub.lab.ctl("parked", "list")["parked"][0]
    hub.lab.ctl("parked", "requeue", f"{leg['id']}/{leg['leg']}")
    hub.parcels(1, state="delivered")
    assert hub.laid("out") == beyond(files)


def test_what_the_hub_does_not_take(make_room):
    text = profile().replace('attachments = "yes"',
                             'editions = "V3"')
    hub = make_room(text).up()
    hub.send(hub.plan())
    hub.parcels(1, state="parked")
    assert hub.lab.ctl("parked", "list")["parked"][0]["code"] == "hub-edition"
    assert hub.laid() == {}


def test_the_place_is_away_for_a_while(make_room):
    hub = make_room().up()
    away = hub.place + "-away"
    os.rename(hub.place, away)
    hub.restart()
    files = hub.plan()
    hub.send(files)
    hub.wait(lambda: [j for j in hub.jobs() if j["tries"] > 1])
    os.rename(away, hub.place)
    hub.parcels(1, state="delivered")
    assert hub.laid("out") == beyond(files)


def test_what_comes_in(make_room):
    hub = make_room(profile(taken="taken")).up()
    files = hub.answer()
    for name, data in files.items():
        hub.put(name, data)
    hub.inbox(files)
    hub.wait(lambda: not hub.laid("in"))
    assert hub.laid("taken") == files
    # the same once more: known, taken away, no second parcel
    for name, data in files.items():
        hub.put(name, data)
    hub.wait(lambda: not hub.laid("in"))
    assert len(hub.lab.parcels()) == 1
    # an attachment whose name says from whom and for whom; one that does not
    paper = f"{THEIRS}_{OURS}_連絡.pdf"
    hub.put("strange.pdf", b"%PDF-1.4 nobody's")
    hub.put(paper, b"%PDF-1.4 ours")
    hub.inbox({**files, paper: b"%PDF-1.4 ours"})
    hub.wait(lambda: list(hub.laid("in")) == ["strange.pdf"])


def test_what_comes_in_says_whether_it_is_about_the_same_people(make_room):
    """Two versions have one mark, another client's set has another: without one
    the broker cannot tell that the second takes the place of the first."""
    hub = make_room().up()
    hub.lab.broker()[0].stop()
    sets = {"20261125100000": 7, "20261125110000": 7, "20261125120000": 8}
    for stamp, seed in sets.items():
        for name, data in hub.answer(stamp, seed).items():
            hub.put(name, data)
    hub.wait(lambda: set(hub.kept_marks()) == set(sets))
    first, second, other = [mark for _, mark in sorted(
        hub.kept_marks().items())]
    assert first == second != other


def test_what_nobody_here_may_have_stays(make_room):
    hub = make_room().up()
    files = {n.replace(OURS, NUMBER[5]): d for n, d in hub.answer().items()}
    for name, data in files.items():
        hub.put(name, data)
    hub.wait(lambda: os.listdir(os.path.join(hub.folder, "inbound",
                                             "refused")))
    assert holds(lambda: hub.laid("in") == files, 0.5)
    hub.restart()
    assert holds(lambda: hub.laid("in") == files, 0.5)
    assert hub.lab.parcels() == []


POINTS = ["hub-kept", "hub-laying", "hub-folder-file", "hub-put", "hub-laid",
          "hub-named", "hub-handed", "hub-before-settle", "hub-ended"]


def kill_at(hub, point):
    """Killed there once; started again without it."""
    hub.restart(TASUKI_CRASH=point + ":1")


def died(hub):
    hub.process.reap()
    return hub.process.pid() is None


def test_killed_anywhere_and_laid_once(make_room):
    """The hub takes every file the moment it has its name: a second copy would
    show."""
    hub = make_room().up()
    got = []

    def drain():
        for name, data in hub.laid("out").items():
            got.append((os.path.basename(name), data))
            os.unlink(os.path.join(hub.place, "out", name))
        return True

    for n, point in enumerate(POINTS):
        kill_at(hub, point)
        files = hub.plan(stamp=f"202611241500{n:02}", seed=n + 1)
        hub.send(files)
        hub.wait(lambda: drain() and died(hub))
        drain()
        hub.start()
        hub.wait(lambda: drain() and len(hub.lab.parcels()) == n + 1 and all(
            leg["state"] == "delivered" for p in hub.lab.parcels()
            for leg in p["legs"]))
        drain()
        assert sorted(got) == sorted(files.items()), point
        got.clear()


IN_POINTS = ["inbound-kept", "inbound-known", "inbound-answered",
             "inbound-noted", "hub-cleared", "inbound-done"]


def test_killed_anywhere_and_taken_once(make_room):
    hub = make_room().up()
    for n, point in enumerate(IN_POINTS):
        kill_at(hub, point)
        files = hub.answer(stamp=f"202611251000{n:02}", seed=n + 1)
        for name, data in files.items():
            hub.put(name, data)
        hub.wait(lambda: died(hub))
        hub.start()
        hub.inbox(files)
        hub.wait(lambda: not hub.laid("in"))
        assert len(hub.lab.parcels()) == n + 1, point
        hub.office().take()
