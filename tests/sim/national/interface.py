"""The calls of the practice national system, without the network.

    answer = Interface(store, standard).call(request)

request has method, path, query, headers, body and office, the number in the
client's certificate.  What README.md says of each call is done here.
"""
import base64
import binascii
import datetime
import hashlib
import json

from .sets import is_other_file
from .store import (digest, iso, item_name, item_number, now_ms)

CERTIFICATE, TOKEN = "S403", "S401"


class Answer:
    def __init__(self, status, body, operation="", code="", item=None,
                 **headers):
        self.status = status
        self.body = body
        self.operation = operation
        self.code = code
        self.item = item
        self.headers = {n.replace("_", "-"): v for n, v in headers.items()}


class System(Exception):
    """An HTTP error."""

    def __init__(self, status, message, code=None):
        super().__init__(message)
        self.status = status
        self.code = code or f"S{status}"


class Business(Exception):
    """An error inside HTTP 200."""

    def __init__(self, code, message, **more):
        super().__init__(message)
        self.code = code
        self.more = more


def system_answer(status, code, message, operation, **more):
    headers = {}
    if "retry_after" in more:
        headers["Retry_After"] = str(more.pop("retry_after"))
    return Answer(status, {"error": {"code": code, "message": message,
                                     **more}}, operation, code, **headers)


def result(code="0000", message=""):
    return {"code": code, "message": message}


def text_of(document, name, default=None):
    value = document.get(name, default) if isinstance(document, dict) else None
    if not isinstance(value, str):
        raise System(400, f"{name} is missing or no text")
    return value


