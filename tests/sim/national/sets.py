"""File names of the standard and the sets the national system takes, both from
the tables of config/standard."""
import csv
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
OTHER_KINDS = (".pdf", ".jpeg", ".jpg", ".png", ".gif", ".txt")
COLUMN = {"4.1": "pattern_v4_1", "4.0": "pattern_v4_0", "3": "pattern_v3"}


def table(name):
    path = os.path.join(ROOT, "config", "standard", name)
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def expression(pattern):
    """files.tsv's {from_office:10} as a named group of ten characters."""
    text = re.escape(pattern.rstrip("?"))
    text = re.sub(r"\\{(\w+):(\d+)\\}", r"(?P<\1>[0-9A-Z]{\2})", text)
    return re.compile(text, re.IGNORECASE)


class Name:
    def __init__(self, kind, edition, parts):
        self.kind = kind
        self.edition = edition
        self.sender = parts["from_office"]
        self.receiver = parts["to_office"]
        self.sender_type = parts.get("from_service_type", "")
        self.receiver_type = parts.get("to_service_type", "")
        self.stamp = parts["timestamp"]


class Standard:
    def __init__(self):
        self.patterns = []      # (kind, edition, expression)
        for row in table("files.tsv"):
            for edition, column in COLUMN.items():
                if row[column] != "-":
                    self.patterns.append((row["prefix"], edition,
                                          expression(row[column])))
        self.sets = []          # (members, those that must be there)
        for row in table("bundles.tsv"):
            if "V4.1" in row["versions"].split(","):
                members = set(row["members"].split(","))
                may = set(row["optional"].split(",")) - {"-"}
                self.sets.append((members, members - may))

    def name(self, text):
        """What a file's name says, None if it is not of the standard."""
        for kind, edition, pattern in self.patterns:
            found = pattern.fullmatch(text)
            if found:
                return Name(kind, edition, found.groupdict())
        return None

    def is_set(self, kinds):
        """Whether the kinds (a list, repeats and all) are one set."""
        once = [k for k in kinds if k != "UPKIHON_IMAGE"]
        if len(set(once)) != len(once):
            return False
        return any(must <= set(kinds) <= members
                   for members, must in self.sets)


def is_other_file(name):
    """A file without an interface definition; it travels as it is."""
    return (name.lower().endswith(OTHER_KINDS) and "/" not in name
            and "\\" not in name and not name.startswith("."))
