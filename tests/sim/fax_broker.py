"""A broker with one queue, for the FAX agent: the wire written a second time.

It lends what a test gives it, keeps the agent's credit and heartbeat, and writes
down every settlement.  Unlike the real one it lends again at once when the
agent comes back, and lets a test say anything about the partner's number.

    broker = FaxBroker(public, secret)
    leg = broker.deliver(documents, fax_number="0312345678", fax_verified=1)
    broker.wait_settled(leg)  ->  (outcome, code, detail)
"""
import queue
import threading
import time

import peer
import zmq
from peer import new_id, parcel, pb, unpb

TYPES = peer.TYPES[:20] + ["recall"]
PAPER = {"copy": 1, "data_ms": 2, "data_way": 3, "reason": 4, "fax_number": 5,
         "fax_verified": 6, "fax_first": 7, "test_code": 8, "recalled": 9,
         "from_name": 10, "to_name": 11}
OUTCOMES = {1: "delivered", 2: "later", 3: "never", 4: "picked-up",
            5: "working"}


class Leg:
    def __init__(self, parcel_id, number, body, frames, paper):
        self.id, self.number = parcel_id, number
        self.body, self.frames, self.paper = body, frames, paper
        self.lent = False
        self.attempts = 0
        self.settled = []       # (outcome, code, detail)
        self.steps = []         # codes of what was under way, in order

    @property
    def key(self):
        return f"{self.id.hex()}-{self.number}"


class FaxBroker:
    def __init__(self, public, secret, version=3):
        self.version = version
        self.faults = []        # what no agent may say to this broker
        self.socket = zmq.Context.instance().socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.curve_server = True
        self.socket.curve_publickey = public
        self.socket.curve_secretkey = secret
        port = self.socket.bind_to_random_port("tcp://127.0.0.1")
        self.endpoint = f"tcp://127.0.0.1:{port}"
        self.lock = threading.Lock()
        self.legs = []
        self.orders = queue.Queue()
        self.agent = None       # routing id of the agent that is there
        self.hellos = 0
        self.deaf = False       # takes settlements and says nothing
        self.stopping = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    # -- what tests call

    def deliver(self, documents, sender, receiver, number=0, month="202612",
                clients=2, parcel_id=None, partner=(), **paper):
        """documents: {name: bytes}"""
        items = [(n, d, n.split("_")[0] if n.endswith(".CSV") else "")
                 for n, d in documents.items()]
        parcel_id = parcel_id or new_id()
        body = parcel(parcel_id, sender, receiver, items, month=month,
                      stamp="20261124150000", clients=clients)
        leg = Leg(parcel_id, number, body, [d for _, d, _ in items],
                  {"fax_verified": 1, "partner": partner, **paper})
        with self.lock:
            self.legs.append(leg)
        return leg

    def again(self, leg, **paper):
        """As after a requeue, or when a lease is over."""
        with self.lock:
            leg.paper.update(paper)
            leg.lent = False
            leg.settled = []

    def recall(self, leg, code="superseded"):
        self.orders.put(("recall", pb((1, leg.id), (2, leg.number),
                                      (3, code))))

    def cut(self):
        """Forget the session, as a broker that started anew."""
        self.orders.put(("bye", pb((1, 27), (2, "The broker is stopping."))))

    def wait_settled(self, leg, seconds=30, count=1):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self.lock:
                if len(leg.settled) >= count:
                    return leg.settled[count - 1]
            time.sleep(0.02)
        raise AssertionError(f"{leg.key} not settled within {seconds} s")

    def close(self):
        self.stopping = True
        self.thread.join(10)
        self.socket.close()
        assert self.faults == [], self.faults

    # -- the thread

    def run(self):
        while not self.stopping:
            if self.socket.poll(20):
                self.hear(*self.socket.recv_multipart())
            while not self.orders.empty():
                kind, body = self.orders.get()
                self.say(kind, body)
                if kind == "bye":
                    self.gone()
            self.lend()

    def say(self, kind, body, frames=()):
        if self.agent is not None:
            self.socket.send_multipart(
                [self.agent, pb((TYPES.index(kind), body)), *frames])

    def gone(self):
        self.agent = None
        with self.lock:
            for leg in self.legs:
                leg.lent = False

    def hear(self, who, header, *frames):
        ((kind, (body, *_)),) = unpb(header).items()
        name = TYPES[kind]
        if name == "hello":
            self.gone()
            self.agent = who
            self.hellos += 1
            self.say("welcome", pb((1, self.version), (2, 500), (3, 64), (4, 64 << 20),
                                   (5, int(time.time() * 1000)), (6, "fax")))
        elif who != self.agent:
            pass
        elif name == "ping":
            self.say("pong", pb((1, unpb(body).get(1, [0])[0])))
        elif name == "settle":
            for item in unpb(body).get(1, []):
                self.settle(unpb(item))

    def settle(self, item):
        text = {n: item.get(n, [b""])[0].decode() for n in (4, 5)}
        number = item.get(2, [0])[0]
        with self.lock:
            for leg in self.legs:
                if leg.id != item[1][0] or leg.number != number:
                    continue
                outcome = OUTCOMES[item[3][0]]
                if outcome == "working":
                    if self.version < 3:
                        self.faults.append("working")
                    leg.steps.append(text[4])
                    return      # it is not answered
                leg.settled.append((outcome, text[4], text[5]))
        if not self.deaf:
            self.say("settled", pb((1, pb((1, item[1][0]), (2, number)))))

    def lend(self):
        if self.agent is None:
            return
        with self.lock:
            ready = [leg for leg in self.legs
                     if not leg.lent and not leg.settled]
            for leg in ready:
                leg.lent = True
                leg.attempts += 1
        for leg in ready:
            self.say("deliver", self.deliver_body(leg), leg.frames)

    @staticmethod
    def deliver_body(leg):
        fields = [(PAPER[n], v) for n, v in leg.paper.items()
                  if n in PAPER and v]
        fields += [(12, pb((1, n), (2, v)))
                   for n, v in leg.paper["partner"]]
        body = [(1, leg.body), (2, leg.number), (3, leg.attempts), (4, "fax"),
                (5, int(time.time() * 1000))]
        if not leg.paper.get("none"):
            body.append((6, pb(*fields)))
        return pb(*body)


def keys():
    return zmq.curve_keypair()
