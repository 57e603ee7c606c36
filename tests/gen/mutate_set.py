"""NAME
    mutate_set - a set of files that can be changed cell by cell
"""

import collections
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gen  # noqa: E402
import writer  # noqa: E402

GAIJI, HALF = "\ue000", "\udc82"  # cp932 makes F040 of the one, a lone
# lead byte of the other

# rule: name of the row; wanted: [(code, file, record, field)]
Case = collections.namedtuple("Case", "rule kind members wanted")


def table(name):
    return writer.table(name)


LAYOUTS = {row["prefix"]: table(row["layout"]) for row in table("files.tsv")
           if row["layout"].endswith(".tsv")}


V3_KINDS = writer.v3_kinds()


def in_v3(kind, no):
    return no not in V3_KINDS.get(kind, ())


class Member:
    """A file of a set: rows of cells, or bytes of an image.  Cells stand where
    4.1 has them, whatever the edition."""

    def __init__(self, name, data):
        self.name, self.kind = name, writer.kind_of(name)
        self.data = None if name.endswith(".CSV") else data
        self.v3 = all(len(part) != 2 for part in name.split("_"))
        self.places = [int(f["no"]) for f in LAYOUTS.get(self.kind, ())
                       if not self.v3 or in_v3(self.kind, int(f["no"]))]
        self.rows = [self._spread(row) for row in gen.parse(data)] \
            if self.data is None else None

    def _spread(self, row):
        cells = dict(zip(self.places, row))
        return [cells.get(no, "")
                for no in range(1, len(LAYOUTS[self.kind]) + 1)]

    def copy(self):
        made = object.__new__(Member)
        made.__dict__.update(self.__dict__)
        made.rows = [list(row) for row in self.rows] if self.rows else None
        return made

    def bytes(self):
        if self.data is not None:
            return self.data
        text = [f["type"].rstrip("?") in ("text", "kana")
                for f in LAYOUTS[self.kind]]
        return b"".join(self._line(row, text) for row in self.rows)

    def number(self, no):
        """The number of a field in this file; 0 and None stay."""
        return self.places.index(no) + 1 if no else no

    def has(self, no):
        return no in self.places

    def _line(self, row, text):
        cells = [gen.Text(row[no - 1]) if text[no - 1] else row[no - 1]
                 for no in self.places]
        line = gen.record(cells)
        if HALF in line:
            return line.encode(gen.ENCODING, "surrogateescape")
        return gen.encode(line)

    def offices(self):
        """Sender, its type, receiver, its type; V3 names no types."""
        parts = self.name.split("_")
        parts = parts[parts.index(next(
            p for p in parts if len(p) == 10 and p.isalnum())):]
        return [parts[0], "", parts[1], ""] if self.v3 else parts[:4]


def read_sets(folder):
    """The sets below a folder of write-corporation, each a dict by name."""
    sets = []
    for base, _, names in sorted(os.walk(folder)):
        members = {}
        for name in sorted(names):
            with open(os.path.join(base, name), "rb") as f:
                members[name] = Member(name, f.read())
        if members:
            sets.append(members)
    return sets


class Set:
    """A set in the hands of a rule: what it wants, where it finds it."""

    def __init__(self, members, rng):
        self.members = {n: m.copy() for n, m in members.items()}
        self.rng = rng

    def file(self, kind):
        return next((m for m in self.members.values() if m.kind == kind),
                    None)

    def pick(self, kind, fits=lambda row: True):
        """(member, index) of a random record, or None."""
        member = self.file(kind)
        rows = [at for at, row in enumerate(member.rows) if fits(row)] \
            if member else []
        return (member, self.rng.choice(rows)) if rows else None


def one_cell(no, *values):
    return lambda row: row[no - 1] in values


def has(no):
    return lambda row: row[no - 1] != ""
