"""What the machine does to us: a log nobody reads (F47)."""
import fcntl
import os
import subprocess
import types

import pytest
from lab import NUMBER, by_name, plan_set, row

import practice_process  # isort: skip  (lab sets the path)

CARE, VISIT = NUMBER[1], NUMBER[2]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}


def plan(folder, serial, clients=2):
    return plan_set(folder / str(serial), ROWS[CARE], ROWS[VISIT],
                    stamp=f"202611241500{serial:02}", seed=serial,
                    clients=clients)


# ---- F47: the log ----

def silent(make_lab, monkeypatch, log):
    """The usual corporation, whose logs go there instead of into files."""
    def start(*arguments, **more):
        more.update(stdout=log, stderr=log)
        return subprocess.Popen(*arguments, **more)

    lab = make_lab()
    for process in ("tasukid", "office-care", "office-visit"):
        lab.setting(process, log="debug")
    monkeypatch.setattr(practice_process, "subprocess", types.SimpleNamespace(
        Popen=start, DEVNULL=subprocess.DEVNULL))
    lab.up()
    monkeypatch.undo()
    return lab


@pytest.mark.parametrize("how", ["full disk", "nobody reads", "closed"])
def test_f47_work_goes_on_without_its_log(make_lab, monkeypatch, tmp_path,
                                          how):
    """The disk of the log is full; whoever reads it has stopped, or is gone."""
    if how == "full disk":
        ends = [os.open("/dev/full", os.O_WRONLY)]
    else:
        ends = list(os.pipe())
        os.set_blocking(ends[1], False)
        if how == "closed":
            os.close(ends.pop(0))
        else:       # as full as it gets
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, 4096)
            while True:
                try:
                    os.write(ends[1], b"x" * 512)
                except BlockingIOError:
                    break
        os.set_blocking(ends[-1], True)
    try:
        lab = silent(make_lab, monkeypatch, ends[-1])
        for serial in (1, 2):
            paths = plan(tmp_path, serial)
            lab.offices[CARE].send_all(paths)
            lab.offices[VISIT].wait_inbox(by_name(paths))
            lab.offices[VISIT].take()
        lab.wait_parcels(2, "picked-up")
        assert lab.ctl("audit", "verify")["ok"]
        assert not lab.down()
    finally:
        for end in ends:
            os.close(end)
