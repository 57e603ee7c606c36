"""Where the offices' secrets are in memory, and where they are not (T36).  On
programs without a sanitizer, which would lock nothing."""
import os
import re
import subprocess

import pytest

from lab import read, wait_for
from national_room import (CARE, PARTNERS, ROWS, SECOND,
                           NationalRoom)
from process_memory import Memory, below, core_limit, owner

P1 = PARTNERS[0]
NOBODY = 65534


@pytest.fixture
def room(make_lab):
    made = NationalRoom(make_lab(list(ROWS.values())), offices=[CARE, SECOND])
    yield made.open()
    made.close()


def private_key(room, number):
    """The number that is the key, as it stands in files and as OpenSSL has it
    in memory."""
    done = subprocess.run(
        ["openssl", "ec", "-in", room.nation.office(number, "client.pem"),
         "-noout", "-text"], capture_output=True, text=True, check=True,
        timeout=30)
    digits = re.search(r"priv:\s*((?:[0-9a-f]{2}[:\s]*)+)", done.stdout)[1]
    key = bytes.fromhex(re.sub(r"[^0-9a-f]", "", digits))[-32:]
    return {f"{number} key": key, f"{number} key, reversed": key[::-1]}


def lasting(room):
    """What opens doors for years: name -> bytes."""
    words = {}
    for number in room.offices:
        login, p12 = room.nation.secrets_of(number)
        words[f"{number} password"] = login.encode()
        words[f"{number} p12 password"] = p12.encode()
        words[f"{number} p12"] = read(
            room.nation.office(number, "client.p12"))[64:128]
        words.update(private_key(room, number))
    return words


def tokens(room):
    return {f"token {i}": t.encode()
            for i, t in enumerate(room.nation.issued())}


def send_one(room, number):
    for sender in room.offices:
        files = room.plan(P1, sender=sender, number=number)
        before = len(room.sent_names())
        room.send(files, sender)
        wait_for(room.tail, lambda: set(files) <= set(room.sent_names())
                 and len(room.sent_names()) > before, 60)


def start_as_group(room):
    """In a group of its own: whose files in /proc are is how one sees that a
    process of root cannot be dumped."""
    assert room.process.stop(), room.process.log_tail()
    if os.geteuid() == 0:
        room.process.command[:0] = ["setpriv", f"--regid={NOBODY}",
                                    "--clear-groups"]
    room.process.start()
    room.lab.wait_connected(["national"])
    return (os.geteuid(), NOBODY if os.geteuid() == 0 else os.getegid())


def test_t36_memory(room):
    """T18:
    Passwords, keys and tokens are in the worker of their own office and in
    no other process; there they are locked, in no core, and nobody can look;
    a token that is over is nowhere."""
    us = start_as_group(room)
    send_one(room, 1)
    room.nation.ask("expire", {"kind": "access"})
    over = tokens(room)
    send_one(room, 2)
    words = {**lasting(room), **tokens(room)}
    alive = {n: w for n, w in words.items() if n not in over}
    assert len(alive) > len(lasting(room)), "no token was renewed"
    gateway, broker = room.process.pid(), room.lab.broker()[0].pid()
    # it holds the root key
    assert owner(gateway) == (0, 0) != us and core_limit(gateway) == ["0", "0"]
    children = below(gateway)
    assert children
    for pid in children:
        assert owner(pid) == (0, 0), "it can be dumped"
        assert core_limit(pid) == ["0", "0"]
    for pid in (gateway, broker):
        assert not Memory(pid).find(words)
    if os.geteuid() != 0:
        return          # the rest nobody can see, which is the point
    holders = {}
    for pid in children:
        memory = Memory(pid)
        assert not memory.find(over), "a token that is over lies about"
        hits = memory.find({n: w for n, w in words.items() if n not in over})
        if hits:
            holders[pid] = {hit.name for hit in hits}
        loose = [h for h in hits if h.dumped or not (h.locked
                                                     or memory.sanitized)]
        assert not loose, loose
    # each its own; and so it is proven that the search finds what is there
    assert len(holders) == 2, holders
    for number in room.offices:
        (mine,) = [names for names in holders.values()
                   if f"{number} password" in names]
        assert any(n.startswith("token") for n in mine), mine
        assert not [n for n in mine for other in room.offices
                    if other != number and n.startswith(other)], mine
