"""Which results are owed: `tasukictl expected`, ticking off, reminders."""
import pytest
from lab import NUMBER, row
from peer import DELIVERED, delivered, new_id, parcel
from test_dual import make_stage  # noqa: F401 (a fixture)

CARE, VISIT, DAY, PARTNER = NUMBER[1], NUMBER[2], NUMBER[3], NUMBER[9]
PAST, COMING = "202601", "209901"     # deadlines long over; far away


@pytest.fixture
def stage(make_stage):  # noqa: F811
    return make_stage(row(2, "11", "visit"),
                      row(9, "17", inside=0, way="pdf", remind="off"))


class Files:
    """Sets between desks, each newer than the one before."""

    def __init__(self, stage):  # noqa: F811
        self.stage, self.serial = stage, 0

    def send(self, peer, sender, receiver, kind, month=PAST, clients=0,
             mark=b""):
        self.serial += 1
        parcel_id, data = new_id(), b"made up %d" % self.serial
        peer.submit(parcel(parcel_id, sender, receiver,
                           [(kind + ".CSV", data, kind)], month=month,
                           stamp="20260115%06d" % self.serial,
                           clients=clients, mark=mark), [data])
        answer, fields, _ = peer.wait("accepted", "refused")
        assert answer == "accepted", fields
        return parcel_id

    def expected(self, *options, month=PAST, check=True):
        return self.stage.lab.ctl("expected", "--month", month, *options,
                                  check=check)


@pytest.fixture
def files(stage):  # noqa: F811
    return Files(stage)


def states(answer):
    return {(r["partner"], r["state"]) for r in answer["rows"]}


def test_from_plan_to_result(stage, files):  # noqa: F811
    care, visit = stage.peer("care"), stage.peer("visit")
    assert files.expected()["rows"] == []
    files.send(care, CARE, VISIT, "UPPLAN", clients=3)
    files.send(care, CARE, PARTNER, "UPPLAN", clients=1)
    files.send(care, CARE, DAY, "UPPLAN", month=COMING, clients=2)
    # other kinds and months are nobody's debt
    files.send(care, CARE, DAY, "UP1KYO", clients=2)
    answer = files.expected()
    assert states(answer) == {(VISIT, "late"), (PARTNER, "late")}
    (owed,) = [r for r in answer["rows"] if r["partner"] == VISIT]
    assert owed["office"] == CARE and owed["clients"] == 3
    assert owed["way"] == "bus" and owed["partner_name"] == "試験事業所2"
    assert owed["due_ms"] > 0 and owed["arrived_ms"] == 0
    assert states(files.expected(month=COMING)) == {(DAY, "owed")}
    assert files.expected("--late", month=COMING)["rows"] == []
    assert states(files.expected("--office", PARTNER)) == {(PARTNER, "late")}
    assert files.expected("--office", VISIT + "/15")["rows"] == []
    # scripts may ask by exit code alone
    assert files.expected("--exit-code", check=False)["total"]["late"] == 2
    # a result for a part of the clients, then for the others
    files.send(visit, VISIT, CARE, "UPJSK", clients=2, mark=b"a" * 16)
    (row_,) = [r for r in files.expected("--all")["rows"]
               if r["partner"] == VISIT]
    assert (row_["state"], row_["result_clients"]) == ("late", 2)
    files.send(visit, VISIT, CARE, "UPJSK", clients=1, mark=b"b" * 16)
    assert states(files.expected()) == {(PARTNER, "late")}
    answer = files.expected("--all")
    assert (VISIT, "arrived") in states(answer)
    assert answer["total"] == {"owed": 0, "late": 1, "partly": 0,
                               "arrived": 1, "settled": 0}
    (row_,) = [r for r in answer["rows"] if r["partner"] == VISIT]
    assert row_["arrived_late"] and row_["results"] == 2


