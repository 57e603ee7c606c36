"""T33: several services under one number, each with its desk; names of the old
form, which say no service type, go by the table."""
import os
import subprocess

import gen
import pytest
from lab import NUMBER, ROOT, Office, by_name, plan_set, row, wait_for

CARE, HOUSE = NUMBER[1], NUMBER[2]
V4, V3 = "202407", "202208"


def rows(default="11"):
    """HOUSE has two desks: 11 of the agent visit, 15 (and 17) of day."""
    mark = {"11": "", "15": "", default: "1"}
    return [row(1, "43", "care"),
            row(2, "11", "visit", default_desk=mark["11"]),
            row(2, "15", "day", default_desk=mark["15"],
                service_types="17")]


@pytest.fixture
def house(make_lab):
    """(lab, care, {type: office})"""
    lab = make_lab(rows())
    lab.up()
    desks = {r["service_type"]: Office(lab, r, lab.path(
        "offices", f"{HOUSE}-{r['service_type']}"))
        for r in lab.rows() if r["office_number"] == HOUSE}
    return lab, lab.offices[CARE], desks


def actual(house_type, version, stamp):
    """A 実績 of HOUSE for CARE, V4.1 or V3."""
    names = ([HOUSE, house_type, CARE, "43"] if version == V4
             else [HOUSE, CARE])
    cells = [version, "139998", "0000000123", "20261228", "202612", CARE,
             gen.Text("担当"), "387", "0", "20261202", "", "0900", "1000",
             "1", house_type + "1211", "", "", "", "", HOUSE, gen.Text("訪問"), "", "0",
             HOUSE, ""]
    if version == V3:
        del cells[15:18]
    name = "_".join(["UPJSK", "202612"] + names + [stamp]) + ".CSV"
    return name, gen.record(cells).encode("cp932")


def as_v3(lab, paths, out):
    """The same set under names, and in the form, of V3."""
    subprocess.run(
        [os.path.join(lab.bin, "tasukictl"), "convert", "--standard",
         os.path.join(ROOT, "config", "standard"), "--to", "V3",
         "--accept-loss", "--out", out, *paths], check=False, timeout=60,
        capture_output=True)
    return [os.path.join(out, n) for n in sorted(os.listdir(out))
            if n.endswith(".CSV")]


def notices(office):
    return [data.decode("utf-8-sig") for name, data in
            office.files("rejected").items() if name.endswith(".txt")]


def plans(lab, to_type, stamp, seed):
    return plan_set(lab.path("made", to_type, stamp), rows()[0],
                    row(2, to_type), stamp=stamp, seed=seed)


def test_plans_by_type(house):
    """V4.1: each desk gets its own and nothing else, no notice; a further
    type of a desk too."""
    lab, care, desks = house
    wanted = {"11": {}, "15": {}}
    for n, (to_type, desk) in enumerate(
            [("11", "11"), ("15", "15"), ("17", "15")]):
        paths = plans(lab, to_type, f"2026112415000{n}", n + 1)
        care.send_all(paths)
        wanted[desk].update(by_name(paths))
    for to_type, office in desks.items():
        office.wait_inbox(wanted[to_type], 40)
        assert notices(office) == []


def test_old_names_go_to_the_default_desk(house):
    """V3 says no type: the default desk, a notice for its clerk, and a note on
    the record."""
    lab, care, desks = house
    paths = as_v3(lab, plans(lab, "15", "20261124150000", 1),
                  lab.path("v3"))
    assert paths and all(os.path.basename(p).count("_") == 4 for p in paths)
    care.send_all(paths)
    desks["11"].wait_inbox(by_name(paths), 40)
    assert desks["15"].files("inbox") == {}
    (text,) = notices(desks["11"])
    assert "サービス種類" in text and CARE in text
    (kept,) = lab.parcels()
    notes = " ".join(s["detail"] for s in lab.parcel(kept["id"])["steps"])
    assert "default desk" in notes


def test_results_from_both_desks(house):
    """The other direction: V4.1 and V3; the record says from which desk, since
    the folder knows even where the name does not; the receipt comes back to
    the desk that sent."""
    lab, care, desks = house
    sent = {}
    for n, (desk, version) in enumerate(
            [("11", V4), ("15", V4), ("11", V3), ("15", V3)]):
        name, data = actual(desk, version, f"2026122815000{n}")
        desks[desk].send(name, data)
        sent[name] = data
    care.wait_inbox(sent, 40)
    assert sorted(p["from_type"] for p in lab.parcels()) == [
        "11", "11", "15", "15"]
    for desk in ("11", "15"):
        wait_for(desks[desk].status_text, lambda office=desks[desk]: sum(
            r["状態"] == "配送済" for r in office.status()) == 2)


def test_among_themselves(house):
    """Two services of one number write to each other: by type, and where the
    address says the number only, to the other one."""
    lab, _, desks = house
    desks["11"].send("a.txt", b"to the day desk\n", partner=HOUSE + "_15")
    desks["15"].wait_inbox({"a.txt": b"to the day desk\n"}, 40)
    desks["15"].send("b.txt", b"to the other\n", partner=HOUSE)
    desks["11"].wait_inbox({"b.txt": b"to the other\n"}, 40)
    desks["11"].send("c.txt", b"to itself\n", partner=HOUSE + "_11")
    text = desks["11"].wait_rejected("c.txt", 40)
    assert "同じ事業所" in text


def test_unknown_type(house):
    """A type that no desk stands for: refused, not guessed."""
    lab, care, desks = house
    care.send("x.txt", b"x\n", partner=HOUSE + "_66")
    assert "登録されていません" in care.wait_rejected("x.txt", 40)
    assert not lab.parcels()
