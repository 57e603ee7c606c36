"""Policies as data: quiet hours, kinds and sizes, quota, what goes first, which
of several ways, and a changed table while the broker works."""
import datetime
import os
import signal

import pytest
from lab import NUMBER, plan_set, row, wait_for
from peer import DELIVERED, NEVER
from stage import CARE, Stage, take

VISIT, PARTNER, OTHER = NUMBER[2], NUMBER[9], NUMBER[8]
KIND, SIZE, OVER_QUOTA, QUOTA = 13, 15, 16, 38      # PROTOCOL.md, refusals
POLICIES = """name\tdeliver\tfallback\tquiet\tother
default\telectronic\toff\toff\trefuse
dual\tdual\t\t\t
paper\tpaper\t\t\t
"""


def japan(minutes):
    """The time of day in Japan so many minutes from now, and its date."""
    then = datetime.datetime.now(
        datetime.timezone(datetime.timedelta(hours=9))) + datetime.timedelta(
            minutes=minutes)
    return then.strftime("%H:%M"), then


@pytest.fixture
def make_stage(make_lab):
    stages = []

    def make(*rows, policies=POLICIES, care=None, **settings):
        lab = make_lab([row(1, "43", "care", **(care or {})),
                        row(3, "15", "day"), *rows])
        write_policies(lab, policies)
        lab.setting("tasukid", policy__file=lab.path("policies.tsv"),
                    session__heartbeat="1 min", session__handshake="1 min",
                    **settings)
        lab.prepare()
        stages.append(Stage(lab))
        return stages[-1]

    yield make
    for made in stages:
        made.close()


def write_policies(lab, text):
    with open(lab.path("policies.tsv"), "w", encoding="utf-8") as f:
        f.write(text)


def refused(stage, *arguments, **more):
    """The number of the refusal, and its sentence."""
    _, answer, fields = stage.submit(*arguments, **more)
    assert answer == "refused", fields
    return fields[2][0], bytes(fields.get(4, [b""])[0]).decode()


def restart(stage):
    for made in stage.peers:
        made.close()
    stage.lab.kill(stage.lab.broker()[0])
    stage.lab.start_broker()


def test_quiet_hours_hold_a_leg_until_they_end(make_stage):
    (begin, _), (end, until) = japan(-60), japan(120)
    stage = make_stage(
        row(2, "11", "visit", quiet_hours=f"{begin}-{end}"),
        row(9, "17", inside=0, quiet_hours=f"{begin}-{end} fax"))
    care, visit, paper = (stage.peer(n) for n in ("care", "visit", "pdf"))
    sent = stage.send(care, VISIT, 1)
    behind = stage.send(care, VISIT, 2)
    stage.wait(sent, bus="waiting")
    (step,) = stage.step(sent, "quiet-hours")
    assert end in step["detail"]
    due = stage.legs(sent)["bus"]["due_ms"] / 1000
    assert abs(due - until.replace(second=0, microsecond=0).timestamp()) < 90
    # the order is kept: nothing goes before it; and no try was counted
    assert stage.legs(behind)["bus"]["state"] == "ready"
    assert stage.legs(sent)["bus"]["attempts"] == 0
    # other ways, other partners: as ever
    third = stage.send(care, PARTNER, 3)
    assert take(paper)[0] == third
    explained = stage.lab.ctl("route", "--explain", CARE, VISIT, "UPPLAN")
    assert "quiet-hours" in [s["step"] for s in explained["steps"]]
    # a restart forgets none of it
    restart(stage)
    visit = stage.peer("visit")
    assert visit.listen(("deliver",), 1) is None
    assert stage.legs(sent)["bus"]["state"] == "waiting"


def test_the_clerk_sees_why_it_waits(make_lab, tmp_path):
    (begin, _), (end, _) = japan(-60), japan(120)
    rows = [row(1, "43", "care"),
            row(2, "11", "visit", quiet_hours=f"{begin}-{end}")]
    lab = make_lab(rows)
    lab.up()
    care = lab.offices[CARE]
    care.send_all(plan_set(tmp_path / "out", rows[0], rows[1]))
    wait_for(lambda: care.status_text() + lab.tails(),
             lambda: "相手先の希望時間待ち" in care.status_text(), 40)
    assert not lab.offices[VISIT].files("inbox")


