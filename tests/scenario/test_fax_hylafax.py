"""The FAX agent and a real HylaFAX server that really sends.

faxsend talks T.30 through a soft modem to a FAX machine, eight times as fast as
on a telephone line; what the machine received is compared dot for dot.
"""
import os

import hylafax
import pytest
from fax_room import FaxRoom, look, same_pages, tool
from lab import read, wait_for, write

PROFILE = """driver = "hylafax"
name = "HylaFAX"
timeout = "20 s"
hylafax
    port = "{port}"
    modem = "any"
"""
SLOW = 200     # seconds; a page takes about five here

pytestmark = pytest.mark.skipif(bool(hylafax.available()),
                                reason=hylafax.available())


@pytest.fixture
def server(tmp_path):
    made = hylafax.HylaFax(str(tmp_path / "hylafax"), tool("soft_modem"))
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def fax(make_lab, server):
    room = FaxRoom(make_lab(), PROFILE.format(port=server.port),
                   result__poll="500 ms", result__wait="5 min",
                   tries__max="1")
    room.server = server
    room.start()
    yield room
    room.close()


def settled(fax, leg):
    """A modem that faxq has lost sight of is announced again, as faxgetty does
    for a real one: on a machine with much to do its first word may go unheard."""
    for _ in range(SLOW // 25):
        try:
            return fax.broker.wait_settled(leg, 25)
        except AssertionError as error:
            last = error
            if fax.server.waits_for_modem():
                fax.server.announce()
    raise AssertionError(f"{last}\n{fax.process.log_tail(20)}\n"
                         f"{fax.server.tail()}") from last


def test_it_really_arrives(fax, tmp_path):
    leg = fax.deliver()
    fax.wait_state(leg, "sending")
    pages = fax.jobs()[leg.key]["pages_file"]
    sent = str(tmp_path / "sent.tif")
    write(sent, read(pages))
    assert settled(fax, leg)[0] == "delivered"
    calls = wait_for(fax.server.tail, fax.server.calls)
    (name, (status, count, ident)), = calls.items()
    assert (status, ident) == (0, "TASUKI")
    assert count == len(look(sent))
    same_pages(sent, os.path.join(fax.server.received, name + ".tif"))


def test_busy_and_no_answer(fax):
    """F41."""
    busy = fax.deliver(fax_number="0312340000")
    silent = fax.deliver(fax_number="0312349999")
    assert settled(fax, busy)[:2] == ("never", "failed-busy")
    assert settled(fax, silent)[:2] == ("never", "failed-no-answer")
    assert fax.server.calls() == {}


def test_kill_and_the_server_can_tell(fax):
    """Dead between the server's yes and our record: found by its tag."""
    fax.process.stop()
    process = fax.start(TASUKI_CRASH="fax-hylafax-submitted:1")
    leg = fax.deliver(fax_number="0312349999")
    if not process.wait_gone(20):
        process.stop()
        pytest.skip("built without crash points")
    fax.start()
    assert settled(fax, leg)[:2] == ("never", "failed-no-answer")
    assert fax.jobs()[leg.key]["tries"] == 1
    jobs = [n for queue in ("sendq", "doneq")
            for n in os.listdir(os.path.join(fax.server.spool, queue))
            if n.startswith("q")]
    assert len(jobs) == 1, jobs
