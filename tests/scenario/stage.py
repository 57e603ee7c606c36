"""A broker and a peer for every agent, so that each step can be held back and
looked at."""
import csv

from lab import NUMBER, wait_for
from peer import Peer, delivered, load_key, new_id, paper_of, parcel

CARE = NUMBER[1]
MONTH = "202601"        # its deadlines have passed
STAMP = "20260115%06d"


class Stage:
    """A broker and peers for every agent."""

    def __init__(self, lab):
        self.lab = lab
        self.peers = []

    def peer(self, name, credit=100, **hello):
        file = name if name in ("pdf", "fax", "national") else "office-" + name
        public, secret = load_key(self.lab.path("keys", file + ".key"))
        broker, _ = load_key(self.lab.path("keys", "broker.pub"))
        made = Peer(self.lab.endpoint(), broker, public, secret)
        self.peers.append(made)
        made.open(high=2, **hello)
        if credit:
            made.credit(credit)
        return made

    def submit(self, care, to, serial=1, kind="UPPLAN", mark=b"", clients=1,
               data=None, parcel_id=None):
        """(id, "accepted" or "refused", its fields)"""
        parcel_id = parcel_id or new_id()
        data = data or b"made up %d" % serial
        care.submit(parcel(parcel_id, CARE, to, [(f"{kind}.CSV", data, kind)],
                           month=MONTH, stamp=STAMP % serial, clients=clients,
                           mark=mark), [data])
        answer, fields, _ = care.wait("accepted", "refused")
        return parcel_id, answer, fields

    def send(self, *arguments, **more):
        parcel_id, answer, fields = self.submit(*arguments, **more)
        assert answer == "accepted", fields
        return parcel_id

    def legs(self, parcel_id):
        return {leg["way"]: leg
                for leg in self.lab.parcel(parcel_id.hex())["legs"]}

    def wait(self, parcel_id, seconds=40, **states):
        def ready():
            legs = self.legs(parcel_id)
            return {w: legs[w]["state"] for w in legs} == states
        wait_for(lambda: f"wanted {states}: {self.legs(parcel_id)}", ready,
                 seconds)

    def step(self, parcel_id, code):
        return [s for s in self.lab.parcel(parcel_id.hex())["steps"]
                if s["code"] == code]

    def registry(self, rows, by="somebody"):
        path = self.lab.path("changed.csv")
        columns = list(dict.fromkeys(c for r in rows for c in r))
        with open(path, "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return self.lab.ctl("registry", "import", path, "--by", by)

    def close(self):
        for made in self.peers:
            made.close()


def take(peer, seconds=40):
    """The next delivery: (id, leg, paper)."""
    _, fields, _ = peer.wait("deliver", seconds=seconds)
    parcel_id, leg = delivered(fields)
    return parcel_id, leg, paper_of(fields)