def test_quiet_hours_are_over(make_stage):
    """Not now: everything goes."""
    (begin, _), (end, _) = japan(120), japan(180)
    stage = make_stage(row(2, "11", "visit", quiet_hours=f"{begin}-{end}"))
    care, visit = stage.peer("care"), stage.peer("visit")
    sent = stage.send(care, VISIT, 1)
    assert take(visit)[0] == sent


def test_what_a_partner_does_not_take(make_stage):
    stage = make_stage(
        row(2, "11", "visit", kinds="plan result", max_size="100"),
        row(4, "15", "small", kinds="plan", max_size="100",
            other_kinds="paper"))
    small = NUMBER[4]
    care = stage.peer("care")
    number, sentence = refused(stage, care, VISIT, 1, kind="UP1KYO")
    assert number == KIND and "UP1KYO" in sentence
    number, sentence = refused(stage, care, VISIT, 2, data=b"x" * 101)
    assert number == SIZE and "100" in sentence
    assert set(stage.legs(stage.send(care, VISIT, 3))) == {"bus"}
    for serial, code, more in (
            (4, "kind-not-taken", {"kind": "UP1KYO"}),
            (5, "too-large-for-partner", {"data": b"x" * 101})):
        sent = stage.send(care, small, serial, **more)
        assert set(stage.legs(sent)) == {"pdf"}
        assert stage.step(sent, code)[0]["detail"]
    said = stage.lab.ctl("route", CARE, VISIT, "UP1KYO", check=False)
    assert said["refusal"] == "kind" and not said["legs"]
    said = stage.lab.ctl("route", CARE, small, "UPPLAN", "--bytes", "101")
    assert [leg["way"] for leg in said["legs"]] == ["pdf"]


def test_a_quota_a_day(make_stage):
    """F23."""
    stage = make_stage(row(2, "11", "visit"),
                       care={"quota_parcels": "3", "quota_bytes": "300"})
    care = stage.peer("care")
    first = stage.send(care, VISIT, 1, data=b"a" * 100)
    assert refused(stage, care, VISIT, 2, data=b"b" * 301)[0] == OVER_QUOTA
    assert refused(stage, care, VISIT, 2, data=b"b" * 201)[0] == QUOTA
    stage.send(care, VISIT, 2, data=b"b" * 100)
    # said again: known already, and counted once
    _, answer, _ = stage.submit(care, VISIT, 1, data=b"a" * 100,
                                parcel_id=first)
    assert answer == "accepted"
    stage.send(care, VISIT, 3)
    number, sentence = refused(stage, care, VISIT, 4)
    assert number == QUOTA and "3 parcels" in sentence
    # what undoes something goes all the same, and counts
    stage.send(care, VISIT, 5, kind="DLTPLAN", data=b"d")
    # a crash neither forgives nor takes anything
    restart(stage)
    care = stage.peer("care")
    assert refused(stage, care, VISIT, 6)[0] == QUOTA
    _, answer, _ = stage.submit(care, VISIT, 1, data=b"a" * 100,
                                parcel_id=first)
    assert answer == "accepted"
    (quota,) = stage.lab.ctl("policy", "list")["quotas"]
    assert (quota["office"], quota["parcels"], quota["of_parcels"]) == (
        f"{CARE}/43", 4, 3)
    assert quota["bytes"] == 201 + len(b"made up 3")
    said = stage.lab.ctl("route", CARE, VISIT, "UPPLAN", check=False)
    assert said["refusal"] == "quota"
    # others send on
    day = stage.peer("day")
    assert day.opened


def test_results_and_deletions_go_first(make_stage):
    """F22."""
    stage = make_stage(row(8, "43", inside=0), row(9, "17", inside=0),
                       row(7, "17", inside=0))
    care = stage.peer("care")
    third = NUMBER[7]
    plans = [stage.send(care, to, serial)
             for serial, to in ((1, OTHER), (2, PARTNER), (3, third))]
    result = stage.send(care, PARTNER, 4, kind="UPJSK")
    gone = stage.send(care, third, 5, kind="DLTPLAN")
    assert stage.legs(result)["pdf"]["flags"] == ["first"]
    # also when it only finds them in the store
    restart(stage)
    paper = stage.peer("pdf")
    got = [take(paper)[0] for _ in range(5)]
    assert sorted(got) == sorted(plans + [result, gone])
    # the order of sender and receiver is never broken
    assert got.index(plans[1]) < got.index(result)
    assert got.index(plans[2]) < got.index(gone)
    # who has nothing urgent comes last
    assert got[-1] == plans[0]


