"""NAME
    mutate - break one rule at a time, and see that it alone is found
SUMMARY
    sets = mutate.read_sets(folder_of_write_corporation)
    for case in mutate.cases(sets, seed=1): case.write(folder)
DESCRIPTION
    Two tables.  FIELDS breaks one value by its type, in every field of every
    kind that the sets fill; RULES and SETS break what fields, records and files
    have to do with each other.  Each row says which findings must come of it: code,
    record and field; any other finding is a fault of the checker or of the
    table.

    A case is a whole set with one thing wrong, in a folder of its own.
"""

import collections
import os
import random
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


# ---- files and sets ----

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


# ---- one value ----

def other_digit(text):
    return text[:-1] + str((int(text[-1]) + 1) % 10)


def is_type(*names):
    return lambda f: f["type"].rstrip("?") in names


def is_format(*begins):
    return lambda f: f["format_or_codes"].startswith(begins)


def sure(f):
    return not f["type"].endswith("?")


def whole_number(f):
    return (is_type("numeric")(f) and sure(f)
            and not is_format("99.99")(f))


def longest(f):
    return int(f["max_length"]) if f["max_length"].isdigit() else 0


def is_code(f):
    return (is_type("code", "flag")(f) and is_format("codes/")(f)
            and f["no"] != "1")


def empty_code(f):
    return "field-required" if f["required"] == "required" \
        else "field-expected"


def required(f):
    return f["required"].startswith("required") and f["no"] != "1"


# rule, applies(field), new value(value, field), code (or of the field)
FIELDS = [
    ("empty", required, lambda v, f: "", empty_code),
    ("letter", whole_number, lambda v, f: "x", "type-numeric"),
    ("wide digits", whole_number, lambda v, f: "１２", "type-numeric"),
    ("decimals in a whole number", whole_number, lambda v, f: "1.5",
     "type-numeric"),
    ("too many digits", lambda f: whole_number(f) and longest(f) > 2,
     lambda v, f: "9" * (longest(f) + 1), "length"),
    ("price", is_format("99.99"), lambda v, f: "11,40", "type-decimal"),
    ("code", is_code, lambda v, f: "Z" * max(1, longest(f)), "code-unknown"),
    ("date with slashes", is_type("date8"), lambda v, f: "2026/4/1",
     "date-form"),
    ("era date", is_type("date8"), lambda v, f: "R8.4.1", "date-form"),
    ("30 February", is_type("date8"), lambda v, f: v[:4] + "0230",
     "date-not-existing"),
    ("before Meiji", is_type("date8"), lambda v, f: "18671231", "date-year"),
    ("month 13", is_type("month6"), lambda v, f: v[:4] + "13", "month-form"),
    ("month of five", is_type("month6"), lambda v, f: v[:5], "month-form"),
    ("time with a colon", is_type("time4"), lambda v, f: "9:00",
     "time-form"),
    ("minute 60", is_type("time4"), lambda v, f: "0960", "time-form"),
    ("insurer of five", is_format("6 digits"), lambda v, f: v[:5],
     "insurer-form"),
    ("insured, zero lost", is_format("10 digits"), lambda v, f: v[1:],
     "insured-form"),
    ("insured, letter", is_format("10 digits"), lambda v, f: v[:9] + "X",
     "insured-form"),
    ("office, zero lost", is_format("office number"), lambda v, f: v[1:],
     "office-form"),
    ("postal code", is_format("NNN-NNNN"), lambda v, f: "100-000",
     "value-form"),
    ("TAIS", is_format("NNNNN-NNNNNN"), lambda v, f: v[:-1], "value-form"),
    ("service code of five", is_format("service type", "service code"),
     lambda v, f: v[:5], "service-code-form"),
    ("small letters in a code", is_format("service type", "service code"),
     lambda v, f: v[:5] + "a", "service-code-form"),
    ("gaiji", is_type("text", "kana"), lambda v, f: v + GAIJI, "text-gaiji"),
    ("half a character", is_type("text", "kana"), lambda v, f: v + HALF,
     "text-half"),
    ("NUL", is_type("text", "kana"), lambda v, f: v + "\0" + v, "nul-byte"),
    ("tabulator", is_type("text", "kana"), lambda v, f: v + "\t",
     "control-character"),
    ("kanji in a reading", is_type("kana"), lambda v, f: "髙橋 至",
     "kana-odd"),
]


def is_total(kind, row):
    return kind == "UPSIKYU" and (row[8] == "999999" or not row[8].isdigit()
                                  and row[8][2:] in ("AAAA", "EEEE", "ZZZZ"))


