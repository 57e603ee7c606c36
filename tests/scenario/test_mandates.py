"""T03, T07, T08:
who acts for which office; mandates begin, end, are revoked."""
import os

import pytest
from lab import Office, read, row, wait_for
from mandate_room import (CARE, CLIENT, DAY, MANDATE, NO_RIGHT, PARTNER,
                          VISIT, Cast, again, asked, audit, day, give, offices,
                          outcome, queues, revoke, rows, submit, take, text_of)
from peer import DELIVERED, NEVER, delivered, new_id, parcel
from practice_room import Trouble
from stage import Stage


@pytest.fixture
def room(make_lab):
    """Broker and keys; every agent is a peer of the test's."""
    made = make_lab(rows())
    # a slow machine is not a lost peer: these do not ping while they wait
    made.setting("tasukid", session__heartbeat="1 min",
                 session__handshake="1 min")
    made.prepare()
    cast = Cast(made)
    yield made, cast
    cast.close()


def refused_by(peer, *arguments, **more):
    submit(peer, *arguments, **more)
    return outcome(peer)


def entries_of(lab, parcel_id, subject):
    return [e for e in audit(lab, subject) if e["id"].replace("-", "") ==
            text_of(parcel_id)]


def test_a_folder_alone_is_no_right(room):
    """mandate_required: the row names the proxy, but nothing was given."""
    lab, cast = room
    proxy = cast.peer("proxy")
    assert offices(proxy) == queues(proxy) == set()
    parcel_id = submit(proxy, CLIENT, VISIT)
    assert outcome(proxy) == NO_RIGHT
    assert not lab.parcels()
    (entry,) = audit(lab, "refused")
    assert entry["actor"] == "proxy"
    assert f"from={CLIENT}" in entry["text"]
    assert text_of(parcel_id) in entry["text"].replace("-", "")


def test_agent_says_it_is_another_office(room):
    """T03: refused and audited; its own still goes."""
    lab, cast = room
    care = cast.peer("care")
    assert refused_by(care, VISIT, DAY, sender_type="11") == NO_RIGHT
    (entry,) = audit(lab, "refused")
    assert entry["actor"] == "care" and f"from={VISIT}/11" in entry["text"]
    assert refused_by(care, CARE, VISIT, sender_type="43") == 0


def test_refused_acts_do_not_flood_the_record(room):
    lab, cast = room
    care = cast.peer("care")
    for _ in range(70):
        assert refused_by(care, VISIT, DAY) == NO_RIGHT
    assert len(audit(lab, "refused")) == 60


def test_both_identities_on_the_record(room):
    """Agent, office and mandate: in the parcel's history and in the audit."""
    lab, cast = room
    proxy, visit = cast.peer("proxy", 10), cast.peer("visit", 10)
    mandate = give(lab)
    again(proxy, 10)
    assert offices(proxy) == {CLIENT + "/11"}
    assert queues(proxy) == {f"office/{CLIENT}/11"}
    parcel_id = submit(proxy, CLIENT, VISIT, receiver_type="11")
    assert outcome(proxy) == 0
    assert take(visit) == parcel_id
    kept = lab.parcel(text_of(parcel_id))
    assert (kept["agent"], kept["from"]) == ("proxy", CLIENT)
    assert f"under mandate {mandate}" in kept["steps"][0]["detail"]
    (entry,) = entries_of(lab, parcel_id, "accept")
    assert entry["actor"] == "proxy"
    assert f"from={CLIENT}" in entry["text"]
    assert f"mandate={mandate}" in entry["text"]
    # and what it takes for the office
    back = submit(visit, VISIT, CLIENT, "UPJSK", "11", "11")
    assert outcome(visit) == 0
    assert take(proxy) == back
    last = lab.parcel(text_of(back))["steps"][-1]
    assert (last["agent"], last["state"]) == ("proxy", "delivered")
    assert mandate in last["detail"]
    assert any(f"mandate={mandate}" in e["text"] and e["actor"] == "proxy"
               for e in entries_of(lab, back, "settle"))


