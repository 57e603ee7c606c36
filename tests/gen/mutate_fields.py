"""NAME
    mutate_fields - break one value by its type
DESCRIPTION
    FIELDS, in every field of every kind that the sets fill.
"""

import gen
from mutate_set import GAIJI, HALF, LAYOUTS, Case


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
