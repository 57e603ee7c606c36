"""The national gateway beside a lab's broker, against the practice national
system."""
import os
import subprocess

from lab import NUMBER, ROOT, by_name, gen, plan_set, read, row, wait_for
from national import National
from national.client import Client

CARE, SECOND, THIRD = NUMBER[1], NUMBER[4], NUMBER[5]     # ours, type 43
PARTNERS = [NUMBER[n] for n in (11, 12, 13, 14)]          # theirs, type 11
PROFILE = os.path.join(ROOT, "config", "national", "practice.conf")
ROWS = {r["office_number"]: r for r in
        [row(1, "43", "care"), row(4, "43", "care"), row(5, "43", "care")]
        + [row(n, "11", inside=0, way="national") for n in (11, 12, 13, 14)]}
QUICK = {                   # a scenario is not to wait for minutes
    "parallel": "8",
    "list/poll": "400 ms", "list/soon": "50 ms", "list/lag": "1500 ms",
    "wait/first": "100 ms", "wait/most": "1 s", "receive/set": "1 s",
}


def profile_text(text, **more):
    """The profile with other values: name="value", section__name="value"."""
    lines = text.splitlines()
    for key, value in more.items():
        section, _, name = key.rpartition("__")
        line = ("    " if section else "") + f'{name} = "{value}"'
        start = lines.index(section) + 1 if section else 0
        at = start
        while at < len(lines) and (not section or lines[at][:1] in " \t"):
            if lines[at].strip().startswith(name + " = "):
                lines[at] = line
                break
            at += 1
        else:
            lines.insert(start, line)
    return "\n".join(lines) + "\n"