class Interface:
    def __init__(self, store, standard):
        self.store = store
        self.standard = standard
        self.open = {("POST", "/auth/v1/login"): ("login", self.login),
                     ("POST", "/auth/v1/refresh"): ("refresh", self.refresh),
                     ("POST", "/auth/v1/logout"): ("logout", self.logout)}
        self.closed = {("POST", "/careplan/v1/sent"): ("send", self.send),
                       ("GET", "/careplan/v1/sent"): ("sent", self.sent),
                       ("GET", "/careplan/v1/received"): ("received",
                                                          self.received)}

    # -- one call

    def find(self, request):
        """(operation, function, item of the path, whether it needs a token)"""
        key = (request.method, request.path)
        if key in self.open:
            return *self.open[key], None, False
        if key in self.closed:
            return *self.closed[key], None, True
        head, _, last = request.path.rpartition("/")
        if head == "/careplan/v1/received" and request.method == "GET":
            return "fetch", self.fetch, last, True
        return "unknown", None, None, False

    def operation(self, request):
        return self.find(request)[0]

    def receiver_of(self, request):
        """For faults that are meant for one receiver."""
        try:
            return json.loads(request.body)["to"]["office_number"]
        except (ValueError, KeyError, TypeError):
            return ""

    def call(self, request, refuse=0):
        """refuse: take in part, without the last so many files."""
        operation, function, last, needs_token = self.find(request)
        try:
            self._maintenance()
            if function is None:
                raise System(404, "no such path")
            self._certificate(request.office)
            if needs_token:
                self._token(request)
            document = self._document(request)
            if operation == "send":
                body, code, item = self.send(request, document, refuse)
            elif operation == "fetch":
                body, code, item = self.fetch(request, last)
            else:
                body, code, item = function(request, document)
            return Answer(200, {"result": result(
                code, "" if code == "0000" else "accepted in part"), **body},
                operation, code, item)
        except Business as error:
            return Answer(200, {"result": result(error.code, str(error)),
                                **error.more}, operation, error.code)
        except System as error:
            more = {}
            if error.code == "S503M":
                end = self.store.setting("maintenance_end")
                more = {"until": iso(end), "retry_after": max(
                    1, (end - now_ms() + 999) // 1000)}
            return system_answer(error.status, error.code, str(error),
                                 operation, **more)

    def _maintenance(self):
        begin = self.store.setting("maintenance_begin")
        end = self.store.setting("maintenance_end")
        if begin <= now_ms() < end:
            raise System(503, "maintenance", "S503M")

    def _certificate(self, office):
        row = self.store.one("SELECT withdrawn FROM office WHERE number=?",
                             office)
        if row is None or row["withdrawn"]:
            raise System(403, "the certificate is not accepted any more")

    def _token(self, request):
        scheme, _, text = request.headers.get("authorization", "").partition(
            " ")
        row = (self.store.token(text.strip(), "access")
               if scheme.lower() == "bearer" else None)
        if row is None:
            raise System(401, "access token missing, unknown or over")
        if row["office"] != request.office:
            raise System(403, "token and certificate of different offices")

    @staticmethod
    def _document(request):
        if request.method == "GET":
            return {}
        try:
            document = json.loads(request.body)
        except ValueError as error:
            raise System(400, "the body is not JSON") from error
        if not isinstance(document, dict):
            raise System(400, "the body is no object")
        return document

    # -- login

    def login(self, request, document):
        user = text_of(document, "user_id")
        password = text_of(document, "password")
        row = self.store.one("SELECT * FROM account WHERE user=?", user)
        if row is None:
            raise Business("A001", "user id or password wrong")
        if row["locked_until"] > now_ms():
            raise Business("A002", "account locked",
                           locked_until=iso(row["locked_until"]))
        if row["password"] != digest(password):
            self._failure(row)
            raise Business("A001", "user id or password wrong")
        if row["office"] != request.office:
            raise Business("A003", "certificate of another office")
        self.store.do("UPDATE account SET failures=0, locked_until=0 WHERE "
                      "user=?", user)
        ends = now_ms() + 1000 * self.store.setting("refresh_seconds")
        return self.store.new_tokens(row["office"], ends), "0000", None

    def _failure(self, row):
        failures = row["failures"] + 1
        locked = 0
        if failures >= self.store.setting("lock_failures"):
            failures = 0
            locked = now_ms() + 1000 * self.store.setting("lock_seconds")
        self.store.do("UPDATE account SET failures=?, locked_until=? WHERE "
                      "user=?", failures, locked, row["user"])

    def refresh(self, request, document):
        row = self.store.token(text_of(document, "refresh_token"), "refresh")
        if row is None or row["office"] != request.office:
            raise Business("A004", "refresh token unknown or over")
        self.store.end_pair(row["pair"])
        return (self.store.new_tokens(row["office"], row["ends"]), "0000",
                None)

    def logout(self, request, document):
        row = self.store.token(text_of(document, "refresh_token"), "refresh")
        if row is not None and row["office"] == request.office:
            self.store.end_pair(row["pair"])
        return {}, "0000", None

    # -- send

    def send(self, request, document, refuse=0):
        to = document.get("to")
        receiver = text_of(to, "office_number")
        receiver_type = text_of(to, "service_type", "")
        self._receiver(request.office, receiver, receiver_type)
        files = self._files(document)
        names = [self._name(n, request.office, receiver, receiver_type)
                 for n, _, _ in files]
        sender_type = next((n.sender_type for n in names if n), "")
        stamp = next((n.stamp for n in names if n), "")
        open_item = self._judge_set(names, request.office, receiver, stamp)
        taken = files[:max(1, len(files) - refuse)]
        left = files[len(taken):]
        item, accepted = self.store.put_item(
            request.office, sender_type, receiver, receiver_type, stamp,
            "incomplete" if left else "sent", taken, open_item)
        answer = {"item_id": item_name(item),
                  "accepted_at": iso(accepted),
                  "files": [{"name": n, "result": result()}
                            for n, _, _ in taken]
                  + [{"name": n, "result": result("R001", "not taken now")}
                     for n, _, _ in left]}
        return answer, "W001" if left else "0000", item

    def _receiver(self, sender, receiver, receiver_type):
        if receiver == sender:
            raise Business("B003", "sender and receiver are the same number")
        types = self.store.types(receiver)
        if types is None:
            raise Business("B001", "the receiver is not registered")
        if receiver_type and receiver_type not in types:
            raise Business("B002", "the receiver has no such service type")

    def _files(self, document):
        """[(name, sha256, content)]"""
        files = document.get("files")
        if not isinstance(files, list) or not files:
            raise System(400, "files is missing or empty")
        if len(files) > self.store.setting("files_max"):
            raise Business("B007", "too many files")
        found = []
        for file in files:
            name, wanted = text_of(file, "name"), text_of(file, "sha256")
            try:
                content = base64.b64decode(text_of(file, "content"),
                                           validate=True)
            except (binascii.Error, ValueError) as error:
                raise System(400, "content is not base64") from error
            if len(content) > self.store.setting("file_bytes_max"):
                raise Business("B007", "a file is too large")
            if hashlib.sha256(content).hexdigest() != wanted:
                raise Business("B005", "a file's hash differs")
            found.append((name, wanted, content))
        return found

    def _name(self, text, sender, receiver, receiver_type):
        """What the name says; None for a file of another kind."""
        name = self.standard.name(text)
        if name is None:
            if is_other_file(text):
                return None
            raise Business("B006", "a file name breaks the rule")
        if name.edition != "4.1":
            raise Business("B009", "edition not accepted any more")
        if (name.sender != sender or name.receiver != receiver
                or receiver_type not in ("", name.receiver_type)):
            raise Business("B006", "a file names another office")
        return name

    def _judge_set(self, names, sender, receiver, stamp):
        """The item that waits for these files, if one does."""
        of_standard = [n for n in names if n]
        if not of_standard:
            return None
        if len(of_standard) != len(names):
            raise Business("B004", "other files among a set")
        if len({(n.stamp, n.sender_type, n.receiver_type)
                for n in of_standard}) > 1:
            raise Business("B004", "files of several sets")
        kinds = [n.kind for n in of_standard]
        waiting = self.store.incomplete(sender, receiver, stamp)
        whole = list(kinds)
        if waiting:
            there = {self.standard.name(f["name"]).kind
                     for f in self.store.files(waiting["id"])}
            whole += sorted(there - set(kinds))
        if not self.standard.is_set(whole):
            raise Business("B004", "not one of the standard's combinations")
        return waiting["id"] if waiting else None

    # -- lists and fetching

    def sent(self, request, _):
        return self._list(request, "sender")

    def received(self, request, _):
        return self._list(request, "receiver")

    def _list(self, request, column):
        limit = self._number(request, "limit", 100, 1, 500)
        after = self._number(request, "cursor", 0, 0, 1 << 60)
        since = request.query.get("since")
        try:
            since = int(datetime.datetime.fromisoformat(since).timestamp()
                        * 1000) if since else 0
        except ValueError as error:
            raise System(400, "since is no time") from error
        rows = self.store.items(column, request.office, since, after,
                                limit + 1)
        more = len(rows) > limit
        rows = rows[:limit]
        return {"items": [self._entry(r, column) for r in rows],
                "next_cursor": str(rows[-1]["id"]) if more else None
                }, "0000", None

    @staticmethod
    def _number(request, name, default, low, high):
        text = request.query.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 19
                and low <= int(text) <= high):
            raise System(400, f"{name} is out of range")
        return int(text)

    def _entry(self, row, column, content=False):
        entry = {"item_id": item_name(row["id"]),
                 "accepted_at": iso(row["accepted"]), "state": row["state"],
                 "fetched_at": iso(row["fetched"]),
                 "to": {"office_number": row["receiver"],
                        "service_type": row["receiver_type"]},
                 "files": []}
        if column == "receiver":
            entry["from"] = {"office_number": row["sender"],
                             "service_type": row["sender_type"]}
        for file in self.store.files(row["id"], content):
            told = {k: file[k] for k in ("name", "size", "sha256")}
            if content:
                told["content"] = base64.b64encode(file["content"]).decode()
            entry["files"].append(told)
        return entry

    def fetch(self, request, name):
        number = item_number(name)
        row = self.store.item(number) if number is not None else None
        if (row is None or row["receiver"] != request.office
                or row["state"] == "incomplete"):
            raise Business("B008", "no such item")
        if not row["kept"]:
            raise Business("B010", "the item is no longer kept")
        self.store.fetched(number)
        return (self._entry(self.store.item(number), "receiver", True),
                "0000", number)
