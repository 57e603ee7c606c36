"""The national gateway with a person at the desk: parcels out, parcels in,
nothing twice, nothing lost, whatever is killed."""
import glob
import os

import pytest
from desk_room import CARE, OTHER, PARTNER, ROWS, VISIT, DeskRoom, rows
from lab import MARKER, by_name, files_below, holds, plan_set, read, wait_for


@pytest.fixture
def room(make_lab):
    return DeskRoom(make_lab(rows()))


@pytest.fixture
def desk(room):
    return room.up()


def outgoing(desk, tmp_path, stamp="20261124150000", seed=1, to=PARTNER):
    paths = plan_set(tmp_path / f"out-{stamp}-{to}", ROWS[CARE], ROWS[to],
                     stamp=stamp, seed=seed)
    desk.lab.offices[CARE].send_all(paths)
    return by_name(paths)


def incoming(tmp_path, stamp="20261124150000", seed=1):
    """A set as the partner would send it to our service office."""
    return by_name(plan_set(tmp_path / f"in-{stamp}", ROWS[PARTNER],
                            ROWS[VISIT], stamp=stamp, seed=seed))


def states(desk, **filters):
    return sorted(leg["state"] for p in desk.lab.parcels(**filters)
                  for leg in p["legs"])


def steps(desk):
    (parcel,) = desk.lab.parcels()
    return [(s["state"], s["code"])
            for s in desk.lab.parcel(parcel["id"])["steps"]]


def test_sent_by_hand(desk, tmp_path):
    files = outgoing(desk, tmp_path)
    (folder,) = desk.wait_laid(CARE)
    assert PARTNER in os.path.basename(folder)
    assert "試験事業所9" in folder and "試験事業所1" in folder
    assert {n: read(os.path.join(folder, n))
            for n in os.listdir(folder)} == files   # names and bytes
    (job,) = desk.wait_state("handed-over")
    assert job["from"] == CARE and job["documents"] == len(files)
    page = desk.page(CARE)
    assert PARTNER in page and "□ 未送信" in page
    assert all(name in page for name in files)
    # laid out is not sent; the sender is told how far it is
    assert holds(lambda: states(desk) != ["delivered"], 0.5)
    wait_for(lambda: f"{steps(desk)}",
             lambda: ("working", "laid-out") in steps(desk))
    with open(os.path.join(os.path.dirname(os.path.dirname(folder)),
                           "担当者.txt"), "w", encoding="utf-8") as f:
        f.write("試験花子\r\n")
    desk.move(folder, "済")
    desk.lab.wait_parcels(1, "delivered", seconds=40)
    wait_for(lambda: desk.tail(), lambda: not desk.jobs())
    wait_for(lambda: desk.page(CARE), lambda: "■ 済" in desk.page(CARE)
             and "試験花子" in desk.page(CARE))
    # our copy of what offices keep themselves is gone; the record stays
    (record,) = glob.glob(desk.folder + "/ended/*/*/*")
    text = read(record).decode()
    assert record.endswith("/record") and "state listed" in text
    assert "by 試験花子" in text and MARKER not in text


def test_the_group_may_work_at_the_desk(room, tmp_path):
    """Started with UMask=0007, as the unit does: who sits there is of the
    service's group.  What the gateway keeps for itself stays its own."""
    umask = os.umask(0o007)
    try:
        desk = room.up()
    finally:
        os.umask(umask)
    outgoing(desk, tmp_path)
    (folder,) = desk.wait_laid(CARE)
    modes = {}
    for base, folders, files in os.walk(desk.desk):
        for name in folders + files:
            path = os.path.join(base, name)
            modes[path] = os.stat(path).st_mode & 0o777
    assert modes[folder] == 0o770
    assert {path: oct(mode) for path, mode in modes.items()
            if mode != (0o770 if os.path.isdir(path) else 0o660)} == {}
    own = [os.path.join(base, name) for base, folders, files
           in os.walk(desk.folder) for name in folders + files]
    assert [p for p in own if os.stat(p).st_mode & 0o077] == []


