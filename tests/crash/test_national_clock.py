"""The national system and the calendar, with a clock that is moved: down for two
days at the end of a month, and a certificate that ends.  The deadlines are those
of config/policies.tsv and of the table of holidays."""
import csv
import datetime
import os
import subprocess

import pytest

from lab import ROOT, files_below, holds, wait_for
from national_room import (CARE, PARTNERS, ROWS, SECOND,
                           NationalRoom)
from shifted_clock import JST, ShiftedClock

TAKEN, LOST, AWAY, CAREFUL = PARTNERS
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
HOLIDAYS = os.path.join(ROOT, "config", "standard", "masters", "holidays.tsv")
OVER = ("delivered", "picked-up", "recalled")


def business(day, holidays):
    return (day.weekday() < 5 and day.isoformat() not in holidays
            and (day.month, day.day) < (12, 29)
            and (day.month, day.day) > (1, 3))


def month_end():
    """The next last business day of a month of which two days before are still
    to come."""
    with open(HOLIDAYS, encoding="utf-8") as f:
        holidays = {r["date"] for r in csv.DictReader(
            (line for line in f if not line.startswith("#")),
            delimiter="\t")}
    today = datetime.datetime.now(JST).date()
    month = today.replace(day=1)
    while True:
        month = (month + 32 * DAY).replace(day=1)
        day = month - DAY
        while not business(day, holidays):
            day -= DAY
        if day - 2 * DAY > today:
            return day


def at(day, hour, minute=0, second=0):
    return datetime.datetime(day.year, day.month, day.day, hour, minute,
                             second, tzinfo=JST)


@pytest.fixture
def month(make_lab, tmp_path):
    """A room at 15:00 of two days before the last business day, JST."""
    last = month_end()
    rooms = []

    def make(rows=None, **settings):
        lab = make_lab(list((rows or ROWS).values()))
        lab.setting("tasukid", policy__file=os.path.join(
            ROOT, "config", "policies.tsv"), policy__holidays=HOLIDAYS)
        rooms.append(NationalRoom(lab, **settings))
        return rooms[-1]

    with ShiftedClock(tmp_path / "clock", at(last - 2 * DAY, 15)) as clock:
        try:
            yield make, clock, last
        finally:
            for room in rooms:
                room.close()


def paper_names(room):
    """Names of the originals in partners' paper folders, repeats and all."""
    return sorted(os.path.basename(p)
                  for p in files_below(room.lab.path("pdf"))
                  if p.upper().endswith(".CSV"))


def marked(room):
    """Partners whose paper says that the data may arrive as well."""
    found = set()
    for path in files_below(room.lab.path("pdf")):
        if path.endswith(".pdf") and "データも届く場合あり" in subprocess.run(
                ["pdftotext", "-layout", room.lab.path("pdf", path), "-"],
                check=True, capture_output=True, text=True,
                timeout=60).stdout:
            found.add(path[:10])
    return found


def asked(room, what):
    return repr(room.ctl(what, "--folder", room.folder))


class Partner:
    """What was sent to one partner."""

    def __init__(self, room, number, month, serial=1):
        self.room, self.number = room, number
        self.files = room.plan(number, month=month, number=serial)

    def send(self):
        self.room.send(self.files)
        wait_for(self.room.tail,
                 lambda: self.room.lab.parcels(to=self.number), 60)
        return self

    def parcel(self):
        (found,) = self.room.lab.parcels(to=self.number)
        return self.room.lab.parcel(found["id"])

    def steps(self):
        """(way, state, code) of each step, oldest first."""
        parcel = self.parcel()
        return [(parcel["legs"][s["leg"]]["way"], s["state"], s["code"])
                for s in parcel["steps"]]

    def wait_step(self, *step):
        wait_for(lambda: f"{step} not in {self.steps()}\n{self.room.tail()}",
                 lambda: step in self.steps(), 60)

    def paper(self):
        """When paper was let out, and why."""
        return [(s["at_ms"], s["code"]) for s in self.parcel()["steps"]
                if s["state"] == "ready" and s["code"].startswith("fallback")]

    def states(self):
        return {leg["way"]: leg["state"] for leg in self.parcel()["legs"]}


def month_of(last):
    """The service month whose 予定 are due then."""
    return last.year + last.month // 12, last.month % 12 + 1


