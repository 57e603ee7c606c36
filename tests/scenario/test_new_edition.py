"""A new edition of the standard is rows of tables: an invented 4.2, without a
line of C.

It drops a field (識別子), adds one with a code table of its own and a rule, makes
another one required, knows a new service type, and has a kind of file that no
edition had before.  The old editions must stay what they are.
"""
import csv
import json
import os
import shutil
import subprocess

import pytest
from lab import ROOT, TESTS
from practice_room import need_binaries

TABLES = os.path.join(ROOT, "config", "standard")
OLD, NEW = "202407", "202804"
PLAN = "UPPLAN_202805_1370100016_43_1370100024_11_20280425101500.CSV"
NOTE = "UPNOTE_202805_1370100016_43_1370100024_11_20280425101500.CSV"
ROW = {"insurer_number": "139998", "insured_number": "0000000123",
       "created_date": "20280425", "target_month": "202805",
       "plan_office_number": "1370100016", "units": "387",
       "service_date": "20280502", "service_start_time": "0900",
       "service_end_time": "1000", "service_count": "1",
       "service_code": "111211", "service_office_number": "1370100024",
       "over_30_days": "0"}


class Tables:
    """A copy of the tables that can be changed."""

    def __init__(self, folder):
        self.folder = str(folder)
        shutil.copytree(TABLES, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as f:
            reader = csv.DictReader(f, delimiter="\t",
                                    quoting=csv.QUOTE_NONE)
            return list(reader.fieldnames), list(reader)

    def write(self, name, columns, rows):
        with open(self.path(name), "w", encoding="utf-8") as f:
            for row in [dict(zip(columns, columns)), *rows]:
                f.write("\t".join(row.get(c) or "" for c in columns) + "\n")

    def add(self, name, *new):
        columns, rows = self.read(name)
        for row in new:
            assert set(row) <= set(columns), name
        self.write(name, columns, rows + list(new))


def add_fields(tables):
    columns, fields = tables.read("layouts/UPPLAN.tsv")
    fields[24]["until"] = "v4"  # 識別子
    fields.append({"no": "26", "name_ja": "訪問手段", "name_en": "visit_means",
                   "type": "code", "max_length": "1", "required": "required",
                   "format_or_codes": "codes/visit_means.tsv",
                   "since": "v4_2"})
    fields.append({"no": "27", "name_ja": "訪問手段の補足",
                   "name_en": "visit_means_note", "type": "text",
                   "max_length": "-", "required": "conditional",
                   "format_or_codes": "free text", "since": "v4_2"})
    tables.write("layouts/UPPLAN.tsv", columns + ["since", "until"], fields)
    tables.write("codes/visit_means.tsv",
                 ["code", "name_ja", "name_en", "note"],
                 [{"code": "1", "name_ja": "徒歩", "name_en": "on foot"},
                  {"code": "9", "name_ja": "その他", "name_en": "other"}])
    tables.add("rules.tsv", {
        "prefix": "UPPLAN", "field_no": "27", "rule": "needed-if",
        "other": "26", "value": "9", "code": "field-expected"})
    columns, map_ = tables.read("v3_field_map.tsv")
    at = max(i for i, row in enumerate(map_) if row["prefix"] == "UPPLAN")
    map_[at + 1:at + 1] = [{"prefix": "UPPLAN", "v4_1_no": no, "v3_no": "-"}
                           for no in ("26", "27")]
    tables.write("v3_field_map.tsv", columns, map_)


def add_kind(tables):
    columns, kinds = tables.read("files.tsv")
    plan = next(k for k in kinds if k["prefix"] == "UPPLAN")
    kinds.append({**plan, "prefix": "UPNOTE", "name_ja": "連絡票",
                  "name_en": "note", "versions": "V4.2", "directions": "CM>SP",
                  "pattern_v4_1": plan["pattern_v4_1"].replace("UPPLAN",
                                                               "UPNOTE"),
                  "pattern_v4_0": "-", "pattern_v3": "-", "pattern_odd": "-",
                  "layout": "layouts/UPNOTE.tsv", "fields_v4_1": "-",
                  "fields_v3": "-"})
    tables.write("files.tsv", columns, kinds)
    columns, fields = tables.read("layouts/DLTPLAN.tsv")
    fields.append({"no": "5", "name_ja": "連絡事項", "name_en": "message",
                   "type": "text", "max_length": "-", "required": "required",
                   "format_or_codes": "free text"})
    tables.write("layouts/UPNOTE.tsv", columns, fields)
    tables.add("rules.tsv", {
        "prefix": "UPNOTE", "field_no": "4", "rule": "name-month",
        "code": "month-mismatch"})
    tables.add("bundles.tsv", {"domain": "home", "sender": "CM",
                               "members": "UPNOTE", "optional": "-",
                               "versions": "V4.2", "note": "alone"})


@pytest.fixture
def tables(tmp_path):
    made = Tables(tmp_path / "standard")
    made.add("editions.tsv", {
        "code": NEW, "edition": "4.2", "layout": "v4_2", "name_form": "v4_1",
        "applies_from": "202804", "state": "current", "note": "invented"})
    made.add("codes/csv_version.tsv", {
        "code": NEW, "edition": "4.2", "applies_from_service_month": "202804"})
    made.add("codes/service_type.tsv", {
        "code": "1Z", "name_ja": "配送支援", "name_en": "invented",
        "group": "home", "exchange_scope": "in", "role": "SP"})
    add_fields(made)
    add_kind(made)
    return made


def write(tables, out, name, version, *rows, unchecked=False):
    lines = ["@file\t%s\t%s" % (name, version)]
    for row in rows:
        lines += ["@fields\t" + "\t".join(row), "\t".join(row.values())]
    done = subprocess.run(
        [os.path.join(need_binaries(), "standard-write"), "--standard",
         tables.folder, "--out", str(out),
         *(["--unchecked"] if unchecked else [])],
        input="\n".join(lines) + "\n", capture_output=True, encoding="utf-8",
        check=False)
    assert done.returncode == 0, done.stderr
    return os.path.join(out, name)


def check(tables, *paths):
    """[(code, record, field)]"""
    done = subprocess.run(
        [os.path.join(need_binaries(), "tasukictl"), "check", "--json",
         "--standard", getattr(tables, "folder", tables), *paths],
        capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return [(f["code"], f["record"], f["field_no"])
            for f in map(json.loads, done.stdout.splitlines())]


def test_files_of_the_new_edition(tables, tmp_path):
    row = {**ROW, "visit_means": "1"}
    plan = write(tables, tmp_path / "a", PLAN, NEW, row)
    with open(plan, "rb") as f:
        cells = f.read().rstrip(b"\r\n").split(b",")
    assert len(cells) == 26  # one gone, two new
    assert cells[24:] == [b"1", b""]
    note = write(tables, tmp_path / "b", NOTE, NEW, {
        "2": "139998", "3": "0000000123", "4": "202805",
        "message": "連絡\\n髙台①"})
    assert check(tables, plan, note) == []


def test_what_is_wrong_with_the_new_fields(tables, tmp_path):
    plan = write(tables, tmp_path, PLAN, NEW,
                 {**ROW, "visit_means": "5"},
                 {**ROW, "visit_means": ""},
                 {**ROW, "visit_means": "9", "insured_number": "0000000124"},
                 {**ROW, "visit_means": "9", "visit_means_note": "自転車",
                  "insured_number": "0000000125"},
                 {**ROW, "visit_means": "1", "service_code": "1Z1111",
                  "insured_number": "0000000125"}, unchecked=True)
    # numbered as in that file: 識別子 (25) is not there any more
    assert check(tables, plan) == [("code-unknown", 1, 25),
                                   ("field-required", 2, 25),
                                   ("field-expected", 3, 26)]


def test_editions_do_not_mix(tables, tmp_path):
    new = write(tables, tmp_path / "new", PLAN, NEW,
                {**ROW, "visit_means": "1"})
    old = write(tables, tmp_path / "old", PLAN, OLD, ROW)
    assert check(tables, old) == []
    assert {c for c, _, _ in check(TABLES, new)} \
        == {"version-unknown", "column-count"}
    for path, version in ((new, OLD), (old, NEW)):
        with open(path, "rb") as f:
            data = f.read()
        other = tmp_path / ("as" + version) / PLAN
        other.parent.mkdir()
        other.write_bytes(version.encode() + data[6:])
        assert ("column-count", 1, 0) in check(tables, str(other))


def test_the_old_editions_stay_what_they_are(tables):
    """The whole corpus, judged with the new tables."""
    data = os.path.join(TESTS, "data", "standard")
    paths = [os.path.join(base, name) for base, _, names in os.walk(data)
             for name in sorted(names)
             if name not in ("expected.tsv", "make", "README.md")]
    assert len(paths) > 200
    assert check(tables, *sorted(paths)) == check(TABLES, *sorted(paths))


def test_show(tables):
    """tasukictl standard show prints the layout of the edition asked for."""
    def show(edition):
        return subprocess.run(
            [os.path.join(need_binaries(), "tasukictl"), "standard", "show",
             "UPPLAN", "--edition", edition, "--lang", "ja", "--standard",
             tables.folder],
            capture_output=True, text=True, check=True).stdout

    assert "訪問手段" in show("4.2") and "識別子" not in show("4.2")
    assert "訪問手段" not in show("4.1") and "識別子" in show("4.1")


@pytest.mark.parametrize("name, change, said", [
    ("editions.tsv", lambda r: r[-1].update(name_form="v9"), "name_form"),
    ("layouts/UPPLAN.tsv", lambda r: r[25].update(since="v7"), "since v7"),
    ("layouts/UPPLAN.tsv", lambda r: r[25].update(
        format_or_codes="codes/none.tsv"), "none.tsv"),
    ("codes/csv_version.tsv", lambda r: r[-1].update(code="202899"),
     "does not know"),
    ("files.tsv", lambda r: r[-1].update(directions="CM>XX"), "files.tsv"),
    ("rules.tsv", lambda r: r[-1].update(rule="no-such-rule"),
     "no-such-rule")])
def test_a_slip_in_the_tables_is_told(tables, name, change, said):
    columns, rows = tables.read(name)
    change(rows)
    tables.write(name, columns, rows)
    done = subprocess.run(
        [os.path.join(need_binaries(), "tasukictl"), "check", "--standard",
         tables.folder, PLAN], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr, done.stderr
    assert name in done.stderr or said.endswith(".tsv"), done.stderr
