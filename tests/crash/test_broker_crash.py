"""The broker killed, starved of its disk, doubled, and set back (F01 F08 F13
F14).  Whatever it acknowledged arrives once and whole."""
import os
import shutil
import subprocess
import time

import pytest
from lab import ROOT, wait_for
from rounds import LABS, kill_everywhere

PASSES = [int(n) for n in
          os.environ.get("TASUKI_CRASH_PASSES", "1 3 8").split()]


def test_f01_kill_the_broker_at_every_point(rooms, tally):
    labs = rooms(LABS)
    points, reached, kills = kill_everywhere(
        labs, "tasukid", PASSES, skip=("store-create",))
    tally.append(f"F01 broker: crash points: {len(points)}, reached: "
                 f"{len(reached)}, passes: {len(kills)}, rounds: "
                 f"{sum(lab.count for lab in labs)}, "
                 f"not reached: {sorted(set(points) - reached)}")
    assert len(points) >= 12, points
    # some points of the start are passed before there is work
    assert len(reached) >= len(points) * 3 // 4, set(points) - reached


def shim():
    path = os.path.join(os.path.dirname(os.environ.get(
        "TASUKI_BIN", os.path.join(ROOT, "build", "crash", "bin"))),
        "tests", "faultshim.so")
    if not os.path.exists(path):
        pytest.skip(f"no {path}")
    return path


FOR_VISIT = 3   # parcels of a round that go to visit

FAULTS = [  # calls, number, error
    ("sync", 1, "EIO"), ("sync", 4, "EIO"), ("write", 1, "EIO"),
    ("write", 5, "EIO"), ("write", 12, "EIO"), ("write", 20, "EIO"),
]


def test_f08_a_failing_disk_stops_the_broker(rooms, tally):
    lab, = rooms(1)
    stopped, slowest = 0, 0.0
    lab.finish_round(lab.send_round())
    for calls, number, error in FAULTS:
        log, go = lab.path("fault"), lab.path("go")
        for path in (log, go):
            if os.path.exists(path):
                os.unlink(path)
        process = lab.broker()[0]
        process.stop()
        lab.restart_agents()
        lab.start("tasukid", LD_PRELOAD=shim(), FAULT_PATH="store/data.mdb",
                  FAULT_CALLS=calls, FAULT_AT=str(number), FAULT_ERROR=error,
                  FAULT_LOG=log, FAULT_AFTER=go,
                  ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
        wait_for("broker up", lambda: lab.open_parcels() is not None)
        open(go, "w").close()
        want = lab.send_round()
        wait_for(lambda: f"{calls} {number}: no fault\n{lab.tails()}",
                 lambda: os.path.exists(log))
        began = time.monotonic()
        wait_for(lambda: f"{calls} {number}: still running\n{lab.tails()}",
                 lambda: process.wait_gone(0.05), 10)
        slowest = max(slowest, time.monotonic() - began)
        stopped += 1
        assert os.path.exists(lab.path("broker", "store", "verify-needed"))
        assert "result=broken" in process.log_tail(40)
        lab.start("tasukid")
        lab.finish_round(want)
        assert not os.path.exists(
            lab.path("broker", "store", "verify-needed"))
    lab.nothing_more()
    tally.append(f"F08 broker: disk faults: {len(FAULTS)}, stopped: {stopped},"
                 f" slowest stop: {slowest:.1f} s, all came back")
    assert slowest < 3


def test_f13_a_second_broker_is_refused(rooms):
    lab, = rooms(1)
    command = lab.broker()[0].command
    done = subprocess.run(command, capture_output=True, text=True, timeout=20,
                          check=False)
    assert done.returncode == 1, done.stderr
    assert "another broker" in done.stderr, done.stderr
    lab.finish_round(lab.send_round())


@pytest.mark.parametrize("dies", ["", "office-taken-back"])
def test_f14_an_old_backup_is_restored(rooms, tally, dies):
    """T55: What was delivered since does not come again; what the broker
    forgot is offered again, under its id, by the agent that sent it, also if
    that one dies (at a point) when it has taken its folder back."""
    lab, = rooms(1)
    backup, store = lab.path("backup"), lab.path("broker", "store")
    lab.finish_round(lab.send_round())
    lab.agent("visit").stop()
    waiting = lab.send_round()       # visit's part waits in the broker
    lab.finish_but_visit(waiting, FOR_VISIT)
    lab.ctl("backup", backup)
    lab.agent("visit").start()
    lab.finish_round(waiting)
    lab.agent("visit").stop()
    # accepted after the backup, not delivered
    late = lab.send_round()
    lab.finish_but_visit(late, FOR_VISIT)
    forgotten = {p["id"] for p in lab.parcels(open=True)}
    lab.empty_inboxes()

    broker = lab.broker()[0]
    broker.stop()
    shutil.move(store, store + ".old")
    restored = subprocess.run(broker.command + ["--restore", backup],
                              capture_output=True, text=True, timeout=60,
                              check=False)
    assert restored.returncode == 0, restored.stderr
    if dies:
        lab.agent("care").stop()
        care = lab.start("care", TASUKI_CRASH=dies)
    lab.start("tasukid")
    wait_for("broker up", lambda: lab.open_parcels() is not None)
    if dies:
        wait_for(lambda: f"{dies} is not reached\n{lab.tails()}",
                 lambda: care.wait_gone(0.05), 60)
        lab.start("care")
    lab.agent("visit").start()
    lab.wait_connected([a[0] for a in lab.agents()])
    # visit is lent the old legs again, knows them, and settles; the forgotten
    # ones come to it for the first time
    wait_for(lambda: f"{lab.unfinished(late)}\n{lab.tails()}",
             lambda: "visit" not in [p[0] for p in lab.unfinished(late)]
             and lab.open_parcels() == 0)
    again = {p["id"] for p in lab.parcels()} & forgotten
    assert again == forgotten
    lab.empty_inboxes()
    lab.nothing_more()
    assert lab.ctl("audit", "verify")["ok"]
    tally.append(f"F14 restore: {len(forgotten)} parcels accepted after the "
                 "backup, all offered again; none delivered twice")
