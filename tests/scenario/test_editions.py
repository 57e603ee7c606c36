"""What the registry says a partner reads: it beats what came, and what cannot be
read there does not go out.  A person sends the copies."""
import os
import shutil

import gen
import lab as lab_module
import pytest
from lab import CONVERTED, NUMBER, by_name, plan_set, read, row, wait_for
from test_convert import V3, V4, actual, csvs, teach, wait_note

CARE, VISIT, PAPER = NUMBER[1], NUMBER[2], NUMBER[9]


def corporation(care="", visit="", visit_type="11"):
    return [row(1, "43", "care", editions=care),
            row(2, visit_type, "visit", editions=visit),
            row(9, "17", inside=0, editions="3")]


@pytest.fixture
def up(make_lab):
    def start(settings=None, **editions):
        rows = corporation(**editions)
        made = make_lab(rows)
        if settings:
            made.setting("office-care", **settings)
        made.up()
        made.desks = {r["office_number"]: r for r in rows}
        return made
    return start


def plans(lab, folder, to=VISIT, **more):
    return plan_set(folder, lab.desks[CARE], lab.desks[to], **more)


def texts(office):
    return [data.decode("utf-8-sig") for name, data
            in office.files("rejected").items() if name.endswith(".txt")]


def put_in(office, names):
    """The clerk agrees."""
    for name in names:
        shutil.move(os.path.join(office.rejected, CONVERTED, name),
                    os.path.join(office.outbox, name))


def explained(lab, to, *options):
    said = lab.ctl("route", "--explain", CARE + "/43", to, "UPPLAN", *options)
    steps = [s["text"] for s in said["steps"] if s["step"] == "edition"]
    assert len(steps) == 1
    return said["edition"], steps[0]


def test_v41_to_who_reads_v3(up, tmp_path):
    """The set does not leave; the copies do, when they are put in."""
    lab = up(visit="3")
    care = lab.offices[CARE]
    paths = plans(lab, tmp_path / "out")
    care.send_all(paths)
    text = care.wait_rejected(os.path.basename(paths[0]))
    assert "台帳" in text and "V3" in text and CONVERTED in text
    wait_for(lab.tails,
             lambda: csvs(care.files("rejected")) == by_name(paths))
    copies = csvs(care.copies("rejected", CONVERTED))
    assert len(copies) == 3
    assert all(d.startswith(V3.encode()) for d in copies.values())
    assert lab.parcels() == []
    put_in(care, copies)
    lab.offices[VISIT].wait_inbox(copies)
    assert lab.parcels()[0]["from"] == CARE

    edition, why = explained(lab, VISIT)
    assert edition == {"sent": "4.1", "delivered": "3", "by": "registry",
                       "reads": "3"}
    assert "V3" in why
    edition, _ = explained(lab, VISIT, "--edition", "V3")
    assert edition["delivered"] == "3"
    edition, _ = explained(lab, PAPER + "/17")
    assert (edition["by"], edition["delivered"]) == ("paper", "4.1")


def test_v3_to_who_reads_v41(up):
    """The other way round: the copy has the types that the name lacks."""
    lab = up(care="V4.1")
    visit = lab.offices[VISIT]
    name, data = actual("20261225090000", V3)
    visit.send(name, data)
    text = visit.wait_rejected(name)
    assert "台帳" in text and "V4.1" in text
    copies = csvs(visit.copies("rejected", CONVERTED))
    assert list(copies) == [actual("20261225090000", V4)[0]]
    assert lab.parcels() == []
    put_in(visit, copies)
    lab.offices[CARE].wait_inbox(copies)


def test_nothing_becomes_the_withdrawn_edition(up, tmp_path):
    lab = up(visit="4.0")
    care = lab.offices[CARE]
    paths = plans(lab, tmp_path / "out")
    care.send_all(paths)
    text = care.wait_rejected(os.path.basename(paths[0]))
    assert "取り下げられた" in text and "紙" in text
    assert care.copies("rejected", CONVERTED) == {}
    assert lab.parcels() == []
    edition, why = explained(lab, VISIT)
    assert edition["delivered"] == "" and "paper" in why


