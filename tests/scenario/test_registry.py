"""The directory of offices and partners: lists, column maps, history,
quarantine, public lists of connected offices.

A real broker and the real command; five broken lists never take effect.
"""
import csv
import hashlib
import io
import os
import subprocess

import gen
import pytest
from lab import NUMBER, row, wait_for
from practice_room import Trouble

PARTNERS = range(101, 161)        # enough for a share to mean something


def partner(serial, **more):
    """ways= instead of way=."""
    made = row(serial, "17", inside=0, **more)
    if "ways" in more:
        made["way"] = more.get("way", "")
    return made


@pytest.fixture
def room(make_lab):
    """A broker with three offices of ours and sixty partners."""
    lab = make_lab()
    lab.start_broker()
    lab.import_registry()
    made = Room(lab)
    made.give([partner(n) for n in PARTNERS])
    return made


class Room:
    def __init__(self, lab):
        self.lab = lab

    def file(self, rows, name="list.csv", encoding="utf-8"):
        columns = list(dict.fromkeys(c for r in rows for c in r))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = self.lab.path(name)
        with open(path, "wb") as f:
            f.write(text.getvalue().encode(encoding))
        return path

    def give(self, rows, *options, by="鈴木", verb="import", **more):
        return self.lab.ctl("registry", verb, self.file(rows, **more), "--by",
                            by, *options)

    def rows(self, *options):
        """By NUMBER/TYPE."""
        found = self.lab.ctl("registry", "list", *options)["rows"]
        return {f'{r["office_number"]}/{r.get("service_type", "")}': r
                for r in found}

    def partners(self):
        return {k: r for k, r in self.rows("--partners").items()
                if not r.get("valid_to")}

    def waiting(self):
        return self.lab.ctl("registry", "quarantine", "list")["waiting"]

    def decide(self, verb, record, *options, by="佐藤", check=True):
        return self.lab.ctl("registry", "quarantine", verb, record["id"],
                            "--by", by, *options, check=check)

    def alarms(self):
        return [a["code"] for a in self.lab.ctl("status")["alarms"]]

    def history(self, key):
        return self.lab.ctl("registry", "history", key)["history"]


def key(serial):
    return gen.office_number(serial) + "/17"


# ---------------------------------------------------------------- lists

@pytest.mark.parametrize("encoding", ["utf-8", "ms932"])
def test_export_is_what_import_reads(room, encoding):
    room.give([partner(n, contact=f"担当 髙橋{n},様", editions="4.1 3",
                       insurer_area="011007 011015", phone="03-0000-0000",
                       email="a@example.org", zeal="知らない列")
               for n in (101, 102)])
    first, second = room.lab.path("first.csv"), room.lab.path("second.csv")
    room.lab.ctl("registry", "export", first, "--encoding", encoding)
    answer = room.lab.ctl("registry", "import", first)
    assert (answer["added"], answer["changed"]) == (0, 0)
    assert answer["unchanged"] == len(room.rows())
    with open(first, "rb") as f:
        text = f.read()
    assert "知らない列" in text.decode(encoding)
    assert answer["sha256"] == hashlib.sha256(text).hexdigest()
    room.lab.ctl("registry", "export", second, "--encoding", encoding)
    with open(second, "rb") as f:
        assert f.read() == text
    # with a byte-order mark, as a spreadsheet writes it
    if encoding == "utf-8":
        with open(second, "wb") as f:
            f.write(b"\xef\xbb\xbf" + text)
        assert room.lab.ctl("registry", "import", second)["changed"] == 0


def test_a_character_that_ms932_lacks(room):
    room.give([partner(101, name="\U00020bb7野家")])
    with pytest.raises(Trouble, match="column name"):
        room.lab.ctl("registry", "export", room.lab.path("x.csv"),
                     "--encoding", "ms932")
    assert not os.path.exists(room.lab.path("x.csv"))


def test_diff_writes_nothing(room):
    changed = partner(101, ways="national 2026-04-01..; fax; pdf",
                      fax_number="03-3581-4111")
    answer = room.give([changed, partner(200)], verb="diff")
    assert (answer["added"], answer["changed"]) == (1, 1)
    first = next(c for c in answer["changes"] if c["office"] == key(101))
    assert first["fields"] == {
        "way": ["pdf", None], "ways": [None, changed["ways"]],
        "fax_number": [None, "03-3581-4111"]}
    assert key(200) not in room.rows() and len(room.rows()) == 64
    assert room.rows()[key(101)]["way"] == "pdf"


