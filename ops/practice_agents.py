"""What runs in a practice room: the settings of each process.

Beside the broker, the offices and the PDF agent: a FAX agent, the gateway to
the national system and an agent of a hub as soon as the registry has a partner
who is to be reached so.  Their other sides are folders in which a person (or
ops/demo) plays the FAX machine and the hub; that of the national gateway is the
practice national system (practice_nation.py).
"""
import os

from practice_nation import Nation
from practice_process import Process
from practice_registry import desks_by_agent, ways_of

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOCKET_BYTES_MAX = 107          # sun_path
PROGRAM_OF = {"pdf": "tasuki-pdf", "fax": "tasuki-fax",
              "national": "tasuki-national", "hub": "tasuki-hub"}
# Whole days, so that a practice room works at night, too.
FAX_HOURS = [("days", "sun mon tue wed thu fri sat"), ("open", "00:00"),
             ("close", "24:00"), ("holidays", "yes")]
FAX_FOLDER = """#   Made by ops/lab: put TAG.result ("confirmed", "failed", "busy") beside a FAX.
driver = "folder"
name = "the FAX machine of the practice room"
folder
    path = "{path}"
"""
HUB_FOLDER = """#   Made by ops/lab: a hub whose folder somebody empties; seen when it is gone.
driver = "folder"
name = "the hub {name} of the practice room"
send
    folder = "for/{{to}}"
    name = "{{name}}"
    editions = "V3 V4.0 V4.1"
    attachments = "yes"
status
    delivered = "seen"
    seen = "gone"
fetch
    folder = "for-us"
    stable = "1 s"
    wait = "3 s"
"""


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


class Agents(Nation):
    """The part of Room that knows what is to run."""

    gateways = True     # run what the registry's ways need

    # -- what is to run

    def data(self):
        return self.path("broker")

    def ways(self):
        """The ways, beside the bus and PDF, that this room operates."""
        return ways_of(self.rows()) if self.gateways else []

    def broker_settings(self):
        # A socket path holds 107 bytes; from inside the room it is short.
        data = self.data()
        if len(os.fsencode(data)) + len("/control.sock") > SOCKET_BYTES_MAX:
            data = os.path.relpath(data, self.dir)
        settings = [
            ("listen", self.endpoint()),
            ("data", data),
            ("key", self.path("keys", "broker.key")),
        ]
        if self.ways():
            kinds = {way.partition(":")[0] for way in self.ways()}
            settings.append(
                ("route", [("ways", " ".join(["bus", "pdf", *sorted(kinds)]))]))
        return settings

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

    def free_name(self, name):
        """An agent's name that no office has."""
        names = {row.get("folder_agent") for row in self.rows()}
        return name if name not in names else "tasuki-" + name

    def pdf_settings(self, name):
        return self._agent_settings(name, "pdf") + [
            ("forms", os.path.join(ROOT, "config", "forms")),
            ("folder", self.path("pdf")),
        ]

    def fax_settings(self, name):
        self._keep(os.path.join("config", "fax-provider.conf"),
                   FAX_FOLDER.format(path=self.path("fax-out")))
        return self._agent_settings(name, "fax") + [
            ("forms", os.path.join(ROOT, "config", "forms")),
            ("folder", self.path("fax")),
            ("provider", self.path("config", "fax-provider.conf")),
            ("hours", FAX_HOURS),
            ("result", [("poll", "500 ms")]),
        ]

    def hub_settings(self, name, file, hub):
        self._keep(os.path.join("config", file + "-profile.conf"),
                   HUB_FOLDER.format(name=hub))
        return self._agent_settings(name, file) + [
            ("hub", hub),
            ("profile", self.path("config", file + "-profile.conf")),
            ("folder", self.path(file)),
            ("place", [("path", self.path(file + "-out"))]),
            ("poll", [("interval", "1 s")]),
        ]

    def gateway(self, way):
        """(role, file, settings) of what serves a way that is no office's."""
        if way.startswith("hub:"):
            file = "hub-" + way[4:]
            return way, file, self.hub_settings(self.free_name(file), file,
                                                way[4:])
        return way, way, getattr(self, way + "_settings")(self.free_name(way))

    def other_side(self, role):
        """The folder in which partners, or who plays them, find things."""
        if role == "pdf":
            return self.path("pdf")
        if role == "national":
            return self.path("nation")
        return self.path(role.replace(":", "-") + "-out")

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
        for way in ["pdf"] + self.ways():
            role, file, settings = self.gateway(way)
            process, changed = self.process(
                file, PROGRAM_OF[role.partition(":")[0]], settings)
            found.append((settings[0][1], role, [], process, changed))
        return found
