"""The labs of the scenario tests, on programs with crash points."""
import importlib.util
import os
import sys

import pytest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TESTS)

_spec = importlib.util.spec_from_file_location(
    "scenario_conftest", os.path.join(TESTS, "scenario", "conftest.py"))
_scenario = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_scenario)

binaries = _scenario.binaries
make_lab = _scenario.make_lab

TALLY = []


@pytest.fixture
def tally():
    """Lines for the end of the report: how much was tried."""
    return TALLY


def pytest_terminal_summary(terminalreporter):
    for line in TALLY:
        terminalreporter.write_line(line)
