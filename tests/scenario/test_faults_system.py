"""What the machine and the crowd do to us: no descriptors, half handshakes,
floods, a revoked key, a log nobody reads."""
import contextlib
import fcntl
import json
import os
import resource
import socket
import subprocess
import time
import types

import pytest
import zmq
from lab import NUMBER, by_name, holds, name_of, plan_set, row, wait_for
from peer import DELIVERED, load_key, new_id, parcel
from stage import Stage, take

import practice_process  # isort: skip  (lab sets the path)

CARE, VISIT, DAY, PARTNER = (NUMBER[n] for n in (1, 2, 3, 9))
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}

# scripted peers do not ping while a test looks elsewhere
PATIENT = {"session__heartbeat": "10 s"}


def plan(folder, serial, clients=2):
    return plan_set(folder / str(serial), ROWS[CARE], ROWS[VISIT],
                    stamp=f"202611241500{serial:02}", seed=serial,
                    clients=clients)


def own_memory(pid):
    """Anonymous memory in bytes (the mapped database does not count)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) * 1024 for line in f
                    if line.startswith("RssAnon:"))


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


def full_pipe():
    """(reading end, writing end) as full as it gets."""
    ends = os.pipe()
    fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(ends[1], False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(ends[1], b"x" * 512)
    os.set_blocking(ends[1], True)
    return ends


@pytest.mark.parametrize("how", ["full disk", "nobody reads"])
def test_f47_work_goes_on_without_its_log(make_lab, monkeypatch, tmp_path,
                                          how):
    """The disk of the log is full; whoever reads it has stopped, then ends."""
    ends = ((None, os.open("/dev/full", os.O_WRONLY)) if how == "full disk"
            else full_pipe())
    try:
        lab = silent(make_lab, monkeypatch, ends[1])
        for serial in (1, 2):
            paths = plan(tmp_path, serial)
            lab.offices[CARE].send_all(paths)
            lab.offices[VISIT].wait_inbox(by_name(paths))
            lab.offices[VISIT].take()
            if ends[0] is not None and serial == 1:
                os.close(ends[0])
        lab.wait_parcels(2, "picked-up")
        assert lab.ctl("audit", "verify")["ok"]
        assert not lab.down()
    finally:
        os.close(ends[1])


# ---- F09, T46: connections ----

def greeting(port, data):
    """A TCP connection that says so much and then nothing."""
    line = socket.create_connection(("127.0.0.1", port), 10)
    line.sendall(data)
    return line


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


ZMTP = b"\xff" + bytes(8) + b"\x7f\x03\x01CURVE" + bytes(15) + b"\x00" + \
    bytes(31)


def test_t46_half_a_handshake_is_given_up(make_lab, tmp_path):
    """Hundreds that connect and say nothing, or half of it: offices work on,
    and the broker does not keep them."""
    lab = make_lab()
    lab.setting("tasukid", session__handshake="1 s")
    lab.up()
    pid = lab.broker()[0].pid()
    before = descriptors(pid)
    lines = [greeting(lab.port(), ZMTP[:n % 65]) for n in range(400)]
    try:
        paths = plan(tmp_path, 1)
        lab.offices[CARE].send_all(paths)
        lab.offices[VISIT].wait_inbox(by_name(paths))
        # new ones get in meanwhile
        assert lab.agent("visit").stop()
        lab.agent("visit").start()
        lab.wait_connected(["visit"])
        wait_for(lambda: f"{descriptors(pid)} descriptors, {before} before",
                 lambda: descriptors(pid) < before + 20)
    finally:
        for line in lines:
            line.close()


def test_f09_no_descriptor_left(make_lab, tmp_path):
    """The broker has all the connections it may have: who is in works on, and
    whoever had to wait comes in when there is room."""
    lab = make_lab()
    lab.setting("tasukid", session__handshake="1 min")
    lab.up()
    pid = lab.broker()[0].pid()
    most = descriptors(pid) + 20
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))
    assert lab.agent("day").stop()
    lines = [greeting(lab.port(), ZMTP[:10]) for n in range(60)]
    try:
        wait_for("all are used", lambda: descriptors(pid) >= most)
        lab.agent("day").start()
        for serial in (1, 2):
            paths = plan(tmp_path, serial)
            lab.offices[CARE].send_all(paths)
            lab.offices[VISIT].wait_inbox(by_name(paths))
            lab.offices[VISIT].take()
    finally:
        for line in lines:
            line.close()
    lab.wait_connected(["care", "visit", "day", "pdf"])
    assert lab.broker()[0].pid() == pid


def first_free(pid):
    """The lowest number that is ever free: a limit of that many leaves none
    (what it has already stays)."""
    always = set(range(256))
    for _ in range(50):
        always &= {int(n) for n in os.listdir(f"/proc/{pid}/fd")}
        time.sleep(0.01)
    return next(n for n in range(256) if n not in always)


@pytest.mark.parametrize("who", ["care", "visit"])
def test_f09_an_agent_has_no_descriptor_left(make_lab, tmp_path, who):
    """It does not end; nothing is lost or half, and it goes on by itself."""
    lab = make_lab()
    lab.up()
    pid = lab.agent(who).pid()
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (first_free(pid), hard))
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    sets = [plan(tmp_path, serial) for serial in (1, 2)]
    for paths in sets:
        care.send_all(paths)
    if who == "visit":
        lab.wait_parcels(2)
        wait_for(lab.tails, lambda: lab.counters()["later"] > 0)
    assert holds(lambda: lab.agent(who).pid() == pid, 1)
    assert visit.files("inbox") == {}
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard, hard))
    visit.wait_inbox(by_name(sets[0] + sets[1]), 40)
    lab.wait_parcels(2, "delivered")
    assert lab.agent(who).pid() == pid
    assert care.files("rejected") == {} and care.files("hold") == {}


# ---- F39: a key revoked with parcels under way ----

def test_f39_revoked_with_parcels_in_flight(make_lab):
    """What it held waits in its queue, its word counts no more; with a new key
    the office gets everything."""
    lab = make_lab()
    lab.setting("tasukid", **PATIENT)
    lab.prepare()
    stage = Stage(lab)
    try:
        care, visit = stage.peer("care"), stage.peer("visit", credit=1)
        sent = [stage.send(care, VISIT, serial) for serial in (1, 2)]
        assert take(visit)[:2] == (sent[0], 0)
        lab.ctl("agent", "revoke", "visit")
        began = time.monotonic()
        visit.settle(sent[0], 0, DELIVERED)     # too late
        wait_for("its session ends", lambda: "visit" not in lab.connected())
        assert time.monotonic() - began < 60
        assert holds(lambda: {s for p in sent for s in lab.states(p.hex())}
                     == {"ready"}, 0.5)
        for name in (".key", ".pub"):
            os.unlink(lab.path("keys", "office-visit" + name))
        lab.enrol([a for a in lab.agents() if a[0] == "visit"])
        again = stage.peer("visit")
        for parcel_id in sent:
            got, leg, _ = take(again)
            assert got == parcel_id
            again.settle(got, leg, DELIVERED)
            stage.wait(got, bus="delivered")
    finally:
        stage.close()


# ---- F23, F46: floods ----

def test_f23_one_agent_floods(make_lab, tmp_path):
    """T45: It sends as fast as it can and does not wait for answers: it is told to
    come later, and others are served meanwhile."""
    lab = make_lab()
    lab.setting("tasukid", limits__submit_parcels="16",
                limits__queue_parcels="200", **PATIENT)
    lab.prepare()
    for name in ("care", "visit"):
        lab.agent(name).start()
    lab.wait_connected(["care", "visit"])
    stage = Stage(lab)
    try:
        day = stage.peer("day", credit=0)
        for n in range(600):
            day.submit(parcel(new_id(), DAY, PARTNER,
                              [(f"{n}.txt", b"flood %d" % n, "")], "15"),
                       [b"flood %d" % n])
        paths = plan(tmp_path, 1)
        lab.offices[CARE].send_all(paths)
        lab.offices[VISIT].wait_inbox(by_name(paths))
        accepted = refused = 0
        while accepted + refused < 600:
            kind, fields, _ = day.wait("accepted", "refused")
            if kind == "accepted":
                accepted += len(fields[1])
            else:
                refused += 1
                assert fields.get(4) or fields.get(5), fields
        assert refused >= 400 and accepted <= 200
    finally:
        stage.close()


def test_f46_the_operator_s_endpoint_is_overloaded(make_lab, tmp_path):
    """Dozens ask for long lists without end, and garbage comes too: parcels
    flow, and a person is still answered."""
    lab = make_lab()
    lab.up()
    endpoint = f"ipc://{lab.data()}/control.sock"
    asks = [json.dumps({"command": command, "limit": 100000}).encode()
            for command in ("parcels", "audit.verify", "status")]
    context = zmq.Context()
    askers = []
    try:
        for n in range(30):
            askers.append(context.socket(zmq.DEALER))
            askers[-1].linger = 0
            askers[-1].connect(endpoint)
            for k in range(200):
                askers[-1].send(asks[n % 3] if n % 4 else b"{" * k)
        for serial in (1, 2):
            paths = plan(tmp_path, serial)
            lab.offices[CARE].send_all(paths)
            lab.offices[VISIT].wait_inbox(by_name(paths))
            lab.offices[VISIT].take()
        lab.wait_parcels(2, "picked-up")
        # they do get answers; what is no question is told so
        for n, asker in enumerate(askers[:4]):
            assert asker.poll(20000)
            assert json.loads(asker.recv())["ok"] is bool(n % 4)
    finally:
        context.destroy(linger=0)


# ---- F22: the end of the month ----

LARGE = 5 << 20


def test_f22_results_overtake_large_documents(make_lab):
    """Everybody sends scans, and the receiver is just switched on: the 実績 of
    another office is there first, and the broker holds no scan in memory."""
    lab = make_lab()
    lab.up()
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    assert lab.agent("care").stop() and lab.agent("day").stop()
    scans = {f"scan{n}.pdf": b"%PDF-1.4 " + os.urandom(LARGE)
             for n in range(4)}
    for n, (name, data) in enumerate(scans.items(), 1):
        visit.send(name, data, partner=CARE)
        lab.wait_parcels(n, to=CARE)
    bulk = {p["id"] for p in lab.parcels(to=CARE)}
    name, data = name_of("UPJSK", DAY, "15", CARE, "43"), b"made up"
    stage = Stage(lab)
    day = stage.peer("day")
    day.submit(parcel(new_id(), DAY, CARE, [(name, data, "UPJSK")], "15",
                      "43", "202612", "20261124150000", 1), [data])
    day.wait("accepted")
    stage.close()
    (result,) = {p["id"] for p in lab.wait_parcels(5, to=CARE)} - bulk
    assert own_memory(lab.broker()[0].pid()) < 300 << 20
    lab.agent("care").start()
    care.wait_inbox({**scans, name: data}, 60)
    lab.wait_parcels(5, "delivered", to=CARE)

    def delivered_at(parcel_id):
        return min(s["at_ms"] for s in lab.parcel(parcel_id)["steps"]
                   if s["state"] == "delivered")
    assert delivered_at(result) <= min(delivered_at(p) for p in bulk)
    assert own_memory(lab.broker()[0].pid()) < 300 << 20


# ---- T47: strangers ----

def test_t47_strangers_cost_little(make_lab, tmp_path):
    """Two hundred with keys of their own, each with 64 KiB to say: turned
    away before a byte of it is read, and offices notice nothing."""
    lab = make_lab()
    lab.setting("tasukid", session__handshake="1 min")
    lab.up()
    pid = lab.broker()[0].pid()
    broker, _ = load_key(lab.path("keys", "broker.pub"))
    before, spent = lab.counters(), processor_seconds(pid)
    context, strangers = zmq.Context(), []
    context.set(zmq.MAX_SOCKETS, 2048)
    try:
        for _ in range(200):
            stranger = context.socket(zmq.DEALER)
            stranger.linger = 0
            stranger.reconnect_ivl = -1
            stranger.curve_serverkey = broker
            stranger.curve_publickey, stranger.curve_secretkey = \
                zmq.curve_keypair()
            stranger.connect(lab.endpoint())
            strangers.append(stranger)
            with contextlib.suppress(zmq.Again):    # turned away already
                stranger.send(b"\x1a" + bytes(1 << 16), zmq.DONTWAIT)
        wait_for(lambda: f"{lab.counters()}",
                 lambda: lab.counters()["gate_refused"]
                 >= before["gate_refused"] + 200, 60)
        assert processor_seconds(pid) - spent < 20
        paths = plan(tmp_path, 1)
        lab.offices[CARE].send_all(paths)
        lab.offices[VISIT].wait_inbox(by_name(paths))
        after = lab.counters()
        assert after["bad_messages"] == before["bad_messages"]
        assert after["bytes_in"] - before["bytes_in"] < 1 << 20
    finally:
        context.destroy(linger=0)
