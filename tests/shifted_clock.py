"""A wall clock that a test moves, for all processes it starts: programs with
crash points (lib/base/clock.c) and the practice national system read it.

    with ShiftedClock(path, moment) as clock:     # time goes on from there
        clock.set(later)
"""
import datetime
import os
import time

JST = datetime.timezone(datetime.timedelta(hours=9))


class ShiftedClock:
    def __init__(self, path, moment):
        self.path = str(path)
        self.shift = 0
        self.before = None
        self.set(moment)

    def __enter__(self):
        self.before = os.environ.get("TASUKI_CLOCK")
        os.environ["TASUKI_CLOCK"] = self.path
        return self

    def __exit__(self, *_):
        if self.before is None:
            del os.environ["TASUKI_CLOCK"]
        else:
            os.environ["TASUKI_CLOCK"] = self.before

    def set(self, moment):
        """From one moment to the next it is then."""
        self.shift = int(moment.timestamp() * 1000) - time.time_ns() // 1000000
        with open(self.path + ".new", "w", encoding="ascii") as f:
            f.write(str(self.shift))
        os.rename(self.path + ".new", self.path)

    def now(self):
        return datetime.datetime.fromtimestamp(
            time.time() + self.shift / 1000, JST)