def test_a_problem_comes_back_with_its_reason(desk, tmp_path):
    """T39: What a person wrote is text on the page."""
    outgoing(desk, tmp_path)
    (folder,) = desk.wait_laid(CARE)
    with open(os.path.join(folder, "理由.txt"), "w", encoding="utf-8") as f:
        f.write("宛先がありません <b>\n")
    desk.move(folder, "問題")
    (parcel,) = desk.lab.wait_parcels(1, "parked", seconds=40)
    assert ("parked", "failed-by-person") in steps(desk)
    wait_for(lambda: desk.page(CARE), lambda: "× 問題" in desk.page(CARE))
    assert "宛先がありません &lt;b&gt;" in desk.page(CARE)
    # the office has it queued again: it is laid out again, and sent
    desk.lab.ctl("parked", "requeue", parcel["id"] + "/0")
    (folder,) = desk.wait_laid(CARE)
    assert os.path.basename(folder).startswith("02 ")
    desk.move(folder, "済")
    desk.lab.wait_parcels(1, "delivered", seconds=40)


def test_people_decide_at_the_command_line(desk, tmp_path):
    outgoing(desk, tmp_path)
    desk.wait_laid(CARE)
    (job,) = desk.wait_state("handed-over")
    shown = desk.ctl("show", job["job"][:12])["job"]
    assert len(shown["files"]) == job["documents"]
    refused = desk.ctl("release", job["job"], check=False)
    assert not refused["ok"] and refused["code"] == "wrong-state"
    done = desk.ctl("done", job["job"], "--by", "tester")["job"]
    assert done.get("state", "listed") == "listed"
    desk.lab.wait_parcels(1, "delivered", seconds=40)
    assert "by tester" in read(wait_for(
        "ended", lambda: glob.glob(desk.folder + "/ended/*/*/record"))[0]
    ).decode()
    offices = {o["office"]: o for o in desk.ctl("offices")["offices"]}
    assert offices[CARE]["state"] == "ready"


def test_taken_back_before_somebody_sent_it(desk, tmp_path):
    outgoing(desk, tmp_path)
    desk.wait_laid(CARE)
    desk.wait_state("handed-over")
    (parcel,) = desk.lab.parcels()
    home = desk.lab.path("offices", CARE)
    (sent,) = glob.glob(os.path.join(home, "送信済", "*", parcel["id"]))
    os.rename(sent, os.path.join(home, "取消", parcel["id"]))
    desk.lab.wait_parcels(1, "recalled", seconds=40)
    assert desk.laid(CARE) == []
    assert not [p for p in files_below(desk.desk) if p.endswith(".CSV")]


KILLS = ["national-begin", "national-marked", "national-ordered",
         "national-desk-entry", "national-desk-laid", "national-answered",
         "national-recorded", "national-written", "national-kept"]


def test_killed_on_the_way_out_it_is_laid_out_once(room, tmp_path):
    """F43: At each step of handing over, and again at the next start."""
    room.up()
    room.stop()
    wanted = {}
    for n, point in enumerate(KILLS):
        room.start(TASUKI_CRASH=point + ":1")
        files = outgoing(room, tmp_path, stamp=f"202611241500{n:02}", seed=n)
        assert room.process.wait_gone(40), f"{point}: {room.tail()}"
        room.start()
        folders = room.wait_laid(CARE, n + 1)
        wanted.update(files)
        room.wait_state(*["handed-over"] * (n + 1))
        room.stop()
        assert len(room.laid(CARE)) == n + 1, point
    room.start()
    found = {}
    for folder in folders:
        for name in os.listdir(folder):
            assert name not in found, "twice"
            found[name] = read(os.path.join(folder, name))
    assert found == wanted
    # half of them are sent while the gateway is away
    room.kill()
    for folder in folders:
        room.move(folder, "済")
    room.start()
    room.lab.wait_parcels(len(KILLS), "delivered", seconds=60)
    assert room.laid(CARE) == []


SETTLE_KILLS = ["national-listed", "national-recorded",
                "national-before-settle", "national-ended", "national-moved"]


def test_killed_while_it_is_settled(room, tmp_path):
    room.up()
    for n, point in enumerate(SETTLE_KILLS):
        outgoing(room, tmp_path, stamp=f"202611241600{n:02}", seed=n)
        (folder,) = room.wait_laid(CARE)
        room.wait_state("handed-over")
        room.stop()
        room.move(folder, "済")
        room.start(TASUKI_CRASH=point + ":1")
        assert room.process.wait_gone(40), f"{point}: {room.tail()}"
        room.start()
        room.lab.wait_parcels(n + 1, "delivered", seconds=60)
        room.wait_state()       # nothing open any more
        assert room.laid(CARE) == []