def test_only_what_was_given(room):
    """T44: One mandate after the other: what each lets through."""
    lab, cast = room
    proxy = cast.peer("proxy")
    for n, (rights, kind, wanted) in enumerate([
            ("send-plan", "UPPLAN", 0), ("send-plan", "UPJSK", MANDATE),
            ("send-plan", "DLTPLAN", MANDATE),
            ("send-result", "UPPLAN", MANDATE), ("delete", "DLTPLAN", 0),
            ("send-result", "", 0), ("see", "", MANDATE)]):
        mandate = give(lab, rights=rights)
        again(proxy)
        assert refused_by(proxy, CLIENT, VISIT, kind,
                          stamp=f"202611241500{n:02}") == wanted, (rights, kind)
        revoke(lab, mandate)
        again(proxy)


def test_only_for_the_partners_named(room):
    lab, cast = room
    give(lab, partners=f"{VISIT},{PARTNER}")
    proxy = cast.peer("proxy")
    assert refused_by(proxy, CLIENT, VISIT) == 0
    assert refused_by(proxy, CLIENT, PARTNER) == 0
    assert refused_by(proxy, CLIENT, DAY) == MANDATE


def test_days(room):
    """Not before the first day, and not without an end."""
    lab, cast = room
    give(lab, **{"from": day(2)})
    proxy = cast.peer("proxy")
    assert offices(proxy) == set()
    assert refused_by(proxy, CLIENT, VISIT) == MANDATE
    with pytest.raises(Trouble, match="past"):
        give(lab, until=day(-1), **{"from": day(-3)})


def test_revoked_at_once(room):
    """The live session is told; nothing more in the office's name; another
    office it acts for is not touched."""
    lab, cast = room
    first, second = give(lab), give(lab, office=VISIT)
    proxy = cast.peer("proxy")
    assert offices(proxy) == {CLIENT + "/11", VISIT + "/11"}
    revoke(lab, first)
    again(proxy)
    assert offices(proxy) == {VISIT + "/11"}
    assert refused_by(proxy, CLIENT, DAY) == MANDATE
    assert refused_by(proxy, VISIT, DAY) == 0
    shown = lab.ctl("mandate", "show", first)["mandate"]
    assert shown["state"] == "revoked" and shown["revoked_by"] == "委任 花子"
    assert lab.ctl("mandate", "show", second)["mandate"]["state"] == "valid"
    assert any("mandate" in e["text"] and "revoked" in e["text"]
               for e in audit(lab, "registry"))


def test_delivery_goes_to_one(room):
    """Of an office with an own agent and a mandated one the latter takes; what
    it had not settled when it was revoked comes back to the office."""
    lab, cast = room
    mandate = give(lab, office=VISIT, rights="receive", partners=CARE)
    proxy, visit = cast.peer("proxy", 10), cast.peer("visit", 10)
    care, third = cast.peer("care"), cast.peer("day")
    mine = submit(care, CARE, VISIT, "UPPLAN", "43", "11")
    other = submit(third, DAY, VISIT, "UPPLAN", "15", "11")
    assert outcome(care) == outcome(third) == 0
    assert take(proxy) == mine              # of that partner
    assert take(visit) == other             # of all others
    lent = submit(care, CARE, VISIT, "UPPLAN", "43", "11",
                  stamp="20261124150001")
    assert outcome(care) == 0
    proxy.wait("deliver")                   # and says nothing
    revoke(lab, mandate)
    assert take(visit) == lent
    again(proxy, 10)
    assert queues(proxy) == set()


def test_sent_under_a_revoked_mandate_waits_for_a_person(room):
    lab, cast = room
    mandate = give(lab)
    proxy = cast.peer("proxy")
    stopped = submit(proxy, CLIENT, DAY, receiver_type="15")
    assert outcome(proxy) == 0
    revoke(lab, mandate)
    receiver = cast.peer("day", 10)
    parked = wait_for(lab.tails, lambda: lab.ctl(
        "parked", "list")["parked"])
    assert [p["code"] for p in parked] == ["mandate-revoked"]
    assert mandate in parked[0]["detail"]
    lab.ctl("parked", "requeue", text_of(stopped) + "/0")
    assert take(receiver) == stopped        # a person let it go on


