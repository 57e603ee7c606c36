"""The practice national system, as tests hold it.

    with National(folder, {"0310000017": ["43"]}) as nation:
        nation.fault("send", status=503, count=2)
        nation.sends()

It is a process of its own, so that it can be killed, and so that it does not
share a Python lock with the test.  Other offices are played by client.Client.
"""
import base64
import http.client
import json
import os
import signal
import subprocess
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))


class National:
    def __init__(self, folder, offices=(), receivers=(), wait=120):
        """offices: number -> service types, with certificate and account;
        receivers: the same without.  Not started."""
        self.folder = os.path.abspath(folder)
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self.wait = wait
        self.process = None
        self.told = None
        self.list = os.path.join(self.folder, "offices.txt")
        with open(self.list, "w", encoding="ascii") as f:
            for mark, group in (("+", dict(offices)), ("", dict(receivers))):
                for number, types in group.items():
                    f.write(f"{mark}{number} {','.join(types)}\n")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    # -- the process

    def start(self):
        path = os.path.join(self.folder, "sim.json")
        if os.path.exists(path):
            os.unlink(path)
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(HERE, "national-sim"), "--folder", self.folder,
                 "--offices", self.list], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        deadline = time.monotonic() + self.wait
        while not os.path.exists(path):
            if self.process.poll() is not None or (
                    time.monotonic() > deadline):
                self.close()
                raise RuntimeError("the simulator did not start: "
                                   + self.log()[-2000:])
            time.sleep(0.02)
        with open(path, encoding="ascii") as f:
            self.told = json.load(f)
        return self

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8",
                  errors="replace") as f:
            return f.read()

    def stop(self, number=signal.SIGTERM):
        """Away, from one moment to the next; its state stays."""
        if self.process is not None:
            self.process.send_signal(number)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)
            self.process = None

    def kill(self):
        self.stop(signal.SIGKILL)

    close = stop

    def url(self):
        return self.told["url"]

    def ca(self):
        return os.path.join(self.folder, "ca.pem")

    def office(self, number, name):
        """The path of a file of an office: client.p12, user, password ..."""
        return os.path.join(self.folder, "offices", number, name)

    def secrets_of(self, number):
        """What must never be found in a log: passwords, as text."""
        found = []
        for name in ("password", "client.p12.password"):
            with open(self.office(number, name), encoding="ascii") as f:
                found.append(f.read().strip())
        return found

    # -- the control endpoint

    def ask(self, path, document=None):
        address = urllib.parse.urlsplit(self.told["control"])
        connection = http.client.HTTPConnection(
            address.hostname, address.port, timeout=60)
        try:
            connection.request("POST", "/" + path, json.dumps(document or {}))
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if not answer.pop("ok"):
            raise RuntimeError(f"{path}: {answer}")
        return answer

    def fault(self, on, **what):
        self.ask("fault", {"on": on, **what})

    def clear(self):
        self.ask("clear")

    def set(self, **settings):
        self.ask("set", settings)

    def maintenance(self, seconds, begin=0):
        self.ask("maintenance", {"seconds": seconds, "from": begin})

    def deliver(self, sender, receiver, files, sender_type="",
                receiver_type="", age=0):
        """Another office sends {name: bytes}, or did so many seconds ago; the
        item's id."""
        return self.ask("deliver", {
            "from": sender, "from_type": sender_type, "to": receiver,
            "to_type": receiver_type, "age": age,
            "files": [{"name": n, "content": base64.b64encode(d).decode()}
                      for n, d in files.items()]})["item_id"]

    def items(self):
        return self.ask("items")["items"]

    def sends(self):
        return self.ask("sends")["sends"]

    def doubles(self):
        return self.ask("doubles")["doubles"]

    def calls(self, operation=None):
        return [c for c in self.ask("calls")["calls"]
                if operation in (None, c["operation"])]

    def accounts(self):
        return {a["office"]: a for a in self.ask("accounts")["accounts"]}

    def issued(self):
        return self.ask("issued")["issued"]

    def count(self):
        return self.ask("count")
