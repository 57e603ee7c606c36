"""Kill -9 of the broker while a list is imported, kept in quarantine, released
or dropped: all of it took effect, or nothing, and history, FAX records and
quarantine say the same.
"""
import csv
import os
import subprocess

import gen
import pytest
from lab import row

SERIALS = range(101, 131)
POINTS = ["registry-before-commit", "registry-after-commit",
          "writer-before-apply", "writer-after-apply"]


class Registry:
    def __init__(self, lab):
        self.lab = lab

    def file(self, name, rows):
        path = self.lab.path(name)
        with open(path, "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return path

    def die_at(self, point, *arguments):
        """The command, on a broker that dies at a point, and a new one."""
        self.lab.broker()[0].stop()
        self.lab.environment["tasukid"] = {"TASUKI_CRASH": point + ":1"}
        self.lab.start_broker()
        self.lab.environment["tasukid"] = {}
        command = [os.path.join(self.lab.bin, "tasukictl"), "--data",
                   self.lab.data(), *arguments]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as asking:
            gone = self.lab.broker()[0].wait_gone(40)
            asking.kill()       # it would wait for an answer
        assert gone, f"{point} was not reached"
        self.lab.start_broker()
        self.lab.ctl("audit", "verify")

    def rows(self):
        return {r["office_number"]: r for r in
                self.lab.ctl("registry", "list", "--partners")["rows"]
                if not r.get("valid_to")}

    def imports(self):
        return self.lab.ctl("registry", "history")["history"]

    def waiting(self):
        return self.lab.ctl("registry", "quarantine", "list")["waiting"]


@pytest.fixture
def registry(make_lab):
    lab = make_lab()
    lab.start_broker()
    lab.import_registry()
    return Registry(lab)


def partners(**more):
    return [row(n, "17", inside=0, **more) for n in SERIALS]


@pytest.mark.parametrize("point", POINTS)
def test_a_list_is_taken_whole_or_not_at_all(registry, point):
    """F45."""
    path = registry.file("list.csv", partners(
        way="fax", **{"fax_number": "03-3581-4111"}))
    before = len(registry.imports())
    registry.die_at(point, "registry", "import", path, "--by", "a")
    found = set(registry.rows()) & {gen.office_number(n) for n in SERIALS}
    assert len(found) in (0, len(SERIALS))
    assert len(registry.imports()) == before + (1 if found else 0)
    for number in found:
        record = registry.lab.ctl("registry", "fax", number + "/17")["fax"]
        assert record["entered_by"] == "a"
    assert bool(found) == (point in ("registry-after-commit",
                                     "writer-after-apply"))
    # and again: it comes to the same
    answer = registry.lab.ctl("registry", "import", path, "--by", "a")
    assert answer["added"] + answer["unchanged"] == len(SERIALS)
    assert len(registry.rows()) == len(SERIALS) + 1


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("decision", ["keep", "release", "drop"])
def test_quarantine_is_left_once(registry, decision, point):
    registry.lab.ctl("registry", "import",
                     registry.file("list.csv", partners()))
    half = registry.file("half.csv", partners()[15:])
    before, imports = registry.rows(), len(registry.imports())
    keep = ("registry", "import", half, "--full", "--by", "a")
    done = point in ("registry-after-commit", "writer-after-apply")
    if decision == "keep":
        registry.die_at(point, *keep)
        assert len(registry.waiting()) == (1 if done else 0)
        assert registry.rows() == before
        return
    assert registry.lab.ctl(*keep)["reason"] == "halved"
    (waits,) = registry.waiting()
    command = ["registry", "quarantine", decision, waits["id"], "--by", "b"]
    if decision == "release":
        command += ["--yes-remove", str(waits["ended"])]
    registry.die_at(point, *command)
    released = done and decision == "release"
    assert len(registry.waiting()) == (0 if done else 1)
    assert len(registry.rows()) == (15 if released else 31)
    assert len(registry.imports()) == imports + (1 if released else 0)
