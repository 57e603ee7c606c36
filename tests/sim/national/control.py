"""Hurting the practice national system, and asking it what happened.

POST with a JSON object, or GET; the answer is JSON with "ok".

    POST /fault     on: login refresh logout send sent received fetch *
                    office, to: only for this sender, receiver
                    count: calls it is for (1; 0 = until cleared)
                    skip: calls it lets pass first
                    and what happens:
                      status: 503       this HTTP error, nothing is done
                      location: "URL"   with a status: where it points to
                      code: "B001"      this business error, nothing is done
                      cut: true         the connection ends, nothing is done
                      hang: true        no answer, nothing is done
                      lost: true        done, but the connection ends
                      hang_after: true  done, but no answer
                      refuse: n         the last n files are not taken (W001)
                      twice: true       every entry of the list stands twice
                      garbage: true     done, the answer is no JSON
                      slow: seconds     first this long nothing
    POST /clear         no more faults
    POST /set           access_seconds, refresh_seconds, lock_failures,
                        lock_seconds, files_max, file_bytes_max, list_lag_ms
    POST /maintenance   seconds (0 ends it), from: seconds from now
    POST /office        number, types, account: bool, days or until (ISO):
                        registers; account: a (new) certificate and user
    POST /unregister    number: no receiver any more
    POST /withdraw      number: its certificate is refused from now on
    POST /expire        kind: access refresh, office: end tokens at once
    POST /deliver       from, from_type, to, to_type, files [{name, content in
                        base64}], age: another office sends, or did so many
                        seconds ago
    POST /fetch         item_id: another PC of the office fetches it
    POST /duplicate     item_id: the same content as a new item
    POST /forget        item_id: no longer kept
    GET  /items /sends /doubles /calls /accounts /issued (tokens) /count
"""
import base64
import datetime
import hashlib
import json
import os
import secrets

from .authority import keep
from .store import item_name, item_number, now_ms


class Control:
    def __init__(self, server):
        self.server = server
        self.store = server.store

    async def call(self, request):
        function = getattr(self, "do_" + request.path.strip("/"), None)
        if function is None or not request.path.strip("/").isalpha():
            return 404, {"ok": False, "error": "no such request"}
        try:
            document = json.loads(request.body) if request.body else {}
            return 200, {"ok": True, **(function(document) or {})}
        except (KeyError, ValueError, TypeError, RuntimeError) as error:
            return 400, {"ok": False, "error": repr(error)}

    # -- faults

    def do_fault(self, fault):
        self.store.do("INSERT INTO fault(text) VALUES(?)", json.dumps(fault))

    def do_clear(self, _):
        self.store.do("DELETE FROM fault")

    def do_set(self, settings):
        for name, value in settings.items():
            self.store.set(name, value)

    def do_maintenance(self, document):
        begin = now_ms() + int(1000 * document.get("from", 0))
        end = begin + int(1000 * document["seconds"])
        self.store.set("maintenance_begin", begin)
        self.store.set("maintenance_end", end)

    def do_expire(self, document):
        self.store.do(
            "DELETE FROM token WHERE kind=? AND (office=? OR ?='')",
            document["kind"], document.get("office", ""),
            document.get("office", ""))

    # -- offices

    def do_office(self, document):
        number, types = document["number"], document.get("types", [])
        self.store.register(number, types)
        if document.get("account"):
            self.store.do("UPDATE office SET withdrawn=0 WHERE number=?",
                          number)
            self.open_account(number, document.get("days", 365),
                              document.get("until"))

    def open_account(self, number, days=365, until=None):
        """A certificate, and a user if there was none."""
        if until is not None:
            until = datetime.datetime.fromisoformat(until)
        self.server.authority.issue(number, self.folder_of(number), days,
                                    until)
        self.open_user(number)

    def folder_of(self, number):
        return os.path.join(self.server.folder, "offices", number)

    def open_user(self, number):
        folder = self.folder_of(number)
        user = f"KJ{number}"
        if self.store.one("SELECT 1 FROM account WHERE user=?",
                          user) is None:
            password = secrets.token_urlsafe(12)
            self.store.account(user, number, password)
            keep(os.path.join(folder, "user"), user + "\n")
            keep(os.path.join(folder, "password"), password + "\n")

    def do_unregister(self, document):
        self.store.do("DELETE FROM office WHERE number=?",
                      document["number"])

    def do_withdraw(self, document):
        self.store.do("UPDATE office SET withdrawn=1 WHERE number=?",
                      document["number"])

    # -- items

    def do_deliver(self, document):
        files = []
        for file in document["files"]:
            content = base64.b64decode(file["content"], validate=True)
            files.append((file["name"],
                          hashlib.sha256(content).hexdigest(), content))
        names = [self.server.interface.standard.name(n) for n, _, _ in files]
        stamp = next((n.stamp for n in names if n), "")
        item, _ = self.store.put_item(
            document["from"], document.get("from_type", ""), document["to"],
            document.get("to_type", ""), stamp, "sent", files, called=False,
            age_ms=int(1000 * document.get("age", 0)))
        return {"item_id": item_name(item)}

    def do_fetch(self, document):
        self.store.fetched(item_number(document["item_id"]))

    def do_duplicate(self, document):
        return {"item_id": item_name(self.store.duplicate(
            item_number(document["item_id"])))}

    def do_forget(self, document):
        self.store.do("UPDATE item SET kept=0 WHERE id=?",
                      item_number(document["item_id"]))

    # -- what happened

    def do_items(self, _):
        files = {}
        for row in self.store.all("SELECT item,name,sha256 FROM file"):
            files.setdefault(row["item"], []).append(
                [row["name"], row["sha256"]])
        return {"items": [
            {"item_id": item_name(r["id"]), "from": r["sender"],
             "to": r["receiver"], "state": r["state"],
             "files": sorted(files.get(r["id"], []))}
            for r in self.store.all("SELECT * FROM item ORDER BY id")]}

    def do_sends(self, _):
        """Every accepted send call's files, in order."""
        return {"sends": [dict(r) | {"item": item_name(r["item"])}
                          for r in self.store.all(
                              "SELECT * FROM send ORDER BY id")]}

    def do_doubles(self, _):
        return {"doubles": [dict(r) for r in self.store.all(
            "SELECT sender,receiver,name,COUNT(*) AS times FROM send "
            "GROUP BY sender,receiver,name,sha256 HAVING COUNT(*)>1")]}

    def do_calls(self, _):
        return {"calls": [dict(r) for r in self.store.all(
            "SELECT * FROM call ORDER BY id")]}

    def do_accounts(self, _):
        return {"accounts": [
            {"office": r["office"], "failures": r["failures"],
             "locked": r["locked_until"] > now_ms()}
            for r in self.store.all("SELECT * FROM account")]}

    def do_issued(self, _):
        return {"issued": [r["token"] for r in self.store.all(
            "SELECT token FROM issued")]}

    def do_count(self, _):
        """Cheap, for those who wait: files that were sent, how many different
        ones, items that are not whole, and not fetched."""
        row = self.store.one("SELECT COUNT(*) AS sends FROM send")
        found = {"sends": row["sends"]}
        row = self.store.one("SELECT COUNT(*) AS n FROM (SELECT DISTINCT "
                             "sender,receiver,name,sha256 FROM send)")
        found["different"] = row["n"]
        for state in ("incomplete", "sent"):
            found[state] = self.store.one(
                "SELECT COUNT(*) AS n FROM item WHERE state=?", state)["n"]
        return found
