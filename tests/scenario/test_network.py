"""Bad networks, stopped and slow consumers, a broker that is away."""
import os
import signal
import time

import pytest
import zmq
from lab import NUMBER, Proxy, by_name, plan_set, row, wait_for
from peer import DELIVERED, LATER, Peer, load_key, unpb

CARE, VISIT, DAY, PARTNER = NUMBER[1], NUMBER[2], NUMBER[3], NUMBER[9]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit"),
        DAY: row(3, "15", "day")}


@pytest.fixture
def proxied(make_lab):
    """The usual lab; the visit office's agent goes through a bad network."""
    lab = make_lab()
    with Proxy(lab.port()) as net:
        lab.endpoints["visit"] = net.endpoint()
        lab.up()
        yield lab, net


def sets(tmp_path, count, receiver=VISIT, start=0, clients=1):
    paths = []
    for n in range(start, start + count):
        paths += plan_set(tmp_path / str(n), ROWS[CARE], ROWS[receiver],
                          f"2026112415{n:02}00", clients=clients, seed=n)
    return paths


def each_once(lab, office, paths):
    """Everything arrived, nothing twice."""
    office.wait_inbox(by_name(paths), 40)


def delivered_times(lab, parcel_id):
    """How often the record says that it arrived."""
    return [s["state"] for s in lab.parcel(parcel_id)["steps"]].count(
        "delivered")


def test_short_cut(proxied, tmp_path):
    """F16: cut in the middle of a stream of parcels, several times."""
    lab, net = proxied
    paths = sets(tmp_path, 12)
    for n in range(0, len(paths), 9):
        lab.offices[CARE].send_all(paths[n:n + 9])
        net.cut_once()
    each_once(lab, lab.offices[VISIT], paths)
    parcels = lab.wait_parcels(12, "delivered")
    # one parcel a set, each delivered once
    assert len({p["stamp"] for p in parcels}) == 12
    assert [delivered_times(lab, p["id"]) for p in parcels] == [1] * 12


def test_longer_cut_then_everything_flows(proxied, tmp_path):
    """F16."""
    lab, net = proxied
    net.cut()
    paths = sets(tmp_path, 3)
    lab.offices[CARE].send_all(paths)
    lab.wait_parcels(3)
    wait_for("the broker notices", lambda: "visit" not in lab.connected())
    assert lab.offices[VISIT].files("inbox") == {}
    net.mend()
    each_once(lab, lab.offices[VISIT], paths)


def test_half_open_is_noticed_and_others_go_on(proxied, tmp_path):
    """F17: no FIN, no RST, nothing.  Noticed within 3 heartbeats."""
    lab, net = proxied
    net.blackhole("both")
    began = time.monotonic()
    wait_for("the broker notices", lambda: "visit" not in lab.connected(), 10)
    assert time.monotonic() - began < 6     # heartbeat 0.5 s in the lab
    mine = sets(tmp_path, 2)
    other = sets(tmp_path, 2, DAY, start=50)
    lab.offices[CARE].send_all(mine + other)
    lab.offices[DAY].wait_inbox(by_name(other))
    net.mend()
    each_once(lab, lab.offices[VISIT], mine)


@pytest.mark.parametrize("towards", ["agent", "broker"])
def test_one_way_loss(proxied, tmp_path, towards):
    """F18, F28: acks or deliveries vanish; one file, the same receipt."""
    lab, net = proxied
    lab.offices[CARE].send_all(sets(tmp_path, 1, start=40))
    lab.wait_parcels(1, "delivered")
    net.blackhole(towards)
    paths = sets(tmp_path, 3, start=41)     # older ones would be refused
    lab.offices[CARE].send_all(paths)
    lab.wait_parcels(4)
    wait_for("the loss is noticed", lambda: "visit" not in lab.connected())
    net.mend()
    lab.wait_parcels(4, "delivered", seconds=40)
    names = sorted(lab.offices[VISIT].files("inbox"))
    assert len(names) == 12 and len(set(names)) == 12, names


def test_acceptance_lost_on_the_way_back(make_lab, tmp_path):
    """F18 for the sender: it repeats, the broker keeps one parcel."""
    lab = make_lab()
    with Proxy(lab.port()) as net:
        lab.endpoints["care"] = net.endpoint()
        lab.up()
        care = lab.offices[CARE]
        # what the partner reads is known from here on
        first = sets(tmp_path, 1)
        care.send_all(first)
        wait_for(lab.tails, lambda: len(care.files("sent")) == 3)
        net.blackhole("agent")
        paths = sets(tmp_path, 2, start=1)
        care.send_all(paths)
        lab.wait_parcels(3)
        assert len(care.files("sent")) == 3
        net.mend()
        wait_for(lab.tails, lambda: len(care.files("sent")) == 9, 40)
        each_once(lab, lab.offices[VISIT], first + paths)
        assert len(lab.parcels()) == 3


