"""Kill -9 of the broker wherever data and paper of one parcel depend on each
other: fallback, copies, newer versions, taking back, turning, FAX numbers.

Scripted agents play the receivers; the paper agent has a spool it looks into,
as real ones do.  Whatever happens, data arrives, paper comes out at most once,
and the record says which of the two it was.
"""
import time

import pytest
from lab import NUMBER, row
from peer import (DELIVERED, NEVER, WORKING, Peer,
                  delivered, load_key, new_id, paper_of, parcel)
from stage import STAMP
from test_dual import POLICIES

CARE, VISIT, PARTNER = NUMBER[1], NUMBER[2], NUMBER[9]
SECONDS = 60
MARK = b"m" * 16


class Agent:
    """An agent that comes back, and remembers what it has."""

    def __init__(self, show, name, prints=True, credit=50, step=""):
        self.show, self.name, self.prints = show, name, prints
        self.step = step            # what it says of what it holds
        self.credit, self.peer = credit, None
        self.held, self.out, self.papers = set(), [], {}
        self.accepted = set()

    def connect(self):
        file = (self.name if self.name in ("pdf", "fax", "national")
                else "office-" + self.name)
        public, secret = load_key(self.show.lab.path("keys", file + ".key"))
        broker, _ = load_key(self.show.lab.path("keys", "broker.pub"))
        self.peer = Peer(self.show.lab.endpoint(), broker, public, secret)
        self.peer.hello(high=2)

    def drop(self):
        if self.peer is not None:
            self.peer.close()
        self.peer = None

    def pump(self):
        if self.peer is None:
            self.connect()
        if not self.peer.opened:
            if self.peer.listen(("welcome",), 1) is None:
                return
            if self.credit:
                self.peer.credit(self.credit)
        message = self.peer.listen(
            ("deliver", "recall", "accepted", "bye"), 0.1)
        if message is None:
            return
        kind, fields, _ = message
        if kind == "bye":
            self.drop()
        elif kind == "accepted":
            self.accepted.add(1)
        elif kind == "recall":
            self.give_back((fields[1][0], fields.get(2, [0])[0]))
        else:
            self.take(delivered(fields), paper_of(fields))

    def give_back(self, key):
        if key in self.held:
            self.held.discard(key)
            self.peer.settle(*key, NEVER, code="recalled")

    def take(self, key, paper):
        if key in self.out:
            self.peer.settle(*key, DELIVERED)
        elif paper and paper["recalled"]:
            self.held.discard(key)
            self.peer.settle(*key, NEVER, code="recalled")
        elif self.prints:
            self.out.append(key)
            self.papers[key] = paper
            self.peer.settle(*key, DELIVERED, detail="pages=1")
        else:
            self.held.add(key)
            if self.step:
                self.peer.settle(*key, WORKING, code=self.step)


class Show:
    def __init__(self, lab):
        self.lab, self.agents, self.died = lab, [], 0

    def agent(self, name, **more):
        self.agents.append(Agent(self, name, **more))
        return self.agents[-1]

    def alive(self):
        broker = self.lab.broker()[0]
        broker.reap()
        if broker.pid() is None:
            self.died += 1
            for agent in self.agents:
                agent.drop()
            self.lab.environment["tasukid"] = {}
            self.lab.start_broker()

    def until(self, what, condition):
        end = time.monotonic() + SECONDS
        while True:
            self.alive()
            for agent in self.agents:
                agent.pump()
            try:
                if condition():
                    return
            except Exception:  # the broker died under the question
                if time.monotonic() > end:
                    raise
            assert time.monotonic() < end, (
                f"{what}: {self.lab.parcels()}\n{self.lab.tails()}")

    def send(self, care, parcel_id, to, serial, mark=b""):
        data = b"made up %d" % serial
        body = parcel(parcel_id, CARE, to, [("UPPLAN.CSV", data, "UPPLAN")],
                      month="202601", stamp=STAMP % serial, mark=mark)
        care.accepted.clear()
        asked = [0.0]

        def accepted():
            if (care.peer is not None and care.peer.opened
                    and time.monotonic() - asked[0] > 2):
                asked[0] = time.monotonic()
                care.peer.submit(body, [data])
            return care.accepted
        self.until("accepted", accepted)

    def ask(self, *arguments):
        """A command until it was answered by a living broker."""
        said = []

        def done():
            answer = self.lab.ctl(*arguments, check=False, timeout=40)
            if answer.get("ok") or answer.get("code") == "verified":
                said.append(answer)
            return said
        self.until(arguments, done)
        return said[-1]

    def states(self, parcel_id):
        return {leg["way"]: leg["state"]
                for leg in self.lab.parcel(parcel_id.hex())["legs"]}

    def ends(self, parcel_id, **states):
        self.until(f"{states}", lambda: self.states(parcel_id) == states)


