"""The FAX agent and a REST provider that is busy, broken, slow or silent."""
import os

import pytest
from fax_room import FAX, FaxRoom
from lab import holds, read, wait_for, write
from rest_fax import RestFax

PROFILE = """driver = "http"
name = "a REST provider"
timeout = "1 s"
http
    submit = "{at}/outbound/faxes?faxNumber={{e164}}&reference={{tag}}"
    ref = "header:Location"
    status = "{at}/outbound/faxes/{{ref}}"
    state = "json:status"
    pages = "json:pagesSent"
    remote = "json:remoteCSID"
    cancel = "{at}/outbound/faxes/{{ref}}/cancel"
    {find}
    find_ref = "json:id"
    find_tag = "json:reference"
result
    confirmed = "0"
    busy = "263 270"
    failed = ">0"
    pending = "<0"
"""
DONE = {"status": 0, "pagesSent": 5, "remoteCSID": "+81 3 1234 5678"}


class RestRoom(FaxRoom):
    def __init__(self, lab, find=True, real=False, **settings):
        self.rest = RestFax()
        at = f"http://127.0.0.1:{self.rest.port}"
        profile = PROFILE.format(at=at, find=(
            f'find = "{at}/outbound/search?reference={{tag}}"' if find
            else 'find = ""'))
        secret = lab.path("keys", "provider")
        write(secret, b"secret\n")
        os.chmod(secret, 0o600)
        super().__init__(lab, profile, real, account__user="clerk",
                         account__password_file=secret, **settings)

    def close(self):
        try:
            super().close()
        finally:
            self.rest.close()

    def wait_jobs(self, count):
        return wait_for(
            lambda: f"{self.rest.requests[-9:]}\n{self.process.log_tail(20)}",
            lambda: len(self.rest.jobs) == count and self.rest.jobs)


@pytest.fixture
def make(make_lab):
    made = []

    def room(**settings):
        made.append(RestRoom(make_lab(), **settings))
        return made[-1]
    yield room
    for one in made:
        one.close()


def test_confirmed(make):
    fax = make()
    fax.start()
    leg = fax.deliver()
    reference, number, tiff = fax.wait_jobs(1)["1"]
    assert reference == leg.key + "-1" and number == "+81" + FAX[1:]
    assert tiff[:4] == b"II*\0"
    fax.rest.status_codes = [500, 503, "hang", 200]
    fax.wait_state(leg, "sending")
    assert leg.settled == []
    fax.rest.status["1"] = DONE
    assert fax.settled(leg) == ("delivered", "", "pages=5 yen=0")
    assert len(fax.rest.jobs) == 1


def test_many_go_out_one_after_the_other(make):
    """Whoever waits for one of the few lines takes it once it is free, not at
    the next look a minute later."""
    fax = make(limits__parallel="2")
    fax.rest.status_else = DONE
    fax.start()
    legs = [fax.deliver() for _ in range(9)]
    for leg in legs:
        assert fax.settled(leg)[0] == "delivered"
    assert len(fax.rest.jobs) == 9


def test_429_500_and_time_outs_until_it_is_taken(make):
    """What was certainly not accepted is sent again; no try is counted."""
    fax = make()
    fax.rest.answers = [429, 503, 500, "hang", "cut", 429, 401, 429, 201]
    fax.start()
    leg = fax.deliver()
    fax.wait_jobs(1)
    fax.rest.status["1"] = DONE
    assert fax.settled(leg)[0] == "delivered"
    assert len(fax.rest.jobs) == 1
    posts = [r for r in fax.rest.requests if r[0] == "POST"]
    assert len(posts) == 9


@pytest.mark.parametrize("answer", ["hang-accepted", "cut-accepted"])
def test_accepted_without_an_answer_is_found_again(make, answer):
    fax = make()
    fax.rest.answers = [answer]
    fax.start()
    leg = fax.deliver()
    fax.wait_jobs(1)
    fax.rest.status["1"] = DONE
    assert fax.settled(leg)[0] == "delivered"
    assert len(fax.rest.jobs) == 1


