"""Agents killed at every named point (F02): every file is sent, received,
refused or held exactly once, and none is half there.  The PDF agent's own
points are in tests/scenario/test_pdf.py."""
import os

from rounds import LABS, kill_everywhere

PASSES = [int(n) for n in
          os.environ.get("TASUKI_CRASH_PASSES", "1 2 3").split()]


def test_f02_kill_the_sending_agent(rooms, tally):  # noqa: F811
    points, reached, kills = kill_everywhere(rooms(LABS), "care", PASSES)
    tally.append(f"F02 sending agent: crash points: {len(points)}, reached: "
                 f"{len(reached)}, passes: {len(kills)}, "
                 f"not reached: {sorted(set(points) - reached)}")
    assert len(points) >= 10, points
    assert len(reached) >= len(points) * 3 // 4, set(points) - reached


def test_f02_kill_the_receiving_agent(rooms, tally):  # noqa: F811
    points, reached, kills = kill_everywhere(rooms(LABS), "visit", PASSES)
    tally.append(f"F02 receiving agent: crash points: {len(points)}, reached: "
                 f"{len(reached)}, passes: {len(kills)}, "
                 f"not reached: {sorted(set(points) - reached)}")
    assert len(points) >= 8, points
    assert len(reached) >= len(points) * 3 // 4, set(points) - reached
