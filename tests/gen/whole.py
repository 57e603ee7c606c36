"""NAME
    whole - whole invented corporations: offices, clients, months, all kinds
SUMMARY
    with writer.Writer(program, "4.1") as w:
        whole.write(w, "out", seed=1, first=datetime.date(2026, 12, 1),
                    months=2, clients=30)
DESCRIPTION
    What gen.py makes for a month, and around it what happens in a year:

      home        forms 1 to 3 and 6, 7 from the care-management office to each
                  service office; the 実績 back; a revised month; the deletion of
                  what was sent for a client who moved away
      prevention  from the support center: basic information with day schedule,
                  medical history and family diagram, the prevention plan with
                  its supports, forms 6 and 7; deletions; one part of the
                  clients consigned to the care-management office, which sends
                  the plans and hands the 実績 on

    One folder a set: out/YYYYMM/KIND-RECEIVER-STAMP.  The same arguments give
    the same bytes.  In edition "3" the writer leaves out what V3 does not have.
BUGS
    No short stay, no satellites.
"""

import collections
import datetime
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import diagram  # noqa: E402
import gen  # noqa: E402
import people  # noqa: E402
import services  # noqa: E402

Text, Office = gen.Text, gen.Office
Corporation = collections.namedtuple(
    "Corporation", "care support home prevention")
SUPPORT_LIMITS = {"12": 5032, "13": 10531}


def corporation(serial=0):
    """A corporation's offices; others for another serial."""
    def office(number, kind, name, digit="7"):
        return Office(gen.office_number(serial * 20 + number, digit), kind,
                      name, 1, "bus", "agent%d" % (serial * 20 + number))

    return Corporation(
        office(1, "43", "居宅介護支援センターけやき髙台"),
        office(2, "46", "地域包括支援センター表の里", "0"),
        [office(3, "11", "ヘルパーステーション髙﨑"),
         office(4, "15", "デイサービス能登の杜①番館"),
         office(5, "17", "㈱德永福祉用具ソレイユ表町")],
        [office(6, "66", "通所リハビリ十和田"),
         office(7, "67", "福祉用具レンタル圭")])


def offices(corp):
    return [corp.care, corp.support] + corp.home + corp.prevention


def fields(kind_fields, cells):
    """A row from a dict of field numbers."""
    return [cells.get(no, "") for no in range(1, kind_fields + 1)]


# ---- prevention ----

def support_clients(rng, count, month):
    """Clients with support levels, apart from the others by their numbers."""
    made = []
    for number, client in enumerate(people.clients(rng, count, month)):
        level = "12" if number % 2 else "13"
        made.append(client._replace(
            insured="5" + client.insured[1:].rjust(9, "0"), level=level,
            limit=SUPPORT_LIMITS[level]))
    return made


def prevention_case(rng, number, client, corp, month):
    day, things = corp.prevention
    uses = []
    code, units = (("661111", 2268) if client.level == "12"
                   else ("661121", 4228))
    dates = services._dates(month, rng.sample(range(1, 6), 1))
    if number % 3 != 2:  # a monthly fee: on the first day of use
        uses.append(services.Use(day, code, units, dates[0], "1000", "1200",
                                 1, True, "", "", "", ""))
    if number % 3 != 0:
        for code, units, tais, notice, name in services.THINGS[5:8]:
            if rng.random() < 0.6 or not uses:
                uses.append(services.Use(
                    things, "67" + code[2:], units, month.replace(day=1),
                    "9999", "9999", 1, True, tais, notice, name, ""))
    return gen.Case(client, uses, gen.STAFF[number % len(gen.STAFF)], number)


LIFE = ["漁師町に生まれ, 二十歳で上京。\r\n定年まで製本所に勤めた。",
        "三人姉妹の長女。\"表町\"で美容室を営んだ。",
        "農家の次男。能登で育ち、昭和40年に転居①。"]
DAY = [("6:30", "起床・散歩", "長男出勤"), ("12:00", "昼食（配食）", ""),
       ("15:00", "十時・三時の茶, テレビ", "娘が立ち寄る"), ("21:00", "就寝", "")]
