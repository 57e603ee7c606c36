"""予実突合: what a clerk sees when a 実績 comes back, and tasukictl compare."""
import csv
import io
import json
import os
import subprocess

import gen
import lab as lab_module
from lab import MARKER, NUMBER, by_name, plan_set, read, row, wait_for

CARE, VISIT = NUMBER[1], NUMBER[2]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}
MONTH = "202612"
CSV_NAME = f"予実突合_{MONTH}_{VISIT}_11.csv"
PAGE_NAME = f"予実突合_{MONTH}_{VISIT}_11.txt"
FREE_TEXT = (6, 17, 20)         # columns of UPPLAN that are quoted


# ---- files with known differences

def plan_rows(paths):
    """The visits of the plan at its receiver, without percentage additions."""
    plan = next(p for p in paths if os.path.basename(p).startswith("UPPLAN"))
    rows = gen.parse(read(plan))
    return [r for r in rows if r[19] == VISIT and r[11] != "9999"]


def written(rows):
    return [[gen.Text(c) if i in FREE_TEXT else c for i, c in enumerate(r)]
            for r in rows]


def actual_file(folder, rows, stamp):
    return gen.write(str(folder), f"UPJSK_{MONTH}_{VISIT}_11_{CARE}_43_{stamp}"
                     ".CSV", written(rows))


def with_differences(rows):
    """One left out, one a quarter later, one twice; and what must be said."""
    rows = [list(r) for r in rows]
    gone, late, twice = rows[0], rows[1], rows[2]
    wanted = {("実績なし", gone[2], gone[14], gone[9]),
              ("日時の変更", late[2], late[14], late[9]),
              ("回数・単位の違い", twice[2], twice[14], twice[9])}
    late[11] = "%04d" % (int(late[11]) + 15)
    late[12] = "%04d" % (int(late[12]) + 15)
    assert int(late[11]) % 100 < 60
    twice[13] = "2"
    return rows[1:], wanted


def said(text):
    """The rows of a comparison's CSV without the totals."""
    found = set()
    for r in csv.DictReader(io.StringIO(text, newline="")):
        if r["区分"] == "合計":
            continue
        day = r["予定日"] or r["実績日"]
        found.add((r["区分"], r["被保険者番号"], r["サービスコード"],
                   MONTH + "%02d" % int(day)))
    return found


def quarter(rows):
    """Rows whose times can be moved by a quarter of an hour, other slots each,
    in an order that does not depend on chance."""
    good = [r for r in rows if int(r[11]) % 100 < 45 and int(r[12]) % 100 < 45]
    seen, out = set(), []
    for r in good:
        if (r[2], r[14]) not in seen:
            seen.add((r[2], r[14]))
            out.append(r)
    return out + [r for r in rows if r not in out]


# ---- the office's folder

def exchange(lab, tmp_path, clients=4):
    """The plan is sent and imported; its rows."""
    paths = plan_set(tmp_path / "plan", ROWS[CARE], ROWS[VISIT],
                     clients=clients)
    lab.offices[CARE].send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    lab.offices[VISIT].take()
    lab.wait_parcels(1, "picked-up")
    return quarter(plan_rows(paths))


def wait_compared(lab, wanted):
    """Until the comparison says exactly these differences."""
    care = lab.offices[CARE]

    def same():
        files = care.compared()
        return (set(files) == {CSV_NAME, PAGE_NAME} and
                said(files[CSV_NAME]) == wanted)
    wait_for(lambda: f"{care.compared()}\n{lab.tails()}", same)


def cell(lab):
    """The cell of the status file, of the only plan that was sent."""
    return next((r["予実突合"] for r in lab.offices[CARE].status()), None)


def test_differences_lie_beside_the_actual_file(lab, tmp_path):
    care, visit = lab.offices[CARE], lab.offices[VISIT]
    rows, wanted = with_differences(exchange(lab, tmp_path))
    first = actual_file(tmp_path / "one", rows, "20270101090000")
    visit.send_all([first])
    care.wait_inbox(by_name([first]))
    wait_compared(lab, wanted)
    assert MARKER in care.compared()[PAGE_NAME], "the clerk needs the names"
    wait_for(lambda: repr(care.status()), lambda: cell(lab) == "差異 3件")

    # nothing of ours lies where the care software imports
    assert set(os.listdir(care.inbox)) == set(by_name([first]))
    care.take()
    lab.wait_parcels(2, "picked-up")

    # a corrected file of the same month: the same names, other content
    whole = [list(r) for r in rows]
    whole[0][11] = "%04d" % (int(whole[0][11]) - 15)
    whole[0][12] = "%04d" % (int(whole[0][12]) - 15)
    second = actual_file(tmp_path / "two", whole, "20270102090000")
    visit.send_all([second])
    care.wait_inbox(by_name([second]))
    wait_compared(lab, {w for w in wanted if w[0] != "日時の変更"})
    wait_for(lambda: repr(care.status()), lambda: cell(lab) == "差異 2件")

    # the cell is not forgotten
    lab.agent("care").stop()
    os.unlink(os.path.join(care.folder, lab_module.STATUS))
    lab.up()
    wait_for(lambda: repr(care.status()), lambda: cell(lab) == "差異 2件")