def is_rate(kind, row):
    """Percentage additions may leave out much."""
    return kind in ("UPPLAN", "UPJSK") and row[14] in gen.services.RATE_CODES


def filled_rows(sets, kind, no):
    """(set, name, row index) where a field is filled, services only."""
    for members in sets:
        for name, member in members.items():
            if member.kind != kind:
                continue
            for at, row in enumerate(member.rows):
                if row[no - 1] != "" and not is_total(kind, row) \
                        and not is_rate(kind, row):
                    yield members, name, at


def field_cases(sets, rng):
    for kind in sorted(LAYOUTS):
        for field in LAYOUTS[kind]:
            no = int(field["no"])
            rows = list(filled_rows(sets, kind, no))
            for rule, applies, change, code in FIELDS:
                if not rows or not applies(field):
                    continue
                members, name, at = rng.choice(rows)
                made = {n: m.copy() for n, m in members.items()}
                row = made[name].rows[at]
                value = change(row[no - 1], field)
                if value == row[no - 1]:
                    continue
                row[no - 1] = value
                wanted = code(field) if callable(code) else code
                yield Case("%s: %s %d" % (rule, kind, no), kind, made,
                           [(wanted, name, at + 1, made[name].number(no))])


# ---- fields, records and files together ----

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


def change(kind, no, value, code, fits=lambda row: True, field=None):
    """A rule that one cell breaks; value is a function of the row."""
    def rule(made):
        found = made.pick(kind, fits)
        if found is None:
            return None
        member, at = found
        if not member.has(no) or not member.has(field or no):
            return None
        new = value(member.rows[at], member)
        if new is None or new == member.rows[at][no - 1]:
            return None
        member.rows[at][no - 1] = new
        return [(code, member.name, at + 1, no if field is None else field)]
    return rule


