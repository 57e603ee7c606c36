"""The power goes (F03, F04): of what was not synced, the disk holds some, or some
sectors, or nothing.  Whatever was acknowledged is there, every machine starts
by itself, and each file is in its inbox once.

What each machine asks of its disk is recorded (powershim.c).  For every image
one machine, or all, are cut at some moment, the others stand as they did at that
moment; then everything is started again and has to come to its end.

TASUKI_CUTS is how many images are tried (half as many with a hub);
TASUKI_CUT_SEED makes others.
"""
import os
import random
import shutil
import subprocess
import sys
import time

from hub_room import HubRoom, profile
from hub_room import rows as hub_rows
from lab import NUMBER, ROOT, Lab, corporation, wait_for
from powercut import Disk, followed, lay, read_log
from rounds import LABS, ROUND_SECONDS, Locked, Rounds, share

CUTS = int(os.environ.get("TASUKI_CUTS", "24"))
SEED = os.environ.get("TASUKI_CUT_SEED", "1")


def shim():
    path = os.path.join(os.path.dirname(os.environ.get(
        "TASUKI_BIN", os.path.join(ROOT, "build", "crash", "bin"))),
        "tests", "powershim.so")
    assert os.path.exists(path), path
    return path


def watched(folder, log):
    """Environment of a process whose disk is recorded."""
    return {"LD_PRELOAD": shim(), "POWER_ROOT": folder, "POWER_LOG": log}


def files_of(folder):
    """path -> bytes, as a Disk tells it; locks and sockets are nobody's data."""
    found, top = {}, os.fsencode(folder)
    for base, _, names in os.walk(top):
        for name in names:
            path = os.path.join(base, name)
            if os.path.isfile(path) and name != b"lock.mdb":
                with open(path, "rb") as f:
                    found[os.path.relpath(path, top)] = f.read()
    return found


def told_all(disk, records, folder):
    """The records tell all: what they make of the disk is what is there."""
    told = {path: data for path, data in followed(disk, records).whole().items()
            if data is not None and os.path.basename(path) != b"lock.mdb"}
    there = files_of(folder)
    assert sorted(told) == sorted(there), folder
    assert [p for p in told if told[p] != there[p]] == [], folder


# ---------------------------------------------------------------- the rig

WRITER = """
import os, sys
def put(name, sync):
    fd = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(fd, name.encode() * 2000)
    if sync:
        os.fsync(fd)
    os.close(fd)
os.chdir(sys.argv[1])
os.mkdir("old")
put("old/moved", True)
put("safe", True)
top = os.open(".", os.O_RDONLY)
for d in ("old", "."):
    fd = os.open(d, os.O_RDONLY)
    os.fsync(fd)
put("loose", False)
put("nameless", True)
os.rename("old/moved", "moved")
os.rename("old", "older")
"""


def test_the_rig_tells_what_a_disk_may_hold(tmp_path):
    folder, log = str(tmp_path / "disk"), str(tmp_path / "log")
    os.mkdir(folder)
    disk = Disk(folder)
    subprocess.run([sys.executable, "-c", WRITER, folder], check=True,
                   timeout=30, env={**os.environ, **watched(folder, log)})
    records = read_log(log)
    told_all(disk, records, folder)
    seen = {name: set() for name in ("safe", "loose", "nameless", "moved")}
    folders = set()
    for number in range(300):
        tree = followed(disk, records).cut(random.Random(number))
        folders.add(tuple(sorted(p for p, d in tree.items() if d is None)))
        for name, states in seen.items():
            data = [tree[p] for p in tree
                    if os.path.basename(p) == name.encode()]
            assert len(data) < 2, (number, name)
            whole = name.encode() * 2000 if name != "moved" else (
                b"old/moved" * 2000)
            states.add("absent" if not data else "whole" if data[0] == whole
                       else "torn")
    assert seen == {"safe": {"whole"}, "moved": {"whole"},
                    "nameless": {"whole", "absent"},
                    "loose": {"whole", "absent", "torn"}}
    assert folders == {(b"", b"old"), (b"", b"older")}


# ---------------------------------------------------------------- a round

