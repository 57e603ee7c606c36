"""What the practice national system remembers: one SQLite file.

It outlives a kill of the simulator (not of the machine: nothing here is worth a
sync), so that what was accepted before can be compared with what comes after.
"""
import datetime
import hashlib
import json
import os
import secrets
import sqlite3
import time

JST = datetime.timezone(datetime.timedelta(hours=9))
SCHEMA = """
CREATE TABLE IF NOT EXISTS office(number TEXT PRIMARY KEY, types TEXT,
    withdrawn INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS account(user TEXT PRIMARY KEY, office TEXT,
    password TEXT, failures INTEGER DEFAULT 0, locked_until INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS token(token TEXT PRIMARY KEY, pair TEXT, kind TEXT,
    office TEXT, ends INTEGER);
CREATE INDEX IF NOT EXISTS token_pair ON token(pair);
CREATE TABLE IF NOT EXISTS issued(token TEXT);
CREATE TABLE IF NOT EXISTS item(id INTEGER PRIMARY KEY AUTOINCREMENT,
    sender TEXT, sender_type TEXT, receiver TEXT, receiver_type TEXT,
    stamp TEXT, state TEXT, accepted INTEGER, fetched INTEGER,
    kept INTEGER DEFAULT 1);
CREATE INDEX IF NOT EXISTS item_sender ON item(sender, id);
CREATE INDEX IF NOT EXISTS item_receiver ON item(receiver, id);
CREATE TABLE IF NOT EXISTS file(item INTEGER, name TEXT, size INTEGER,
    sha256 TEXT, content BLOB);
CREATE INDEX IF NOT EXISTS file_item ON file(item);
CREATE TABLE IF NOT EXISTS send(id INTEGER PRIMARY KEY, at INTEGER, item INTEGER,
    sender TEXT, receiver TEXT, name TEXT, sha256 TEXT);
CREATE TABLE IF NOT EXISTS call(id INTEGER PRIMARY KEY, at INTEGER,
    operation TEXT, office TEXT, status INTEGER, code TEXT, did TEXT,
    item INTEGER, since TEXT, listed INTEGER);
CREATE TABLE IF NOT EXISTS fault(id INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value TEXT);
"""
SETTINGS = {                # name -> default; all settable at any time
    "access_seconds": 3600,
    "refresh_seconds": 8 * 3600,
    "lock_failures": 5,
    "lock_seconds": 900,
    "files_max": 100,
    "file_bytes_max": 10 << 20,
    "list_lag_ms": 0,           # what is younger is not in the lists yet
    "maintenance_begin": 0,     # ms; 0 0 = none
    "maintenance_end": 0,
}


def shift_ms():
    """As lib/base/clock.c: the file TASUKI_CLOCK moves everybody's clock."""
    try:
        with open(os.environ["TASUKI_CLOCK"], encoding="ascii") as f:
            return int(f.read())
    except (KeyError, OSError, ValueError):
        return 0


def now_ms():
    return time.time_ns() // 1000000 + shift_ms()


def iso(ms):
    if ms is None:
        return None
    return datetime.datetime.fromtimestamp(ms / 1000, JST).isoformat(
        timespec="milliseconds")


def item_name(number):
    return f"N{number:014d}"


