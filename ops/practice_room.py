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
    DIR/fax/           the FAX agent's own folder; DIR/fax-out/ the FAX machine
    DIR/national/      the same of the national gateway; DIR/nation/ the practice
                       national system, DIR/national-containers/ our offices'
                       certificates for it
    DIR/hub-NAME/      the same of a hub; DIR/hub-NAME-out/
    DIR/log/           stderr of every process
    DIR/run/           pid files: pid, start time, boot id

Processes: practice_process.py; who serves which line of the registry:
practice_registry.py; settings: practice_agents.py; the national system:
practice_nation.py.
"""
import csv
import fcntl
import io
import json
import os
import signal
import subprocess
import time

from practice_agents import PROGRAM_OF, ROOT, Agents
from practice_process import Process, Trouble, free_port
from practice_process import start_time  # noqa: F401
from practice_registry import COLUMNS, public_key, read_registry, with_agents

PROGRAMS = ["tasukid", "tasuki-office", "tasukictl", *PROGRAM_OF.values()]
FOLDERS = {                     # JSON name -> folder (tasuki-office's defaults)
    "outbox": "送信",
    "inbox": "受信",
    "sent": "送信済",
    "sending": "送信中",
    "rejected": "エラー",
    "hold": "保留",
}


class Room(Agents):
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
        """What waits for a second person has not taken effect: to go on with
        the rows of before would be another room than the one asked for."""
        answer = self.ctl("registry", "import", self.path("registry.csv"))
        if answer.get("reason"):
            raise Trouble(
                "the registry has not taken effect, it waits in quarantine "
                f"({answer['reason']}): tasukictl --data {self.data()} "
                f"registry quarantine show {answer['quarantine']}, then "
                f"release {answer['quarantine']} --by NAME, and again")

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
        for _, role, desks, _, _ in agents:
            if not desks:
                os.makedirs(self.other_side(role), mode=0o700, exist_ok=True)

    def recorded(self, wanted=()):
        """Processes on record whose name is not among the wanted ones."""
        names = [n[:-5] for n in sorted(os.listdir(self.path("run")))
                 if n.endswith(".json")]
        return [Process(self, n, []) for n in names if n not in wanted]

    def up(self, seconds=60):
        """Start what is not running; return when all are ready."""
        self.start_broker()
        self.start_nation()
        agents = self.agents()
        wanted = ["tasukid"] + [a[3].name for a in agents]
        if self.nation_wanted():
            wanted.append("nation")
        for process in self.recorded(wanted):
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
                agent["folder"] = self.other_side(role)
            report["agents"].append(agent)
        if self.nation_wanted():
            report["nation"] = self.nation_report()
        return report

    def down(self):
        """Agents first, then whom they talk to, the broker last.  Names of
        those that did not stop by themselves and were killed."""
        agents = self.recorded(["tasukid", "nation"])
        for process in agents:
            process.signal(signal.SIGTERM)
        forced = [p.name for p in agents if not p.stop()]
        broker, _ = self.broker()
        for process in (Process(self, "nation", []), broker):
            if not process.stop():
                forced.append(process.name)
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
