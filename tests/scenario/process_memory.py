"""What lies in the memory of another process: /proc/PID/mem, page by page.

    for hit in Memory(pid).find({"token": b"..."}):
        print(hit.name, hit.locked, hit.dumped)
"""
import collections
import os
import re

Hit = collections.namedtuple("Hit", "name address mapping locked dumped")
HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (....) \S+ \S+ \S+\s*(.*)")
LARGE = 1 << 30         # a sanitizer's shadow, which holds nobody's bytes
PIECE = 1 << 20


class Memory:
    def __init__(self, pid):
        self.pid = pid
        self.regions = []
        with open(f"/proc/{pid}/smaps", encoding="utf-8",
                  errors="replace") as f:
            for line in f:
                head = HEAD.match(line)
                if head:
                    region = {"begin": int(head[1], 16),
                              "end": int(head[2], 16), "name": head[4],
                              "read": head[3][0] == "r", "rss": 1}
                    self.regions.append(region)
                elif line.startswith("Rss:"):
                    region["rss"] = int(line.split()[1])
                elif line.startswith("VmFlags:"):
                    region["flags"] = line.split()[1:]
        # a sanitizer makes mlock() do nothing
        self.sanitized = any(r["end"] - r["begin"] > LARGE << 10
                             for r in self.regions)

    def _wanted(self):
        for region in self.regions:
            if (region["read"] and region["rss"] > 0
                    and region["end"] - region["begin"] < LARGE
                    and region["name"] not in ("[vvar]", "[vsyscall]")):
                yield region

    def find(self, words):
        """words: name -> bytes."""
        found, most = [], max(len(w) for w in words.values())
        with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as mem:
            for region in self._wanted():
                for at in range(region["begin"], region["end"], PIECE):
                    data = self._read(mem, at, min(
                        region["end"] - at, PIECE + most))
                    found += [
                        Hit(name, at + data.index(word), region["name"],
                            "lo" in region["flags"],
                            "dd" not in region["flags"])
                        for name, word in words.items() if word in data]
        return found

    @staticmethod
    def _read(mem, at, size):
        try:
            mem.seek(at)
            return mem.read(size)
        except OSError:         # a guard page, or gone meanwhile
            return b""


def below(pid):
    """All processes whose parent, or parent's parent..., it is."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8",
                          errors="replace") as f:
                    parents[int(name)] = int(
                        f.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
    found, new = [], [pid]
    while new:
        new = [p for p, parent in parents.items() if parent in new]
        found += new
    return found


def owner(pid):
    """Whose its files in /proc are: root's if it cannot be looked into."""
    status = os.stat(f"/proc/{pid}/environ")
    return status.st_uid, status.st_gid


def core_limit(pid):
    with open(f"/proc/{pid}/limits", encoding="ascii") as f:
        return next(line.split()[4:6] for line in f
                    if line.startswith("Max core file size"))
