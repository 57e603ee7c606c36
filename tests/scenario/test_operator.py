"""The operator's command against a living broker."""
import csv
import io
import json
import os
import re
import signal
import stat
import subprocess

import pytest
from lab import (MARKER, NUMBER, TESTS, Process, by_name, plan_set, read, row,
                 wait_for)
from peer import LATER, NEVER, Peer, load_key, unpb

CARE, VISIT, DAY, PARTNER = NUMBER[1], NUMBER[2], NUMBER[3], NUMBER[9]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}


def ctl(lab, *arguments, env=None):
    """tasukictl as a person runs it: (exit code, stdout, stderr)."""
    done = subprocess.run(
        [os.path.join(lab.bin, "tasukictl"), "--data", lab.data(),
         *arguments], capture_output=True, text=True, timeout=30, check=False,
        env={**os.environ, "LANG": "C", "LC_ALL": "C", **(env or {})})
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def poisoned(make_lab, tmp_path):
    """F26: a receiver whose agent refuses one parcel again and again."""
    lab = make_lab()
    lab.setting("tasukid", schedule__attempts="3", schedule__backoff="0s 100ms")
    lab.up()
    assert lab.agent("visit").stop()
    public, secret = load_key(lab.path("keys", "office-visit.key"))
    broker, _ = load_key(lab.path("keys", "broker.pub"))
    peer = Peer(lab.endpoint(), broker, public, secret)
    peer.open()
    peer.credit(1)
    paths = plan_set(tmp_path / "poison", ROWS[CARE], ROWS[VISIT])
    lab.offices[CARE].send_all(paths)
    for _ in range(3):
        _, fields, _ = peer.wait("deliver", seconds=15)
        parcel_id = unpb(fields[1][0])[1][0]
        peer.settle(parcel_id, fields.get(2, [0])[0], LATER, "validator",
                    "The inbox cannot be written.")
    lab.wait_parcels(1, "parked")
    peer.close()
    return lab, parcel_id.hex(), paths


def test_poison_is_parked_and_the_queue_moves_on(poisoned, tmp_path):
    """F26."""
    lab, parcel_id, _ = poisoned
    parked = lab.ctl("parked", "list")["parked"]
    assert [leg["id"] for leg in parked] == [parcel_id]
    lab.agent("visit").start()
    later = plan_set(tmp_path / "later", ROWS[CARE], ROWS[VISIT],
                     "20261125150000", seed=5)
    lab.offices[CARE].send_all(later)
    lab.offices[VISIT].wait_inbox(by_name(later))
    # the sender was told
    wait_for("the status file says it is parked",
             lambda: "保留" in lab.offices[CARE].status_text())


def test_requeue(poisoned):
    lab, parcel_id, paths = poisoned
    lab.agent("visit").start()
    code, out, err = ctl(lab, "parked", "requeue", parcel_id[:20] + "/0")
    assert code == 0, err
    lab.offices[VISIT].wait_inbox(by_name(paths))
    lab.wait_parcels(1, "delivered")
    assert lab.ctl("parked", "list")["parked"] == []


def test_close_with_a_reason(poisoned):
    lab, parcel_id, _ = poisoned
    assert ctl(lab, "parked", "close", parcel_id)[0] == 2
    code, _, err = ctl(lab, "parked", "close", parcel_id, "0",
                       "printed and handed over")
    assert code == 0, err
    assert lab.states(parcel_id) == ["closed"]
    steps = lab.parcel(parcel_id)["steps"]
    assert "printed and handed over" in json.dumps(steps)
    # closed is closed
    assert ctl(lab, "parked", "requeue", parcel_id)[0] == 1
    lab.kill(lab.broker()[0])
    lab.start_broker()
    assert lab.states(parcel_id) == ["closed"]


def test_parked_survives_a_restart(poisoned):
    lab, parcel_id, _ = poisoned
    lab.kill(lab.broker()[0])
    lab.start_broker()
    assert lab.states(parcel_id) == ["parked"]
    code, out, _ = ctl(lab, "parked", "show", parcel_id)
    assert code == 0 and "The inbox cannot be written." in out


def asks(pid):
    """It is connected, and waits for the answer."""
    task = f"/proc/{pid}/task"
    names = {read(os.path.join(task, t, "comm")).decode().strip()
             for t in os.listdir(task)}
    links = [os.readlink(f"/proc/{pid}/fd/{f}")
             for f in os.listdir(f"/proc/{pid}/fd")]
    return (any(n.startswith("ZMQbg/IO") for n in names)
            and any(n.startswith("socket:") for n in links))


