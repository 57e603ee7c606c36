"""NAME
    gen - one month of realistic, invented files of the standard
SUMMARY
    gen.month(out, datetime.date(2026, 12, 1), clients=40, seed=1)
    gen.answer(received_folder, out)
    gen.corpus(out, parcels=100)
    gen.registry(path, gen.corporation().offices)
DESCRIPTION
    A care-management office writes, for every office its clients use, one set
    {UPPLAN, UPSIKYU, UPHOSOKU} and, for every fourth client, one set {UP1KYO,
    UP2KYO, UP3KYO, UPHOSOKU}.  Rows list every office's services of a client,
    but a file holds only clients who concern its receiver.  Names follow V4.1,
    bytes are MS932 with CRLF.  The same arguments give the same bytes.
    answer() writes the 実績 that service offices send back.

    The bytes are written here, quickly and without a check, because the
    practice room and the load tests want thousands of files; a test holds
    them to be those of lib/standard/writer.h.  whole.py writes all kinds and
    editions, through that writer.
BUGS
    Care levels 1-5 only; no satellites, no short stay.
"""

import collections
import csv
import datetime
import io
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import people  # noqa: E402
import services  # noqa: E402

VERSION = "202407"
ENCODING = "cp932"
LETTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"  # no I, O, Q

Office = collections.namedtuple(
    "Office", "number service_type name inside way folder_agent")
Corporation = collections.namedtuple("Corporation", "care services partner")


class Text(str):
    """Free text: written in double quotes."""


def check_digit(body):
    """Modulus 10, weights 2-1 from the right, digits of products added."""
    total = 0
    for weight, char in enumerate(reversed(body)):
        value = LETTERS.index(char) * (2 if weight % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str((10 - total % 10) % 10)


def office_number(serial, kind="7"):
    """Tokyo, in a district (99) that does not exist."""
    body = "13%s99%04d" % (kind, serial)
    return body + check_digit(body)


def corporation():
    """Three offices of one corporation and a partner without an agent."""
    def office(serial, kind, name, inside, way, agent):
        return Office(office_number(serial), kind, name, inside, way, agent)

    return Corporation(
        office(1, "43", "居宅介護支援センターけやき髙台", 1, "bus", "kyotaku"),
        [office(2, "11", "ヘルパーステーション髙﨑", 1, "bus", "houmon"),
         office(3, "15", "デイサービス能登の杜①番館", 1, "bus", "tsusho")],
        office(9, "17", "㈱德永福祉用具ソレイユ表町", 0, "pdf", ""))


def offices(corp):
    return [corp.care] + corp.services + [corp.partner]


def registry(path, rows):
    """The registry CSV of tasukictl registry import, UTF-8."""
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["office_number", "service_type", "name", "inside",
                         "way", "fax_number", "folder_agent", "valid_from",
                         "valid_to"])
        for o in rows:
            writer.writerow([o.number, o.service_type, o.name, o.inside,
                             o.way, "", o.folder_agent, "", ""])


# ---- bytes and names ----

# IBM's extensions (髙, 﨑) have two codes; python writes ED40 and up, Windows,
# and so care software, FA40 and up.
IBM = [bytes([lead, second]) for lead in (0xFA, 0xFB, 0xFC)
       for second in range(0x40, 0xFD)
       if second != 0x7F and (lead, second) < (0xFC, 0x4C)]
WINDOWS = {code.decode(ENCODING): code for code in IBM
           if code.decode(ENCODING).encode(ENCODING)[0] in (0xED, 0xEE)}
ONE_OF = re.compile("([%s])" % "".join(WINDOWS))


def encode(text):
    return b"".join(WINDOWS.get(part) or part.encode(ENCODING)
                    for part in ONE_OF.split(text))


def cell(value):
    if isinstance(value, Text):
        return '"%s"' % value.replace('"', '""') if value else ""
    return str(value)


def record(values):
    return ",".join(cell(v) for v in values) + "\r\n"


def file_name(kind, month, sender, receiver, stamp):
    parts = [kind] + ([month] if month else [])
    parts += [sender.number, sender.service_type, receiver.number,
              receiver.service_type, stamp]
    return "_".join(parts) + ".CSV"


def write(folder, name, rows):
    """The path; a folder that can put (writer.Writer) does it itself."""
    if hasattr(folder, "put"):
        return folder.put(name, rows)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    with open(path, "wb") as out:
        for row in rows:
            out.write(encode(record(row)))
    return path


def day(date):
    return date.strftime("%Y%m%d")


# ---- the rows of each kind ----