def test_sees_only_what_it_may(room):
    """T08: ids of other offices' parcels tell nothing, and are not called
    unknown either; nor can they be taken back."""
    lab, cast = room
    mandate = give(lab)
    proxy, care = cast.peer("proxy"), cast.peer("care")
    mine = submit(proxy, CLIENT, DAY)
    theirs = submit(care, CARE, DAY, sender_type="43")
    assert outcome(proxy) == outcome(care) == 0
    assert asked(proxy, mine, theirs) == ({mine}, set())
    proxy.recall(theirs)
    proxy.wait("answer")
    assert lab.states(text_of(theirs)) == ["ready"]
    revoke(lab, mandate)
    again(proxy)
    assert asked(proxy, mine, theirs) == (set(), set())
    proxy.recall(mine)
    proxy.wait("answer")
    assert lab.states(text_of(mine)) == ["ready"]


def test_receipts_go_to_who_sent(room):
    """Both act for VISIT: each hears of its own parcels."""
    lab, cast = room
    give(lab, office=VISIT)
    proxy, visit = cast.peer("proxy"), cast.peer("visit")
    receiver = cast.peer("day", 10)
    by_proxy = submit(proxy, VISIT, DAY, sender_type="11")
    assert outcome(proxy) == 0
    assert take(receiver) == by_proxy
    assert proxy.wait("receipt")[1][1][0] == by_proxy
    by_visit = submit(visit, VISIT, DAY, sender_type="11",
                      stamp="20261124150001")
    assert outcome(visit) == 0
    assert take(receiver) == by_visit
    assert visit.wait("receipt")[1][1][0] == by_visit
    assert "receipt" not in visit.heard


def test_cannot_be_given(room):
    """No chains, no foreign offices, nothing half understood."""
    lab, _ = room
    for more, what in [
            ({"by": "proxy"}, "not given on"),
            ({"office": PARTNER}, "one of ours"),
            ({"agent": "nobody"}, "no office agent"),
            ({"agent": "pdf"}, "no office agent"),
            ({"rights": "everything"}, "no right"),
            ({"until": "2026-02-30"}, "a day"),
            ({"partners": "1234567890"}, "no number")]:
        words = {"agent": "proxy", "office": CLIENT, "rights": "all",
                 "until": day(30), "by": "委任 花子", **more}
        extra = (["--partners", words["partners"]] if "partners" in words
                 else [])
        with pytest.raises(Trouble, match=what):
            lab.ctl("mandate", "add", words["agent"], words["office"],
                    "--rights", words["rights"], "--until", words["until"],
                    "--party", "代行", "--by", words["by"], "--reason",
                    "契約", *extra)
    assert not lab.ctl("mandate", "list", "--all")["mandates"]


@pytest.mark.parametrize("gone", [False, True])
def test_what_paper_and_gateways_hold_is_asked_back(room, gone):
    """Revoked at once, also for what an agent with patience has; what has left
    is on record as such."""
    lab, cast = room
    stage = Stage(lab)
    mandate, proxy = give(lab), cast.peer("proxy")
    paper = stage.peer("pdf")
    sent = submit(proxy, CLIENT, PARTNER)
    assert outcome(proxy) == 0
    _, fields, _ = paper.wait("deliver")
    assert delivered(fields) == (sent, 0)
    other = give(lab, rights="see delete")
    revoke(lab, other)                      # not what it was sent under
    assert paper.listen(("recall",), 0.5) is None
    revoke(lab, mandate)
    _, fields, _ = paper.wait("recall")
    assert (fields[1][0], fields[3][0]) == (sent, b"mandate-revoked")
    if gone:
        paper.settle(sent, 0, DELIVERED)
        stage.wait(sent, pdf="delivered")
    else:
        paper.settle(sent, 0, NEVER, "recalled")
        stage.wait(sent, pdf="parked")
    steps = [(s["state"], s["code"]) for s in lab.parcel(
        text_of(sent))["steps"]]
    assert steps == [("ready", ""), ("working", "mandate-revoked"),
                     ("delivered", "") if gone else
                     ("parked", "mandate-revoked")]
    if not gone:
        assert mandate in lab.parcel(text_of(sent))["steps"][-1]["detail"]
        # a person may let it go on, and it is not asked for again
        lab.ctl("parked", "requeue", text_of(sent) + "/0")
        _, fields, _ = paper.wait("deliver")
        paper.settle(sent, 0, DELIVERED)
        stage.wait(sent, pdf="delivered")
    stage.close()