def test_a_broker_that_ends_is_told_at_once(lab):
    """Not after the patience for a slow one, and not as "did not answer"."""
    broker, _ = lab.broker()
    broker.signal(signal.SIGSTOP)
    with subprocess.Popen(
            [os.path.join(lab.bin, "tasukictl"), "--data", lab.data(),
             "status"], stderr=subprocess.PIPE, text=True,
            env={**os.environ, "LC_ALL": "C"}) as asking:
        wait_for("tasukictl asks", lambda: asks(asking.pid))
        lab.kill(broker)
        _, err = asking.communicate(timeout=30)
    assert asking.returncode == 1
    assert "ended before it answered" in err, err
    lab.start_broker()
    assert ctl(lab, "status")[0] == 0


def test_never_parks_at_once(lab, tmp_path):
    assert lab.agent("visit").stop()
    public, secret = load_key(lab.path("keys", "office-visit.key"))
    broker, _ = load_key(lab.path("keys", "broker.pub"))
    peer = Peer(lab.endpoint(), broker, public, secret)
    peer.open()
    peer.credit(1)
    lab.offices[CARE].send_all(
        plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT]))
    _, fields, _ = peer.wait("deliver", seconds=15)
    peer.settle(unpb(fields[1][0])[1][0], fields.get(2, [0])[0], NEVER,
                "digest", "The bytes do not match.")
    lab.wait_parcels(1, "parked")
    peer.close()


def test_inbox_that_cannot_be_written(lab, tmp_path):
    """F26: a file lies where the inbox should be; nothing is lost."""
    office = lab.offices[VISIT]
    assert lab.agent("visit").stop()
    os.rename(office.inbox, office.inbox + ".away")
    with open(office.inbox, "w", encoding="ascii") as f:
        f.write("in the way")
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    lab.offices[CARE].send_all(paths)
    visit = lab.agent("visit")
    visit.start()
    lab.wait_parcels(1)
    wait_for("the agent gave up", lambda: visit.pid() is None)
    os.unlink(office.inbox)
    os.rename(office.inbox + ".away", office.inbox)
    visit.start()
    office.wait_inbox(by_name(paths), 40)


# ---- what it shows ----

def test_tables_and_json(lab, tmp_path):
    lab.offices[CARE].send_all(
        plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT]))
    (parcel,) = lab.wait_parcels(1, "delivered")
    for words in (["status"], ["queue"], ["parcel", parcel["id"][:30]],
                  ["parcels"], ["parcels", "--to", VISIT, "--open"],
                  ["parcels", "--since", "2026-01-01", "--limit", "5"],
                  ["parked", "list"], ["registry", "list"],
                  ["registry", "show", CARE], ["registry", "export"],
                  ["agent", "list"], ["stats"], ["audit", "verify"],
                  ["audit", "list"]):
        code, out, err = ctl(lab, *words)
        assert code == 0, (words, err)
        assert out.strip() and "\033" not in out
        assert MARKER not in out
        code, out, err = ctl(lab, *words, "--json")
        assert code == 0, (words, err)
        assert json.loads(out)["ok"] is True
    out = ctl(lab, "parcel", parcel["id"])[1]
    assert "delivered" in out and "+09:00" not in out
    assert "配送" in ctl(lab, "--lang", "ja", "parcel", parcel["id"])[1]


def test_exit_codes(lab):
    for words in ([], ["nonsense"], ["parcel"], ["parcels", "--since", "x"],
                  ["parcels", "--limit", "0"], ["queue", "a", "b"],
                  ["agent", "add", "x"], ["key", "new"], ["--lang", "fr",
                                                          "status"],
                  ["parked", "close", "0011"], ["registry"], ["--data"]):
        code, out, err = ctl(lab, *words)
        assert code == 2, (words, err)
        assert err.startswith("tasukictl: ") and not out
    code, _, err = ctl(lab, "parcel", "ffffffff")
    assert code == 1 and err.startswith("tasukictl: ")
    code, out, err = ctl(lab, "parcel", "ffffffff", "--json")
    assert code == 1 and json.loads(out)["ok"] is False


def test_no_broker_is_said_in_words(make_lab):
    lab = make_lab()
    code, out, err = ctl(lab, "status")
    assert code == 1 and "No broker is running" in err, err
    lab.start_broker()
    lab.kill(lab.broker()[0])
    code, out, err = ctl(lab, "status")
    assert code == 1 and "No broker is running" in err, err
    code, out, err = ctl(lab, "status", "--json")
    assert code == 1 and json.loads(out)["code"] == "no-broker"


