"""The FAX agent: what goes out, what never does, and what becomes of it.

The provider is a folder here, so that a test is the one who sends; the other
providers have test files of their own.
"""
import glob
import itertools
import os
import subprocess

import pytest
from fax_room import CARE, FAX, PARTNER, FolderRoom, look, no_name
from lab import MARKER, ROOT, files_below, holds, plan_set, read, row, wait_for
from peer import Peer, load_key, new_id, parcel

CONFIRMED = "confirmed pages=3 yen=40 remote=+81312345678"


@pytest.fixture
def room(make_lab):
    made = FolderRoom(make_lab())
    yield made
    made.close()


@pytest.fixture
def fax(room):
    room.start()
    return room


def only(shown):
    assert len(shown) == 1, shown
    return next(iter(shown.items()))


def test_confirmed_and_gone(fax):
    leg = fax.deliver()
    tag, job = only(fax.wait_shown())
    assert tag == leg.key + "-1"
    assert job["number"] == FAX and job["from"] == CARE
    assert job["to"] == PARTNER and job["resolution"] == "fine"
    pages = look(os.path.join(fax.out, tag + ".tif"))
    assert len(pages) == int(job["pages"]) >= 3     # cover, forms
    assert all(p[0] == 1728 and p[2:4] == (204, 196) for p in pages), pages
    assert leg.settled == []            # handed over is not sent
    assert fax.jobs()[leg.key]["state"] == "sending"
    fax.result(tag, CONFIRMED)
    outcome, code, detail = fax.settled(leg)
    assert (outcome, code) == ("delivered", "")
    assert detail == "pages=3 yen=40"
    wait_for("gone", lambda: not fax.jobs())
    # the pages hold names: nothing of them stays
    wait_for(lambda: repr(files_below(fax.out)),
             lambda: not files_below(fax.out))
    wait_for("ended", lambda: glob.glob(fax.folder + "/ended/*/*/record"))
    assert not glob.glob(fax.folder + "/*/*/pages.tif")
    record = read(glob.glob(fax.folder + "/ended/*/*/record")[0])
    no_name(record)
    assert b"remote +81312345678" in record
    # the same leg again, as after a lost answer: the same word, no FAX
    fax.broker.again(leg)
    assert fax.settled(leg)[0] == "delivered"
    assert holds(lambda: not fax.shown(), 0.5)


REFUSED = [
    ({"fax_verified": 0}, "fax-unverified"),
    ({"none": 1}, "fax-unverified"),
    ({"fax_number": ""}, "fax-empty"),
    ({"fax_number": "1840312345678"}, "fax-prefix"),
    ({"fax_number": "00810312345678"}, "fax-abroad"),
    ({"fax_number": "031234567"}, "fax-length"),
    ({"fax_number": "09012345678"}, "fax-kind"),
    ({"recalled": 1}, "recalled"),
]


def test_never_dialled(fax):
    """T31."""
    legs = [(fax.deliver(**more), code) for more, code in REFUSED]
    for leg, code in legs:
        assert fax.settled(leg)[:2] == ("never", code)
    assert holds(lambda: not fax.shown(), 0.3)
    assert fax.jobs() == {}


def test_what_no_fax_can_show_is_for_a_person(fax):
    leg = fax.deliver(documents={"連絡.pdf": b"%PDF-1.4\n" + bytes(2000)})
    assert fax.settled(leg)[0] == "never"
    assert holds(lambda: not fax.shown(), 0.3)


GIF = (b"GIF89a\x02\x00\x02\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,"
       b"\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02\x03D\x02\x05\x00;")


def pdf_of(fax, name, *options):
    """A PDF of the forms, made over by qpdf."""
    plain, made = fax.lab.path("plain.pdf"), fax.lab.path(name)
    paths = plan_set(fax.lab.path("drawn"), row(1, "43", "care"),
                     row(9, "17", inside=0))
    if not os.path.exists(plain):
        fax.lab.ctl("render", "--standard",
                    os.path.join(ROOT, "config", "standard"), "--forms",
                    os.path.join(ROOT, "config", "forms"), "--pdf", plain,
                    *paths, timeout=60, check=False)
    subprocess.run(["qpdf", *options, plain, made], check=True)
    return read(made)


