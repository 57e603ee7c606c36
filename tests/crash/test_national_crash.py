"""The national gateway killed at every named point (F43): whatever was on its way
to the national system is there once, and what came from there is at our offices
once.  The practice national system remembers every send."""
import os
import time

import pytest

from lab import NUMBER, row, wait_for
from national_load import Load
from national_room import NationalRoom

# parcels in all, both ways; 10000 is the number to try by hand
PARCELS = int(os.environ.get("TASUKI_NATIONAL_PARCELS", "1000"))
PASSES = [int(n) for n in
          os.environ.get("TASUKI_CRASH_PASSES", "1 3").split()]
OURS = [NUMBER[n] for n in (1, 2, 3)]
THEIRS = [NUMBER[n] for n in range(21, 29)]
SECONDS = 120           # for one round, on a slow machine


@pytest.fixture
def room(make_lab):
    lab = make_lab([row(n, "43", "corporation") for n in (1, 2, 3)]
                   + [row(n, "11", inside=0, way="national")
                      for n in range(21, 29)])
    made = NationalRoom(lab, offices=OURS, receivers=THEIRS, accounts=[],
                        list__lag="500 ms", list__poll="200 ms",
                        # lists of thousands are not what is tried here
                        list__watch="30 s", receive__window="5 min",
                        wait__first="50 ms", wait__most="400 ms")
    # a kill in the middle of a login counts as one that was refused
    made.profile_more.update({"tries__wait": "0 s", "tries__max": "10"})
    yield made
    made.close()


class Rounds:
    def __init__(self, room):
        self.room = room
        self.load = Load(room, "corporation", OURS, THEIRS)
        self.rounds = 0

    def close(self):
        self.load.close()

    def hand_over(self, out, brought):
        self.load.bring(self.room.nation, brought)
        self.load.send(out)
        self.rounds += 1

    def over(self):
        self.load.pump(0.1)
        return (not self.load.missing_out() and self.load.arrived_now()[1]
                >= len(self.load.wanted_in))

    def finish(self, what):
        wait_for(lambda: f"{what}: {self.load.missing_out()} not out, "
                 f"{len(self.load.arrived)} of {self.load.brought} in, "
                 f"{self.room.nation.count()}\n{self.room.tail()}",
                 self.over, SECONDS, every=0)

    def crash(self, point, number, out, brought):
        """A round in which the gateway dies at a point; False if it never came
        that far."""
        process = self.room.restart(TASUKI_CRASH=f"{point}:{number}")
        self.hand_over(out, brought)

        def ended():
            process.reap()
            return process.pid() is None or self.over()
        wait_for(lambda: f"{point}: {self.room.tail()}", ended, SECONDS,
                 every=0)
        died = process.pid() is None
        if died:
            self.room.start()
        self.finish(f"after a kill at {point}:{number}")
        return died


def points_of(room, rounds, out, brought):
    """The crash points it passes in a round, and at its start."""
    log = room.lab.path("points-national")
    room.restart(TASUKI_CRASH_LOG=log)
    rounds.hand_over(out, brought)
    rounds.finish("before any kill")
    room.restart()
    with open(log, encoding="ascii") as f:
        return sorted(set(f.read().split()))


def test_f43_kill_the_gateway_at_every_point(room, tally):
    room.open(peers=True)
    rounds, began = Rounds(room), time.monotonic()
    try:
        points = points_of(room, rounds, 30, 10)
        jobs = [(p, n) for n in PASSES for p in points]
        each = max(8, -(-(PARCELS - 40) // len(jobs)))
        kills = [job for job in jobs
                 if rounds.crash(*job, each * 3 // 4, each - each * 3 // 4)]
        rounds.load.check()
    finally:
        rounds.close()
    reached = {point for point, _ in kills}
    tally.append(
        f"F43 national gateway: crash points: {len(points)}, reached: "
        f"{len(reached)}, kills: {len(kills)}, parcels out: "
        f"{len(rounds.load.sent)}, in: {rounds.load.brought}, twice: 0, "
        f"lost: 0, {time.monotonic() - began:.0f} s, not reached: "
        f"{sorted(set(points) - reached)}")
    assert len(points) >= 8, points
    assert len(reached) >= len(points) * 3 // 4, set(points) - reached
