"""Partners at the national system, played by ops/demo: each logs in there with
its own certificate (TLS both ways), fetches what was sent to it and sends its
results, through the interface and nothing else.
"""
import base64
import json
import os
import sys

from practice_room import ROOT, Trouble

sys.path.append(os.path.join(ROOT, "tests", "sim"))
from national import National  # noqa: E402
from national.client import Client  # noqa: E402

DONE = "0000"


class Running(National):
    """The practice system of a room, which the room started."""

    def __init__(self, folder):     # not ours to set up or start
        self.folder = folder
        self.process = None
        with open(os.path.join(folder, "sim.json"), encoding="ascii") as f:
            self.told = json.load(f)

    def ask(self, path, document=None):
        try:
            return super().ask(path, document)
        except RuntimeError as error:
            raise Trouble(f"the practice national system: {error}") from error


class Partners:
    def __init__(self, room, work):
        self.nation = Running(room.path("nation"))
        self.types = {}
        for row in room.rows():
            self.types.setdefault(row["office_number"], []).append(
                row["service_type"])
        self.work = work
        self.clients = {}

    def folder(self, number):
        """What a partner fetched."""
        return os.path.join(self.work, "fetched-from-the-nation", number)

    def client(self, number):
        """A partner, logged in; its account is opened when it is first
        needed."""
        if number not in self.clients:
            self.nation.ask("office", {
                "number": number, "types": self.types[number],
                "account": True})
            self.clients[number] = Client(self.nation, number)
            self.must(number, self.clients[number].login())
        return self.clients[number]

    @staticmethod
    def must(number, answer):
        """The document of an answer that says all is well."""
        status, document = answer
        if status != 200 or document["result"]["code"] != DONE:
            raise Trouble(f"the national system refused {number}: "
                          f"{status} {document}")
        return document

    def fetch(self, numbers):
        """Everybody fetches what waits for him."""
        if not self.nation.count()["sent"]:
            return
        for item in self.nation.items():
            number = item["to"]
            if item["state"] != "sent" or number not in numbers:
                continue
            self.keep(number, self.must(number, self.client(number).fetch(
                item["item_id"])))

    def keep(self, number, item):
        os.makedirs(self.folder(number), exist_ok=True)
        for file in item["files"]:
            path = os.path.join(self.folder(number),
                                os.path.basename(file["name"]))
            with open(path, "wb") as f:
                f.write(base64.b64decode(file["content"]))

    def send(self, sender, receiver, receiver_type, files):
        """One set, {name: bytes}."""
        self.must(sender, self.client(sender).send(receiver, receiver_type,
                                                   files))

    def close(self):
        for client in self.clients.values():
            client.close()
