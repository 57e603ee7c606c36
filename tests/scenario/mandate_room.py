"""A corporation whose proxy-billing party acts for others, with scripted agents.

Offices: CARE (agent care), VISIT (visit), DAY (day) by their own right;
CLIENT, whose row names the proxy and mandate_required; PARTNER outside.
"""
import datetime

from lab import NUMBER, row
from peer import (DELIVERED, Peer, delivered, load_key, new_id, parcel,
                  unpb)

CARE, VISIT, DAY, CLIENT, PARTNER = (NUMBER[n] for n in (1, 2, 3, 4, 9))
NO_RIGHT, MANDATE = 4, 17
JST = datetime.timezone(datetime.timedelta(hours=9))
STATES = {1: "ready", 2: "waiting", 3: "delivered", 4: "picked-up"}


def rows():
    return [row(1, "43", "care"), row(2, "11", "visit"), row(3, "15", "day"),
            row(4, "11", "proxy", mandate_required="1"),
            row(9, "17", inside=0)]


def day(shift=0):
    """A day in Japan, from today."""
    return (datetime.datetime.now(JST)
            + datetime.timedelta(days=shift)).strftime("%Y-%m-%d")


class Cast:
    """Peers with the keys of the lab's agents."""

    def __init__(self, lab):
        self.lab, self.peers = lab, []

    def peer(self, name, credit=0):
        public, secret = load_key(self.lab.path("keys", f"office-{name}.key"))
        broker, _ = load_key(self.lab.path("keys", "broker.pub"))
        self.peers.append(Peer(self.lab.endpoint(), broker, public, secret))
        self.peers[-1].welcome = self.peers[-1].open(high=2)
        if credit:
            self.peers[-1].credit(credit)
        return self.peers[-1]

    def close(self):
        for peer in self.peers:
            peer.close()


def again(peer, credit=0):
    """After the bye that says rights changed: hello on the same socket."""
    assert peer.wait("bye")[1].get(1, [0])[0] == 0
    peer.opened = False
    peer.welcome = peer.open(high=2)
    if credit:
        peer.credit(credit)


def offices(peer):
    return {o.decode() for o in peer.welcome.get(7, [])}


def queues(peer):
    return {q.decode() for q in peer.welcome.get(6, [])}


def give(lab, agent="proxy", office=CLIENT, rights="all", until=None, **more):
    """tasukictl mandate add; the mandate's id."""
    words = ["mandate", "add", agent, office, "--rights", rights,
             "--until", until or day(30), "--party", "代行センター",
             "--by", "委任 花子", "--reason", "請求代行契約"]
    for name, value in more.items():
        words += ["--" + name, value]
    return lab.ctl(*words)["mandate"]["id"]


def revoke(lab, mandate):
    return lab.ctl("mandate", "revoke", mandate, "--by", "委任 花子",
                   "--reason", "契約終了")


def submit(peer, sender, receiver, kind="UPPLAN", sender_type="",
           receiver_type="", data=b"x", stamp="20261124150000"):
    parcel_id = new_id()
    peer.submit(parcel(parcel_id, sender, receiver,
                       [("a.CSV", data, kind)], sender_type, receiver_type,
                       "202612", stamp), [data])
    return parcel_id


def outcome(peer):
    """0: accepted; else the number of the refusal."""
    kind, fields, _ = peer.wait("accepted", "refused")
    return fields[2][0] if kind == "refused" else 0


def take(peer, seconds=30):
    """The next delivery, settled: its parcel id.  The one after it may come
    before the answer: it is kept for the next call."""
    kept = peer.__dict__.setdefault("kept", [])
    message = kept.pop(0) if kept else peer.wait("deliver", seconds=seconds)
    parcel_id, leg = delivered(message[1])
    peer.settle(parcel_id, leg, DELIVERED)
    while True:
        message = peer.wait("settled", "deliver", seconds=seconds)
        if message[0] == "settled":
            return parcel_id
        kept.append(message)


def text_of(parcel_id):
    return parcel_id.hex()


def asked(peer, *ids):
    """What a query tells: ({ids with receipts}, {ids called unknown})."""
    peer.say("query", b"".join(b"\x0a\x10" + i for i in ids))
    seen = set()
    while True:
        kind, fields, _ = peer.wait("receipt", "receipts", "answer")
        if kind == "answer":
            return seen, set(fields.get(1, []))
        for item in ([fields] if kind == "receipt" else
                     [unpb(i) for i in fields[1]]):
            seen.add(item[1][0])


def audit(lab, subject):
    """Texts of the audit entries of one subject, oldest first."""
    entries = lab.ctl("audit", "list", "--limit", "100000")["entries"]
    return [e for e in entries if e["subject"] == subject]