@pytest.fixture
def show(make_lab, request):
    lab = make_lab([row(1, "43", "care"),
                    row(2, "11", "visit", policy="soon"),
                    row(3, "15", "day", policy="dual"),
                    row(9, "17", inside=0, fax_number="03-3581-4111")])
    with open(lab.path("policies.tsv"), "w", encoding="utf-8") as f:
        f.write(POLICIES)
    lab.setting("tasukid", policy__file=lab.path("policies.tsv"),
                session__heartbeat="1 min", session__handshake="1 min",
                route__ways="bus national fax pdf")
    lab.prepare()
    for role in ("fax", "national"):
        lab.key(role)
        lab.ctl("agent", "add", role, "--key",
                lab.path("keys", role + ".pub"), "--role", role)
    made = Show(lab)
    yield made
    for agent in made.agents:
        agent.drop()


def armed(show, point):
    """The broker again, to die at a point."""
    show.lab.broker()[0].stop()
    show.lab.environment["tasukid"] = {"TASUKI_CRASH": point}
    show.lab.start_broker()
    show.lab.environment["tasukid"] = {}


def fallback_given_back(show):
    care, paper = show.agent("care"), show.agent("pdf", prints=False)
    sent = new_id()
    show.send(care, sent, VISIT, 1)
    show.until("paper is lent", lambda: (sent, 1) in paper.held)
    visit = show.agent("visit")
    show.ends(sent, bus="delivered", pdf="recalled")
    assert visit.out.count((sent, 0)) == 1 and not paper.out


def fallback_out(show):
    care, paper = show.agent("care"), show.agent("pdf")
    sent = new_id()
    show.send(care, sent, VISIT, 1)
    show.until("paper is out", lambda: (sent, 1) in paper.out)
    show.agent("visit")
    show.ends(sent, bus="delivered", pdf="delivered")
    assert paper.out == [(sent, 1)]


def fallback_not_lent(show):
    care = show.agent("care")
    sent = new_id()
    show.send(care, sent, VISIT, 1)
    show.until("paper is ready",
               lambda: show.states(sent)["pdf"] == "ready")
    show.agent("visit")
    show.until("data", lambda: show.states(sent)["bus"] == "delivered")
    paper = show.agent("pdf")
    show.ends(sent, bus="delivered", pdf="recalled")
    assert not paper.out


def copy(show):
    care, day = show.agent("care"), show.agent("day")
    paper = show.agent("pdf")
    sent = new_id()
    show.send(care, sent, NUMBER[3], 1)
    show.ends(sent, bus="delivered", pdf="delivered")
    assert paper.out == [(sent, 1)] and day.out == [(sent, 0)]
    assert paper.papers[sent, 1]["copy"] == 1


def newer_version(show):
    care = show.agent("care")
    old, new = new_id(), new_id()
    show.send(care, old, PARTNER, 1, MARK)
    show.send(care, new, PARTNER, 2, MARK)
    paper = show.agent("pdf")
    show.ends(old, pdf="superseded")
    show.ends(new, pdf="delivered")
    assert paper.out == [(new, 0)]


def taken_back(show):
    care = show.agent("care")
    sent = new_id()
    show.send(care, sent, PARTNER, 1)
    show.ask("parcel", "recall", sent.hex())
    paper = show.agent("pdf")
    show.ends(sent, pdf="recalled")
    assert not paper.out


def turned(show):
    care = show.agent("care")
    sent = new_id()
    show.send(care, sent, PARTNER, 1)
    path = show.lab.path("changed.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("office_number,service_type,inside,way,folder_agent\n"
                f"{PARTNER},17,1,bus,visit\n")
    show.ask("registry", "import", path)
    paper, visit = show.agent("pdf"), show.agent("visit")
    # after a crash the paper agent is asked first, or it went out
    show.until("one of them", lambda: show.states(sent) in (
        {"pdf": "recalled", "bus": "delivered"}, {"pdf": "delivered"}))
    assert len(paper.out) + len(visit.out) == 1


def fax_verified(show):
    care = show.agent("care")
    path = show.lab.path("changed.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("office_number,service_type,way,fax_number,fax_unverified\n"
                f"{PARTNER},17,fax,06-6941-0351,hold\n")
    show.ask("registry", "import", path, "--by", "a")
    sent = new_id()
    show.send(care, sent, PARTNER, 1)
    fax = show.agent("fax")
    show.ask("registry", "test-fax", PARTNER + "/17", "--by", "a")
    show.until("a test page", lambda: fax.out)
    assert fax.papers[fax.out[0]]["test_code"]
    show.ask("registry", "verify-fax", PARTNER + "/17", "--by", "b")
    show.until("the FAX", lambda: (sent, 0) in fax.out)
    show.ends(sent, fax="delivered")
    assert fax.out.count((sent, 0)) == 1
    assert fax.papers[sent, 0]["fax_first"] == 1
    assert not show.ask("registry", "fax", PARTNER + "/17")["fax"]["first"]