def test_pdf_and_gif_become_pages(fax):
    drawn = pdf_of(fax, "some.pdf")
    without = fax.deliver()
    pages = int(only(fax.wait_shown())[1]["pages"])
    fax.take(f"{without.key}-1")
    leg = fax.deliver(documents={
        **fax.documents, "連絡.pdf": drawn, "図.gif": GIF})
    shown = fax.wait_shown()[f"{leg.key}-1"]
    info = subprocess.run(["pdfinfo", fax.lab.path("some.pdf")], check=True,
                          capture_output=True, text=True).stdout
    more = int(info.partition("Pages:")[2].split()[0])
    assert int(shown["pages"]) == pages + more + 1
    seen = look(os.path.join(fax.out, f"{leg.key}-1.tif"))
    assert all(p[0] == 1728 and p[4] > 100 for p in seen), seen
    # nothing but attachments: a cover and their pages
    leg = fax.deliver(documents={"連絡.pdf": drawn})
    wait_for(fax.shown, lambda: f"{leg.key}-1" in fax.shown())
    assert int(fax.shown()[f"{leg.key}-1"]["pages"]) == more + 1


def test_a_pdf_that_hides_something_is_for_a_person(fax):
    """T27."""
    locked = pdf_of(fax, "locked.pdf", "--encrypt", "", "owner", "256", "--")
    asks = pdf_of(fax, "asks.pdf", "--encrypt", "user", "owner", "256", "--")
    plain = pdf_of(fax, "open.pdf", "--stream-data=uncompress")
    script = plain.replace(b"/Type /Catalog",
                           b"/Type /Catalog /OpenAction << /S /JavaScript /JS "
                           b"(app.alert) >>", 1)
    assert script != plain
    legs = [(fax.deliver(documents={"連絡.pdf": data}), code)
            for data, code in ((locked, "attachment-encrypted"),
                               (asks, "attachment-damaged"),
                               (script, "attachment-scripted"),
                               (plain[:500], "attachment-damaged"))]
    for leg, code in legs:
        assert fax.settled(leg)[:2] == ("never", code)
    assert fax.shown() == {} and fax.jobs() == {}


def test_busy_is_tried_again_and_then_failed(fax):
    """F41."""
    leg = fax.deliver()
    for n in (1, 2, 3):
        tag = f"{leg.key}-{n}"
        wait_for(lambda: f"{fax.shown()}", lambda: tag in fax.shown())
        fax.take(tag)
        fax.result(tag, "busy")
    assert fax.settled(leg)[:2] == ("never", "failed-busy")
    wait_for("failed", lambda: fax.jobs()[leg.key]["state"] == "failed")
    assert holds(lambda: not fax.shown(), 0.5)
    # a person had the leg queued again: another round, another tag
    fax.broker.again(leg)
    tag, _ = only(fax.wait_shown())
    assert tag == f"{leg.key}-4"
    fax.result(tag, "failed no such number")
    assert fax.settled(leg)[:2] == ("never", "failed-reported")


def test_no_result_is_unknown_and_never_sent_again(make_lab):
    """F40."""
    fax = FolderRoom(make_lab(), result__wait="700 ms")
    try:
        fax.start()
        leg = fax.deliver()
        tag, _ = only(fax.wait_shown())
        assert fax.settled(leg)[:2] == ("never", "unknown")
        fax.take(tag)
        for _ in range(2):              # requeued without a decision
            fax.broker.again(leg)
            assert fax.settled(leg)[:2] == ("never", "unknown")
        fax.restart()
        fax.broker.again(leg)
        assert fax.settled(leg)[:2] == ("never", "unknown")
        assert holds(lambda: not fax.shown(), 0.5)
        # the result comes late: it still counts
        fax.broker.again(leg)
        fax.settled(leg)
        leg.settled.clear()
        leg.lent = True
        fax.result(tag, CONFIRMED)
        assert fax.settled(leg)[0] == "delivered"
    finally:
        fax.close()


@pytest.mark.parametrize("verb, outcome, code", [
    ("confirm", "delivered", ""), ("fail", "never", "failed-by-person")])
