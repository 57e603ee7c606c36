"""ops/demo [--once] [DIR]: one month of care plans, by all five ways.

A broker, a care-management office, two service offices of the same corporation
and agents for partners who are not connected, all on this machine: PDF, FAX,
the national system, another hub.  The care-management office exports one month
of files for invented clients (or the files of the standard in DIR); they arrive
at the service offices, on paper, by FAX, at the practice national system (over
its API, with certificates made at the start) and at the hub, whose people the
demo plays (demo_outside.py); whoever can answers with results, which come back
the same ways.  At the end tables say what went by which way, what happened to
every parcel and where it lies now.

    --once   stop everything at the end; exit code 0 only if every inbox held
             exactly the exported bytes, every PDF opens and every other way
             came to its end
    DIR      *.CSV files of the standard.  Offices are taken from their names
             (all of them become offices of the practice corporation) or from
             DIR/registry.csv, if there is one

Without --once the room stays open in build/demo, to look around.
Exit codes: 0 all arrived, 1 something is missing (the text says what), 2 usage.
"""
import argparse
import datetime
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

OPS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(OPS)
sys.path[:0] = [OPS, os.path.join(ROOT, "tests", "gen")]
import gen  # noqa: E402
from demo_files import Files, drop, invented, read  # noqa: E402
from demo_files import registry_from_names  # noqa: E402
from demo_outside import Outside  # noqa: E402
from demo_screen import Screen, pad  # noqa: E402
from demo_table import Tables  # noqa: E402
from practice_room import FOLDERS, Room, Trouble  # noqa: E402

MONTH = datetime.date(2026, 12, 1)
CLIENTS = 40
BUILD_SECONDS = 1800
RELAY_SECONDS = 180
FORM_6 = {"UPPLAN", "UPJSK", "UPHOSOKU", "UPSIKYU"}    # what a PDF is made of
AGENTS = {
    "pdf": "つながっていない連携先へ / for partners who are not connected",
    "fax": "FAXの連携先へ / for partners who have a FAX",
    "national": "国のシステムの連携先へ（API） / for partners there, over the API",
    "hub": "他社ハブの連携先へ / for partners at another hub",
}


# ---------------------------------------------------------------- the demo