def paper_instead(show):
    """The national side is down until the paper went: nothing follows it."""
    show.ask("registry", "import", with_rows(
        show, "office_number,service_type,way,policy",
        f"{PARTNER},17,national,soon"))
    care, paper = show.agent("care"), show.agent("pdf")
    sent = new_id()
    show.send(care, sent, PARTNER, 1)
    show.until("paper is out", lambda: (sent, 1) in paper.out)
    gateway = show.agent("national", prints=False)
    show.ends(sent, national="recalled", pdf="delivered")
    assert paper.out == [(sent, 1)] and not gateway.out


def taken_over_there(show):
    """The national side has said that it has it: no paper at its hour."""
    with open(show.lab.path("policies.tsv"), "a", encoding="utf-8") as f:
        f.write("there\telectronic\t1h\t3s\n")
    show.ask("policy", "reload", "--by", "somebody")
    show.ask("registry", "import", with_rows(
        show, "office_number,service_type,way,policy",
        f"{PARTNER},17,national,there"))
    gateway = show.agent("national", prints=False, step="handed-over")
    care, paper = show.agent("care"), show.agent("pdf")

    def said(sent, *codes):
        return [s for s in show.lab.parcel(sent.hex())["steps"]
                if s["leg"] == 1 and s["code"] in codes]
    for serial in range(1, 6):      # the hour may be quicker than the word
        sent = new_id()
        show.send(care, sent, PARTNER, serial)
        show.until("its hour", lambda s=sent: said(s, "handed-over")
                   or said(s, "fallback")[1:])
        if said(sent, "handed-over"):
            break
    assert len(said(sent, "handed-over")) == 1
    assert not said(sent, "fallback")[1:]
    gateway.step, gateway.prints = "", True     # now it stands in the list
    gateway.drop()
    show.ends(sent, national="delivered", pdf="recalled")
    assert (sent, 1) not in paper.out


def with_rows(show, *lines):
    path = show.lab.path("changed.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    return path


def quota_and_reload(show):
    """Two a day, whenever the broker dies; a changed table holds once it was
    said to, and after a crash what the file says."""
    show.ask("registry", "import", with_rows(
        show, "office_number,service_type,inside,folder_agent,quota_parcels",
        f"{CARE},43,1,care,2"))
    care = show.agent("care")
    for serial in (1, 2):
        show.send(care, new_id(), PARTNER, serial)

    def used():
        (quota,) = show.lab.ctl("policy", "list")["quotas"]
        return quota["parcels"]
    show.until("two were sent", lambda: used() == 2)
    show.until("no third", lambda: show.lab.ctl(
        "route", CARE, PARTNER, "UPPLAN", check=False)["refusal"] == "quota")
    with open(show.lab.path("policies.tsv"), "a", encoding="utf-8") as f:
        f.write("night\tpaper\t\t\n")
    show.ask("policy", "reload", "--by", "somebody")
    show.until("the new table", lambda: "night" in [
        p["name"] for p in show.lab.ctl("policy", "list")["policies"]])
    show.until("two still", lambda: used() == 2)
    assert len(show.lab.parcels()) == 2


CASES = [(script, f"{point}:{passes}") for script, points, many in [
    (fallback_given_back, ["legs-wake", "legs-withdraw", "legs-ask",
                           "settle-mark-before-commit"], (3, 4)),
    (fallback_out, [], (3,)),
    (fallback_not_lent, ["legs-cancel"], (3,)),
    (copy, ["legs-copy", "settle-before-commit"], (2,)),
    (newer_version, ["legs-withdraw"], (2,)),
    (taken_back, ["legs-withdraw"], (2,)),
    (turned, ["turn-before-commit", "turn-after-commit"], (2,)),
    (fax_verified, ["fax-before-commit", "fax-after-commit",
                    "text-parcel-after-commit"], (3, 5)),
    (paper_instead, ["legs-withdraw"], (3,)),
    (taken_over_there, ["legs-sleep-on", "legs-cancel"], ()),
    (quota_and_reload, ["reload-before-commit"], (2,)),
] for point, passes in [(p, 1) for p in points] + [
    ("writer-after-apply", n) for n in many]]


@pytest.mark.parametrize(
    "script, point", CASES, ids=[f"{s.__name__}-{p}" for s, p in CASES])
def test_the_broker_dies(show, script, point, tally):
    armed(show, point)
    script(show)
    tally.append(f"policies: {script.__name__} at {point}: "
                 f"{'killed' if show.died else 'not reached'}")
    if not point.startswith(("writer", "settle-mark")):
        assert show.died, "the point was not reached"
    show.lab.ctl("audit", "verify")
