"""F24, F25, F13 and keys: what a broken, hostile or cloned agent can do."""
import os
import subprocess

import pytest
import zmq
from lab import NUMBER, by_name, holds, plan_set, row, wait_for
from peer import (MANUAL_PUBLIC, MANUAL_SECRET, Peer, document, load_key,
                  new_id, parcel, pb, unpb)

CARE, VISIT, DAY, PARTNER = NUMBER[1], NUMBER[2], NUMBER[3], NUMBER[9]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}
MALFORMED, VERSION, NOT_OPEN, NO_RIGHT, UNKNOWN_RECEIVER = 1, 2, 3, 4, 5
TOO_LARGE, BAD_NAME, DIGEST, ID_REUSED = 7, 8, 9, 10
CONFLICT = 36


@pytest.fixture
def room(make_lab):
    """Broker, visit and day agents; care's key is ours to misuse."""
    lab = make_lab()
    lab.prepare()
    for name, _, _, process, _ in lab.agents():
        if name != "care":
            process.start()
    lab.wait_connected(["visit", "day"])
    return lab


@pytest.fixture
def peer_of(room):
    peers = []

    def make(name="care", file=None):
        public, secret = load_key(
            room.path("keys", file or f"office-{name}.key"))
        broker, _ = load_key(room.path("keys", "broker.pub"))
        peers.append(Peer(room.endpoint(), broker, public, secret))
        return peers[-1]

    yield make
    for peer in peers:
        peer.close()


def flows(room, peer_of):
    """A fresh, well-behaved session sends and the parcel is delivered."""
    peer = peer_of()
    peer.open()
    data = b"after the storm " + os.urandom(8)
    name = "ok-" + os.urandom(4).hex() + ".txt"
    submit(peer, [(name, data, "")])
    peer.wait("accepted")
    office = room.offices[VISIT]
    wait_for(lambda: room.tails(),
             lambda: office.files("inbox").get(name) == data)


def submit(peer, documents, parcel_id=None, to=VISIT, sender=CARE,
           sender_type="43", to_type="11"):
    parcel_id = parcel_id or new_id()
    peer.submit(parcel(parcel_id, sender, to, documents, sender_type,
                       to_type), [d[1] for d in documents])
    return parcel_id


def refusal(peer):
    """The number in the refused that must come now."""
    return peer.wait("refused")[1][2][0]


NEWEST = 4      # the broker's protocol


def bye(peer, seconds=10):
    """The refusal in the bye that must come now."""
    return peer.wait("bye", seconds=seconds)[1].get(1, [0])[0]


# ---- header frames that nobody should understand ----

GARBAGE = [
    b"", b"\x00", b"\xff" * 64, b"\x0a", b"\x0a\xff\xff\xff\xff\x0f",
    b"GET / HTTP/1.1\r\n\r\n", os.urandom(500), b"\x1a\x02\x0a\x00",
    pb((3, pb((1, b"")))),                      # a parcel of nothing
    pb((3, b""), (5, b"")),
    pb((11, pb((1, pb((1, b"short id")))))),
]


def test_malformed_headers(room, peer_of):
    for data in GARBAGE:
        peer = peer_of()
        peer.open()
        peer.raw(data)
        peer.hear(0.1)
        peer.close()
    flows(room, peer_of)


def test_malformed_before_hello(room, peer_of):
    for data in GARBAGE:
        peer_of().raw(data)
    flows(room, peer_of)


def test_speaks_before_hello(room, peer_of):
    peer = peer_of()
    submit(peer, [("a.txt", b"x", "")])
    assert bye(peer) == NOT_OPEN
    flows(room, peer_of)


def test_wrong_version(room, peer_of):
    """T12."""
    peer = peer_of()
    peer.hello(low=40, high=90)
    assert bye(peer) == VERSION
    flows(room, peer_of)


def test_newer_agent_is_welcome(room, peer_of):
    peer = peer_of()
    assert peer.open(low=1, high=7)[1] == [NEWEST]


def test_unknown_fields_and_messages_do_no_harm(room, peer_of):
    peer = peer_of()
    peer.open()
    peer.raw(pb((77, pb((1, "a message of a later version")))))
    peer.raw(pb((16, pb((1, 5), (99, "a field of a later version")))))
    assert peer.wait("pong")[1][1] == [5]
    data = b"with unknown fields"
    body = parcel(new_id(), CARE, VISIT, [("u.txt", data, "")], "43", "11")
    peer.submit(body + pb((88, "later"), (89, 12)), [data])
    peer.wait("accepted")