def next_month(row, no):
    year, month = int(row[no - 1][:4]), int(row[no - 1][4:6])
    return "%04d%02d" % (year + month // 12, month % 12 + 1)


def plus(no, by=1):
    return lambda row, member: str(int(row[no - 1]) + by)


def stranger(row, member):
    """An office number with a good check digit that is nowhere else."""
    return gen.office_number(9876)


def one_cell(no, *values):
    return lambda row: row[no - 1] in values


def has(no):
    return lambda row: row[no - 1] != ""


def service_row(row):
    return row[8].isdigit() and row[8] != "999999"


def plain_service(row):
    """A service of form 7 that is no percentage addition."""
    return service_row(row) and row[12] not in ("", "0") \
        and row[8] not in gen.services.RATE_CODES


def twice(kind, code, field):
    """The same record once more."""
    def rule(made):
        found = made.pick(kind)
        if found is None:
            return None
        member, at = found
        member.rows.append(list(member.rows[at]))
        return [(code, member.name, len(member.rows), field)]
    return rule


def repeat_total(made):
    found = made.pick("UPSIKYU", one_cell(9, "999999"))
    if found is None:
        return None
    member, at = found
    member.rows.insert(at + 1, list(member.rows[at]))
    return [("total-repeated", member.name, at + 2, None)]


def drop_total(made):
    member = made.file("UPSIKYU")
    if member is None:
        return None
    at = next(i for i, row in enumerate(member.rows) if row[8] == "999999")
    del member.rows[at]
    return [("total-missing", member.name, None, None)]


def leak(made):
    """A client who concerns another office only."""
    member = made.file("UPPLAN")
    if member is None or member.offices()[3] in ("46", "43"):
        return None
    receiver = member.offices()[2]
    client = member.rows[made.rng.randrange(len(member.rows))][2]
    first = None
    for at, row in enumerate(member.rows):
        if row[2] == client:
            first = at if first is None else first
            if row[19] == receiver:
                row[19] = stranger(row, member)
    return [("receiver-missing", member.name, first + 1, 20)]


def other_office_done(made):
    """Where a care-management office hands them on, offices are others'."""
    member = made.file("UPJSK")
    if member is None or member.offices()[1] == "43":
        return None
    return change("UPJSK", 20, stranger, "sender-mismatch")(made)


def subtotal(row):
    return row[24] != "" and row[8] != "999999" and int(row[27]) > 20


def inside_subtotal(made):
    """Whether or not a subtotal of what is outside the limit stands beside."""
    return change("UPSIKYU", 17, plus(17), "subtotal-sum",
                  lambda r: subtotal(r) and r[8].endswith("AAAA"))(made)


def other_version(made):
    """Of the first record the name knows better; the others are mixed."""
    member = made.file("UPPLAN")
    if member is None or len(member.rows) < 2:
        return None
    at = made.rng.randrange(len(member.rows))
    member.rows[at][0] = "202407" if member.v3 else "202208"
    return [("version-mixed" if at else "version-name", member.name, at + 1,
             1)]


def swap(kind, code, field, fits):
    """Two records one after the other change places; fits(a, b)."""
    def rule(made):
        member = made.file(kind)
        places = [at for at in range(1, len(member.rows))
                  if fits(member.rows[at - 1], member.rows[at])] \
            if member else []
        if not places:
            return None
        at = made.rng.choice(places)
        rows = member.rows
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
        return [(code, member.name, at + 1, field)]
    return rule


def same_block(*numbers):
    return lambda a, b: all(a[no - 1] == b[no - 1] for no in numbers)


def mixed_row(made):
    """A row of form 3 that is a service and an activity at once."""
    found = made.pick("UP3KYO", has(6))
    if found is None:
        return None
    member, at = found
    member.rows[at][9:12] = ["散歩", "1000", "1030"]
    return [("row-mixed", member.name, at + 1, None)]


def said_again(made):
    """The issue once more on the second row of its block."""
    member = made.file("UPYOBO_SUB")
    places = [at for at in range(1, len(member.rows))
              if same_block(2, 3, 4, 5)(member.rows[at - 1], member.rows[at])
              ] if member else []
    if not places:
        return None
    at = made.rng.choice(places)
    member.rows[at][5] = "もう一度"
    return [("repeat-filled", member.name, at + 1, 6)]


def shared_image(made):
    """Two records name one image, and so nobody names the other."""
    member = made.file("UPKIHON")
    named = [row for row in member.rows if row[61]] if member else []
    if len(named) < 2:
        return None
    named[1][61] = named[0][61]
    return [("image-shared", None, None, None),
            ("image-surplus", None, None, None)]


def long_month(made):
    found = made.pick("UPSIKYU", plain_service)
    if found is None:
        return None
    member, at = found
    member.rows[at][29:32] = ["0", "32", "32"]
    return [("number-range", member.name, at + 1, 31)]


def full_slot(made, *cells):
    found = made.pick("UPHOSOKU")
    if found is None:
        return None
    member, at = found
    for no, value in cells:
        member.rows[at][no - 1] = value
    return member, at


def wrong_slot_order(made):
    found = full_slot(made, (24, "11"), (25, "9000"), (26, "900"), (27, "0"))
    return found and [("slot-order", found[0].name, found[1] + 1, 24)]


def only_9999(no):
    return lambda row: row[no - 1] != "9999" and row[no - 1] != ""


RULES = [
    ("other month", change("UPPLAN", 5, lambda r, m: next_month(r, 5),
                           "month-mismatch")),
    ("other month, done", change("UPJSK", 5, lambda r, m: next_month(r, 5),
                                 "month-mismatch")),
    ("other month, form 7", change("UPSIKYU", 5,
                                   lambda r, m: next_month(r, 5),
                                   "month-mismatch")),
    ("other month, supplement", change(
        "UPHOSOKU", 63, lambda r, m: next_month(r, 63), "month-mismatch",
        lambda r: r[62] != "000000")),
    ("other month, deletion", change("DLTPLAN", 4,
                                     lambda r, m: next_month(r, 4),
                                     "month-mismatch")),
    ("day of the next month", change(
        "UPPLAN", 10, lambda r, m: next_month(r, 5) + "01",
        "date-outside-month")),
    ("one 9999", change("UPPLAN", 12, lambda r, m: "9999", "time-pair",
                        only_9999(12))),
    ("no time for rent", change("UPPLAN", 13, lambda r, m: "1200",
                                "time-pair", one_cell(13, "9999"), 12)),
    ("no TAIS", change("UPPLAN", 16, lambda r, m: "", "tais-missing",
                       has(16))),
    ("no TAIS, form 7", change("UPSIKYU", 10, lambda r, m: "",
                               "tais-missing", has(10))),
    ("TAIS of a visit", change("UPPLAN", 16, lambda r, m: "00001-000010",
                               "tais-odd", only_9999(12))),
    ("both codes", change("UPPLAN", 17, lambda r, m: "00001-000010",
                          "tais-odd", has(16))),
    ("count of zero", change("UPPLAN", 14, lambda r, m: "0", "count-zero",
                             only_9999(12))),
    ("detail of a visit", change("UPPLAN", 19, lambda r, m: "1",
                                 "detail-odd", only_9999(12))),
    ("over 30 days of visits", change("UPPLAN", 23, lambda r, m: "1",
                                      "over-30-odd")),
    ("per diem without a day", change("UPPLAN", 11, lambda r, m: "0" * 31,
                                      "days-none")),
    ("other plan office", change("UPPLAN", 6, stranger, "sender-mismatch",
                                 lambda r: r[14][0] == "1")),
    ("other updater", change("UPPLAN", 24, stranger, "sender-odd")),
    ("other service office, done", other_office_done),
    ("unknown service type", change("UPPLAN", 15, lambda r, m: "99" + r[14][2:],
                                    "service-type-unknown")),
    ("identifier", change("UPPLAN", 25, lambda r, m: "1", "field-unused")),
    ("wrong version", other_version),
    ("units times count", change("UPSIKYU", 13, plus(13), "benefit-factor",
                                 plain_service)),
    ("total row with units", change("UPSIKYU", 13, lambda r, m: "1",
                                    "total-row-value",
                                    one_cell(9, "999999"))),
    ("total row of an office", change("UPSIKYU", 7, stranger,
                                      "total-row-office",
                                      one_cell(9, "999999"))),
    ("units of the row", change("UPSIKYU", 17, plus(17), "benefit-product",
                                plain_service)),
    ("sum of a subtotal", inside_subtotal),
    ("cost of a subtotal", change("UPSIKYU", 24, plus(24, 300),
                                  "benefit-cost", subtotal)),
    ("rate of a subtotal", change(
        "UPSIKYU", 25, lambda r, m: "90" if r[24] == "80" else "80",
        "benefit-rate", subtotal)),
    ("claim of a subtotal", change("UPSIKYU", 26, plus(26, 10),
                                   "benefit-claim", subtotal)),
    ("copay of a subtotal", change("UPSIKYU", 28, plus(28, 10),
                                   "benefit-copay", subtotal)),
    ("price of a subtotal", change("UPSIKYU", 23, lambda r, m: "10.14",
                                   "benefit-price-cost", subtotal)),
    ("total claim", change("UPSIKYU", 26, plus(26, 10), "total-sum",
                           one_cell(9, "999999"))),
    ("total copay", change("UPSIKYU", 28, plus(28, 10), "total-sum",
                           one_cell(9, "999999"))),
    ("total cost", change("UPSIKYU", 24, plus(24, 100), "total-sum",
                          one_cell(9, "999999"))),
    ("fixed value", change("UPSIKYU", 34, lambda r, m: "1", "field-fixed")),
    ("total twice", repeat_total),
    ("no total", drop_total),
    ("half a slot", change("UPHOSOKU", 20, lambda r, m: "11",
                           "slot-incomplete")),
    ("plan date with forms 6 and 7", change(
        "UPHOSOKU", 4, lambda r, m: "20261124", "plan-or-month",
        lambda r: r[62] != "000000")),
    ("limit ends before it begins", change(
        "UPHOSOKU", 15, lambda r, m: "20200101", "period-order")),
    ("younger than 39", change("UPHOSOKU", 8, lambda r, m: "20150101",
                               "birth-age")),
    ("certified before birth, other kinds", change(
        "UPKIHON", 17, lambda r, m: "20200101", "birth-age")),
    ("reason of another method", change("UPKIHON", 9, lambda r, m: "",
                                        "field-expected",
                                        one_cell(8, "03"))),
    ("hospital not named", change("UPKIHON", 13, lambda r, m: "",
                                  "field-expected", one_cell(12, "02"))),
    ("consignment not told", change("UPKIHON", 6, lambda r, m: "",
                                    "field-expected")),
    ("certification ends first", change("UPYOBO", 11,
                                        lambda r, m: "20200101",
                                        "period-order")),
    ("form 1, other office", change("UP1KYO", 13, stranger,
                                    "sender-mismatch")),
    ("form 1, ends first", change("UP1KYO", 20, lambda r, m: "20200101",
                                  "period-order")),
    ("form 1, older than the first", change(
        "UP1KYO", 15, lambda r, m: "20270401", "date-order", field=14)),
    ("deletion twice", twice("DLTPLAN", "key-repeated", 4)),
    ("done twice", twice("UPJSK", "record-repeated", 0)),
    ("plan twice", twice("UPPLAN", "record-repeated", 0)),
    ("medical history twice", twice("UPKIHON_SUB2", "record-repeated", 0)),
    ("leak", leak),
    ("rows of form 2 in another order", swap(
        "UP2KYO", "row-order", None, same_block(2, 3, 5))),
    ("supports in another order", swap(
        "UPYOBO_SUB", "row-order", None,
        lambda a, b: same_block(2, 3, 4)(a, b) and a[4] != b[4]
        and not a[5] and b[5])),
    ("service and activity in a row", mixed_row),
    ("issue said again", said_again),
    ("slot before is empty", wrong_slot_order),
    ("certified before birth", change(
        "UPHOSOKU", 13, lambda r, m: "19000101", "date-order")),
    ("consultation before the last one", change(
        "UPKIHON", 11, lambda r, m: str(int(r[3][:4]) + 1) + "0601",
        "date-order", field=4)),
    ("rate of 900 percent", change(
        "UPSIKYU", 14, lambda r, m: "900", "number-range",
        lambda r: plain_service(r) and r[14] == "")),
    ("32 days of a month", long_month),
    ("over 30 days of visits, form 7", change(
        "UPSIKYU", 33, lambda r, m: "1", "over-30-odd", plain_service)),
    ("deletion of a plan twice", twice("DLT1KYO", "key-repeated", 4)),
    ("deletion of done twice", twice("DLTJSK", "key-repeated", None)),
    ("basic information twice", twice("UPYOBO", "key-repeated", 4)),
    ("other service type, done", change(
        "UPJSK", 15, lambda r, m: "12" + r[14][2:]
        if m.offices()[1] in ("11", "15") else None, "type-mismatch",
        lambda r: r[14][0] == "1" and r[15] == "" and r[16] == "")),
    ("other updater, form 2", change("UP2KYO", 21, stranger, "sender-odd")),
    ("service out of scope", change(
        "UPPLAN", 15, lambda r, m: None if r[19] == m.offices()[2]
        else "41" + r[14][2:], "service-out-of-scope",
        lambda r: r[11] != "9999")),
]


def rule_cases(sets, rng, tries=12):
    for name, rule in RULES + SETS:
        done = 0
        for members in rng.sample(sets, len(sets)):
            made = Set(members, rng)
            wanted = rule(made)
            if wanted is None:
                continue
            yield Case(name, None, made.members, [
                (code, file, record, made.members[file].number(no)
                 if file in made.members else no)
                for code, file, record, no in wanted])
            done += 1
            if done == tries:
                break


# ---- a file of the set ----

def drop(kind, code, among=()):
    """A member is missing; said of the set, not of a record."""
    def rule(made):
        member = made.file(kind)
        if member is None or len(made.members) < 3 or \
                not all(made.file(k) for k in among):
            return None
        del made.members[member.name]
        return [(code, None, None, None)]
    return rule


def drop_client(kind, code, where):
    """All records of a client are missing in one file of the set."""
    def rule(made):
        member = made.file(kind)
        if member is None or not made.file(where):
            return None
        clients = sorted({row[2] for row in member.rows})
        if len(clients) < 2:
            return None
        gone = made.rng.choice(clients)
        member.rows = [row for row in member.rows if row[2] != gone]
        return [(code, None, None, None)]
    return rule


def drop_image(made):
    images = sorted(n for n, m in made.members.items() if m.data)
    if not images:
        return None
    del made.members[images[-1]]
    return [("image-missing", None, None, None)]


def no_jpeg(made):
    for member in made.members.values():
        if member.data:
            member.data = b"\x89PNG\r\n\x1a\n" + member.data
            return [("image-not-jpeg", member.name, 0, 0)]
    return None


def unnamed_image(made):
    found = made.pick("UPKIHON", has(62))
    if found is None:
        return None
    member, at = found
    member.rows[at][61] = ""
    return [("image-surplus", None, None, None)]


SETS = [
    ("no form 7", drop("UPSIKYU", "set-missing")),
    ("no supplement", drop("UPHOSOKU", "set-missing")),
    ("no form 2", drop("UP2KYO", "set-missing")),
    ("client without form 7", drop_client("UPSIKYU", "link-child",
                                          "UPPLAN")),
    ("client without supplement", drop_client("UPHOSOKU", "link-child",
                                              "UPPLAN")),
    ("client without form 1", drop_client("UP1KYO", "link-parent",
                                          "UP2KYO")),
    ("image is missing", drop_image),
    ("image that nobody names", unnamed_image),
    ("image is no JPEG", no_jpeg),
    ("two name one image", shared_image),
]


def cases(sets, seed=1):
    rng = random.Random(seed)
    yield from field_cases(sets, rng)
    yield from rule_cases(sets, rng)