# One client's month.
Case = collections.namedtuple("Case", "client uses staff text")
STAFF = ["濵田 表子", "十河 圭", "髙橋 至"]


def plan_rows(case, context):
    """UPPLAN: a record for every service date."""
    for use in case.uses:
        yield use_row(case.client, use, context.created, context.month,
                      context.care.number, case.staff, context.care.number)


def use_row(client, use, created, month, plan_number, staff, updater):
    return [VERSION, client.insurer, client.insured, day(created),
            month.strftime("%Y%m"), plan_number, Text(staff), use.units, 0,
            day(use.date), "", use.start, use.end, use.count, use.code,
            use.tais, use.notice, Text(use.name), use.detail,
            use.office.number, Text(use.office.name), "", 0, updater, ""]


def over_limit(case):
    """Units over the category limit."""
    units = sum(u.units * u.count for u in case.uses if u.inside)
    return max(0, units - case.client.limit)


def supplement_row(case, context, plan_date):
    """UPHOSOKU: joined by the plan date or by the month, the other zeros."""
    month = "000000" if plan_date else context.month.strftime("%Y%m")
    over = 0 if plan_date else over_limit(case)
    c = case.client
    head = [VERSION, c.insurer, c.insured, plan_date or "00000000",
            Text(c.kana), Text(c.name), c.sex, c.birth, c.postal,
            Text(c.address1), Text(c.address2), c.phone, c.certified, c.start,
            c.end, 2, "", c.level, c.limit]
    number = context.care.number
    return head + [""] * 36 + [over, 0, 0, c.level, number, number, "", month]


def benefit_row(client, context, name, number, code, fields):
    """UPSIKYU: fields by their number in the layout, 10 to 29."""
    middle = [fields.get(no, "") for no in range(10, 30)]
    return ([VERSION, client.insurer, client.insured, day(context.created),
             context.month.strftime("%Y%m"), Text(name), number, "", code]
            + middle + [0, 0, 0, 0, "9999999999", "", context.care.number, ""])


def benefit_rows(case, context):
    """Form 7: services, a subtotal for each office and type, the total."""
    left = case.client.limit
    total = collections.Counter()
    for (office, kind, inside), rows in services.groups(case.uses).items():
        amount = 0
        for use, count in rows.items():
            units = use.units * count
            amount += units
            yield benefit_row(
                case.client, context, office.name, office.number, use.code,
                {10: use.tais, 11: use.notice, 12: Text(use.name),
                 13: use.units, 16: count, 17: units,
                 18: units if inside else ""})
        fields = subtotal(amount, kind, inside, left, case.client.rate)
        left -= fields.get(22, 0)
        total.update({no: v for no, v in fields.items()
                      if no not in (23, 25)})
        yield benefit_row(case.client, context, office.name, office.number,
                          kind + ("AAAA" if inside else "EEEE"),
                          money(fields))
    yield benefit_row(case.client, context, "", "9999999999", "999999",
                      money(dict(total)))


