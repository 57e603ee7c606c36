"""FAX numbers: dialled only when verified, frozen by every change; and what
`tasukictl route --explain` says of it all.
"""
import pytest
from lab import NUMBER, row, wait_for
from peer import DELIVERED, NEVER, paper_of, unpb
from practice_room import Trouble
from test_dual import make_stage, take  # noqa: F401 (a fixture)

CARE, VISIT, PARTNER = NUMBER[1], NUMBER[2], NUMBER[9]
FAX, OTHER = "03-3581-4111", "06-6941-0351"


def fax_row(number=FAX, **more):
    return row(9, "17", inside=0, way="fax", **{"fax_number": number, **more})


@pytest.fixture
def stage(make_stage):  # noqa: F811
    made = make_stage(fax_row(fax_unverified="hold", qr="1"),
                      route__ways="bus fax pdf")
    made.lab.key("fax")
    made.lab.ctl("agent", "add", "fax", "--key",
                 made.lab.path("keys", "fax.pub"), "--role", "fax")
    # who entered the list is known
    made.registry([fax_row(OTHER, fax_unverified="hold", qr="1")], "鈴木")
    return made


def fax(stage, verb, *arguments, check=True):  # noqa: F811
    return stage.lab.ctl("registry", verb, PARTNER + "/17", *arguments,
                         check=check)


def test_a_second_person_verifies(stage):  # noqa: F811
    """T16, T30."""
    care, agent = stage.peer("care"), stage.peer("fax")
    sent = stage.send(care, PARTNER, 1)
    stage.wait(sent, fax="parked")
    assert stage.step(sent, "fax-unverified")
    assert fax(stage, "verify-fax", "--by", "鈴木", check=False)[
        "code"] == "same-person"
    assert fax(stage, "verify-fax", "--by", " ", check=False)[
        "code"] == "malformed"
    assert fax(stage, "verify-fax", "--by", "佐藤", "--number", FAX,
               check=False)["code"] == "other-number"
    assert agent.listen(("deliver",), 0.3) is None
    shown = fax(stage, "verify-fax", "--by", "佐藤", "--number",
                "0669410351")["fax"]
    assert shown["usable"] and shown["verified_by"] == "佐藤"
    assert [h["what"] for h in shown["history"]] == [
        "entered", "entered", "second-person"]
    # what waited goes out, the first one with a look
    parcel_id, leg, extra = take(agent)
    assert parcel_id == sent
    assert (extra["fax_number"], extra["fax_verified"], extra["fax_first"],
            extra["test_code"]) == ("0669410351", 1, 1, "")
    assert extra["partner"] == {"fax_unverified": "hold", "qr": "1"}
    agent.settle(sent, leg, DELIVERED, detail="pages=2 yen=40")
    stage.wait(sent, fax="delivered")
    wait_for("the first one is on record",
             lambda: not fax(stage, "fax")["fax"]["first"])
    second = stage.send(care, PARTNER, 2)
    parcel_id, leg, extra = take(agent)
    assert parcel_id == second and extra["fax_first"] == 0
    assert not stage.lab.ctl("audit", "verify")["entries"] == 0
    notes = [e["text"] for e in stage.lab.ctl("audit", "list")["entries"]
             if "kind=fax" in e["text"]]
    assert any("second-person by=佐藤" in n for n in notes), notes


def test_every_change_freezes(stage):  # noqa: F811
    """T30."""
    fax(stage, "verify-fax", "--by", "佐藤")
    care, agent = stage.peer("care"), stage.peer("fax")
    lent = stage.send(care, PARTNER, 1)
    take(agent)
    stage.registry([fax_row(FAX, fax_unverified="hold", qr="1")], "佐藤")
    shown = fax(stage, "fax")["fax"]
    assert (shown["state"], shown["usable"]) == ("frozen", False)
    # what is lent under the old number is asked for, and waits
    _, fields, _ = agent.wait("recall")
    assert fields[1][0] == lent
    agent.settle(lent, 0, NEVER, code="recalled")
    stage.wait(lent, fax="parked")
    sent = stage.send(care, PARTNER, 2)
    stage.wait(sent, fax="parked")
    assert agent.listen(("deliver",), 0.3) is None
    # it survives a crash
    stage.lab.kill(stage.lab.broker()[0])
    stage.lab.start_broker()
    assert not fax(stage, "fax")["fax"]["usable"]
    fax(stage, "verify-fax", "--by", "高橋")
    agent = stage.peer("fax")
    got = [take(agent) for _ in range(2)]
    assert {g[0] for g in got} == {lent, sent}
    assert all(g[2]["fax_number"] == "0335814111" and g[2]["fax_first"]
               for g in got)
    # and a person may stop it at any time
    fax(stage, "freeze-fax", "--by", "田中")
    assert agent.wait("recall")


