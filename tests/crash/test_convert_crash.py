"""The office agent killed while it saves repaired or converted copies (F02):
afterwards each is there once, whole, with its note, and the file they were made
from is where it belongs."""
import os

import test_convert as convert
from lab import CONVERTED, by_name, plan_set, wait_for

ROWS, CARE, VISIT = convert.ROWS, convert.CARE, convert.VISIT


def arm(lab, name, point):
    """Start the agent so that it dies at the point."""
    process = lab.agent(name)
    process.stop()
    lab.environment[process.name] = {"TASUKI_CRASH": f"{point}:1"}
    process = lab.agent(name)
    process.start()
    lab.environment[process.name] = {}
    return process


def restart(lab, name, process, point):
    """Wait until it died there, and start it again."""
    def gone():
        process.reap()
        return process.pid() is None
    wait_for(lambda: f"{point}: {lab.tails()}", gone, 60)
    lab.agent(name).start()


def test_f02_killed_while_repairing(make_lab, tmp_path):
    lab = make_lab()
    lab.up()
    care = lab.offices[CARE]
    for number, point in enumerate(["derived-noted", "derived-saved",
                                    "office-mended"]):
        process = arm(lab, "care", point)
        good = by_name(plan_set(tmp_path / point, ROWS[CARE], ROWS[VISIT],
                                stamp=f"2026112{number}150000"))
        for name, data in good.items():
            care.send(name, convert.as_utf8(data))
        restart(lab, "care", process, point)
        for name in good:
            assert "修復" in care.wait_rejected(name, 60)
        copies = care.copies("rejected")
        assert {n: copies[n] for n in good} == good
        assert all(n + ".txt" in copies for n in good)
        assert not [n for n in copies if n.startswith(".tmp")]
    assert lab.parcels() == []


def test_f02_killed_while_receiving(make_lab, tmp_path):
    lab = make_lab()
    lab.up()
    visit = lab.offices[VISIT]
    for number, point in enumerate(["office-proof", "office-mended"]):
        process = arm(lab, "visit", point)
        good = by_name(plan_set(tmp_path / point, ROWS[CARE], ROWS[VISIT],
                                stamp=f"2026112{number}150000"))
        sent = {n: d.replace(b"\r\n", b"\n") for n, d in good.items()}
        for name, data in sent.items():
            lab.offices[CARE].send(name, data)
        restart(lab, "visit", process, point)
        visit.wait_inbox(sent, 60)
        copies = visit.copies("inbox")
        assert {n: copies[n] for n in good} == good
        visit.take()
    proof = os.path.join(visit.folder, ".partners", CARE)
    with open(proof, encoding="ascii") as f:
        assert f.read() == "edition 202407 20261120150000 20261121150000\n"


def test_f02_killed_while_converting(make_lab, tmp_path):
    lab = make_lab()
    lab.up()
    care = lab.offices[CARE]
    convert.teach(lab, "20261225090000", convert.V3)
    process = arm(lab, "care", "office-converted")
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    care.send_all(paths)
    restart(lab, "care", process, "office-converted")
    lab.offices[VISIT].wait_inbox(by_name(paths), 60)
    convert.wait_note(care, "注意：相手がV4.1")
    assert len(convert.csvs(care.copies("rejected", CONVERTED))) == 3


def test_f02_killed_while_it_stays(make_lab, tmp_path):
    """The registry says that the partner cannot read it: whenever the agent
    dies, nothing of it is sent and all of it lies there with its reason."""
    rows = [{**row, "editions": "3" if row is ROWS[VISIT] else ""}
            for row in ROWS.values()]
    lab = make_lab(rows)
    lab.up()
    care = lab.offices[CARE]
    for number, point in enumerate(["office-converted", "office-reject-noted",
                                    "office-rejected"]):
        process = arm(lab, "care", point)
        good = by_name(plan_set(tmp_path / point, ROWS[CARE], ROWS[VISIT],
                                stamp=f"2026112{number}150000"))
        for name, data in good.items():
            care.send(name, data)
        restart(lab, "care", process, point)
        for name in good:
            assert "台帳" in care.wait_rejected(name, 60)
        rejected = care.files("rejected")
        assert {n: rejected[n] for n in good} == good
    assert len(convert.csvs(care.copies("rejected", CONVERTED))) == 9
    assert lab.parcels() == []