def test_downloaded_by_hand(desk, tmp_path):
    """F44: A set, in any order and slowly: one parcel for the office it names;
    also when another terminal fetched a copy."""
    files = incoming(tmp_path)
    first, *others = sorted(files)
    desk.download(VISIT, first, files[first], common=True)
    assert holds(lambda: not desk.lab.parcels(), 1)   # it waits for the rest
    for name in others:
        desk.download(VISIT, name, files[name], common=True)
    desk.lab.offices[VISIT].wait_inbox(files, 40)
    (parcel,) = desk.lab.wait_parcels(1, "delivered", seconds=40)
    assert (parcel["from"], parcel["to"]) == (PARTNER, VISIT)
    assert parcel["stamp"] == "20261124150000"
    wait_for(lambda: f"{desk.taken(VISIT)}\n{desk.tail()}",
             lambda: desk.taken(VISIT) == sorted(files))
    assert not os.listdir(desk.folder + "/inbound/parcels")
    # another terminal fetched a copy, and somebody puts it here, too
    desk.lab.offices[VISIT].take()
    for name in files:
        desk.download(VISIT, name, files[name], common=True)
    wait_for(lambda: desk.tail(), lambda: any(
        n["code"] == "received-twice" for n in desk.ctl("notices")["notices"]))
    wait_for(lambda: f"{desk.taken(VISIT)}",
             lambda: len(desk.taken(VISIT)) == 2 * len(files))
    assert desk.lab.offices[VISIT].files("inbox") == {}
    assert len(desk.lab.parcels()) == 1


def test_an_attachment_of_a_partner(desk, tmp_path):
    outgoing(desk, tmp_path)            # so that the office has a folder
    desk.wait_laid(CARE)
    desk.download(CARE, "連絡.pdf", b"%PDF-1.4\nx", partner=OTHER + " さくら")
    desk.lab.offices[CARE].wait_inbox({"連絡.pdf": b"%PDF-1.4\nx"}, 40)
    # nobody knows whom this one is from
    desk.download(CARE, "無題.pdf", b"%PDF-1.4\ny")
    wait_for(lambda: f"{files_below(desk.desk).keys()}\n{desk.tail()}",
             lambda: any("要確認" in p and p.endswith("無題.pdf")
                         for p in files_below(desk.desk)), 40)
    wait_for("reason", lambda: any(p.endswith("理由.txt")
                                   for p in files_below(desk.desk)))
    wait_for(lambda: f"{desk.waiting(CARE)}", lambda: not desk.waiting(CARE))


def test_not_for_us(desk, tmp_path):
    """The broker refuses it: kept for a person, and out of the way."""
    files = by_name(plan_set(tmp_path / "in", ROWS[PARTNER], ROWS[OTHER]))
    outgoing(desk, tmp_path)
    desk.wait_laid(CARE)
    for name, data in files.items():
        desk.download(CARE, name, data)
    wait_for(lambda: desk.tail(), lambda: any(
        n["code"] == "received-refused"
        for n in desk.ctl("notices")["notices"]), 40)
    kept = {os.path.basename(p): d for p, d in files_below(
        desk.folder + "/inbound/refused").items()}
    assert {n: kept[n] for n in files} == files
    wait_for(lambda: f"{desk.waiting(CARE)}", lambda: not desk.waiting(CARE))


IN_KILLS = ["national-fetched", "national-inbound", "national-done",
            "national-desk-taken"]


def test_killed_on_the_way_in_it_comes_once(room, tmp_path):
    room.up()
    room.stop()
    for n, point in enumerate(IN_KILLS):
        files = incoming(tmp_path, stamp=f"202611241700{n:02}", seed=n)
        room.start(TASUKI_CRASH=point + ":1")
        outgoing(room, tmp_path, stamp=f"202611241700{n:02}", seed=n)
        room.wait_laid(CARE, n + 1)
        for name, data in files.items():
            room.download(CARE, name, data, common=True)
        assert room.process.wait_gone(40), f"{point}: {room.tail()}"
        room.start()
        room.lab.offices[VISIT].wait_inbox(files, 40)
        wait_for(lambda: f"{point} {room.taken(CARE)}\n{room.tail()}",
                 lambda: len(room.taken(CARE)) == (n + 1) * len(files))
        room.lab.wait_parcels(n + 1, to=VISIT, seconds=40)
        room.lab.offices[VISIT].take()
        room.stop()
    assert room.lab.offices[VISIT].files("inbox") == {}
