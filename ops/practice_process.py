"""Processes of a practice room: started, found again, stopped.

A process is its record in DIR/run: pid, start time, boot id.
"""
import collections
import json
import os
import random
import signal
import socket
import subprocess
import time


class Trouble(Exception):
    """Something a person must look at; the text says what."""


# ---------------------------------------------------------------- processes

def boot_id():
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as f:
        return f.read().strip()


def start_time(pid):
    """Start time in ticks since boot of a live process, None if there is none.

    A zombie counts as gone: nobody may be there to collect it.  But its other
    threads may still be ending, and hold its files and locks until then."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8",
                  errors="replace") as f:
            fields = f.read().rpartition(")")[2].split()
        if fields[0] in "ZX" and len(os.listdir(f"/proc/{pid}/task")) < 2:
            return None
    except OSError:
        return None
    return int(fields[19])


def stopped(pid):
    """SIGSTOP was sent to it.  (A SIGCONT to any other process is not
    harmless: it can take away the SIGSTOP a leak checker just sent.)"""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8",
                  errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


class Process:
    """One recorded process.  A pid counts only together with the start time and
    the boot, so a pid that the system gave to somebody else is never touched."""

    def __init__(self, room, name, command, environment=None):
        self.name = name
        self.folder = room.dir
        self.command = command
        self.environment = environment or {}
        self.record = os.path.join(room.path("run"), name + ".json")
        self.log = os.path.join(room.path("log"), name + ".log")

    def pid(self):
        try:
            with open(self.record, encoding="utf-8") as f:
                kept = json.load(f)
            if (kept["boot"] == boot_id()
                    and start_time(kept["pid"]) == kept["start"]):
                return kept["pid"]
        except (OSError, ValueError, KeyError):
            pass
        return None

    def _write_record(self):
        """In the child, before exec: nothing runs that is not on record."""
        text = json.dumps({"pid": os.getpid(), "boot": boot_id(),
                           "start": start_time(os.getpid())})
        with open(self.record + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(self.record + ".new", self.record)

    def start(self):
        with open(self.log, "ab") as log:
            child = subprocess.Popen(
                self.command, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                preexec_fn=self._write_record, env={**os.environ, **self.environment})
        # It outlives us on purpose; without this Python warns about it.
        child.returncode = child.poll() or 0
        return child.pid

    def reap(self):
        """If it was our own child, collect it."""
        try:
            with open(self.record, encoding="utf-8") as f:
                os.waitpid(json.load(f)["pid"], os.WNOHANG)
        except (OSError, ValueError, KeyError):
            pass

    def signal(self, number):
        pid = self.pid()
        if pid is not None:
            os.kill(pid, number)
        return pid is not None

    def wait_gone(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.reap()
            if self.pid() is None:
                return True
            time.sleep(0.02)
        return self.pid() is None

    def stop(self, seconds=15):
        """Orderly; after the limit by force.  True if it went by itself."""
        orderly = True
        if self.signal(signal.SIGTERM):
            if stopped(self.pid()):
                self.signal(signal.SIGCONT)     # or it could not hear us
            orderly = self.wait_gone(seconds)
            if not orderly:
                self.signal(signal.SIGKILL)
                self.wait_gone(5)
        try:
            os.unlink(self.record)
        except FileNotFoundError:
            pass
        return orderly

    def log_tail(self, lines=8):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                return "".join(f.readlines()[-lines:])
        except OSError:
            return ""


_taken = collections.deque()    # our claims to the last ports we gave away


def _claim(port):
    """Nobody else who asks free_port() gets this port meanwhile: a name in the
    abstract namespace, which ends with us."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0tasuki-port-{port}")
    except OSError:
        claim.close()
        return False
    _taken.append(claim)
    if len(_taken) > 32:        # long in use by whom they were for
        _taken.popleft().close()
    return True


def free_port():
    """A free loopback port outside the range of outgoing connections.

    From inside that range an agent that retries while the broker is down could
    be given the broker's own port as its source and connect to itself."""
    with open("/proc/sys/net/ipv4/ip_local_port_range",
              encoding="ascii") as f:
        low, high = (int(n) for n in f.read().split())
    allowed = [n for n in range(10000, 65000) if n < low or n > high]
    # not of random's own sequence, which somebody may have given a seed
    for port in random.SystemRandom().sample(
            allowed or list(range(10000, 65000)), 200):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            if _claim(port):
                return port
    raise Trouble("no free port on 127.0.0.1")
