"""A real mail server on loopback: OpenSMTPD behind TLS, with a Maildir.

OpenSMTPD of Debian 12 cannot speak TLS itself (its key process and OpenSSL 3 do
not go together), so a small front of ours ends TLS and passes the bytes on.
The front can also hurt: cut the line when the server has answered the end of a
message, so that its client never learns whether it was taken.

    with MailServer(folder) as mail:
        mail.smtps          "smtps://localhost:PORT"
        mail.ca, mail.key   the certificate to trust (PEM), and its key
        mail.messages()     what was delivered, parsed, in the order of arrival
        mail.front.cut_after_data(1)

It runs in a mount namespace of its own where the user may make one (its spool
and its control socket have fixed places); else one after the other.
"""
import asyncio
import email
import email.policy
import fcntl
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from practice_process import free_port

SMTPD = "/usr/sbin/smtpd"
LOCK = "/tmp/tasuki-test-smtpd.lock"
USER = "nobody"                 # it refuses to deliver as root


def make_certificate(folder):
    """(certificate, key) for localhost."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
         cert, "-days", "30", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    return cert, key


class TlsFront:
    """Ends TLS, passes bytes to and fro, and cuts lines when told to."""

    def __init__(self, port, cert, key):
        self.to = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.cuts = 0           # this many answers to a message are lost
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,),
                                       daemon=True)
        self.thread.start()
        if not ready.wait(30):
            raise RuntimeError("the TLS front did not start")

    def cut_after_data(self, count):
        self.cuts = count

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self.context))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0.05))

    async def _serve(self, client, to_client):
        state = {"message": False}
        to_server = None
        try:
            server, to_server = await asyncio.open_connection(
                "127.0.0.1", self.to)
            ways = [asyncio.ensure_future(self._up(client, to_server, state)),
                    asyncio.ensure_future(self._down(server, to_client,
                                                     state))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for writer in (to_client, to_server):
                if writer is not None:
                    writer.transport.abort()

    async def _up(self, client, to_server, state):
        tail = b""
        try:
            while data := await client.read(65536):
                tail = (tail + data)[-5:]
                if tail == b"\r\n.\r\n":    # the end of a message
                    state["message"] = True
                to_server.write(data)
                await to_server.drain()
        except OSError:
            pass

    async def _down(self, server, to_client, state):
        try:
            while data := await server.read(65536):
                if state["message"] and data.startswith(b"250"):
                    if self.cuts > 0:       # taken, and nobody is told
                        self.cuts -= 1
                        return
                    state["message"] = False
                to_client.write(data)
                await to_client.drain()
        except OSError:
            pass

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


class MailServer:
    """OpenSMTPD that takes mail for anybody into one Maildir.

    more: further lines of smtpd.conf, before ours; {results} in them is a second
    Maildir, self.results."""

    def __init__(self, folder, more=""):
        self.folder = os.path.abspath(folder)
        self.more = more
        self.process = self.front = self.lock = None

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        # it delivers as another user, who cannot enter the test's own folder
        self.open = tempfile.mkdtemp(prefix="tasuki-test-mail-")
        os.chmod(self.open, 0o755)
        self.maildir = os.path.join(self.open, "mail")
        self.results = os.path.join(self.open, "results")
        for box in (self.maildir, self.results):
            os.mkdir(box)
            shutil.chown(box, USER)
        self.ca, self.key = make_certificate(self.folder)
        self.port = free_port()
        self._start()
        self.front = TlsFront(self.port, self.ca, self.key)
        self.smtps = f"smtps://localhost:{self.front.port}"
        return self

    def __exit__(self, *_):
        if self.front:
            self.front.close()
        self.stop()
        if self.lock:
            self.lock.close()
        shutil.rmtree(self.open, ignore_errors=True)

    # -- the process

    def _start(self):
        conf = os.path.join(self.folder, "smtpd.conf")
        with open(conf, "w", encoding="ascii") as f:
            f.write(f'smtp max-message-size "30M"\n'
                    f"listen on 127.0.0.1 port {self.port} "
                    f"hostname localhost\n"
                    + self.more.replace("{results}", self.results) +
                    f'table anybody {{ "@" = "{USER}" }}\n'
                    f'action "keep" maildir "{self.maildir}" '
                    f'virtual <anybody>\n'
                    f'match from any for any action "keep"\n')
        self.lock = open(LOCK, "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.log = open(os.path.join(self.folder, "smtpd.log"), "ab")
        alone = subprocess.run(["unshare", "--mount", "true"],
                               capture_output=True, check=False)
        command = [SMTPD, "-d", "-f", conf]
        if alone.returncode == 0:
            command = ["unshare", "--mount", "--propagation", "private",
                       "sh", "-c",
                       "mkdir -p /var/spool/smtpd && "
                       "mount -t tmpfs -o mode=711 smtpd /var/spool/smtpd && "
                       "mount -t tmpfs -o mode=755 smtpd /run && "
                       "exec " + " ".join(command)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, start_new_session=True)
        if alone.returncode == 0:   # nothing is shared: the next may start
            fcntl.flock(self.lock, fcntl.LOCK_UN)
        self._wait_up()

    def _wait_up(self, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port),
                                              timeout=5) as s:
                    if s.recv(3) == b"220":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        with open(self.log.name, encoding="utf-8", errors="replace") as f:
            raise RuntimeError("smtpd did not start:\n" + f.read())

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
        self.log.close()

    # -- what came

    def messages(self):
        new = os.path.join(self.maildir, "new")
        if not os.path.isdir(new):
            return []
        paths = sorted((os.path.join(new, n) for n in os.listdir(new)),
                       key=os.path.getmtime)
        found = []
        for path in paths:
            with open(path, "rb") as f:
                found.append(email.message_from_binary_file(
                    f, policy=email.policy.default))
        return found

    def wait_messages(self, count, seconds=30):
        deadline = time.monotonic() + seconds
        while True:
            found = self.messages()
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{len(found)} of {count} messages after {seconds} s")
            time.sleep(0.05)
