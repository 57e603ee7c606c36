"""Two sites without a line: two brokers, and a folder as the medium.

Whatever happens to the medium, each file is in its inbox once, and the sender
hears of it when a medium comes back.
"""
import glob
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from hub_room import COURIER, HubRoom
from lab import NUMBER, by_name, holds, plan_set, read, row

CARE, DAY = NUMBER[1], NUMBER[9]


class Site(HubRoom):
    """One side: its broker, its office, its agent of the courier."""

    def __init__(self, lab, name, number):
        super().__init__(lab, COURIER)
        self.site, self.number = name, number

    def keys(self, peer=None):
        more = ["--peer", peer] if peer else []
        return self.lab.ctl("courier", "init", self.folder, "--name",
                            self.site, *more)

    def office(self):
        return self.lab.offices[self.number]

    def status(self):
        return self.lab.ctl("courier", "status", self.folder)

    def export(self, medium):
        return self.lab.ctl("courier", "export", self.folder, medium)

    def take(self, medium):
        return self.lab.ctl("courier", "import", self.folder, medium)

    def waiting(self, count):
        """So many parcels may go."""
        self.wait(lambda: self.status()["waiting"] == count)

    def owed(self, word, count=1):
        """So many receipts of that kind are to be returned."""
        def there():
            folder = os.path.join(self.folder, "courier", "owed")
            return sum(word in read(os.path.join(folder, name)).decode()
                       for name in os.listdir(folder)
                       if not name.startswith(".")) == count
        self.wait(there)

    def killed(self, verb, medium, point):
        """tasukictl, killed at that point; True if it was."""
        done = subprocess.run(
            [os.path.join(self.lab.bin, "tasukictl"), "courier", verb,
             self.folder, medium], capture_output=True, timeout=60,
            check=False, env={**os.environ, "TASUKI_CRASH": point})
        return done.returncode == -9


@pytest.fixture
def sites(make_lab):
    left = Site(make_lab([row(1, "43", "care"),
                          row(9, "17", inside=0, way="hub:test")], "left"),
                "left", CARE)
    right = Site(make_lab([row(9, "17", "day"),
                           row(1, "43", inside=0, way="hub:test")], "right"),
                 "right", DAY)
    try:
        prints = left.keys(), right.keys()
        assert left.keys(prints[1]["file"])["peer"] == prints[1]["us"]
        assert right.keys(prints[0]["file"])["peer"] == prints[0]["us"]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Site.up, (left, right)))
        yield left, right
    finally:
        left.close()
        right.close()


@pytest.fixture
def medium(tmp_path):
    def make(name):
        path = str(tmp_path / name)
        os.makedirs(path, exist_ok=True)
        return path
    return make


def bundles(medium):
    return sorted(glob.glob(os.path.join(medium, "TASUKI", "*", "*.TCB")))


def plan(site, number):
    """The number-th set from left to right."""
    stamp = f"202611241500{number:02}"
    return by_name(plan_set(site.lab.path("made", stamp), row(1, "43"),
                            row(9, "17"), stamp=stamp, seed=number))


def test_there_and_back(sites, medium):
    """T51."""
    left, right = sites
    stick = medium("stick")
    files = plan(left, 1)
    left.send(files)
    left.waiting(1)
    parcel = left.lab.parcels()[0]["id"]
    said = left.export(stick)
    assert (said["bundles"], said["parcels"], said["first"]) == (1, 1, 1)
    # nothing on the medium can be read by who finds it, nor its names
    for path in bundles(stick):
        data = read(path)
        assert b"UPPLAN" not in data and CARE.encode() not in data
        assert len(os.path.basename(path)) == 12
    said = right.take(stick)
    assert (said["bundles"], said["parcels"], said["damaged"]) == (1, 1, 0)
    right.inbox(files)
    assert right.lab.parcels()[0]["id"] == parcel
    assert "delivered" not in left.lab.states(parcel)
    # the way back carries what became of it, and a file the other way
    back = {f"{CARE}-連絡.pdf": b"%PDF-1.4 from the other side"}
    for name, data in back.items():
        right.office().send(name, data, CARE)
    right.waiting(1)
    right.owed("delivered")
    assert right.export(stick)["receipts"] == 1
    assert left.take(stick)["receipts"] == 1
    left.parcels(1, state="delivered", **{"from": CARE})
    left.inbox(back)
    left.wait(lambda: left.jobs() == [])
    # the next round: receipts that arrived are not carried any more
    left.owed("delivered")
    left.export(stick)
    right.take(stick)
    right.wait(lambda: right.jobs() == [])
    assert right.export(medium("last"))["receipts"] == 0
    assert right.export(medium("last"))["parcels"] == 0
    state = left.status()
    assert (state["waiting"], state["under_way"], state["carried"]) == \
        (0, 0, 0)


