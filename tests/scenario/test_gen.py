"""The generator that every other test leans on: real enough, and the same."""
import csv
import datetime
import io
import os
import subprocess
import sys

import gen
import pytest
import whole
import writer
from lab import ROOT, by_name, read
from practice_room import need_binaries

GENERATE = os.path.join(os.path.dirname(gen.__file__), "generate")
CORPUS = os.path.join(os.path.dirname(gen.__file__), "corpus")


def run(*arguments):
    subprocess.run([sys.executable, *arguments], check=True,
                   capture_output=True)


def rows(path):
    return list(csv.reader(io.StringIO(read(path).decode("cp932"),
                                       newline="")))


def check(paths):
    """tasukictl check finds no error."""
    done = subprocess.run(
        [os.path.join(need_binaries(), "tasukictl"), "check", *paths],
        capture_output=True, text=True, check=False,
        env={**os.environ, "TASUKI_CONFIG": os.path.join(ROOT, "config")})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.parametrize("month, seed", [("202612", "1"), ("202702", "7"),
                                         ("202802", "3")])
def test_month_is_right_and_repeatable(tmp_path, month, seed):
    for name in ("a", "b"):
        run(GENERATE, "--out", str(tmp_path / name), "--month", month,
            "--seed", seed, "--registry", str(tmp_path / (name + ".csv")))
    one = [os.path.join(tmp_path, "a", n) for n in os.listdir(tmp_path / "a")]
    two = [os.path.join(tmp_path, "b", n) for n in os.listdir(tmp_path / "b")]
    assert by_name(one) == by_name(two)
    assert read(tmp_path / "a.csv") == read(tmp_path / "b.csv")
    assert len(one) == 21
    check(one)
    everything = b"".join(map(read, one)).decode("cp932")
    for wanted in "髙﨑濵①㈱表ソ能十":
        assert wanted in everything, wanted
    assert '""' in everything and "。\r\n" in everything


def test_only_clients_who_concern_the_receiver(tmp_path):
    paths = gen.month(str(tmp_path), datetime.date(2026, 12, 1), 40, 1)
    seen = set()
    for path in paths:
        parts = os.path.basename(path).split("_")
        if parts[0] != "UPPLAN":
            continue
        receiver = parts[4]
        offices = {}
        for r in rows(path):
            offices.setdefault(r[2], set()).add(r[19])
        assert all(receiver in used for used in offices.values())
        assert any(len(used) > 1 for used in offices.values())
        seen |= set(offices)
    assert len(seen) == 40


def test_answers(tmp_path):
    plans, out = tmp_path / "plans", tmp_path / "out"
    gen.month(str(plans), datetime.date(2026, 12, 1), 40, 1)
    run(GENERATE, "--answer", str(plans), "--out", str(out))
    paths = [os.path.join(out, n) for n in os.listdir(out)]
    assert len(paths) == 3
    check(paths)
    for path in paths:
        office = os.path.basename(path).split("_")[2]
        plan = next(os.path.join(plans, n) for n in os.listdir(plans)
                    if n.startswith("UPPLAN") and f"_{office}_" in n)
        planned = {tuple(r[2:3] + r[9:10] + r[11:15]) for r in rows(plan)
                   if r[19] == office}
        done = {tuple(r[2:3] + r[9:10] + r[11:15]) for r in rows(path)}
        assert {r[19] for r in rows(path)} == {office}
        if any(r[11] != "9999" for r in rows(path)):
            assert planned - done and done - planned, "nothing moved"


def test_corpus(tmp_path):
    run(CORPUS, "--out", str(tmp_path), "--parcels", "30", "--senders", "3",
        "--receivers", "4")
    paths = [os.path.join(base, n) for base, _, names in os.walk(tmp_path)
             for n in names if n.endswith(".CSV")]
    assert len(paths) == 90
    assert len({os.path.dirname(p) for p in paths}) == 3
    check(paths)


def strict(folder):
    """Nothing to say of any file or set, under the strictest profile."""
    paths = sorted(os.path.join(base, name)
                   for base, _, names in os.walk(folder) for name in names)
    done = subprocess.run(
        [os.path.join(need_binaries(), "tasukictl"), "check", "--json",
         "--profile", "strict", *paths], capture_output=True, text=True,
        check=False, env={**os.environ,
                          "TASUKI_CONFIG": os.path.join(ROOT, "config")})
    assert done.stdout == "" and done.returncode == 0, \
        done.stdout[-3000:] + done.stderr[-1000:]
    return paths


def corporation(folder, edition="4.1", **more):
    with writer.Writer(os.path.join(need_binaries(), "standard-write"),
                       edition) as out:
        whole.write(out, str(folder), **more)
    return out


@pytest.mark.parametrize("edition, kinds, more", [
    ("4.1", 18, {"seed": 1, "months": 3, "clients": 24}),
    ("4.1", 17, {"seed": 5, "serial": 3, "clients": 12,
                 "first": datetime.date(2028, 2, 1)}),
    ("3", 9, {"seed": 2, "months": 2, "clients": 40})])
def test_whole_corporations_are_strict(tmp_path, edition, kinds, more):
    one = corporation(tmp_path / "one", edition, **more)
    assert one.findings == ""
    paths = strict(tmp_path / "one")
    assert sorted(one.paths) == paths
    assert len({writer.kind_of(os.path.basename(p)) for p in paths}) >= kinds
    two = corporation(tmp_path / "two", edition, **more)
    assert [read(p) for p in one.paths] == [read(p) for p in two.paths]


def test_gen_writes_what_the_writer_writes(tmp_path):
    """gen.py puts bytes together by itself: the same ones, whatever the text."""
    plain = gen.month(str(tmp_path / "plain"), datetime.date(2026, 12, 1), 40)
    with writer.Writer(os.path.join(need_binaries(), "standard-write")) as out:
        gen.month(out.folder(str(tmp_path / "strict")),
                  datetime.date(2026, 12, 1), 40)
    assert by_name(plain) == by_name(out.paths)


def test_check_digits():
    """The examples of the notice and of published files."""
    for body, digit in [("030000010", "6"), ("030000000", "7"),
                        ("13101", "1"), ("43507", "3"), ("11A223265", "5")]:
        assert gen.check_digit(body) == digit