def test_a_changed_table_without_a_restart(make_stage):
    stage = make_stage(row(2, "11", "visit", policy="dual"),
                       row(9, "17", inside=0))
    lab, care = stage.lab, stage.peer("care")
    before = stage.send(care, VISIT, 1)
    assert set(stage.legs(before)) == {"bus", "pdf"}
    write_policies(lab, "name\tdeliver\tquiet\n"
                        "default\telectronic\toff\ndual\telectronic\t\n")
    said = lab.ctl("policy", "reload", "--by", "somebody")
    assert {p["name"]: (p["deliver"], p["offices"])
            for p in said["policies"]} == {
        "default": ("electronic", 3), "dual": ("electronic", 1)}
    # what is decided from now on; what was routed stays
    assert set(stage.legs(stage.send(care, VISIT, 2))) == {"bus"}
    assert set(stage.legs(before)) == {"bus", "pdf"}
    assert any(e["subject"] == "policy" and e["actor"] == "somebody"
               for e in lab.ctl("audit", "list")["entries"])
    # a fault: with its line, and what holds goes on
    for text, wrong in (
            ("name\tdeliver\ndual\tboth\n", "policies.tsv:2: column deliver"),
            ("name\tdelivers\ndual\tdual\n", "delivers"),
            ("name\tdeliver\ntwice\tdual\n", f"Office {VISIT}/11"),
            ("", "policies.tsv")):
        write_policies(lab, text)
        said = lab.ctl("policy", "reload", "--by", "somebody", check=False)
        assert said["code"] == "policy" and wrong in said["error"], said
        assert set(stage.legs(stage.send(
            care, VISIT, 3 + len(stage.lab.parcels())))) == {"bus"}
    # and the same by a signal
    write_policies(lab, "name\tdeliver\ndual\tpaper\n")
    lab.broker()[0].signal(signal.SIGHUP)
    wait_for(lab.tails, lambda: {
        p["name"]: p["deliver"] for p in lab.ctl("policy", "list")["policies"]
    } == {"default": "electronic", "dual": "paper"})
    assert set(stage.legs(stage.send(care, VISIT, 90))) == {"pdf"}


def test_a_table_is_checked_without_a_broker(make_lab):
    lab = make_lab()
    good = os.path.join(os.path.dirname(__file__), "..", "..", "config",
                        "policies.tsv")
    answer = lab.ctl("policy", "check", good)
    assert [p["name"] for p in answer["policies"]] == [
        "default", "electronic", "paper", "dual"]
    write_policies(lab, "name\tquiet\nnight\tat night\n")
    answer = lab.ctl("policy", "check", lab.path("policies.tsv"), check=False)
    assert "policies.tsv:2: column quiet" in answer["error"]


def test_the_first_way_that_holds_and_is_operated(make_stage):
    _, now = japan(0)
    day = now.strftime("%Y-%m-%d")
    yesterday = (now - datetime.timedelta(days=1)).strftime("%Y-%m-%d")
    later = (now + datetime.timedelta(days=30)).strftime("%Y-%m-%d")
    stage = make_stage(
        *(dict(row(serial, "17", inside=0), way="", ways=ways)
          for serial, ways in ((7, f"national {later}..; pdf"),
                               (8, f"hub:a; national ..{day}; pdf"),
                               (9, f"national ..{yesterday}; pdf"))),
        route__ways="bus national pdf")
    care = stage.peer("care")

    def way(to):
        said = stage.lab.ctl("route", "--explain", CARE, to, "UPPLAN")
        sent = stage.legs(stage.send(care, to))
        assert [leg["way"] for leg in said["legs"]] == list(sent)
        return list(sent), [s["step"] for s in said["steps"]]

    assert way(NUMBER[7])[0] == ["pdf"]
    ways, steps = way(OTHER)
    assert ways == ["national"] and "way" in steps
    ways, steps = way(PARTNER)
    assert ways == ["pdf"] and "way-not-valid" in steps
    (closed,) = [p for p in stage.lab.parcels() if p["to"] == OTHER]
    steps = stage.lab.parcel(closed["id"])["steps"]
    assert steps[0]["code"] == "way-closed" and "hub" in steps[0]["detail"]


