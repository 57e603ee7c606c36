"""Files by lib/standard/writer.h: the program standard-write behind a pipe.

    with writer.Writer("build/release/bin/standard-write") as w:
        gen.monthly_set(w.folder("out/set"), context, receiver, cases, stamp)
    w.paths

Takes the rows of gen.py (fields of edition 4.1).  For V3 the parts that V3 does
not have are left out of names and rows, and kinds that it does not have are
not written.  Each file is checked by the writer; one with an error ends it all.
"""

import csv
import os
import subprocess
import tempfile

STANDARD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                        "config", "standard")
VERSIONS = {"4.1": "202407", "3": "202208"}
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n",
                         "\r": "\\r", "@": "\\@"})


def table(name):
    with open(os.path.join(STANDARD, name), encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def v3_kinds():
    """Kinds that V3 has, and of those that changed the fields it lacks."""
    kinds = {row["prefix"]: set() for row in table("files.tsv")
             if row["pattern_v3"] != "-"}
    for row in table("v3_field_map.tsv"):
        if row["v3_no"] == "-":
            kinds[row["prefix"]].add(int(row["v4_1_no"]))
    return kinds


def kind_of(name):
    parts = name.split("_")
    return "_".join(parts[:2]) if parts[1][:3] in ("SUB", "IMA") else parts[0]


class Folder:
    def __init__(self, writer, path):
        self.writer, self.path = writer, path

    def put(self, name, rows):
        return self.writer.put(self.path, name, rows)


class Writer:
    def __init__(self, program, edition="4.1"):
        self.edition, self.version = edition, VERSIONS[edition]
        self.v3 = v3_kinds() if edition == "3" else None
        self.paths = []
        self.findings = ""
        self._out = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._program = subprocess.Popen(
            [program, "--standard", STANDARD], stdin=subprocess.PIPE,
            stdout=self._out, stderr=self._said, encoding="utf-8",
            errors="strict")

    def folder(self, path):
        return Folder(self, path)

    def _v3(self, kind, name, rows):
        missing = self.v3[kind]
        name = "_".join(p for p in name.split("_") if len(p) != 2)
        return name, [["" if no in missing else cell
                       for no, cell in enumerate(row, 1)] for row in rows]

    def put(self, folder, name, rows):
        kind, rows = kind_of(name), list(rows)
        if self.v3 is not None:
            if kind not in self.v3:
                return None
            name, rows = self._v3(kind, name, rows)
        write = self._program.stdin.write
        write("@out\t%s\n@file\t%s\t%s\n" % (folder, name, self.version))
        for row in rows:
            write("\t".join([""] + [str(c).translate(ESCAPES)
                                    for c in row[1:]]) + "\n")
        path = os.path.join(folder, name)
        self.paths.append(path)
        return path

    def image(self, folder, name, data):
        """Images are not the writer's; V3 has none."""
        if self.v3 is not None:
            return None
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name)
        with open(path, "xb") as out:
            out.write(data)
        self.paths.append(path)
        return path

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self._program.stdin.close()
        except BrokenPipeError:
            pass
        code = self._program.wait(timeout=120)
        self._said.seek(0)
        self.findings = self._said.read()
        self._out.close()
        self._said.close()
        if code != 0 and kind in (None, BrokenPipeError):
            raise RuntimeError("standard-write: exit code %d\n%s"
                               % (code, self.findings[-3000:]))