class Recorded(Rounds):
    """A round, what was asked of every disk in it, and any moment of it."""

    def machines(self):
        """Process -> its folder, as if each were a machine."""
        found = {"tasukid": self.data()}
        for name, role, desks, _, _ in self.agents():
            found[name] = (self.desk_folder(desks[0]) if desks
                           else self.other_side(role))
        return found

    def stop_all(self):
        for name in list(self.machines())[1:] + ["tasukid"]:
            process = self.process_named(name)
            assert process.stop(), process.log_tail()

    def finish(self, want):
        """The round is over; nothing is taken out of an inbox."""
        wait_for(lambda: f"{self.unfinished(want)}\n{self.tails()}",
                 lambda: not self.unfinished(want)
                 and self.open_parcels() == 0, ROUND_SECONDS)

    def record(self):
        """Do the round.  Files are dropped while nothing runs."""
        machines = self.machines()
        self.stop_all()
        self.want = self.send_round()
        self.disks = {name: Disk(at) for name, at in machines.items()}
        os.makedirs(self.path("power"))
        for name, folder in machines.items():
            self.start(name, **watched(folder, self.path("power", name)))
        self.finish(self.want)
        self.stop_all()
        self.asked = {name: read_log(self.path("power", name))
                      for name in machines}
        for name, folder in machines.items():
            told_all(self.disks[name], self.asked[name], folder)

    def lay_image(self, rng):
        """Every disk as it may be after a cut; who was cut, and when."""
        names = list(self.asked)
        cut = rng.choice([[n] for n in names] + [names])
        moment = rng.choice(self.asked[rng.choice(cut)]).ns
        for name, folder in self.machines().items():
            disk = followed(self.disks[name], self.asked[name], moment)
            lay(disk.cut(rng) if name in cut else disk.whole(), folder)
        return cut[0] if len(cut) == 1 else "all", moment

    def after_a_cut(self, number):
        cut, moment = self.lay_image(random.Random(f"{SEED}-{number}"))
        for name in os.listdir(self.path("log")):
            os.truncate(self.path("log", name), 0)
        for name in self.machines():
            self.start(name)
        try:
            self.finish(self.want)
            self.stop_all()
            # a sender heals a broker that forgot: it must not have forgotten
            assert "is unknown to the broker" not in self.logs()
        except AssertionError as error:
            raise AssertionError(f"image {number} ({cut} cut at {moment} ns)"
                                 f": {error}") from error
        return cut


def test_f03_the_power_goes(rooms, tally):
    labs = rooms(LABS, Recorded)
    for lab in labs:
        lab.record()
    tried = []

    def one(lab, number):
        tried.append(lab.after_a_cut(number))
    share((one, Locked(range(CUTS))), labs)
    whose = {name: tried.count(name) for name in sorted(set(tried))}
    tally.append(f"F03 power cuts: {len(tried)} images, cut: {whose}, "
                 f"{sum(map(len, labs[0].asked.values()))} disk calls")
    assert len(tried) == CUTS


# ---------------------------------------------------------------- a hub