class Demo(Tables):
    def __init__(self, arguments):
        self.once = arguments.once
        self.source = arguments.dir
        self.screen = Screen()
        self.room = None
        self.work = None
        self.outside = None
        self.names = {}
        self.folders = {}       # number -> the six folders
        self.faults = []

    # -- getting ready

    def build(self):
        if os.environ.get("TASUKI_BIN"):
            return
        self.screen.step("組み立て", "building (the first time takes a minute)")
        os.makedirs(os.path.join(ROOT, "build"), exist_ok=True)
        log = os.path.join(ROOT, "build", "demo-build.log")
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [os.path.join(OPS, "build"), "--preset", "release"],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL)
            began = time.monotonic()
            while process.poll() is None:
                time.sleep(0.2)
                seconds = int(time.monotonic() - began)
                self.screen.progress(f"  {last_line(log)}  {seconds} s")
                if seconds > BUILD_SECONDS:
                    process.terminate()
        if process.returncode != 0:
            raise Trouble(f"ops/build failed; its last words:\n{tail(log)}\n"
                          f"all of it: {log}")
        self.screen.line("  build/release/bin")

    def make_room(self):
        if self.once:
            self.work = tempfile.mkdtemp(prefix="tasuki-demo-")
        else:
            self.work = os.path.join(ROOT, "build", "demo")
            old = Room(os.path.join(self.work, "room"))
            if old.exists():
                old.down()
            shutil.rmtree(self.work, ignore_errors=True)
            os.makedirs(self.work, mode=0o700)
        self.room = Room(os.path.join(self.work, "room"))

    def export(self):
        """The files of the month; the registry of their offices."""
        registry = os.path.join(self.work, "registry.csv")
        if self.source is None:
            files = invented(os.path.join(self.work, "export"), registry,
                             MONTH, CLIENTS)
            self.say_exported(files, f"{CLIENTS} 人あまり / invented clients")
            return files, registry
        paths = [p for p in glob.glob(os.path.join(self.source, "*"))
                 if os.path.isfile(p)
                 and os.path.basename(p).lower() != "registry.csv"]
        files = Files(paths)
        if not files.paths:
            raise Trouble(f"{self.source} holds no file named by the "
                          "standard (UPPLAN_202612_..._....CSV)")
        own = os.path.join(self.source, "registry.csv")
        if os.path.exists(own):
            registry = own
        else:
            registry_from_names(files, registry)
        self.say_exported(files, self.source)
        for path in files.strange:
            self.screen.line("  標準仕様の名前ではありません / not named by "
                             f"the standard: {os.path.basename(path)}")
        return files, registry

    def say_exported(self, files, whose):
        total = sum(os.path.getsize(p) for p, _ in files.paths)
        self.screen.line(
            f"  {len(files.paths)} ファイル / files, {len(files.sets())} 組 / "
            f"sets, {total / 1000:.0f} KB ({whose})")

    def open_room(self, registry):
        self.room.make()
        self.room.lock()
        self.room.take_registry(registry)
        self.room.up()
        self.room.unlock()
        for row in self.room.rows():
            self.names.setdefault(row["office_number"], row["name"])
        report = self.room.report()
        self.screen.line(f"  tasukid        {report['broker']['endpoint']}")
        for agent in report["agents"]:
            for key, folders in agent.get("folders", {}).items():
                number = key.partition("/")[0]
                self.folders.setdefault(number, folders)
                self.screen.line(f"  tasuki-office  {key}  "
                                 f"{self.names.get(number, '')}")
            if agent["role"] != "office":
                self.screen.line("  " + pad("tasuki-" + agent["role"], 22)
                                 + AGENTS[agent["role"].partition(":")[0]])
        if "nation" in report:
            self.screen.line("  " + pad("national-sim", 22) + "国のシステム役 / "
                             "plays the national system: "
                             + report["nation"]["url"])
        self.outside = Outside(self.room, self.work)
        for row in self.outside.verify_fax():
            self.screen.line(
                f"  FAX番号 {row['fax_number']} を二人目が確かめました / "
                "a second person verified the number")

    # -- the relay

    def parcels(self):
        return self.room.ctl("parcels", "--limit", "100000")["parcels"]

    def watch(self, done, missing, seconds=RELAY_SECONDS):
        """Show progress until done(); a time limit with what is missing."""
        deadline = time.monotonic() + seconds
        while True:
            if done():
                self.show_progress(last=True)
                return
            self.show_progress()
            self.outside.work_on()
            self.look_for_refusals()
            if time.monotonic() > deadline:
                raise Trouble(f"{seconds} 秒で終わりませんでした / not finished "
                              f"within {seconds} s:\n" + missing())
            time.sleep(0.1)

    def show_progress(self, last=False):
        legs = [leg for p in self.parcels() for leg in p["legs"]]
        states = [leg["state"] for leg in legs]
        arrived = sum(s in ("delivered", "picked-up", "answered")
                      for s in states)
        taken = sum(s in ("picked-up", "answered") for s in states)
        text = (f"  受付 accepted {len(states)}   "
                f"配送済 delivered {arrived}   "
                f"取込済 picked up {taken}")
        if "parked" in states:
            text += f"   保留 parked {states.count('parked')}"
        if last:
            self.screen.line(text)
        else:
            self.screen.progress(text)

    def look_for_refusals(self):
        """A refused file will never arrive: say why instead of waiting."""
        for number, folders in self.folders.items():
            texts = glob.glob(os.path.join(
                glob.escape(folders["rejected"]), "**", "*.txt"),
                recursive=True)
            if texts:
                raise Trouble(self.explain(number, texts))

    def explain(self, number, texts):
        lines = [f"{self.names.get(number, number)} のファイルが送れませんでした"
                 f" / files of {number} were refused:"]
        for path in sorted(texts)[:5]:
            lines.append(f"  {path}")
            lines += ["    " + line for line in read(path).decode(
                "utf-8-sig", "replace").splitlines()[:8]]
        return "\n".join(lines)

    def send(self, files):
        outside = {}
        for path, match in files.paths:
            folders = self.folders.get(match["sender"])
            if folders is None and self.outside.way(match["sender"]):
                outside.setdefault(Files.set_of(match), []).append(
                    (path, match))
                continue
            if folders is None:
                raise Trouble(f"{os.path.basename(path)}: {match['sender']} is "
                              "no office of this corporation (inside = 1) in "
                              "the registry")
            drop(path, folders["outbox"])
        for found in outside.values():
            self.outside.bring(found)

    def arrivals(self, files):
        """(inbox path, exported path) of everything for offices of ours."""
        return [(os.path.join(self.folders[m["receiver"]]["inbox"],
                              os.path.basename(p)), p)
                for p, m in files.paths if m["receiver"] in self.folders]

    def wait_arrived(self, files):
        pairs = self.arrivals(files)
        paper = {Files.set_of(m) for _, m in files.paths
                 if m["receiver"] not in self.folders}
        stamps = {s[4] for s in paper}

        def not_there():
            return [i for i, _ in pairs if not os.path.exists(i)]

        def unprinted():
            arrived = [p for p in self.parcels()
                       if p.get("to") not in self.folders
                       and p.get("stamp") in stamps
                       and all(leg["state"] in self.outside.ends(leg["way"])
                               for leg in p["legs"])]
            return len(paper) - len(arrived)

        self.watch(
            lambda: not not_there() and unprinted() <= 0,
            lambda: "\n".join(["  missing: " + p for p in not_there()]
                              + ["  parcels to partners still under way: "
                                 f"{unprinted()}"]
                              + ["  logs: " + self.room.path("log")]))
        self.compare(pairs)

    def compare(self, pairs):
        """Byte for byte, and nothing but what was exported."""
        same = 0
        for inbox, exported in pairs:
            if read(inbox) == read(exported):
                same += 1
            else:
                self.faults.append(f"other bytes than exported: {inbox}")
        for folder in {os.path.dirname(i) for i, _ in pairs}:
            wanted = {i for i, _ in pairs}
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                if not name.startswith(".") and path not in wanted:
                    self.faults.append(f"more than was exported: {path}")
        good = same == len(pairs)
        self.screen.line(self.screen.paint(
            f"  {same}/{len(pairs)} ファイルが1バイトも違わず届きました / files "
            "arrived byte for byte", "good" if good else "bad"))

    def check_paper(self, files):
        """What went to partners on paper: drawn, or passed on unchanged."""
        filed = {}
        for base, _, names in os.walk(self.room.path("pdf")):
            filed.update({n: os.path.join(base, n) for n in names})
        paper = [(p, m) for p, m in files.paths
                 if m["receiver"] not in self.folders
                 and self.outside.way(m["receiver"]) == "pdf"]
        for path, match in paper:
            name = os.path.basename(path)
            if name in filed and read(filed[name]) != read(path):
                self.faults.append(f"other bytes than exported: {filed[name]}")
            if name not in filed and match["kind"] not in FORM_6:
                self.faults.append(f"neither drawn nor passed on: {name}")
        self.check_pdfs(sum(m["kind"] in ("UPPLAN", "UPJSK")
                            for _, m in paper))

    def check_outside(self, files):
        """What partners at the national system and the hub have in hand."""
        for path, match in files.paths:
            way = self.outside.way(match["receiver"])
            if way in ("", "pdf", "fax"):
                continue
            there = self.outside.copies(match["receiver"]).get(
                os.path.basename(path))
            if there is None:
                self.faults.append(f"not at {way}: {os.path.basename(path)}")
            elif read(there) != read(path):
                self.faults.append(f"other bytes than exported: {there}")

    def check_pdfs(self, wanted):
        pdfs = sorted(glob.glob(os.path.join(self.room.path("pdf"), "**",
                                             "*.pdf"), recursive=True))
        pages, opened = 0, 0
        for path in pdfs:
            info = subprocess.run(["pdfinfo", path], capture_output=True,
                                  text=True, timeout=60, check=False)
            sound = subprocess.run(["qpdf", "--check", path],
                                   capture_output=True, timeout=60,
                                   check=False)
            found = re.search(r"^Pages:\s+(\d+)", info.stdout, re.M)
            if info.returncode or sound.returncode or not found:
                self.faults.append(f"does not open: {path}")
            else:
                opened += 1
                pages += int(found[1])
        if len(pdfs) < wanted:
            self.faults.append(f"{wanted} PDFs wanted, {len(pdfs)} there")
        if wanted:
            self.screen.line(self.screen.paint(
                f"  PDF {opened}/{len(pdfs)} 件が開けます / open, {pages} "
                "ページ / pages", "good" if opened == len(pdfs) >= wanted else "bad"))

    def pick_up(self, numbers):
        """The care software imports: files leave 受信."""
        for number in numbers:
            target = os.path.join(self.work, "care-software", number)
            os.makedirs(target, exist_ok=True)
            inbox = self.folders[number]["inbox"]
            for name in os.listdir(inbox):
                if not name.startswith("."):
                    os.rename(os.path.join(inbox, name),
                              os.path.join(target, name))

    def answer(self, numbers, files):
        out = os.path.join(self.work, "answers")
        paths = self.outside.answers(files, out)
        for number in numbers:
            taken = os.path.join(self.work, "care-software", number)
            try:
                paths += gen.answer(taken, out)
            except (ValueError, IndexError) as error:
                self.screen.line(f"  {number}: 実績を作れません / no results "
                                 f"made from these files: {error}")
        return Files(paths)

    def wait_picked_up(self):
        def late():
            return [p["id"] for p in self.parcels()
                    if p.get("to") in self.folders
                    and any(leg["state"] not in ("picked-up", "answered")
                            for leg in p["legs"])]
        self.watch(lambda: not late(), lambda: "\n".join(
            "  not reported as picked up: " + i for i in late()), 60)

    # -- all of it

    def run(self):
        self.build()
        self.make_room()
        self.screen.step("1か月分の書き出し", "the care software exports a month")
        files, registry = self.export()
        self.screen.step("起動", "starting the processes")
        self.open_room(registry)
        try:
            self.relay(files)
        except Trouble:
            self.table()        # how far everything came
            raise
        self.table()
        self.table_of_ways()
        self.head_office(files)
        return self.verdict()

    def relay(self, files):
        self.screen.step("送信", "files go into 送信; the relay does the rest")
        self.send(files)
        self.wait_arrived(files)
        self.check_paper(files)
        self.check_outside(files)
        receivers = sorted({m["receiver"] for _, m in files.paths}
                           & set(self.folders))
        self.screen.step("取込", "the service offices import what arrived")
        self.pick_up(receivers)
        self.wait_picked_up()
        self.screen.step("実績", "results come back: from the service offices, "
                         "from the national system, from the hub")
        answers = self.answer(receivers, files)
        if answers.paths:
            self.send(answers)
            self.wait_arrived(answers)
            self.pick_up(sorted({m["receiver"] for _, m in answers.paths}
                                & set(self.folders)))
            self.wait_picked_up()

    def verdict(self):
        self.screen.line()
        for fault in self.faults:
            self.screen.line(self.screen.paint("  ✗ " + fault, "bad"))
        if not self.faults:
            self.screen.line(self.screen.paint(
                "すべて届きました / Everything arrived.", "good"))
        return 1 if self.faults else 0

    def how_to_go_on(self):
        room = self.room.dir
        control = f"build/release/bin/tasukictl --data {room}/broker"
        self.screen.line(f"""
動かしたままです / The room stays open:
  送信フォルダー / put files into    {room}/offices/*/{FOLDERS['outbox']}
  受信フォルダー / they arrive in    {room}/offices/*/{FOLDERS['inbox']}
  一覧 / look around                 {control} status
                                     {control} parcels
  本部の質問 / a head office asks    {control} expected --month {MONTH:%Y%m}
                                     {control} route --explain FROM TO UPPLAN
  終了 / stop                        ops/lab down {room}""")

    def close(self, code):
        if self.room is None:
            return
        if self.outside is not None:
            self.outside.close()
        if self.once:
            if self.room.exists():      # or it was interrupted before
                self.room.down()
            if code == 0:
                shutil.rmtree(self.work, ignore_errors=True)
        if code == 0 and not self.once:
            self.how_to_go_on()
        if code != 0 and self.work:
            self.screen.line(f"調べるには / to look into it: {self.work}"
                             + ("" if self.once else
                                f"   stop: ops/lab down {self.room.dir}"))


def tail(path, lines=15):
    with open(path, encoding="utf-8", errors="replace") as f:
        return "".join(f.readlines()[-lines:])


def last_line(path):
    lines = tail(path, 1).strip().splitlines()
    return lines[-1] if lines else ""


def parse():
    parser = argparse.ArgumentParser(
        prog="ops/demo", description=__doc__, usage="ops/demo [--once] [DIR]",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true",
                        help="stop everything at the end")
    parser.add_argument("dir", nargs="?", metavar="DIR")
    arguments = parser.parse_args()
    if arguments.dir and not os.path.isdir(arguments.dir):
        parser.error(f"{arguments.dir} is no folder")
    return arguments


def main():
    demo = Demo(parse())
    code = 1
    # a time limit from outside (timeout, ^C) must not leave processes behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        code = demo.run()
    except (Trouble, OSError, subprocess.SubprocessError) as error:
        demo.screen.line()
        demo.screen.line(demo.screen.paint(f"✗ {error}", "bad"))
    except KeyboardInterrupt:
        demo.screen.line("\n中断しました / interrupted")
    finally:
        demo.close(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