def test_lost_old_and_copied_twice(sites, medium):
    """F50."""
    left, right = sites
    first, second = plan(left, 1), plan(left, 2)
    left.send(first)
    left.waiting(1)
    left.export(medium("lost"))
    left.send(second)
    left.waiting(1)
    stick = medium("stick")
    assert left.export(stick)["parcels"] == 2      # none is known to be there
    said = right.take(stick)
    assert said["missing_numbers"] == [1] and said["parcels"] == 2
    right.inbox({**first, **second})
    # in order
    ids = [p["id"] for p in right.lab.parcels()]
    assert sorted(ids) == sorted(p["id"] for p in left.lab.parcels())
    # the lost one turns up; copies lie about; the same stick once more
    copy = medium("copy")
    shutil.copytree(os.path.join(medium("lost"), "TASUKI"),
                    os.path.join(copy, "TASUKI"))
    for path in bundles(copy):
        shutil.copy(path, path[:-12] + "COPY-OF.TCB")
    said = right.take(copy)
    assert (said["bundles"], said["already"], said["known"]) == (1, 1, 1)
    assert said["missing"] == 0 and said["parcels"] == 0
    for _ in range(2):
        said = right.take(stick)
        assert (said["bundles"], said["already"]) == (0, 1)
    assert holds(lambda: len(right.lab.parcels()) == 2, 0.5)
    right.owed("delivered", 2)
    back = medium("back")
    right.export(back)
    # a receipt that is lost comes again, and twice does no harm
    right.export(medium("back2"))
    left.take(medium("back2"))
    left.parcels(2, state="delivered")
    said = left.take(back)
    assert said["bundles"] == 1
    # nothing old goes out again
    assert left.export(medium("after"))["parcels"] == 0


def test_half_copied_changed_and_swapped(sites, medium, make_lab):
    """F50, T51."""
    left, right = sites
    files = plan(left, 1)
    left.send(files)
    left.waiting(1)
    good = medium("good")
    left.export(good)
    path = bundles(good)[0]
    data = read(path)

    def lay(name, changed):
        stick = medium(name)
        other = os.path.join(stick, os.path.relpath(path, good))
        os.makedirs(os.path.dirname(other), exist_ok=True)
        with open(other, "wb") as f:
            f.write(changed)
        return stick

    for n, size in enumerate((0, 7, 100, 128, 200, len(data) // 2,
                              len(data) - 1)):
        said = right.take(lay(f"half{n}", data[:size]))
        assert (said["damaged"], said["parcels"]) == (1, 0), size
    # any byte: head, sealed bytes, signature
    for at in (3, 9, 20, 70, 100, 110, 130, len(data) // 2, len(data) - 80,
               len(data) - 2):
        changed = bytearray(data)
        changed[at] ^= 1
        said = right.take(lay(f"bit{at}", bytes(changed)))
        assert said["parcels"] == 0 and said["bundles"] == 0, at
        assert said["damaged"] + said["foreign"] == 1, at
    said = right.take(lay("more", data + b"\0"))
    assert said["damaged"] == 1
    # our own medium back again, and one for somebody else
    assert left.take(good)["bundles"] == 0
    other = Site(make_lab([row(1, "43", "care")], "third"), "third", CARE)
    other.keys(os.path.join(left.folder, "courier", "us.pub"))
    assert other.take(good)["foreign"] == 1
    assert other.lab.ctl("courier", "export", other.folder, good)["bundles"]
    assert left.take(good)["foreign"] == 1      # of one we do not know
    assert right.lab.parcels() == []
    # a bad one beside it does not keep the good one from coming
    shutil.copy(bundles(medium("bit130"))[0],
                os.path.join(os.path.dirname(path), "BAD.TCB"))
    said = right.take(good)
    assert (said["parcels"], said["damaged"]) == (1, 1)
    right.inbox(files)


