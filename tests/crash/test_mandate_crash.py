"""Mandates: kept before they are told, whole lists or none, whatever is killed;
and midnight in Japan with parcels in flight."""
import datetime
import os
import subprocess

import pytest
from lab import row, wait_for
from mandate_room import (CARE, CLIENT, DAY, JST, MANDATE,
                          NO_RIGHT, PARTNER, VISIT, Cast, again, asked, day,
                          give, offices, outcome, revoke, rows, submit, take,
                          text_of)
from peer import DELIVERED, NEVER, delivered, paper_of, unpb
from stage import Stage

POINTS = ("mandate-before-commit", "mandate-after-commit", "mandate-answered")


@pytest.fixture
def room(make_lab):
    made = make_lab(rows())
    made.prepare()
    cast = Cast(made)
    yield made, cast
    cast.close()


def again_with(lab, **environment):
    lab.broker()[0].stop()
    lab.environment["tasukid"] = environment
    lab.start_broker()


def patient(lab):
    """A slow machine is not a lost peer."""
    lab.setting("tasukid", session__heartbeat="1 min",
                session__handshake="1 min")


def killed_at(lab, point, *words):
    """Run tasukictl while the broker dies at that point; was it answered?"""
    again_with(lab, TASUKI_CRASH=point)
    command = [os.path.join(lab.bin, "tasukictl"), "--data", lab.data(),
               "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as asked:
        gone = lab.broker()[0].wait_gone(30)
        try:
            asked.wait(2)
        except subprocess.TimeoutExpired:
            asked.kill()        # nobody will answer it any more
    assert gone, f"it did not die at {point}"
    lab.environment["tasukid"] = {}
    lab.start_broker()
    return asked.returncode == 0


def states(lab):
    return {m["office"]: m["state"]
            for m in lab.ctl("mandate", "list", "--all")["mandates"]}


@pytest.mark.parametrize("point", POINTS)
def test_given_and_revoked_before_it_is_said(room, point):
    """What was answered is kept; what was not, is kept or is not, and asking
    again brings it about."""
    lab, _ = room
    answered = killed_at(
        lab, point + ":1", "mandate", "add", "proxy", CLIENT, "--rights",
        "all", "--until", day(30), "--party", "代行", "--by", "委任 花子",
        "--reason", "契約")
    known = states(lab)
    assert known in ({}, {CLIENT: "valid"})
    assert known or not answered
    assert bool(known) == (point != "mandate-before-commit")
    if not known:
        give(lab)
    (mandate,) = [m["id"] for m in lab.ctl("mandate", "list")["mandates"]]
    answered = killed_at(
        lab, point + ":1", "mandate", "revoke", mandate, "--by", "委任 花子",
        "--reason", "終了")
    assert states(lab)[CLIENT] == "revoked" or not answered
    revoke(lab, mandate)
    assert states(lab) == {CLIENT: "revoked"}


@pytest.mark.parametrize("point", [POINTS[0] + ":2", POINTS[1] + ":1"])
def test_a_list_whole_or_not(room, point):
    lab, _ = room
    path = lab.path("mandates.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("agent,party,office_number,rights,until,reason\n" + "".join(
            f"proxy,代行,{office},all,{day(60)},契約\n"
            for office in (CLIENT, VISIT, DAY)))
    killed_at(lab, point, "mandate", "import", path, "--by", "委任 花子")
    assert len(states(lab)) == (0 if point.startswith(POINTS[0]) else 3)


# ---- revoked while paper has it ----