def item_number(name):
    return (int(name[1:]) if name[:1] == "N" and name[1:].isascii()
            and name[1:].isdigit() and len(name) == 15 else None)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Store:
    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.executescript(SCHEMA)
        there = {r["name"] for r in self.all("PRAGMA table_info(call)")}
        for column in {"since", "listed"} - there:  # of an older simulator
            self.do(f"ALTER TABLE call ADD COLUMN {column}")

    def all(self, text, *values):
        return self.db.execute(text, values).fetchall()

    def one(self, text, *values):
        return self.db.execute(text, values).fetchone()

    def do(self, text, *values):
        return self.db.execute(text, values)

    # -- settings and faults

    def setting(self, name):
        row = self.one("SELECT value FROM setting WHERE name=?", name)
        return int(row["value"]) if row else SETTINGS[name]

    def set(self, name, value):
        if name not in SETTINGS:
            raise KeyError(name)
        self.do("INSERT OR REPLACE INTO setting VALUES(?,?)", name,
                str(int(value)))

    def faults(self):
        return [(r["id"], json.loads(r["text"]))
                for r in self.all("SELECT * FROM fault ORDER BY id")]

    def take_fault(self, operation, office, receiver):
        """The first fault that fits; it is used up by one.  Those that are to
        skip calls first count this one."""
        for number, fault in self.faults():
            if (fault.get("on", "*") not in ("*", operation)
                    or fault.get("office", office) != office
                    or fault.get("to", receiver) != receiver):
                continue
            if fault.get("skip", 0) > 0:
                fault["skip"] -= 1
                self._put_fault(number, fault)
                continue
            if fault.get("count", 1) == 1:
                self.do("DELETE FROM fault WHERE id=?", number)
            elif fault["count"] > 1:
                fault["count"] -= 1
                self._put_fault(number, fault)
            return fault
        return {}

    def _put_fault(self, number, fault):
        self.do("UPDATE fault SET text=? WHERE id=?", json.dumps(fault),
                number)

    # -- offices and accounts

    def register(self, number, types):
        self.do("INSERT INTO office(number,types) VALUES(?,?) ON CONFLICT"
                "(number) DO UPDATE SET types=excluded.types", number,
                ",".join(types))

    def types(self, number):
        """The service types of a registered office, None if it is not."""
        row = self.one("SELECT types FROM office WHERE number=?", number)
        return row["types"].split(",") if row else None

    def account(self, user, office, password):
        self.do("INSERT OR REPLACE INTO account(user,office,password) "
                "VALUES(?,?,?)", user, office, digest(password))

    # -- tokens: kept as digests, as a real one should; beside that all that
    # were given out, for tests that look whether one shows up anywhere

    def new_tokens(self, office, refresh_ends):
        now = now_ms()
        pair = secrets.token_hex(8)
        access, refresh = (secrets.token_urlsafe(32) for _ in range(2))
        access_ends = now + 1000 * self.setting("access_seconds")
        for kind, token, ends in (("access", access, access_ends),
                                  ("refresh", refresh, refresh_ends)):
            self.do("INSERT INTO token VALUES(?,?,?,?,?)", digest(token),
                    pair, kind, office, ends)
            self.do("INSERT INTO issued VALUES(?)", token)
        return {"office_number": office, "access_token": access,
                "access_expires_in": (access_ends - now) // 1000,
                "refresh_token": refresh,
                "refresh_expires_in": (refresh_ends - now) // 1000}

    def token(self, text, kind):
        row = self.one("SELECT * FROM token WHERE token=? AND kind=?",
                       digest(text), kind)
        return row if row and row["ends"] > now_ms() else None

    def end_pair(self, pair):
        self.do("DELETE FROM token WHERE pair=?", pair)

    # -- items

    def put_item(self, sender, sender_type, receiver, receiver_type, stamp,
                 state, files, item=None, called=True, age_ms=0):
        """files: [(name, sha256, content)]; into ${item} if there is one;
        called: by the interface, so it stands in the record of sends."""
        now = now_ms() - age_ms
        with self.db:
            self.do("BEGIN")
            if item is None:
                item = self.do(
                    "INSERT INTO item(sender,sender_type,receiver,"
                    "receiver_type,stamp,state,accepted) VALUES(?,?,?,?,?,?,"
                    "?)", sender, sender_type, receiver, receiver_type, stamp,
                    state, now).lastrowid
            else:
                self.do("UPDATE item SET state=? WHERE id=?", state, item)
            there = {f["name"] for f in self.files(item)}
            self.db.executemany(
                "INSERT INTO file VALUES(?,?,?,?,?)",
                [(item, n, len(c), h, c) for n, h, c in files
                 if n not in there])
            self.db.executemany(
                "INSERT INTO send(at,item,sender,receiver,name,sha256) "
                "VALUES(?,?,?,?,?,?)",
                [(now, item, sender, receiver, n, h) for n, h, _ in files
                 if called])
        return item, now

    def item(self, number):
        return self.one("SELECT * FROM item WHERE id=?", number)

    def incomplete(self, sender, receiver, stamp):
        return self.one(
            "SELECT * FROM item WHERE sender=? AND receiver=? AND stamp=? "
            "AND state='incomplete'", sender, receiver, stamp)

    def files(self, item, content=False):
        return self.all("SELECT name,size,sha256" + (",content" * content)
                        + " FROM file WHERE item=?", item)

    def fetched(self, item):
        self.do("UPDATE item SET state='fetched', fetched=? WHERE id=? AND "
                "state='sent'", now_ms(), item)

    def items(self, column, office, since, after, limit):
        hide = "AND state<>'incomplete'" if column == "receiver" else ""
        return self.all(
            f"SELECT * FROM item WHERE {column}=? AND accepted>=? AND "
            f"accepted<=? AND id>? AND kept=1 {hide} ORDER BY id LIMIT ?",
            office, since, now_ms() - self.setting("list_lag_ms"), after,
            limit)

    def duplicate(self, number):
        """The same content once more, under another id."""
        row = self.item(number)
        copy, _ = self.put_item(
            row["sender"], row["sender_type"], row["receiver"],
            row["receiver_type"], row["stamp"], "sent", [])
        self.do("INSERT INTO file SELECT ?,name,size,sha256,content FROM "
                "file WHERE item=?", copy, number)
        return copy

    # -- the record of what happened

    def note(self, operation, office, status, code, did, item, since, listed):
        """since, listed: of a list, what was asked, and entries told."""
        self.do("INSERT INTO call(at,operation,office,status,code,did,item,"
                "since,listed) VALUES(?,?,?,?,?,?,?,?,?)", now_ms(),
                operation, office, status, code, did, item, since, listed)
