"""Files of a set against each other, and against what was sent before: the
office's explanation lies beside the file that has to be corrected."""
import os

from lab import MARKER, NUMBER, by_name, plan_set, read, row, wait_for

CARE, VISIT = NUMBER[1], NUMBER[2]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit")}


def one(paths, kind):
    return [p for p in paths if os.path.basename(p).startswith(kind + "_")][0]


def send(office, paths, kind=None, edit=None):
    for path in paths:
        data = read(path)
        if kind is not None and path == one(paths, kind):
            data = edit(data)
        office.send(os.path.basename(path), data)


def test_client_missing_in_the_supplement(lab, tmp_path):
    """Form 6 has a client whom UPHOSOKU lacks: the whole set comes back."""
    care = lab.offices[CARE]
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT], clients=3)
    send(care, paths, "UPHOSOKU",
         lambda data: b"\r\n".join(data.split(b"\r\n")[1:]))
    text = care.wait_rejected(os.path.basename(one(paths, "UPPLAN")))
    assert "利用者補足情報" in text and "対象年月" in text, text
    assert MARKER not in text
    other = care.wait_rejected(os.path.basename(one(paths, "UPSIKYU")))
    assert "UPPLAN" in other, other
    assert lab.parcels() == [] and lab.offices[VISIT].files("inbox") == {}


def test_older_than_what_was_sent(lab, tmp_path):
    """Sent again under a new number it goes; the old one would overwrite it."""
    care = lab.offices[CARE]
    first = plan_set(tmp_path / "a", ROWS[CARE], ROWS[VISIT],
                     "20261124150000", seed=1)
    newer = plan_set(tmp_path / "b", ROWS[CARE], ROWS[VISIT],
                     "20261124150100", seed=2)
    send(care, newer)
    wait_for(lambda: f"{care.status()}\n{lab.tails()}",
             lambda: "配送済" in care.status_text())
    send(care, first)
    text = care.wait_rejected(os.path.basename(one(first, "UPPLAN")))
    assert "20261124150000" in text and "20261124150100" in text, text
    third = plan_set(tmp_path / "c", ROWS[CARE], ROWS[VISIT],
                     "20261124150200", seed=1)
    send(care, third)
    lab.wait_parcels(2, "delivered")
    lab.offices[VISIT].wait_inbox({**by_name(newer), **by_name(third)})


def test_strict_profile(make_lab, tmp_path):
    """What is a warning elsewhere stops a file under a strict profile."""
    lab = make_lab()
    for desk in {r["folder_agent"] for r in lab.rows() if r["folder_agent"]}:
        lab.setting("office-" + desk, check__profile="strict")
    lab.up()
    care = lab.offices[CARE]
    paths = plan_set(tmp_path / "out", ROWS[CARE], ROWS[VISIT])
    send(care, paths, "UPPLAN", lambda data: data + b"\r\n")
    text = care.wait_rejected(os.path.basename(one(paths, "UPPLAN")))
    assert "空の行" in text, text
    assert lab.parcels() == []