def test_too_many_and_too_few_frames(room, peer_of):
    peer = peer_of()
    peer.open()
    data = b"frames"
    body = parcel(new_id(), CARE, VISIT, [("f.txt", data, "")], "43", "11")
    for frames in ([], [data] * 2, [data] * 500, [b""] * 3):
        peer.submit(body, frames)
        assert refusal(peer) in (MALFORMED, DIGEST)
    peer.submit(body, [data + b"longer than said"])
    assert refusal(peer) in (DIGEST, MALFORMED)
    flows(room, peer_of)


def test_oversize_frames(room, peer_of):
    """T45: Too large for a header, a document frame, any message."""
    for size in (300 * 1024, 5 << 20, 40 << 20):
        peer = peer_of()
        peer.open()
        peer.raw(b"\x1a" + os.urandom(8), b"x" * size)
        peer.raw(b"y" * size)
        peer.hear(0.3)
        peer.close()
    flows(room, peer_of)


def test_claimed_sizes_are_not_believed(room, peer_of):
    """T24."""
    peer = peer_of()
    peer.open()
    huge = pb((1, "h.pdf"), (2, ""), (3, 1 << 60), (4, b"d" * 32),
              (6, 1 << 60))
    body = pb((1, new_id()), (2, CARE), (3, "43"), (4, VISIT), (5, "11"),
              (9, huge))
    peer.submit(body, [])
    assert refusal(peer) in (TOO_LARGE, MALFORMED)
    many = pb((1, new_id()), (2, CARE), (3, "43"), (4, VISIT), (5, "11"),
              *[(9, document(f"{n}.txt", b"x")) for n in range(65)])
    peer.submit(many, [b"x"] * 65)
    assert refusal(peer) in (TOO_LARGE, MALFORMED)
    flows(room, peer_of)


BAD_NAMES = [
    "../escape.txt", "/etc/passwd", "a/b.txt", ".hidden", "nul\x00.txt",
    "line\n.txt", "", ".", "..", "x" * 256, "\u202egnp.txt", "CON.txt",
    b"\xff\xfe.txt", "back\\slash.txt"]


def test_bad_document_names(room, peer_of):
    """T21."""
    peer = peer_of()
    peer.open()
    for name in BAD_NAMES:
        submit(peer, [(name, b"x", "")])
        assert refusal(peer) in (BAD_NAME, MALFORMED, TOO_LARGE), name
    assert not os.path.exists(os.path.join(room.dir, "escape.txt"))
    peer.close()
    flows(room, peer_of)


def test_no_right_for_another_office(room, peer_of):
    """T03."""
    peer = peer_of()
    peer.open()
    submit(peer, [("n.txt", b"x", "")], sender=DAY, sender_type="15")
    assert refusal(peer) == NO_RIGHT
    flows(room, peer_of)


def test_unknown_receiver_and_self(room, peer_of):
    peer = peer_of()
    peer.open()
    submit(peer, [("n.txt", b"x", "")], to=NUMBER[44])
    assert refusal(peer) == UNKNOWN_RECEIVER
    submit(peer, [("n.txt", b"x", "")], to=CARE, to_type="43")
    assert refusal(peer) == 12
    flows(room, peer_of)


def test_resending_is_harmless_and_ids_are_not_reused(room, peer_of):
    """F28, T09."""
    peer = peer_of()
    peer.open()
    one, documents = new_id(), [("r.txt", b"one", "")]
    for expected in (0, 1, 1):
        submit(peer, documents, one)
        item = unpb(peer.wait("accepted")[1][1][0])
        assert item[1] == [one] and item.get(2, [0]) == [expected]
    submit(peer, [("r.txt", b"two", "")], one)
    assert refusal(peer) == ID_REUSED
    assert len(room.parcels()) == 1


def test_settles_what_it_never_had(room, peer_of):
    """T44: A stranger's settle must not end somebody else's delivery."""
    visit = room.agent("visit")
    assert visit.stop()
    peer = peer_of()
    peer.open()
    parcel_id = submit(peer, [("s.txt", b"precious", "")])
    peer.wait("accepted")
    peer.settle(parcel_id, 0, 1)
    peer.settle(parcel_id, 0, 4)
    peer.settle(new_id(), 3, 1)
    assert holds(lambda: room.states(parcel_id.hex()) == ["ready"], 1)
    visit.start()
    wait_for(lambda: room.tails(), lambda: room.offices[VISIT].files(
        "inbox") == {"s.txt": b"precious"})


