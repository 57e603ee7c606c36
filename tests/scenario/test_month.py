"""A corporation of 300 offices with 2,000 partners sends a month, by every way at
once: each parcel takes the way that the table says, and no other, and ends.

Each partner that is sent to gets one parcel; TASUKI_MONTH is how many of them are
(a multiple of 20; default: few, from all over; 2000 = all); pytest -rP shows
how many went by which way."""
import collections
import os
import time

from hub_room import HubRoom, profile
from lab import wait_for
from month_room import TABLE, Month
from national_room import NationalRoom
from test_fax_http import DONE, RestRoom

SEND = int(os.environ.get("TASUKI_MONTH", "60")) // 20 * 20
OFFICES, PARTNERS = 300, 2000
SECONDS = 240 + SEND            # a limit, not a wait


def test_every_parcel_takes_its_way(tmp_path, request):
    lab = Month(tmp_path / "lab", OFFICES, PARTNERS, SEND)
    made = [lab]
    try:
        month(lab, made)
    finally:
        for one in reversed(made):
            one.close()
    from conftest import check_logs
    check_logs(lab)


def national_of(lab):
    theirs = [p for p in lab.sent_to if p.way == "national"]
    ours = sorted({lab.ours[p.sender]["office_number"] for p in theirs})
    return NationalRoom(lab, offices=ours, accounts=[],
                        receivers=[p.number for p in theirs],
                        list__poll="20 s")      # so many offices ask


def fax_of(lab):
    """Every number is verified by a second person before the month; a result
    is there as soon as it is asked for."""
    fax = RestRoom(lab, real=True, hold__first="no", limits__pages_day="0")
    fax.rest.status_else = DONE
    return fax


def month(lab, made):
    lab.make_files()
    national = national_of(lab)
    made.append(national)
    hub = HubRoom(lab, profile("handed"))
    made.append(hub)
    fax = fax_of(lab)
    made.append(fax)
    # the broker, the offices, paper
    national.open(ways="bus national hub fax pdf")
    hub.start()
    lab.verify_fax()
    fax.enrol()
    fax.start()
    assert lab.wanted and len(lab.sent_to) == SEND
    began = time.monotonic()
    lab.send_all()
    parcels = lab.wait_ended(SECONDS)
    took = time.monotonic() - began

    # the table, as the broker has it on record
    for parcel in parcels:
        way = lab.way_of(parcel["to"])
        assert [leg["way"] for leg in parcel["legs"]] == [way], parcel
    # and as it lies there: every file by its way, byte for byte, and by no
    # other
    national.wait_there([n for n, (p, _) in lab.wanted.items()
                         if p.way == "national"])
    laid = {os.path.basename(n): d for n, d in hub.laid("out").items()}
    where = collections.defaultdict(list)
    for way, found in (("bus", lab.on_the_bus()), ("pdf", lab.on_paper()),
                       ("fax", lab.dialled(fax.rest.jobs.values(),
                                           parcels)),
                       ("hub:test", laid),
                       ("national", dict.fromkeys(national.sent_names()))):
        for name, data in found.items():
            where[name].append(way)
            if data is not None:
                assert data == lab.wanted[name][1], name
    assert dict(where) == {n: [p.way] for n, (p, _) in lab.wanted.items()}
    shares = collections.Counter(leg["way"] for p in parcels
                                 for leg in p["legs"])
    assert shares == {w.split(":")[0]: TABLE.count(w) * SEND // 20
                      for w in TABLE}
    print(f"{len(parcels)} parcels, {len(lab.wanted)} files, {took:.0f} s from "
          f"the first file to the last end: {dict(shares)}")
    wait_for("the broker owes nothing", lambda: not any(
        q["ready"] + q["waiting"] + q["leased"] + q["parked"]
        for q in lab.ctl("status")["queues"]))
