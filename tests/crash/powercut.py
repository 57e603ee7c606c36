"""What a disk can hold after the power was cut.

powershim.c writes down what a program asked of the disk.  A Disk follows that
log and knows at each time what is durable (synced) and what is not yet; cut()
makes of it a tree that a real disk could hold: of what was not synced, some is
there, some is not, some is torn in a sector.

The rules, harsher than a usual file system with a journal:

- bytes are safe after a sync of their file (or if written O_DSYNC);
- a name, its removal or its move is safe after a sync of its folder, not after
  one of the file itself;
- what happened to names in one folder is kept up to some point, another one in
  another folder; a move from one folder to another happens in both or in
  neither, and nothing is in a folder that is not there itself;
- writes that were not synced may be there in any selection, each also in part,
  cut at 512 bytes.
"""
import copy
import os
import shutil
import struct

HEAD = struct.Struct("=qIIIIQQQQQ")
CREATE, WRITE, SIZE, SYNC, FOLDER, RENAME, REMOVE, LINK = range(1, 9)
SECTOR = 512


class Record:
    __slots__ = ("ns", "kind", "flag", "name", "other", "data", "file",
                 "folder", "other_folder", "offset")


def read_log(path):
    """All records, in order.  The last may be cut if its writer was killed."""
    with open(path, "rb") as f:
        text = f.read()
    records, at = [], 0
    while at + HEAD.size <= len(text):
        r = Record()
        (r.ns, r.kind, r.flag, name, other, data, r.file, r.folder,
         r.other_folder, r.offset) = HEAD.unpack_from(text, at)
        at += HEAD.size
        r.name = text[at:at + name]
        r.other = text[at + name:at + name + other]
        at += name + other
        r.data = text[at:at + data]
        at += data
        if at > len(text):
            break
        records.append(r)
    return records


def followed(disk, records, ns=None):
    """The same disk after the records up to that time; itself unchanged."""
    disk = copy.deepcopy(disk)
    for r in records:
        if ns is not None and r.ns > ns:
            break
        disk.follow(r)
    return disk


class File:
    def __init__(self, data=b""):
        self.data = bytearray(data)     # durable
        self.pending = []               # records, in order

    def settle(self):
        for r in self.pending:
            put(self.data, r)
        self.pending = []


class Folder:
    def __init__(self):
        self.now = {}                   # name -> File or Folder
        self.names = {}                 # the same, as far as durable
        self.pending = []               # steps, in order
        self.born = None                # the step that made it


class Step:
    """A change of names, of one folder or of two at once."""
    __slots__ = ("parts", "done")

    def __init__(self, *parts):
        self.parts = parts              # (folder, name, node or None)
        self.done = False
        for folder in {id(f): f for f, _, _ in parts}.values():
            folder.pending.append(self)


def put(data, r):
    if r.kind == SIZE:
        if r.offset < len(data):
            del data[r.offset:]
        else:
            data.extend(bytes(r.offset - len(data)))
        return
    if len(data) < r.offset:
        data.extend(bytes(r.offset - len(data)))
    data[r.offset:r.offset + len(r.data)] = r.data


def settle_names(folder, last=None):
    """Make durable what happened to the names of a folder, up to a step."""
    while folder.pending:
        step = folder.pending[0]
        if not step.done:
            step.done = True
            for where, name, node in step.parts:
                # what was before it in the other folder was before it
                if where is not folder:
                    settle_names(where, step)
                if where.born is not None and not where.born.done:
                    settle_names(where.born.parts[0][0], where.born)
                if node is None:
                    where.names.pop(name, None)
                else:
                    where.names[name] = node
        if folder.pending and folder.pending[0] is step:
            folder.pending.pop(0)
        if step is last:
            return