def test_large_parcel_goes_on_after_a_cut(make_lab):
    """F16 in the middle of chunks, on both sides of the broker."""
    lab = make_lab()
    with Proxy(lab.port()) as sending, Proxy(lab.port()) as receiving:
        lab.endpoints["care"] = sending.endpoint()
        lab.endpoints["visit"] = receiving.endpoint()
        lab.up()
        sending.delay(0.02)     # slow enough to be cut in the middle
        receiving.delay(0.02)
        data = b"%PDF-1.4\n" + os.urandom(24 << 20)
        lab.offices[CARE].send("large.pdf", data, partner=VISIT)
        for net, towards in ((sending, "broker"), (receiving, "agent")):
            for part in (0.2, 0.5, 0.8):
                wait_for(lambda: f"{net.passed}\n{lab.tails()}",
                         lambda: net.passed[towards] > part * len(data), 60)
                net.cut_once()
        lab.offices[VISIT].wait_inbox({"large.pdf": data}, 60)
        # what was durable was not sent again
        assert sending.passed["broker"] < 2 * len(data)
        assert len(lab.parcels()) == 1


def test_slow_network(proxied, tmp_path):
    lab, net = proxied
    net.delay(0.15)
    paths = sets(tmp_path, 3)
    lab.offices[CARE].send_all(paths)
    each_once(lab, lab.offices[VISIT], paths)
    assert "visit" in lab.connected()


def test_stopped_consumer(lab, tmp_path):
    """F20: SIGSTOP, a sleeping laptop.  The queue keeps, others flow."""
    visit = lab.agent("visit")
    visit.signal(signal.SIGSTOP)
    mine = sets(tmp_path, 4)
    other = sets(tmp_path, 2, DAY, start=50)
    lab.offices[CARE].send_all(mine + other)
    lab.offices[DAY].wait_inbox(by_name(other))
    wait_for("noticed", lambda: "visit" not in lab.connected())
    kept = {p["id"] for p in lab.wait_parcels(4, to=VISIT)}
    assert lab.offices[VISIT].files("inbox") == {}
    assert {p["id"] for p in lab.parcels(open=True, to=VISIT)} == kept
    visit.signal(signal.SIGCONT)
    each_once(lab, lab.offices[VISIT], mine)
    assert {p["id"] for p in lab.wait_parcels(
        4, "delivered", to=VISIT)} == kept


def scripted(lab, name, **hello):
    public, secret = load_key(lab.path("keys", f"office-{name}.key"))
    broker, _ = load_key(lab.path("keys", "broker.pub"))
    peer = Peer(lab.endpoint(), broker, public, secret)
    peer.open(**hello)
    return peer


def test_slow_consumer_does_not_grow_the_broker(lab, tmp_path):
    """F19: one delivery at a time, slowly, while dozens wait."""
    visit = lab.agent("visit")
    assert visit.stop()
    other = sets(tmp_path, 2, DAY, start=50)
    lab.offices[CARE].send_all(sets(tmp_path, 40, clients=20))
    lab.wait_parcels(40, seconds=60)
    peer = scripted(lab, "visit")
    taken = []
    for n in range(4):
        peer.credit(1)
        _, fields, _ = peer.wait("deliver", seconds=20)
        parcel_id = unpb(fields[1][0])[1][0]
        peer.rest(0.4)
        peer.settle(parcel_id, fields.get(2, [0])[0], DELIVERED, back=0)
        taken.append(parcel_id)
    assert len(set(taken)) == 4
    lab.offices[CARE].send_all(other)
    lab.offices[DAY].wait_inbox(by_name(other))
    rss = own_memory(lab.broker()[0].pid())
    assert rss < 300 << 20, f"broker's own memory {rss >> 20} MB"
    peer.close()


