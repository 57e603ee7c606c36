"""A scripted agent: the wire of proto/PROTOCOL.md, written a second time.

It shares no code with the agents, so what both ends of ours get wrong together
shows.  It can also say what ours never would: broken frames, too large ones,
the wrong version, nothing at all.

    peer = Peer(endpoint, broker_public, public, secret)
    welcome = peer.open()
    peer.credit(10)
    kind, fields, frames = peer.wait("deliver")
    peer.settle(parcel_id, leg, DELIVERED)
"""
import hashlib
import os
import time

import zmq

TYPES = ["", "hello", "welcome", "submit", "resume", "chunk", "accepted",
         "refused", "credit", "deliver", "fetch", "settle", "settled",
         "receipt", "query", "answer", "ping", "pong", "bye", "receipts",
         "recall"]
HEARTBEAT = 0.2     # seconds; rooms for tests have a heartbeat of 0.5 s
DELIVERED, LATER, NEVER, PICKED_UP, WORKING = 1, 2, 3, 4, 5
MANUAL_PUBLIC = b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"   # zmq_curve(7)
MANUAL_SECRET = b"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"


# ---- protobuf, the little of it that is needed ----

def varint(n):
    out = bytearray()
    while True:
        out.append((n & 0x7f) | (0x80 if n > 0x7f else 0))
        n >>= 7
        if not n:
            return bytes(out)


def pb(*fields):
    """((number, value), ...): ints are varints; text and bytes as they are."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = (value.encode("utf-8", "surrogatepass")
                    if isinstance(value, str) else bytes(value))
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def unpb(data):
    """{number: [values]} of one message."""
    found, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            value = number()
        elif key & 7 == 2:
            size = number()
            value = data[at:at + size]
            at += size
        else:
            raise ValueError(f"wire type {key & 7}")
        found.setdefault(key >> 3, []).append(value)
    return found


def new_id():
    """RFC 9562 version 7."""
    ms = int(time.time() * 1000)
    tail = bytearray(os.urandom(10))
    tail[0] = 0x70 | tail[0] & 0x0f
    tail[2] = 0x80 | tail[2] & 0x3f
    return ms.to_bytes(6, "big") + bytes(tail)


def document(name, data, kind=""):
    return pb((1, name), (2, kind), (3, len(data)),
              (4, hashlib.sha256(data).digest()), (6, len(data)))


def parcel(parcel_id, sender, receiver, documents, sender_type="",
           receiver_type="", month="", stamp="", clients=0, mark=b""):
    """documents: [(name, bytes, kind)]"""
    fields = [(1, parcel_id), (2, sender), (3, sender_type), (4, receiver),
              (5, receiver_type), (6, month), (7, stamp), (8, clients)]
    fields += [(9, document(*d)) for d in documents]
    if mark:
        fields.append((11, mark))
    return pb(*fields)


def load_key(path):
    """(public, secret or None) of a key file as zcert(3) writes it."""
    found = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            name, _, value = line.strip().partition("=")
            found[name.strip()] = value.strip().strip('"').encode()
    return found["public-key"], found.get("secret-key")


class Peer:
    def __init__(self, endpoint, broker_public, public, secret, context=None):
        self.context = context or zmq.Context.instance()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.sndtimeo = 10000    # a refused key has no line to wait for
        self.socket.curve_serverkey = broker_public
        self.socket.curve_publickey = public
        self.socket.curve_secretkey = secret
        self.socket.connect(endpoint)
        self.opened = False
        self.heard = []

    def close(self):
        self.socket.close()

    def raw(self, *frames):
        self.socket.send_multipart(list(frames))

    def say(self, kind, body=b"", frames=()):
        self.raw(pb((TYPES.index(kind), body)), *frames)

    def hello(self, low=1, high=1, serve=()):
        # we could not decode zstd, but nobody here looks into a body
        fields = [(1, low), (2, high), (3, "test/1"), (4, os.urandom(16)),
                  (6, b"\x01")]
        fields += [(5, queue) for queue in serve]
        self.say("hello", pb(*fields))

    def hear(self, seconds=5):
        """(type, fields, frames) of the next message; None after seconds."""
        if not self.socket.poll(int(seconds * 1000)):
            return None
        header, *frames = self.socket.recv_multipart()
        ((kind, (body, *_)),) = unpb(header).items()
        fields = {kind: 0} if isinstance(body, int) else unpb(body)
        return TYPES[kind], fields, frames

    def listen(self, kinds, seconds):
        """As wait(), but None when nothing of these types comes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            message = self.hear(min(HEARTBEAT, max(
                0.01, deadline - time.monotonic())))
            if message is None:
                if self.opened:
                    self.say("ping", pb((1, 1)))
                continue
            if message[0] == "welcome":
                self.opened = True
            if message[0] == "ping":
                self.say("pong", pb((1, message[1].get(1, [0])[0])))
            if message[0] in kinds:
                return message
            self.heard.append(message[0])
        return None

    def wait(self, *kinds, seconds=30):
        """The next message of one of these types; meanwhile the heartbeat is
        kept and pings are answered."""
        self.heard = []
        message = self.listen(kinds, seconds)
        assert message is not None, (
            f"no {kinds} within {seconds} s, only {self.heard}")
        return message

    def rest(self, seconds):
        """Do nothing but be alive."""
        self.listen((), seconds)

    def open(self, seconds=30, **hello):
        self.hello(**hello)
        return self.wait("welcome", seconds=seconds)[1]

    def credit(self, parcels, size=64 << 20):
        self.say("credit", pb((1, parcels), (2, size)))

    def submit(self, body, frames):
        self.say("submit", pb((1, body)), frames)

    def settle(self, parcel_id, leg, outcome, code="", detail="",
               retry_ms=0, back=1):
        item = pb((1, parcel_id), (2, leg), (3, outcome), (4, code),
                  (5, detail), (6, retry_ms), (7, int(time.time() * 1000)))
        self.say("settle", pb((1, item), (2, pb((1, back), (2, 1 << 20)))))

    def recall(self, parcel_id):
        self.say("recall", pb((1, parcel_id), (2, 0), (3, "recalled")))


PAPER = {1: "copy", 2: "data_ms", 3: "data_way", 4: "reason", 5: "fax_number",
         6: "fax_verified", 7: "fax_first", 8: "test_code", 9: "recalled",
         10: "from_name", 11: "to_name"}


def paper_of(fields):
    """deliver.paper as a dict: numbers as they are, texts as str; notes."""
    if 6 not in fields:
        return None
    found, raw = {"partner": {}}, unpb(fields[6][0])
    for number, name in PAPER.items():
        text = number in (4, 5, 8, 10, 11)
        value = raw.get(number, [b"" if text else 0])[0]
        found[name] = value.decode() if isinstance(value, bytes) else value
    for note in raw.get(12, []):
        pair = unpb(note)
        found["partner"][pair[1][0].decode()] = pair.get(2, [b""])[0].decode()
    return found


def delivered(fields):
    """(parcel id, leg) of a deliver."""
    return unpb(fields[1][0])[1][0], fields.get(2, [0])[0]