def test_help_for_every_verb(make_lab):
    lab = make_lab()
    code, out, _ = ctl(lab, "help")
    assert code == 0
    verbs = [line.split()[0] for line in out.splitlines()
             if line.startswith("  ") and not line.startswith("   ")]
    assert {"status", "queue", "parcel", "parked", "registry", "key",
            "check"} <= set(verbs)
    manual = read(os.path.join(os.path.dirname(TESTS), "docs",
                               "tasukictl.md")).decode()
    for verb in verbs:
        assert verb == "help" or f"\n### {verb}" in manual, verb
        assert ctl(lab, "help", verb)[0] == 0
        assert ctl(lab, "help", verb, "--lang", "ja")[0] == 0
        # asked the other way: never taken for an argument
        code, out, err = ctl(lab, verb, "--help")
        assert (code, err) == (0, "") and f"tasukictl {verb}" in out, verb
        # one form for all: what it is, usage, options, examples, exit status
        first, _, third = out.split("\n")[:3]
        assert first.startswith(f"tasukictl {verb} - "), first
        assert third.startswith(f"usage: tasukictl {verb}"), third
        assert f"Examples:\n  tasukictl {verb}" in out.replace(
            "tasukictl --json ", "tasukictl "), out
        assert "\nExit status: 0 " in out, out
        page = out.rsplit("Manual: ", 1)[1].strip()
        assert os.path.exists(os.path.join(os.path.dirname(TESTS), page)), page
        usage, _, rest = out.partition("\n\nExamples:")[0].partition(
            "\n\n")[2].partition("\n\n")
        for option in set(re.findall("--[a-z0-9-]+", usage)):
            assert re.search(rf"^  {option} .*\w", rest, re.M), (verb, option)


def test_every_program_helps_in_one_form(binaries):
    for program in ("tasukid", "tasuki-office", "tasuki-pdf", "tasuki-fax",
                    "tasuki-national", "tasuki-hub", "tasukictl"):
        done = subprocess.run([os.path.join(binaries, program), "--help"],
                              capture_output=True, text=True, timeout=60,
                              check=False, env={**os.environ, "LC_ALL": "C"})
        lines = done.stdout.split("\n")
        assert (done.returncode, done.stderr) == (0, ""), program
        assert lines[0].startswith(program + " - "), lines[0]
        assert lines[2].startswith(f"usage: {program} "), lines[2]
        assert "\nExit status: 0 " in done.stdout, program


def test_installed_programs_find_their_tables(binaries, tmp_path):
    """cmake --install below any folder: programs, tables, settings, units."""
    subprocess.run(["cmake", "--install", os.path.dirname(binaries),
                    "--prefix", tmp_path], check=True, capture_output=True,
                   timeout=120)
    env = {k: v for k, v in os.environ.items() if k != "TASUKI_CONFIG"}
    config = tmp_path / "share" / "tasuki" / "config"
    for program in ("tasukid", "tasuki-office", "tasuki-pdf", "tasuki-fax"):
        subprocess.run([tmp_path / "bin" / program, "--help-settings"],
                       check=True, capture_output=True, env=env, timeout=60)
        assert (config / f"{program}.conf").is_file()
        unit = tmp_path / "lib" / "systemd" / "system" / f"{program}.service"
        assert f"/usr/bin/{program} " in unit.read_text()
    assert (config / "fax" / "hylafax.conf").is_file()
    good = os.path.join(TESTS, "data", "standard", "good", "every-kind")
    (plan,) = [n for n in os.listdir(good) if n.startswith("UPPLAN_")]
    pdf = tmp_path / "out.pdf"
    subprocess.run([tmp_path / "bin" / "tasukictl", "render", "--pdf", pdf,
                    os.path.join(good, plan)], check=True, env=env,
                   capture_output=True, timeout=60)
    assert pdf.read_bytes().startswith(b"%PDF-")


# ---- settings ----

@pytest.mark.parametrize("program, good", [
    ("tasukid", "tasukid.conf"), ("tasuki-office", "office-visit.conf"),
    ("tasuki-pdf", "pdf.conf")])
def test_wrong_settings_are_refused_with_file_and_line(make_lab, program,
                                                       good):
    lab = make_lab()
    lab.prepare()
    path = lab.path("config", good)

    def run(*options):
        return subprocess.run(
            [os.path.join(lab.bin, program), *options], timeout=20,
            capture_output=True, text=True, check=False)

    assert run("-c", path, "--check-config").returncode == 0
    text = read(path).decode()
    for line in ('colour = "red"', 'log = "loud"', 'scan\n    x = "1"'):
        bad = path + ".bad"
        with open(bad, "w", encoding="utf-8") as f:
            f.write(text + line + "\n")
        done = run("-c", bad)
        assert done.returncode == 2, (line, done.stderr)
        assert bad in done.stderr or "log" in line, done.stderr
    done = run("-c", path + ".absent")
    assert done.returncode == 2 and path + ".absent" in done.stderr
    assert run("--help-settings").stdout.count("\n") > 5
    assert run("--nonsense").returncode == 2
    assert "0." in run("--version").stdout


# ---- keys ----

