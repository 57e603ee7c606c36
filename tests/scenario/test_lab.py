"""ops/lab and ops/demo, as a person runs them."""
import json
import os
import signal
import subprocess
import time

import pytest
from lab import (NUMBER, ROOT, by_name, files_below, plan_set, row, wait_for,
                 write)
from demo_nation import Running
from gen import office_number
from practice_room import need_binaries, start_time

CARE, VISIT, DAY = NUMBER[1], NUMBER[2], NUMBER[3]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}


def lab_command(*arguments, timeout=120):
    done = subprocess.run([os.path.join(ROOT, "ops", "lab"), *arguments],
                          capture_output=True, text=True, timeout=timeout,
                          check=False)
    return done


def up(folder, *more):
    done = lab_command("up", str(folder), "--json", *more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def pids(report):
    return [report["broker"]["pid"]] + [a["pid"] for a in report["agents"]]


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "room"
    yield folder
    if folder.exists():
        lab_command("down", str(folder))


def test_up_status_down(room, tmp_path):
    report = up(room)
    assert report["broker"]["endpoint"].startswith("tcp://127.0.0.1:")
    roles = [a["role"] for a in report["agents"]]
    assert roles.count("pdf") == 1 and roles.count("office") == 3
    for agent in report["agents"]:
        for folders in agent.get("folders", {}).values():
            assert {"outbox", "inbox", "sent", "rejected", "hold"} <= set(
                folders)
            assert os.path.isdir(folders["outbox"])
    assert os.stat(room).st_mode & 0o077 == 0
    # again: nothing is started twice
    assert pids(up(room)) == pids(report)
    status = lab_command("status", str(room), "--json")
    assert status.returncode == 0
    assert pids(json.loads(status.stdout)) == pids(report)
    assert lab_command("down", str(room)).returncode == 0
    assert all(start_time(pid) is None for pid in pids(report))
    assert lab_command("status", str(room)).returncode == 1


def test_kill_anything_and_up_continues(room, tmp_path):
    report = up(room)
    folders = {n: f for a in report["agents"]
               for n, f in a.get("folders", {}).items()}
    for n, victim in enumerate(pids(report)):
        os.kill(victim, signal.SIGKILL)
        paths = plan_set(tmp_path / str(n), ROWS[CARE], ROWS[VISIT],
                         f"202611241500{n:02}", seed=n)
        for path, data in by_name(paths).items():
            write(os.path.join(folders[CARE]["outbox"], path), data)
        again = up(room)
        assert victim not in pids(again)
        wait_for(lambda: f"round {n}", lambda: by_name(paths).items()
                 <= files_below(folders[VISIT]["inbox"]).items(), 30)
        report = again


def test_a_reused_pid_is_left_alone(room):
    up(room)
    assert lab_command("down", str(room)).returncode == 0
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        record = room / "run" / "tasukid.json"
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as f:
            boot = f.read().strip()
        record.write_text(json.dumps({"pid": bystander.pid, "boot": boot,
                                      "start": 1}))
        up(room)
        assert lab_command("down", str(room)).returncode == 0
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_registry_of_the_user(room, tmp_path):
    """MS932, Japanese agent names, one number with two desks."""
    text = ("name,office_number,service_type,inside,folder_agent,color\r\n"
            f"髙橋ケアプラン,{CARE},43,1,本社,red\r\n"
            f"訪問,{VISIT},11,1,支店,\r\n"
            f"小規模,{VISIT},78,1,支店,\r\n"
            f"通所,{DAY},15,1,,\r\n"
            f"相手先,{NUMBER[9]},17,0,,\r\n")
    path = tmp_path / "r.csv"
    path.write_bytes(text.encode("cp932"))
    report = up(room, "--registry", str(path))
    offices = [a for a in report["agents"] if a["role"] == "office"]
    assert len(offices) == 3
    keys = sorted(k for a in offices for k in a["folders"])
    assert keys == sorted([CARE, VISIT, DAY])


def test_registry_changes(room, tmp_path):
    """An office moves to another agent; one leaves the corporation."""
    head = "office_number,service_type,inside,folder_agent\n"
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(f"{head}{CARE},43,1,a\n{VISIT},11,1,b\n{DAY},15,1,c\n")
    second.write_text(f"{head}{CARE},43,1,a\n{VISIT},11,1,a\n")
    before = {a["name"]: a["pid"]
              for a in up(room, "--registry", str(first))["agents"]}
    report = up(room, "--registry", str(second))
    after = {a["name"]: a for a in report["agents"]}
    assert set(after) == {"a", "pdf"}
    assert sorted(after["a"]["folders"]) == sorted([CARE, VISIT])
    assert start_time(before["b"]) is None and start_time(before["c"]) is None
    assert after["pdf"]["pid"] == before["pdf"]


def test_a_registry_that_waits_is_said(room, tmp_path):
    """Too much changes at once for nobody to look: not the old rows instead."""
    def registry(name):
        path = tmp_path / "list.csv"
        path.write_text("office_number,service_type,inside,way,name\n" +
                        "".join(f"{office_number(n)},17,0,pdf,{name}{n}\n"
                                for n in range(101, 131)), encoding="utf-8")
        return str(path)

    up(room, "--registry", registry("ア"))
    renamed = registry("イ")
    for _ in range(2):      # asked again: still
        done = lab_command("up", str(room), "--registry", renamed)
        assert done.returncode != 0
        assert "quarantine" in done.stderr and "(share)" in done.stderr
    ctl = [os.path.join(need_binaries(), "tasukictl"), "--data",
           str(room / "broker"), "--json", "registry"]
    (waiting,) = json.loads(subprocess.run(
        ctl + ["quarantine", "list"], capture_output=True, check=False,
        timeout=60).stdout)["waiting"]
    subprocess.run(ctl + ["quarantine", "release", waiting["id"], "--by",
                          "second person"], check=True, timeout=60,
                   stdout=subprocess.DEVNULL)
    up(room, "--registry", renamed)


def test_national_system(room, tmp_path):
    """A partner of the national way brings the practice national system into
    the room; it is started, found again and stopped with the room."""
    partner = row(11, "11", inside=0, way="national")
    path = tmp_path / "r.csv"
    path.write_text("office_number,service_type,inside,way,folder_agent\n"
                    f"{CARE},43,1,bus,care\n"
                    f"{partner['office_number']},11,0,national,\n")
    report = up(room, "--registry", str(path))
    outbox = next(f["outbox"] for a in report["agents"]
                  for f in a.get("folders", {}).values())
    for n in range(2):
        paths = plan_set(tmp_path / str(n), ROWS[CARE], partner,
                         f"202611241500{n:02}", seed=n)
        for name, data in by_name(paths).items():
            write(os.path.join(outbox, name), data)
        nation = Running(str(room / "nation"))
        names = set(by_name(paths))
        wait_for(lambda: f"{sorted(names)} in {nation.sends()}",
                 lambda: names <= {s["name"] for s in nation.sends()}, 60)
        os.kill(report["nation"]["pid"], signal.SIGKILL)
        assert lab_command("status", str(room)).returncode == 1
        again = up(room)
        assert again["nation"]["pid"] != report["nation"]["pid"]
        assert pids(again) == pids(report)
        report = again
    assert Running(str(room / "nation")).doubles() == []
    assert lab_command("down", str(room)).returncode == 0
    assert start_time(report["nation"]["pid"]) is None


def test_deep_folder(tmp_path):
    """A socket path holds 107 bytes; a room may lie deeper."""
    deep = tmp_path / ("深い" * 15) / ("folder" * 12)
    try:
        report = up(deep)
        assert all(pids(report))
        assert lab_command("status", str(deep)).returncode == 0
    finally:
        assert lab_command("down", str(deep)).returncode == 0


def test_trouble_is_said_in_words(tmp_path):
    done = lab_command("status", str(tmp_path / "nothing"))
    assert done.returncode == 1 and "no practice room" in done.stderr
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    done = lab_command("up", str(tmp_path / "x"), "--registry", str(bad))
    assert done.returncode == 1 and "office_number" in done.stderr


@pytest.mark.slow
def test_demo_once(tmp_path):
    began = time.monotonic()
    done = subprocess.run([os.path.join(ROOT, "ops", "demo"), "--once"],
                          capture_output=True, text=True, timeout=300,
                          check=False, env={**os.environ,
                                            "TMPDIR": str(tmp_path)})
    print(f"\ndemo --once: {time.monotonic() - began:.0f} s")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "\033" not in done.stdout
