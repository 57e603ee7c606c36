"""The FAX agent and its real broker, killed where a step is told, written down
or handed over: each parcel goes out once, and both know it in the end.

What the agent alone does at its points is tests/scenario/test_fax.py; here the
broker is a real one, and dies as well.
"""
import pytest

import test_fax
from fax_room import PARTNER
from lab import wait_for

office = test_fax.office    # the fixture: a lab with its own broker
AGENT = ["fax-kept", "fax-marked", "fax-folder-shown", "fax-submitted",
         "fax-recorded", "fax-before-settle", "fax-moved"]
BROKER = ["settle-step-before-commit", "settle-received",
          "settle-after-commit"]


class Machine:
    """A FAX machine that sends whatever lies there, and who looks first."""

    def __init__(self, fax):
        self.fax = fax
        self.sent = []

    def work(self):
        for job in self.fax.ctl("jobs", check=False).get("jobs", []):
            if job["hold"]:
                self.fax.ctl("release", job["job"], check=False)
        for tag in self.fax.shown():
            if tag not in self.sent:
                self.sent.append(tag)
                self.fax.take(tag)
                self.fax.result(tag, test_fax.CONFIRMED)

    def until(self, what, seconds=60):
        def done():
            self.work()
            return what()
        wait_for(lambda: f"{self.sent}\n{self.fax.lab.tails()}", done,
                 seconds)


def delivered(fax, parcel_id):
    """False too while the broker is away."""
    found = fax.lab.ctl("parcel", parcel_id, check=False).get("parcel")
    return found is not None and all(
        leg["state"] == "delivered" for leg in found["legs"])


def gone(process):
    process.reap()
    return process.pid() is None


def test_each_fax_goes_out_once(office, tally):
    fax, lab = office, office.lab
    lab.ctl("registry", "verify-fax", PARTNER + "/17", "--by", "suzuki")
    machine = Machine(fax)
    died, lived = 0, []
    for point in AGENT:
        assert fax.process.stop()
        process = fax.start(TASUKI_CRASH=f"{point}:1")
        parcel_id = test_fax.send(fax)
        machine.until(lambda: gone(process) or delivered(fax, parcel_id))
        # some points lie behind the settlement
        if gone(process) or process.wait_gone(5):
            died += 1
        else:
            lived.append(point)
        process.stop()
        fax.start()
        machine.until(lambda: delivered(fax, parcel_id))
    for point in BROKER:
        # no step is told before the broker that will die listens
        assert fax.process.stop()
        parcel_id = test_fax.send(fax)
        lab.broker()[0].stop()
        lab.environment["tasukid"] = {"TASUKI_CRASH": f"{point}:1"}
        broker = lab.start_broker()
        lab.environment["tasukid"] = {}
        fax.start()
        machine.until(lambda: gone(broker) or delivered(fax, parcel_id))
        if gone(broker):
            died += 1
        else:
            lived.append(point)
        broker.stop()
        lab.start_broker()
        machine.until(lambda: delivered(fax, parcel_id))
    if died == 0:
        pytest.skip("built without crash points")
    assert not lived
    assert len(machine.sent) == died, machine.sent
    wait_for(lambda: repr(fax.jobs()), lambda: not fax.jobs(), 40)
    tally.append(f"fax: {died} kills, {len(machine.sent)} FAXes, each once")
