"""tasukictl standard and masters: what a person reads, what is replaced."""
import json
import os
import shutil
import subprocess

import lab as lab_module

TABLES = os.path.join(lab_module.ROOT, "config", "standard")
KINDS = 18


def ctl(binaries, *words, lang="C.UTF-8", **environment):
    env = {k: v for k, v in os.environ.items()
           if k not in ("LC_ALL", "LC_MESSAGES", "TASUKI_CONFIG",
                        "TASUKI_MASTERS")}
    done = subprocess.run(
        [os.path.join(binaries, "tasukictl"), *words], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        timeout=120, env={**env, "LANG": lang, **environment})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def standard(binaries, *words, tables=TABLES, **more):
    return ctl(binaries, "standard", *words, "--standard", tables, **more)


def shown(binaries, kind, *words, tables=TABLES):
    code, out, err = standard(binaries, "show", kind, "--json", *words,
                              tables=tables)
    assert (code, err) == (0, "")
    return json.loads(out)


# ---- standard

def test_list(binaries):
    code, out, err = standard(binaries, "list", "--json")
    listed = json.loads(out)
    assert (code, err, listed["edition"]) == (0, "", "4.1")
    assert len(listed["kinds"]) == KINDS
    assert [e["code"] for e in listed["editions"]] == [
        "201910", "202003", "202208", "202504", "202407"]
    code, out, _ = standard(binaries, "list", lang="ja_JP.UTF-8")
    assert code == 0 and "第7表（サービス利用票別表）" in out
    old = json.loads(standard(binaries, "list", "--json", "--edition", "V2")[1])
    assert len(old["kinds"]) == 9 and old["version"] == "202003"


def test_every_kind_in_every_edition(binaries):
    for edition, step in (("1", 4), ("3.2", 4), ("4.0", 6), ("202407", 1)):
        kinds = json.loads(standard(
            binaries, "list", "--json", "--edition", edition)[1])["kinds"]
        for kind in kinds[::step]:
            one = shown(binaries, kind["prefix"], "--edition", edition)
            assert len(one["fields"]) == kind["columns"]
            assert [f["no"] for f in one["fields"]] == list(
                range(1, kind["columns"] + 1))
            assert one["sets"] and one["roles"] or "_" in kind["prefix"]


def test_show_for_people(binaries):
    code, out, _ = standard(binaries, "show", "UP1KYO", "--codes",
                            lang="ja_JP.UTF-8")
    assert code == 0
    for text in ("居宅サービス計画1表", "保険者番号", "必須", "数字6桁",
                 "codes/", "要介護"):
        assert text in out, text
    plan = shown(binaries, "UPPLAN", "--codes")
    assert plan["fields"][15]["name_en"] == "tais_code"
    assert plan["fields"][22]["codes"][0]["code"] in ("0", "1")
    assert len(shown(binaries, "UPPLAN", "--edition", "3")["fields"]) == 22
    assert shown(binaries, "UPKIHON_IMAGE")["fields"] == []


def test_refusals(binaries):
    assert standard(binaries, "show", "UP3KYO", "--edition", "3")[0] == 1
    assert standard(binaries, "show", "UPNONE")[0] == 1
    assert standard(binaries, "list", "--edition", "7")[0] == 1
    for words in (["show"], ["print"], [], ["list", "--nothing"]):
        assert standard(binaries, *words)[0] == 2, words
    assert standard(binaries, "list", tables="/nonexistent")[0] == 2


