"""tasukictl check: what a person reads, what a script reads, exit codes."""
import csv
import json
import os
import shutil
import subprocess

import lab as lab_module

DATA = os.path.join(lab_module.TESTS, "data", "standard")
GOOD = os.path.join(DATA, "good", "every-kind")
PLAN = "UPPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV"
KEYS = ["file", "record", "line", "field_no", "field", "level", "code",
        "message"]
HABIT = ["quirk", "quirk_text", "repairable"]


def check(binaries, *words, lang="C.UTF-8"):
    env = {k: v for k, v in os.environ.items()
           if k not in ("LC_ALL", "LC_MESSAGES", "TASUKI_CONFIG")}
    done = subprocess.run(
        [os.path.join(binaries, "tasukictl"), "check", "--standard",
         os.path.join(lab_module.ROOT, "config", "standard"), *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        timeout=120, env={**env, "LANG": lang})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def findings(binaries, *words):
    code, out, err = check(binaries, "--json", *words)
    assert err == ""
    return code, [json.loads(line) for line in out.splitlines()]


def expected():
    with open(os.path.join(DATA, "expected.tsv"), encoding="utf-8") as f:
        wanted = {}
        for row in csv.DictReader(f, delimiter="\t"):
            said = wanted.setdefault(row["file"], [])
            if row["code"] != "-":
                said.append((row["code"], int(row["record"]),
                             int(row["line"]), int(row["field_no"])))
        return wanted


def test_corpus_as_json(binaries):
    """The whole corpus in one call: every finding, and exit code 1."""
    wanted = expected()
    paths = [os.path.join(DATA, name) for name in wanted]
    code, said = findings(binaries, *paths)
    assert code == 1
    got = {name: [] for name in wanted}
    for one in said:
        assert list(one)[:len(KEYS)] == KEYS
        assert list(one)[len(KEYS):] in ([], HABIT)
        assert one["level"] in ("error", "warning")
        got[os.path.relpath(one["file"], DATA)].append(
            (one["code"], one["record"], one["line"], one["field_no"]))
    for name in wanted:
        assert sorted(got[name]) == sorted(wanted[name]), name


def test_exit_codes(binaries, tmp_path):
    plan = os.path.join(GOOD, PLAN)
    warned = os.path.join(DATA, "bad", "line-end-lf", PLAN)
    wrong = os.path.join(DATA, "bad", "required", PLAN)
    other = tmp_path / "memo.txt"
    other.write_text("x")
    assert check(binaries, plan)[0] == 0
    assert check(binaries, warned)[0] == 0
    assert check(binaries, plan, wrong)[0] == 1
    assert check(binaries, str(other))[0] == 1
    assert check(binaries, str(tmp_path / PLAN))[0] == 1
    assert check(binaries, str(tmp_path))[0] == 1
    assert check(binaries)[0] == 2
    assert check(binaries, "--lang", "fr", plan)[0] == 2
    assert check(binaries, "--nothing", plan)[0] == 2


def test_not_readable_is_a_finding(binaries, tmp_path):
    code, said = findings(binaries, str(tmp_path / PLAN))
    assert code == 1
    assert [one["code"] for one in said] == ["file-unreadable"]
    code, said = findings(binaries, str(tmp_path))
    assert [one["code"] for one in said] == ["file-unreadable"]
    (tmp_path / "memo.csv").write_text("x")
    code, said = findings(binaries, str(tmp_path / "memo.csv"))
    assert [one["code"] for one in said] == ["name-not-standard"]


def test_languages(binaries):
    wrong = os.path.join(DATA, "bad", "required", PLAN)
    assert "必須の項目" in check(binaries, wrong, lang="ja_JP.UTF-8")[1]
    assert "required field" in check(binaries, wrong, lang="de_DE.UTF-8")[1]
    assert "必須の項目" in check(binaries, "--lang", "ja", wrong)[1]
    out = check(binaries, "--lang=en", wrong, lang="ja_JP.UTF-8")[1]
    assert "required field" in out
    assert "2 14" in out.replace("line ", "").replace(" (record 2) field", "")
    code, said = findings(binaries, "--lang", "ja", wrong)
    assert said[0]["message"].startswith("必須の項目")
    assert said[0]["field"] == "サービス回数"


def test_hint_about_sets(binaries):
    kinds = ("UPPLAN", "UPSIKYU", "UPHOSOKU_202504")
    paths = [os.path.join(GOOD, name) for name in sorted(os.listdir(GOOD))
             if name.startswith(kinds)]
    assert len(paths) == 3
    assert "a whole set" in check(binaries, *paths)[1]
    assert "UPHOSOKU" in check(binaries, *paths[1:])[1].splitlines()[-2]


def test_habits_are_named(binaries):
    """A known habit of some software stands under the finding, once a file."""
    path = os.path.join(DATA, "bad", "utf8", PLAN)
    out = check(binaries, "--lang", "ja", path)[1]
    assert out.count("癖 unicode/utf8") == 1 and "--repair" in out
    said = findings(binaries, path)[1]
    assert said[0]["quirk"] == "unicode/utf8" and said[0]["repairable"] is True
    good = os.path.join(GOOD, PLAN)
    assert "habit" not in check(binaries, good)[1]


def test_odd_file_names(binaries, tmp_path):
    """Control characters and broken UTF-8 in a path reach no terminal."""
    folder = os.path.join(os.fsencode(tmp_path), b"a\x1b[2J\xff")
    os.mkdir(folder)
    path = os.path.join(folder, PLAN.encode())
    shutil.copy(os.path.join(DATA, "bad", "required", PLAN), path)
    code, out, _ = check(binaries, path)
    assert code == 1 and "\x1b" not in out
    code, said = findings(binaries, path)
    assert [one["code"] for one in said] == ["field-required"]
