"""The national system of a practice room: the practice system of
tests/sim/national, and what the gateway needs to reach it over its API.

It is a process of the room like the others, on loopback.  At its first start
it makes a CA and, for each office of ours, a certificate and an account; these
are sealed for the gateway with tasukictl, as a clerk does it with real ones.
Partners are registered as receivers; whoever plays one opens its account.
"""
import json
import os
import re
import time

from practice_process import Process, Trouble, free_port
from practice_registry import is_inside, ways_of

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(ROOT, "tests", "sim", "national", "national-sim")
PROFILE = os.path.join(ROOT, "config", "national", "practice.conf")
NUMBER = re.compile(r"[0-9A-Z]{10}")
START_SECONDS = 120             # certificates take time on a slow machine


def office_lines(rows):
    """The practice system's offices: ours ("+", with an account) and partners
    who are to be reached there, each with all its service types."""
    types, ours = {}, set()
    for row in rows:
        number = row["office_number"]
        if not NUMBER.fullmatch(number) or not (
                is_inside(row) or "national" in ways_of([row])):
            continue
        types.setdefault(number, []).append(row.get("service_type", ""))
        if is_inside(row):
            ours.add(number)
    return [("+" if n in ours else "") + f"{n} {','.join(types[n])}\n"
            for n in sorted(types)]


def profile_text(text, values):
    """The profile with other values; name -> value, and what stands there."""
    for (name, old), value in values.items():
        text, found = re.subn(rf'(?m)^(\s*{name} = )"{old}"$',
                              lambda m, v=value: f'{m[1]}"{v}"', text)
        if found != 1:
            raise Trouble(f"{PROFILE}: {name} stands there {found} times")
    return text


class Nation:
    """The part of Room that stands for the national system."""

    def nation_wanted(self):
        return "national" in self.ways()

    def nation_ports(self):
        """(interface, control), chosen once: settings name them."""
        path = self.path("nation.json")
        if not os.path.exists(path):
            ports = {"port": free_port(), "control": free_port()}
            self._keep("nation.json", json.dumps(ports) + "\n")
        with open(path, encoding="ascii") as f:
            kept = json.load(f)
        return kept["port"], kept["control"]

    def nation(self):
        """The process and whether its list of offices changed just now."""
        list_file = os.path.join("config", "nation-offices.txt")
        changed = self._keep(list_file, "".join(office_lines(self.rows())))
        port, control = self.nation_ports()
        return Process(self, "nation", [
            PROGRAM, "--folder", self.path("nation"), "--offices",
            self.path(list_file), "--port", str(port), "--control-port",
            str(control)]), changed

    def start_nation(self):
        """Before the gateway: it needs the CA and our offices' containers."""
        if not self.nation_wanted():
            return
        os.makedirs(self.path("nation"), mode=0o700, exist_ok=True)
        process, changed = self.nation()
        if changed and process.pid() is not None:
            process.stop()
        if process.pid() is None:
            process.start()
        self._wait_nation(process)
        self._seal_offices()

    def _wait_nation(self, process):
        """It tells its pid in sim.json once it serves."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            process.reap()
            pid = process.pid()
            try:
                with open(self.path("nation", "sim.json"),
                          encoding="ascii") as f:
                    if pid is not None and json.load(f)["pid"] == pid:
                        return
            except FileNotFoundError:
                pass
            if pid is None or time.monotonic() > deadline:
                raise Trouble("the practice national system did not start:\n"
                              + process.log_tail())
            time.sleep(0.05)

    # -- certificates and logins of our offices

    def _seal_offices(self):
        """A container for each office of ours; again when its certificate is
        newer.  A running gateway sees it by itself."""
        if not os.path.exists(self._nation_secret()):
            self.ctl("national", "secret", "new", self._nation_secret())
        os.makedirs(self._containers(), mode=0o700, exist_ok=True)
        for number in sorted({r["office_number"] for r in self.rows()
                              if is_inside(r)}):
            p12 = self.path("nation", "offices", number, "client.p12")
            sealed = os.path.join(self._containers(), number + ".office")
            if os.path.exists(p12) and not (
                    os.path.exists(sealed)
                    and os.path.getmtime(sealed) >= os.path.getmtime(p12)):
                self._seal(number, p12)

    def _seal(self, number, p12):
        login = self.path("keys", "login")
        text = ""
        for name in ("user", "password"):
            with open(self.path("nation", "offices", number, name),
                      encoding="ascii") as f:
                text += f.read()
        with open(login, "w", encoding="ascii",
                  opener=lambda path, flags: os.open(path, flags,
                                                     0o600)) as f:
            f.write(text)
        try:
            self.ctl("national", "cert", "add", number, "--containers",
                     self._containers(), "--secret", self._nation_secret(),
                     "--p12", p12, "--password-file", p12 + ".password",
                     "--login-file", login)
        finally:
            os.unlink(login)

    def _containers(self):
        return self.path("national-containers")

    def _nation_secret(self):
        return self.path("keys", "containers.secret")

    # -- the gateway

    def _nation_profile(self):
        """The example, with this room's places.  Here processes are killed at
        any moment, also in a login, which counts as refused: more tries."""
        name = os.path.join("config", "national-profile.conf")
        with open(PROFILE, encoding="utf-8") as f:
            self._keep(name, profile_text(f.read(), {
                ("base", "https:.*"):
                    f"https://127.0.0.1:{self.nation_ports()[0]}",
                ("ca", "/.*"): self.path("nation", "ca.pem"),
                ("max", "2"): "10",
                ("wait", "30 min"): "1 s"}))
        return self.path(name)

    def national_settings(self, name):
        return self._agent_settings(name, "national") + [
            ("folder", self.path("national")),
            ("driver", "api"),
            ("list", [("poll", "500 ms"), ("soon", "500 ms"),
                      ("lag", "5 s")]),
            ("wait", [("first", "500 ms"), ("most", "5 s")]),
            ("receive", [("set", "3 s")]),
            ("api", [("profile", self._nation_profile()),
                     ("containers", self._containers()),
                     ("secret", self._nation_secret())]),
        ]

    def nation_report(self):
        process, _ = self.nation()
        port, control = self.nation_ports()
        return {"pid": process.pid(), "url": f"https://127.0.0.1:{port}",
                "control": f"http://127.0.0.1:{control}",
                "folder": self.path("nation"), "log": process.log}
