"""What a head office asks on the 3rd of the month, in its own language: every
answer of `tasukictl --lang ja` that a clerk reads is Japanese, says which line
and column is wrong and what to do."""
import re
import subprocess

import pytest
from lab import NUMBER, row, write
from peer import new_id, parcel
from test_dual import make_stage  # noqa: F401 (a fixture)

CARE, VISIT, PARTNER, HUB, FAXED, NATIONAL = (
    NUMBER[1], NUMBER[2], NUMBER[9], NUMBER[5], NUMBER[6], NUMBER[7])
MONTH = "202601"
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥]")


@pytest.fixture
def stage(make_stage):  # noqa: F811
    return make_stage(
        row(2, "11", "visit", quiet_hours="20:00-19:59"),
        row(5, "11", inside=0, way="hub:test", fallback="1b"),
        row(6, "11", inside=0, way="fax", fax_number="0312345678",
            policy="dual until 2099-03-31"),
        row(7, "15", inside=0, way="national", kinds="plan",
            ways="national 2026-01-01..; pdf", other_kinds="paper"),
        row(9, "17", inside=0, way="pdf"))


def clerk(stage, *arguments):  # noqa: F811
    """tasukictl as a clerk runs it: (exit code, stdout, stderr)."""
    lab = stage.lab
    done = subprocess.run(
        [lab.bin + "/tasukictl", "--data", lab.data(), "--lang", "ja",
         *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def reasons(text):
    """The lines below 理由: (step, why)."""
    lines = text.split("\n\n理由\n", 1)[1].rstrip("\n").splitlines()[1:]
    return [re.split(r"  +", line, maxsplit=1) for line in lines]


def test_every_reason_of_a_way_is_japanese(stage):  # noqa: F811
    nobody = NUMBER[8]
    for to, kind in ((VISIT, "UPPLAN"), (VISIT, "UPJSK"), (PARTNER, "UPPLAN"),
                     (HUB, "UPPLAN"), (FAXED, "UPPLAN"), (NATIONAL, "UPPLAN"),
                     (NATIONAL, "UPJSK"), (CARE, "UPPLAN"),
                     (nobody, "UPPLAN")):
        for agent in ("care", "visit"):
            code, out, err = clerk(stage, "route", "--explain", CARE, to,
                                   kind, "--month", "209901", "--agent", agent)
            refused = to in (CARE, nobody) or agent == "visit"
            assert (code, err) == (1 if refused else 0, ""), (out, err)
            assert reasons(out)
            if not refused and kind == "UPPLAN":
                assert ["期限", "期限は 2098-12-26 17:00 です。"] in reasons(
                    out), out
            for step, why in reasons(out):
                assert JAPANESE.search(step) and JAPANESE.search(why), (
                    to, kind, step, why)


def test_an_alarm_is_japanese_and_says_what_to_do(stage, tmp_path):  # noqa: F811
    path = str(tmp_path / "half.csv")
    write(path, ("office_number,service_type,way,inside\n"
                 f"{PARTNER},17,pdf,0\n").encode())
    code, out, err = clerk(stage, "registry", "import", path, "--full", "--by",
                           "佐藤")
    assert (code, err) == (1, "") and "確認待ち（隔離）" in out
    assert "tasukictl registry quarantine show" in out
    code, out, _ = clerk(stage, "status")
    alarm = out.rsplit("警報\n", 1)[1].strip()
    assert code == 1 and JAPANESE.search(alarm), out
    assert "tasukictl registry quarantine list" in alarm


def test_a_kind_that_nobody_sends_is_told(stage):  # noqa: F811
    for kind, wanted in (("UPPLAM", 2), ("UPKIHON_IMAGE", 0), ("UPHOSOKU", 0),
                         ("DLTPLAN", 0), ("", 0)):
        code, _, err = clerk(stage, "route", CARE, VISIT, kind)
        assert code == wanted, (kind, err)
        assert (kind in err and "standard list" in err) == (wanted == 2)


def test_faults_of_a_list_are_japanese(stage, tmp_path):  # noqa: F811
    path = str(tmp_path / "list.csv")
    wrong = CARE[:9] + str((int(CARE[9]) + 1) % 10)
    write(path, ("office_number,service_type,way,valid_from,valid_to\n"
                 f"{wrong},11,,,\n{VISIT},1,,,\n{PARTNER},17,pigeon,,\n"
                 f"{PARTNER},18,pdf,2026-13-01,\n"
                 f"{PARTNER},19,pdf,2026-04-02,2026-04-01\n").encode())
    code, _, err = clerk(stage, "registry", "import", path)
    lines = err.splitlines()
    assert code == 1 and "何も取り込んでいません" in lines[0]
    assert [line.split(": ")[:2] for line in lines[1:]] == [
        [f"{path}:{n}", column] for n, column in
        ((2, "office_number"), (3, "service_type"), (4, "way"),
         (5, "valid_from"), (6, "valid_to"))]
    assert all(JAPANESE.search(line) for line in lines[1:]), lines
    code, _, err = clerk(stage, "registry", "import", path, "--map", "nobodys")
    assert code == 1 and "対応表" in err and "nobodys.tsv" in err


def test_faults_of_mandates_say_line_and_column(stage, tmp_path):  # noqa: F811
    path = str(tmp_path / "mandates.csv")
    write(path, ("agent,party,office_number,service_type,rights,partners,from,"
                 "until,reason\n"
                 f"visit,代行,{CARE},,fly,,2026-12-01,2027-11-30,契約\n"
                 f"visit,代行,{CARE},,see,12345,2026-12-01,2027-11-30,契約\n"
                 f"visit,代行,{CARE},,see,,2026-12-01,2027-13-30,契約\n"
                 f"visit,代行,{CARE},,see,,2026-12-01,2026-11-30,契約\n"
                 ).encode())
    code, _, err = clerk(stage, "mandate", "import", path, "--by", "佐藤")
    lines = err.splitlines()
    assert code == 1 and "委任は1件も登録していません" in lines[0]
    assert [line.split(": ")[:2] for line in lines[1:]] == [
        [f"{path}:{n}", column] for n, column in
        ((2, "rights"), (3, "partners"), (4, "until"), (5, "until"))]
    assert all(JAPANESE.search(line) for line in lines[1:]), lines
    assert "予定の送信" in lines[1] or "send-plan" in lines[1]


def test_a_result_is_ticked_off_by_numbers(stage):  # noqa: F811
    """Files of 4.1 name service types; a person names two offices."""
    care, data = stage.peer("care"), b"made up"
    for serial, to_type in enumerate(("17", "17", "11")):
        to = VISIT if to_type == "11" else PARTNER
        care.submit(parcel(new_id(), CARE, to,
                           [("UPPLAN.CSV", data, "UPPLAN")], sender_type="43",
                           receiver_type=to_type, month=MONTH, clients=1,
                           stamp=f"20260115{serial:06}"), [data])
        answer, fields, _ = care.wait("accepted", "refused")
        assert answer == "accepted", fields
    settle = ["expected", "settle", "--month", MONTH, "--office", CARE, "--by",
              "佐藤", "--reason", "FAXで受領", "--partner"]
    code, out, err = clerk(stage, *settle, PARTNER)
    assert code == 0 and "受領済み" in out and f"{PARTNER}/17" in out, err
    left = stage.lab.ctl("expected", "--month", MONTH)
    assert [r["partner"] for r in left["rows"]] == [VISIT]
    # who owes nothing cannot look ticked off
    code, out, err = clerk(stage, *settle, NATIONAL)
    assert (code, out) == (1, "") and "記録がありません" in err
    code, _, err = clerk(stage, *settle, PARTNER + "/11")
    assert code == 1 and "記録がありません" in err
    clerk(stage, *settle, PARTNER, "--undo")
    left = stage.lab.ctl("expected", "--month", MONTH)
    assert len(left["rows"]) == 2
    # the states of the list of parcels are in the clerk's words, too
    code, out, _ = clerk(stage, "parcels")
    assert code == 0 and "配送待ち" in out and "ready" not in out
