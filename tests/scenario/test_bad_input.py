"""Bad input: the right refusal, in words, and nothing else is disturbed."""
import os

import pytest
from lab import (MARKER, NUMBER, by_name, holds, name_of, plan_set,
                 read, row, wait_for)

CARE, VISIT, DAY, PARTNER = NUMBER[1], NUMBER[2], NUMBER[3], NUMBER[9]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit"),
        DAY: row(3, "15", "day"), PARTNER: row(9, "17", inside=0)}


def good_set(tmp_path, stamp="20261125090000", seed=7):
    return plan_set(tmp_path / ("good" + stamp), ROWS[CARE], ROWS[VISIT],
                    stamp, seed=seed)


def japanese(text):
    return any("぀" <= c <= "ヿ" or "一" <= c <= "鿿" for c in text)


def still_works(lab, tmp_path):
    """A good set sent now arrives: nothing else was disturbed."""
    paths = good_set(tmp_path)
    lab.offices[CARE].send_all(paths)
    wanted = by_name(paths)
    inbox = lab.offices[VISIT]
    wait_for(lambda: f"{sorted(inbox.files('inbox'))}\n{lab.tails()}",
             lambda: wanted.items() <= inbox.files("inbox").items())


def test_incomplete_set_waits_in_hold_with_a_notice(lab, tmp_path):
    """F30."""
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    care = lab.offices[CARE]
    plan = [p for p in paths if "UPPLAN" in p]
    rest = [p for p in paths if p not in plan]
    care.send_all(plan)
    held = wait_for(lambda: f"{care.files('hold')}\n{lab.tails()}",
                    lambda: {os.path.basename(p): d
                             for p, d in care.files("hold").items()
                             if p.endswith(".txt")}
                    and care.files("hold"))
    notice = "".join(d.decode("utf-8-sig") for p, d in held.items()
                     if p.endswith(".txt"))
    assert "第7表" in notice or "UPSIKYU" in notice, notice
    assert any(os.path.basename(p) == os.path.basename(plan[0]) for p in held)
    assert lab.parcels() == []
    # the missing members arrive: all go together
    care.send_all(rest)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    lab.wait_parcels(1, "delivered")
    wait_for(lambda: f"left: {sorted(care.files('hold'))}",
             lambda: care.files("hold") == {})


def test_broken_file_is_explained(lab, tmp_path):
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    care = lab.offices[CARE]
    for path in paths:
        data = read(path)
        if "UPPLAN" in path:        # one column too few in the first record
            first, rest = data.split(b"\r\n", 1)
            data = first.rsplit(b",", 1)[0] + b"\r\n" + rest
        care.send(os.path.basename(path), data)
    name = [os.path.basename(p) for p in paths if "UPPLAN" in p][0]
    text = care.wait_rejected(name)
    assert japanese(text) and MARKER not in text, text
    assert lab.parcels() == [] and lab.offices[VISIT].files("inbox") == {}
    still_works(lab, tmp_path)


def test_unknown_receiver(lab, tmp_path):
    stranger = row(40, "11", inside=0)
    paths = plan_set(tmp_path / "out", ROWS[CARE], stranger)
    lab.offices[CARE].send_all(paths)
    text = lab.offices[CARE].wait_rejected(os.path.basename(paths[0]))
    assert NUMBER[40] in text and japanese(text), text
    still_works(lab, tmp_path)


def test_office_that_is_not_valid_now(make_lab, tmp_path):
    rows = [ROWS[CARE], ROWS[VISIT],
            row(3, "15", "day", valid_to="2020-03-31")]
    lab = make_lab(rows)
    lab.up()
    paths = plan_set(tmp_path / "out", rows[0], rows[2])
    lab.offices[CARE].send_all(paths)
    text = lab.offices[CARE].wait_rejected(os.path.basename(paths[0]))
    assert japanese(text), text
    still_works(lab, tmp_path)


def test_incomplete_set_is_sent_if_the_setting_says_so(make_lab, tmp_path):
    lab = make_lab()
    lab.setting("office-care", set__incomplete="send")
    lab.up()
    paths = [p for p in plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
             if "UPSIKYU" not in p]
    lab.offices[CARE].send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))


def test_no_right_to_send_for_another_office(lab, tmp_path):
    """A file from VISIT's number in CARE's outbox."""
    paths = plan_set(tmp_path / "out", ROWS[VISIT], ROWS[DAY])
    lab.offices[CARE].send_all(paths)
    text = lab.offices[CARE].wait_rejected(os.path.basename(paths[0]))
    assert japanese(text), text
    assert lab.offices[DAY].files("inbox") == {}
    still_works(lab, tmp_path)


