"""A real SFTP server on loopback: OpenSSH's sshd with keys made for the test.

    with SftpServer(folder) as server:
        server.port, server.user    where to log in, and as whom
        server.key                  file with the private key
        server.fingerprint          "SHA256:..." of its host key
        server.root                 what the login sees as "files"
"""
import getpass
import os
import shutil
import socket
import subprocess
import time

from practice_process import free_port

SSHD = "/usr/sbin/sshd"
SETTINGS = """ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin yes
LogLevel ERROR
Subsystem sftp internal-sftp
"""


def keygen(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                    "test", "-f", path], check=True, capture_output=True)


def fingerprint(path):
    said = subprocess.run(["ssh-keygen", "-l", "-f", path + ".pub"],
                          check=True, capture_output=True, text=True).stdout
    return said.split()[1]


def descendants(pid):
    found = []
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            children = [int(word) for word in f.read().split()]
    except FileNotFoundError:
        return found
    for child in children:
        found += descendants(child) + [child]
    return found


class SftpServer:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.root = os.path.join(self.folder, "files")
        os.makedirs(self.root, mode=0o700, exist_ok=True)
        self.user = getpass.getuser()
        self.key = os.path.join(self.folder, "client")
        self.port = free_port()
        for name in ("host", "client"):
            keygen(os.path.join(self.folder, name))
        shutil.copy(self.key + ".pub",
                    os.path.join(self.folder, "authorized"))
        self.fingerprint = fingerprint(os.path.join(self.folder, "host"))
        self.process = None

    def start(self):
        # sshd run by root insists on this folder; its package makes it at boot
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        settings = os.path.join(self.folder, "sshd_config")
        with open(settings, "w", encoding="ascii") as f:
            f.write(SETTINGS.format(port=self.port, folder=self.folder))
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", settings], stderr=log)
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, "sshd does not answer"
            time.sleep(0.05)

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8",
                  errors="replace") as f:
            return f.read()

    def stop(self):
        if self.process is None:
            return
        # each connection has a session of its own: they do not end with it
        for pid in descendants(self.process.pid) + [self.process.pid]:
            try:
                os.kill(pid, 15)
            except ProcessLookupError:
                pass
        self.process.wait(20)
        self.process = None

    def new_host_key(self):
        """As when somebody else answers at that address."""
        self.stop()
        for end in ("", ".pub"):
            os.unlink(os.path.join(self.folder, "host" + end))
        keygen(os.path.join(self.folder, "host"))
        self.start()
        return fingerprint(os.path.join(self.folder, "host"))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