class NationalRoom:
    """offices: ours with certificate and account; receivers: theirs."""

    def __init__(self, lab, offices=(CARE,), receivers=PARTNERS,
                 accounts=PARTNERS[:1], **settings):
        self.lab = lab
        rows = {r["office_number"]: r for r in lab.rows()}
        types = {n: [rows[n]["service_type"]] for n in rows}
        types.update({n: ["11"] for n in receivers if n not in types})
        self.offices = list(offices)
        self.nation = National(
            lab.path("nation"),
            {n: types[n] for n in [*offices, *accounts]},
            {n: types[n] for n in receivers if n not in accounts})
        self.settings = {**QUICK, **{k.replace("__", "/"): v
                                     for k, v in settings.items()}}
        self.folder = lab.path("national")
        self.containers = lab.path("containers")
        self.secret = lab.path("keys", "containers.secret")
        # a process that ends in the middle of a login counts as a refusal
        self.profile_more = {"tries__wait": "1 s", "tries__max": "10"}
        self.process = None
        self.clients = {}
        self.tokens = []

    # -- up and down

    def open(self, peers=False, ways="bus pdf national hub"):
        """All of it: the nation, the lab, the gateway; peers: somebody else
        plays the agents of the offices."""
        self.nation.start()
        self.lab.setting("tasukid", route__ways=ways)
        if peers:
            self.lab.prepare()
        else:
            self.lab.up()
        self.enrol()
        for number in self.offices:
            self.add(number)
        self.start()
        return self

    def enrol(self):
        self.lab.key("national")
        self.lab.ctl("agent", "add", "national", "--key",
                     self.lab.path("keys", "national.pub"), "--role",
                     "national")

    def ctl(self, *arguments, check=True):
        return self.lab.ctl("national", *arguments, check=check)

    def add(self, number, password=None):
        """Seal an office's certificate and login, as a clerk does."""
        if not os.path.exists(self.secret):
            self.ctl("secret", "new", self.secret)
        login = self.lab.path("keys", "login")
        with open(login, "w", encoding="ascii",
                  opener=lambda path, flags: os.open(path, flags,
                                                     0o600)) as f:
            user = read(self.nation.office(number, "user")).decode()
            f.write(user + (password or self.nation.secrets_of(number)[0])
                    + "\n")
        self.ctl("cert", "add", number, "--containers", self.containers,
                 "--secret", self.secret, "--p12",
                 self.nation.office(number, "client.p12"), "--password-file",
                 self.nation.office(number, "client.p12.password"),
                 "--login-file", login)
        os.unlink(login)

    def write_profile(self):
        path = self.lab.path("config", "practice.conf")
        text = profile_text(read(PROFILE).decode(), **{
            "base": self.nation.url(), "ca": self.nation.ca(),
            **self.profile_more})
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def start(self, **environment):
        settings = [
            ("name", "national"),
            ("key", self.lab.path("keys", "national.key")),
            ("broker", [
                ("endpoint", self.lab.endpoints.get("national",
                                                    self.lab.endpoint())),
                ("key", self.lab.path("keys", "broker.pub"))]),
            ("standard", os.path.join(ROOT, "config", "standard")),
            ("folder", self.folder),
            ("driver", "api"),
            ("api", [
                ("profile", self.write_profile()),
                ("containers", self.containers),
                ("secret", self.secret)]),
        ]
        self.lab.more["national"] = self.settings
        self.lab.environment["national"] = environment
        self.process, _ = self.lab.process("national", "tasuki-national",
                                           settings)
        self.process.start()
        if not environment:
            self.lab.wait_connected(["national"])
        return self.process

    def restart(self, **environment):
        assert self.process.stop(), self.process.log_tail()
        return self.start(**environment)

    def client(self, number):
        """Another participant, logged in."""
        if number not in self.clients:
            self.clients[number] = Client(self.nation, number)
            self.clients[number].login()
        return self.clients[number]

    def close(self):
        try:
            if self.process is not None and self.process.pid() is not None:
                assert self.process.stop(), (
                    "it had to be killed\n" + self.process.log_tail(30))
        finally:
            for client in self.clients.values():
                client.close()
            if self.nation.process is not None:
                self.tokens = self.nation.issued()
            self.nation.close()
        self.look_for_secrets()

    # -- what goes and comes

    def plan(self, receiver, sender=CARE, number=1, month=(2026, 12)):
        """A monthly set of its own 連番, {name: bytes}."""
        rows = {r["office_number"]: r for r in self.lab.rows()}
        stamp = f"202611241{number // 3600:01}{number // 60 % 60:02}" \
                f"{number % 60:02}"
        folder = self.lab.path("made", f"{sender}-{receiver}-{number}")
        return by_name(plan_set(folder, rows[sender], rows[receiver],
                                stamp=stamp, seed=number, month=month))

    def send(self, files, sender=CARE):
        for name, data in files.items():
            self.lab.offices[sender].send(name, data)

    def sent_names(self):
        return sorted(s["name"] for s in self.nation.sends())

    def wait_there(self, wanted, seconds=60):
        """Until the nation has exactly these files, each sent once, and every
        item whole."""
        names = sorted(wanted)
        wait_for(lambda: f"there: {self.sent_names()}\nwanted: {names}\n"
                 + self.tail(),
                 lambda: set(names) <= set(self.sent_names())
                 and not [i for i in self.nation.items()
                          if i["state"] == "incomplete"], seconds)
        assert self.nation.doubles() == []
        assert self.sent_names() == names

    def tail(self):
        return self.lab.tails() + "\n" + self.nation.log()[-2000:]

    def wait_receipts(self, count, state="delivered", seconds=60, **filters):
        return self.lab.wait_parcels(count, state, seconds, **filters)

    # -- secrets

    def secret_words(self):
        """Passwords of the offices, what opens the containers, all tokens."""
        words = list(self.tokens)
        for number in self.offices:
            words += self.nation.secrets_of(number)
        if os.path.exists(self.secret):
            words += [w for w in read(self.secret).decode(
                "utf-8", "replace").split() if len(w) > 15]
        return [w.encode() for w in words]

    def look_for_secrets(self):
        """T35, T36: none in plain, in logs, spool or settings."""
        folders = [f for f in
                   (self.lab.path("log"), self.folder, self.containers,
                    self.lab.path("config"), self.lab.path("broker"))
                   if os.path.exists(f)]
        words = self.secret_words()
        assert all(words)
        if not words:
            return
        # thousands of tokens in the files of a month: all words in one pass
        done = subprocess.run(
            ["grep", "-rlaF", "-f", "-", *folders], check=False,
            input=b"\n".join(words) + b"\n",
            capture_output=True, env={**os.environ, "LC_ALL": "C"})
        assert not done.stdout, done.stdout.decode()
        # the broker may still put its files away
        assert all(line.endswith(b"No such file or directory")
                   for line in done.stderr.splitlines()), done.stderr



def actual(folder, sender, receiver, month=(2026, 12)):
    """実績 of a service office for a care manager, registry rows;
    {name: bytes}."""
    folder = str(folder)
    plan_set(folder, receiver, sender, month=month)
    return by_name(gen.answer(folder, folder + "-answer"))
