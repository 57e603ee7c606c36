"""NAME
    mutate - break one rule at a time, and see that it alone is found
SUMMARY
    sets = mutate.read_sets(folder_of_write_corporation)
    for case in mutate.cases(sets, seed=1): case.write(folder)
DESCRIPTION
    Three tables.  FIELDS (mutate_fields) breaks one value by its type, in every
    field of every kind that the sets fill; RULES (mutate_rules) and SETS
    (mutate_files) break what fields, records and files have to do with each
    other.  Each row says which findings must come of it: code, record and field;
    any other finding is a fault of the checker or of the table.

    A case is a whole set with one thing wrong, in a folder of its own.
"""

import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mutate_fields import field_cases  # noqa: E402
from mutate_files import SETS  # noqa: E402
from mutate_rules import RULES  # noqa: E402
from mutate_set import Case, Set, read_sets  # noqa: E402

__all__ = ["RULES", "SETS", "cases", "read_sets"]


def rule_cases(sets, rng, tries=12):
    for name, rule in RULES + SETS:
        done = 0
        for members in rng.sample(sets, len(sets)):
            made = Set(members, rng)
            wanted = rule(made)
            if wanted is None:
                continue
            yield Case(name, None, made.members, [
                (code, file, record, made.members[file].number(no)
                 if file in made.members else no)
                for code, file, record, no in wanted])
            done += 1
            if done == tries:
                break


def cases(sets, seed=1):
    rng = random.Random(seed)
    yield from field_cases(sets, rng)
    yield from rule_cases(sets, rng)