ASKING = ("mandate-after-commit:1", "mandate-revoked:1", "revoked-ask:1",
          "revoked-say:1", "legs-ask:1", "mandate-answered:1")


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("point", ASKING)
def test_asked_back_though_the_broker_died(room, point, gone):
    """Killed between revoking and asking for what an agent has: it is asked
    when it comes again, and what it says counts; nothing goes out unasked."""
    lab, cast = room
    stage = Stage(lab)
    proxy, mandate = cast.peer("proxy"), give(lab)
    again(proxy)
    patient(lab)
    again_with(lab, TASUKI_CRASH=point)
    proxy = cast.peer("proxy")
    paper = stage.peer("pdf")
    sent = submit(proxy, CLIENT, PARTNER)
    assert outcome(proxy) == 0
    _, fields, _ = paper.wait("deliver")
    assert delivered(fields) == (sent, 0)
    assert not paper_of(fields)["recalled"]
    with subprocess.Popen(
            [os.path.join(lab.bin, "tasukictl"), "--data", lab.data(),
             "mandate", "revoke", mandate, "--by", "委任 花子", "--reason",
             "終了"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as asked:
        assert lab.broker()[0].wait_gone(30), f"it did not die at {point}"
        asked.kill()
    paper.close()
    lab.environment["tasukid"] = {}
    lab.start_broker()
    paper = stage.peer("pdf")
    _, fields, _ = paper.wait("deliver")
    assert delivered(fields) == (sent, 0) and paper_of(fields)["recalled"]
    if gone:
        paper.settle(sent, 0, DELIVERED)
        stage.wait(sent, pdf="delivered")
    else:
        paper.settle(sent, 0, NEVER, "recalled")
        stage.wait(sent, pdf="parked")
        assert mandate in lab.parcel(text_of(sent))["steps"][-1]["detail"]
        # a person lets it go on: it is no question any more
        lab.ctl("parked", "requeue", text_of(sent) + "/0")
        _, fields, _ = paper.wait("deliver")
        assert not paper_of(fields)["recalled"]
        paper.settle(sent, 0, DELIVERED)
        stage.wait(sent, pdf="delivered")
    codes = [s["code"] for s in lab.parcel(text_of(sent))["steps"]
             if s["state"] == "working"]
    assert set(codes) == {"mandate-revoked"}
    stage.close()


# ---- T07: midnight ----

def to_midnight(lab, seconds):
    """Let it be so many seconds before midnight in Japan, for the broker; the
    file that moves its clock, and that shift in milliseconds."""
    now = datetime.datetime.now(JST)
    midnight = now.replace(hour=0, minute=0, second=0,
                           microsecond=0) + datetime.timedelta(days=1)
    shift = int((midnight - now).total_seconds() * 1000) - seconds * 1000
    path = lab.path("clock")
    set_clock(path, shift)
    return path, shift


def set_clock(path, shift):
    with open(path + ".new", "w", encoding="ascii") as f:
        f.write(str(shift))
    os.rename(path + ".new", path)


def test_midnight_with_parcels_in_flight(room):
    """T07:
    The last day ends at 24:00 JST: what was accepted by then goes its way,
    what the party had not taken is the office's, and nothing more is accepted
    or handed to it; the other mandate goes on."""
    lab, cast = room
    path, shift = to_midnight(lab, 600)
    again_with(lab, TASUKI_CLOCK=path)
    give(lab, until=day(0))
    give(lab, office=VISIT, until=day(0))
    give(lab, office=DAY, until=day(1), rights="see send-plan")
    proxy, care = cast.peer("proxy", 1), cast.peer("care")
    visit = cast.peer("visit", 10)
    assert offices(proxy) == {f"{CLIENT}/11", f"{VISIT}/11", f"{DAY}/15"}
    in_time = submit(proxy, CLIENT, DAY, receiver_type="15")
    assert outcome(proxy) == 0
    lent = submit(care, CARE, VISIT, "UPPLAN", "43", "11")
    assert outcome(care) == 0
    # it does not settle it
    assert proxy.listen(("deliver",), 30), (
        lab.parcels(), lab.ctl("queue"), lab.ctl("status"), lab.tails())
    waiting = submit(care, CARE, CLIENT, "UPPLAN", "43", "11")
    assert outcome(care) == 0
    set_clock(path, shift + 599 * 1000)         # 23:59:59
    second = submit(proxy, CLIENT, DAY, receiver_type="15",
                    stamp="20261124150001")
    accepted = outcome(proxy)                   # a slow machine: maybe later
    set_clock(path, shift + 600 * 1000)         # 00:00:00
    again(proxy, 10)
    assert offices(proxy) == {f"{DAY}/15"}
    submit(proxy, CLIENT, DAY, receiver_type="15", stamp="20261124150002")
    assert outcome(proxy) == MANDATE
    assert take(visit) == lent                  # back to the office
    receiver = cast.peer("day", 10)
    taken = [take(receiver)] + ([take(receiver)] if accepted == 0 else [])
    assert taken == [in_time, second][:len(taken)]
    # mandate_required and nobody with a mandate: it waits, in nobody's hands
    assert lab.states(text_of(waiting)) == ["ready"]
    assert proxy.listen(("deliver",), 1) is None
    assert not lab.ctl("parked", "list")["parked"]
    wait_for(lab.tails, lambda: {
        m["office"]: m["state"] for m in lab.ctl(
            "mandate", "list", "--all")["mandates"]} == {
        CLIENT: "ended", VISIT: "ended", DAY: "valid"})


def test_a_desk_closes_at_midnight_with_parcels_in_flight(make_lab):
    """One row of a number ends, another begins: what was accepted stays with
    the old desk, both ways; what is new is the new one's."""
    lab = make_lab([row(1, "43", "care"),
                    row(2, "11", "visit", valid_to=day(0)),
                    row(2, "", "day", valid_from=day(1))])
    patient(lab)
    lab.prepare()
    cast = Cast(lab)
    path, shift = to_midnight(lab, 600)
    again_with(lab, TASUKI_CLOCK=path)
    care, visit, other = (cast.peer(n) for n in ("care", "visit", "day"))
    inward = submit(care, CARE, VISIT, "UPPLAN", "43", "11")
    outward = submit(visit, VISIT, CARE, "UPJSK", "11", "43")
    assert outcome(care) == outcome(visit) == 0
    submit(other, VISIT, CARE, "UPJSK", "", "43")
    assert outcome(other) == NO_RIGHT           # not yet
    set_clock(path, shift + 600 * 1000)         # 00:00:00
    visit.credit(10)
    assert take(visit) == inward
    assert care.wait("receipt", "receipts")
    care.credit(10)
    assert take(care) == outward
    kind, fields, _ = visit.wait("receipt", "receipts")
    assert outward in [fields[1][0], *(unpb(i)[1][0] for i in fields[1]
                                       if kind == "receipts")]
    assert "receipt" not in other.heard
    assert asked(visit, outward) == ({outward}, set())
    submit(visit, VISIT, CARE, "UPJSK", "11", "43", stamp="20261124150001")
    assert outcome(visit) == NO_RIGHT
    new = submit(care, CARE, VISIT, "UPPLAN", "43", "11",
                 stamp="20261124150001")
    assert outcome(care) == 0
    other.credit(10)
    assert take(other) == new
    assert "ended with" in lab.parcel(text_of(new))["steps"][0]["detail"]
    cast.close()
