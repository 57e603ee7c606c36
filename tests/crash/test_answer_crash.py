"""Answered: with the result or not at all, and once, whatever is killed."""
import pytest
from lab import row
from peer import new_id
from test_answered import CARE, VISIT, Sets
from test_dual import make_stage  # noqa: F401 (a fixture)

# where the broker dies, and whether the result was kept by then
POINTS = {"answer-put": False, "store-before-commit": False,
          "store-after-commit": True, "intake-before-accepted": True,
          "settle-after-commit": True}


@pytest.mark.parametrize("point", POINTS)
def test_with_the_result_or_not_at_all(make_stage, point):  # noqa: F811
    stage = make_stage(row(2, "11", "visit"))
    lab, sets = stage.lab, Sets(stage)
    plans = [sets.plan(1, mark=m * 16) for m in (b"a", b"b")]
    body = sets.body(new_id(), VISIT, CARE, "UPJSK", 2)
    lab.broker()[0].stop()
    lab.environment["tasukid"] = {"TASUKI_CRASH": point + ":1"}
    lab.start_broker()
    stage.peer("visit", credit=0).submit(*body)
    assert lab.broker()[0].wait_gone(30), f"it did not die at {point}"
    lab.environment["tasukid"] = {}
    lab.start_broker()

    kept = bool(lab.parcels(to=CARE))
    assert kept == POINTS[point]
    for plan in plans:
        stage.wait(plan, bus="answered" if kept else "delivered")
    # the sender of the result does not know, and sends it again
    visit = stage.peer("visit", credit=0)
    for _ in range(2):
        sets.submit(visit, *body)
    for plan in plans:
        stage.wait(plan, bus="answered")
        assert len(sets.answers(plan)) == 1
    assert lab.ctl("audit", "verify")["ok"]
