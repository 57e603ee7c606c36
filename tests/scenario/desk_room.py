"""A gateway with the driver desk beside a lab, and the person who works there."""
import glob
import os
import shutil

from lab import NUMBER, ROOT, corporation, files_below, row, wait_for

CARE, VISIT, DAY, PARTNER, OTHER = (NUMBER[n] for n in (1, 2, 3, 9, 10))
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit"),
        PARTNER: row(9, "17", inside=0, way="national"),
        OTHER: row(10, "11", inside=0, way="national")}


def rows():
    return corporation()[:3] + [ROWS[PARTNER], ROWS[OTHER]]


class DeskRoom:
    def __init__(self, lab, **settings):
        self.lab = lab
        self.folder = lab.path("national")
        self.desk = lab.path("desk")
        self.settings = {
            "desk/scan": "100 ms", "desk/stable": "200 ms",
            "list/poll": "1 s", "list/soon": "100 ms", "list/lag": "300 ms",
            "wait/first": "200 ms", "wait/most": "1 s", "receive/set": "30 s",
        }
        self.settings.update(
            {k.replace("__", "/"): v for k, v in settings.items()})
        self.process = None
        lab.setting("tasukid", route__ways="bus national pdf")

    def up(self):
        self.lab.up()
        self.lab.key("national")
        self.lab.ctl("agent", "add", "national", "--key",
                     self.lab.path("keys", "national.pub"), "--role",
                     "national")
        return self.start()

    def start(self, **environment):
        settings = [
            ("name", "national"),
            ("key", self.lab.path("keys", "national.key")),
            ("broker", [("endpoint", self.lab.endpoint()),
                        ("key", self.lab.path("keys", "broker.pub"))]),
            ("standard", os.path.join(ROOT, "config", "standard")),
            ("folder", self.folder),
            ("driver", "desk"),
            ("desk", [("folder", self.desk)]),
        ]
        self.lab.more["national"] = self.settings
        self.lab.environment["national"] = environment
        self.process, _ = self.lab.process(
            "national", "tasuki-national", settings)
        self.process.start()
        return self

    def stop(self):
        assert self.process.stop(), self.process.log_tail()

    def kill(self):
        self.lab.kill(self.process)

    def tail(self):
        return f"{self.process.log_tail(25)}\n{self.lab.tails()}"

    def ctl(self, *arguments, check=True):
        return self.lab.ctl("national", "--folder", self.folder, *arguments,
                            check=check)

    def jobs(self):
        return self.ctl("jobs")["jobs"]

    def wait_state(self, *states):
        """Until the open parcels are in just these states."""
        def there():
            answer = self.ctl("jobs", check=False)
            if not answer.get("ok"):
                return None         # it is just starting
            found = answer["jobs"]
            return sorted(j["state"] for j in found) == sorted(
                states) and (found or True)
        return wait_for(self.tail, there, 40)

    # -- the person at the desk

    def office(self, number):
        found = glob.glob(os.path.join(self.desk, number + "*"))
        return found[0] if found else ""

    def laid(self, number, place="送る"):
        """Folders of parcels in a place, of all days."""
        return sorted(glob.glob(os.path.join(
            self.desk, number + "*", "20*", place, "*")))

    def wait_laid(self, number, count=1, place="送る"):
        return wait_for(
            lambda: f"{files_below(self.desk).keys()}\n{self.tail()}",
            lambda: len(found := self.laid(number, place)) == count and found,
            40)

    @staticmethod
    def move(folder, place):
        day = os.path.dirname(os.path.dirname(folder))
        os.makedirs(os.path.join(day, place), exist_ok=True)
        to = os.path.join(day, place, os.path.basename(folder))
        os.rename(folder, to)
        return to

    def page(self, number):
        (name,) = glob.glob(os.path.join(
            self.desk, number + "*", "20*", "一覧.html"))
        with open(name, encoding="utf-8") as f:
            return f.read()

    def download(self, number, name, data, partner="", common=False):
        """As a browser does: grows under another name, then is renamed."""
        parent = self.desk if common else wait_for(
            lambda: self.tail(), lambda: self.office(number), 40)
        folder = os.path.join(parent, "受け取り", partner)
        os.makedirs(folder, exist_ok=True)
        part = os.path.join(folder, "." + name + ".part")
        with open(part, "wb") as f:
            f.write(data)
        os.rename(part, os.path.join(folder, name))

    def taken(self, number):
        """Names of what is out of the way."""
        return sorted(os.path.basename(p) for p in glob.glob(os.path.join(
            self.desk, number + "*", "受け取り済", "*", "*")) + glob.glob(
                os.path.join(self.desk, "受け取り済", "*", "*")))

    def waiting(self, number):
        found = files_below(os.path.join(self.office(number), "受け取り"))
        return sorted(os.path.basename(p) for p in found)

    def remove_desk(self):
        shutil.rmtree(self.desk)
