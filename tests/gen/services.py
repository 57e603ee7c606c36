"""What a client uses in one month, and what form 7 makes of it.

Codes and units are rows of config/standard/masters/service_codes.tsv; the
rates of 処遇改善加算 and the prices of rented things are this corporation's.
"""

import calendar
import collections

# One service date of one service.  inside: counts towards the category limit.
Use = collections.namedtuple(
    "Use", "office code units date start end count inside tais notice name"
    " detail")

VISITS = [  # code, units, start, end
    ("111111", 244, "0830", "0900"), ("111211", 387, "0900", "1000"),
    ("114111", 309, "1030", "1130"), ("114211", 374, "1400", "1505"),
    ("117211", 179, "1100", "1145"), ("117311", 220, "1500", "1600"),
    ("111112", 305, "1800", "1830"),
]
DAY_BY_LEVEL = {  # 7 to 8 hours, ordinary size
    "21": ("152441", 658), "22": ("152442", 777), "23": ("152443", 900),
    "24": ("152444", 1023), "25": ("152445", 1148),
}
DAY_DAILY = [("155301", 40), ("155051", 56), ("156099", 22)]
DAY_MONTHLY = [("156361", 40), ("155052", 20)]
THINGS = [  # code, units, TAIS, notice, name
    ("171001", 600, "99001-000011", "", "車いす 自走式 ソラ"),
    ("171003", 950, "99001-000022", "", "特殊寝台 ３モーター \"能\""),
    ("171004", 120, "99001-000033", "", "サイドレール"),
    ("171004", 80, "99001-000034", "", "介助バー, 左用"),
    ("171005", 700, "99002-000041", "", "床ずれ防止用具 エア①"),
    ("171007", 300, "99002-000052", "", "手すり（据置）A型"),
    ("171009", 250, "", "99003-000061", "歩行器 ポルタ"),
    ("171010", 100, "99003-000070", "", "四点杖 表街道"),
]
IMPROVEMENT = {"11": ("116271", 182), "15": ("156104", 80)}  # per mille
RATE_CODES = {code for code, _ in IMPROVEMENT.values()}
PRICES = {  # hundredths of a yen a unit
    "11": 1140, "15": 1090, "17": 1000, "66": 1110, "67": 1000}


def month_days(month):
    return calendar.monthrange(month.year, month.month)[1]


def _dates(month, weekdays):
    days = [month.replace(day=d) for d in range(1, month_days(month) + 1)]
    return [d for d in days if d.isoweekday() in weekdays]


def _use(office, code, units, date, start="9999", end="9999", inside=True,
         thing=("", "", ""), detail=""):
    return Use(office, code, units, date, start, end, 1, inside, *thing,
               detail)


def _improvement(office, uses, month):
    """処遇改善加算: a share of the month's units, outside the limit."""
    code, per_mille = IMPROVEMENT[office.service_type]
    units = (sum(u.units * u.count for u in uses) * per_mille + 500) // 1000
    last = month.replace(day=month_days(month))
    return _use(office, code, units, last, inside=False)


def _visits(rng, office, month, level, heavy):
    uses = []
    patterns = rng.sample(VISITS, 5 if heavy else rng.choice([1, 1, 2, 3]))
    for code, units, start, end in sorted(patterns, key=lambda v: v[2]):
        weekdays = rng.sample(range(1, 8), 7 if heavy
                              else rng.choice([1, 2, 3]))
        for date in _dates(month, weekdays):
            uses.append(_use(office, code, units, date, start, end))
    first = min(uses, key=lambda u: (u.date, u.start))
    if rng.random() < 0.25:  # 初回加算 carries the time of its visit
        uses.append(_use(office, "114001", 200, first.date, first.start,
                         first.end))
    uses.append(_improvement(office, uses, month))
    return uses


def _days(rng, office, month, level, heavy):
    code, units = DAY_BY_LEVEL[level]
    dates = _dates(month, rng.sample(range(1, 7), rng.choice([1, 2, 2, 3])))
    start, end = rng.choice([("0930", "1645"), ("0900", "1615")])
    uses = [_use(office, code, units, d, start, end) for d in dates]
    for extra, extra_units in DAY_DAILY[:rng.randrange(0, 4)]:
        uses += [_use(office, extra, extra_units, d, start, end)
                 for d in dates]
    for extra, extra_units in DAY_MONTHLY[:rng.randrange(0, 3)]:
        uses.append(_use(office, extra, extra_units, dates[0]))
    uses.append(_improvement(office, uses, month))
    return uses


def _things(rng, office, month, level, heavy):
    first = month.replace(day=1)
    chosen = sorted(rng.sample(range(len(THINGS)), rng.choice([1, 2, 3, 4])))
    uses = []
    for code, units, tais, notice, name in (THINGS[i] for i in chosen):
        copies = 2 if code == "171007" else 1  # told apart by 明細判別コード
        for copy in range(copies):
            detail = str(copy + 1) if copies > 1 else ""
            uses.append(_use(office, code, units, first,
                             thing=(tais, notice, name), detail=detail))
    return uses


PLANNERS = {"11": _visits, "15": _days, "17": _things}


def plan(rng, offices, month, level, heavy=False):
    """One client's month with 1 to 3 of the offices, in form order; a heavy
    user has all of them, more pages and more units than the limit."""
    count = len(offices) if heavy else rng.choice([1, 1, 2, 2, 3])
    count = min(len(offices), count)
    used = rng.sample(offices, count)
    uses = []
    for office in sorted(used, key=offices.index):
        uses += PLANNERS[office.service_type](rng, office, month, level,
                                              heavy)
    return uses


def groups(uses):
    """Form 7: uses by office and service type, and by service within."""
    found = collections.OrderedDict()
    for use in uses:
        key = (use.office, use.code[:2], use.inside)
        rows = found.setdefault(key, collections.OrderedDict())
        row = use._replace(date=None, start=None, end=None, count=0)
        rows[row] = rows.get(row, 0) + use.count
    return found


def weekday_table(uses):
    """Form 3: (weekday, start, end, office) of what has a clock time."""
    return sorted({(u.date.isoweekday(), u.start, u.end, u.office)
                   for u in uses if u.start != "9999"},
                  key=lambda r: r[:3])