def test_a_person_decides_what_is_unknown(make_lab, verb, outcome, code):
    fax = FolderRoom(make_lab(), result__wait="300 ms")
    try:
        fax.start()
        leg = fax.deliver()
        assert fax.settled(leg)[:2] == ("never", "unknown")
        wait_for("told", lambda: fax.jobs()[leg.key]["state"] == "unknown")
        refused = fax.ctl("release", leg.key, check=False)
        assert refused["code"] == "wrong-state"
        fax.broker.again(leg)
        fax.settled(leg)
        leg.settled.clear()
        leg.lent = True
        done = fax.ctl(verb, leg.key[:20], "--by", "suzuki")["job"]
        assert done["by"] == "suzuki"
        if verb == "confirm":
            assert fax.settled(leg)[:2] == (outcome, code)
        else:
            fax.wait_state(leg, "failed", code=code)
            for tag in fax.shown():
                fax.take(tag)
            fax.broker.again(leg)       # requeued: may be sent again now
            wait_for(fax.shown, lambda: f"{leg.key}-2" in fax.shown())
    finally:
        fax.close()


def test_the_first_one_stops_for_a_look(fax):
    """T30."""
    leg = fax.deliver(fax_first=1)
    job = fax.wait_state(leg, "queued", hold=True)
    assert os.path.exists(job["pages_file"])
    assert job["number"] == "******5678" and FAX not in repr(job)
    assert holds(lambda: not fax.shown(), 0.5)
    fax.restart()                       # held over a restart, too
    fax.wait_state(leg, "queued", hold=True)
    assert holds(lambda: not fax.shown(), 0.5)
    assert fax.ctl("release", leg.key, "--by", "sato")["job"]["by"] == "sato"
    tag, _ = only(fax.wait_shown())
    fax.result(tag, CONFIRMED)
    assert fax.settled(leg)[0] == "delivered"


def test_each_step_is_told(fax):
    leg = fax.deliver(fax_first=1)
    fax.wait_state(leg, "queued", hold=True)
    fax.ctl("release", leg.key)
    tag, _ = only(fax.wait_shown())
    fax.take(tag)
    fax.result(tag, "busy")             # tried again
    tag = f"{leg.key}-2"
    wait_for(fax.shown, lambda: tag in fax.shown())
    fax.restart()                       # lent again: told again
    wait_for(lambda: repr(leg.steps), lambda: leg.steps[-2:] ==
             ["sending", "sending"])
    fax.result(tag, CONFIRMED)
    assert fax.settled(leg)[0] == "delivered"
    # how often each was told is not the point
    assert [step for step, _ in itertools.groupby(leg.steps)] == [
        "held", "queued", "sending", "queued", "sending"]


def test_an_older_broker_hears_only_the_end(fax):
    fax.broker.version = 2
    fax.restart()
    leg = fax.deliver()
    tag, _ = only(fax.wait_shown())
    fax.result(tag, CONFIRMED)
    assert fax.settled(leg)[0] == "delivered"
    assert leg.steps == []


def test_hold_and_cancel(fax):
    held = fax.deliver(fax_first=1)
    fax.wait_state(held, "queued", hold=True)
    fax.ctl("cancel", held.key)
    assert fax.settled(held)[:2] == ("never", "failed-cancelled")
    missing = fax.ctl("show", "00000000", check=False)
    assert missing["code"] == "not-found"


def test_a_test_page_has_no_client_on_it(fax):
    leg = fax.deliver(fax_verified=0, fax_first=1, test_code="482913")
    tag, job = only(fax.wait_shown())
    assert job["pages"] == "1"
    fax.result(tag, CONFIRMED)
    assert fax.settled(leg)[0] == "delivered"


