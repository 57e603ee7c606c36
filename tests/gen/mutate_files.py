"""NAME
    mutate_files - break what the files of a set have to do with each other
DESCRIPTION
    SETS; a rule is as in mutate_rules.
"""

from mutate_set import has


def shared_image(made):
    """Two records name one image, and so nobody names the other."""
    member = made.file("UPKIHON")
    named = [row for row in member.rows if row[61]] if member else []
    if len(named) < 2:
        return None
    named[1][61] = named[0][61]
    return [("image-shared", None, None, None),
            ("image-surplus", None, None, None)]


def drop(kind, code, among=()):
    """A member is missing; said of the set, not of a record."""
    def rule(made):
        member = made.file(kind)
        if member is None or len(made.members) < 3 or \
                not all(made.file(k) for k in among):
            return None
        del made.members[member.name]
        return [(code, None, None, None)]
    return rule


def drop_client(kind, code, where):
    """All records of a client are missing in one file of the set."""
    def rule(made):
        member = made.file(kind)
        if member is None or not made.file(where):
            return None
        clients = sorted({row[2] for row in member.rows})
        if len(clients) < 2:
            return None
        gone = made.rng.choice(clients)
        member.rows = [row for row in member.rows if row[2] != gone]
        return [(code, None, None, None)]
    return rule


def drop_image(made):
    images = sorted(n for n, m in made.members.items() if m.data)
    if not images:
        return None
    del made.members[images[-1]]
    return [("image-missing", None, None, None)]


def no_jpeg(made):
    for member in made.members.values():
        if member.data:
            member.data = b"\x89PNG\r\n\x1a\n" + member.data
            return [("image-not-jpeg", member.name, 0, 0)]
    return None


def unnamed_image(made):
    found = made.pick("UPKIHON", has(62))
    if found is None:
        return None
    member, at = found
    member.rows[at][61] = ""
    return [("image-surplus", None, None, None)]


SETS = [
    ("no form 7", drop("UPSIKYU", "set-missing")),
    ("no supplement", drop("UPHOSOKU", "set-missing")),
    ("no form 2", drop("UP2KYO", "set-missing")),
    ("client without form 7", drop_client("UPSIKYU", "link-child",
                                          "UPPLAN")),
    ("client without supplement", drop_client("UPHOSOKU", "link-child",
                                              "UPPLAN")),
    ("client without form 1", drop_client("UP1KYO", "link-parent",
                                          "UP2KYO")),
    ("image is missing", drop_image),
    ("image that nobody names", unnamed_image),
    ("image is no JPEG", no_jpeg),
    ("two name one image", shared_image),
]
