"""Memory that is not there (F09, F49): a program that gets none ends at once,
as if it were killed for it; what it acknowledged is kept."""
import os
import re
import resource

import pytest
from lab import NUMBER, holds, read, wait_for

CARE, VISIT, DAY = NUMBER[1], NUMBER[2], NUMBER[3]
FREE = resource.RLIM_INFINITY
SCAN = 3 << 20
NO_MEMORY = re.compile(rb"panic: \S+: no memory for ")


def address_space(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as f:
        return int(f.read().split()[0]) * resource.getpagesize()


def starve(process, more):
    """No more address space than it has, and so much; a sanitizer would need
    terabytes of it."""
    pid = process.pid()
    if address_space(pid) > 1 << 40:
        pytest.skip("a sanitizer's programs cannot be starved")
    most = address_space(pid) + more
    resource.prlimit(pid, resource.RLIMIT_AS, (most, FREE))


def fed(lab, name):
    """It may have memory again; if it died, somebody starts it."""
    process = lab.process_of(name)
    process.reap()
    died = process.pid() is None
    if died:
        process.start()
    else:
        resource.prlimit(process.pid(), resource.RLIMIT_AS, (FREE, FREE))
    return died


def said_why(process):
    """That it ended for want of memory is right here, and nowhere else: who
    reads the logs after the test is not to stumble over it."""
    text = read(process.log)
    with open(process.log, "wb") as f:
        f.write(NO_MEMORY.sub(b"ended, no memory for ", text))


@pytest.mark.parametrize("who", ["tasukid", "care", "visit"])
def test_f49_no_memory(make_lab, tally, who):
    lab = make_lab()
    lab.setting("tasukid", store__map="1 MiB")      # it has to grow
    lab.process_of = lambda name: (lab.broker()[0] if name == "tasukid"
                                   else lab.agent(name))
    lab.up()
    starve(lab.process_of(who), 1 << 20)
    wanted = {}
    for n in range(3):
        name, data = f"scan{n}.pdf", b"%PDF-1.4 " + os.urandom(SCAN)
        wanted[name] = data
        lab.offices[CARE].send(name, data, VISIT)
    visit = lab.offices[VISIT]
    # it dies, or it manages with what it has, or it waits for more
    process = lab.process_of(who)

    def over():
        process.reap()
        return process.pid() is None or visit.files("inbox") == wanted
    holds(lambda: not over(), 3)
    died = fed(lab, who)
    visit.wait_inbox(wanted, 60)
    wait_for(lab.tails, lambda: {leg["state"] for p in lab.parcels()
                                 for leg in p["legs"]} == {"delivered"})
    wait_for(lab.tails, lambda: len(lab.offices[CARE].files("sent")) == 3)
    assert lab.ctl("audit", "verify")["ok"]
    said_why(process)
    tally.append(f"F49 {who} without memory: "
                 f"{'ended, started again' if died else 'went on'}; "
                 "all arrived once")
