"""Small disks under the broker (F05) and under an agent's folders (F06): what
does not fit waits where it is, what was acknowledged stays, and all of it
arrives when there is room again."""
import errno
import os
import subprocess

import lab as lab_module
import pytest
from lab import NUMBER, row, wait_for

CARE, VISIT, DAY = (NUMBER[n] for n in (1, 2, 3))
FILES = 30


@pytest.fixture
def small_disk():
    """small_disk(path, megabytes): a tmpfs on path, gone at the end."""
    mounted = []

    def mount(path, megabytes):
        os.makedirs(path, mode=0o700, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700",
             "tmpfs", path], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"no right to mount a tmpfs: {done.stderr.strip()}")
        mounted.append(path)

    yield mount
    for path in mounted:
        # the lab is closed by now, but a dying process may still hold it
        wait_for(f"umount {path}", lambda: subprocess.run(
            ["umount", path], capture_output=True, check=False
        ).returncode == 0, 10)


@pytest.fixture
def lab(small_disk, make_lab):
    """Order matters: labs are closed before disks are unmounted."""
    made = make_lab([row(1, "43", "care"), row(2, "11", "visit"),
                     row(3, "15", "day")])
    made.small_disk = small_disk
    return made


def scan(i, size=900_000):
    return b"%%PDF-1.4 %d " % i + os.urandom(size)


