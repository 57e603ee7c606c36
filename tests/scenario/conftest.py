"""Fixtures: a lab per test, closed whatever happens, its logs read."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import lab as lab_module  # noqa: E402
from practice_room import need_binaries  # noqa: E402

FAULTS = ("AddressSanitizer", "UndefinedBehaviorSanitizer", "runtime error:",
          "LeakSanitizer", "ThreadSanitizer", "panic:")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes minutes")


@pytest.fixture(scope="session", autouse=True)
def binaries():
    return need_binaries()


def check_logs(lab):
    """T17: No personal data, no sanitizer report, no broken invariant."""
    text = lab.logs()
    assert lab_module.MARKER not in text, "a client's name is in a log"
    for encoded in lab_module.MARKER_BYTES + (
            lab_module.MARKER.encode("utf-8").hex().encode(),):
        for name in os.listdir(lab.path("log")):
            assert encoded not in lab_module.read(lab.path("log", name)), name
    for fault in FAULTS:
        assert fault not in text, text[text.index(fault) - 2000:][:6000]


@pytest.fixture
def make_lab(tmp_path):
    """make_lab(rows): a prepared lab, nothing of it running yet."""
    labs = []

    def make(rows=None, name="lab"):
        made = lab_module.Lab(tmp_path / name,
                              rows or lab_module.corporation())
        labs.append(made)
        return made

    yield make
    try:
        for made in labs:
            made.close()
    finally:
        for made in labs:
            check_logs(made)


@pytest.fixture
def lab(make_lab):
    """The usual corporation, up."""
    made = make_lab()
    made.up()
    return made
