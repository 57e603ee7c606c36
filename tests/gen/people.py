"""Invented clients: nobody lives here, and no house number exists.

The names are chosen for what they do to programs: characters that only MS932
has (髙 﨑 ① ㈱ 濵), characters whose second byte is 0x5C or 0x7C (表 ソ 能 十
予 圭 ポ 至), long names, half a dozen spellings of 渡辺.
"""

import collections
import datetime

Client = collections.namedtuple(
    "Client",
    "insurer insured name kana sex birth postal address1 address2 phone"
    " level certified start end limit rate")

FAMILIES = [
    ("髙﨑", "タカサキ"), ("濵田", "ハマダ"), ("渡邊", "ワタナベ"),
    ("渡邉", "ワタナベ"), ("齋藤", "サイトウ"), ("齊藤", "サイトウ"),
    ("十河", "ソゴウ"), ("能登", "ノト"), ("表", "オモテ"),
    ("髙橋", "タカハシ"), ("山﨑", "ヤマザキ"), ("德永", "トクナガ"),
    ("廣瀨", "ヒロセ"), ("櫻井", "サクライ"), ("小鳥遊", "タカナシ"),
    ("勅使河原", "テシガワラ"), ("柳樂", "ナギラ"), ("塚本", "ツカモト"),
    ("曽我部", "ソガベ"), ("吉田", "ヨシダ"), ("佐々木", "ササキ"),
    ("五十嵐", "イガラシ"), ("八ツ橋", "ヤツハシ"), ("森", "モリ"),
    ("二ノ宮", "ニノミヤ"), ("神﨑", "カンザキ"), ("黒澤", "クロサワ"),
    ("邊見", "ヘンミ"), ("龍﨑", "リュウザキ"), ("藪", "ヤブ"),
]
WOMEN = [
    ("ヨシ江", "ヨシエ"), ("彌生", "ヤヨイ"), ("圭子", "ケイコ"),
    ("ソノ", "ソノ"), ("千鶴", "チヅル"), ("はる", "ハル"),
    ("登美子", "トミコ"), ("能里子", "ノリコ"), ("すゞ", "スズ"),
    ("瑠璃", "ルリ"), ("靜江", "シズエ"), ("美惠子", "ミエコ"),
]
MEN = [
    ("十郎", "ジュウロウ"), ("至", "イタル"), ("禄太", "ロクタ"),
    ("德治", "トクジ"), ("淸", "キヨシ"), ("申三", "シンゾウ"),
    ("圭一", "ケイイチ"), ("正", "タダシ"), ("忠藏", "チュウゾウ"),
    ("構造", "コウゾウ"), ("昻", "ノボル"), ("勝太郎", "カツタロウ"),
]
# Real insurers (the tables print their names), invented quarters.
PLACES = [
    ("131227", "東京都葛飾区架空台"), ("131219", "東京都足立区例示町"),
    ("131078", "東京都墨田区見本"), ("131235", "東京都江戸川区仮名川"),
]
HOUSES = ["", "", "コーポ・ソレイユ表町１０１号室", "能見台ハイツ②－２０３",
          "メゾン\"十和田\" 3-B", "都営仮住宅１２号棟，９０１"]
# 区分支給限度基準額 of the care levels (units a month).
LIMITS = {"21": 16765, "22": 19705, "23": 27048, "24": 30938, "25": 36217}


def _birth(rng):
    """Meiji does not come back; the rest of the table does."""
    first = datetime.date(1921, 1, 1)
    return first + datetime.timedelta(days=rng.randrange(40 * 365))


def _client(rng, number, month):
    family, family_kana = FAMILIES[number % len(FAMILIES)]
    sex = "2" if rng.random() < 0.65 else "1"
    given, given_kana = rng.choice(WOMEN if sex == "2" else MEN)
    insurer, place = PLACES[rng.randrange(len(PLACES))]
    level = rng.choice(["21", "21", "22", "22", "22", "23", "23", "24", "25"])
    insured = "%010d" % (9000000000 + number * 7919 + rng.randrange(7000))
    if number % 20 == 13:  # public assistance only
        insured = "H" + insured[1:]
    start = datetime.date(month.year - 1, 4 + rng.randrange(8), 1)
    return Client(
        insurer, insured, "%s %s" % (family, given),
        "%s %s" % (family_kana, given_kana), sex,
        _birth(rng).strftime("%Y%m%d"), "000-%04d" % (number + 1),
        "%s%d-%d-%d" % (place, 1 + number % 5, rng.randrange(1, 30),
                        rng.randrange(1, 20)),
        rng.choice(HOUSES), "03-0000-%04d" % (number + 1), level,
        (start - datetime.timedelta(days=20)).strftime("%Y%m%d"),
        start.strftime("%Y%m%d"),
        (start.replace(year=start.year + 2)
         - datetime.timedelta(days=1)).strftime("%Y%m%d"),
        LIMITS[level], rng.choice([90, 90, 90, 90, 80, 70]))


def clients(rng, count, month):
    """count clients whose certification covers the date month."""
    return [_client(rng, number, month) for number in range(count)]
