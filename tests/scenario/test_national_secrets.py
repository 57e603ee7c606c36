"""The national system's answers point to another host (T37): nothing goes there,
no request, no certificate, no word; and nothing is lost or sent twice."""
import os
import socket
import ssl
import threading

import pytest
from lab import holds, wait_for
from national_room import PARTNERS, ROWS, NationalRoom

P1, P2 = PARTNERS[:2]
# where an answer points to: address of the trap, with its port
PLACES = ("https://127.0.0.1:{}/careplan/v1/sent",
          "https://localhost:{}/careplan/v1/sent",
          "http://127.0.0.1:{}/", "//localhost:{}/auth/v1/login")


class Trap:
    """A host of somebody else, with a certificate the gateway trusts; it notes
    who came, and what was said."""

    def __init__(self, chain):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.came = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            self.came.append(b"")
            line.settimeout(5)
            try:
                with self.context.wrap_socket(line, server_side=True) as tls:
                    self.came[-1] += tls.recv(65536)
            except OSError:
                line.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)


@pytest.fixture
def room(make_lab):
    made = NationalRoom(make_lab(list(ROWS.values())), list__lag="300 ms")
    made.profile_more["http__wait"] = "500 ms"
    try:
        yield made.open()
    finally:
        made.close()


@pytest.fixture
def trap(room):
    made = Trap(os.path.join(room.nation.folder, "ca", "server.pem"))
    yield made
    made.close()


def test_t37_the_trap_works(trap, room):
    """Who follows would be seen."""
    context = ssl.create_default_context(cafile=room.nation.ca())
    with socket.create_connection(("127.0.0.1", trap.port)) as line:
        with context.wrap_socket(line, server_hostname="localhost") as tls:
            tls.sendall(b"GET / HTTP/1.1\r\n\r\n")
    wait_for("nobody came", lambda: trap.came == [b"GET / HTTP/1.1\r\n\r\n"])


def test_t37_redirects(room, trap):
    """Every call in turn is answered by a redirect, to each place."""
    sent = {}
    for number, place in enumerate(PLACES, 1):
        before = len(room.nation.calls())
        for kind in ("refresh", "access"):
            room.nation.ask("expire", {"kind": kind})
        for on, status in (("login", 302), ("refresh", 307), ("send", 308),
                           ("sent", 301), ("received", 303)):
            room.nation.fault(on, status=status,
                              location=place.format(trap.port))
        files = room.plan(P1, number=number)
        room.send(files)
        sent.update(files)
        wait_for(lambda b=before: f"{room.nation.calls()[b:]}\n{room.tail()}",
                 lambda b=before: {"login", "send", "sent", "received"} <= {
                     c["operation"] for c in room.nation.calls()[b:]
                     if c["code"].startswith("S3")}, 60)
        room.wait_there(sent, 60)
        room.nation.clear()
    room.wait_receipts(len(PLACES))
    assert not trap.came, trap.came


def test_t37_only_the_hosts_of_the_profile(room, trap):
    """A base that is not among them is not spoken to, whoever wrote it there;
    what waited meanwhile goes out when the right one is back."""
    right, files = room.profile_more, room.plan(P2)
    for base in (f"https://localhost:{trap.port}",
                 f"https://127.0.0.1.localhost:{trap.port}"):
        room.profile_more = {**right, "base": base}
        room.restart()
        if not room.lab.parcels():
            room.send(files)
        wait_for(room.tail, lambda: steps_at_the_gateway(room), 60)
        assert holds(lambda: not trap.came, 1), trap.came
    room.profile_more = right
    room.restart()
    room.wait_there(files, 60)
    assert not trap.came


def steps_at_the_gateway(room):
    return [s for p in room.lab.parcels()
            for s in room.lab.parcel(p["id"])["steps"]
            if s["state"] == "working"]
