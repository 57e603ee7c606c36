"""The files ops/demo sends: the invented month, or a folder of the standard's."""
import os
import re
import shutil

import gen

PARTNERS = [    # (serial of the number, type, name, way, FAX number)
    (5, "11", "訪問介護ステーションひなた", "fax", "03-1234-5678"),
    (6, "15", "デイサービスあおぞら", "national", ""),
    (7, "11", "ヘルパーステーションみどり", "hub:practice", ""),
]
NAME = re.compile(r"^(?P<kind>[A-Z0-9_]+?)(?:_(?P<month>\d{6}))?"
                  r"_(?P<sender>\d\d[0-9A-Z]\d{7})(?:_(?P<st>[0-9A-Z]{2,3}))?"
                  r"_(?P<receiver>\d\d[0-9A-Z]\d{7})(?:_(?P<rt>[0-9A-Z]{2,3}))?"
                  r"_(?P<stamp>\d{14})(?:_\d{4})?\.(?:csv|jpe?g)$", re.I)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def drop(path, folder):
    """As care software should: write aside, then rename."""
    aside = os.path.join(os.path.dirname(folder), ".export")
    shutil.copyfile(path, aside)
    os.rename(aside, os.path.join(folder, os.path.basename(path)))


class Files:
    """What is exported: paths by sender, and what must arrive where."""

    def __init__(self, paths):
        self.paths = []
        self.strange = []
        for path in sorted(paths):
            match = NAME.match(os.path.basename(path))
            if match:
                self.paths.append((path, match))
            else:
                self.strange.append(path)

    def sets(self):
        return {self.set_of(m) for _, m in self.paths}

    @staticmethod
    def set_of(match):
        return (match["sender"], match["st"] or "", match["receiver"],
                match["rt"] or "", match["stamp"])

    def offices(self):
        """number -> set of service types, and who sends."""
        found, senders = {}, set()
        for _, m in self.paths:
            found.setdefault(m["sender"], set()).add(m["st"] or "")
            found.setdefault(m["receiver"], set()).add(m["rt"] or "")
            senders.add(m["sender"])
        return found, senders


def registry_from_names(files, path):
    """Every office that occurs becomes one of the practice corporation."""
    found, _ = files.offices()
    rows = []
    for number, types in sorted(found.items()):
        for kind in sorted(types):
            rows.append(gen.Office(number, kind[-2:] if kind else "",
                                   f"事業所 {number}", 1, "bus", number))
    gen.registry(path, rows)


def partners():
    """Partners of the invented corporation who are neither connected nor on
    PDF: gen's offices, and their FAX numbers."""
    return [(gen.Office(gen.office_number(serial), kind, name, 0, way, ""),
             fax) for serial, kind, name, way, fax in PARTNERS]


def invented(out, registry, month, clients):
    """One month of the invented corporation and its partners of all ways."""
    corp = gen.corporation()
    gen.registry(registry, gen.offices(corp)
                 + [office for office, _ in partners()])
    numbers = {office.number: fax for office, fax in partners() if fax}
    with open(registry, encoding="utf-8", newline="") as f:
        lines = f.read().split("\r\n")
    with open(registry, "w", encoding="utf-8", newline="") as f:
        f.write("\r\n".join(with_fax(line, numbers) for line in lines))
    paths = gen.month(out, month, clients)
    for seed, (office, _) in enumerate(partners(), 2):
        paths += gen.month(out, month, 4, seed,
                           gen.Corporation(corp.care, [], office))
    return Files(paths)


def with_fax(line, numbers):
    cells = line.split(",")
    if cells[0] in numbers:
        cells[5] = numbers[cells[0]]
    return ",".join(cells)
