"""A real HylaFAX server on loopback with a soft modem.

Everything below one folder: a spool of its own, hfaxd on a port of its own, faxq,
and the soft modem (tests/sim/fax/soft_modem.c) with a FAX machine that answers.
"""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

SPOOL = "/var/spool/hylafax"
FOLDERS = ["archive", "bin", "client", "config", "dev", "docq", "doneq", "etc",
           "info", "log", "pollq", "recvq", "sendq", "status", "tmp"]
CONFIG = """LogFacility: daemon
CountryCode: 81
AreaCode: 3
LongDistancePrefix: 0
InternationalPrefix: 010
DialStringRules: etc/dialrules
ServerTracing: 1
MaxBatchJobs: 1
MaxDials: 12
"""
MODEM = """CountryCode: 81
AreaCode: 3
FAXNumber: +81.3.9876.5432
LongDistancePrefix: 0
InternationalPrefix: 010
DialStringRules: etc/dialrules
ServerTracing: 1
SessionTracing: 0x01
RecvFileMode: 0600
LogFileMode: 0600
DeviceMode: 0666
LocalIdentifier: "TASUKI"
ModemType: Class1
ModemRate: 38400
ModemFlowControl: xonxoff
ModemResetCmds: ""
ModemWaitForConnect: no
Class1ECMSupport: yes
Class1TMConnectDelay: 400
MaxRecvPages: 99
"""


def available():
    """Why it cannot be run here; "" if it can."""
    if os.getuid() != 0:
        return "HylaFAX changes users: that needs root"
    missing = [p for p in ("hfaxd", "faxq", "faxmodem")
               if shutil.which(p, path="/usr/sbin") is None]
    return f"no {', '.join(missing)}" if missing else ""


class HylaFax:
    def __init__(self, folder, soft_modem, speed=8):
        self.spool = os.path.join(folder, "spool")
        self.received = os.path.join(folder, "received")
        self.processes = []
        self.log = None
        self.soft_modem, self.speed = soft_modem, speed
        os.makedirs(self.received)
        path = os.path.abspath(folder)
        while path != "/":          # its processes run as another user
            if os.stat(path).st_uid == 0:
                os.chmod(path, os.stat(path).st_mode | 0o711)
            path = os.path.dirname(path)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self._make_spool()

    def _make_spool(self):
        for name in FOLDERS:
            os.makedirs(os.path.join(self.spool, name))
        shutil.copytree(os.path.join(SPOOL, "bin"),
                        os.path.join(self.spool, "bin"), symlinks=True,
                        dirs_exist_ok=True)
        shutil.copytree("/etc/hylafax", os.path.join(self.spool, "etc"),
                        dirs_exist_ok=True)
        self._write("etc/config", CONFIG)
        self._write("etc/hosts.hfaxd", "127.0.0.1\nlocalhost\n")
        user = pwd.getpwnam("uucp")
        for base, folders, files in os.walk(self.spool):
            for name in folders + files:
                os.lchown(os.path.join(base, name), user.pw_uid, user.pw_gid)
        os.chown(self.spool, user.pw_uid, user.pw_gid)
        os.chmod(os.path.join(self.spool, "etc", "hosts.hfaxd"), 0o600)
        for name in ("docq", "doneq", "pollq", "sendq", "tmp", "archive"):
            os.chmod(os.path.join(self.spool, name), 0o700)

    def _write(self, name, text):
        with open(os.path.join(self.spool, name), "w",
                  encoding="ascii") as f:
            f.write(text)

    def _start(self, *command, **more):
        process = subprocess.Popen(
            command, stderr=self.log, start_new_session=True,
            **{"stdin": subprocess.DEVNULL, "stdout": self.log, **more})
        self.processes.append(process)
        return process

    def start(self):
        self.log = open(os.path.join(os.path.dirname(self.spool),
                                     "hylafax.log"), "ab")
        self._start("/usr/sbin/faxq", "-D", "-q", self.spool)
        self._start("/usr/sbin/hfaxd", "-d", "-q", self.spool, "-l",
                    "127.0.0.1", "-i", str(self.port))
        modem = self._start(self.soft_modem, self.received, str(self.speed),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True)
        pty = modem.stdout.readline().strip()
        self.modem = pty.removeprefix("/dev/").replace("/", "_")
        self._write("etc/config." + self.modem, MODEM)
        self._wait("the queue", lambda: os.path.exists(
            os.path.join(self.spool, "FIFO")))
        self._wait("port 4559", self._answers)
        self.announce()
        return self

    def announce(self):
        """Tell faxq that the modem is ready."""
        subprocess.run(["/usr/sbin/faxmodem", "-q", self.spool, self.modem],
                       check=True, timeout=30)

    def waits_for_modem(self):
        """Is there a job that is ready and was never dialled?"""
        queue = os.path.join(self.spool, "sendq")
        for name in os.listdir(queue):
            try:
                with open(os.path.join(queue, name), encoding="utf-8",
                          errors="replace") as f:
                    lines = f.read().splitlines()
            except FileNotFoundError:       # just done
                continue
            if "state:5" in lines and "totdials:0" in lines:
                return True
        return False

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port),
                                          timeout=5) as s:
                return s.recv(3) == b"220"
        except OSError:
            return False

    def _wait(self, what, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not after {seconds} s\n"
                                     + self.tail())
            time.sleep(0.05)

    def calls(self):
        """name -> (status, pages, ident) of the calls that are over."""
        found = {}
        for name in sorted(os.listdir(self.received)):
            if name.endswith(".txt"):
                with open(os.path.join(self.received, name),
                          encoding="utf-8") as f:
                    status, pages, ident = f.read().strip().split(" ", 2)
                found[name[:-4]] = (int(status), int(pages), ident)
        return found

    def tail(self):
        """Logs and queues, for a failure."""
        text = []
        for name in ("sendq", "doneq"):
            below = os.path.join(self.spool, name)
            for job in sorted(os.listdir(below)):
                if job.startswith("q"):
                    with open(os.path.join(below, job), encoding="utf-8",
                              errors="replace") as f:
                        text += [f"-- {name}/{job}"] + [
                            line for line in f.read().splitlines()
                            if line.split(":")[0] in (
                                "state", "status", "npages", "totdials",
                                "tottries", "jobtag", "statuscode")]
        logs = os.path.join(self.spool, "log")
        for name in sorted(os.listdir(logs))[-2:]:
            with open(os.path.join(logs, name), encoding="utf-8",
                      errors="replace") as f:
                text += [f"-- {name}"] + f.read().splitlines()[-25:]
        return "\n".join(text)

    def close(self):
        for process in reversed(self.processes):
            if process.stdin is not None:
                process.stdin.close()
            elif process.poll() is None:
                # faxq's faxsend, too, or it keeps the modem locked
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)
            if process.stdout is not None:
                process.stdout.close()
        if self.log is not None:
            self.log.close()