def subtotal(amount, kind, inside, left, rate):
    """Yen are cut, units over the category limit are paid in full."""
    within = min(amount, left) if inside else amount
    price = services.PRICES[kind]
    cost = within * price // 100
    claim = cost * rate // 100
    fields = {13: 0, 16: 0, 17: amount, 23: price, 24: cost, 25: rate,
              26: claim, 28: cost - claim, 29: (amount - within) * price // 100}
    if inside:
        fields.update({18: amount, 21: amount - within, 22: within})
    return fields


def money(fields):
    if 23 in fields:
        fields[23] = "%d.%02d" % divmod(fields[23], 100)
    return fields


# ---- forms 1 to 3 ----

WISHES = [
    "本人：住み慣れた家で暮らしたい。\r\n長女：無理のない範囲で支えたい。",
    "本人：表の通りまで、一人で歩きたい。\r\n夫：「能力」に応じて, 手伝う。",
    "本人：\"十分\"に眠りたい。\r\n長男：ソファーからの転落が心配①②③。",
]
POLICIES = [
    "転倒を防ぎ、外出の機会を保つ。\r\n緊急連絡先：長女（日中は㈱見本商事）",
    "予定を表にして貼り、本人の能力を活かす。\r\n主治医と連携, 月1回報告する。",
]
ISSUES = [
    ("\"家\"で安全に,長く暮らしたい", "室内を転ばずに歩ける", "入浴を一人でできる"),
    ("人と話す機会を持ちたい", "地域の集まりに参加する", "月1回外出する"),
    ("ソースの味がする料理を\r\n自分で作りたい", "十日に一度は調理する", "献立表を作る"),
]
WORK = {"11": ("訪問介護", "入浴の見守り\r\n能力に応じた声かけ"),
        "15": ("通所介護", "機能訓練, 入浴介助"),
        "17": ("福祉用具貸与", "福祉用具の貸与と点検")}


def form1_row(case, context):
    c, care = case.client, context.care
    return [VERSION, c.insurer, c.insured, day(context.created), c.postal,
            Text(c.address1), Text(c.address2), Text(case.staff),
            Text(care.name), "000-0000", Text("東京都葛飾区架空台9-9-9"), "",
            care.number, day(context.created), c.start, "21", 2, c.certified,
            c.start, c.end, c.level, Text(WISHES[case.text % len(WISHES)]),
            Text("特になし"), Text(POLICIES[case.text % len(POLICIES)]),
            1 + case.text % 2, "", care.number, ""]


def form2_rows(case, context):
    c = case.client
    year = context.month.year
    long_term = Text("%d/4/1～%d/3/31" % (year, year + 1))
    short_term = Text("%d/10/1～%d/3/31" % (year, year + 1))
    used = list(collections.OrderedDict((u.office, 1) for u in case.uses))
    for number, office in enumerate(used):
        issue, far, near = ISSUES[(case.text + number) % len(ISSUES)]
        kind, work = WORK[office.service_type]
        yield [VERSION, c.insurer, c.insured, day(context.created),
               day(context.created), number + 1, Text(issue), 1, Text(far),
               Text(near), long_term, short_term, 1, Text(work), "Y",
               Text(kind), office.number, Text(office.name), Text("週2回"),
               short_term, context.care.number, ""]


def form3_rows(case, context):
    c = case.client
    head = [VERSION, c.insurer, c.insured, day(context.created),
            day(context.created)]
    for weekday, start, end, office in services.weekday_table(case.uses):
        kind = WORK[office.service_type][0]
        yield head + [Text(kind), weekday, start, end, "", "", "", ""]
    for text, start, end in [("起床・更衣", "0630", "0700"),
                             ("昼食, 服薬", "1200", "1300"),
                             ("テレビ・十時の体操", "2000", "2100")]:
        yield head + ["", "", "", "", Text(text), start, end, ""]
    if any(u.office.service_type == "17" for u in case.uses):
        yield head + [""] * 7 + [Text("福祉用具貸与（毎日）\r\n主治医往診 月2回")]


# ---- sets ----

Context = collections.namedtuple("Context", "care month created")


def monthly_set(out, context, receiver, cases, stamp):
    month = context.month.strftime("%Y%m")

    def put(kind, rows):
        return write(out, file_name(kind, month, context.care, receiver,
                                    stamp), rows)

    return [
        put("UPPLAN", (r for c in cases for r in plan_rows(c, context))),
        put("UPSIKYU", (r for c in cases for r in benefit_rows(c, context))),
        put("UPHOSOKU", (supplement_row(c, context, "")
                         for c in cases))]


def care_plan_set(out, context, receiver, cases, stamp):
    def put(kind, month, rows):
        return write(out, file_name(kind, month, context.care, receiver,
                                    stamp), rows)

    return [
        put("UP1KYO", "", (form1_row(c, context) for c in cases)),
        put("UP2KYO", "", (r for c in cases for r in form2_rows(c, context))),
        put("UP3KYO", "", (r for c in cases for r in form3_rows(c, context))),
        put("UPHOSOKU", "000000",
            (supplement_row(c, context, day(context.created))
             for c in cases))]


def month_before(month):
    return (month.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def make_cases(rng, month, count, used):
    return [Case(client, services.plan(rng, used, month, client.level,
                                       heavy=number % 17 == 5),
                 STAFF[number % len(STAFF)], number)
            for number, client in enumerate(people.clients(rng, count, month))]


def concern(cases, receiver):
    return [c for c in cases
            if any(u.office.number == receiver.number for u in c.uses)]


def month(out, first, clients=40, seed=1, corp=None):
    """Write one month's sets into the folder out; the paths, in 連番 order."""
    corp = corp or corporation()
    rng = random.Random(seed)
    first = first.replace(day=1)
    created = month_before(first).replace(day=24)
    context = Context(corp.care, first, created)
    used = corp.services + [corp.partner]
    cases = make_cases(rng, first, clients, used)
    paths = []
    for index, receiver in enumerate(used):
        mine = concern(cases, receiver)
        revised = [c for c in mine if c.text % 4 == 0]
        if revised:
            paths += care_plan_set(out, context, receiver, revised,
                                   "%s14%02d00" % (day(created), index))
        if mine:
            paths += monthly_set(out, context, receiver, mine,
                                 "%s15%02d00" % (day(created), index))
    return paths


# ---- the service offices answer ----

def parse(data):
    """The records of a file, lists of cells."""
    return list(csv.reader(io.StringIO(data.decode(ENCODING), newline="")))


def _answer_rows(rng, rows, receiver, first):
    """Some days fell out, some moved, now and then one came on top; never the
    same service twice at the same time."""
    created = first + datetime.timedelta(days=services.month_days(first))
    rows = [r for r in rows
            if r[19] == receiver and r[14] not in services.RATE_CODES]
    taken = {_moment(r, r[9]) for r in rows}
    for row in rows:
        fate = rng.random() if row[11] != "9999" else 0.5
        if fate < 0.06:
            continue
        moved = _day_after(row[9], 1 if fate < 0.10 else 2, first)
        free = moved and _moment(row, moved) not in taken
        goes, extra = free and fate < 0.10, free and fate > 0.98
        if goes or extra:
            taken.add(_moment(row, moved))
        yield _answer_row(row, receiver, created, moved if goes else row[9])
        if extra:
            yield _answer_row(row, receiver, created, moved)


def _moment(row, date):
    return tuple(row[1:3]) + (date,) + tuple(row[11:19])


def _day_after(date, days, first):
    """The date some days later, None in another month."""
    moved = datetime.datetime.strptime(date, "%Y%m%d").date() \
        + datetime.timedelta(days=days)
    return day(moved) if moved.month == first.month else None


def _answer_row(row, receiver, created, date):
    return [row[0], row[1], row[2], day(created), row[4], row[5],
            Text(row[6]), row[7], row[8], date, row[10], row[11], row[12],
            row[13], row[14], row[15], row[16], Text(row[17]), row[18],
            receiver, Text(row[20]), row[21], row[22], receiver, ""]


def answer(plans, out, seed=1):
    """Write the UPJSK for every UPPLAN in the folder plans (the last 連番 of
    each sender and receiver); the paths."""
    latest = {}
    for name in sorted(os.listdir(plans)):
        parts = name.split("_")
        if name.upper().endswith(".CSV") and parts[0] == "UPPLAN":
            latest[tuple(parts[1:6])] = name
    paths = []
    for parts, name in sorted(latest.items()):
        month_text, care, care_type, receiver, receiver_type = parts
        with open(os.path.join(plans, name), "rb") as plan:
            rows = parse(plan.read())
        rng = random.Random("%s %s" % (seed, name))
        first = datetime.date(int(month_text[:4]), int(month_text[4:]), 1)
        rows = list(_answer_rows(rng, rows, receiver, first))
        if not rows:
            continue
        created = first + datetime.timedelta(days=services.month_days(first))
        paths.append(write(out, "_".join(
            ["UPJSK", month_text, receiver, receiver_type, care, care_type,
             day(created) + "090000"]) + ".CSV", rows))
    return paths


# ---- load ----

def corpus_offices(senders, receivers):
    """Offices of one big corporation, all inside, an agent each."""
    made = []
    for n in range(senders):
        made.append(Office(office_number(1001 + n), "43",
                           "居宅介護支援センター第%d" % (n + 1), 1, "bus",
                           "sender%d" % (n + 1)))
    for n in range(receivers):
        made.append(Office(office_number(5001 + n), "11",
                           "ヘルパーステーション第%d" % (n + 1), 1, "bus",
                           "receiver%d" % (n + 1)))
    return made


def corpus(out, parcels=100, senders=1, receivers=1, clients=1, seed=1,
           first=datetime.date(2026, 12, 1)):
    """Many small sets: out/<sender number>/*.CSV and out/registry.csv.
    Parcel n goes from sender n mod senders; each has a 連番 of its own."""
    every = corpus_offices(senders, receivers)
    os.makedirs(out, exist_ok=True)
    registry(os.path.join(out, "registry.csv"), every)
    rng = random.Random(seed)
    paths = []
    start = datetime.datetime(first.year, first.month, 1) \
        - datetime.timedelta(days=7)
    for n in range(parcels):
        care = every[n % senders]
        receiver = every[senders + (n // senders) % receivers]
        stamp = start + datetime.timedelta(seconds=n)
        context = Context(care, first, start.date())
        cases = make_cases(rng, first, clients, [receiver])
        paths += monthly_set(os.path.join(out, care.number), context, receiver,
                             cases, stamp.strftime("%Y%m%d%H%M%S"))
    return paths