def test_an_edition_nobody_wrote_yet(binaries, tmp_path):
    tables = str(tmp_path / "standard")
    shutil.copytree(TABLES, tables)

    def append(table, *cells):
        with open(os.path.join(tables, table), "a", encoding="utf-8") as f:
            f.write("\t".join(cells) + "\n")
    append("editions.tsv", "203104", "9.9", "v9", "v4_1", "203104", "current",
           "invented", "架空の版")
    append("codes/csv_version.tsv", "203104", "9.9", "203104", "invented")
    path = os.path.join(tables, "layouts", "UPPLAN.tsv")
    with open(path, encoding="utf-8") as f:
        head, *rows = f.read().splitlines()
    rows.append("\t".join(["26", "実施方法", "service_mode", "alnum", "1",
                           "optional", "no format stated", "", "v9"]))
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join([head + "\tsince"] + rows) + "\n")
    assert shown(binaries, "UPPLAN", tables=tables)["version"] == "203104"
    fields = shown(binaries, "UPPLAN", tables=tables)["fields"]
    assert [f["name_ja"] for f in fields][-1] == "実施方法"
    assert len(shown(binaries, "UPPLAN", "--edition", "4.1",
                     tables=tables)["fields"]) == 25
    name = "UPPLAN_203104_1370100016_43_1370100024_11_20310325101500.CSV"
    row = ("%s,131011,0000000123,20310325,203104,1370100016,,387,0,20310402,,"
           "0900,1000,1,111211,,,,,1370100024,,,0,1370100016,%s\r\n")
    (tmp_path / name).write_bytes((row % ("203104", ",1")).encode("cp932"))
    code, out, err = ctl(binaries, "check", "--standard", tables, "--json",
                         str(tmp_path / name))
    assert (code, err) == (0, ""), out
    (tmp_path / name).write_bytes((row % ("203104", "")).encode("cp932"))
    code, out, _ = ctl(binaries, "check", "--standard", tables, "--json",
                       str(tmp_path / name))
    assert code == 1 and "column-count" in out


# ---- masters

UNITS = ('"435073","A2","1111","202404","202503","訪問型独自サービス１１",'
         '"1176","03","1","01","3","","","","1","1","1","1","20240401"\r\n'
         '"435073","A2","1111","202504","999999","訪問型独自サービス１１",'
         '"1180","03","1","01","3","","","","1","1","1","1","20250401"\r\n')


def test_units_table_of_a_municipality(binaries, tmp_path):
    source, site = tmp_path / "units.csv", tmp_path / "site"
    source.write_bytes(UNITS.encode("cp932"))
    words = ["masters", "import", "--units-table", str(source), "--into",
             str(site), "--standard", TABLES, "--json"]
    code, out, err = ctl(binaries, *words, "--dry-run")
    report = json.loads(out)
    assert (code, err, report["added"], report["written"]) == (0, "", 2, False)
    assert not site.exists()
    code, out, _ = ctl(binaries, *words)
    assert code == 0 and json.loads(out)["written"]
    assert os.listdir(site) == ["service_codes.tsv"]
    code, out, _ = ctl(binaries, *words)        # again: nothing to do
    report = json.loads(out)
    assert (code, report["added"], report["written"]) == (0, 0, False)

    def find(*more):
        return ctl(binaries, "masters", "find", "A21111", "--json",
                   "--standard", TABLES, *more, TASUKI_MASTERS=str(site))
    assert json.loads(find("--insurer", "435073", "--month", "202410")[1])[
        "units"] == 1176
    assert json.loads(find("--insurer", "435073", "--month", "202604")[1])[
        "units"] == 1180
    # what came with the program is in it too
    code, out, _ = ctl(binaries, "masters", "find", "111111", "--json",
                       "--standard", TABLES, TASUKI_MASTERS=str(site))
    assert code == 0 and json.loads(out)["name"] == "身体介護１"


def test_bad_rows_are_told(binaries, tmp_path):
    source = tmp_path / "insurers.csv"
    source.write_text("保険者番号,保険者名\n435073,水上村\n435074,誤\n",
                      encoding="utf-8")
    code, out, _ = ctl(binaries, "masters", "import", "--insurers",
                       str(source), "--into", str(tmp_path), "--standard",
                       TABLES, lang="ja_JP.UTF-8")
    assert code == 1 and "チェックデジット" in out and "3行目" in out
    assert "435073\t" in (tmp_path / "insurers.tsv").read_text("utf-8")


def test_masters_refuses(binaries, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    for words in (["import"], ["import", "--holidays", str(empty)],
                  ["import", "--holidays", "/nonexistent"],
                  ["import", "--holidays", str(empty), "--insurers", "x"],
                  ["find"], ["drop"]):
        code, _, err = ctl(binaries, "masters", *words, "--into",
                           str(tmp_path), "--standard", TABLES)
        assert code == 2 and err.startswith("tasukictl: "), (words, code, err)


def test_a_missing_master_costs_only_the_name(binaries, tmp_path):
    tables = str(tmp_path / "standard")
    shutil.copytree(TABLES, tables)
    shutil.rmtree(os.path.join(tables, "masters"))
    assert standard(binaries, "list", tables=tables)[0] == 0
    code, out, _ = ctl(binaries, "masters", "list", "--json", "--standard",
                       tables)
    assert code == 0 and [one["rows"] for one in json.loads(out)] == [0, 0, 0]
