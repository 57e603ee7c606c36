"""The folder is the queue: half-written, racing, repeated and locked files."""
import os
import time

from lab import NUMBER, by_name, holds, plan_set, read, row, wait_for, write

CARE, VISIT, DAY, PARTNER = NUMBER[1], NUMBER[2], NUMBER[3], NUMBER[9]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}


def test_file_still_being_written_is_not_taken(lab):
    """F31: a program that writes in place, slowly."""
    care = lab.offices[CARE]
    os.makedirs(os.path.join(care.outbox, VISIT), exist_ok=True)
    path = os.path.join(care.outbox, VISIT, "slow.txt")
    whole = b""
    with open(path, "wb") as f:
        for _ in range(25):
            piece = os.urandom(300)
            whole += piece
            f.write(piece)
            f.flush()
            time.sleep(0.06)        # the writer's own pace, under scan/stable
            assert lab.offices[VISIT].files("inbox") == {}
    lab.offices[VISIT].wait_inbox({"slow.txt": whole})
    assert len(lab.parcels()) == 1


def test_copied_over_a_share(lab):
    """F31: some clients set the final size first, then fill in."""
    care = lab.offices[CARE]
    os.makedirs(os.path.join(care.outbox, VISIT), exist_ok=True)
    path = os.path.join(care.outbox, VISIT, "share.txt")
    data = os.urandom(40000)
    fd = os.open(path, os.O_CREAT | os.O_WRONLY, 0o644)
    os.ftruncate(fd, len(data))
    for at in range(0, len(data), 4000):
        os.pwrite(fd, data[at:at + 4000], at)
        time.sleep(0.06)
    os.close(fd)
    lab.offices[VISIT].wait_inbox({"share.txt": data})


def test_renamed_into_place_after_a_temporary_name(lab, tmp_path):
    """F31."""
    care = lab.offices[CARE]
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    for path in paths:
        aside = os.path.join(care.outbox, os.path.basename(path) + ".tmp")
        with open(aside, "wb") as f:
            f.write(read(path))
        os.rename(aside, aside[:-4])
    lab.offices[VISIT].wait_inbox(by_name(paths))


def test_replaced_and_deleted_while_read(lab):
    """F32, T23: what arrives is one whole version, never a mixture."""
    care = lab.offices[CARE]
    os.makedirs(os.path.join(care.outbox, VISIT), exist_ok=True)
    versions = [bytes([65 + n]) * 200000 for n in range(6)]
    for data in versions:
        path = os.path.join(care.outbox, VISIT, "racing.txt")
        write(path, data)
        time.sleep(0.1)
    gone = os.path.join(care.outbox, VISIT, "gone.txt")
    write(gone, b"never mind")
    os.unlink(gone)
    office = lab.offices[VISIT]
    wait_for(lambda: lab.tails(), lambda: office.files("inbox"))
    lab.wait_parcels(len(lab.parcels()), "delivered")
    for name, data in office.files("inbox").items():
        assert "gone" not in name
        assert data in versions, f"{name}: a mixture of {set(data)}"


def test_name_is_taken_in_the_inbox(lab, tmp_path):
    """F34, T22:
    same bytes = done; other bytes = a conflict name and a notice."""
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    wanted = by_name(paths)
    names = sorted(wanted)
    office = lab.offices[VISIT]
    mine = b"my own notes, do not overwrite"
    write(os.path.join(office.inbox, names[0]), mine)
    write(os.path.join(office.inbox, names[1]), wanted[names[1]])
    lab.offices[CARE].send_all(paths)
    lab.wait_parcels(1, "delivered")

    def arrived():
        have = office.files("inbox")
        return have if wanted[names[0]] in have.values() else None

    have = wait_for(lambda: f"{sorted(office.files('inbox'))}\n{lab.tails()}",
                    arrived)
    assert have[names[0]] == mine
    assert have[names[1]] == wanted[names[1]]
    assert have[names[2]] == wanted[names[2]]
    # each content of the parcel is there once
    for data in wanted.values():
        assert sum(d == data for d in have.values()) == 1
    assert any(n.endswith(".txt") for n in have) or any(
        n.endswith(".txt") for n in office.files("rejected")), sorted(have)


