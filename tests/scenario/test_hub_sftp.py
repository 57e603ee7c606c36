"""A hub behind SFTP: a real sshd on loopback; the same promises as a folder."""
import os

import pytest
from hub_room import HubRoom, profile, rows
from lab import NUMBER, holds
from sftp_server import SftpServer

OURS, THEIRS = NUMBER[1], NUMBER[9]


@pytest.fixture
def server(tmp_path):
    os.makedirs(tmp_path / "ssh", mode=0o700)
    with SftpServer(tmp_path / "ssh") as made:
        yield made


@pytest.fixture
def make_room(make_lab, server):
    rooms = []

    def make(text=None, **settings):
        text = (text or profile()).replace('driver = "folder"',
                                           'driver = "sftp"')
        room = HubRoom(make_lab(rows()), text, **{
            "place__path": server.root, "place__host": "127.0.0.1",
            "place__port": str(server.port),
            "place__host_keys": server.fingerprint,
            "place__timeout": "20 s", "account__user": server.user,
            "account__key_file": server.key, **settings})
        room.place = server.root
        rooms.append(room)
        return room

    yield make
    for room in rooms:
        room.close()


def beyond(files):
    return {os.path.join(THEIRS, name): data for name, data in files.items()}


def test_out_and_in(make_room):
    hub = make_room(profile("handed", "gone", taken="taken")).up()
    files = hub.plan()
    big = f"{OURS}_{THEIRS}.pdf"
    hub.send(files)
    hub.parcels(1, state="delivered")
    assert hub.laid("out") == beyond(files)
    hub.office().send(big, b"%PDF-1.4\n" + os.urandom(3 << 20), THEIRS)
    hub.parcels(2, state="delivered")
    laid = hub.laid(os.path.join("out", THEIRS))
    assert len(laid[big]) == (3 << 20) + 9
    answer = hub.answer()
    for name, data in answer.items():
        hub.put(name, data)
    hub.inbox(answer)
    hub.wait(lambda: hub.laid("taken") == answer and not hub.laid("in"))
    for name in laid:
        os.unlink(os.path.join(hub.place, "out", THEIRS, name))
    hub.wait(lambda: hub.jobs() == [])


def test_another_host_key_is_not_spoken_to(make_room, server):
    hub = make_room().up()
    hub.send(hub.plan())
    hub.parcels(1, state="delivered")
    laid = hub.laid()
    other = server.new_host_key()
    hub.send(hub.plan("20261124160000", 2))
    job = hub.wait(lambda: [j for j in hub.jobs() if j["code"] == "host-key"])
    assert other in job[0]["text"]
    assert hub.laid() == laid
    # a person asked the hub and wrote the new key down
    hub.settings["place/host_keys"] = f"{server.fingerprint} {other}"
    hub.restart()
    hub.parcels(2, state="delivered")


def test_a_key_that_is_not_let_in(make_room, server):
    hub = make_room()
    os.chmod(server.key, 0o644)
    hub.up()
    hub.send(hub.plan())
    hub.wait(lambda: [j for j in hub.jobs() if j["code"] == "login"])
    assert hub.laid() == {}
    os.chmod(server.key, 0o600)
    hub.parcels(1, state="delivered")
    # the server forgets us, and the connection that is open
    server.stop()
    with open(os.path.join(server.folder, "authorized"), "w",
              encoding="ascii"):
        pass
    server.start()
    hub.send(hub.plan("20261124160000", 2))
    hub.wait(lambda: [j for j in hub.jobs() if j["code"] in ("login",)])
    assert holds(lambda: hub.jobs(), 0.3)


def test_the_server_is_away(make_room, server):
    hub = make_room().up()
    server.stop()
    files = hub.plan()
    hub.send(files)
    hub.wait(lambda: [j for j in hub.jobs()
                      if j["tries"] > 1 and j["code"] == "line"])
    server.start()
    hub.parcels(1, state="delivered")
    assert hub.laid("out") == beyond(files)


POINTS = ["hub-sftp-piece", "hub-put", "hub-laid", "hub-named", "hub-handed"]


def test_killed_while_laying(make_room):
    """The hub takes every file at once: a second copy would show."""
    hub = make_room().up()
    got = []

    def drain():
        for name, data in hub.laid("out").items():
            got.append((os.path.basename(name), data))
            os.unlink(os.path.join(hub.place, "out", name))
        return True

    def died():
        hub.process.reap()
        return hub.process.pid() is None

    for n, point in enumerate(POINTS):
        hub.restart(TASUKI_CRASH=point + ":2")
        files = hub.plan(stamp=f"202611241500{n:02}", seed=n + 1)
        hub.send(files)
        hub.wait(lambda: drain() and (died() or point in (
            "hub-laid", "hub-handed") and len(got) == len(files)))
        if not died():
            assert hub.process.stop()
        hub.start()
        hub.wait(lambda: drain() and len(hub.lab.parcels()) == n + 1 and all(
            leg["state"] == "delivered" for p in hub.lab.parcels()
            for leg in p["legs"]))
        drain()
        assert sorted(got) == sorted(files.items()), point
        got.clear()