def test_recall_before_and_after(fax):
    held = fax.deliver(fax_first=1)
    fax.wait_state(held, "queued", hold=True)
    fax.broker.recall(held)
    assert fax.settled(held)[:2] == ("never", "recalled")
    # shown, and not taken yet: taken back
    waiting = fax.deliver()
    fax.wait_shown()
    fax.wait_state(waiting, "sending")
    fax.broker.recall(waiting)
    assert fax.settled(waiting)[:2] == ("never", "recalled")
    wait_for(fax.shown, lambda: not fax.shown())
    # taken: too late, and that is said
    late = fax.deliver()
    tag, _ = only(fax.wait_shown())
    fax.take(tag)
    fax.broker.recall(late)
    wait_for("cancel", lambda: os.path.exists(
        os.path.join(fax.out, tag + ".cancel")))
    fax.result(tag, CONFIRMED)
    assert fax.settled(late)[0] == "delivered"


def test_recalled_while_away(fax):
    leg = fax.deliver(fax_first=1)
    fax.wait_state(leg, "queued", hold=True)
    fax.process.stop()
    fax.broker.again(leg, recalled=1)
    fax.start()
    assert fax.settled(leg)[:2] == ("never", "recalled")


def test_number_changed_while_it_waited(fax):
    """F41."""
    leg = fax.deliver(fax_first=1)
    fax.wait_state(leg, "queued", hold=True)
    fax.broker.cut()
    fax.broker.again(leg, fax_number="0312345679")
    assert fax.settled(leg)[:2] == ("never", "fax-unverified")
    again = fax.deliver(fax_first=1)
    fax.wait_state(again, "queued", hold=True)
    fax.broker.again(again, fax_verified=0)
    assert fax.settled(again)[:2] == ("never", "fax-unverified")
    assert not fax.shown()


def test_nothing_goes_out_while_the_broker_is_away(fax):
    """What is no longer lent could have been recalled."""
    leg = fax.deliver(fax_first=1)
    fax.wait_state(leg, "queued", hold=True)
    fax.broker.lock.acquire()           # it hears hellos and lends nothing
    try:
        fax.broker.orders.put(("bye", b"\x08\x1b"))
    finally:
        fax.broker.lock.release()
    with fax.broker.lock:
        leg.settled = [("away", "", "")]
    wait_for("not lent", lambda: not fax.jobs()[leg.key]["lent"])
    fax.ctl("release", leg.key)
    assert holds(lambda: not fax.shown(), 0.5)
    fax.broker.again(leg)
    fax.wait_shown()


@pytest.mark.parametrize("settings, code", [
    ({"hours__days": ""}, "waits-hours"),
    ({"limits__pages_day": "9"}, "waits-limit"),
    ({"limits__yen_day": "900", "limits__yen_page": "100"}, "waits-limit"),
])
def test_hours_and_limits(make_lab, settings, code):
    fax = FolderRoom(make_lab(), **settings)
    try:
        fax.start()
        legs = [fax.deliver() for _ in range(2)]
        for leg in legs[(code == "waits-limit"):]:
            fax.wait_state(leg, "queued", code=code)
        # that the second one waits is written down before the first one lies
        # there
        shown = fax.wait_shown() if code == "waits-limit" else {}
        assert holds(lambda: fax.shown() == shown, 0.3)
        fax.restart()                   # what was used today is kept
        assert holds(lambda: fax.shown() == shown, 0.3)
    finally:
        fax.close()


def test_too_many_pages(make_lab):
    fax = FolderRoom(make_lab(), limits__pages_job="2")
    try:
        fax.start()
        assert fax.settled(fax.deliver())[0] == "never"
        assert not fax.shown()
    finally:
        fax.close()


@pytest.mark.parametrize("join", ["no", "yes"])
def test_joined_only_if_asked(make_lab, join):
    fax = FolderRoom(make_lab(), join=join, hold__first="yes")
    try:
        fax.start()
        legs = [fax.deliver(fax_first=1) for _ in range(3)]
        other = fax.deliver(fax_first=1, fax_number="0312345679")
        for leg in legs + [other]:
            fax.wait_state(leg, "queued", hold=True)
        fax.broker.cut()                # none is lent: release all at leisure
        for leg in legs + [other]:
            fax.ctl("release", leg.key)
        shown = fax.wait_shown(2 if join == "yes" else 4)
        single = len(look(os.path.join(fax.out, other.key + "-1.tif")))
        counts = sorted(len(look(os.path.join(fax.out, tag + ".tif")))
                        for tag in shown)
        assert counts == ([single, 3 * single] if join == "yes"
                          else [single] * 4)
        for tag in shown:
            fax.result(tag, "confirmed")
        for leg in legs + [other]:
            outcome, _, detail = fax.settled(leg)
            assert outcome == "delivered" and f"pages={single}" in detail
    finally:
        fax.close()


