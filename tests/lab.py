"""Scenario tests: a practice room with invented offices, and patience.

Every wait is for a condition and has an end; what was missing stands in the
failure.  Processes are stopped by their recorded pid only.
"""
import csv
import datetime
import hashlib
import io
import os
import random
import signal
import sys
import time

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TESTS)
sys.path[:0] = [os.path.join(ROOT, "ops"), os.path.join(TESTS, "gen"),
                os.path.join(TESTS, "sim")]

import gen  # noqa: E402
from practice_room import FOLDERS, Process, Room  # noqa: E402,F401
from proxy import Proxy  # noqa: E402,F401

# A name no real file has: if it shows up in a log, personal data leaked.
MARKER = "標識髙﨑花子"
# as in a file of the standard, and as Python would write it
MARKER_BYTES = (gen.encode(MARKER), MARKER.encode("cp932"),
                MARKER.encode("utf-8"))
STATUS = "送信状況.csv"
COMPARED = "突合"
MENDED, CONVERTED = "修復", "変換"     # the agent's own copies
END_STATES = {"picked-up", "answered", "recalled", "superseded", "closed"}


def wait_for(what, condition, seconds=20, every=0.05):
    """Wait until condition() is true and return its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise AssertionError(f"not within {seconds} s: {text}")
        time.sleep(every)


def holds(condition, seconds):
    """condition() stays true for that long (for what must NOT happen)."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            return False
        time.sleep(0.05)
    return True


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    """As a well-behaved program writes: aside, then rename."""
    aside = os.path.join(os.path.dirname(os.path.dirname(path)),
                         ".aside-" + hashlib.sha256(
                             os.fsencode(path)).hexdigest()[:16])
    with open(aside, "wb") as f:
        f.write(data)
    os.rename(aside, path)


def files_below(folder):
    """relative path -> bytes of every regular file, hidden ones left out."""
    found = {}
    for base, names, files in os.walk(folder):
        names[:] = [n for n in names if not n.startswith(".")]
        for name in files:
            if not name.startswith("."):
                path = os.path.join(base, name)
                found[os.path.relpath(path, folder)] = read(path)
    return found


class Office:
    """One office of ours, seen from its folders."""

    def __init__(self, lab, row, folder):
        self.lab = lab
        self.number = row["office_number"]
        self.type = row["service_type"]
        self.agent = row["folder_agent"]
        self.folder = folder
        for key, name in FOLDERS.items():
            setattr(self, key, os.path.join(folder, name))

    def files(self, where):
        """relative path -> bytes; without the agent's own folders in them:
        repaired and converted copies."""
        own = tuple(name + os.sep for name in (MENDED, CONVERTED))
        return {name: data
                for name, data in files_below(getattr(self, where)).items()
                if not name.startswith(own)}

    def copies(self, where, folder=MENDED):
        """Name -> bytes of the copies in 受信/修復, エラー/修復, エラー/変換."""
        return files_below(os.path.join(getattr(self, where), folder))

    def compared(self):
        """Name -> text of the comparisons of 予定 and 実績."""
        return {name: data.decode("utf-8-sig") for name, data in
                files_below(os.path.join(self.folder, COMPARED)).items()}

    def send(self, name, data, partner=None):
        """Put a file into the outbox (or its folder for one partner)."""
        folder = self.outbox
        if partner:
            folder = os.path.join(folder, partner)
            os.makedirs(folder, exist_ok=True)
        write(os.path.join(folder, name), data)

    def send_all(self, paths):
        for path in paths:
            self.send(os.path.basename(path), read(path))

    def take(self):
        """The care software imports: everything leaves the inbox."""
        taken = self.files("inbox")
        for name in taken:
            os.unlink(os.path.join(self.inbox, name))
        return taken

    def status(self):
        """Rows of the status file the clerk opens in Excel."""
        path = os.path.join(self.folder, STATUS)
        if not os.path.exists(path):
            return []
        text = read(path).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def status_text(self):
        path = os.path.join(self.folder, STATUS)
        return (read(path).decode("utf-8-sig")
                if os.path.exists(path) else "")

    def wait_inbox(self, wanted, seconds=20):
        """Until the inbox holds exactly these files, byte for byte."""
        def missing():
            have = self.files("inbox")
            return (f"inbox of {self.number}: missing "
                    f"{sorted(set(wanted) - set(have))}, too many "
                    f"{sorted(set(have) - set(wanted))}, other bytes "
                    f"{sorted(n for n in wanted if n in have and have[n] != wanted[n])}"
                    f"\n{self.lab.tails()}")
        wait_for(missing, lambda: self.files("inbox") == wanted, seconds)

    def wait_rejected(self, name, seconds=20):
        """Until name and its explanation are there; the explanation."""
        def find():
            files = self.files("rejected")
            texts = [p for p in files
                     if p.endswith(".txt") and name in os.path.basename(p)]
            there = any(os.path.basename(p) == name for p in files)
            return files[texts[0]].decode("utf-8-sig") if (
                texts and there) else None
        return wait_for(
            lambda: f"{name} in エラー of {self.number}: "
                    f"{sorted(self.files('rejected'))}\n{self.lab.tails()}",
            find, seconds)