def test_keys_have_the_right_modes(make_lab, tmp_path):
    lab = make_lab()
    path = str(tmp_path / "a" / "b")
    os.makedirs(os.path.dirname(path))
    code, out, err = ctl(lab, "key", "new", path)
    assert code == 0, err
    assert stat.S_IMODE(os.stat(path + ".key").st_mode) == 0o600
    public, secret = load_key(path + ".key")
    assert out.strip() == public.decode() and secret
    assert secret not in read(path + ".pub")
    assert ctl(lab, "key", "show", path + ".pub")[1].strip() == out.strip()
    assert ctl(lab, "key", "new", path)[0] == 1, "never over an old key"
    assert load_key(path + ".key") == (public, secret)
    os.chmod(path + ".key", 0o644)
    code, _, err = ctl(lab, "key", "show", path + ".key")
    assert code == 1 and secret.decode() not in err


# ---- registry ----

def registry_file(tmp_path, rows, encoding="utf-8", columns=None):
    columns = columns or list(rows[0])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path = tmp_path / f"registry-{encoding}.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_import_and_export(lab, tmp_path, encoding):
    new = row(20, "11", "visit", name="髙﨑ステーション①, \"本店\"\n二階",
              memo="own column")
    path = registry_file(tmp_path, [new], encoding,
                         sorted(new, reverse=True))
    dry = lab.ctl("registry", "import", path, "--dry-run")
    assert (dry["added"], dry["changed"]) == (1, 0)
    assert not lab.ctl("registry", "show", new["office_number"],
                       check=False)["ok"]
    done = lab.ctl("registry", "import", path)
    assert done["added"] == 1
    again = lab.ctl("registry", "import", path)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)
    code, out, err = ctl(lab, "registry", "export")
    assert code == 0, err
    exported = tmp_path / "exported.csv"
    exported.write_bytes(out.encode())
    rows = list(csv.DictReader(io.StringIO(
        exported.read_text("utf-8"), newline="")))
    mine = [r for r in rows if r["office_number"] == new["office_number"]]
    assert len(mine) == 1 and mine[0]["memo"] == "own column"
    assert mine[0]["name"].replace("\r\n", "\n") == new["name"]
    back = lab.ctl("registry", "import", str(exported))
    assert (back["added"], back["changed"]) == (0, 0)


def test_every_mistake_is_reported_and_nothing_imported(lab, tmp_path):
    good = row(21, "11", "visit")
    bad = [{**row(22, "11", "visit"), "office_number": "1379900011"},
           {**row(23, "1", "visit")},
           {**row(24, "11", ""), "name": "two\nlines"},
           {**row(25, "11", "visit"), "valid_from": "2026-02-30"}]
    path = registry_file(tmp_path, [good] + bad)
    code, out, err = ctl(lab, "registry", "import", path)
    assert code == 1
    for line, column in ((3, "office_number"), (4, "service_type"),
                         (5, "folder_agent"), (7, "valid_from")):
        assert f"{path}:{line}: {column}" in err, err
    assert not lab.ctl("registry", "show", good["office_number"],
                       check=False)["ok"]


@pytest.mark.parametrize("data, words", [
    (b"", "empty"),
    (b"name,inside\r\na,1\r\n", "office_number"),
    (b"office_number,name,name\r\n", "name"),
    (b"office_number,name\r\n1,2,3\r\n", ":2"),
    (b"\xff\xfeo\x00f\x00", ""),
])
def test_files_that_are_no_registry(lab, tmp_path, data, words):
    path = tmp_path / "no.csv"
    path.write_bytes(data)
    code, _, err = ctl(lab, "registry", "import", str(path))
    assert code == 1 and words in err and str(path) in err, err


# ---- audit, backup ----

def test_audit_and_backup(lab, tmp_path):
    lab.offices[CARE].send_all(
        plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT]))
    (parcel,) = lab.wait_parcels(1, "delivered")
    assert ctl(lab, "audit", "verify")[0] == 0
    entries = lab.ctl("audit", "list")["entries"]
    assert parcel["id"] in json.dumps(entries)
    copy = str(tmp_path / "copy")
    code, _, err = ctl(lab, "backup", copy)
    assert code == 0, err
    # the copy is a store a broker starts with
    assert lab.broker()[0].stop()
    os.rename(lab.data(), lab.data() + ".old")
    os.makedirs(lab.data(), mode=0o700)
    broker, _ = lab.broker()
    done = subprocess.run(broker.command + ["--restore", copy],
                          capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done.stderr
    lab.start_broker()
    assert lab.states(parcel["id"]) == ["delivered"]
    assert {r["office_number"] for r in lab.ctl("registry", "list")[
        "rows"]} >= {CARE, VISIT}
    assert isinstance(lab.agent("care"), Process)
