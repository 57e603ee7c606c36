"""A real IMAP server on loopback: Dovecot over a Maildir, with its own TLS.

    with ImapServer(folder, maildir, cert, key, "nobody") as imap:
        imap.url            "imaps://localhost:PORT/INBOX"
        imap.stop(); imap.start()

Anybody with PASSWORD is let in, and the Maildir is read as the system user it
belongs to.  Everything of its own lies in a short folder below /tmp (its
sockets' names are limited) that goes with it.
"""
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from mail_server import free_port

DOVECOT = "/usr/sbin/dovecot"
PASSWORD = "secret"
CONF = """protocols = imap
base_dir = {own}/run
state_dir = {own}/run
log_path = {log}
listen = 127.0.0.1
ssl = required
ssl_cert = <{cert}
ssl_key = <{key}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={own}/home allow_all_users=yes
}}
mail_location = maildir:{maildir}:INDEX=MEMORY
first_valid_uid = 1
"""


class ImapServer:
    def __init__(self, folder, maildir, cert, key, owner):
        self.folder = os.path.abspath(folder)
        self.maildir, self.cert, self.key = maildir, cert, key
        self.owner = pwd.getpwnam(owner)
        self.process = None

    def __enter__(self):
        self.own = tempfile.mkdtemp(prefix="tasuki-test-imap-")
        os.chmod(self.own, 0o755)
        self.port = free_port()
        self.url = f"imaps://localhost:{self.port}/INBOX"
        self.log = os.path.join(self.folder, "dovecot.log")
        self.conf = os.path.join(self.folder, "dovecot.conf")
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(CONF.format(
                own=self.own, log=self.log, cert=self.cert, key=self.key,
                port=self.port, password=PASSWORD,
                uid=self.owner.pw_uid, gid=self.owner.pw_gid,
                maildir=self.maildir))
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.own, ignore_errors=True)

    def start(self):
        """Again after stop(), on the same port."""
        self.process = subprocess.Popen(
            [DOVECOT, "-F", "-c", self.conf], stdin=subprocess.DEVNULL,
            start_new_session=True)
        self._wait_up()

    def _wait_up(self, seconds=30):
        trust = ssl.create_default_context(cafile=self.cert)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(
                        ("127.0.0.1", self.port), timeout=5) as line, \
                        trust.wrap_socket(
                            line, server_hostname="localhost") as s:
                    if s.recv(4) == b"* OK":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        self.stop()
        raise RuntimeError("dovecot did not start:\n" + self.tail())

    def tail(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-20:])

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        self.process = None