def test_a_test_page_is_read_back(stage):  # noqa: F811
    """T30."""
    agent = stage.peer("fax")
    assert fax(stage, "confirm-fax", "--code", "000000", "--by", "佐藤",
               check=False)["code"] == "no-code"
    answer = fax(stage, "test-fax", "--by", "鈴木", "--from", CARE + "/43")
    assert answer["fax"]["code_open"] and "code" not in answer["fax"]
    _, fields, frames = agent.wait("deliver")
    parcel_id = unpb(fields[1][0])[1][0]
    assert parcel_id.hex() == answer["parcel"]
    extra = paper_of(fields)
    code = extra["test_code"]
    assert len(code) == 6 and code.isdigit() and not extra["fax_first"]
    assert code in frames[0].decode() and CARE in frames[0].decode()
    agent.settle(parcel_id, 0, DELIVERED, detail="pages=1")
    stage.wait(parcel_id, fax="delivered")
    wrong = "%06d" % ((int(code) + 1) % 1000000)
    for _ in range(4):
        assert fax(stage, "confirm-fax", "--code", wrong, "--by", "鈴木",
                   check=False)["code"] == "wrong-code"
    assert fax(stage, "confirm-fax", "--code", code, "--by", "鈴木")[
        "fax"]["usable"]
    # guessing does not get far
    fax(stage, "freeze-fax", "--by", "田中")
    fax(stage, "test-fax", "--by", "鈴木")
    _, fields, _ = agent.wait("deliver")
    code = paper_of(fields)["test_code"]
    wrong = "%06d" % ((int(code) + 1) % 1000000)
    for _ in range(5):
        fax(stage, "confirm-fax", "--code", wrong, "--by", "x", check=False)
    assert fax(stage, "confirm-fax", "--code", code, "--by", "x",
               check=False)["code"] == "no-code"
    assert code not in str(stage.lab.ctl("audit", "list"))
    assert code not in stage.lab.logs()


def test_a_bad_number_or_policy_stops_the_import(stage):  # noqa: F811
    """T31."""
    for column, value in (("fax_number", "184-03-3581-4111"),
                          ("fax_number", "0033581411"),
                          ("policy", "no-such"), ("policy", "dual until soon"),
                          ("paper_way", "post"), ("fallback", "soon"),
                          ("plan_deadline", "32 12:00")):
        with pytest.raises(Trouble, match=column):
            stage.registry([fax_row(FAX, **{column: value})])
        assert fax(stage, "fax")["fax"]["row_number"] == "0669410351"


def test_route_is_explained(stage):  # noqa: F811
    def route(*arguments):
        return stage.lab.ctl("route", "--explain", *arguments, check=False)

    answer = route(CARE + "/43", PARTNER + "/17", "UPPLAN", "--month",
                   "202612")
    (leg,) = answer["legs"]
    assert (leg["way"], leg["state"], leg["code"]) == (
        "fax", "parked", "fax-unverified")
    assert any("not verified" in s["text"] for s in answer["steps"])
    fax(stage, "verify-fax", "--by", "佐藤")
    (leg,) = route(CARE, PARTNER, "UPPLAN")["legs"]
    assert (leg["way"], leg["state"]) == ("fax", "ready")
    stage.registry([row(2, "11", "visit", policy="dual", fallback="1b")])
    answer = route(CARE, VISIT, "UPJSK", "--month", "203001")
    bus, paper = answer["legs"]
    assert (bus["way"], paper["way"], paper["state"]) == ("bus", "pdf",
                                                          "asleep")
    # 3 February 2030 is a Sunday: due on Friday noon, the paper a day before
    assert paper["due_ms"] == 1896058800000
    steps = [s["step"] for s in answer["steps"]]
    wanted = ["policy", "data", "deadline", "paper", "dual"]
    assert [step for step in steps if step in wanted] == wanted, steps
    answer = route(CARE, "1379900999", "UPPLAN")
    assert answer["refusal"] == "unknown-receiver" and not answer["legs"]