def test_another_mandate_lets_it_go_on(room):
    lab, cast = room
    stage = Stage(lab)
    first, _ = give(lab, rights="send-plan see"), give(lab, rights="send-plan")
    proxy, paper = cast.peer("proxy"), stage.peer("pdf")
    sent = submit(proxy, CLIENT, PARTNER)
    assert outcome(proxy) == 0
    paper.wait("deliver")
    revoke(lab, first)
    assert paper.listen(("recall",), 0.5) is None
    paper.settle(sent, 0, DELIVERED)
    stage.wait(sent, pdf="delivered")
    stage.close()


def test_rights_add_up(room):
    """Several mandates of one party for one office; the record names the one
    that was used."""
    lab, cast = room
    plan = give(lab, rights="send-plan")
    elsewhere = give(lab, rights="send-result", partners=DAY)
    proxy = cast.peer("proxy")
    assert refused_by(proxy, CLIENT, VISIT, "UPJSK") == MANDATE
    result = give(lab, rights="send-result", partners=VISIT)
    again(proxy)
    for kind, wanted in (("UPPLAN", plan), ("UPJSK", result)):
        sent = submit(proxy, CLIENT, VISIT, kind)
        assert outcome(proxy) == 0
        (step,) = lab.parcel(text_of(sent))["steps"]
        assert step["detail"].endswith(f"under mandate {wanted}")
    # both kinds at once: both mandates
    both = new_id()
    proxy.submit(parcel(both, CLIENT, VISIT, [
        ("a.CSV", b"a", "UPPLAN"), ("b.CSV", b"b", "UPJSK")]), [b"a", b"b"])
    assert outcome(proxy) == 0
    (entry,) = entries_of(lab, both, "accept")
    assert sorted(entry["text"].split("mandate=")[1].split("+")) == [
        plan, result]
    # one is taken away: what needs it is not sent any more
    revoke(lab, result)
    again(proxy)
    assert refused_by(proxy, CLIENT, VISIT, "UPJSK") == MANDATE
    assert refused_by(proxy, CLIENT, DAY, "UPJSK") == 0
    assert refused_by(proxy, CLIENT, VISIT, "UPPLAN") == 0
    assert elsewhere in [e["text"].split("mandate=")[-1]
                         for e in audit(lab, "accept")]


def test_a_delegate_keeps_its_partners(room):
    """The right "partners": rows of the registry through the operator's door,
    with the acting identity; on the record with agent and mandate."""
    lab, _ = room
    path = lab.path("partners.csv")

    def change(*changed, office=CLIENT, check=False, **options):
        columns = list(dict.fromkeys(c for r in changed for c in r))
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join([",".join(columns)] + [
                ",".join(str(r.get(c, "")) for c in columns)
                for r in changed]) + "\n")
        words = [w for k, v in options.items() for w in ("--" + k, v)]
        return lab.ctl("registry", "import", path, "--by", "代行 太郎",
                       "--as", "proxy", "--for", office, *words, check=check)

    renamed = row(9, "17", inside=0, name="新しい名前")
    answer = change(renamed)
    assert answer["code"] == "no-right", answer
    give(lab, rights="send-plan see")
    answer = change(renamed)
    assert answer["code"] == "mandate" and "allows only" in answer["error"]
    mandate = give(lab, rights="partners", partners=PARTNER)
    assert change(renamed, check=True)["changed"] == 1
    (kept,) = lab.ctl("registry", "show", PARTNER)["rows"]
    assert kept["name"] == "新しい名前"
    (entry,) = [e for e in audit(lab, "registry")
                if f"kind=office key={PARTNER}/17" in e["text"]
                and e["actor"] == "proxy"]
    assert f"mandate={mandate}" in entry["text"]
    last = lab.ctl("registry", "history", PARTNER + "/17")["history"][-1]
    assert (last["by"], last["as"], last["for"]) == ("代行 太郎", "proxy",
                                                    CLIENT)
    # not another partner, not an office of ours, not for another office, and
    # not a row that would become one of ours
    assert change(row(10, "17", inside=0))["code"] == "mandate"
    assert change(row(2, "11", "visit", name="x"))["code"] == "no-right"
    assert change(row(9, "17", "proxy"))["code"] == "no-right"
    assert change(renamed, office=VISIT)["code"] == "no-right"
    # at once
    revoke(lab, mandate)
    assert change(row(9, "17", inside=0))["code"] == "mandate"
    (kept,) = lab.ctl("registry", "show", PARTNER)["rows"]
    assert kept["name"] == "新しい名前"