def test_care_software_locks_the_file(lab, tmp_path):
    """F35: locked is not picked up; deleted later is, once."""
    import fcntl
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    office = lab.offices[VISIT]
    lab.offices[CARE].send_all(paths)
    office.wait_inbox(by_name(paths))
    held = []
    for name in by_name(paths):
        f = open(os.path.join(office.inbox, name), "r+b")
        fcntl.flock(f, fcntl.LOCK_EX)
        held.append(f)
    assert holds(lambda: lab.parcels()[0]["legs"][0]["state"] == "delivered",
                 1.5)
    office.take()
    for f in held:
        f.close()
    lab.wait_parcels(1, "picked-up")
    assert holds(lambda: office.files("inbox") == {}, 1.5), "delivered again"


def test_part_of_a_set_taken_is_not_picked_up(lab, tmp_path):
    """F35."""
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    office = lab.offices[VISIT]
    lab.offices[CARE].send_all(paths)
    office.wait_inbox(by_name(paths))
    os.unlink(os.path.join(office.inbox, os.path.basename(paths[0])))
    assert holds(lambda: lab.parcels()[0]["legs"][0]["state"] == "delivered",
                 2)
    office.take()
    lab.wait_parcels(1, "picked-up")


def test_same_file_sent_again_is_marked_as_repeat(lab, tmp_path):
    """F27: the same content under a new stamp, three times."""
    office = lab.offices[VISIT]
    wanted = {}
    for n in range(3):
        paths = plan_set(tmp_path / str(n), ROWS[CARE], ROWS[VISIT],
                         f"2026112415000{n}", seed=1)
        lab.offices[CARE].send_all(paths)
        wanted.update(by_name(paths))
        lab.wait_parcels(n + 1, "delivered")
    office.wait_inbox(wanted)
    parcels = sorted((lab.parcel(p["id"]) for p in lab.parcels()),
                     key=lambda p: p["stamp"])
    assert not parcels[0].get("repeat_of")
    assert parcels[1]["repeat_of"] == parcels[0]["id"]
    assert parcels[2]["repeat_of"] in (parcels[0]["id"], parcels[1]["id"])


def test_same_name_dropped_again_after_sending(lab, tmp_path):
    """The clerk exports once more: nothing is overwritten anywhere."""
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    lab.offices[CARE].send_all(paths)
    lab.wait_parcels(1, "delivered")
    lab.offices[CARE].send_all(paths)
    lab.wait_parcels(2, "delivered")
    sent = lab.offices[CARE].files("sent")
    assert len(sent) == 2 * len(paths)
    inbox = lab.offices[VISIT].files("inbox")
    for name, data in by_name(paths).items():
        assert inbox[name] == data


def test_many_files_at_once(lab, tmp_path):
    """Two hundred sets in one drop."""
    import gen
    import datetime
    from lab import office_of
    import random
    receiver = office_of(ROWS[VISIT])
    rng = random.Random(3)
    first = datetime.date(2026, 12, 1)
    cases = gen.make_cases(rng, first, 1, [receiver])
    context = gen.Context(office_of(ROWS[CARE]), first,
                          datetime.date(2026, 11, 24))
    paths = []
    for n in range(200):
        paths += gen.monthly_set(str(tmp_path / "many"), context, receiver,
                                 cases, f"2026112415{n // 60:02}{n % 60:02}")
    lab.offices[CARE].send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths), 60)
    lab.wait_parcels(200, "delivered")


def test_status_file_is_safe_in_excel(lab):
    """T26: A name that begins like a formula stays text."""
    lab.offices[CARE].send("=cmd.txt", b"x", partner=VISIT)
    lab.offices[VISIT].wait_inbox({"=cmd.txt": b"x"})
    text = wait_for("a status line",
                    lambda: VISIT in lab.offices[CARE].status_text()
                    and lab.offices[CARE].status_text())
    raw = read(os.path.join(lab.offices[CARE].folder, "送信状況.csv"))
    assert raw.startswith(b"\xef\xbb\xbf")
    for cell in text.replace("\r\n", ",").split(","):
        assert not cell.strip('"').startswith(("=", "+", "@")), cell
