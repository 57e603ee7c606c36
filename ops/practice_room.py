"""The practice room: real processes on loopback, everything below one folder.

Used by ops/lab (the command), ops/demo and the scenario tests.  A room is its
folder: what is to run follows from DIR/lab.json and DIR/registry.csv, what runs
from DIR/run/*.json.  Nothing else is remembered, so whoever comes next (or the
same person after a kill -9 of anything) continues where the last one stopped.

    DIR/lab.json       port, made once
    DIR/registry.csv   the registry as imported
    DIR/keys/          key pairs (NAME.key 0600, NAME.pub)
    DIR/config/        the settings files of every process
    DIR/broker/        the broker's data
    DIR/offices/       one folder per office: 送信 受信 送信済 ...
    DIR/pdf/           what goes to partners on paper
    DIR/log/           stderr of every process
    DIR/run/           pid files: pid, start time, boot id
"""
import csv
import fcntl
import hashlib
import io
import json
import os
import random
import re
import signal
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = ["tasukid", "tasuki-office", "tasuki-pdf", "tasukictl"]
SOCKET_BYTES_MAX = 107          # sun_path
FOLDERS = {                     # JSON name -> folder (tasuki-office's defaults)
    "outbox": "送信",
    "inbox": "受信",
    "sent": "送信済",
    "sending": "送信中",
    "rejected": "エラー",
    "hold": "保留",
}
COLUMNS = ["office_number", "service_type", "name", "inside", "way",
           "fax_number", "folder_agent", "valid_from", "valid_to"]


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


def free_port():
    """A free loopback port outside the range of outgoing connections.

    From inside that range an agent that retries while the broker is down could
    be given the broker's own port as its source and connect to itself."""
    with open("/proc/sys/net/ipv4/ip_local_port_range",
              encoding="ascii") as f:
        low, high = (int(n) for n in f.read().split())
    allowed = [n for n in range(10000, 65000) if n < low or n > high]
    for port in random.sample(allowed or list(range(10000, 65000)), 200):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Trouble("no free port on 127.0.0.1")


# ---------------------------------------------------------------- registry

def decode(data):
    """UTF-8 with or without byte-order mark, else MS932."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def read_registry(path):
    with open(path, "rb") as f:
        text = decode(f.read())
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = [c.strip() for c in reader.fieldnames or []]
    if "office_number" not in columns:
        raise Trouble(f"{path}: the first line has no column office_number")
    reader.fieldnames = columns
    rows = []
    for row in reader:
        row.pop(None, None)
        rows.append({k: (v or "") for k, v in row.items()})
    return columns, rows


def plain_agent(name):
    """A folder_agent as an agent's name (the broker takes letters, digits,
    dot, hyphen, underscore); two different ones stay different."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,40}", name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:24]
    return f"{plain or 'agent'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def is_inside(row):
    return row.get("inside", "").strip() in ("1", "yes", "true")


def with_agents(rows):
    """An office of ours without a folder_agent gets an agent of its own."""
    for row in rows:
        name = row.get("folder_agent", "").strip()
        if is_inside(row) and not name:
            name = row["office_number"]
        row["folder_agent"] = plain_agent(name) if name else ""
    return rows


class Desk:
    """What one agent has one folder for: a number, or one type of a number."""

    def __init__(self, number, service_type):
        self.number = number
        self.service_type = service_type    # "" = all types of the number

    def key(self):
        return (f"{self.number}/{self.service_type}" if self.service_type
                else self.number)


def desks_by_agent(rows):
    """agent -> its desks.  One folder per number; only when the types of one
    number belong to different agents each type has its own."""
    agents_of = {}
    for row in rows:
        if is_inside(row):
            agents_of.setdefault(row["office_number"], set()).add(
                row["folder_agent"])
    desks = {}
    for row in rows:
        if not is_inside(row):
            continue
        number = row["office_number"]
        shared = len(agents_of[number]) > 1
        desk = Desk(number, row.get("service_type", "") if shared else "")
        mine = desks.setdefault(row["folder_agent"], {})
        mine.setdefault(desk.key(), desk)
    return {name: list(by_key.values()) for name, by_key in desks.items()}


