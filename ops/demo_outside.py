"""The other ends of ops/demo: who is not connected, played by the demo.

A FAX machine that answers, a person who first looks at the FAX and has its
number verified, a hub that takes what is laid for its offices, each in folders
and with tasukictl, as a person would; partners at the national system, which
is the room's practice system (demo_nation.py).
"""
import glob
import os
import shutil

import gen
from demo_files import drop, read
from demo_nation import Partners
from practice_registry import is_inside


def rows_by_way(rows):
    """number -> way, of partners."""
    return {r["office_number"]: r["way"] for r in rows if not is_inside(r)}


class Outside:
    def __init__(self, room, work):
        self.room = room
        self.work = work
        self.ways = rows_by_way(room.rows())
        self.taken = os.path.join(work, "taken-by-the-hub")
        self.pages = {}         # tag -> pages of a FAX that was confirmed
        self.partners = (Partners(room, work) if "national" in room.ways()
                         else None)

    def way(self, number):
        return self.ways.get(number, "")

    def side(self, way):
        return self.room.other_side(way)

    def verify_fax(self):
        """A second person looks at each number once more."""
        done = []
        for row in self.room.rows():
            if row["way"] == "fax" and row["fax_number"]:
                self.room.ctl(
                    "registry", "verify-fax",
                    f"{row['office_number']}/{row['service_type']}",
                    "--by", "second-person")
                done.append(row)
        return done

    # -- one round of work

    def work_on(self):
        """Everybody looks whether there is something to do."""
        if "fax" in self.room.ways():
            self.release()
            self.answer_faxes()
        if self.partners is not None:
            self.partners.fetch({n for n, way in self.ways.items()
                                 if way == "national"})
        for way in self.room.ways():
            if way.startswith("hub:"):
                self.hub(way)

    def release(self):
        """The first FAX to a partner stops for a look."""
        folder = self.room.path("fax")
        jobs = self.room.ctl("fax", "--folder", folder, "jobs", check=False)
        for job in jobs.get("jobs", []):
            if job["hold"] and os.path.exists(job["pages_file"]):
                self.room.ctl("fax", "--folder", folder, "release",
                              job["job"], "--by", "demo", check=False)

    def answer_faxes(self):
        out = self.side("fax")
        for path in glob.glob(os.path.join(glob.escape(out), "*.job")):
            tag = os.path.basename(path)[:-4]
            if tag in self.pages:
                continue
            try:
                said = dict(line.split(" ", 1)
                            for line in read(path).decode().splitlines())
                if not read(path[:-4] + ".tif").startswith(b"II*\0"):
                    continue
            except FileNotFoundError:
                continue        # it is being laid, or taken back
            self.pages[tag] = int(said["pages"])
            with open(os.path.join(out, "." + tag), "w",
                      encoding="ascii") as f:
                f.write(f"confirmed pages={said['pages']}\n")
            os.rename(os.path.join(out, "." + tag),
                      os.path.join(out, tag + ".result"))

    def hub(self, way):
        """Takes what lies there whole."""
        laid = os.path.join(self.side(way), "for")
        for found in self.room.ctl("parcels", "--limit", "1000")["parcels"]:
            parcel = self.room.ctl("parcel", found["id"])["parcel"]
            if (self.way(parcel["to"]) != way or not any(
                    s["code"] == "handed-over" for s in parcel["steps"])):
                continue
            for document in parcel["documents"]:
                path = os.path.join(laid, parcel["to"], document["name"])
                if os.path.exists(path):
                    os.makedirs(self.taken, exist_ok=True)
                    os.rename(path, os.path.join(self.taken,
                                                 document["name"]))

    # -- what comes from outside

    def answers(self, files, out):
        """Results of partners of the national system and of a hub: they import
        the plans there and answer there."""
        paths = []
        for number, way in sorted(self.ways.items()):
            if way == "national":
                plans = self.partners.folder(number)
                os.makedirs(plans, exist_ok=True)
            elif way.startswith("hub:"):
                plans = self.imported(number, files)
            else:
                continue
            paths += gen.answer(plans, out)
        return paths

    def imported(self, number, files):
        plans = os.path.join(self.work, "outside", number)
        os.makedirs(plans, exist_ok=True)
        for path, match in files.paths:
            if match["receiver"] == number:
                shutil.copy(path, plans)
        return plans

    def bring(self, files):
        """One set of an outside office, [(path, name's parts)]: sent over the
        national system, or put where files of a hub come in."""
        parts = files[0][1]
        way = self.way(parts["sender"])
        if way == "national":
            self.partners.send(parts["sender"], parts["receiver"],
                               parts["rt"] or "",
                               {os.path.basename(p): read(p)
                                for p, _ in files})
            return
        folder = os.path.join(self.side(way), "for-us")
        os.makedirs(folder, exist_ok=True)
        for path, _ in files:
            drop(path, folder)

    # -- what there is to see

    def copies(self, number):
        """name -> path of what the other end has in its hands."""
        way = self.way(number)
        if way == "national":
            below = os.path.join(self.partners.folder(number), "*")
        elif way.startswith("hub:"):
            below = os.path.join(self.taken, "*")
        else:
            return {}
        return {os.path.basename(p): p for p in glob.glob(below)}

    @staticmethod
    def ends(way):
        """The states in which a parcel to a partner has come to its end.  The
        national system tells when the partner fetched it."""
        return (("picked-up", "answered") if way == "national"
                else ("delivered", "picked-up", "answered"))

    def close(self):
        if self.partners is not None:
            self.partners.close()

    def fax_pages(self, parcel_id):
        return sum(pages for tag, pages in self.pages.items()
                   if tag.startswith(parcel_id))