def test_history_names_who_and_what(room):
    room.give([partner(101, contact="秘密さん")], by="鈴木")
    room.give([partner(101, contact="新任さん", way="fax",
                       fax_number="03-3581-4111")], by="高橋")
    added, changed, again = room.history(key(101))
    assert (added["change"], added["by"]) == ("added", "鈴木")
    assert changed["fields"] == {"contact": [None, "秘密さん"]}
    assert again["by"] == "高橋" and again["file"] == "list.csv"
    assert again["fields"] == {"contact": ["秘密さん", "新任さん"],
                               "way": ["pdf", "fax"],
                               "fax_number": [None, "03-3581-4111"]}
    # it is on the disk, and nowhere else
    room.lab.kill(room.lab.broker()[0])
    room.lab.start_broker()
    assert len(room.history(key(101))) == 3
    assert "秘密さん" not in room.lab.logs()
    assert "秘密さん" not in str(room.lab.ctl("audit", "list"))
    imports = room.lab.ctl("registry", "history")["history"]
    assert [i["added"] for i in imports] == [4, 60, 0, 0]
    assert room.lab.ctl("registry", "history", key(999),
                        check=False)["code"] == "unknown"
    assert room.lab.ctl("audit", "verify")["ok"]


def test_only_the_columns_of_the_list_change(room):
    room.give([partner(101, way="fax", fax_number="03-3581-4111",
                       contact="髙橋")])
    number = gen.office_number(101)
    room.give([{"office_number": number, "service_type": "17",
                "phone": "03-1", "contact": ""}], "--merge")
    now = room.rows()[key(101)]
    assert now["fax_number"] == "03-3581-4111" and now["phone"] == "03-1"
    assert "contact" not in now


def test_bad_cells_are_named(room):
    for column, value, said in (
            ("ways", "post", "way"), ("ways", "fax; fax", "twice"),
            ("ways", "fax 2026-13-01..", "Days"),
            ("ways", "fax 2026-04-02..2026-04-01", "Days"),
            ("ways", "bus;national;hub:a;hub:b;hub:c;fax;pdf", "Six"),
            ("editions", "4.1 <b>", "editions"),
            ("insurer_area", "011008", "check digit"),
            ("email", "nobody", "mail"), ("valid_to", "soon", "day")):
        with pytest.raises(Trouble, match=f"{column}.*{said}"):
            room.give([partner(101, **{column: value})])
    with pytest.raises(Trouble, match="first of ways"):
        room.give([partner(101, way="fax", ways="pdf; fax")])


def test_list_filters(room):
    room.give([partner(101, ways="hub:kanamic; pdf")])
    assert set(room.rows("--way", "hub:kanamic")) == {key(101)}
    assert len(room.rows("--inside")) == 3
    assert len(room.rows("--limit", "5")) == 5
    assert set(room.rows("--find", "試験事業所120")) == {key(120)}


# ---------------------------------------------------------------- maps

def test_a_foreign_list_by_a_map(room):
    room.give([partner(101, way="fax", fax_number="03-3581-4111")])
    number = gen.office_number(101)
    rows = [{"事業所番号": f"{number[:2]}-{number[2:]}", "サービス種類": "１７",
             "事業所名": "新しい名", "経路": "郵送", "FAX番号": "", "担当者": "髙﨑",
             "電話番号": "０３－１", "メール": "", "開始日": "令和8年4月1日",
             "終了日": "", "備考": "見ない"},
            {"事業所番号": "", "事業所名": "以上"}]
    answer = room.give(rows, "--map", "japanese", encoding="ms932")
    assert (answer["added"], answer["changed"]) == (0, 1)
    now = room.rows()[key(101)]
    assert (now["name"], now["way"], now["phone"], now["valid_from"]) == (
        "新しい名", "pdf", "03-1", "2026-04-01")
    assert "備考" not in now and "fax_number" not in now
    # words and headings that the map does not know stop it
    rows[0]["経路"] = "狼煙"
    with pytest.raises(Trouble, match=":2: .*word of the column way"):
        room.give(rows, "--map", "japanese")
    del rows[0]["担当者"]
    with pytest.raises(Trouble, match="no column \"担当者\""):
        room.give(rows, "--map", "japanese")


