"""Many small parcels to and from the national gateway, without office agents: one
scripted agent stands for all offices of ours.

    load = Load(room, "corporation")
    load.send(100)              # hands them to the broker
    load.pump(seconds)          # and hears what became of them
"""
import hashlib
import random
import time

from lab import name_of
from peer import DELIVERED, Peer, delivered, load_key, new_id, parcel, pb, unpb

WINDOW = 200            # unanswered submissions
ENDED = (3, 4)          # receipts: delivered, picked up


class Load:
    def __init__(self, room, agent, offices, partners, bytes_each=700):
        """offices, partners: numbers; types are 43 and 11."""
        lab = room.lab
        public, secret = load_key(lab.path("keys", f"office-{agent}.key"))
        broker, _ = load_key(lab.path("keys", "broker.pub"))
        self.room = room
        self.offices, self.partners = list(offices), list(partners)
        self.bytes_each = bytes_each
        self.random = random.Random(len(self.offices))
        self.made = 0
        self.sent = {}          # id -> (from, to, {name: sha256})
        self.open = {}          # submitted, not accepted: id -> (body, frames)
        self.ended = set()
        self.brought = 0
        self.arrived = set()    # ids
        self.found = {}         # (from, to, name) -> sha256, of those
        self.count = 0          # files in all
        self.wanted_in = {}     # (from, to, name) -> sha256
        self.peer = Peer(lab.endpoint(), broker, public, secret)
        self.begin()

    def begin(self):
        self.peer.open(high=2)
        self.peer.credit(1000)

    def again(self):
        """We were silent too long (a test that starts others does not ping), and
        the session is gone: as an agent does, hand over again what was not
        answered, and ask for the rest."""
        self.begin()
        for body, frames in self.open.values():
            self.peer.submit(body, frames)
        asked = [n for n in self.sent.keys() - self.ended
                 if n not in self.open]
        for at in range(0, len(asked), 100):
            self.peer.say("query", pb(*((1, n) for n in
                                        asked[at:at + 100])))

    def close(self):
        self.peer.say("bye")
        self.peer.close()

    # -- out

    def stamp(self, k):
        return f"20261124{k // 3600 % 24:02}{k // 60 % 60:02}{k % 60:02}"

    def parcel(self):
        """One more parcel: mostly a lone deletion, now and then a set of three
        or an attachment; each has a 連番 or a name of its own."""
        self.made += 1
        k = self.made
        sender = self.offices[k % len(self.offices)]
        to = self.partners[k // len(self.offices) % len(self.partners)]
        if k % 10 == 3:
            names = [f"letter-{k}.pdf"]
            stamp, month = "", ""
        else:
            stamp, month = self.stamp(k // len(self.offices)), "202612"
            kinds = (["UPPLAN", "UPSIKYU", "UPHOSOKU"] if k % 10 == 7
                     else ["DLTPLAN"])
            names = [name_of(kind, sender, "43", to, "11", stamp, month)
                     for kind in kinds]
        files = [(n, b"%d,%d\r\n" % (k, i) + self.random.randbytes(
            self.bytes_each), "" if not stamp else n.split("_")[0])
            for i, n in enumerate(names)]
        return sender, to, stamp, month, files

    def send(self, count):
        """Hand so many to the broker; returns when all are accepted."""
        for _ in range(count):
            sender, to, stamp, month, files = self.parcel()
            number = new_id()
            body = parcel(number, sender, to, files, sender_type="43",
                          receiver_type="11", month=month, stamp=stamp,
                          clients=1 if stamp else 0)
            self.sent[number] = (sender, to, digests(
                {n: d for n, d, _ in files}))
            self.open[number] = body, [d for _, d, _ in files]
            self.peer.submit(*self.open[number])
            self.wait_accepted(WINDOW)
        self.wait_accepted(1)

    def wait_accepted(self, below, seconds=60):
        end = time.monotonic() + seconds
        while len(self.open) >= below:
            assert time.monotonic() < end, f"{len(self.open)} not accepted"
            self.hear(1)

    # -- in

    def bring(self, nation, count, days=0):
        """Partners send so many to our offices, the first so many days ago."""
        for left in range(count, 0, -1):
            self.brought += 1
            k = self.brought
            to = self.offices[k % len(self.offices)]
            sender = self.partners[k // len(self.offices)
                                   % len(self.partners)]
            name = name_of("UPJSK", sender, "11", to, "43", self.stamp(k),
                           "202611")
            data = b"in %d\r\n" % k + self.random.randbytes(self.bytes_each)
            self.wanted_in[sender, to, name] = hashlib.sha256(
                data).hexdigest()
            nation.deliver(sender, to, {name: data}, "11", "43",
                           age=days * 86400 * left // count)
            while self.hear(0):
                pass

    # -- what comes back

    def hear(self, seconds):
        """One message; False if none came."""
        end = time.monotonic() + seconds
        while (message := self.peer.hear(min(0.2, max(
                0, end - time.monotonic())))) is None:
            self.peer.say("ping", b"\x08\x01")
            if time.monotonic() >= end:
                return False
        kind, fields, frames = message
        if kind == "ping":
            self.peer.say("pong", b"\x08\x01")
        elif kind == "accepted":
            for item in fields[1]:
                self.open.pop(unpb(item)[1][0], None)
        elif kind == "refused":
            raise AssertionError(f"refused: {fields}")
        elif kind in ("receipt", "receipts"):
            for item in ([fields] if kind == "receipt"
                         else [unpb(i) for i in fields[1]]):
                if item[3][0] in ENDED and item[1][0] in self.sent:
                    self.ended.add(item[1][0])
        elif kind == "deliver":
            self.take(fields, frames)
        elif kind == "bye":
            self.again()
        return True

    def take(self, fields, frames):
        number, leg = delivered(fields)
        body = unpb(fields[1][0])
        files = [unpb(d) for d in body[9]]
        assert len(files) == len(frames), body
        # the frames may be compressed; the broker and the gateway looked
        if number not in self.arrived:
            self.arrived.add(number)
            self.count += len(files)
            sender, to = body[2][0].decode(), body[4][0].decode()
            for file in files:
                self.found[sender, to, file[1][0].decode()] = file[4][0].hex()
        self.peer.settle(number, leg, DELIVERED)

    def pump(self, seconds):
        """Hear for so long; then nothing is waiting for us."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.hear(max(0.01, end - time.monotonic()))

    # -- accounts

    def missing_out(self):
        return len(self.sent) - len(self.ended)

    def arrived_now(self):
        """{(from, to, name): sha256}, and how many files came in all."""
        return self.found, self.count

    def check(self):
        """Everything there once: what the nation has, what our offices have."""
        wanted = sorted((s, t, n, h) for s, t, files in self.sent.values()
                        for n, h in files.items())
        there = sorted((s["sender"], s["receiver"], s["name"], s["sha256"])
                       for s in self.room.nation.sends())
        assert there == wanted, (
            f"{len(there)} files sent, {len(wanted)} wanted; too many: "
            f"{sorted(set(there) - set(wanted))[:5]}, twice: "
            f"{self.room.nation.doubles()[:5]}, missing: "
            f"{sorted(set(wanted) - set(there))[:5]}")
        found, count = self.arrived_now()
        assert found == self.wanted_in and count == len(found), (
            count, len(found), len(self.wanted_in))


def digests(files):
    return {n: hashlib.sha256(d).hexdigest() for n, d in files.items()}
