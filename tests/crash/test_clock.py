"""Clocks that are set, or wrong: the broker's (F36) and an agent's (F37)."""
import datetime

import pytest
from lab import NUMBER, by_name, plan_set, row, wait_for
from shifted_clock import JST, ShiftedClock

CARE, VISIT, DAY = NUMBER[1], NUMBER[2], NUMBER[3]
ROWS = {CARE: row(1, "43", "care"), VISIT: row(2, "11", "visit"),
        DAY: row(3, "15", "day")}
ONE_DAY = datetime.timedelta(days=1)


def plan(folder, serial, to=VISIT):
    return plan_set(folder / f"{serial}-{to}", ROWS[CARE], ROWS[to],
                    stamp=f"202611241500{serial:02}", seed=serial)


def round_trip(lab, paths, office):
    """Sent, received, taken, and the sender knows."""
    before = {p["id"] for p in lab.parcels()}
    lab.offices[CARE].send_all(paths)
    office.wait_inbox(by_name(paths))
    office.take()
    new, = [p for p in lab.parcels() if p["id"] not in before]
    wait_for(lab.tails, lambda: lab.states(new["id"]) == ["picked-up"])
    return new


def test_f36_the_broker_s_clock_is_set(make_lab, tmp_path):
    """A day on, a day back, 1970, after 2038: sessions and order stay as they
    are, what waits comes, and it is said.  Twelve years on what waits has
    waited too long: it is parked, and comes when a person wants it."""
    lab = make_lab()
    now = datetime.datetime.now(JST)
    clock = ShiftedClock(tmp_path / "clock", now)
    lab.environment["tasukid"] = {"TASUKI_CLOCK": clock.path}
    lab.up()
    visit = lab.offices[VISIT]
    broker = lab.broker()[0]
    pid = broker.pid()
    round_trip(lab, plan(tmp_path, 1), visit)
    # two wait, in order, while it is set to and fro
    agent = lab.agent("day")
    assert agent.stop()
    waiting = [plan(tmp_path, n, DAY) for n in (2, 3)]
    for paths in waiting:
        lab.offices[CARE].send_all(paths)
    lab.wait_parcels(2, to=DAY)
    moments = [now + ONE_DAY, now - ONE_DAY,
               datetime.datetime(1970, 1, 2, tzinfo=JST), now]
    for serial, moment in enumerate(moments, 4):
        clock.set(moment)
        parcel = round_trip(lab, plan(tmp_path, serial), visit)
        assert abs(parcel["accepted_ms"] / 1000 - clock.now().timestamp()) < 60
    agent.start()
    lab.offices[DAY].wait_inbox(
        {**by_name(waiting[0]), **by_name(waiting[1])})
    lab.wait_parcels(2, "delivered", to=DAY)
    assert agent.stop()
    late, known = plan(tmp_path, 10, DAY), {p["id"] for p in lab.parcels()}
    lab.offices[CARE].send_all(late)
    last, = {p["id"] for p in lab.wait_parcels(3, to=DAY)} - known
    clock.set(datetime.datetime(2038, 1, 20, tzinfo=JST))
    wait_for(lab.tails, lambda: lab.states(last) == ["parked"])
    round_trip(lab, plan(tmp_path, 11), visit)
    lab.ctl("parked", "requeue", f"{last}/0")
    lab.offices[DAY].take()
    agent.start()
    lab.offices[DAY].wait_inbox(by_name(late))
    lab.wait_connected(["care", "visit", "day"])
    assert broker.pid() == pid
    assert lab.logs().count("warn broker: result=clock-jumped") == \
        len(moments) + 1
    assert lab.ctl("audit", "verify")["ok"]
    # it starts again in a year that is earlier than its records
    assert broker.stop()
    clock.set(now)
    lab.start_broker()
    lab.wait_connected(["care", "visit", "day"])
    round_trip(lab, plan(tmp_path, 20), visit)
    assert lab.ctl("audit", "verify")["ok"]


@pytest.mark.parametrize("year", [1970, 2039])
def test_f37_an_agent_s_clock_is_wrong(make_lab, tmp_path, year):
    """T50: The sender's or the receiver's PC lives in another year: when
    something happened is what the broker's clock says, order does not suffer."""
    lab = make_lab()
    moment = datetime.datetime(year, 2, 28, 23, 59, 50, tzinfo=JST)
    wrong = ShiftedClock(tmp_path / "clock", moment)
    lab.environment["office-care"] = {"TASUKI_CLOCK": wrong.path,
                                      "TZ": "America/New_York"}
    lab.up()
    visit, care = lab.offices[VISIT], lab.offices[CARE]
    for serial in (1, 2):
        parcel = round_trip(lab, plan(tmp_path, serial), visit)
        now = datetime.datetime.now().timestamp()
        assert abs(parcel["accepted_ms"] / 1000 - now) < 60
    back = {"back.txt": b"to the office of another year"}
    visit.send("back.txt", back["back.txt"], partner=CARE)
    care.wait_inbox(back)
    care.take()
    lab.wait_parcels(3, "picked-up")