ILLNESSES = [("平成２５年頃", "高血圧症", "みほん内科　髙橋医師", "01"),
             ("R5.4", "変形性膝関節症\r\n（両側）", "見本病院", "02"),
             ("", "白内障", "能見台眼科", "03")]


def basic_row(case, date, image, consigned):
    c, n = case.client, case.text
    cells = {2: c.insurer, 3: c.insured, 4: gen.day(date), 5: 1,
             6: 2 if consigned else 1, 7: Text(case.staff),
             8: "03" if n % 5 == 4 else "02", 9: Text("手紙") if n % 5 == 4
             else "", 10: "01" if n % 2 else "02",
             11: "" if n % 2 else gen.day(date - datetime.timedelta(days=180)),
             12: "02" if n % 4 == 1 else "01",
             13: Text("みほん病院\r\n三階") if n % 4 == 1 else "",
             14: Text(c.kana), 15: Text(c.name), 16: c.sex, 17: c.birth,
             18: Text(c.address1 + c.address2), 19: c.phone, 21: "11",
             22: "02", 23: c.level, 24: c.start, 25: c.end, 26: c.level,
             27: 1, 28: gen.day(date), 29: n % 2, 34: "05", 35: 1 + n % 9,
             36: 1 + n % 2, 37: 1, 46: Text("見本 表子"), 47: Text("長女"),
             49: "03-0000-9999", 62: Text(image), 63: Text("長女が近くに住む。"),
             64: Text(LIFE[n % len(LIFE)]), 66: Text("囲碁, 庭いじり"),
             67: Text("①町会の集まり\r\n②公園体操"), 70: gen.day(date),
             71: Text(c.name)}
    return fields(71, cells)


def schedule_rows(case, date):
    for time, own, family in DAY[:2 + case.text % 3]:
        yield fields(7, {2: case.client.insurer, 3: case.client.insured,
                         4: gen.day(date), 5: Text(time), 6: Text(own),
                         7: Text(family)})


def illness_rows(case, date):
    for since, name, office, course in ILLNESSES[:1 + case.text % 3]:
        yield fields(11, {2: case.client.insurer, 3: case.client.insured,
                          4: gen.day(date), 5: Text(since), 6: Text(name),
                          7: Text(office), 8: 1 + case.text % 2,
                          9: "03-0000-0001", 10: course,
                          11: Text("服薬中, 月1回受診")})


def support_row(case, date, corp, consigned):
    c = case.client
    return fields(57, {
        2: c.insurer, 3: c.insured, 4: gen.day(date), 5: 1,
        6: 2 if consigned else 1, 7: Text("№%d" % case.text), 8: Text(c.name),
        9: c.certified, 10: c.start, 11: c.end, 12: "21", 13: 2,
        14: 1 if c.level == "12" else 2, 15: Text(case.staff),
        16: Text("十河 圭") if consigned else "",
        17: Text(corp.support.name), 18: Text("東京都葛飾区架空台9-9-9"),
        19: "03-0000-0002", 20: gen.day(date),
        21: Text(corp.support.name), 22: Text("毎日 \"表\" に出る"),
        23: Text("一人で買い物ができる\r\n旅行に行く"),
        24: Text("杖で歩く"), 25: Text("もっと歩きたい"), 26: 1,
        27: Text("膝の痛み"), 30: 1 + case.text % 2, 34: 2, 38: 1,
        41: Text("能力を活かし, 外出の機会を増やす。"), 43: 3, 44: 0, 45: 1,
        49: 2, 50: 1, 56: gen.day(date), 57: Text(c.name)})


def support_plan_rows(case, date):
    """Two issues; the texts of a level stand on its first row."""
    offices_used = list(collections.OrderedDict(
        (u.office, 1) for u in case.uses))
    for issue, text in enumerate(["外に出る機会が少ない", "転倒が心配\r\n（表の段差）"],
                                 1):
        for number, office in enumerate(offices_used, 1):
            first = number == 1
            yield fields(17, {
                2: case.client.insurer, 3: case.client.insured,
                4: gen.day(date), 5: issue, 6: Text(text) if first else "",
                7: Text("週1回の外出") if first else "",
                8: Text("本人：行きたい") if first else "",
                9: Text("一人で外出できる") if first else "", 10: 1,
                11: Text("声をかけて見守る") if first else "",
                12: Text("家族と散歩") if first else "",
                13: Text("機能訓練, 用具の貸与") if first else "", 14: number,
                15: Text({"66": "介護予防通所リハビリテーション",
                          "67": "介護予防福祉用具貸与"}[office.service_type]),
                16: Text(office.name), 17: Text("R8.4.1～R9.3.31")})