def test_copy_and_sheets_and_superfine(make_lab):
    fax = FolderRoom(make_lab())
    try:
        fax.start()
        plain = fax.deliver()
        sheet = fax.deliver(copy=1, data_ms=1790000000000, data_way=1,
                            partner=(("qr", "1"),
                                     ("fax_resolution", "superfine")))
        fax.wait_shown(2)
        a, b = (look(os.path.join(fax.out, leg.key + "-1.tif"))
                for leg in (plain, sheet))
        assert len(b) == len(a) + 1     # one page of codes
        assert all(p[3] == 391 for p in b) and all(p[3] == 196 for p in a)
    finally:
        fax.close()


POINTS = ["fax-written", "fax-kept", "fax-begin", "fax-marked",
          "fax-folder-ready", "fax-folder-half", "fax-folder-shown",
          "fax-submitted", "fax-accepted", "fax-recorded", "fax-before-settle",
          "fax-ended", "fax-moved"]


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_kill_sends_no_page_twice(room, point, taken):
    """The folder can tell what it was handed: exactly one FAX, whatever dies
    when, and also if somebody takes it away at once."""
    process = room.start(TASUKI_CRASH=f"{point}:1")
    leg = room.deliver()
    seen = set()

    def pass_on():
        """As the person who sends: whatever lies there is sent."""
        for tag in room.shown():
            if tag in seen:
                continue
            seen.add(tag)
            if taken:
                room.take(tag)
            room.result(tag, "confirmed")

    def died_or_done():
        process.reap()
        pass_on()
        return process.pid() is None or leg.settled
    wait_for(process.log_tail, died_or_done, 40)
    # some points lie behind the settlement
    if process.pid() is not None and not process.wait_gone(3):
        process.stop()
        pytest.skip("built without crash points")
    room.start()
    wait_for(lambda: f"{room.shown()} {room.process.log_tail(20)}",
             lambda: pass_on() or leg.settled, 40)
    assert leg.settled[-1][0] == "delivered", leg.settled
    assert len(seen) == 1, seen
    assert MARKER not in room.lab.logs()


# ------------------------------------------------------- the real broker

@pytest.fixture
def office(make_lab):
    """A broker, an office's key, a FAX agent of the role fax, and a partner
    with a number that nobody has verified yet."""
    lab = make_lab([
        row(1, "43", "care"),
        row(9, "17", inside=0, way="fax", fax_number="03-1234-5678",
            fax_unverified="hold")])
    lab.setting("tasukid", route__ways="bus pdf fax")
    lab.prepare()
    fax = FolderRoom(lab, real=True)
    fax.enrol()
    fax.start()
    lab.wait_connected(["fax"])
    yield fax
    fax.close()


def send(fax):
    """A parcel of the office is accepted; its id as text."""
    public, secret = load_key(fax.lab.path("keys", "office-care.key"))
    broker, _ = load_key(fax.lab.path("keys", "broker.pub"))
    peer = Peer(fax.lab.endpoint(), broker, public, secret)
    parcel_id = new_id()
    items = [(n, d, n.split("_")[0]) for n, d in fax.documents.items()]
    try:
        peer.open()
        peer.submit(parcel(parcel_id, CARE, PARTNER, items, month="202612",
                           stamp="20261124150000", clients=2),
                    [d for _, d, _ in items])
        assert peer.wait("accepted", "refused")[0] == "accepted"
    finally:
        peer.close()
    return parcel_id.hex()


def wait_leg(fax, parcel_id, state, seconds=40):
    wait_for(lambda: f"{fax.lab.parcel(parcel_id)}\n{fax.lab.tails()}",
             lambda: state in fax.lab.states(parcel_id), seconds)


