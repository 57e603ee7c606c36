"""The registry of a practice room: its lines, and who serves which of them."""
import csv
import hashlib
import io
import re

from practice_process import Trouble

COLUMNS = ["office_number", "service_type", "name", "inside", "way",
           "fax_number", "folder_agent", "valid_from", "valid_to"]


def decode(data):
    """UTF-8 with or without byte-order mark, else MS932."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def read_registry(path):
    with open(path, "rb") as f:
        text = decode(f.read())
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = [c.strip() for c in reader.fieldnames or []]
    if "office_number" not in columns:
        raise Trouble(f"{path}: the first line has no column office_number")
    reader.fieldnames = columns
    rows = []
    for row in reader:
        row.pop(None, None)
        rows.append({k: (v or "") for k, v in row.items()})
    return columns, rows


def plain_agent(name):
    """A folder_agent as an agent's name (the broker takes letters, digits,
    dot, hyphen, underscore); two different ones stay different."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,40}", name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:24]
    return f"{plain or 'agent'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def is_inside(row):
    return row.get("inside", "").strip() in ("1", "yes", "true")


def with_agents(rows):
    """An office of ours without a folder_agent gets an agent of its own."""
    for row in rows:
        name = row.get("folder_agent", "").strip()
        if is_inside(row) and not name:
            name = row["office_number"]
        row["folder_agent"] = plain_agent(name) if name else ""
    return rows


class Desk:
    """What one agent has one folder for: a number, or one type of a number."""

    def __init__(self, number, service_type):
        self.number = number
        self.service_type = service_type    # "" = all types of the number

    def key(self):
        return (f"{self.number}/{self.service_type}" if self.service_type
                else self.number)


def desks_by_agent(rows):
    """agent -> its desks.  One folder per number; only when the types of one
    number belong to different agents each type has its own."""
    agents_of = {}
    for row in rows:
        if is_inside(row):
            agents_of.setdefault(row["office_number"], set()).add(
                row["folder_agent"])
    desks = {}
    for row in rows:
        if not is_inside(row):
            continue
        number = row["office_number"]
        shared = len(agents_of[number]) > 1
        desk = Desk(number, row.get("service_type", "") if shared else "")
        mine = desks.setdefault(row["folder_agent"], {})
        mine.setdefault(desk.key(), desk)
    return {name: list(by_key.values()) for name, by_key in desks.items()}


def public_key(path):
    """The public key in a .pub file."""
    with open(path, encoding="ascii") as f:
        found = re.search(r'public-key\s*=\s*"([^"]{40})"', f.read())
    if not found:
        raise Trouble(f"{path} holds no public key")
    return found[1]


WAY = re.compile(r"(fax|national|hub:[A-Za-z0-9._-]+)(?![A-Za-z0-9])")


def ways_of(rows):
    """The ways, beside the bus and PDF, by which a partner is to be reached."""
    found = set()
    for row in rows:
        if is_inside(row):
            continue
        for column in ("way", "ways", "paper_way"):
            found.update(WAY.findall(row.get(column, "")))
    return sorted(found)
