"""A TCP proxy on loopback that behaves like a bad network.

    with Proxy(broker_port) as net:
        agent connects to net.port
        net.cut()                   every connection is reset, new ones too
        net.blackhole("agent")      bytes towards the agent vanish (one way)
        net.blackhole("both")       nothing passes and nobody is told: half-open
        net.delay(0.2)              every byte arrives that much later
        net.mend()                  as if nothing had been

What a network swallowed stays swallowed: a TCP connection that lost bytes in
the middle cannot go on, so mend() resets connections that were in a black hole.
Runs in one thread of its own; standard library only.
"""
import collections
import selectors
import socket
import struct
import threading
import time

PIECE = 64 * 1024
WINDOW = 256 * 1024     # bytes kept for a slow side before reading stops


class Side:
    """One direction of one connection: bytes on their way to ``to``."""

    def __init__(self, to, name):
        self.to = to
        self.name = name            # "broker" or "agent": where they go
        self.queue = collections.deque()
        self.waiting = 0


class Proxy:
    def __init__(self, target, host="127.0.0.1"):
        self.target = (host, target)
        self.passed = {"broker": 0, "agent": 0}
        self.swallowed = {"broker": 0, "agent": 0}
        self.connections = 0
        self._holes = set()
        self._delay = 0.0
        self._refuse = False
        self._pairs = {}            # socket -> Side its bytes go through
        self._lost = set()          # sockets whose connection lost bytes
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server((host, 0), backlog=4096)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    # -- what tests say

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def endpoint(self):
        return f"tcp://127.0.0.1:{self.port}"

    def cut(self):
        """Reset every connection; reset new ones until mend()."""
        with self._lock:
            self._refuse = True
            for sock in list(self._pairs):
                self._drop(sock)
        self._kick()

    def cut_once(self):
        """Reset every connection; new ones are served at once."""
        with self._lock:
            for sock in list(self._pairs):
                self._drop(sock)
        self._kick()

    def blackhole(self, towards):
        """Bytes towards "agent", "broker" or "both" vanish silently."""
        with self._lock:
            self._holes = ({"agent", "broker"} if towards == "both"
                           else {towards})

    def delay(self, seconds):
        with self._lock:
            self._delay = seconds
        self._kick()

    def mend(self):
        with self._lock:
            self._refuse = False
            self._delay = 0.0
            self._holes = set()
            for sock in list(self._lost):
                self._drop(sock)
            self._lost.clear()
        self._kick()

    def close(self):
        self._ending = True
        self._kick()
        self._thread.join(5)
        for sock in list(self._pairs):
            sock.close()
        for sock in (self._listener, self._wake, self._woken):
            sock.close()
        self._selector.close()

    # -- the thread

    def _kick(self):
        try:
            self._wake.send(b"x")
        except OSError:
            pass

    def _run(self):
        while not self._ending:
            for key, events in self._selector.select(self._next_due()):
                with self._lock:
                    self._event(key.fileobj, events)
            with self._lock:
                for side in list(self._pairs.values()):
                    self._flush(side)

    def _next_due(self):
        with self._lock:
            dues = [s.queue[0][0] for s in self._pairs.values() if s.queue]
        if not dues:
            return 0.5
        return min(0.5, max(0.0, min(dues) - time.monotonic()))

    def _event(self, sock, events):
        if sock is self._listener:
            self._accept()
        elif sock is self._woken:
            try:
                sock.recv(4096)
            except OSError:
                pass
        elif sock in self._pairs and events & selectors.EVENT_READ:
            self._read(sock)

    def _accept(self):
        try:
            agent, _ = self._listener.accept()
        except OSError:
            return
        if self._refuse:
            self._reset(agent)
            return
        try:
            broker = socket.create_connection(self.target, timeout=2)
        except OSError:
            self._reset(agent)
            return
        self.connections += 1
        for sock in (agent, broker):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(sock, selectors.EVENT_READ)
        self._pairs[agent] = Side(broker, "broker")
        self._pairs[broker] = Side(agent, "agent")

    def _read(self, sock):
        side = self._pairs[sock]
        if side.waiting > WINDOW:
            time.sleep(0.002)   # let the slow side drain; do not spin
            return
        try:
            data = sock.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if side.name in self._holes:
            # not even the end of a connection gets through a black hole
            self.swallowed[side.name] += len(data)
            self._lost.update((sock, side.to))
            if not data:
                self._selector.unregister(sock)
            return
        if not data:
            self._drop(sock)
            return
        side.queue.append((time.monotonic() + self._delay, data))
        side.waiting += len(data)

    def _flush(self, side):
        while side.queue and side.queue[0][0] <= time.monotonic():
            due, data = side.queue.popleft()
            try:
                sent = side.to.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._drop(side.to)
                return
            self.passed[side.name] += sent
            side.waiting -= sent
            if sent < len(data):
                side.queue.appendleft((time.monotonic() + 0.002,
                                       data[sent:]))
                return

    def _drop(self, sock):
        """Reset both ends of a connection."""
        side = self._pairs.pop(sock, None)
        if side is None:
            return
        for end in (sock, side.to):
            self._pairs.pop(end, None)
            self._lost.discard(end)
            try:
                self._selector.unregister(end)
            except (KeyError, ValueError):
                pass
            self._reset(end)

    @staticmethod
    def _reset(sock):
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        except OSError:
            pass
        sock.close()