EXPORT = ["courier-listed", "courier-numbered", "courier-written"]
IMPORT = ["courier-unpacked", "courier-in", "courier-taken",
          "courier-remembered", "courier-acknowledged"]


def test_killed_in_export_and_import(sites, medium):
    """F50."""
    left, right = sites
    sent = {}
    stick = medium("stick")
    for n, point in enumerate(EXPORT):
        files = plan(left, n + 1)
        sent.update(files)
        left.send(files)
        left.waiting(1)
        assert left.killed("export", stick, point), point
        right.take(stick)
        left.export(stick)
        right.take(stick)
        right.inbox(sent)
        right.owed("delivered", 1)
        right.export(stick)
        left.take(stick)
        left.parcels(n + 1, state="delivered")
    for n, point in enumerate(IMPORT):
        files = plan(left, n + 10)
        sent.update(files)
        left.send(files)
        left.waiting(1)
        left.export(stick)
        if point == "courier-acknowledged":     # of what went out before
            assert right.take(stick)
            right.owed("delivered", 1)
            right.export(stick)
            assert left.killed("import", stick, point + ":1"), point
        else:
            assert right.killed("import", stick, point + ":1"), point
        right.take(stick)
        right.inbox(sent)
        right.owed("delivered", 1)
        right.export(stick)
        left.take(stick)
        left.parcels(len(EXPORT) + n + 1, state="delivered")
    assert len(right.lab.parcels()) == len(EXPORT) + len(IMPORT)


AGENT = ["inbound-known", "hub-carried-in", "inbound-noted", "hub-owed"]


def test_the_agents_are_killed(sites, medium):
    """F50."""
    left, right = sites
    stick = medium("stick")
    sent = {}
    for n, point in enumerate(AGENT):
        files = plan(left, n + 1)
        sent.update(files)
        left.send(files)
        left.waiting(1)
        left.export(stick)
        right.restart(TASUKI_CRASH=point + ":1")
        right.wait(lambda: right.ctl("jobs", check=False).get("ok")
                   or right.process.pid() is None)
        right.take(stick)

        def died():
            right.process.reap()
            return right.process.pid() is None
        right.wait(died)
        right.start()
        right.inbox(sent)
        right.owed("delivered", 1)
        right.export(stick)
        left.restart()
        left.take(stick)
        left.parcels(n + 1, state="delivered")
        assert len(right.lab.parcels()) == n + 1, point


def register(lab, text):
    """The list is now so; a person lets it through if it waits for one."""
    path = lab.path("other.csv")
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    said = lab.ctl("registry", "import", path, "--by", "first", check=False)
    if said.get("quarantine"):
        lab.ctl("registry", "quarantine", "release",
                str(said["quarantine"]), "--by", "second")


def test_refused_there_is_parked_here(sites, medium):
    left, right = sites
    stick = medium("stick")
    files = plan(left, 1)
    old = read(right.lab.path("registry.csv")).decode()
    register(right.lab, old.replace("day,,", "day,2099-01-01,"))
    left.send(files)
    left.waiting(1)
    left.export(stick)
    right.take(stick)
    right.owed("refused")
    right.export(stick)
    left.take(stick)
    left.parcels(1, state="parked")
    leg = left.lab.ctl("parked", "list")["parked"][0]
    assert leg["code"] == "not-valid-now", leg
    # mended there, queued again here: it is taken after all
    register(right.lab, old)
    left.lab.ctl("parked", "requeue", f"{leg['id']}/{leg['leg']}")
    left.waiting(1)
    left.export(stick)
    right.take(stick)
    right.inbox(files)
    right.owed("delivered")
    right.export(stick)
    left.take(stick)
    left.parcels(1, state="delivered")


def test_taken_back_in_time(sites, medium):
    left, right = sites
    left.send(plan(left, 1))
    left.waiting(1)
    parcel = left.lab.parcels()[0]["id"]
    left.lab.ctl("parcel", "recall", parcel, "mistake")
    left.parcels(1, state="recalled")
    left.wait(lambda: left.status()["waiting"] == 0)
    assert left.export(medium("stick"))["parcels"] == 0