def basic_set(folder, rng, sender, receiver, cases, stamp, date, consigned):
    def put(kind, rows):
        gen.write(folder, gen.file_name(kind, "", sender, receiver, stamp),
                  rows)

    images = []
    for case in cases:
        name = ""
        if case.text % 2 == 0:
            name = gen.file_name("UPKIHON_IMAGE", "", sender, receiver, stamp)
            name = "%s_%04d.jpg" % (name[:-4], len(images) + 1)
        images.append(name)
    put("UPKIHON", [basic_row(c, date, image, consigned)
                    for c, image in zip(cases, images)])
    put("UPKIHON_SUB1", [r for c in cases for r in schedule_rows(c, date)])
    put("UPKIHON_SUB2", [r for c in cases for r in illness_rows(c, date)])
    for name in filter(None, images):
        folder.writer.image(folder.path, name, diagram.family(rng))


def support_set(folder, corp, sender, receiver, cases, stamp, date,
                consigned):
    for kind, rows in (
            ("UPYOBO", [support_row(c, date, corp, consigned)
                        for c in cases]),
            ("UPYOBO_SUB", [r for c in cases
                            for r in support_plan_rows(c, date)])):
        gen.write(folder, gen.file_name(kind, "", sender, receiver, stamp),
                  rows)


# ---- deletions ----

def deletion(folder, kind, sender, receiver, stamp, cases, key, more=()):
    month = key if len(key) == 6 else ""
    gen.write(folder, gen.file_name(kind, month, sender, receiver, stamp),
              [["", c.client.insurer, c.client.insured, key, *more]
               for c in cases])


# ---- a corporation ----

class Stamps:
    """連番 that grow: a second for each set."""

    def __init__(self, date, hour):
        self.at = datetime.datetime(date.year, date.month, date.day, hour)

    def next(self):
        self.at += datetime.timedelta(seconds=7)
        return self.at.strftime("%Y%m%d%H%M%S")


