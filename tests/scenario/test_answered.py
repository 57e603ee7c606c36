"""A 実績 that comes back answers the 予定: told to the sender, on record, once."""
import time

import pytest
from lab import NUMBER, row, wait_for
from peer import DELIVERED, PICKED_UP, delivered, new_id, parcel, unpb
from test_compare import actual_file, exchange
from test_dual import make_stage  # noqa: F401 (a fixture)

CARE, VISIT, PARTNER = NUMBER[1], NUMBER[2], NUMBER[9]
MONTH, OTHER = "202611", "202612"
ANSWERED = 5


@pytest.fixture
def stage(make_stage):  # noqa: F811
    return make_stage(row(2, "11", "visit"), row(9, "17", inside=0, way="pdf"))


class Sets:
    def __init__(self, stage):  # noqa: F811
        self.stage, self.serial = stage, 0
        self.care, self.visit = stage.peer("care"), stage.peer("visit")

    def body(self, parcel_id, sender, receiver, kind, clients, mark=b"",
             month=MONTH):
        self.serial += 1
        data = b"made up %d" % self.serial
        return parcel(parcel_id, sender, receiver,
                      [(kind + ".CSV", data, kind)], month=month,
                      stamp="20261201%06d" % self.serial, clients=clients,
                      mark=mark), [data]

    def send(self, peer, *fields, **more):
        parcel_id = new_id()
        self.submit(peer, *self.body(parcel_id, *fields, **more))
        return parcel_id

    @staticmethod
    def submit(peer, body, frames):
        peer.submit(body, frames)
        answer, fields, _ = peer.wait("accepted", "refused")
        assert answer == "accepted", fields

    def plan(self, clients, delivery=True, **more):
        """Sent by care, and at the visit office if delivered."""
        sent = self.send(self.care, CARE, VISIT, "UPPLAN", clients, **more)
        assert delivered(self.visit.wait("deliver")[1]) == (sent, 0)
        if delivery:
            self.visit.settle(sent, 0, DELIVERED)
            self.stage.wait(sent, bus="delivered")
        return sent

    def result(self, clients, **more):
        return self.send(self.visit, VISIT, CARE, "UPJSK", clients, **more)

    def answers(self, parcel_id):
        return [s for s in self.stage.lab.parcel(parcel_id.hex())["steps"]
                if s["state"] == "answered"]


@pytest.fixture
def sets(stage):  # noqa: F811
    return Sets(stage)


def heard(peer, parcel_id, state, seconds=20):
    """The detail of the receipt that says so; None if it does not come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = peer.listen(("receipt", "receipts"), until - time.monotonic())
        if found is None:
            return None
        kind, fields, _ = found
        for item in [fields] if kind == "receipt" else [
                unpb(i) for i in fields[1]]:
            if item[1][0] == parcel_id and item[3][0] == state:
                return item.get(7, [b""])[0].decode()
    return None


def test_the_sender_hears_that_it_is_answered(sets, stage):  # noqa: F811
    sent = sets.plan(3)
    other = sets.plan(1, month=OTHER)
    came = sets.result(3)
    assert came.hex() in heard(sets.care, sent, ANSWERED)
    stage.wait(sent, bus="answered")
    (step,) = sets.answers(sent)
    assert step["agent"] == "broker" and came.hex() in step["detail"]
    stage.wait(other, bus="delivered")      # another month
    # a query says the same, and it is what tasukictl shows
    (entry,) = [e for e in stage.lab.ctl("audit", "list")["entries"]
                if "state=answered" in e["text"]]
    assert entry["id"] == sent.hex()
    # told twice by the receiver's agent: it stays
    sets.visit.settle(sent, 0, PICKED_UP, back=0)
    # a correction of the result answers nothing anew
    sets.result(3)
    stage.wait(sent, bus="answered")
    assert len(sets.answers(sent)) == 1
    assert stage.lab.counters()["answered"] == 1


def test_a_part_of_the_clients_is_no_answer_yet(sets, stage):  # noqa: F811
    first = sets.plan(2, mark=b"a" * 16)
    second = sets.plan(1, mark=b"b" * 16)
    sets.result(2, mark=b"c" * 16)
    stage.wait(first, bus="delivered")
    sets.result(1, mark=b"d" * 16)
    stage.wait(first, bus="answered")
    stage.wait(second, bus="answered")


def test_only_what_was_there(sets, stage):  # noqa: F811
    """A plan that is not delivered yet is not answered by a result of others;
    a deletion is no result."""
    there = sets.plan(1, mark=b"a" * 16)
    coming = sets.plan(1, delivery=False, mark=b"b" * 16)
    sets.send(sets.visit, VISIT, CARE, "DLTJSK", 1)
    stage.wait(there, bus="delivered")
    sets.result(2)
    stage.wait(there, bus="answered")
    stage.wait(coming, bus="ready")
    sets.visit.settle(coming, 0, DELIVERED)
    stage.wait(coming, bus="delivered")
    # the next result that comes answers it
    sets.result(2)
    stage.wait(coming, bus="answered")


def test_results_of_one_batch(sets, stage):  # noqa: F811
    """Neither is on the disk when the other is looked at."""
    sent = sets.plan(4)
    bodies = [sets.body(new_id(), VISIT, CARE, "UPJSK", 1, mark=m * 16)
              for m in (b"a", b"b", b"c", b"d")]
    for body, frames in bodies:
        sets.visit.submit(body, frames)
    stage.wait(sent, bus="answered")


def test_paper_is_answered_too_and_after_a_restart(stage, sets):  # noqa: F811
    paper = stage.peer("pdf")
    sent = sets.send(sets.care, CARE, PARTNER, "UPPLAN", 1)
    _, fields, _ = paper.wait("deliver")
    paper.settle(*delivered(fields), DELIVERED, detail="pages=1")
    stage.wait(sent, pdf="delivered")
    plan = sets.plan(1)
    stage.lab.kill(stage.lab.broker()[0])
    stage.lab.start_broker()
    # the partner has joined the bus meanwhile
    stage.registry([dict(row(9, "17", "day"))])
    day, visit = stage.peer("day"), stage.peer("visit")
    care = stage.peer("care")
    sets.submit(day, *sets.body(new_id(), PARTNER, CARE, "UPJSK", 1))
    stage.wait(sent, pdf="answered")
    assert heard(care, sent, ANSWERED) is not None
    sets.submit(visit, *sets.body(new_id(), VISIT, CARE, "UPJSK", 1))
    stage.wait(plan, bus="answered")


@pytest.mark.parametrize("away", [False, True])
def test_the_clerk_sees_it(lab, tmp_path, away):
    """Also one whose PC was off when the result came."""
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    rows = exchange(lab, tmp_path, clients=2)
    (plan,) = lab.parcels()
    if away:
        lab.agent("care").stop()
    visit.send_all([actual_file(tmp_path / "one", rows, "20270101090000")])
    wait_for(lambda: repr(lab.parcel(plan["id"])),
             lambda: lab.states(plan["id"]) == ["answered"])
    if away:
        lab.up()
    wait_for(lambda: repr(care.status()), lambda: any(
        "回答済" in text for r in care.status() for text in r.values()), 30)
