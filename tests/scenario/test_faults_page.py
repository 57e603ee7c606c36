"""docs/faults.md says which test shows what is survived.  It must not drift: a
test it names exists and carries the label, and a label in a test is named."""
import ast
import os
import re

from lab import ROOT, TESTS, read

PAGE = os.path.join(ROOT, "docs", "faults.md")
WANTED = ([f"F{n:02}" for n in range(1, 51)]
          + [f"T{n:02}" for n in range(1, 56)])
LABEL = re.compile(r"(?<![A-Za-z0-9])([FT][0-9]{2})(?![0-9A-Za-z])")
IN_NAME = re.compile(r"(?:^|_)([ft][0-9]{2})(?=_|$)")
TEST = re.compile(r"`([a-z0-9_/]+\.(?:py|c)(?:::[a-z0-9_]+)?)`")
FOLDERS = ("unit", "store", "scenario", "crash")


def rows():
    """(label, the row's cells) of every row of the page."""
    found = []
    for line in read(PAGE).decode("utf-8").splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if line.startswith("| ") and LABEL.fullmatch(cells[0]):
            found.append((cells[0], cells[1:]))
    return found


def labels_of(text):
    return set(LABEL.findall(text))


def python_tests(text):
    """{function: labels}; "" is the file's head."""
    tree = ast.parse(text)
    found = {"": labels_of(ast.get_docstring(tree) or "")}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = labels_of(ast.get_docstring(node) or "") | {
                n.upper() for n in IN_NAME.findall(node.name)}
    return found


def c_tests(text):
    """The same of a C file: the comment above a function is its own."""
    head = re.match(r"/\*.*?\*/", text, re.S)
    found = {"": labels_of(head[0] if head else "")}
    for at in re.finditer(
            r"(?:/\*((?:(?!\*/).)*)\*/\n)?static void\n(\w+)\(void \*\*",
            text, re.S):
        found[at[2]] = labels_of(at[1] or "")
    return found


def labels_in(path, cache={}):
    if path not in cache:
        text = read(os.path.join(TESTS, path)).decode("utf-8")
        cache[path] = (python_tests if path.endswith(".py")
                       else c_tests)(text)
    return cache[path]


def test_every_fault_has_one_row():
    assert [label for label, _ in rows()] == WANTED


def wrong_with(label, cells):
    """What of a row is not true: each test is there and says what it shows;
    who has none says why."""
    if len(cells) != 3 or not all(cells):
        return ["four cells, none empty"]
    found, named = [], TEST.findall(cells[2])
    if not named and not cells[2].startswith("not yet:"):
        found.append("neither a test nor why not")
    if TEST.sub("", cells[2].partition("not yet:")[0]).strip(" ,;"):
        found.append('more than names of tests before "not yet:"')
    for name in named:
        path, _, function = name.partition("::")
        if not os.path.exists(os.path.join(TESTS, path)):
            found.append(f"no {path}")
        elif function not in labels_in(path):
            found.append(f"no {name}")
        elif label not in labels_in(path)[function] | labels_in(path)[""]:
            found.append(f"{name} does not say {label}")
    return found


def test_every_row_is_true():
    wrong = [f"{label}: {what}" for label, cells in rows()
             for what in wrong_with(label, cells)]
    assert not wrong, "docs/faults.md:\n" + "\n".join(wrong)


def test_no_label_is_forgotten():
    """A file that says it shows a fault stands in that fault's row."""
    named = {label: {n.partition("::")[0] for n in TEST.findall(cells[2])}
             for label, cells in rows()}
    forgotten = []
    for folder in FOLDERS:
        for base, _, files in os.walk(os.path.join(TESTS, folder)):
            for name in files:
                path = os.path.relpath(os.path.join(base, name), TESTS)
                if name.endswith((".py", ".c")):
                    forgotten += [
                        f"{label}: {path}"
                        for label in set().union(*labels_in(path).values())
                        if path not in named.get(label, ())]
    assert not forgotten, "not in docs/faults.md:\n" + "\n".join(forgotten)