class Lab(Room):
    """rows: dicts of the registry's columns; see row()."""

    gateways = False    # tests start FAX agents and gateways themselves

    def __init__(self, folder, rows):
        super().__init__(str(folder))
        self.make()
        text = self.path("wanted.csv")
        columns = []
        for row in rows:
            columns += [c for c in row if c not in columns]
        with open(text, "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        self.take_registry(text)
        # no jitter, quick repeats: a scenario is not to wait for a minute
        self.more["tasukid"] = {
            "schedule/backoff": "0s 200ms 500ms 1s",
            "schedule/jitter": "0",
            "session/heartbeat": "500 ms",
            "session/probe": "500 ms",
            "limits/reserve": "0",
            "limits/reserve_large": "0",
        }
        self.offices = {}
        for row in self.rows():
            if row["inside"] == "1":
                folder = self.path("offices", row["office_number"])
                self.offices[row["office_number"]] = Office(self, row, folder)
        for name in {r["folder_agent"] for r in self.rows()}:
            if name:
                self.quick("office-" + name)

    def quick(self, process):
        """The waits of an office agent, short."""
        self.more[process] = {"set/wait": "1 s", "scan/stable": "150 ms",
                              "scan/interval": "500 ms"}

    def setting(self, process, **settings):
        """Settings on top: setting("tasukid", schedule__attempts_max="3")."""
        kept = self.more.setdefault(process, {})
        for name, value in settings.items():
            kept[name.replace("__", "/")] = value

    # -- processes

    def agent(self, name):
        """The process of the agent of that name."""
        for agent, _, _, process, _ in self.agents():
            if agent == name:
                return process
        raise KeyError(name)

    def prepare(self):
        """Keys and folders without starting any agent."""
        agents = self.agents()
        self._need_desks(agents)
        self.start_broker()
        self.import_registry()
        self.enrol(agents)

    def kill(self, process):
        """kill -9, and collect it."""
        process.signal(signal.SIGKILL)
        assert process.wait_gone(5), process.name

    def tails(self):
        """The last lines of every log, for a failure."""
        text = []
        for name in sorted(os.listdir(self.path("log"))):
            lines = read(self.path("log", name)).decode(
                "utf-8", "replace").splitlines()[-6:]
            text += [f"-- {name}"] + lines
        return "\n".join(text)

    def close(self):
        """Stop all; a test that left a process stopped or dead is fine, one
        that does not end by itself is not."""
        forced = []
        try:
            forced = self.down()
        finally:
            for process in self.recorded():
                process.signal(signal.SIGKILL)
                process.wait_gone(5)
        assert not forced, f"had to be killed: {forced}\n{self.tails()}"

    # -- what the broker says

    def parcels(self, **filters):
        arguments = ["--limit", "100000"]
        for name, value in filters.items():
            arguments += ["--" + name] + ([] if value is True else [value])
        return self.ctl("parcels", *arguments)["parcels"]

    def parcel(self, parcel_id):
        return self.ctl("parcel", parcel_id)["parcel"]

    def states(self, parcel_id):
        return [leg["state"] for leg in self.parcel(parcel_id)["legs"]]

    def wait_parcels(self, count, state=None, seconds=20, **filters):
        """Until there are that many parcels, all their legs in a state (or
        answered, which comes after it)."""
        def ready():
            found = self.parcels(**filters)
            if len(found) != count:
                return None
            if state and any(leg["state"] not in (state, "answered")
                             for p in found
                             for leg in p["legs"]):
                return None
            return found or True
        return wait_for(
            lambda: f"{count} parcels {state or ''}: " + repr(
                [(p["id"][:8], [leg["state"] for leg in p["legs"]])
                 for p in self.parcels(**filters)]) + "\n" + self.tails(),
            ready, seconds)

    def counters(self):
        return self.ctl("stats")["counters"]

    def logs(self):
        return "".join(read(self.path("log", n)).decode("utf-8", "replace")
                       for n in os.listdir(self.path("log")))


# ---------------------------------------------------------------- offices

def row(serial, service_type, agent="", inside=1, way="", **more):
    number = gen.office_number(serial)
    return {"office_number": number, "service_type": service_type,
            "name": f"試験事業所{serial}", "inside": str(inside),
            "way": way or ("bus" if inside else "pdf"), "fax_number": "",
            "folder_agent": agent, "valid_from": "", "valid_to": "", **more}


def corporation():
    """Care managers (1), two service offices (2, 3), one partner outside (9)."""
    return [row(1, "43", "care"), row(2, "11", "visit"), row(3, "15", "day"),
            row(9, "17", inside=0)]


def office_of(registry_row):
    """The generator's view of a registry row."""
    return gen.Office(registry_row["office_number"],
                      registry_row["service_type"], registry_row["name"],
                      int(registry_row["inside"]), registry_row["way"],
                      registry_row["folder_agent"])


def plan_set(out, sender, receiver, stamp="20261124150000", clients=2, seed=1,
             month=(2026, 12)):
    """One monthly set {UPPLAN, UPSIKYU, UPHOSOKU} with the marker as a client's
    name; sender and receiver are registry rows.  The paths."""
    rng = random.Random(seed)
    first = datetime.date(month[0], month[1], 1)
    context = gen.Context(office_of(sender), first,
                          gen.month_before(first).replace(day=24))
    to = office_of(receiver)
    cases = [case._replace(client=case.client._replace(name=MARKER))
             for case in gen.make_cases(rng, first, clients, [to])]
    return gen.monthly_set(str(out), context, to, cases, stamp)


def by_name(paths):
    return {os.path.basename(path): read(path) for path in paths}


NUMBER = {serial: gen.office_number(serial) for serial in range(1, 60)}


def name_of(kind, sender, sender_type, receiver, receiver_type,
            stamp="20261124150000", month="202612"):
    parts = [kind] + ([month] if month else []) + [
        sender, sender_type, receiver, receiver_type, stamp]
    return "_".join(parts) + ".CSV"