def own_memory(pid):
    """Anonymous memory in bytes (the mapped database does not count)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


def test_receiver_says_later_then_order_is_kept(lab, tmp_path):
    """F29: A leg that is tried again does not let the next one overtake."""
    assert lab.agent("visit").stop()
    paths = sets(tmp_path, 3)
    lab.offices[CARE].send_all(paths)
    lab.wait_parcels(3)
    peer = scripted(lab, "visit")
    peer.credit(3)
    order, refused = [], set()
    while len(order) < 3:
        _, fields, _ = peer.wait("deliver", seconds=20)
        parcel = unpb(fields[1][0])
        parcel_id, stamp = parcel[1][0], parcel[7][0]
        leg = fields.get(2, [0])[0]
        # as PROTOCOL.md says: after one "later" the following
        # ones of that pair are "later" too, until it comes again
        first = stamp == b"20261124150000"
        if first and not refused or not first and not order:
            refused.add(stamp)
            peer.settle(parcel_id, leg, LATER, "disk-full", "no room",
                        retry_ms=200)
            continue
        order.append(stamp)
        peer.settle(parcel_id, leg, DELIVERED)
    assert order == sorted(order)
    lab.wait_parcels(3, "delivered")
    peer.close()


def test_broker_away_for_days(make_lab, tmp_path):
    """F20: Agents start first and collect; the broker comes later."""
    lab = make_lab()
    lab.prepare()
    broker, _ = lab.broker()
    assert broker.stop()
    for _, _, _, process, _ in lab.agents():
        process.start()
    lab.wait_folders(lab.agents())
    paths = sets(tmp_path, 5)
    lab.offices[CARE].send_all(paths)
    wait_for("collected", lambda: len(
        lab.offices[CARE].files("sending")) == len(paths))
    # the agents are killed too: the folder keeps everything
    lab.kill(lab.agent("care"))
    lab.agent("care").start()
    lab.start_broker()
    each_once(lab, lab.offices[VISIT], paths)
    lab.wait_parcels(5, "delivered")


def test_broker_killed_and_back(lab, tmp_path):
    paths = sets(tmp_path, 8)
    lab.offices[CARE].send_all(paths[:12])
    lab.kill(lab.broker()[0])
    lab.offices[CARE].send_all(paths[12:])
    lab.start_broker()
    each_once(lab, lab.offices[VISIT], paths)
    parcels = lab.wait_parcels(8, "delivered", seconds=40)
    assert len({p["stamp"] for p in parcels}) == 8
    # it was not only killed: what it had written holds together
    assert lab.ctl("audit", "verify")["ok"]


def test_storm_after_restart(make_lab):
    """F21: 2,000 agents come back at once after a broker restart."""
    count = int(os.environ.get("TASUKI_STORM", "2000"))
    lab = make_lab()
    lab.prepare()
    broker_key, _ = load_key(lab.path("keys", "broker.pub"))
    keys = [zmq.curve_keypair() for _ in range(count)]
    control = Control(lab)
    for n, (public, _) in enumerate(keys):
        control.ask(command="agent.add", name=f"storm{n}",
                    public_key=public.decode(), role="office")
    context = zmq.Context(io_threads=1)
    context.max_sockets = count + 16
    peers = [Peer(lab.endpoint(), broker_key, public, secret, context)
             for public, secret in keys]
    try:
        first = all_welcome(peers, 180)
        lab.kill(lab.broker()[0])
        lab.start_broker()
        again = all_welcome(peers, 180)
        print(f"\nstorm: {count} agents open in {first:.1f} s, "
              f"after a broker restart in {again:.1f} s")
        # others are served meanwhile and afterwards
        lab.up()
    finally:
        for peer in peers:
            peer.close()
        context.term()


def all_welcome(peers, seconds):
    """Say hello with every peer until every one is welcome; how long."""
    began = time.monotonic()
    poller = zmq.Poller()
    waiting = {}
    for peer in peers:
        peer.hello()
        poller.register(peer.socket, zmq.POLLIN)
        waiting[peer.socket] = peer
    while waiting:
        assert time.monotonic() - began < seconds, (
            f"{len(waiting)} of {len(peers)} agents wait")
        for socket, _ in poller.poll(1000):
            message = waiting[socket].hear(0) if socket in waiting else None
            if message and message[0] == "welcome":
                poller.unregister(socket)
                del waiting[socket]
    return time.monotonic() - began


class Control:
    """The control socket without a process for every question."""

    def __init__(self, lab):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect("ipc://" + os.path.join(lab.data(),
                                                    "control.sock"))

    def ask(self, **request):
        self.socket.send_json(request)
        assert self.socket.poll(10000), f"no answer to {request['command']}"
        answer = self.socket.recv_json()
        assert answer["ok"], answer
        return answer