def test_versions_and_deletions(stage, files):  # noqa: F811
    care, visit = stage.peer("care"), stage.peer("visit")
    files.send(care, CARE, VISIT, "UPPLAN", COMING, 2, b"a" * 16)
    files.send(care, CARE, VISIT, "UPPLAN", COMING, 2, b"a" * 16)
    files.send(care, CARE, VISIT, "UPPLAN", COMING, 1, b"b" * 16)
    (row_,) = files.expected(month=COMING)["rows"]
    assert (row_["plans"], row_["clients"]) == (2, 3)
    files.send(visit, VISIT, CARE, "UPJSK", COMING, 1, b"c" * 16)
    assert states(files.expected(month=COMING)) == {(VISIT, "partly")}
    # the sender withdraws what was planned for some, then for all
    files.send(care, CARE, VISIT, "DLTPLAN", COMING, 2, b"a" * 16)
    assert files.expected(month=COMING)["rows"] == []
    assert states(files.expected("--all", month=COMING)) == {
        (VISIT, "arrived")}
    # a result that is taken back is owed again
    files.send(visit, VISIT, CARE, "DLTJSK", COMING, 1, b"c" * 16)
    assert states(files.expected(month=COMING)) == {(VISIT, "owed")}
    files.send(care, CARE, VISIT, "DLTPLAN", COMING, 1, b"b" * 16)
    assert files.expected("--all", month=COMING)["rows"] == []
    # without marks a deletion is only pointed at
    files.send(care, CARE, DAY, "UPPLAN", COMING, 4)
    recalled = files.send(care, CARE, PARTNER, "UPPLAN", COMING, 1)
    files.send(care, CARE, DAY, "DLTPLAN", COMING, 4)
    stage.lab.ctl("parcel", "recall", recalled.hex(), "typed wrong")
    (row_,) = files.expected(month=COMING)["rows"]
    assert row_["partner"] == DAY and row_["maybe_deleted"]


def test_ticked_off_by_a_person(stage, files):  # noqa: F811
    care = stage.peer("care")
    files.send(care, CARE, PARTNER, "UPPLAN", clients=1)
    settle = ["expected", "settle", "--month", PAST, "--office", CARE,
              "--partner", PARTNER]
    assert stage.lab.ctl(*settle, "--by", " ", check=False)[
        "code"] == "malformed"
    stage.lab.ctl(*settle, "--by", "佐藤", "--reason", "FAXで受領")
    assert files.expected()["rows"] == []
    (row_,) = files.expected("--all")["rows"]
    assert (row_["state"], row_["by"], row_["reason"]) == (
        "settled", "佐藤", "FAXで受領")
    # it is durable, and can be undone
    stage.lab.kill(stage.lab.broker()[0])
    stage.lab.start_broker()
    assert files.expected()["rows"] == []
    stage.lab.ctl(*settle, "--by", "佐藤", "--undo")
    assert states(files.expected()) == {(PARTNER, "late")}
    assert stage.lab.ctl(*settle, "--by", "佐藤", "--undo", check=False)[
        "code"] == "unknown"


def test_reminders_go_by_the_partners_way(stage, files):  # noqa: F811
    care, visit = stage.peer("care"), stage.peer("visit")
    files.send(care, CARE, VISIT, "UPPLAN", clients=3)
    plan, _ = delivered(visit.wait("deliver")[1])
    visit.settle(plan, 0, DELIVERED)
    files.send(care, CARE, PARTNER, "UPPLAN", clients=1)
    remind = ["expected", "remind", "--month", PAST]
    planned = stage.lab.ctl(*remind, "--dry-run")
    assert [r["partner"] for r in planned["rows"]] == [VISIT]
    assert planned["skipped"] == 1      # remind = off
    assert visit.listen(("deliver",), 0.3) is None
    assert stage.lab.ctl(*remind)["sent"] == 1
    _, fields, frames = visit.wait("deliver")
    text = frames[0].decode("utf-8")
    assert "2026年01月分" in text and "予定の利用者数　3名" in text
    assert f"試験事業所1（事業所番号 {CARE}）" in text
    sent, leg = delivered(fields)
    visit.settle(sent, leg, DELIVERED)
    assert stage.lab.parcel(sent.hex())["agent"] == "broker"
    # nothing is owed any more: nobody is reminded
    files.send(visit, VISIT, CARE, "UPJSK", clients=3)
    answer = stage.lab.ctl(*remind)
    assert (answer["sent"], answer["skipped"]) == (0, 1)