def test_asks_for_queues_that_are_not_its_own(room, peer_of):
    """T44."""
    peer = peer_of()
    welcome = peer.open(serve=[f"office/{VISIT}/11", "pdf",
                               f"office/{CARE}/43"])
    assert welcome.get(6, []) == [f"office/{CARE}/43".encode()]
    assert welcome[7] == [f"{CARE}/43".encode()]


def test_damaged_body_is_never_delivered(room, peer_of):
    """T10: The SHA-256 is proved where the bytes are decoded."""
    peer = peer_of()
    peer.open()
    data = b"what was promised"
    body = parcel(new_id(), CARE, VISIT, [("d.txt", data, "")], "43", "11")
    peer.submit(body, [b"what was smuggled"])
    kind, _, _ = peer.wait("accepted", "refused")
    if kind == "accepted":
        room.wait_parcels(1, "parked")
    assert room.offices[VISIT].files("inbox") == {}
    flows(room, peer_of)


# ---- keys ----

def nobody(room, public, secret, seconds=2.0):
    broker, _ = load_key(room.path("keys", "broker.pub"))
    peer = Peer(room.endpoint(), broker, public, secret)
    try:
        peer.hello()
        heard = peer.hear(seconds)
    except zmq.Again:
        heard = None        # refused before a word: there is no line
    peer.close()
    return heard is None


def test_unknown_key_and_the_manuals_key_are_refused(room, peer_of):
    """T01."""
    assert nobody(room, *zmq.curve_keypair())
    assert nobody(room, MANUAL_PUBLIC, MANUAL_SECRET)
    answer = room.ctl("agent", "add", "manual", "--key",
                      manual_key(room), "--role", "office", check=False)
    assert not answer["ok"]
    flows(room, peer_of)


def manual_key(room):
    path = room.path("manual.pub")
    with open(path, "w", encoding="ascii") as f:
        f.write(f'curve\n    public-key = "{MANUAL_PUBLIC.decode()}"\n')
    return path


def test_no_security_at_all_is_refused(room, peer_of):
    """T01, T12."""
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(room.endpoint())
    socket.send(pb((1, pb((1, 1), (2, 1)))))
    assert not socket.poll(1500)
    socket.close()
    flows(room, peer_of)


def test_revoked_key(room, peer_of):
    """F39, T05, T06."""
    peer = peer_of()
    peer.open()
    room.ctl("agent", "revoke", "care")
    assert bye(peer) or True
    public, secret = load_key(room.path("keys", "office-care.key"))
    assert nobody(room, public, secret)


def test_same_key_on_two_machines(room, peer_of):
    """F25, T05: both are visible as a conflict, no reply to the wrong one."""
    first = peer_of()
    first.open()
    second = peer_of()
    second.hello()
    # the first one answers the probe and stays; the second is told why
    kind, fields, _ = first.wait("ping")
    assert kind == "ping"
    assert bye(second) == CONFLICT
    submit(first, [("c.txt", b"still mine", "")])
    first.wait("accepted")
    wait_for("the operator sees it", lambda: any(
        a["name"] == "care" and a["conflict"]
        for a in room.ctl("status", check=False)["agents"]))
    assert room.ctl("status", check=False)["alarms"]


def test_cloned_agents_lose_no_file(make_lab, tmp_path):
    """F25 with two real agents on one key, each with folders of its own."""
    lab = make_lab()
    lab.up()
    clone = lab.path("clone")
    os.makedirs(clone, mode=0o700)
    with open(lab.path("config", "office-visit.conf"), encoding="utf-8") as f:
        text = f.read()
    conf = lab.path("clone.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text.replace(lab.path("offices", VISIT), clone))
    with open(lab.path("log", "clone.log"), "wb") as log:
        twin = subprocess.Popen(
            [os.path.join(lab.bin, "tasuki-office"), "-c", conf],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        wait_for("the conflict is visible", lambda: any(
            a["name"] == "visit" and a["conflict"]
            for a in lab.ctl("status", check=False)["agents"]))
        paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
        lab.offices[CARE].send_all(paths)
        lab.offices[VISIT].wait_inbox(by_name(paths))
        assert not os.listdir(os.path.join(clone, "受信"))
    finally:
        twin.terminate()
        twin.wait(10)


def test_two_brokers_on_one_folder(room):
    """F13: the second refuses and says why; the first goes on."""
    broker, _ = room.broker()
    done = subprocess.run(broker.command, capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode != 0
    assert done.stderr.strip()
    assert room.ctl("status", check=False)["pid"] == broker.pid()
