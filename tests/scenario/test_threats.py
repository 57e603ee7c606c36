"""What somebody may try at the edges: an older TLS (T12), a core dump (T18)."""
import glob
import os
import re
import shutil
import ssl
import subprocess

import pytest
from lab import ROOT, read, wait_for
from national_room import PARTNERS, ROWS, NationalRoom
from test_national_secrets import Trap

UNITS = sorted(glob.glob(os.path.join(ROOT, "ops", "systemd", "*.service")))


def test_t12_an_older_tls_is_not_spoken(make_lab):
    """A host with the right name and certificate that can do no better than
    TLS 1.2 hears nothing, not even who asks; what waited goes out when the
    right one is back."""
    room = NationalRoom(make_lab(list(ROWS.values())))
    room.profile_more["http__wait"] = "500 ms"
    trap = None
    try:
        room.open()
        trap = Trap(os.path.join(room.nation.folder, "ca", "server.pem"))
        trap.context.maximum_version = ssl.TLSVersion.TLSv1_2
        room.profile_more["base"] = f"https://127.0.0.1:{trap.port}"
        room.restart()
        files = room.plan(PARTNERS[0])
        room.send(files)
        wait_for(room.tail, lambda: trap.came, 60)
        del room.profile_more["base"]
        room.restart()
        room.wait_there(files, 60)
        assert set(trap.came) == {b""}
    finally:
        if trap is not None:
            trap.close()
        room.close()


@pytest.mark.parametrize("unit", UNITS, ids=os.path.basename)
def test_t18_units_keep_no_core_and_few_rights(unit):
    """No core files, no rights to gain; systemd's own mark is under 2."""
    text = read(unit).decode()
    for line in ("LimitCORE=0", "NoNewPrivileges=yes", "CapabilityBoundingSet=",
                 "ProtectSystem=strict", "UMask=00[07]7"):
        assert re.search(rf"(?m)^{line}$", text), line
    if shutil.which("systemd-analyze") is None:
        return
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
        capture_output=True, text=True, timeout=60, check=False)
    mark = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    if mark is None:        # a systemd that cannot judge a file
        return
    assert float(mark[1]) <= 2.0, done.stdout