class Disk:
    """The folder of one machine, from a tree as it stood (all durable)."""

    def __init__(self, root):
        self.root = root
        self.nodes = {}                 # inode -> File or Folder, as of now
        self.top = self._load(root)

    def _load(self, path):
        folder = Folder()
        self.nodes[os.stat(path).st_ino] = folder
        for entry in os.scandir(os.fsencode(path)):
            if entry.is_dir(follow_symlinks=False):
                folder.names[entry.name] = self._load(entry.path)
            elif entry.is_file(follow_symlinks=False):
                with open(entry.path, "rb") as f:
                    file = File(f.read())
                    # as fstat() says: an overlay's listing may say another
                    self.nodes[os.fstat(f.fileno()).st_ino] = file
                folder.names[entry.name] = file
        folder.now = dict(folder.names)
        return folder

    # -- following the log

    def follow(self, r):
        """One more record; one of another machine is none of ours."""
        if r.kind in (WRITE, SIZE):
            if (file := self.nodes.get(r.file)) is None:
                return
            if r.kind == WRITE and r.flag:
                put(file.data, r)       # durable at once, and itself only
            else:
                file.pending.append(r)
        elif r.kind == SYNC:
            self._sync(r)
        else:
            self._name(r)

    def _sync(self, r):
        if (node := self.nodes.get(r.file)) is None:
            return
        for one in (list(self.nodes.values()) if r.flag else [node]):
            if isinstance(one, File):
                one.settle()
            else:
                settle_names(one)

    def _name(self, r):
        folder = self.nodes.get(r.folder) if r.folder else None
        other = self.nodes.get(r.other_folder) if r.other_folder else None
        if folder is None and other is None:
            if r.kind in (CREATE, FOLDER):
                self.nodes.pop(r.file, None)    # an inode of ours, used again
            return
        if r.kind in (CREATE, FOLDER):
            node = File() if r.kind == CREATE else Folder()
            self.nodes[r.file] = node   # an inode is used again
            step = self._change((folder, r.name, node))
            if r.kind == FOLDER:
                node.born = step
        elif r.kind == REMOVE:
            self._change((folder, r.name, None))
        elif r.kind == LINK:
            self._change((other, r.other, self.nodes[r.file]))
        elif r.kind == RENAME:
            node = folder.now[r.name]
            self._change((folder, r.name, None), (other, r.other, node))

    def _change(self, *parts):
        for folder, name, node in parts:
            if node is None:
                folder.now.pop(name, None)
            else:
                folder.now[name] = node
        return Step(*parts)

    # -- what is there

    def whole(self):
        """All of it, as a program would see it now: {path: bytes}."""
        return self._tree(self.top, b"", lambda f: f.now, all_of)

    def cut(self, random):
        """What may be there after the power is cut now: {path: bytes or
        None for a folder}.  Ends this disk."""
        folders = [n for n in self.nodes.values() if isinstance(n, Folder)]
        random.shuffle(folders)
        for folder in folders:
            fate = random.random()
            if folder.pending and fate > 0.4:
                keep = (len(folder.pending) if fate > 0.7 else
                        random.randint(1, len(folder.pending)))
                settle_names(folder, folder.pending[keep - 1])
        return self._tree(self.top, b"", lambda f: f.names,
                          lambda f: torn(f, random))

    def _tree(self, folder, path, names, bytes_of):
        found = {path: None}
        for name, node in names(folder).items():
            below = os.path.join(path, name)
            if isinstance(node, Folder):
                found.update(self._tree(node, below, names, bytes_of))
            else:
                found[below] = bytes_of(node)
        return found


def all_of(file):
    data = bytearray(file.data)
    for r in file.pending:
        put(data, r)
    return bytes(data)


def torn(file, random):
    """What may be there of a file of which not all was synced."""
    data = bytearray(file.data)
    fate = random.random()
    for r in file.pending:
        one = fate if fate < 0.3 or fate > 0.7 else random.random()
        if one > 0.6:
            put(data, r)
        elif one > 0.3 and r.kind == WRITE:
            part(data, r, random)
    return bytes(data)


def part(data, r, random):
    """Some of its sectors only."""
    first = r.offset - r.offset % SECTOR
    for at in range(first, r.offset + len(r.data), SECTOR):
        if random.random() < 0.5:
            continue
        piece = Record()
        piece.kind, piece.offset = WRITE, max(at, r.offset)
        piece.data = r.data[piece.offset - r.offset:at + SECTOR - r.offset]
        put(data, piece)


def lay(tree, root):
    """Make a folder hold a tree and nothing else."""
    for entry in os.scandir(root):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    for path, data in sorted(tree.items()):
        at = os.path.join(os.fsencode(root), path)
        if data is None:
            os.makedirs(at, mode=0o700, exist_ok=True)
        else:
            fd = os.open(at, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(fd, "wb") as f:
                f.write(data)