# ---------------------------------------------------------------- quarantine

def test_a_full_list_ends_what_is_missing(room):
    answer = room.give([partner(n) for n in PARTNERS if n > 103], "--full")
    assert (answer["ended"], answer["unchanged"]) == (4, 57)
    assert len(room.partners()) == 57         # the lab's own is missing too
    ended = room.rows()[key(101)]
    assert ended["valid_to"] and room.history(key(101))[-1]["change"] == "ended"
    assert len(room.rows("--inside")) == 3    # a list of partners: not ours


def test_what_is_missing_only_for_its_own_rows(room):
    room.give([partner(n, source="city") for n in (101, 102, 103, 104, 105)])
    answer = room.give([partner(n, source="city") for n in (101, 102, 103, 104)],
                       "--full", "--scope", "source=city")
    assert (answer["ended"], answer["before"]) == (1, 5)


def test_a_halved_list_waits(room):
    """F45, T16, T34."""
    half = [partner(n) for n in PARTNERS if n > 131]
    path = room.file(half)
    answer = room.lab.ctl("registry", "import", path, "--full", "--by", "鈴木")
    assert answer["reason"] == "halved" and answer["sha256"]
    before = room.rows()
    assert len(room.partners()) == 61 and "registry-quarantine" in room.alarms()
    # the same file again is not another one; a restart changes nothing
    room.lab.ctl("registry", "import", path, "--full", "--by", "鈴木")
    room.lab.kill(room.lab.broker()[0])
    room.lab.start_broker()
    assert room.rows() == before and "registry-quarantine" in room.alarms()
    (waits,) = room.waiting()
    assert (waits["ended"], waits["before"], waits["by"]) == (32, 61, "鈴木")
    assert waits["sha256"] == answer["sha256"]
    shown = room.lab.ctl("registry", "quarantine", "show", waits["id"])
    assert shown["yes_remove"] == 32 and len(shown["changes"]) == 32
    # not by the same person, not without the number, not by a wrong one
    assert room.decide("release", waits, "--yes-remove", "32", by="鈴木",
                       check=False)["code"] == "same-person"
    for options in ((), ("--yes-remove", "31")):
        assert room.decide("release", waits, *options,
                           check=False)["code"] == "confirm"
    assert room.rows() == before
    room.decide("release", waits, "--yes-remove", "32")
    assert len(room.partners()) == 29 and not room.waiting()
    assert "registry-quarantine" not in room.alarms()
    last = room.history(key(101))[-1]
    assert (last["by"], last["imported_by"]) == ("佐藤", "鈴木")


def test_dropping_forgets_the_list(room):
    room.give([partner(n, name="別の名") for n in PARTNERS])
    (waits,) = room.waiting()
    assert waits["reason"] == "share" and waits["changed"] == 60
    assert room.decide("drop", waits, by=" ", check=False)["code"] == "malformed"
    room.decide("drop", waits)
    assert not room.waiting() and room.rows()[key(101)]["name"] == "試験事業所101"
    assert room.decide("drop", waits, check=False)["code"] == "unknown"


def test_few_rows_change_freely(room):
    assert "reason" not in room.give(
        [partner(n, name="別の名") for n in range(101, 107)])
    assert room.rows()[key(101)]["name"] == "別の名"


def test_taking_over_numbers_is_a_change(room):
    """T34:
    Rows for another type of known numbers: nothing old changes, but their
    parcels would go elsewhere."""
    stolen = [{**partner(n), "service_type": "43", "way": "hub:evil"}
              for n in PARTNERS]
    assert room.give(stolen)["reason"] == "share"
    assert "reason" not in room.give([partner(n) for n in range(300, 360)])