def test_two_days_down_at_the_end_of_the_month(month):
    """F42:
    From 15:00 two days before the last business day on nobody can reach it.
    Paper goes out at the set hour and not before, once, for what was not
    handed over; it says so if the data may arrive as well."""
    make, clock, last = month
    room = make({n: {**r, **({"fallback": "4h"} if n in PARTNERS else {}),
                     **({"fallback_needs": "listed"} if n == CAREFUL else {})}
                 for n, r in ROWS.items()},
                list__lag="10 min", list__poll="2 s")
    room.profile_more["limits__timeout"] = "5 s"
    hour = at(last, 13)         # 17:00 of that day less 4 h
    room.open()
    # what it takes now will not be in its list before it is away
    room.nation.set(list_lag_ms=5 * 60 * 1000)
    taken, careful, lost, away = (
        Partner(room, number, month_of(last)) for number in (
            TAKEN, CAREFUL, LOST, AWAY))
    for partner in (taken, careful):
        partner.send().wait_step("national", "working", "handed-over")
    room.nation.fault("send", to=LOST, lost=True)
    lost.send().wait_step("national", "working", "handing-over")
    room.nation.kill()
    away.send().wait_step("national", "working", "queued")
    for partner in (taken, careful, lost, away):
        (paper,) = [leg for leg in partner.parcel()["legs"]
                    if leg["way"] == "pdf"]
        assert (paper["state"], paper["due_ms"]) == (
            "waiting", int(hour.timestamp() * 1000)), paper
    # two nights and a day, in which both sides are started again, and up to
    # the minute before
    for moment in (at(last - 2 * DAY, 17, 30), at(last - DAY, 0, 1),
                   at(last - DAY, 13, 30), at(last, 0, 1), at(last, 9),
                   hour - datetime.timedelta(minutes=1)):
        clock.set(moment)
        if moment == at(last, 0, 1):
            room.lab.kill(room.process)
            room.start()
        elif moment == at(last - DAY, 13, 30):
            room.lab.broker()[0].stop()
            room.lab.start_broker()
            room.lab.wait_connected(["national", "pdf"])
        assert holds(lambda: not paper_names(room), 1.5), moment
    wait_for(room.tail, lambda: [leg["state"] for leg in room.lab.ctl(
        "queue", "national")["legs"]] == ["leased"] * 4, 60)
    clock.set(hour - datetime.timedelta(seconds=4))
    on_paper = {**careful.files, **lost.files, **away.files}
    wait_for(lambda: f"{paper_names(room)}\n{room.tail()}",
             lambda: set(on_paper) <= set(paper_names(room)), 60)
    for partner, code in ((careful, "fallback-unsure"),
                          (lost, "fallback-unsure"), (away, "fallback")):
        ((fired, why),) = partner.paper()
        assert why == code, partner.steps()
        assert -1000 < fired - hour.timestamp() * 1000 < 60000, fired
    # the other side has it, and said so
    taken.wait_step("pdf", "waiting", "handed-over")
    assert not taken.paper()
    # the line is back in the evening
    clock.set(at(last, 18))
    room.nation.start()
    wait_for(lambda: repr([p.steps() for p in (taken, careful, lost, away)])
             + room.tail(), lambda: all(
                 leg["state"] in OVER for p in room.lab.parcels()
                 for leg in p["legs"]), 90)
    assert taken.states() == {"national": "delivered", "pdf": "recalled"}
    assert careful.states() == {"national": "delivered", "pdf": "delivered"}
    assert lost.states() == {"national": "delivered", "pdf": "delivered"}
    assert away.states() == {"national": "recalled", "pdf": "delivered"}
    # none twice, here and there
    assert paper_names(room) == sorted(on_paper)
    assert marked(room) == {CAREFUL, LOST}
    after = Partner(room, TAKEN, month_of(last), serial=2)
    room.send(after.files)
    room.wait_there({**taken.files, **careful.files, **lost.files,
                     **after.files}, 60)


def test_a_certificate_ends(month):
    """F38:
    At midnight: from then on that office waits, and nobody else; what was
    sent before stays sent, and with a new certificate it goes on."""
    make, clock, last = month
    room = make(offices=[CARE, SECOND])
    room.open()
    ends = at(last - DAY, 0)
    room.nation.ask("office", {"number": SECOND, "types": ["43"],
                               "account": True, "until": ends.isoformat()})
    room.add(SECOND)
    room.restart()
    clock.set(ends - 8 * HOUR)
    before = {s: room.plan(TAKEN, sender=s) for s in (CARE, SECOND)}
    for sender, files in before.items():
        room.send(files, sender)
    room.wait_there([n for files in before.values() for n in files])
    room.wait_receipts(2)
    assert "certificate-expiry" in asked(room, "notices")
    clock.set(ends + datetime.timedelta(seconds=1))
    after = {s: room.plan(LOST, sender=s, number=2) for s in (CARE, SECOND)}
    for sender, files in after.items():
        room.send(files, sender)
    wait_for(room.tail, lambda: set(after[CARE]) <= set(room.sent_names()), 60)
    wait_for(lambda: asked(room, "offices"), lambda:
             "certificate-expired" in asked(room, "offices"), 60)
    clock.set(ends + 8 * HOUR)
    assert holds(lambda: not set(after[SECOND]) & set(room.sent_names()), 2)
    room.nation.ask("office", {"number": SECOND, "types": ["43"],
                               "account": True})
    room.add(SECOND)
    room.wait_there([n for part in (before, after) for files in part.values()
                     for n in files], 90)
    room.wait_receipts(4)