def public_key(path):
    """The public key in a .pub file."""
    with open(path, encoding="ascii") as f:
        found = re.search(r'public-key\s*=\s*"([^"]{40})"', f.read())
    if not found:
        raise Trouble(f"{path} holds no public key")
    return found[1]


# ---------------------------------------------------------------- settings

def zpl(settings, depth=0):
    """Nested lists of (name, value) as ZPL text."""
    lines = []
    for name, value in settings:
        indent = "    " * depth
        if isinstance(value, list):
            lines.append(f"{indent}{name}")
            lines.append(zpl(value, depth + 1).rstrip("\n"))
        else:
            lines.append(f'{indent}{name} = "{value}"')
    return "\n".join(lines) + "\n"


def merge(settings, more):
    """Put the settings ``more`` ({"a/b": value}) into nested lists."""
    for path, value in (more or {}).items():
        at = settings
        *sections, last = path.split("/")
        for section in sections:
            found = [v for n, v in at if n == section and isinstance(v, list)]
            if not found:
                found = [[]]
                at.append((section, found[0]))
            at = found[0]
        at[:] = [(n, v) for n, v in at if n != last] + [(last, value)]
    return settings


# ---------------------------------------------------------------- the room

class Room:
    def __init__(self, folder, bin_dir=None):
        self.dir = os.path.abspath(folder)
        self.bin = (bin_dir or os.environ.get("TASUKI_BIN")
                    or os.path.join(ROOT, "build", "release", "bin"))
        self.more = {}          # settings on top: {"tasukid": {...}, agent: {...}}
        self.endpoints = {}     # agent -> other endpoint (tests: a proxy)
        self.environment = {}   # process -> environment on top
        self._lock = None

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    # -- set-up

    def make(self):
        os.makedirs(self.dir, mode=0o700, exist_ok=True)
        os.chmod(self.dir, 0o700)
        for name in ("keys", "config", "offices", "log", "run", "broker"):
            os.makedirs(self.path(name), mode=0o700, exist_ok=True)
        if not os.path.exists(self.path("lab.json")):
            self._keep("lab.json", json.dumps({"port": free_port()}) + "\n")

    def lock(self):
        """Two people running "up" at once must not start two brokers."""
        self._lock = open(self.path("lab.lock"), "w", encoding="ascii")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def unlock(self):
        self._lock.close()
        self._lock = None

    def exists(self):
        return os.path.exists(self.path("lab.json"))

    def _keep(self, name, text):
        """Write below the room; True if that changed anything."""
        path = self.path(name)
        try:
            with open(path, encoding="utf-8") as f:
                if f.read() == text:
                    return False
        except FileNotFoundError:
            pass
        with open(path + ".new", "w", encoding="utf-8", newline="") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        os.rename(path + ".new", path)
        return True

    def port(self):
        with open(self.path("lab.json"), encoding="utf-8") as f:
            return json.load(f)["port"]

    def endpoint(self):
        return f"tcp://127.0.0.1:{self.port()}"

    def take_registry(self, file):
        columns, rows = read_registry(file)
        columns = COLUMNS + [c for c in columns if c not in COLUMNS]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(with_agents(rows))
        return self._keep("registry.csv", text.getvalue())

    def rows(self):
        if not os.path.exists(self.path("registry.csv")):
            return []
        return read_registry(self.path("registry.csv"))[1]

    # -- what is to run

    def data(self):
        return self.path("broker")

    def broker_settings(self):
        # A socket path holds 107 bytes; from inside the room it is short.
        data = self.data()
        if len(os.fsencode(data)) + len("/control.sock") > SOCKET_BYTES_MAX:
            data = os.path.relpath(data, self.dir)
        return [
            ("listen", self.endpoint()),
            ("data", data),
            ("key", self.path("keys", "broker.key")),
        ]

    def _agent_settings(self, name, file):
        return [
            ("name", name),
            ("key", self.path("keys", file + ".key")),
            ("broker", [
                ("endpoint", self.endpoints.get(name, self.endpoint())),
                ("key", self.path("keys", "broker.pub")),
            ]),
            ("standard", os.path.join(ROOT, "config", "standard")),
        ]

    def desk_folder(self, desk):
        return self.path("offices", desk.key().replace("/", "-"))

    def office_settings(self, name, desks):
        # Short waits: in a practice room a person stands by and looks.
        settings = self._agent_settings(name, "office-" + name) + [
            ("set", [("wait", "3 s")]),
            ("scan", [("stable", "300 ms"), ("interval", "2 s")]),
        ]
        for desk in desks:
            office = [("number", desk.number),
                      ("folder", self.desk_folder(desk))]
            if desk.service_type:
                office.insert(1, ("service_type", desk.service_type))
            settings.append(("office", office))
        return settings

    def pdf_name(self):
        names = {row.get("folder_agent") for row in self.rows()}
        return "pdf" if "pdf" not in names else "tasuki-pdf"

    def pdf_settings(self):
        return self._agent_settings(self.pdf_name(), "pdf") + [
            ("forms", os.path.join(ROOT, "config", "forms")),
            ("folder", self.path("pdf")),
        ]

    def process(self, name, program, settings):
        """The process and whether its settings file changed just now."""
        file = os.path.join("config", name + ".conf")
        text = ("# Made by ops/lab, with short waits: somebody stands by and "
                "looks.\n# What each setting means, and its default: "
                f"{program} --help-settings\n"
                + zpl(merge(settings, self.more.get(name))))
        changed = self._keep(file, text)
        command = [os.path.join(self.bin, program), "-c", self.path(file)]
        return Process(self, name, command,
                       self.environment.get(name)), changed

    def broker(self):
        return self.process("tasukid", "tasukid", self.broker_settings())

    def agents(self):
        """(name, role, desks, process, changed) of every agent."""
        found = []
        for name, desks in sorted(desks_by_agent(self.rows()).items()):
            process, changed = self.process(
                "office-" + name, "tasuki-office",
                self.office_settings(name, desks))
            found.append((name, "office", desks, process, changed))
        process, changed = self.process("pdf", "tasuki-pdf",
                                        self.pdf_settings())
        found.append((self.pdf_name(), "pdf", [], process, changed))
        return found

    # -- the operator's command

    def ctl(self, *arguments, check=True, timeout=30):
        """tasukictl --json ...: its document, parsed."""
        command = [os.path.join(self.bin, "tasukictl"), "--data", self.data(),
                   "--json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=timeout, check=False)
        try:
            document = json.loads(done.stdout) if done.stdout else {}
        except ValueError as error:
            raise Trouble(f"{' '.join(command)}: not JSON: "
                          f"{done.stdout[:200]!r}") from error
        if check and not document.get("ok"):
            raise Trouble(f"tasukictl {' '.join(arguments)}: "
                          f"{done.stderr.strip() or done.returncode}")
        return document

    def key(self, name):
        path = self.path("keys", name)
        if not os.path.exists(path + ".key"):
            self.ctl("key", "new", path)
        return path + ".pub"

    # -- up, status, down

    def start_broker(self, seconds=20):
        self.key("broker")
        broker, changed = self.broker()
        if changed and broker.pid() is not None:
            broker.stop()
        if broker.pid() is None:
            broker.start()
        deadline = time.monotonic() + seconds
        while True:
            broker.reap()
            if self.ctl("status", check=False).get("ok"):
                return broker
            if broker.pid() is None:
                raise Trouble("the broker ended:\n" + broker.log_tail())
            if time.monotonic() > deadline:
                raise Trouble(f"the broker does not answer after {seconds} s:"
                              "\n" + broker.log_tail())
            time.sleep(0.02)

    def enrol(self, agents):
        """Key and registration of each agent; again is fine."""
        known = {(a["name"], a["public_key"])
                 for a in self.ctl("agent", "list")["agents"]}
        for name, role, _, process, _ in agents:
            pub = self.key(process.name)
            if (name, public_key(pub)) not in known:
                self.ctl("agent", "add", name, "--key", pub, "--role", role)

    def import_registry(self):
        self.ctl("registry", "import", self.path("registry.csv"))

    def connected(self):
        return {a["name"] for a in self.ctl("status")["agents"]
                if a.get("connected")}

    def wait_connected(self, names, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            missing = set(names) - self.connected()
            if not missing:
                return
            if time.monotonic() > deadline:
                raise Trouble(
                    f"not connected after {seconds} s: "
                    + ", ".join(sorted(missing)) + "\n"
                    + "\n".join(f"{p.name}: {p.log_tail(3)}"
                                for n, _, _, p, _ in self.agents()
                                if n in missing))
            time.sleep(0.05)

    def _need_desks(self, agents):
        for _, _, desks, _, _ in agents:
            for desk in desks:
                os.makedirs(self.desk_folder(desk), mode=0o700, exist_ok=True)
        os.makedirs(self.path("pdf"), mode=0o700, exist_ok=True)

    def recorded(self, wanted=()):
        """Processes on record whose name is not among the wanted ones."""
        names = [n[:-5] for n in sorted(os.listdir(self.path("run")))
                 if n.endswith(".json")]
        return [Process(self, n, []) for n in names if n not in wanted]

    def up(self, seconds=60):
        """Start what is not running; return when all are ready."""
        self.start_broker()
        agents = self.agents()
        for process in self.recorded(["tasukid"] + [a[3].name
                                                    for a in agents]):
            process.stop()          # no office of it is in the registry now
        self._need_desks(agents)
        self.import_registry()
        self.enrol(agents)
        for _, _, _, process, changed in agents:
            if changed and process.pid() is not None:
                process.stop()
            if process.pid() is None:
                process.start()
        self.wait_connected([a[0] for a in agents], seconds)
        self.wait_folders(agents, seconds)

    def wait_folders(self, agents, seconds=20):
        deadline = time.monotonic() + seconds
        for name, _, desks, _, _ in agents:
            for desk in desks:
                folder = os.path.join(self.desk_folder(desk),
                                      FOLDERS["outbox"])
                while not os.path.isdir(folder):
                    if time.monotonic() > deadline:
                        raise Trouble(f"agent {name} made no folder {folder}")
                    time.sleep(0.02)

    def report(self):
        """The JSON of ops/lab."""
        broker, _ = self.broker()
        report = {"broker": {"pid": broker.pid(), "endpoint": self.endpoint(),
                             "data": self.data(),
                             "control": os.path.join(self.data(),
                                                     "control.sock"),
                             "log": broker.log},
                  "agents": []}
        for name, role, desks, process, _ in self.agents():
            agent = {"role": role, "name": name, "pid": process.pid(),
                     "log": process.log}
            if role == "office":
                agent["folders"] = {
                    desk.key(): {
                        key: os.path.join(self.desk_folder(desk), folder)
                        for key, folder in FOLDERS.items()}
                    for desk in desks}
            else:
                agent["folder"] = self.path("pdf")
            report["agents"].append(agent)
        return report

    def down(self):
        """Agents first, the broker last.  Names of those that did not stop by
        themselves and were killed."""
        agents = self.recorded(["tasukid"])
        for process in agents:
            process.signal(signal.SIGTERM)
        forced = [p.name for p in agents if not p.stop()]
        broker, _ = self.broker()
        if not broker.stop():
            forced.append(broker.name)
        return forced


# ---------------------------------------------------------------- binaries

def need_binaries(bin_dir=None):
    """Build the release binaries unless they are there."""
    where = (bin_dir or os.environ.get("TASUKI_BIN")
             or os.path.join(ROOT, "build", "release", "bin"))
    missing = [p for p in PROGRAMS
               if not os.access(os.path.join(where, p), os.X_OK)]
    if not missing:
        return where
    if bin_dir or os.environ.get("TASUKI_BIN"):
        raise Trouble(f"{where} has no {', '.join(missing)}")
    # stdout belongs to the caller's JSON
    done = subprocess.run([os.path.join(ROOT, "ops", "build"), "--preset",
                           "release"], stdout=2, check=False)
    if done.returncode != 0:
        raise Trouble("ops/build failed")
    return where
