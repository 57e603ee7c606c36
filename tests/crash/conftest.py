"""The labs of the scenario tests, on programs with crash points."""
import importlib.util
import os
import sys

import pytest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TESTS, os.path.join(TESTS, "scenario")]

_spec = importlib.util.spec_from_file_location(
    "scenario_conftest", os.path.join(TESTS, "scenario", "conftest.py"))
_scenario = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_scenario)
from rounds import Rounds  # noqa: E402  (the scenarios' conftest sets the path)

binaries = _scenario.binaries
make_lab = _scenario.make_lab

TALLY = []


@pytest.fixture
def tally():
    """Lines for the end of the report: how much was tried."""
    return TALLY


@pytest.fixture
def rooms(tmp_path):
    """rooms(n): n labs that are up; closed and their logs read at the end."""
    made = []

    def make(count=1, kind=Rounds):
        for _ in range(count):
            made.append(kind(tmp_path / f"lab{len(made)}"))
            made[-1].up()
        return made

    yield make
    try:
        for lab in made:
            lab.close()
    finally:
        for lab in made:
            _scenario.check_logs(lab)


def pytest_terminal_summary(terminalreporter):
    for line in TALLY:
        terminalreporter.write_line(line)
