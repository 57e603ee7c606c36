"""A hub's agent with its folder, the lab's own broker, and a place to lay in."""
import glob
import os

from lab import (NUMBER, ROOT, by_name, files_below, plan_set, read, row,
                 wait_for)

HUB = "test"
FOLDER = """driver = "folder"
name = "a folder"
send
    folder = "out/{to}"
    attachments = "yes"
status
    delivered = "%(delivered)s"
    seen = "%(seen)s"
    folder = "seen"
fetch
    folder = "in"
    taken = "%(taken)s"
    stable = "150 ms"
    wait = "30 s"
    attachment = "^([0-9A-Z]{10})_([0-9A-Z]{10})_"
"""
COURIER = """driver = "courier"
name = "courier"
send
    attachments = "yes"
    bytes = "64 MiB"
status
    delivered = "seen"
"""


def profile(delivered="handed", seen="person", taken=""):
    return FOLDER % {"delivered": delivered, "seen": seen, "taken": taken}


def rows():
    """One office of ours, one beyond the hub."""
    return [row(1, "43", "care"),
            row(9, "17", inside=0, way="hub:" + HUB)]


class HubRoom:
    def __init__(self, lab, text, name="hub", **settings):
        self.lab = lab
        self.name = name
        self.folder = lab.path(name)
        self.place = lab.path("place")
        os.makedirs(self.place, exist_ok=True)
        self.profile = lab.path("config", name + "-profile.conf")
        with open(self.profile, "w", encoding="utf-8") as f:
            f.write(text)
        self.settings = {"poll/interval": "100 ms", "retry/first": "100 ms",
                         "retry/most": "500 ms", "place/path": self.place}
        self.settings.update(
            {k.replace("__", "/"): v for k, v in settings.items()})
        lab.setting("tasukid", route__ways="bus hub pdf")
        # a set is complete by itself: on a slow machine it is not to be split
        for process in [p for p in lab.more if p.startswith("office-")]:
            lab.setting(process, set__wait="30 s")
        self.process = None
        self.enrolled = False

    def up(self):
        """Broker, offices, hub."""
        self.lab.up()
        self.start()
        return self

    def start(self, **environment):
        pub = self.lab.key(self.name)
        if not self.enrolled:
            self.lab.ctl("agent", "add", self.name, "--key", pub, "--role",
                         "hub:" + HUB)
            self.enrolled = True
        settings = [
            ("name", self.name),
            ("key", self.lab.path("keys", self.name + ".key")),
            ("broker", [("endpoint", self.lab.endpoint()),
                        ("key", self.lab.path("keys", "broker.pub"))]),
            ("standard", os.path.join(ROOT, "config", "standard")),
            ("hub", HUB), ("profile", self.profile),
            ("folder", self.folder),
        ]
        self.lab.more[self.name] = self.settings
        self.lab.environment[self.name] = environment
        self.process, _ = self.lab.process(self.name, "tasuki-hub", settings)
        self.process.start()
        if not environment:
            wait_for(self.process.log_tail,
                     lambda: self.ctl("jobs", check=False).get("ok"), 60)
        return self

    def restart(self, **environment):
        assert self.process.stop(), self.process.log_tail()
        return self.start(**environment)

    def ctl(self, *arguments, check=True):
        return self.lab.ctl("hub", *arguments, "--folder", self.folder,
                            check=check)

    def jobs(self):
        answer = self.ctl("jobs", check=False)
        return answer["jobs"] if answer.get("ok") else []

    def tails(self):
        return (f"{self.jobs()}\n{sorted(self.laid())}\n"
                f"{self.process.log_tail(30)}\n{self.lab.tails()}")

    def laid(self, below=""):
        return files_below(os.path.join(self.place, below))

    def put(self, name, data, folder="in"):
        """As a hub does: under another name first."""
        folder = os.path.join(self.place, folder)
        os.makedirs(folder, exist_ok=True)
        aside = os.path.join(folder, "." + name)
        with open(aside, "wb") as f:
            f.write(data)
        os.rename(aside, os.path.join(folder, name))

    def plan(self, stamp="20261124150000", seed=1):
        """A set from ours to theirs: name -> bytes."""
        return by_name(plan_set(
            self.lab.path("made", stamp), row(1, "43", "care"),
            row(9, "17", inside=0), stamp=stamp, seed=seed))

    def answer(self, stamp="20261125100000", seed=7):
        """A set from theirs to ours (the names count on this way)."""
        ours, theirs = NUMBER[1], NUMBER[9]
        return {name.replace(f"{ours}_43_{theirs}_17",
                             f"{theirs}_17_{ours}_43"): data
                for name, data in self.plan(stamp, seed).items()}

    def kept_marks(self):
        """Of what is on its way to the broker: stamp -> mark of its people."""
        found = {}
        for path in glob.glob(os.path.join(self.folder, "inbound", "parcels",
                                           "*", ".parcel")):
            lines = dict(line.split(" ", 1)
                         for line in read(path).decode().splitlines()
                         if " " in line)
            found[lines["stamp"]] = lines.get("mark")
        return found

    def send(self, files):
        office = self.office()
        for name, data in files.items():
            office.send(name, data)

    def office(self):
        return self.lab.offices[row(1, "43")["office_number"]]

    def parcels(self, count, state=None, seconds=60, **filters):
        return self.lab.wait_parcels(count, state, seconds, **filters)

    def inbox(self, files, seconds=60):
        self.office().wait_inbox(files, seconds)

    def wait(self, condition, seconds=60):
        return wait_for(self.tails, condition, seconds)

    def close(self):
        if self.process is not None and self.process.pid() is not None:
            assert self.process.stop(), "it had to be killed"