def test_what_would_be_lost_is_listed(up, tmp_path):
    """A TAIS code has no field in V3: no copies, but what and where."""
    lab = up(visit="3", visit_type="17")
    care = lab.offices[CARE]
    for seed in range(1, 30):
        paths = plans(lab, tmp_path / f"out{seed}", seed=seed, clients=4)
        plan = next(p for p in paths if "UPPLAN" in p)
        if any(r[15] for r in gen.parse(read(plan))):
            break
    care.send_all(paths)
    text = care.wait_rejected(os.path.basename(plan))
    assert "失われます" in text and "TAIS" in text and "紙" in text
    assert lab_module.MARKER not in text
    assert care.copies("rejected", CONVERTED) == {}
    assert lab.parcels() == []


def test_the_registry_beats_what_came(up, tmp_path):
    """V3 came from there, the registry says 4.1 as well: nothing to tell."""
    lab = up(visit="4.1 3")
    care = lab.offices[CARE]
    teach(lab, "20261225090000", V3)
    paths = plans(lab, tmp_path / "out")
    care.send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    assert texts(care) == [] and "注意" not in care.status_text()
    edition, _ = explained(lab, VISIT + "/11")
    assert (edition["by"], edition["delivered"]) == ("registry", "4.1")


def test_what_came_beats_nothing(up, tmp_path):
    """And where the registry is silent, what came counts as before."""
    lab = up()
    care = lab.offices[CARE]
    teach(lab, "20261225090000", V3)
    paths = plans(lab, tmp_path / "out")
    care.send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    wait_note(care, "注意：相手がV4.1を読めるか分かりません（届いたのはV3）")
    edition, _ = explained(lab, VISIT)
    assert (edition["by"], edition["delivered"]) == ("nothing", "4.1")


@pytest.mark.parametrize("listed, by", [
    ("3:..2020-12-31 4.1:2021-01-01..", "registry"), ("5.0 V4", "nothing")])
def test_days_and_later_editions(up, tmp_path, listed, by):
    lab = up(visit=listed)
    care = lab.offices[CARE]
    paths = plans(lab, tmp_path / "out")
    care.send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    assert texts(care) == []
    edition, _ = explained(lab, VISIT)
    assert (edition["by"], edition["delivered"]) == (by, "4.1")
    said = lab.ctl("registry", "import", lab.path("wanted.csv"), "--dry-run")
    words = [w["text"].split('"')[1] for w in said.get("warnings", [])]
    assert words == ([] if by == "registry" else ["5.0", "V4"])


def test_paper_has_no_edition(up, tmp_path):
    """A partner that only paper reaches: nobody there imports a file."""
    lab = up()
    paths = plans(lab, tmp_path / "out", to=PAPER)
    lab.offices[CARE].send_all(paths)
    lab.wait_parcels(1)
    assert texts(lab.offices[CARE]) == []


def test_sent_with_a_notice_if_the_settings_say_so(up, tmp_path):
    lab = up({"editions__listed": "warn"}, visit="3")
    care = lab.offices[CARE]
    paths = plans(lab, tmp_path / "out")
    care.send_all(paths)
    lab.offices[VISIT].wait_inbox(by_name(paths))
    wait_note(care, "注意：台帳では相手はV4.1を読めません（読めるのはV3）")
    assert len(csvs(care.copies("rejected", CONVERTED))) == 3
    assert len(texts(care)) == 1 and VISIT in texts(care)[0]


def test_the_answer_is_asked_anew(up, tmp_path):
    """A corrected registry counts from the next connection at the latest; what
    waits at a start may have been handed in and is never rejected."""
    lab = up(visit="3")
    care = lab.offices[CARE]
    first = plans(lab, tmp_path / "first")
    care.send_all(first)
    care.wait_rejected(os.path.basename(first[0]))
    with open(lab.path("wanted.csv"), encoding="utf-8") as f:
        text = f.read()
    assert text.count(",3\n") == 2
    fixed = tmp_path / "fixed.csv"
    fixed.write_text(text.replace(",3\n", ",3 4.1\n"), encoding="utf-8")
    lab.take_registry(str(fixed))
    lab.kill(lab.agent("care"))
    later = plans(lab, tmp_path / "later", stamp="20261125150000")
    care.send_all(later)
    lab.up()
    lab.offices[VISIT].wait_inbox(by_name(later))
    wait_for(lambda: lab.tails(), lambda: len(lab.parcels()) == 1)