class HubRecorded:
    """A hub's agent at work both ways.  The place where the hub takes and lays
    is another machine, and never cut."""

    def __init__(self, lab):
        self.lab = lab
        self.hub = HubRoom(lab, profile())

    def machines(self):
        care = next(a[2][0] for a in self.lab.agents() if a[0] == "care")
        return {"tasukid": self.lab.data(), "care": self.lab.desk_folder(care),
                "hub": self.hub.folder, "place": self.hub.place}

    def start(self, log=None):
        self.lab.environment.update({
            name: watched(self.lab.dir, os.path.join(log, record))
            if log else {} for name, record in (
                ("tasukid", "tasukid"), ("office-care", "care"))})
        self.lab.broker()[0].start()
        self.lab.agent("care").start()
        # it works in two of them
        self.hub.start(**(watched(self.lab.dir, os.path.join(log, "hub"))
                          if log else {}))

    def stop(self):
        for process in (self.hub.process, self.lab.agent("care"),
                        self.lab.broker()[0]):
            assert process.stop(), process.log_tail()

    def finish(self):
        hub, lab = self.hub, self.lab
        wait_for(hub.tails, lambda: lab.ctl("status", check=False).get("ok"))
        hub.wait(lambda: hub.laid("out") == self.out
                 and hub.office().files("inbox") == self.back
                 and all(state in ("delivered", "answered", "picked-up")
                         for p in lab.parcels() for state in lab.states(
                             p["id"])))
        assert len(lab.parcels()) == 3
        assert "is unknown to the broker" not in lab.logs()

    def record(self):
        hub = self.hub.up()
        self.stop()
        self.lab.agent("pdf").stop()
        plans = [hub.plan(f"202611241500{n:02}", n) for n in (1, 2)]
        self.out = {os.path.join(NUMBER[9], name): data
                    for files in plans for name, data in files.items()}
        for files in plans:
            hub.send(files)
        self.back = hub.answer()
        for name, data in self.back.items():
            hub.put(name, data)
        self.disks = {name: Disk(at) for name, at in self.machines().items()}
        log = self.lab.path("power")
        os.makedirs(log)
        self.start(log)
        self.finish()
        self.stop()
        self.asked = {name: read_log(os.path.join(log, name))
                      for name in ("tasukid", "care", "hub")}
        self.asked["place"] = self.asked["hub"]
        for name, folder in self.machines().items():
            told_all(self.disks[name], self.asked[name], folder)

    def after_a_cut(self, number):
        rng = random.Random(f"{SEED}-{number}")
        moment = rng.choice(self.asked["hub"]).ns
        for name, folder in self.machines().items():
            disk = followed(self.disks[name], self.asked[name], moment)
            lay(disk.cut(rng) if name == "hub" else disk.whole(), folder)
        self.start()
        self.finish()
        self.stop()


def test_f03_the_power_goes_at_the_agent_of_a_hub(make_lab, tally):
    room = HubRecorded(make_lab(hub_rows()))
    try:
        room.record()
        for number in range(CUTS // 2):
            room.after_a_cut(number)
    finally:
        room.hub.close()
    tally.append(f"F03 power cuts at a hub's agent: {CUTS // 2} images, "
                 f"{len(room.asked['hub'])} disk calls")


# ---------------------------------------------------------------- creation

def restored(room, backup):
    """A broker of that backup alone, up; the agents it knows."""
    store = os.path.join(room.data(), "store")
    broker = room.broker()[0]
    assert broker.stop()
    shutil.rmtree(store)
    done = subprocess.run(broker.command + ["--restore", backup],
                          capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done.stderr
    room.start_broker()
    return agents_of(room)


def agents_of(room):
    return {a["name"] for a in room.ctl("agent", "list")["agents"]}


def test_f04_the_power_goes_while_the_store_is_made(tmp_path, tally):
    """A broker's first minutes, to its first backup: what the administrator was
    told is there."""
    room = Lab(tmp_path / "lab", corporation())
    backup = os.path.join(room.data(), "backup")
    done = []       # (when it was told, is it there?)

    def told(there):
        done.append((time.monotonic_ns(), there))
    try:
        room.key("broker")
        disk = Disk(room.data())
        room.environment["tasukid"] = watched(room.data(), room.path("asked"))
        room.start_broker()
        room.import_registry()
        told(lambda: len(room.ctl("registry", "list")["rows"])
             == len(room.rows()))
        for agent in room.agents():
            room.enrol([agent])
            told(lambda name=agent[0]: name in agents_of(room))
        all_agents = agents_of(room)
        room.ctl("backup", backup)
        told(lambda: restored(room, backup) == all_agents)
        broker = room.broker()[0]
        assert broker.stop()
        room.environment["tasukid"] = {}
        asked = read_log(room.path("asked"))
        told_all(disk, asked, room.data())
        # also right after each answer: what it promised must be there
        moments = [r.ns for r in asked] + [at for at, _ in done] * 8
        for number in range(CUTS):
            rng = random.Random(f"{SEED}-{number}")
            moment = rng.choice(moments)
            lay(followed(disk, asked, moment).cut(rng), room.data())
            room.start_broker()
            assert [at for at, there in done
                    if at <= moment and not there()] == [], number
            assert broker.stop(), number
        tally.append(f"F04 power cuts while the store is made: {CUTS} images, "
                     f"{len(asked)} disk calls")
    finally:
        room.close()
