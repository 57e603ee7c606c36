"""A FAX agent with its folder, a scripted broker and a provider's settings."""
import os
import subprocess

from fax_broker import FaxBroker, keys
from lab import (MARKER_BYTES, NUMBER, ROOT, by_name, plan_set, read, row,
                 wait_for)

CARE, PARTNER = NUMBER[1], NUMBER[9]
FAX = "0312345678"
PAGE = os.path.join(os.path.dirname(
    os.environ.get("TASUKI_BIN", ROOT + "/build/release/bin").rstrip("/")),
    "sim")


def tool(name):
    """A program of tests/sim/fax, beside the ones that are tested."""
    return os.path.join(PAGE, name)


class FaxRoom:
    def __init__(self, lab, profile, real=False, **settings):
        """profile: text of the provider's file; settings: a__b="c" """
        self.lab = lab
        self.folder = lab.path("fax")
        self.provider = lab.path("config", "provider.conf")
        with open(self.provider, "w", encoding="utf-8") as f:
            f.write(profile)
        self.real = real        # the lab's own broker
        self.broker = None if real else FaxBroker(*self._broker_keys())
        self.settings = {
            "hours/days": "sun mon tue wed thu fri sat",
            "hours/open": "00:00", "hours/close": "24:00",
            "hours/holidays": "yes",
            "tries/spacing": "100 ms", "result/poll": "50 ms",
            "result/wait": "20 s",
        }
        self.settings.update(
            {k.replace("__", "/"): v for k, v in settings.items()})
        self.process = None
        self.documents = by_name(plan_set(
            lab.path("made"), row(1, "43", "care"), row(9, "17", inside=0)))

    def _broker_keys(self):
        public, secret = keys()
        for name, text in (("fax-broker.pub", f'    public-key = "{public.decode()}"\n'),):
            with open(self.lab.path("keys", name), "w",
                      encoding="ascii") as f:
                f.write("metadata\ncurve\n" + text)
        return public, secret

    def enrol(self):
        """Known to the lab's own broker."""
        self.lab.ctl("agent", "add", "fax", "--key", self.lab.key("fax"),
                     "--role", "fax")

    def start(self, **environment):
        """A fresh process, as its settings are now."""
        self.lab.key("fax")
        settings = [
            ("name", "fax"),
            ("key", self.lab.path("keys", "fax.key")),
            ("broker", [
                ("endpoint", self.lab.endpoint() if self.real
                 else self.broker.endpoint),
                ("key", self.lab.path("keys", "broker.pub" if self.real
                                      else "fax-broker.pub"))]),
            ("standard", os.path.join(ROOT, "config", "standard")),
            ("forms", os.path.join(ROOT, "config", "forms")),
            ("folder", self.folder),
            ("provider", self.provider),
        ]
        self.lab.more["fax"] = self.settings
        self.lab.environment["fax"] = environment
        self.process, _ = self.lab.process("fax", "tasuki-fax", settings)
        before = 0 if self.real else self.broker.hellos
        self.process.start()
        if not environment and not self.real:
            wait_for(lambda: self.process.log_tail(),
                     lambda: self.broker.hellos > before)
        return self.process

    def restart(self):
        assert self.process.stop(), self.process.log_tail()
        return self.start()

    def deliver(self, documents=None, fax_number=FAX, **more):
        return self.broker.deliver(documents or self.documents, CARE, PARTNER,
                                   fax_number=fax_number, **more)

    def ctl(self, *arguments, check=True):
        return self.lab.ctl("fax", "--folder", self.folder, *arguments,
                            check=check)

    def jobs(self):
        return {j["job"]: j for j in self.ctl("jobs")["jobs"]}

    def wait_state(self, leg, state, hold=None, seconds=30, code=None):
        def there():
            job = self.jobs().get(leg.key)
            return job and job["state"] == state and job["hold"] in (
                (hold,) if hold is not None else (True, False)) and (
                code is None or job["code"] == code) and job
        return wait_for(lambda: f"{self.jobs()}\n{self.process.log_tail(20)}",
                        there, seconds)

    def settled(self, leg, seconds=40):
        try:
            return self.broker.wait_settled(leg, seconds)
        except AssertionError as error:
            raise AssertionError(
                f"{error}\n{self.process.log_tail(30)}") from error

    def close(self):
        try:
            if self.process is not None and self.process.pid() is not None:
                assert self.process.stop(), "it had to be killed"
        finally:
            if not self.real:
                self.broker.close()


# ---------------------------------------------------- the folder provider

FOLDER = """driver = "folder"
name = "a person"
folder
    path = "{path}"
"""


class FolderRoom(FaxRoom):
    def __init__(self, lab, **settings):
        self.out = lab.path("out")
        super().__init__(lab, FOLDER.format(path=self.out), **settings)

    def shown(self):
        """tag -> {name: value} of the jobs that lie there."""
        found = {}
        for name in os.listdir(self.out) if os.path.isdir(self.out) else []:
            if not name.endswith(".job") or name.startswith("."):
                continue
            try:
                text = read(os.path.join(self.out, name)).decode()
            except FileNotFoundError:
                continue        # taken back this moment
            found[name[:-4]] = dict(line.split(" ", 1)
                                    for line in text.splitlines())
        return found

    def wait_shown(self, count=1, seconds=30):
        return wait_for(
            lambda: f"{self.shown()}\n{self.process.log_tail(20)}",
            lambda: len(found := self.shown()) == count and found, seconds)

    def result(self, tag, text):
        with open(os.path.join(self.out, "." + tag), "w",
                  encoding="ascii") as f:
            f.write(text + "\n")
        os.rename(os.path.join(self.out, "." + tag),
                  os.path.join(self.out, tag + ".result"))

    def take(self, tag):
        """As other software does: the pages, and nothing lies there."""
        pages = read(os.path.join(self.out, tag + ".tif"))
        os.unlink(os.path.join(self.out, tag + ".job"))
        os.unlink(os.path.join(self.out, tag + ".tif"))
        return pages


def look(path):
    """(width, height, x, y, black dots) of each page of a TIFF."""
    out = subprocess.run([tool("fax_page"), "look", path], check=True,
                         capture_output=True, text=True).stdout
    return [tuple(int(n) for n in line.split())
            for line in out.splitlines()]


def same_pages(a, b):
    done = subprocess.run([tool("fax_page"), "same", a, b], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def no_name(data):
    for text in MARKER_BYTES:
        assert text not in data
