"""The other ends of ops/demo: who is not connected, played by the demo.

A FAX machine that answers, a person who first looks at the FAX and has its
number verified, a clerk at the desk of the national system, a hub that takes
what is laid for its offices.  Each does what a person would do, in folders and
with tasukictl, and nothing else.
"""
import glob
import os
import shutil

import gen
from demo_files import NAME, drop, read
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
        if "national" in self.room.ways():
            self.clerk()
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

    def clerk(self):
        """Sent with the browser: the folder goes from 送る to 済."""
        desk = glob.escape(self.side("national"))
        for path in glob.glob(os.path.join(desk, "*", "*", "送る", "*")):
            target = os.path.join(os.path.dirname(os.path.dirname(path)), "済")
            os.makedirs(target, exist_ok=True)
            os.rename(path, os.path.join(target, os.path.basename(path)))

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
            if way != "national" and not way.startswith("hub:"):
                continue
            plans = os.path.join(self.work, "outside", number)
            os.makedirs(plans, exist_ok=True)
            for path, match in files.paths:
                if match["receiver"] == number:
                    shutil.copy(path, plans)
            paths += gen.answer(plans, out)
        return paths

    def bring(self, path):
        """A file of an outside office, put where such files come in."""
        way = self.way(NAME.match(os.path.basename(path))["sender"])
        name = "受け取り" if way == "national" else "for-us"
        folder = os.path.join(self.side(way), name)
        os.makedirs(folder, exist_ok=True)
        drop(path, folder)

    # -- what there is to see

    def copies(self, number):
        """name -> path of what the other end has in its hands."""
        way = self.way(number)
        if way == "national":
            below = os.path.join(self.side(way), "*", "*", "済", "*", "*")
        elif way.startswith("hub:"):
            below = os.path.join(self.taken, "*")
        else:
            return {}
        return {os.path.basename(p): p for p in glob.glob(below)}

    def fax_pages(self, parcel_id):
        return sum(pages for tag, pages in self.pages.items()
                   if tag.startswith(parcel_id))