@pytest.mark.parametrize("lent", [False, True])
def test_paper_instead_of_a_way_that_is_down(make_stage, lent):
    """The national side does not answer before the hour the policy names: the
    paper goes, and the data does not follow when it is back."""
    stage = make_stage(row(9, "17", inside=0, way="national"),
                       policies="name\tfallback\tgrace\ndefault\t1h\t1s\n",
                       route__ways="bus national pdf")
    stage.lab.key("national")
    stage.lab.ctl("agent", "add", "national", "--key",
                  stage.lab.path("keys", "national.pub"), "--role", "national")
    care = stage.peer("care")
    sent = stage.send(care, PARTNER)
    if lent:
        gateway = stage.peer("national")
        assert take(gateway)[0] == sent
    stage.wait(sent, national="ready", pdf="ready")
    assert stage.step(sent, "fallback")
    paper = stage.peer("pdf")
    assert take(paper)[0] == sent
    paper.settle(sent, 1, DELIVERED, detail="pages=1")
    if lent:
        _, fields, _ = gateway.wait("recall")
        assert fields[1][0] == sent and fields[3][0] == b"paper-went"
        gateway.settle(sent, 0, NEVER, code="recalled")
        stage.wait(sent, national="recalled", pdf="delivered")
        return
    stage.wait(sent, national="recalled", pdf="delivered")
    assert stage.step(sent, "paper-went")
    gateway = stage.peer("national")
    assert gateway.listen(("deliver",), 0.5) is None


def test_who_may_send_it(make_stage):
    stage = make_stage(row(2, "11", "visit"))

    def said(agent):
        return stage.lab.ctl("route", CARE, VISIT, "UPPLAN", "--agent", agent,
                             check=False)

    assert said("care")["refusal"] == ""
    assert "agent" in [s["step"] for s in said("care")["steps"]]
    for agent in ("visit", "pdf", "nobody"):
        assert said(agent)["refusal"] == "no-right", agent


def test_a_deletion_under_dual_is_a_copy_too(make_stage):
    stage = make_stage(row(2, "11", "visit", policy="dual"))
    care, visit, paper = (stage.peer(n) for n in ("care", "visit", "pdf"))
    for serial, kind in ((1, "UPPLAN"), (2, "DLTPLAN")):
        sent = stage.send(care, VISIT, serial, kind=kind)
        stage.wait(sent, bus="ready", pdf="waiting")
        assert take(visit)[0] == sent
        visit.settle(sent, 0, DELIVERED)
        parcel_id, leg, extra = take(paper)
        assert parcel_id == sent and extra["copy"] == 1
        paper.settle(sent, leg, DELIVERED)
        stage.wait(sent, bus="delivered", pdf="delivered")


def test_a_deletion_follows_all_its_originals(make_stage):
    """Of one person among many, or of one alone: wherever it may lie."""
    partner = row(9, "17", inside=0)
    stage = make_stage(partner)
    care, paper = stage.peer("care"), stage.peer("pdf")
    mine, others = b"A" * 16, b"B" * 16

    def out(serial, agent, leg=0, **more):
        sent = stage.send(care, PARTNER, serial, **more)
        assert take(agent)[0] == sent
        agent.settle(sent, leg, DELIVERED)
        wait_for(lambda: stage.legs(sent), lambda: any(
            leg["state"] == "delivered" for leg in stage.legs(sent).values()))

    out(1, paper, mark=mine)
    stage.registry([dict(partner, inside="1", way="bus", folder_agent="day")])
    day = stage.peer("day")
    out(2, day, mark=mine)
    out(3, day, mark=others)

    def deleted(serial, **more):
        sent = stage.send(care, PARTNER, serial, kind="DLTPLAN", **more)
        return set(stage.legs(sent))

    # the older one on paper, the newer one as data: both
    assert deleted(11, mark=mine) == {"bus", "pdf"}
    # about somebody else, for certain
    assert deleted(12, mark=others) == {"bus"}
    # about whom is not said, or about several
    assert deleted(13) == {"bus", "pdf"}
    assert deleted(14, mark=others, clients=2) == {"bus", "pdf"}
    # the same after a restart, from the store
    restart(stage)
    care = stage.peer("care")
    assert deleted(15, mark=mine) == {"bus", "pdf"}
    assert deleted(16, mark=others) == {"bus"}
    said = stage.lab.ctl("route", "--explain", CARE, PARTNER, "DLTPLAN",
                         "--month", "202601")
    assert "same-as-before" in [s["step"] for s in said["steps"]]
