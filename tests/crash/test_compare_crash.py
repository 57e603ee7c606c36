"""The office agent killed while it compares a received 実績 (F02): afterwards
the 実績 is in the inbox once and its comparison is whole."""
import os

import test_compare as compare
from lab import by_name, wait_for

POINTS = ["office-compare-csv", "office-compare-page", "office-compare-kept"]


def test_f02_killed_while_comparing(make_lab, tmp_path):
    lab = make_lab()
    lab.up()
    care = lab.offices[compare.CARE]
    plan = compare.exchange(lab, tmp_path)
    rows, wanted = compare.with_differences(plan)
    for number, point in enumerate(POINTS):
        process = lab.agent("care")
        process.stop()
        lab.environment[process.name] = {"TASUKI_CRASH": f"{point}:1"}
        process = lab.agent("care")
        process.start()
        lab.environment[process.name] = {}
        path = compare.actual_file(tmp_path / f"actual{number}", rows,
                                   f"2027010{number + 1}090000")
        lab.offices[compare.VISIT].send_all([path])

        def gone(process=process):
            process.reap()
            return process.pid() is None
        wait_for(lambda point=point: f"{point}: {lab.tails()}", gone, 60)
        lab.agent("care").start()
        care.wait_inbox(by_name([path]), 60)
        compare.wait_compared(lab, wanted)
        # folders may be there, for the next one; nothing is in them
        assert not [files for _, _, files in os.walk(
            os.path.join(care.folder, ".incoming")) if files]
        care.take()
