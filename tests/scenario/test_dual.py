"""Data and paper of one parcel: dual delivery, fallback, superseding, recall,
coming off paper.

Peers written a second time play the sender, the receiver's office and the
paper agents, so that each step can be held back and looked at.
"""
import os

import gen
import pytest
from lab import NUMBER, plan_set, row, wait_for
from peer import DELIVERED, NEVER, delivered, paper_of, unpb
from stage import CARE, Stage, take

VISIT, DAY, PARTNER = NUMBER[2], NUMBER[3], NUMBER[9]
READY, RECALLED, SUPERSEDED = "ready", "recalled", "superseded"
# fallback at once or after two seconds, since the deadline is long over
POLICIES = """name\tdeliver\tfallback\tgrace
default\telectronic\toff\t4h
dual\tdual\t\t
paper\tpaper\t\t
soon\telectronic\t1h\t1s
late\telectronic\t1h\t1h
"""


@pytest.fixture
def make_stage(make_lab):
    stages = []

    def make(*rows, **settings):
        lab = make_lab([row(1, "43", "care"), row(3, "15", "day"), *rows])
        with open(lab.path("policies.tsv"), "w", encoding="utf-8") as f:
            f.write(POLICIES)
        # a slow machine is not a lost peer: these do not ping while they wait
        lab.setting("tasukid", policy__file=lab.path("policies.tsv"),
                    session__heartbeat="1 min", session__handshake="1 min",
                    **settings)
        lab.prepare()
        stages.append(Stage(lab))
        return stages[-1]

    yield make
    for made in stages:
        made.close()


def test_the_copy_follows_the_data(make_stage):
    stage = make_stage(row(2, "11", "visit", policy="dual", contact="係 鈴木"))
    care, paper = stage.peer("care"), stage.peer("pdf")
    sent = stage.send(care, VISIT)
    stage.wait(sent, bus="ready", pdf="waiting")
    assert stage.legs(sent)["pdf"]["flags"] == ["asleep", "dual"]
    assert paper.listen(("deliver",), 0.5) is None, "before the data"
    visit = stage.peer("visit")
    parcel_id, leg, extra = take(visit)
    assert (parcel_id, leg, extra) == (sent, 0, None)
    visit.settle(sent, 0, DELIVERED)
    parcel_id, leg, extra = take(paper)
    assert (parcel_id, leg) == (sent, 1)
    assert extra["copy"] == 1 and extra["reason"] == "dual"
    (there,) = [s for s in stage.lab.parcel(sent.hex())["steps"]
                if s["state"] == "delivered"]
    assert extra["data_ms"] == there["at_ms"] and extra["data_way"] == 1
    assert extra["to_name"] == "試験事業所2"
    assert extra["partner"] == {"contact": "係 鈴木"}
    paper.settle(sent, 1, DELIVERED, detail="pages=2 yen=30")
    stage.wait(sent, bus="delivered", pdf="delivered")
    # the sender hears of both
    def heard(leg):
        found = care.wait("receipt", "receipts")[1]
        items = [found] if 2 in found or 3 in found else [
            unpb(i) for i in found[1]]
        return any(i.get(2, [0])[0] == leg and i[3][0] == 3 for i in items)
    assert any(heard(1) for _ in range(6))
    # one of each, whatever is repeated
    visit.settle(sent, 0, DELIVERED, back=0)
    assert paper.listen(("deliver",), 0.5) is None
    assert len(stage.lab.parcel(sent.hex())["legs"]) == 2


def test_dual_ends_with_its_day(make_stage):
    stage = make_stage(
        row(2, "11", "visit", policy="dual until 2026-01-31"))
    sent = stage.send(stage.peer("care"), VISIT)
    assert set(stage.legs(sent)) == {"bus"}


def test_paper_goes_when_the_data_fails(make_stage):
    """F20."""
    stage = make_stage(row(2, "11", "visit", policy="dual"))
    care, visit, paper = (stage.peer(n) for n in ("care", "visit", "pdf"))
    sent = stage.send(care, VISIT)
    take(visit)
    visit.settle(sent, 0, NEVER, code="broken")
    _, leg, extra = take(paper)
    assert leg == 1 and extra["copy"] == 0
    assert extra["reason"] == "data-failed"


