"""Rounds of real work, while something is killed.

A round sends what uses every path: two sets of the standard, an attachment in
pieces, one whose name is taken in the inbox, a file that is refused, a set that
stays incomplete, and a set for paper.  A round is over when every file lies
where it belongs, byte for byte, exactly once, and the broker owes nothing.

Inboxes are emptied after each round as care software does, so a file that comes
a second time is noticed by the next round.
"""
import concurrent.futures
import os
import random
import signal
import subprocess
import time

import lab as lab_module
from lab import NUMBER, Lab, by_name, corporation, files_below, plan_set, wait_for

CARE, VISIT, DAY, PARTNER = (NUMBER[n] for n in (1, 2, 3, 9))
LABS = 3            # side by side: most of a round is waiting
ROUND_SECONDS = 25


class Rounds(Lab):
    """A lab that can do rounds and be hurt in between."""

    def __init__(self, folder, rows=None):
        super().__init__(folder, rows or corporation())
        self.count = 0
        self.random = random.Random(str(folder))
        # small at first, so that it has to grow under way
        self.setting("tasukid", store__map="1 MiB")
        self.by_number = {r["office_number"]: r for r in self.rows()}

    # -- one round

    def send_round(self):
        """Drop everything into the outboxes; what must come of it."""
        self.count += 1
        k = self.count
        stamp = f"20261124{k // 3600 % 24:02}{k // 60 % 60:02}{k % 60:02}"
        care = self.offices[CARE]
        sets = {}
        for to in (VISIT, DAY, PARTNER):
            sets[to] = plan_set(self.path("made", str(k), to),
                                self.by_number[CARE], self.by_number[to],
                                stamp=stamp, seed=k)
        big = f"%PDF-1.4 {k} ".encode() + self.random.randbytes(1300000)
        taken, note = (f"note {k} {word}\n".encode()
                       for word in ("of the office", "that was sent"))
        lab_module.write(
            os.path.join(self.offices[VISIT].inbox, "note.txt"), taken)
        for to in (VISIT, DAY, PARTNER):
            care.send_all(sets[to])
        care.send(f"scan{k}.pdf", big, partner=VISIT)
        care.send("note.txt", note, partner=DAY)
        self.offices[DAY].send("note.txt", note, partner=VISIT)
        care.send(f"wrong{k}_name.CSV", b"not of the standard\r\n")
        lonely = plan_set(self.path("made", str(k), "lonely"),
                          self.by_number[CARE], self.by_number[DAY],
                          stamp="20251124" + stamp[8:], seed=k,
                          month=(2025, 12))[0]
        care.send_all([lonely])
        return {
            "visit": {**by_name(sets[VISIT]), f"scan{k}.pdf": big},
            "notes": sorted([taken, note]),
            "day": {**by_name(sets[DAY]), "note.txt": note},
            "refused": f"wrong{k}_name.CSV",
            "held": os.path.basename(lonely),
            "paper": by_name(sets[PARTNER]),
        }

    def unfinished(self, want):
        """What of a round is not as it must be; "" if all is well."""
        visit = self.offices[VISIT].files("inbox")
        # a name that was taken comes under another one; both stay whole
        notes = sorted(d for n, d in visit.items() if n.startswith("note"))
        rest = {n: d for n, d in visit.items() if not n.startswith("note")}
        care = self.offices[CARE]
        paper = files_below(self.path("pdf"))
        filed = {os.path.basename(p): d for p, d in paper.items()
                 if os.path.basename(p) in want["paper"]}
        copies = [p for p in paper if os.path.basename(p) in want["paper"]]
        problems = []
        if rest != want["visit"]:
            problems.append(("visit", sorted(rest), sorted(want["visit"])))
        if notes != want["notes"]:
            problems.append(("notes", notes, want["notes"]))
        day = self.offices[DAY].files("inbox")
        if day != want["day"]:
            problems.append(("day", sorted(day), sorted(want["day"])))
        if filed != want["paper"] or len(copies) != len(filed):
            problems.append(("paper", sorted(copies)))
        for where, name in (("rejected", want["refused"]),
                            ("hold", want["held"])):
            folder = getattr(care, where)
            there = os.listdir(folder) if os.path.isdir(folder) else []
            if name not in there:
                problems.append((where, name, sorted(there)[-3:]))
        return problems

    def open_parcels(self):
        status = self.ctl("status", check=False)
        if not status.get("ok"):
            return None
        return sum(q["ready"] + q["waiting"] + q["leased"] + q["parked"]
                   for q in status["queues"])

    def finish_round(self, want, seconds=ROUND_SECONDS):
        wait_for(lambda: f"{self.unfinished(want)}\n{self.tails()}",
                 lambda: not self.unfinished(want)
                 and self.open_parcels() == 0, seconds)
        self.empty_inboxes()

    def finish_but_visit(self, want, open_parcels):
        """A round while visit's agent is away: its parcels wait."""
        wait_for(lambda: f"{self.unfinished(want)}\n{self.tails()}",
                 lambda: {p[0] for p in self.unfinished(want)}
                 <= {"visit", "notes"}
                 and self.open_parcels() == open_parcels, ROUND_SECONDS)

    def empty_inboxes(self):
        for number in (VISIT, DAY):
            office = self.offices[number]
            for name in os.listdir(office.inbox):
                os.unlink(os.path.join(office.inbox, name))

    def nothing_more(self, seconds=1.5):
        """No file comes a second time."""
        empty = lambda: not any(  # noqa: E731
            self.offices[n].files("inbox") for n in (VISIT, DAY))
        assert lab_module.holds(empty, seconds), [
            sorted(self.offices[n].files("inbox")) for n in (VISIT, DAY)]

    # -- hurting

    def process_named(self, name):
        """The process as it is to be started now (environment included)."""
        if name == "tasukid":
            return self.broker()[0]
        return self.agent(name)

    def start(self, name, **environment):
        """Start one process with an environment of its own, once."""
        record = "tasukid" if name == "tasukid" else self.agent(name).name
        self.environment[record] = environment
        process = self.process_named(name)
        process.start()
        self.environment[record] = {}
        return process

    def points_of(self, name):
        """The crash points a process passes in a round, and at its start."""
        log = self.path(f"points-{name}")
        self.process_named(name).stop()
        self.start(name, TASUKI_CRASH_LOG=log)
        want = self.send_round()
        self.finish_round(want)
        if name == "tasukid":
            self.ctl("backup", self.path("backup-points"))
        else:       # its care software takes things out
            wait_for("no pick-up seen", lambda: self.picked_up(want))
        self.process_named(name).stop()
        self.start(name)
        with open(log, encoding="ascii") as f:
            return sorted(set(f.read().split()))

    def restart_agents(self):
        """An agent that lost several short sessions waits longer each time, as
        it should; a new process begins at the first wait again."""
        agents = [a[3] for a in self.agents()]
        for process in agents:
            process.signal(signal.SIGTERM)
        for process in agents:
            process.stop()
            process.start()

    def picked_up(self, want):
        parcels = self.parcels(limit="3", to=VISIT)
        return all(leg["state"] != "delivered"
                   for p in parcels for leg in p["legs"])

    def crash_round(self, name, point, number):
        """A round in which process ``name`` dies at the number-th pass of a
        point; False if it never came that far."""
        process = self.process_named(name)
        process.stop()
        if name == "tasukid":
            self.restart_agents()
        process = self.start(name, TASUKI_CRASH=f"{point}:{number}")
        want, asked = self.send_round(), None
        if name == "tasukid" and point.startswith("store-copy"):
            wait_for("broker up", lambda: self.open_parcels() is not None
                     or process.pid() is None)
            # its own patience with a dead broker is not what is tested
            asked = subprocess.Popen(
                [os.path.join(self.bin, "tasukictl"), "--data", self.data(),
                 "backup", self.path(f"backup-{self.count}")],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def over():
            process.reap()
            return process.pid() is None or (
                not self.unfinished(want) and self.open_parcels() == 0)
        wait_for(lambda: f"{point}: {self.unfinished(want)}\n{self.tails()}",
                 over, ROUND_SECONDS)
        died = process.pid() is None
        if asked is not None:
            asked.kill()
            asked.wait()
        if died:
            self.start(name)
        try:
            self.finish_round(want)
        except AssertionError as error:
            raise AssertionError(f"after a kill at {point}:{number}: "
                                 f"{error}") from error
        return died


def share(work, labs):
    """work(lab, item) for the items of an iterator, each lab in a thread; the
    first failure ends all."""
    items, failures = work[1], []

    def run(lab):
        for item in items:
            if failures:
                return
            try:
                work[0](lab, item)
            except BaseException as error:
                failures.append(error)
                raise
    with concurrent.futures.ThreadPoolExecutor(len(labs)) as pool:
        for done in [pool.submit(run, lab) for lab in labs]:
            done.result()


class Locked:
    """An iterator that several threads may draw from."""

    def __init__(self, items):
        import threading
        self.items = iter(items)
        self.lock = threading.Lock()

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            return next(self.items)


def kill_everywhere(labs, name, passes, skip=()):
    """Kill process ``name`` at every point it has, on several passes; how many
    points there are, and how many kills there were."""
    points = [p for p in labs[0].points_of(name) if not p.startswith(skip)]
    kills, failures = [], []

    def one(lab, job):
        point, number = job
        began = time.monotonic()
        try:
            if lab.crash_round(name, point, number):
                kills.append((point, number, time.monotonic() - began))
        except AssertionError as error:
            # tell all points that fail, not only the first
            failures.append(str(error))
            lab.empty_inboxes()

    share((one, Locked([(p, n) for n in passes for p in points])), labs)
    assert not failures, f"{len(failures)} rounds failed:\n" + "\n\n".join(
        failures)
    for lab in labs:
        lab.nothing_more()
    reached = {point for point, _, _ in kills}
    return points, reached, kills