def test_ends_soon(room):
    lab, _ = room
    soon = give(lab, until=day(10))
    give(lab, office=VISIT, until=day(60))
    (found,) = lab.ctl("mandate", "expiring")["mandates"]
    assert (found["id"], found["days_left"]) == (soon, 11)
    assert found["renewed"] is False
    give(lab, until=day(375), **{"from": day(11)})
    (found,) = lab.ctl("mandate", "expiring", "--days", "30")["mandates"]
    assert found["renewed"] is True
    assert not lab.ctl("mandate", "expiring", "--days", "5")["mandates"]


def test_a_list_is_taken_whole_or_not(room):
    lab, _ = room
    path = lab.path("mandates.csv")
    lines = ["agent,party,office_number,service_type,rights,partners,from,"
             "until,reason",
             f"proxy,代行センター,{CLIENT},,send-plan receive see,,,"
             f"{day(90)},契約",
             f"proxy,代行センター,{VISIT},11,all,{CARE} {DAY},,{day(90)},契約"]

    def write(more=()):
        with open(path, "w", encoding="cp932", newline="\r\n") as f:
            f.write("\n".join(lines + list(more)) + "\n")

    write([f"proxy,代行,{PARTNER},,all,,,{day(9)},契約"])
    with pytest.raises(Trouble, match=":4: .*ours"):
        lab.ctl("mandate", "import", path, "--by", "委任 花子")
    assert not lab.ctl("mandate", "list", "--all")["mandates"]
    write()
    assert lab.ctl("mandate", "import", path, "--by", "委任 花子",
                   "--dry-run")["count"] == 2
    assert not lab.ctl("mandate", "list", "--all")["mandates"]
    assert lab.ctl("mandate", "import", path, "--by",
                   "委任 花子")["count"] == 2
    kept = {m["office"]: m for m in lab.ctl("mandate", "list")["mandates"]}
    assert kept[CLIENT]["rights"] == ["send-plan", "receive", "see"]
    assert kept[VISIT + "/11"]["partners"] == sorted([CARE, DAY])


def test_kept_over_a_restart(room):
    lab, cast = room
    first = give(lab)
    gone = give(lab, office=VISIT)
    revoke(lab, gone)
    lab.broker()[0].stop()
    lab.start_broker()
    states = {m["id"]: m["state"]
              for m in lab.ctl("mandate", "list", "--all")["mandates"]}
    assert states == {first: "valid", gone: "revoked"}
    proxy = cast.peer("proxy")
    assert offices(proxy) == {CLIENT + "/11"}
    assert give(lab, office=DAY) not in (first, gone)   # no id twice


def test_tables_for_people(room):
    """The operator's tables, in Japanese."""
    lab, _ = room
    mandate = give(lab, until=day(3))
    command = [os.path.join(lab.bin, "tasukictl"), "--data", lab.data(),
               "--lang", "ja", "mandate"]
    import subprocess
    for words in (["list"], ["show", mandate], ["expiring"]):
        done = subprocess.run(command + words, capture_output=True, text=True,
                              timeout=30, check=True)
        assert mandate in done.stdout and "予定の送信" in done.stdout