def test_no_paper_when_the_data_comes_in_time(make_stage):
    stage = make_stage(row(2, "11", "visit", policy="late"))
    care, visit = stage.peer("care"), stage.peer("visit")
    sent = stage.send(care, VISIT)
    take(visit)
    visit.settle(sent, 0, DELIVERED)
    stage.wait(sent, bus="delivered", pdf=RECALLED)
    assert stage.step(sent, "not-needed")
    # nobody is told of paper that nobody needed
    care.say("query", b"\x0a\x10" + sent)
    kind, fields, _ = care.wait("answer", "receipt", "receipts")
    while kind != "answer":
        items = [fields] if kind == "receipt" else [
            unpb(i) for i in fields[1]]
        assert all(i.get(2, [0])[0] == 0 for i in items)
        kind, fields, _ = care.wait("answer", "receipt", "receipts")


def test_fallback_is_taken_back_when_the_data_is_first(make_stage):
    stage = make_stage(row(2, "11", "visit", policy="soon"))
    care = stage.peer("care")
    sent = stage.send(care, VISIT)
    stage.wait(sent, bus="ready", pdf="ready")
    assert stage.step(sent, "fallback")
    visit = stage.peer("visit")
    take(visit)
    visit.settle(sent, 0, DELIVERED)
    stage.wait(sent, bus="delivered", pdf=RECALLED)
    assert stage.step(sent, "data-first")
    paper = stage.peer("pdf")
    assert paper.listen(("deliver",), 0.5) is None


@pytest.mark.parametrize("out", [False, True])
def test_lent_paper_is_asked_back(make_stage, out):
    stage = make_stage(row(2, "11", "visit", policy="soon"))
    care, paper = stage.peer("care"), stage.peer("pdf")
    sent = stage.send(care, VISIT)
    _, leg, extra = take(paper)
    assert (extra["reason"], extra["copy"]) == ("fallback", 0)
    visit = stage.peer("visit")
    take(visit)
    visit.settle(sent, 0, DELIVERED)
    _, fields, _ = paper.wait("recall")
    assert fields[1][0] == sent and fields[2][0] == leg
    assert stage.legs(sent)["pdf"]["state"] == "ready"
    assert "asked-back" in stage.legs(sent)["pdf"]["flags"]
    if out:
        paper.settle(sent, leg, DELIVERED, detail="pages=1")
    else:
        paper.settle(sent, leg, NEVER, code="recalled")
    stage.wait(sent, bus="delivered", pdf="delivered" if out else RECALLED)


@pytest.mark.parametrize("how", ["session lost", "broker killed"])
def test_paper_that_may_be_out_is_asked_for(make_stage, how):
    stage = make_stage(row(2, "11", "visit", policy="soon"))
    care, paper = stage.peer("care"), stage.peer("pdf")
    sent = stage.send(care, VISIT)
    take(paper)
    if how == "session lost":
        paper.say("bye")
        paper.close()
        visit = stage.peer("visit")
    else:
        stage.lab.kill(stage.lab.broker()[0])
        paper.close()
        stage.lab.start_broker()
        visit = stage.peer("visit")
    take(visit)
    visit.settle(sent, 0, DELIVERED)
    wait_for(lambda: stage.legs(sent),
             lambda: "asked-back" in stage.legs(sent)["pdf"]["flags"])
    paper = stage.peer("pdf")
    _, leg, extra = take(paper)
    assert extra["recalled"] == 1 and extra["copy"] == 1
    paper.settle(sent, leg, NEVER, code="recalled")
    stage.wait(sent, bus="delivered", pdf=RECALLED)


def test_a_newer_version_replaces_waiting_paper(make_stage):
    """F29."""
    stage = make_stage(row(9, "17", inside=0), row(2, "11", "visit"))
    care = stage.peer("care")
    mark, other = b"A" * 16, b"B" * 16
    first = stage.send(care, PARTNER, 1, mark=mark)
    others = [stage.send(care, PARTNER, 2, mark=other),
              stage.send(care, PARTNER, 3, kind="UPJSK", mark=mark),
              stage.send(care, PARTNER, 4),
              stage.send(care, VISIT, 5, mark=mark)]
    older = stage.send(care, PARTNER, 0, mark=mark)
    newer = stage.send(care, PARTNER, 9, mark=mark)
    for gone in (first, older):
        stage.wait(gone, pdf=SUPERSEDED)
        (step,) = stage.step(gone, "superseded")
        assert newer.hex() in step["detail"]
    for kept in others[:3] + [newer]:
        assert stage.legs(kept)["pdf"]["state"] == "ready"
    # data goes in order: nothing of it is dropped
    stage.send(care, VISIT, 6, mark=mark)
    assert stage.legs(others[3])["bus"]["state"] == "ready"
    paper = stage.peer("pdf")
    got = {take(paper)[0] for _ in range(4)}
    assert got == set(others[:3]) | {newer}
    # what is lent is asked for; the newer one goes out after it
    last = stage.send(care, PARTNER, 10, mark=mark)
    _, fields, _ = paper.wait("recall")
    assert fields[1][0] == newer and fields[3][0] == b"superseded"
    paper.settle(newer, 0, NEVER, code="recalled")
    stage.wait(newer, pdf=SUPERSEDED)
    assert take(paper)[0] == last


