"""A corporation's month: many offices, many partners, every way at once.

TABLE says which way a partner is reached by; who sends what to whom follows from
a partner's serial.  Offices of care management send 予定, those of services 実績.
"""
import datetime
import os
import random

import gen
from lab import MARKER, Lab, files_below, office_of, read, row, wait_for

# of twenty partners: 5 % bus, 35 % national, 5 % hub, 55 % paper, some of it FAX
TABLE = (["bus"] + ["national"] * 7 + ["hub:test"] + ["fax"] * 4
         + ["pdf"] * 7)
AGENTS = 3              # that hold all offices' folders
MONTH = datetime.date(2027, 1, 1)
CREATED = datetime.date(2026, 12, 24)
STAMP = "20261224%06d"


class Partner:
    def __init__(self, index, offices):
        self.row = row(1000 + index, "11" if index // 20 % 2 == 0 else "43",
                       inside=0, way=TABLE[index % 20])
        self.way = self.row["way"]
        self.number = self.row["office_number"]
        self.desk = f"{self.number}/{self.row['service_type']}"
        self.fax = f"033{index:07}"
        if self.way == "fax":
            self.row["fax_number"] = self.fax
        if self.way == "bus":
            self.row.update(inside="1", folder_agent="partners")
        # ours alternate: even serials manage care, odd ones give services
        care = self.row["service_type"] == "11"
        self.sender = index * 2 % offices + (0 if care else 1)
        self.stamp = STAMP % (index // 3600 * 10000
                              + index // 60 % 60 * 100 + index % 60)

    def make(self, folder, sender):
        """The files that go to it this month: {name: bytes}."""
        rng = random.Random(self.number)
        us, them = office_of(sender), office_of(self.row)
        plan = self.row["service_type"] == "11"
        care, service = (us, them) if plan else (them, us)
        cases = [c._replace(client=c.client._replace(name=MARKER))
                 for c in gen.make_cases(rng, MONTH, 1, [service])]
        context = gen.Context(care, MONTH, CREATED)
        os.makedirs(folder)
        paths = gen.monthly_set(folder, context, service, cases, self.stamp)
        if not plan:
            paths = gen.answer(folder, folder + "-answer", 1)
        return {os.path.basename(p): read(p) for p in paths}


class Month(Lab):
    def __init__(self, folder, offices=300, partners=2000, send=2000):
        self.ours = [row(1 + n, "43" if n % 2 == 0 else "11",
                         f"corporation{n % AGENTS + 1}")
                     for n in range(offices)]
        self.partners = [Partner(n, offices) for n in range(partners)]
        # whole twenties, so that the shares are those of the table
        twenties = random.Random(send).sample(range(partners // 20),
                                              send // 20)
        self.sent_to = [p for n in sorted(twenties)
                        for p in self.partners[n * 20:n * 20 + 20]]
        super().__init__(folder, self.ours + [p.row for p in self.partners])
        # the paper agent draws, and says nothing meanwhile
        self.setting("tasukid", session__heartbeat="20 s",
                     session__probe="20 s")
        self.by_number = {p.number: p for p in self.partners}
        self.wanted = {}        # name -> (partner, bytes)

    def make_files(self):
        for partner in self.sent_to:
            made = partner.make(self.path("made", partner.number),
                                self.ours[partner.sender])
            assert made, partner.number
            for name, data in made.items():
                self.wanted[name] = (partner, data)

    def verify_fax(self):
        for partner in self.sent_to:
            if partner.way == "fax":
                self.ctl("registry", "verify-fax", partner.desk, "--by",
                         "佐藤", "--number", partner.fax)

    def send_all(self):
        for name, (partner, data) in self.wanted.items():
            ours = self.ours[partner.sender]["office_number"]
            self.offices[ours].send(name, data)

    def way_of(self, desk):
        """By the table, as the broker writes ways."""
        number = desk.split("/")[0]
        return self.by_number[number].way.split(":")[0]

    # -- where things came to lie

    def dialled(self, calls, parcels):
        """calls: (reference, number, pages).  The files of each call, by the
        parcel and the try that its reference names; none is called twice."""
        numbers = {p["id"] + "-0-1": p["to"].split("/")[0] for p in parcels}
        names, found = {}, {}
        for name, (partner, _) in self.wanted.items():
            names.setdefault(partner.number, []).append(name)
        for reference, number, pages in calls:
            partner = self.by_number[numbers.pop(reference)]
            assert number == "+81" + partner.fax[1:], reference
            assert pages[:4] == b"II*\0", reference
            found.update(dict.fromkeys(names[partner.number]))
        return found

    def on_the_bus(self):
        found = {}
        for partner in self.sent_to:
            if partner.way == "bus":
                found.update(self.offices[partner.number].files("inbox"))
        return found

    def on_paper(self):
        return {os.path.basename(p): d
                for p, d in files_below(self.path("pdf")).items()
                if os.path.basename(p) in self.wanted}

    def wait_ended(self, seconds, states=("delivered", "picked-up")):
        """Until every parcel has ended; the parcels."""
        def over():
            found = self.parcels()
            return (len(found) == len(self.sent_to)
                    and all(leg["state"] in states for p in found
                            for leg in p["legs"]) and found)
        def missing():
            found, open_ones = self.parcels(), {}
            for leg in (leg for p in found for leg in p["legs"]):
                key = leg["way"], leg["state"]
                open_ones[key] = open_ones.get(key, 0) + 1
            return (f"{len(found)} of {len(self.sent_to)} parcels: "
                    f"{open_ones}\n{self.tails()}")
        return wait_for(missing, over, seconds, every=0.5)
