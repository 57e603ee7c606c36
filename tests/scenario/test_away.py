"""A gateway that never comes back: what it had never waits silently."""
import pytest
from lab import NUMBER, row, wait_for
from peer import DELIVERED, WORKING
from stage import Stage, take

NATIONAL = NUMBER[8]
POLICIES = """name\tdeliver\tfallback\tgrace
default\telectronic\t8h\t1s
"""


@pytest.fixture
def make_stage(make_lab):
    stages = []

    def make(policies="", **settings):
        lab = make_lab([row(1, "43", "care"), row(2, "11", "visit"),
                        row(8, "17", inside=0, way="national")])
        if policies:
            with open(lab.path("policies.tsv"), "w", encoding="utf-8") as f:
                f.write(policies)
            settings["policy__file"] = lab.path("policies.tsv")
        # a slow machine is not a lost peer: these say goodbye
        lab.setting("tasukid", route__ways="bus national pdf",
                    session__heartbeat="1 min", session__handshake="1 min",
                    **settings)
        lab.prepare()
        lab.key("national")
        lab.ctl("agent", "add", "national", "--key",
                lab.path("keys", "national.pub"), "--role", "national")
        stages.append(Stage(lab))
        return stages[-1]

    yield make
    for made in stages:
        made.close()


def alarms(stage):
    return [a for a in stage.lab.ctl("status", check=False)["alarms"]
            if a["code"] == "agent-away"]


def handed_over(stage, care, gateway, serial=1):
    """A parcel that the other side has and its gateway has not ended."""
    sent = stage.send(care, NATIONAL, serial)
    assert take(gateway)[0] == sent
    gateway.settle(sent, 0, WORKING, "handed-over")
    wait_for(lambda: stage.lab.parcel(sent.hex()),
             lambda: stage.step(sent, "handed-over"))
    return sent


def leave(gateway):
    gateway.say("bye")
    gateway.close()


def receipt_of(peer, code):
    """Until a receipt with that code comes: its parcel's id."""
    for _ in range(20):
        _, fields, _ = peer.wait("receipt")
        if fields.get(6, [b""])[0] == code:
            return fields[1][0]
    raise AssertionError(f"no receipt {code}")


def test_who_never_comes_back_is_shown(make_stage):
    stage = make_stage(schedule__away="2 s")
    care, gateway = stage.peer("care"), stage.peer("national")
    sent = handed_over(stage, care, gateway)
    leave(gateway)
    # its sender hears of it, and who looks at the broker does
    assert receipt_of(care, b"agent-away") == sent
    (alarm,) = wait_for(stage.lab.tails, lambda: alarms(stage))
    assert "queue national" in alarm["text"]
    (step,) = stage.step(sent, "agent-away")
    assert (step["state"], stage.legs(sent)["national"]["state"]) == (
        "waiting", "waiting")
    assert stage.legs(sent)["national"]["attempts"] <= 1
    # a restart neither forgets it nor says it again
    stage.lab.kill(stage.lab.broker()[0])
    stage.lab.start_broker()
    wait_for(stage.lab.tails, lambda: alarms(stage))
    assert len(stage.step(sent, "agent-away")) == 1
    # it comes back after all: it goes on where it was
    gateway = stage.peer("national")
    assert take(gateway)[0] == sent
    gateway.settle(sent, 0, DELIVERED)
    stage.wait(sent, national="delivered")
    wait_for(stage.lab.tails, lambda: not alarms(stage))


def test_whose_agent_is_there_is_not(make_stage):
    """Long silent, but somebody serves the queue."""
    stage = make_stage(schedule__away="1 s")
    care, gateway = stage.peer("care"), stage.peer("national")
    sent = handed_over(stage, care, gateway)
    other = stage.send(care, NUMBER[2], 2)      # nobody has come for it
    wait_for(stage.lab.tails, lambda: stage.step(other, "agent-away"))
    (alarm,) = wait_for(stage.lab.tails, lambda: alarms(stage))
    assert f"queue office/{NUMBER[2]}/11" in alarm["text"]
    assert not stage.step(sent, "agent-away")


def test_at_the_hour_for_paper_it_is_shown_at_once(make_stage):
    """Handed over, so no paper goes; the gateway is away: a person looks."""
    stage = make_stage(POLICIES, schedule__away="30 d")
    care, gateway = stage.peer("care"), stage.peer("national")
    paper = stage.peer("pdf")
    sent = handed_over(stage, care, gateway)
    leave(gateway)
    assert receipt_of(care, b"agent-away") == sent
    wait_for(stage.lab.tails, lambda: alarms(stage))
    assert stage.legs(sent)["pdf"]["state"] == "waiting"
    assert paper.listen(("deliver",), 0.5) is None