def test_taken_back_by_the_sender_and_by_an_operator(make_stage):
    stage = make_stage(row(9, "17", inside=0), row(2, "11", "visit"))
    care, visit = stage.peer("care"), stage.peer("visit")
    sent = stage.send(care, PARTNER, 1)
    care.recall(sent)
    assert care.wait("answer")[1] == {}
    stage.wait(sent, pdf=RECALLED)
    assert stage.step(sent, "recalled")[0]["agent"] == "care"
    # not one of its own
    visit.recall(sent)
    assert visit.wait("answer")[1][1] == [sent]
    second = stage.send(care, PARTNER, 2)
    done = stage.lab.ctl("parcel", "recall", second.hex()[:20], "wrong month")
    assert done["too_late"] == 0
    stage.wait(second, pdf=RECALLED)
    assert stage.step(second, "recalled")[0]["detail"] == "wrong month"
    # too late: a deletion has to go after it
    third = stage.send(care, VISIT, 3)
    take(visit)
    visit.settle(third, 0, DELIVERED)
    stage.wait(third, bus="delivered")
    done = stage.lab.ctl("parcel", "recall", third.hex(), check=False)
    assert done["too_late"] == 1
    assert stage.legs(third)["bus"]["state"] == "delivered"


@pytest.mark.parametrize("late", [False, True])
def test_paper_that_is_out_is_taken_back_on_paper(make_stage, late):
    """The clerk takes it back after (or while) it came out: a notice follows it
    by the same way, once, however often she asks."""
    stage = make_stage(row(9, "17", inside=0))
    care, paper = stage.peer("care"), stage.peer("pdf")
    sent = stage.send(care, PARTNER)
    assert take(paper)[0] == sent
    if late:
        care.recall(sent)
        assert paper.wait("recall")[1][1][0] == sent
    paper.settle(sent, 0, DELIVERED, detail="pages=2")
    stage.wait(sent, pdf="delivered")
    for _ in range(2):
        care.recall(sent)
        care.wait("answer")
    kind, fields, frames = paper.wait("deliver")
    notice, leg = delivered(fields)
    extra = paper_of(fields)
    assert notice != sent and leg == 0
    assert extra["reason"] == "recall-notice" and not extra["recalled"]
    text = frames[0].decode()
    assert "取り消しのお知らせ" in text and "破棄" in text
    assert sent.hex()[:12] in text and "2026年01月" in text and CARE in text
    paper.settle(notice, 0, DELIVERED, detail="pages=2")
    stage.wait(notice, pdf="delivered")
    done = stage.lab.ctl("parcel", "recall", sent.hex(), check=False)
    assert done["too_late"] == 1
    assert paper.listen(("deliver",), 0.5) is None, "a second notice"


def test_no_notice_for_what_the_broker_takes_back_itself(make_stage):
    """Paper that was out before the data came stays what it is."""
    stage = make_stage(row(2, "11", "visit", policy="soon"))
    care, paper = stage.peer("care"), stage.peer("pdf")
    sent = stage.send(care, VISIT)
    assert take(paper)[0] == sent
    visit = stage.peer("visit")
    take(visit)
    visit.settle(sent, 0, DELIVERED)
    paper.wait("recall")
    paper.settle(sent, 1, DELIVERED)
    stage.wait(sent, bus="delivered", pdf="delivered")
    assert paper.listen(("deliver",), 0.5) is None