NOTICE = "お知らせ_委任が終了しました.txt"


def test_folders_come_and_go(make_lab):
    """One office agent for all it acts for: a folder each as the mandate begins,
    without a restart; when it ends the files stay put, with an explanation;
    given anew, work goes on."""
    lab = make_lab(rows())
    root = lab.path("mandated")
    lab.setting("office-proxy", offices__folder=root)
    lab.up()
    own = lab.offices[VISIT]
    row_of = {r["office_number"]: r for r in lab.rows()}
    office = Office(lab, row_of[VISIT], os.path.join(root, VISIT + "-11"))
    first = give(lab, office=VISIT)
    wait_for(lab.tails, lambda: os.path.isdir(office.outbox))
    office.send("a.txt", b"in its name\n", partner=DAY)
    lab.offices[DAY].wait_inbox({"a.txt": b"in its name\n"}, 40)
    lab.offices[CARE].send("b.txt", b"for visit\n", partner=VISIT + "_11")
    office.wait_inbox({"b.txt": b"for visit\n"}, 40)
    revoke(lab, first)
    notice = os.path.join(office.folder, NOTICE)
    wait_for(lab.tails, lambda: os.path.exists(notice))
    assert VISIT in read(notice).decode("utf-8-sig")
    office.send("c.txt", b"too late\n", partner=DAY)
    lab.offices[CARE].send("d.txt", b"for itself\n", partner=VISIT + "_11")
    own.wait_inbox({"d.txt": b"for itself\n"}, 40)
    process = lab.agent("proxy")
    assert process.stop()       # the state is the broker's: nothing forgotten
    process.start()
    lab.wait_connected(["proxy"])
    lab.offices[CARE].send("e.txt", b"and another\n", partner=DAY + "_15")
    lab.offices[DAY].wait_inbox({"a.txt": b"in its name\n",
                                 "e.txt": b"and another\n"}, 40)
    assert os.path.exists(notice)
    assert office.files("outbox") == {
        os.path.join(DAY, "c.txt"): b"too late\n"}
    assert office.files("inbox") == {"b.txt": b"for visit\n"}
    give(lab, office=VISIT)
    lab.offices[DAY].wait_inbox({"a.txt": b"in its name\n",
                                 "c.txt": b"too late\n",
                                 "e.txt": b"and another\n"}, 40)
    assert not os.path.exists(notice)


def test_fax_is_a_right_of_its_own(make_lab):
    """Without it paper is printed, and the record says why."""
    partner = row(9, "17", inside=0, way="fax", fax_number="03-1234-5678",
                  paper="fax")
    lab = make_lab(rows()[:-1] + [partner])
    lab.setting("tasukid", route__ways="bus fax pdf",
                session__heartbeat="1 min", session__handshake="1 min")
    lab.prepare()
    lab.ctl("registry", "verify-fax", PARTNER + "/17", "--by",
            "second person")
    cast = Cast(lab)
    try:
        proxy = cast.peer("proxy")
        mandate = give(lab, rights="send-plan")
        again(proxy)
        printed = submit(proxy, CLIENT, PARTNER)
        assert outcome(proxy) == 0
        revoke(lab, mandate)
        again(proxy)
        used = [give(lab, rights="send-plan"), give(lab, rights="fax")]
        again(proxy)
        faxed = submit(proxy, CLIENT, PARTNER, stamp="20261124150001")
        assert outcome(proxy) == 0
    finally:
        cast.close()
    ways = [lab.parcel(text_of(i))["legs"][0]["way"] for i in (printed, faxed)]
    assert ways == ["pdf", "fax"]
    steps = lab.parcel(text_of(printed))["steps"]
    assert "does not include FAX" in steps[0]["detail"]
    steps = lab.parcel(text_of(faxed))["steps"]
    named = steps[0]["detail"].split("under mandate ")[1]
    assert sorted(named.split("+")) == used