@pytest.mark.parametrize("answer", ["hang-accepted", "cut", 500])
def test_a_provider_that_cannot_tell_makes_it_unknown(make, answer):
    fax = make(find=False)
    fax.rest.answers = [answer]
    fax.start()
    leg = fax.deliver()
    assert fax.settled(leg)[:2] == ("never", "unknown")
    assert holds(lambda: len(fax.rest.requests) == 1, 0.5)


def test_a_status_that_never_comes(make):
    """F40."""
    fax = make(result__wait="700 ms")
    fax.start()
    leg = fax.deliver()
    fax.wait_jobs(1)
    assert fax.settled(leg)[:2] == ("never", "unknown")
    leg.lent = True
    leg.settled.clear()
    fax.rest.status["1"] = DONE         # days later
    assert fax.settled(leg)[0] == "delivered"
    assert len(fax.rest.jobs) == 1


def test_failures(make):
    fax = make(tries__max="2")
    fax.start()
    leg = fax.deliver()
    fax.wait_jobs(1)
    fax.rest.status["1"] = {"status": 263}      # busy
    fax.wait_jobs(2)
    fax.rest.status["2"] = {"status": 4242}
    assert fax.settled(leg)[:2] == ("never", "failed-reported")
    refused = fax.deliver()
    fax.rest.answers = [400]
    assert fax.settled(refused)[0] in ("never",)
    assert len(fax.rest.jobs) <= 3


def test_refused_for_good(make):
    fax = make()
    fax.rest.answers = [422]
    fax.start()
    assert fax.settled(fax.deliver())[:2] == ("never", "failed-refused")
    assert not fax.rest.jobs


def test_recall_cancels_there(make):
    fax = make()
    fax.start()
    leg = fax.deliver()
    fax.wait_jobs(1)
    fax.wait_state(leg, "sending")
    fax.broker.recall(leg)
    assert fax.settled(leg)[:2] == ("never", "recalled")
    assert fax.rest.cancelled == ["1"]
    late = fax.deliver()
    fax.wait_jobs(2)
    fax.rest.status["2"] = DONE
    fax.broker.recall(late)
    assert fax.settled(late)[0] == "delivered"


POINTS = ["fax-marked", "fax-http-submitted", "fax-submitted", "fax-accepted",
          "fax-recorded", "fax-before-settle", "fax-ended"]


@pytest.mark.parametrize("find", [True, False])
@pytest.mark.parametrize("point", POINTS)
def test_kill_sends_no_page_twice(make, point, find):
    fax = make(find=find)
    process = fax.start(TASUKI_CRASH=f"{point}:1")
    leg = fax.deliver()

    def died_or_done():
        process.reap()
        for job in list(fax.rest.jobs):
            fax.rest.status[job] = DONE
        return process.pid() is None or leg.settled
    wait_for(process.log_tail, died_or_done, 40)
    # some points lie behind the settlement
    if process.pid() is not None and not process.wait_gone(3):
        process.stop()
        pytest.skip("built without crash points")
    sent = len(fax.rest.jobs)
    fax.start()
    wait_for(lambda: fax.process.log_tail(20),
             lambda: died_or_done() and leg.settled, 40)
    outcome, code, _ = leg.settled[-1]
    if find or point not in POINTS[:3]:
        assert outcome == "delivered" and len(fax.rest.jobs) == 1
    else:       # it cannot tell: a person must
        assert (outcome, code) == ("never", "unknown")
        assert len(fax.rest.jobs) == sent


def test_what_was_not_taken_is_not_counted(make):
    """Ten refusals of a busy provider do not use up the pages of a day."""
    fax = make(limits__pages_day="6")
    fax.rest.answers = [429] * 4 + [500] * 4 + [201]
    fax.start()
    leg = fax.deliver()
    fax.wait_jobs(1)
    other = fax.deliver()
    fax.wait_state(other, "queued", code="waits-limit")
    assert [m for m, _ in fax.rest.requests].count("POST") == 9
    # one call with its pages is what the day's record holds
    day, = os.listdir(os.path.join(fax.folder, "days"))
    pages, calls, _ = read(os.path.join(fax.folder, "days", day)).split()
    assert (int(pages), int(calls)) == (fax.jobs()[leg.key]["pages"], 1)