def test_waiting_paper_turns_into_data(make_stage):
    partner = row(9, "17", inside=0)
    stage = make_stage(partner)
    care, paper = stage.peer("care"), stage.peer("pdf", credit=1)
    lent = stage.send(care, PARTNER, 1)
    assert take(paper)[0] == lent
    waiting = stage.send(care, PARTNER, 2)
    stage.registry([dict(partner, inside="1", way="bus", folder_agent="day")])
    stage.wait(waiting, pdf=RECALLED, bus="ready")
    assert len(stage.step(waiting, "turned")) == 2
    assert stage.legs(lent)["pdf"]["state"] == "ready", "it is being printed"
    assert set(stage.legs(lent)) == {"pdf"}
    day = stage.peer("day")
    parcel_id, leg, _ = take(day)
    assert (parcel_id, leg) == (waiting, 1)
    day.settle(waiting, 1, DELIVERED)
    paper.settle(lent, 0, DELIVERED)
    stage.wait(waiting, pdf=RECALLED, bus="delivered")
    stage.wait(lent, pdf="delivered")
    assert paper.listen(("deliver",), 0.3) is None


def test_a_deletion_goes_where_its_original_went(make_stage):
    partner = row(9, "17", inside=0)
    stage = make_stage(partner)
    care, paper = stage.peer("care"), stage.peer("pdf")
    sent = stage.send(care, PARTNER, 1, mark=b"A" * 16)
    take(paper)
    paper.settle(sent, 0, DELIVERED)
    stage.wait(sent, pdf="delivered")
    stage.registry([dict(partner, inside="1", way="bus", folder_agent="day")])
    gone = stage.send(care, PARTNER, 2, kind="DLTPLAN")
    assert set(stage.legs(gone)) == {"bus", "pdf"}
    assert stage.step(gone, "same-as-before")
    extra = take(paper)[2]
    assert extra["reason"] == "same-as-before" and not extra["copy"]
    # 実績 was never sent: as today
    assert set(stage.legs(stage.send(care, PARTNER, 3, kind="DLTJSK"))) == {
        "bus"}
    # what went as data only is deleted there only
    stage.send(care, PARTNER, 4, mark=b"B" * 16)
    assert set(stage.legs(stage.send(
        care, PARTNER, 5, kind="DLTPLAN", mark=b"B" * 16))) == {"bus"}


def test_turning_asks_for_what_may_be_out(make_stage):
    partner = row(9, "17", inside=0)
    stage = make_stage(partner)
    care = stage.peer("care")
    sent = stage.send(care, PARTNER, 1)
    stage.lab.kill(stage.lab.broker()[0])
    stage.lab.start_broker()
    stage.registry([dict(partner, inside="1", way="bus", folder_agent="day")])
    wait_for(lambda: stage.legs(sent),
             lambda: "asked-back" in stage.legs(sent)["pdf"]["flags"])
    paper = stage.peer("pdf")
    _, leg, extra = take(paper)
    assert extra["recalled"] == 1
    paper.settle(sent, leg, NEVER, code="recalled")
    stage.wait(sent, pdf=RECALLED, bus="ready")
    assert take(stage.peer("day"))[0] == sent


def test_what_paper_costs(make_stage):
    stage = make_stage(row(9, "17", inside=0),
                       row(8, "43", inside=0, name="二番"))
    care, paper = stage.peer("care"), stage.peer("pdf")
    for serial, to, detail in ((1, PARTNER, "pages=3 yen=45"),
                               (2, NUMBER[8], "pages=12"),
                               (3, NUMBER[8], "")):
        sent = stage.send(care, to, serial)
        take(paper)
        paper.settle(sent, 0, DELIVERED, detail=detail)
        stage.wait(sent, pdf="delivered")
    month = stage.lab.ctl("parcels")["parcels"][0]["accepted_ms"]
    month = gen.datetime.datetime.fromtimestamp(
        month / 1000, gen.datetime.timezone(gen.datetime.timedelta(hours=9)))
    answer = stage.lab.ctl("paper", "report", "--month",
                           month.strftime("%Y%m"))
    first, second = answer["partners"]
    assert (first["office"], first["name"]) == (NUMBER[8], "二番")
    assert (first["parcels"], first["pages"], first["pages_unknown"],
            first["yen"]) == (2, 12, 1, 120)
    assert (second["pages"], second["yen"], second["saves_a_year"]) == (
        3, 45, 540)
    assert answer["total"] == {"parcels": 3, "pages": 15, "yen": 165}
    assert stage.lab.ctl("paper", "report", "--month", "202001")[
        "partners"] == []