def test_from_the_office_to_the_partner(office):
    """Unverified: parked; verified by a second person: it comes here, stops for
    a look, goes out, and the sender's parcel is delivered."""
    fax, ctl = office, office.lab.ctl
    parcel_id = send(fax)
    wait_leg(fax, parcel_id, "parked")
    assert holds(lambda: not fax.jobs(), 0.3)
    ctl("registry", "verify-fax", PARTNER + "/17", "--by", "suzuki")
    job = wait_for(lambda: fax.lab.tails(),
                   lambda: fax.jobs().get(parcel_id + "-0"), 40)
    assert job["hold"] and job["state"] == "queued"
    fax.ctl("release", job["job"], "--by", "sato")
    tag, shown = only(fax.wait_shown())
    assert shown["number"] == FAX
    fax.result(tag, CONFIRMED)
    wait_leg(fax, parcel_id, "delivered")
    assert "pages=3 yen=40" in repr(fax.lab.parcel(parcel_id))
    # the second one goes out by itself; frozen meanwhile, it is asked back
    second = send(fax)
    tag, _ = only(fax.wait_shown())
    fax.take(tag)
    fax.result(tag, CONFIRMED)
    wait_leg(fax, second, "delivered")


def test_the_sender_sees_how_far_it_is(office):
    fax, lab = office, office.lab
    lab.ctl("registry", "verify-fax", PARTNER + "/17", "--by", "suzuki")
    care = lab.offices[CARE]
    lab.agent("care").start()
    lab.wait_connected(["care"])
    lab.wait_folders(lab.agents())

    def seen(text):
        wait_for(lambda: f"{care.status_text()}\n{lab.tails()}",
                 lambda: text in care.status_text(), 40)

    care.send_all(plan_set(lab.path("sent"), row(1, "43", "care"),
                           row(9, "17", inside=0)))
    seen("送信前の確認待ち")
    (job,) = fax.jobs().values()
    fax.ctl("release", job["job"])
    tag, _ = only(fax.wait_shown())
    seen("送信中")
    lab.agent("care").stop()            # known from before, and asked for
    lab.agent("care").start()
    seen("送信中")
    fax.result(tag, CONFIRMED)
    seen("配送済")
    steps = [(s["state"], s["code"]) for s in lab.parcel(tag[:32])["steps"]]
    codes = [code for state, code in steps if state == "working"]
    assert codes == ["held", "queued", "sending"], steps
    assert steps[-1][0] == "delivered"


def test_what_ended_while_it_was_away_is_gone(office):
    fax, ctl = office, office.lab.ctl
    ctl("registry", "verify-fax", PARTNER + "/17", "--by", "suzuki")
    parcel_id, other = send(fax), send(fax)
    for one in (parcel_id, other):
        wait_for(lambda: fax.lab.tails(),
                 lambda: fax.jobs().get(one + "-0"), 40)
    fax.ctl("cancel", parcel_id + "-0")
    wait_leg(fax, parcel_id, "parked")
    wait_for(lambda: repr(fax.jobs()),
             lambda: fax.jobs()[parcel_id + "-0"]["state"] == "failed")
    assert fax.process.stop()
    ctl("parked", "close", parcel_id, "by telephone")
    fax.process.start()
    fax.lab.wait_connected(["fax"])
    wait_for(lambda: f"{fax.jobs()}\n{fax.lab.tails()}",
             lambda: set(fax.jobs()) == {other + "-0"}, 40)
    assert not fax.shown()


def test_frozen_while_it_waits_here(office):
    """T30."""
    fax, ctl = office, office.lab.ctl
    ctl("registry", "verify-fax", PARTNER + "/17", "--by", "suzuki")
    parcel_id = send(fax)
    wait_for(lambda: fax.lab.tails(),
             lambda: fax.jobs().get(parcel_id + "-0"), 40)
    ctl("registry", "freeze-fax", PARTNER + "/17", "--by", "tanaka")
    wait_leg(fax, parcel_id, "parked")
    # it was given back, or is no longer lent: either way it cannot go out
    wait_for(lambda: repr(fax.jobs()), lambda: not any(
        j["lent"] and j["state"] in ("queued", "sending")
        for j in fax.jobs().values()))
    assert not fax.shown()