def broken(room, what):
    rows = [partner(n) for n in PARTNERS]
    if what == "empty":
        return b""
    with open(room.file(rows), "rb") as f:
        text = f.read()
    if what == "heading only":
        return text[:text.index(b"\r\n") + 2]
    if what == "cut in a row":
        return text[:len(text) // 2]
    if what == "cut between rows":
        return text[:text.index(b"\r\n", len(text) // 2)]
    if what == "euc":
        return text.decode().encode("euc-jp")
    if what == "utf-16":
        return text.decode().encode("utf-16")
    if what == "columns swapped":
        rows = [{**r, "office_number": r["name"], "name": r["office_number"]}
                for r in rows]
    if what == "digits swapped":
        rows = [{**r, "office_number": r["office_number"][:-1] + str(
            (int(r["office_number"][-1]) + 1) % 10)} for r in rows]
    if what == "twice":
        rows.append(rows[0])
    with open(room.file(rows), "rb") as f:
        return f.read()


def test_one_default_desk_a_number(room):
    """Two in one list, and one beside that of the registry: refused with file,
    line and what to do; moving it takes both rows in one list."""
    def desk(kind, default, **more):
        return row(2, kind, "visit", default_desk=default, **more)

    def refused(*rows):
        path = room.file(list(rows))
        done = subprocess.run(
            [os.path.join(room.lab.bin, "tasukictl"), "--data",
             room.lab.data(), "registry", "import", path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=60)
        assert done.returncode == 1
        return [line for line in done.stderr.decode().splitlines()
                if line.startswith(path)]

    number = NUMBER[2]
    (line,) = refused(desk("15", "1"), row(3, "15", "day"), desk("17", "1"))
    assert ":4: default_desk: " in line
    assert f"{number}/15 is the default desk" in line and "(row 1)" in line
    assert "leave default_desk empty in one of the two rows" in line
    room.give([desk("15", "1")])
    (line,) = refused(row(3, "15", "day"), desk("17", "1"))
    assert ":3: default_desk: " in line and "in the registry" in line
    # the same row once more is no second one, nor is another number's
    room.give([desk("15", "1", name="新"), row(3, "15", "day",
                                              default_desk="1")])
    room.give([desk("17", "1"), desk("15", "")])
    assert room.rows()[f"{number}/17"]["default_desk"] == "1"
    assert not room.rows()[f"{number}/15"].get("default_desk")


def test_broken_lists_change_nothing(room):
    """F45, T34."""
    before = room.rows()
    path = room.lab.path("broken.csv")
    for what in ("empty", "heading only", "cut in a row", "cut between rows",
                 "euc", "utf-16", "columns swapped", "digits swapped",
                 "twice"):
        text = broken(room, what)
        with open(path, "wb") as f:
            f.write(text)
        for mode in ("--full", "--public"):
            answer = room.lab.ctl("registry", "import", path, mode,
                                  check=False)
            assert not answer.get("ok") or answer.get("reason"), (what, answer)
            assert room.rows() == before, what
    whole = room.file([partner(n) for n in PARTNERS])
    assert room.lab.ctl("registry", "import", whole, "--sha256", "00" * 32,
                        check=False)["code"] == "other-file"


def test_mixed_up_characters_wait(room):
    """F45: UTF-8 read as MS932 is no fault of form: the share stops it."""
    rows = [partner(n) for n in PARTNERS]
    garbled = [{**r, "name": r["name"].encode().decode("ms932", "replace")
                .replace("�", "?")} for r in rows]
    before = room.rows()
    assert room.give(garbled)["reason"] == "share"
    assert room.rows() == before


# ---------------------------------------------------------------- public lists

def public(serials, state="利用中"):
    return [{"事業所番号": gen.office_number(n), "事業所名": f"公開{n}",
             "利用状況": state} for n in serials]


def connected(room):
    return {k for k, r in room.rows().items() if r.get("connected")}


def test_a_public_list_connects_whom_we_know(room):
    room.give([partner(101, way="fax", fax_number="03-3581-4111",
                       policy="dual", contact="髙橋"),
               partner(102, way="national")])
    options = ("--public", "--map", "wamnet", "--from", "2026-12-01")
    rows = public([101, 102, 103, 999]) + public([104], "未登録")
    answer = room.give(rows, *options)
    assert (answer["changed"], answer["unknown"], answer["gone"]) == (2, 1, 0)
    now = room.rows()
    assert now[key(101)] == {
        **partner_cells(101), "ways": "national 2026-12-01..; fax",
        "connected": "wamnet", "fax_number": "03-3581-4111",
        "policy": "dual", "contact": "髙橋"}
    assert now[key(103)]["ways"] == "national 2026-12-01..; pdf"
    assert connected(room) == {key(101), key(103)}   # 102 is a person's own
    assert room.give(rows, *options)["changed"] == 0
    # unknown ones only when told
    assert room.give(rows, *options, "--add-unknown")["added"] == 1
    assert room.rows()[gen.office_number(999) + "/"]["ways"] == (
        "national 2026-12-01..")
    # paper partners who have joined
    joined = [j for j in room.lab.ctl("registry", "joined")["joined"]
              if j["office"] != key(102)]
    assert [(j["office"], j["day"]) for j in joined] == [
        (key(101), 20261201), (key(103), 20261201)]
    assert joined[0]["name"] == "試験事業所101"
    assert room.lab.ctl("registry", "joined", "--month", "202612")["joined"]
    assert not room.lab.ctl("registry", "joined", "--since",
                            "2027-01-01")["joined"]


def partner_cells(serial):
    return {k: v for k, v in partner(serial).items()
            if v and k not in ("way",)}


def test_who_vanishes_keeps_the_way_until_a_person_looks(room):
    options = ("--public", "--map", "wamnet", "--from", "2020-01-01")
    room.give(public([101, 102, 103]), *options)
    answer = room.give(public([103, 104]), *options)
    assert (answer["changed"], answer["gone"]) == (1, 2)
    assert connected(room) == {key(n) for n in (101, 102, 103, 104)}
    (waits,) = room.waiting()
    assert waits["mode"] == "gone" and waits["changed"] == 2
    # a newer list takes the older one's place
    room.give(public([102, 103, 104, 105]), *options)
    (waits,) = room.waiting()
    assert waits["changed"] == 1
    assert room.decide("release", waits, check=False)["code"] == "confirm"
    room.decide("release", waits, "--yes-remove", "1")
    assert connected(room) == {key(n) for n in (102, 103, 104, 105)}
    ways = room.rows()[key(101)]["ways"]
    assert ways.startswith("national 2020-01-01..20") and ways.endswith("; pdf")
    # and comes back
    room.give(public([101, 102, 103, 104, 105]), *options)
    assert key(101) in connected(room) and not room.waiting()


def test_parcels_follow_the_list(room):
    def way(serial):
        answer = room.lab.ctl("route", "--explain", NUMBER[1] + "/43",
                              gen.office_number(serial) + "/17", "UPPLAN")
        return answer["legs"][0]["way"]
    assert way(101) == "pdf"
    room.give(public([101]), "--public", "--map", "wamnet", "--from",
              "2099-01-01")
    assert way(101) == "pdf"        # not yet, and this site has no gateway


# ---------------------------------------------------------------- forgetting

def test_history_is_kept_for_a_while(make_lab):
    """Older than history/keep: forgotten in steps; the rows stay as they are."""
    lab = make_lab()
    clock = lab.path("clock")
    with open(clock, "w", encoding="ascii") as f:
        f.write("0")
    lab.environment["tasukid"] = {"TASUKI_CLOCK": clock}
    lab.setting("tasukid", history__keep="1827 d")
    lab.start_broker()
    lab.import_registry()
    room = Room(lab)
    for n in range(10):                     # more than one step
        room.give([partner(101, contact=f"係 {n}")])
    key = f"{gen.office_number(101)}/17"
    assert len(room.history(key)) == 10
    before = room.rows()
    with open(clock + ".new", "w", encoding="ascii") as f:
        f.write(str(1826 * 86400 * 1000))
    os.rename(clock + ".new", clock)
    lab.kill(lab.broker()[0])
    lab.start_broker()
    room.give([partner(101, contact="係 新")])
    assert len(room.history(key)) == 11     # the last day of five years
    with open(clock + ".new", "w", encoding="ascii") as f:
        f.write(str(1828 * 86400 * 1000))
    os.rename(clock + ".new", clock)
    lab.kill(lab.broker()[0])
    lab.start_broker()
    wait_for(lambda: repr(room.history(key)),
             lambda: len(room.history(key)) == 1, 30)
    assert room.rows()[key]["contact"] == "係 新"
    assert {k: r for k, r in room.rows().items() if k != key} == {
        k: r for k, r in before.items() if k != key}
    entries = lab.ctl("audit", "list", "--limit", "1000")["entries"]
    assert len([e for e in entries if e["actor"] == "broker" and
                "delete kind=office-import" in e["text"]]) == 11
    assert lab.ctl("audit", "verify")["ok"]
