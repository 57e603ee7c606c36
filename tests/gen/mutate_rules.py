"""NAME
    mutate_rules - break what fields and records have to do with each other
DESCRIPTION
    RULES.  A rule is a function of a set (mutate_set.Set): the findings wanted
    after it has broken something, or None if there is nothing to break.
"""

import gen
from mutate_set import has, one_cell


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
