"""Broken files, as `tasukictl check` is given them: a finding or several, no
more than a thousand, bounded memory, no crash.

What one wrong value in a good file must give is in tests/data/standard; here
are files that are wrong as a whole, or far too large.
"""
import collections
import json
import os
import subprocess
import sys

import pytest
from lab import ROOT
from practice_room import need_binaries

NAME = "UPPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV"
ROW = (b'202407,139998,%010d,20250325,202504,1370100016,"%s",387,0,20250402,,'
       b'0900,1000,1,111211,,,,,1370100024,"\x82\xa0",,0,1370100016,\r\n')
MIB = 1 << 20
# Bytes that no field of a good file would hold, and the code each must give.
WRONG_TEXT = [
    ("lead byte at the end", b"\x82\xa0\x82", "text-half"),
    ("lead byte alone", b"\x82", "text-half"),
    ("lead byte before a digit", b"\x821", "text-half"),
    ("first gaiji", b"\xf0\x40", "text-gaiji"),
    ("last gaiji", b"\xf9\xfc", "text-gaiji"),
    ("no such pair", b"\x85\x40", "text-undefined"),
    ("no such byte", b"\xfd", "text-undefined"),
    ("nul", b"\x82\xa0\0\x82\xa0", "nul-byte"),
    ("bell", b"\x07", "control-character"),
]

Result = collections.namedtuple("Result", "code codes findings text")


def command(paths):
    return [os.path.join(need_binaries(), "tasukictl"), "check", "--json",
            *map(str, paths)]


def environment():
    """With a small quarantine, so that ASan's memory is like the program's."""
    return {**os.environ, "TASUKI_CONFIG": os.path.join(ROOT, "config"),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")
            + ":quarantine_size_mb=1"}


def check(*paths, seconds=120):
    """Run the program on files; one more than a thousand findings at most."""
    done = subprocess.run(command(paths), check=False, capture_output=True,
                          env=environment(), timeout=seconds)
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-3000:])
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(findings) <= 1001 * len(paths)
    assert all(f["message"] and f["code"] for f in findings)
    return Result(done.returncode, [f["code"] for f in findings], findings,
                  done.stdout)


# A process between: what fork() copied of a large parent counts as the child's
# memory, and this one is small.
MEASURE = """import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)"""


def check_and_peak(*paths, seconds=300):
    """What check() gives, and the program's largest memory in MiB."""
    out = subprocess.run(
        [sys.executable, "-I", "-S", "-c", MEASURE, *command(paths)],
        check=True, capture_output=True, env=environment(),
        timeout=seconds).stdout.splitlines()
    code, kib = map(int, out.pop().split())
    assert code in (0, 1)
    findings = [json.loads(line) for line in out]
    return Result(code, [f["code"] for f in findings], findings,
                  b""), kib / 1024


def peak(*paths):
    return check_and_peak(*paths)[1]


def rows(count, text=b"", first=1):
    return b"".join(ROW % (first + i // 8, text + b"%d" % i)
                    for i in range(count))


def put(folder, data, name=NAME):
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture
def small_peak(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    return peak(put(folder, rows(8)))


# ---- the whole file is something else ----

WHOLE = [
    ("empty", b"", ["file-empty"]),
    ("one line end", b"\r\n", ["line-blank", "file-empty"]),
    ("utf-8", rows(2).decode("cp932").encode(), ["charset-utf8"]),
    ("utf-8 with BOM", rows(2).decode("cp932").encode("utf-8-sig"),
     ["charset-bom"]),
    ("utf-16", rows(2).decode("cp932").encode("utf-16"), ["charset-utf16"]),
    ("utf-16, big", rows(2).decode("cp932").encode("utf-16-be"),
     ["charset-utf16"]),
    ("zeros", bytes(5000), ["column-count", "version-unknown"]),
    ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)) * 8, None),
    ("zip", b"PK\3\4\x14\0\6\0" + bytes(range(255, -1, -1)) * 8, None),
    ("header", "CSVバージョン,保険者番号,被保険者番号\r\n".encode("cp932")
     + rows(2), ["header-line"]),
    ("control-z", rows(2) + b"\x1a", ["line-blank"]),
    ("garbage behind", rows(2) + b"\xff\xfe\0\0garbage",
     ["column-count", "version-mixed"]),
    ("half a record behind", rows(3)[:-60], ["column-count"]),
    ("cut within quotes", rows(1) + b'202407,139998,"0000',
     ["quote-unclosed"]),
    ("quote at the beginning", b'"' + rows(20),
     ["quote-stray", "quote-unclosed", "column-count", "version-unknown"]),
    ("line breaks within", rows(1) + ROW % (7, b"a\r\nb\nc\rd"), []),
    ("lf", rows(2).replace(b"\r\n", b"\n"), ["line-end"]),
    ("semicolons", rows(2).replace(b",", b";"),
     ["quote-stray", "version-unknown"]),
    ("tabs", rows(2).replace(b",", b"\t"),
     ["quote-stray", "version-unknown"]),
]


@pytest.mark.parametrize("what, data, codes", WHOLE,
                         ids=[w[0] for w in WHOLE])
def test_whole_files(tmp_path, what, data, codes):
    """T25."""
    got = check(put(tmp_path, data))
    if codes is None:  # anything but silence
        assert got.code == 1 and got.findings
        return
    assert set(got.codes) <= set(codes), (what, got.codes)
    assert bool(got.codes) == bool(codes), (what, got.codes)