class Month:
    """The sets of one month of one corporation."""

    def __init__(self, writer, out, corp, first, rng):
        self.writer, self.corp, self.first, self.rng = writer, corp, first, rng
        self.out = os.path.join(out, first.strftime("%Y%m"))
        self.month = first.strftime("%Y%m")
        self.created = gen.month_before(first).replace(day=24)
        self.after = first + datetime.timedelta(
            days=services.month_days(first))

    def folder(self, what, receiver, stamp):
        return self.writer.folder(os.path.join(
            self.out, "%s-%s-%s" % (what, receiver.number, stamp)))

    def context(self, office, created=None):
        return gen.Context(office, self.first, created or self.created)

    def answers(self, care, receiver, cases, stamp):
        """The 実績 of one service office; the rows, for handing on."""
        plan = [[str(cell) for cell in row] for case in cases
                for row in gen.plan_rows(case, self.context(care))]
        done = list(gen._answer_rows(self.rng, plan, receiver.number,
                                     self.first))
        if done:
            gen.write(self.folder("done", care, stamp), gen.file_name(
                "UPJSK", self.month, receiver, care, stamp), done)
        return done

    def home(self, cases):
        care = self.corp.care
        stamps, later = Stamps(self.created, 14), Stamps(self.after, 9)
        revised = Stamps(self.first.replace(day=12), 10)
        for receiver in self.corp.home:
            mine = gen.concern(cases, receiver)
            if not mine:
                continue
            plans = [c for c in mine if c.text % 4 == 0]
            if plans:
                stamp = stamps.next()
                gen.care_plan_set(self.folder("plan", receiver, stamp),
                                  self.context(care), receiver, plans, stamp)
            stamp = stamps.next()
            gen.monthly_set(self.folder("month", receiver, stamp),
                            self.context(care), receiver, mine, stamp)
            self.revise(care, receiver, mine, revised)
            stamp = later.next()
            if self.answers(care, receiver, mine, stamp):
                gone = mine[-1:]
                stamp = later.next()
                deletion(self.folder("undone", care, stamp), "DLTJSK",
                         receiver, care, stamp, gone, self.month,
                         (receiver.number, receiver.service_type))
        return stamps

    def revise(self, care, receiver, mine, stamps):
        """The month again with a visit less, then a client who moved away."""
        case = mine[0]
        last = [u for u in case.uses if u.start != "9999"][-1:]
        changed = case._replace(uses=[u for u in case.uses if u not in last])
        if changed.uses and gen.concern([changed], receiver):
            stamp = stamps.next()
            gen.monthly_set(
                self.folder("revised", receiver, stamp),
                self.context(care, self.first.replace(day=12)), receiver,
                [changed], stamp)
        gone = mine[1:2]
        stamp = stamps.next()
        if gone:
            deletion(self.folder("gone", receiver, stamp), "DLTPLAN", care,
                     receiver, stamp, gone, self.month)
        gone = [c for c in gone if c.text % 4 == 0]
        if gone:
            stamp = stamps.next()
            deletion(self.folder("gone", receiver, stamp), "DLT1KYO", care,
                     receiver, stamp, gone, gen.day(self.created))

    def prevention(self, cases):
        """The even clients by the support center itself, the odd ones by the
        care-management office on its behalf."""
        support, care = self.corp.support, self.corp.care
        own = [c for c in cases if c.text % 2 == 0]
        others = [c for c in cases if c.text % 2]
        stamps, later = Stamps(self.created, 16), Stamps(self.after, 11)
        for sender, mine in ((support, own), (care, others)):
            for receiver in self.corp.prevention:
                self.prevention_sets(sender, receiver,
                                     gen.concern(mine, receiver), stamps,
                                     later)
        if others:
            stamp = stamps.next()
            basic_set(self.folder("consign", care, stamp), self.rng, support,
                      care, others, stamp, self.created, True)

    def prevention_sets(self, sender, receiver, mine, stamps, later):
        if not mine:
            return
        consigned = sender == self.corp.care
        stamp = stamps.next()
        folder = self.folder("basic", receiver, stamp)
        basic_set(folder, self.rng, sender, receiver, mine, stamp,
                  self.created, consigned)
        stamp = stamps.next()
        support_set(self.folder("support", receiver, stamp), self.corp,
                    sender, receiver, mine, stamp, self.created, consigned)
        stamp = stamps.next()
        gen.monthly_set(self.folder("month", receiver, stamp),
                        self.context(sender), receiver, mine, stamp)
        done = self.answers(sender, receiver, mine, later.next())
        if consigned and done:
            self.hand_on(receiver, mine, later.next(), done)
        gone = mine[1:2]
        for kind in ("DLTKIHON", "DLTYOBO") if gone else ():
            stamp = later.next()
            deletion(self.folder("gone", receiver, stamp), kind, sender,
                     receiver, stamp, gone, gen.day(self.created))

    def hand_on(self, receiver, mine, stamp, done):
        """Consigned: planned and done go on to the support center."""
        care, support = self.corp.care, self.corp.support
        folder = self.folder("consigned", support, stamp)
        gen.monthly_set(folder, self.context(care), support, mine, stamp)
        stamp = str(int(stamp) + 1)
        gen.write(self.folder("consigned", support, stamp), gen.file_name(
            "UPJSK", self.month, care, support, stamp), done)


def write(writer, out, seed=1, first=datetime.date(2026, 12, 1), months=1,
          clients=20, serial=0):
    """All sets of a corporation; the paths are writer.paths."""
    corp = corporation(serial)
    for number in range(months):
        rng = random.Random("%s %s %s" % (seed, serial, number))
        month = first.replace(day=1)
        for _ in range(number):
            month = (month + datetime.timedelta(days=31)).replace(day=1)
        made = Month(writer, out, corp, month, rng)
        cases = gen.make_cases(rng, month, clients, corp.home)
        made.home(cases)
        if writer.edition != "3":
            made.prevention(
                [prevention_case(rng, n, c, corp, month) for n, c in
                 enumerate(support_clients(rng, max(2, clients // 2),
                                           month))])
    return corp