def fill(path):
    """Write until the disk is full."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(fd, bytes(4096)) > 0:
            pass
    except OSError as error:
        assert error.errno == errno.ENOSPC, error
    finally:
        os.close(fd)


def send_scans(lab, partner, count=FILES):
    """Scans, one a parcel; {name: bytes}."""
    files = {}
    for i in range(count):
        name = f"scan{i:02}.pdf"
        files[name] = scan(i)
        lab.offices[CARE].send(name, files[name], partner=partner)
        # one parcel each: the next one is dropped when this one was taken
        wait_for(f"{name} taken", lambda: not os.path.exists(os.path.join(
            lab.offices[CARE].outbox, partner, name)))
    return files


def test_f05_the_broker_s_disk_fills_up(lab, tally):
    lab.small_disk(lab.path("broker"), 16)
    lab.setting("tasukid", store__map="1 MiB")
    lab.up()
    visit, day = lab.offices[VISIT], lab.offices[DAY]
    lab.agent("visit").stop()
    files = send_scans(lab, VISIT)

    def full():
        status = lab.ctl("status")
        return status["store"]["free_bytes"] < 1_300_000
    wait_for(lambda: f"disk full: {lab.ctl('status')['store']}", full)
    assert lab.broker()[0].pid() is not None, lab.tails()
    kept = len(lab.parcels(to=VISIT))
    assert 5 < kept < FILES
    sending = len(lab.offices[CARE].files("sending"))
    assert sending > 0

    # a restart on the full disk loses nothing
    lab.kill(lab.broker()[0])
    lab.start_broker()
    assert len(lab.parcels(to=VISIT)) >= kept

    # delivery goes on, and makes room for the rest
    lab.agent("visit").start()
    visit.wait_inbox(files, 40)
    lab.wait_parcels(FILES, "delivered", to=VISIT)
    note = {"note.txt": b"after the flood\n"}
    lab.offices[CARE].send("note.txt", note["note.txt"], partner=DAY)
    day.wait_inbox(note)
    lab.ctl("audit", "verify")
    tally.append(f"F05 broker on 16 MB: {kept} of {FILES} scans accepted "
                 f"before it was full, all {FILES} arrived after")


def test_f05_reserves_refuse_large_first(lab, tally):
    """Free space below limits/reserve_large: no large document, but small ones
    still; below limits/reserve: nothing new; delivery always."""
    lab.small_disk(lab.path("broker"), 24)
    lab.setting("tasukid", store__map="1 MiB", limits__reserve_large="14 MiB",
                limits__reserve="4 MiB")
    lab.up()
    lab.agent("visit").stop()
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    files = {}

    def send_big(first, count):
        for i in range(first, first + count):
            name = f"big{i}.pdf"
            files[name] = scan(i, 1_600_000)
            care.send(name, files[name], partner=VISIT)
            wait_for(f"{name} taken", lambda: not os.path.exists(
                os.path.join(care.outbox, VISIT, name)))

    def low():
        # what is free inside the database counts too
        store = lab.ctl("status")["store"]
        return any(a["code"] == "disk" for a in lab.ctl("status")["alarms"]
                   ) and store["free_bytes"] < 14 * 1024 * 1024
    send_big(0, 6)
    wait_for(lambda: f"{lab.ctl('status')}", low)
    before = len(lab.parcels(to=VISIT))
    send_big(6, 3)
    assert lab_module.holds(lambda: len(lab.parcels(to=VISIT)) == before, 1)
    large = len(lab.parcels(to=VISIT))
    files["small.txt"] = b"a small one\n"
    care.send("small.txt", files["small.txt"], partner=VISIT)
    lab.wait_parcels(large + 1, to=VISIT)
    assert lab.ctl("status")["store"]["free_bytes"] > 4 * 1024 * 1024
    lab.agent("visit").start()
    visit.wait_inbox(files, 40)
    tally.append(f"F05 reserves: {large} of 9 large ones accepted, a small one "
                 "after them, all arrived when there was room")


def test_f06_an_inbox_s_disk_fills_up(lab, tally):
    visit = lab.offices[VISIT]
    lab.small_disk(visit.folder, 4)
    lab.up()
    files = send_scans(lab, VISIT, 10)

    def stuck():
        return any(leg["state"] == "waiting" for p in lab.parcels(to=VISIT)
                   for leg in p["legs"])
    wait_for(lambda: f"nothing waits\n{lab.tails()}", stuck)
    seen = {}
    # the care software imports bit by bit; no file is ever half there
    def import_some():
        for name, data in visit.files("inbox").items():
            assert files.get(name) == data, name
            assert name not in seen, f"{name} came twice"
            seen[name] = data
            os.unlink(os.path.join(visit.inbox, name))
        return len(seen) == len(files)
    wait_for(lambda: f"{len(seen)} of {len(files)}\n{lab.tails()}",
             import_some, 40, every=0.2)
    assert lab_module.holds(lambda: not visit.files("inbox"), 1)
    tally.append(f"F06 inbox on 4 MB: {len(files)} scans of 0.9 MB, each "
                 "whole, each once")


def test_f26_what_is_behind_a_parcel_too_large_for_the_disk(lab, tally):
    """The large one is parked at last; those behind it must not wait for
    the connection to break."""
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    lab.small_disk(visit.folder, 4)
    lab.setting("tasukid", schedule__attempts="3")
    lab.up()
    care.send("large.pdf", scan(1, 6_000_000), partner=VISIT)
    lab.wait_parcels(1, to=VISIT)
    small = {f"small{i}.txt": b"small %d\n" % i for i in range(3)}
    for name, data in small.items():
        care.send(name, data, partner=VISIT)
    visit.wait_inbox(small, 30)
    assert [p["leg"] for p in lab.ctl("parked", "list")["parked"]] == [0]
    tally.append("F26 a parcel too large for the inbox's disk: parked, three "
                 "behind it arrived")


def test_f06_an_outbox_s_disk_fills_up(lab, tally):
    """No room to take files out of the outbox: they stay, and go later."""
    care = lab.offices[CARE]
    lab.small_disk(care.folder, 3)
    lab.up()
    visit = lab.offices[VISIT]
    note = b"on a full disk\n"
    ballast = os.path.join(care.folder, "ballast.bin")
    lab.agent("care").stop()
    care.send("note.txt", note, partner=VISIT)
    fill(ballast)
    lab.agent("care").start()
    lab.wait_connected(["care"])
    # full or not, what it says it sent is sent, and nothing is lost
    assert lab_module.holds(
        lambda: care.files("outbox") or care.files("sending")
        or visit.files("inbox") == {"note.txt": note}, 2)
    os.unlink(ballast)
    visit.wait_inbox({"note.txt": note}, 40)
    assert lab_module.holds(
        lambda: visit.files("inbox") == {"note.txt": note}, 1)
    tally.append("F06 outbox on a full disk: sent once there was room")