@pytest.mark.parametrize("what, text, code", WRONG_TEXT,
                         ids=[w[0] for w in WRONG_TEXT])
def test_text(tmp_path, what, text, code):
    data = rows(2) + ROW % (1, text) + rows(2, b"x")
    got = check(put(tmp_path, data))
    assert got.codes == [code], (what, got.codes)
    assert (got.findings[0]["record"], got.findings[0]["field_no"]) == (3, 7)


# ---- no file at all ----

def test_not_a_file(tmp_path):
    folder = tmp_path / "folder" / NAME
    folder.mkdir(parents=True)
    fifo = tmp_path / "fifo" / NAME
    fifo.parent.mkdir()
    os.mkfifo(fifo)
    vanished = tmp_path / "vanished" / NAME
    below = put(tmp_path, b"", "below") / NAME  # ENOTDIR
    loop = tmp_path / "loop" / NAME
    loop.parent.mkdir()
    loop.symlink_to(loop)
    broken = tmp_path / "broken" / NAME  # read(2) gives EIO
    broken.parent.mkdir()
    broken.symlink_to("/proc/self/mem")
    long_name = tmp_path / ("U" * 5000)
    for path in (folder, fifo, vanished, below, loop, broken, long_name):
        got = check(path)
        assert got.codes == ["file-unreadable"], (path, got.text)
        assert got.code == 1


def test_one_bad_file_among_good_ones(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    got = check(put(tmp_path / "a", rows(2)), tmp_path / "none" / NAME,
                put(tmp_path / "b", rows(1, b"\xf0\x40")))
    assert got.codes == ["file-unreadable", "text-gaiji"]


@pytest.mark.parametrize("name", [
    "UPPLAN_" + "9" * 240 + ".CSV", "UPPLAN_\x1b[31m.CSV", "UPPLAN.CSV",
    b"UPPLAN_\xff\xfe_\x83\x5c.CSV", "UPPLAN_202504_" + "_" * 60 + ".CSV"])
def test_names(tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), os.fsencode(name))
    with open(path, "wb") as out:
        out.write(rows(1))
    got = check(os.fsdecode(path))
    assert got.codes == ["name-parts"], got.text
    assert b"\x1b" not in got.text


# ---- far too large ----

def test_a_million_columns(tmp_path, small_peak):
    """T24."""
    for data in (b"," * 10 ** 6, b'"",' * 10 ** 6, b"202407," * 10 ** 6):
        path = put(tmp_path, rows(1) + data + b"\r\n" + rows(1, b"x"))
        got = check(path)
        assert set(got.codes) <= {"column-count", "version-mixed"}, got.codes
        assert got.findings[0]["record"] == 2
        assert peak(path) < small_peak + 24


@pytest.mark.parametrize("first", [b'"', b"", b'""'])
def test_a_field_of_a_gibibyte(tmp_path, small_peak, first):
    """T24:
    A sparse file: it takes no disk, and reading stops after a mebibyte."""
    path = put(tmp_path, rows(1) + b"202407,139998," + first)
    os.truncate(path, (1 << 30) + 4096)
    got = check(path)
    assert got.codes == ["field-huge"], got.codes
    assert got.findings[0]["record"] == 2
    assert peak(path) < small_peak + 24


def test_a_record_of_many_mebibytes(tmp_path, small_peak):
    path = put(tmp_path, rows(1) + (b"x" * (MIB // 2) + b",") * 40 + b"\r\n")
    got = check(path)
    assert got.codes == ["record-huge"], got.codes
    assert peak(path) < small_peak + 24


def test_ten_million_broken_rows(tmp_path, small_peak):
    """T24:
    A tenth of them where a sanitizer makes each dear (and memory large)."""
    count = 10 ** 7 if small_peak < 24 else 10 ** 6
    path = tmp_path / NAME
    with open(path, "wb") as out:
        for _ in range(count // 10 ** 5):
            out.write(b"x\n" * 10 ** 5)
    got, most = check_and_peak(path)
    assert len(got.codes) == 1001
    assert got.codes[-1] == "too-many-findings"
    more = int("".join(c for c in got.findings[-1]["message"]
                       if c.isdigit()))
    assert count - 1000 <= more <= count
    assert most < small_peak + 24


def test_many_clients_and_repeats(tmp_path, small_peak):
    """A million deletions of clients, the last ones there twice."""
    name = "DLTPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV"
    path = tmp_path / name
    with open(path, "wb") as out:
        for start in range(0, 10 ** 6, 10 ** 5):
            out.write(b"".join(b"202407,139998,%010d,202504\r\n" % i
                               for i in range(start, start + 10 ** 5)))
        out.write(b"202407,139998,0000999998,202504\r\n"
                  b"202407,139998,0000000007,202504\r\n")
    got, most = check_and_peak(path)
    assert got.codes == ["key-repeated", "key-repeated"]
    assert [f["record"] for f in got.findings] == [1000001, 1000002]
    assert most < small_peak + 24


def test_findings_leave_at_once(tmp_path):
    """The first one comes before the rest of the file could be read."""
    path = put(tmp_path, rows(1, b"\xf0\x40"))
    os.truncate(path, 3 << 30)  # zeros: a field too long
    got = check(path)
    assert got.codes[0] == "text-gaiji" and got.codes[-1] == "field-huge"


def test_every_finding_is_capped(tmp_path):
    got = check(put(tmp_path, rows(5000, b"\xf0\x40")))
    assert len(got.codes) == 1001 and got.codes[-1] == "too-many-findings"