def test_names_that_break_the_grammar(lab, tmp_path):
    names = [name_of("UPJSK", "1399900001", "43", NUMBER[2], "11"),
             "UPPLAN_202612_13799.CSV",
             name_of("UPPLAN", CARE, "43", VISIT, "11", stamp="2026112415"),
             name_of("UPPLAN", CARE, "43", VISIT, "11", month="202613")]
    for name in names:
        lab.offices[CARE].send(name, b"202407,1\r\n")
    for name in names:
        text = lab.offices[CARE].wait_rejected(name)
        assert japanese(text), text
    still_works(lab, tmp_path)


def test_name_not_of_the_standard_needs_a_partner_folder(lab, tmp_path):
    lab.offices[CARE].send("利用者一覧.xlsx", b"PK\x03\x04")
    text = lab.offices[CARE].wait_rejected("利用者一覧.xlsx")
    assert japanese(text), text
    still_works(lab, tmp_path)


def test_other_kinds_of_attachment_are_refused(lab, tmp_path):
    """T52: Permitted: pdf csv jpeg jpg png gif txt."""
    lab.offices[CARE].send("program.exe", b"MZ", partner=VISIT)
    text = lab.offices[CARE].wait_rejected("program.exe")
    assert japanese(text), text
    still_works(lab, tmp_path)


def test_partner_folder_that_is_no_office(lab, tmp_path):
    lab.offices[CARE].send("memo.txt", b"x", partner=NUMBER[41])
    lab.offices[CARE].wait_rejected("memo.txt")
    still_works(lab, tmp_path)


def test_odd_names_harm_nobody(lab, tmp_path):
    """F33, T21: 255 bytes, control characters, dots, reserved names."""
    care = lab.offices[CARE]
    names = ["a" * 251 + ".pdf", "line\nbreak.txt", "bell\a.pdf", "CON.txt",
             "trailing .", "..pdf", "tab\tname.txt", "rtl‮fdp.txt",
             "quote\".pdf", "-rf.txt"]
    for name in names:
        try:
            care.send(name, b"%PDF-1.4 " + name.encode(), partner=VISIT)
        except OSError as error:
            pytest.fail(f"{name!r}: {error}")
    with open(os.path.join(os.fsencode(care.outbox), VISIT.encode(),
                           b"\x83\x5c.txt"), "wb") as f:   # MS932, not UTF-8
        f.write(b"sjis name")
    still_works(lab, tmp_path)
    inbox = lab.offices[VISIT]
    # what arrived is safe to handle, and nothing left the folders
    for name in inbox.files("inbox"):
        assert "/" not in name and "\n" not in name and "\a" not in name
    wait_for(lambda: f"{os.listdir(os.path.join(care.outbox, VISIT))}"
                     f"\n{lab.tails()}",
             lambda: all(n.startswith(".") for n in os.listdir(
                 os.path.join(care.outbox, VISIT)))
             if os.path.isdir(os.path.join(care.outbox, VISIT)) else True)


def test_symbolic_links_are_not_followed(lab, tmp_path):
    """F33, T23: a link to a secret in the outbox must not be sent."""
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"do not send")
    care = lab.offices[CARE]
    os.makedirs(os.path.join(care.outbox, VISIT), exist_ok=True)
    os.symlink(secret, os.path.join(care.outbox, VISIT, "link.txt"))
    os.symlink("/etc", os.path.join(care.outbox, NUMBER[3]))
    os.symlink(secret, os.path.join(
        care.outbox, name_of("UPPLAN", CARE, "43", VISIT, "11")))
    still_works(lab, tmp_path)
    assert holds(lambda: not any(
        b"do not send" in d for d in lab.offices[VISIT].files(
            "inbox").values()), 2)
    assert secret.read_bytes() == b"do not send"
    assert all(p["to"] != DAY for p in lab.parcels())


def test_folders_and_pipes_in_the_outbox(lab, tmp_path):
    """T23."""
    care = lab.offices[CARE]
    os.makedirs(os.path.join(care.outbox, "新しいフォルダー", "a"))
    os.mkfifo(os.path.join(care.outbox, "pipe.csv"))
    os.makedirs(os.path.join(care.outbox, VISIT, "sub"), exist_ok=True)
    still_works(lab, tmp_path)


def test_empty_and_unreadable_files(lab, tmp_path):
    care = lab.offices[CARE]
    care.send("empty.pdf", b"", partner=VISIT)
    path = os.path.join(care.outbox, VISIT, "locked.pdf")
    with open(path, "wb") as f:
        os.fchmod(f.fileno(), 0)
        f.write(b"%PDF")
    still_works(lab, tmp_path)
