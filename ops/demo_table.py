"""The closing tables of ops/demo: every parcel, and the five ways."""
import datetime
import os
import shutil
import subprocess

from demo_screen import pad

WAYS = {                # in the closing table, in this order
    "bus": "1バイトも違わず受信フォルダーに / same bytes in the inbox",
    "national": "相手が国から取得 / fetched there by the partner",
    "hub": "ハブが受け取り / taken by the hub",
    "fax": "FAX機が送達を確認 / confirmed by the machine",
    "pdf": "PDFが開ける / the PDF opens",
}


class Tables:
    """The part of Demo that tells what became of everything."""

    def places(self):
        """Where each file lies now: name -> folders."""
        found = {}
        ours = [os.path.join(self.work, n) for n in ("export", "answers")]
        for base, dirs, names in os.walk(self.work):
            dirs[:] = [d for d in dirs if not d.startswith(".")
                       and os.path.join(base, d) not in ours]
            for name in names:
                found.setdefault(name, []).append(base)
        return found

    def where(self, parcel, places):
        way = self.outside.way(parcel["to"])
        if way == "fax":
            return (f"FAX {self.outside.fax_pages(parcel['id'])} "
                    "ページ / pages, 送達確認 confirmed")
        if way and way != "pdf":
            there = self.outside.copies(parcel["to"])
            return ", ".join(sorted(
                {self.short(os.path.dirname(there[d["name"]]))
                 for d in parcel["documents"] if d["name"] in there})) or "?"
        if parcel["to"] not in self.folders:
            return self.where_on_paper(parcel)
        names = [d["name"] for d in parcel["documents"]]
        folders = {base for name in names for base in places.get(name, [])
                   if parcel["to"] in base}
        return ", ".join(sorted(self.short(f) for f in folders)) or "?"

    def where_on_paper(self, parcel):
        """The folder of the PDF agent that ends with the parcel's id."""
        documents = {d["name"] for d in parcel["documents"]}
        found = [(base, names)
                 for base, _, names in os.walk(self.room.path("pdf"))
                 if documents & set(names)
                 and parcel["id"].startswith(base.rpartition("_")[2])]
        if not found:
            return "?"
        base, names = max(found, key=lambda f: len(f[0].rpartition("_")[2]))
        pdfs = [n for n in names if n.endswith(".pdf")]
        return self.short(base) + (f" ({', '.join(pdfs)})" if pdfs else "")

    def short(self, path):
        return os.path.relpath(path, self.work)

    def step_time(self, parcel, *states):
        for step in parcel["steps"]:
            if step["state"] in states:
                at = datetime.datetime.fromtimestamp(
                    step["at_ms"] / 1000,
                    datetime.timezone(datetime.timedelta(hours=9)))
                return at.strftime("%H:%M:%S")
        return "-"

    def table_of_ways(self):
        """One line a way: sets that went by it, sets that partners sent by it
        (inside, these ride the bus), and how we know."""
        self.screen.step("経路ごとのまとめ", "the five ways")
        head = (("経路 way", 12), ("組 sets", 10), ("届いた arrived", 16),
                ("相手から came in", 18), ("確かめ方 how we know", 60))
        self.screen.line("  " + self.screen.paint(
            "".join(pad(t, w) for t, w in head).rstrip(), "bold"))
        found, came = self.count_ways()
        for way in WAYS:
            if way in found:
                sets, there = found[way]
                cells = (way, str(sets), str(there), str(came.get(way, "-")),
                         WAYS[way])
                self.screen.line("  " + self.screen.paint("".join(
                    pad(c, w) for c, (_, w) in zip(cells, head)).rstrip(),
                    "good" if sets == there else "bad"))

    def count_ways(self):
        """way -> [sets, arrived]; way -> sets that partners sent by it"""
        found, came = {}, {}
        for parcel in self.parcels():
            there = 0
            for leg in parcel["legs"]:
                sets = found.setdefault(leg["way"], [0, 0])
                sets[0] += 1
                there = leg["state"] in ("delivered", "picked-up", "answered")
                sets[1] += there
            way = self.outside.way(parcel["from"]).partition(":")[0]
            if way and there:
                came[way] = came.get(way, 0) + 1
        return found, came

    # -- what a head office asks on the 3rd of the month

    def head_office(self, files):
        """Which results are owed, and why a file goes the way it goes."""
        plans = [m for _, m in files.paths
                 if m["kind"] == "UPPLAN" and m["month"]]
        if not plans:
            return
        self.screen.step("本部の質問", "what a head office asks on the 3rd")
        for month in sorted({m["month"] for m in plans}):
            self.owed(month)
        most = {"national": 0, "hub": 1, "fax": 2, "pdf": 3}    # to tell
        plan = min(plans, key=lambda m: most.get(
            self.outside.way(m["receiver"]).partition(":")[0], 4))
        self.ask("route", "--explain", plan["sender"], plan["receiver"],
                 plan["kind"], "--month", plan["month"])

    def owed(self, month):
        self.screen.line(f"  $ tasukictl expected --month {month}")
        answer = self.room.ctl("expected", "--month", month)
        for row in answer["rows"]:
            due = datetime.datetime.fromtimestamp(
                row["due_ms"] / 1000,
                datetime.timezone(datetime.timedelta(hours=9)))
            self.screen.line(
                f"    未着 {row['state']}  {self.office(row['partner'])} → "
                f"{self.office(row['office'])}  期限 due {due:%Y-%m-%d %H:%M}"
                f"  経路 way {row['way']}")
            # who is reached by paper only answers on paper: a person ticks off
            if self.source is None and row["way"] not in ("fax", "pdf"):
                self.faults.append("a result arrived and is owed: "
                                   + row["partner"])
        total = answer["total"]
        self.screen.line(f"    届いた arrived {total['arrived']}   未着 owed "
                         f"{total['owed'] + total['late'] + total['partly']}")

    def ask(self, *arguments):
        """tasukictl as a Japanese clerk sees it."""
        self.screen.line("  $ tasukictl " + " ".join(arguments))
        done = subprocess.run(
            [os.path.join(self.room.bin, "tasukictl"), "--data",
             self.room.data(), "--lang", "ja", *arguments],
            capture_output=True, text=True, timeout=60, check=False)
        for line in (done.stdout + done.stderr).splitlines():
            self.screen.line("    " + line if line else "")

    def table(self):
        self.screen.step("送信単位の一覧", "every parcel")
        name = 32           # as wide as the longest name; less on a terminal
        if self.screen.tty:
            room = shutil.get_terminal_size().columns - 50
            name = max(12, min(name, room // 2))
        head = (("番号", 6), ("差出 from", name), ("宛先 to", name),
                ("経路", 9), ("受付", 10), ("配送済", 11), ("取込済", 11))
        sub = ("", "", "", "way", "accepted", "delivered", "picked up")
        self.screen.line("  " + self.screen.paint(
            "".join(pad(t, w) for t, w in head).rstrip(), "bold"))
        self.screen.line("  " + self.screen.paint(
            "".join(pad(t, w) for t, (_, w) in zip(sub, head)).rstrip(),
            "dim"))
        places = self.places()
        newest_first = self.parcels()
        for no, found in enumerate(reversed(newest_first), 1):
            parcel = self.room.ctl("parcel", found["id"])["parcel"]
            ways = "+".join(sorted({leg["way"] for leg in parcel["legs"]}))
            cells = (f"{no}", self.office(parcel["from"]),
                     self.office(parcel["to"]), ways,
                     self.step_time(parcel, "ready"),
                     self.step_time(parcel, "delivered"),
                     self.step_time(parcel, "picked-up", "answered"))
            self.screen.line("  " + "".join(
                pad(c, w - 1) + " " for c, (_, w) in zip(cells, head)
            ).rstrip())
            kinds = " ".join(d["kind"] or d["name"]
                             for d in parcel["documents"])
            self.screen.line(f"        書類 documents: {kinds}")
            self.screen.line(f"        いまの場所 now in: "
                             f"{self.where(parcel, places)}")
        self.screen.line()
        self.screen.line(f"  場所の起点 / places are below: {self.work}")

    def office(self, number):
        return self.names.get(number, number)