def test_offices_see_both_and_replace_what_waits(make_lab, tmp_path):
    """The same with real offices: the sender's status file tells of data and
    paper, a repeated set replaces the one that waits, and the broker learns
    nobody's number."""
    rows = {1: row(1, "43", "care"), 2: row(2, "11", "visit", policy="dual"),
            9: row(9, "17", inside=0)}
    lab = make_lab(list(rows.values()))
    lab.prepare()
    lab.agent("care").start()
    lab.wait_connected(["care"])
    care = lab.offices[CARE]
    for stamp, seed in (("20261124150000", 1), ("20261124150001", 2),
                        ("20261124150002", 1)):
        care.send_all(plan_set(tmp_path / stamp, rows[1], rows[9],
                               stamp=stamp, seed=seed))
        wait_for(lambda s=stamp: f"{s} accepted",
                 lambda s=stamp: any(p["stamp"] == s for p in lab.parcels()))
    states = {p["stamp"][-1]: p["legs"][0]["state"] for p in lab.parcels()}
    assert states == {"0": SUPERSEDED, "1": "ready", "2": "ready"}, (
        "other people's set stays")
    care.send_all(plan_set(tmp_path / "dual", rows[1], rows[2],
                           stamp="20261124150003"))
    wait_for("data and sleeping paper", lambda: any(
        len(p["legs"]) == 2 for p in lab.parcels()))
    lab.agent("visit").start()
    lab.agent("pdf").start()
    parcel_id = next(p["id"] for p in lab.parcels() if len(p["legs"]) == 2)
    wait_for(lambda: lab.states(parcel_id),
             lambda: lab.states(parcel_id)[1] == "delivered", 30)
    line = wait_for(lambda: care.status_text(), lambda: next(
        (x for x in care.status_text().splitlines()
         if parcel_id in x and "（PDF）" in x), None))
    assert "（データ連携）" in line


def test_a_clerk_takes_a_parcel_back(make_lab, tmp_path):
    """Moved from 送信済 to 取消: what has not gone out comes back."""
    rows = {1: row(1, "43", "care"), 2: row(2, "11", "visit"),
            9: row(9, "17", inside=0)}
    lab = make_lab(list(rows.values()))
    lab.prepare()
    for name in ("care", "visit"):
        lab.agent(name).start()
    lab.wait_connected(["care", "visit"])
    care = lab.offices[CARE]
    recall = os.path.join(os.path.dirname(care.sent), "取消")
    for serial, to in ((0, 9), (1, 9), (2, 2)):
        care.send_all(plan_set(tmp_path / str(serial), rows[1], rows[to],
                               stamp=f"2026112415000{serial}", seed=serial))
    lab.wait_parcels(3, seconds=40)
    wait_for(lambda: lab.tails(), lambda: len(care.files("sent")) == 9, 40)
    by_stamp = {p["stamp"][-1]: p["id"] for p in lab.parcels()}
    wait_for(lambda: lab.states(by_stamp["2"]),
             lambda: lab.states(by_stamp["2"]) == ["delivered"], 40)
    wait_for("the folder", lambda: os.path.isdir(recall))
    sent = care.files("sent")

    def path_of(serial, ending=""):
        return next(os.path.join(care.sent, p) for p in sent
                    if by_stamp[serial] in p and p.endswith(ending))
    # a whole folder, one file, and what was delivered already
    folder = os.path.dirname(path_of("0"))
    os.rename(folder, os.path.join(recall, os.path.basename(folder)))
    for serial in ("1", "2"):
        path = path_of(serial, ".CSV")
        os.rename(path, os.path.join(recall, os.path.basename(path)))
    for serial, state in (("0", RECALLED), ("1", RECALLED),
                          ("2", "delivered")):
        wait_for(lambda s=serial: f"{s}: {lab.states(by_stamp[s])}\n"
                 f"{os.listdir(recall)}\n{lab.tails()}",
                 lambda s=serial, w=state: lab.states(by_stamp[s]) == [w]
                 and f"お知らせ_{by_stamp[s]}.txt" in os.listdir(recall), 40)
    notice = os.path.join(recall, f"お知らせ_{by_stamp['2']}.txt")
    with open(notice, encoding="utf-8-sig") as f:
        assert "削除" in f.read()
    # everything is where it was
    assert care.files("sent") == sent
    assert all(n.startswith("お知らせ_") for n in os.listdir(recall))