def test_no_difference_is_said_too(lab, tmp_path):
    rows = exchange(lab, tmp_path, clients=2)
    path = actual_file(tmp_path / "one", rows, "20270101090000")
    lab.offices[VISIT].send_all([path])
    wait_compared(lab, set())
    wait_for(lambda: repr(lab.offices[CARE].status()),
             lambda: cell(lab) == "差異なし")
    page = lab.offices[CARE].compared()[PAGE_NAME]
    assert "差異 0件" in page
    assert MARKER not in page, "nobody is named of whom nothing is to be said"


def test_nothing_without_a_plan_or_when_switched_off(make_lab, tmp_path):
    lab = make_lab()
    lab.setting("office-care", compare__write="no")
    lab.up()
    care = lab.offices[CARE]
    rows = exchange(lab, tmp_path, clients=2)
    path = actual_file(tmp_path / "one", rows, "20270101090000")
    lab.offices[VISIT].send_all([path])
    care.wait_inbox(by_name([path]))
    assert care.compared() == {}
    lab.agent("care").stop()
    lab.setting("office-care", compare__write="yes")
    lab.up()
    # a month of which no plan was sent
    other = [r[:4] + ["202701"] + r[5:9] + ["202701" + r[9][6:]] + r[10:]
             for r in rows]
    path = gen.write(str(tmp_path / "two"),
                     f"UPJSK_202701_{VISIT}_11_{CARE}_43_20270201090000.CSV",
                     written(other))
    lab.offices[VISIT].send_all([path])
    wait_for(lambda: lab.tails(), lambda: os.path.basename(path)
             in care.files("inbox"))
    assert care.compared() == {}


# ---- the command

def compare(binaries, *words, lang="ja_JP.UTF-8"):
    env = {k: v for k, v in os.environ.items()
           if k not in ("LC_ALL", "LC_MESSAGES", "TASUKI_CONFIG")}
    done = subprocess.run(
        [os.path.join(binaries, "tasukictl"), "compare", "--standard",
         os.path.join(lab_module.ROOT, "config", "standard"), *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        timeout=120, env={**env, "LANG": lang})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_command(binaries, tmp_path):
    paths = plan_set(tmp_path / "plan", ROWS[CARE], ROWS[VISIT], clients=4)
    plan = quarter(plan_rows(paths))
    rows, wanted = with_differences(plan)
    actual = actual_file(tmp_path / "actual", rows, "20270101090000")
    out = tmp_path / "予実.csv"
    code, text, err = compare(binaries, *paths, actual, "--csv", str(out))
    assert (code, err) == (1, "")
    assert "差異 3件" in text and MARKER in text
    raw = read(out)
    assert raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\r\n") > 3
    assert said(raw.decode("utf-8-sig")) == wanted
    code, text, err = compare(binaries, "--json", actual, *paths)
    document = json.loads(text)
    assert code == 1 and document["differences"] == 3
    assert {r["state"] for r in document["rows"]} == {
        "missing", "moved", "changed"}
    same = actual_file(tmp_path / "same", plan, "20270101090000")
    code, text, _ = compare(binaries, *paths, same)
    assert code == 0 and "差異 0件" in text
    note = tmp_path / "メモ.txt"        # lies in the same folder
    note.write_text("x", encoding="utf-8")
    code, text, err = compare(binaries, *paths, str(note), same)
    assert code == 0 and "差異 0件" in text and "メモ.txt" in err
    code, text, _ = compare(binaries, *paths, same, "--all", lang="C")
    assert code == 0 and "as planned" in text


def test_command_refuses(binaries, tmp_path):
    paths = plan_set(tmp_path / "plan", ROWS[CARE], ROWS[VISIT], clients=1)
    for words in ([], paths[:1], [*paths, "--nothing"],
                  [*paths, str(tmp_path / "not-there.CSV")], paths):
        code, out, err = compare(binaries, *words)
        assert code == 2, (words, out, err)
        assert err.startswith("tasukictl: ")
