"""What an agent that brings parcels in from outside may do, and what not."""
import pytest
from lab import NUMBER, files_below, holds, wait_for
from peer import Peer, load_key, new_id, parcel, unpb

CARE, VISIT, PARTNER = NUMBER[1], NUMBER[2], NUMBER[9]
STRANGER = NUMBER[31]               # in no registry row
NO_RIGHT, UNKNOWN_RECEIVER, UNKNOWN_SENDER = 4, 5, 6
DATA = b"brought from outside"
NAME = "from-outside.txt"


@pytest.fixture(params=["national", "hub:kinki"])
def gateway(request, lab):
    """A peer enrolled as a gateway, its session open; and the lab."""
    public, secret = load_key(lab.key("gateway")[:-4] + ".key")
    broker, _ = load_key(lab.path("keys", "broker.pub"))
    lab.ctl("agent", "add", "gateway", "--key",
            lab.path("keys", "gateway.pub"), "--role", request.param)
    peer = Peer(lab.endpoint(), broker, public, secret)
    peer.open()
    yield peer, lab
    peer.close()


def bring(peer, sender, receiver, sender_type="", receiver_type="",
          parcel_id=None):
    parcel_id = parcel_id or new_id()
    peer.submit(parcel(parcel_id, sender, receiver, [(NAME, DATA, "")],
                       sender_type, receiver_type), [DATA])
    return parcel_id


def refusal(peer):
    return peer.wait("refused")[1][2][0]


def arrived(lab, office):
    return [p for p, data in files_below(office.inbox).items()
            if data == DATA and p.endswith(NAME)]


def states(peer, parcel_id):
    """The states of the parcel that the gateway was told in one message."""
    kind, fields, _ = peer.wait("receipt", "receipts")
    items = [fields] if kind == "receipt" else [
        unpb(item) for item in fields[1]]
    return [item[3][0] for item in items if item[1][0] == parcel_id]


@pytest.mark.parametrize("sender", [PARTNER, STRANGER])
def test_outside_to_ours(gateway, sender):
    """A known and an unknown sender: delivered, the gateway hears of it, and
    the record says what was unknown."""
    peer, lab = gateway
    parcel_id = bring(peer, sender, CARE, "17", "43")
    peer.wait("accepted")
    office = lab.offices[CARE]
    wait_for(lambda: lab.tails(), lambda: arrived(lab, office))
    assert states(peer, parcel_id)
    (kept,) = lab.parcels()
    kept = lab.parcel(kept["id"])
    assert [leg["way"] for leg in kept["legs"]] == ["bus"]
    assert kept["agent"] == "gateway"
    notes = " ".join(step["detail"] for step in kept["steps"])
    assert ("not in the registry" in notes) == (sender == STRANGER)


def test_asks_only_for_its_own(gateway):
    """T44: A query tells of what it brought, not of what others sent."""
    peer, lab = gateway
    mine = bring(peer, STRANGER, CARE)
    peer.wait("accepted")
    office = lab.offices[CARE]
    office.send("note.txt", b"not yours", partner=VISIT)
    theirs = wait_for(lambda: lab.tails(), lambda: [
        p["id"] for p in lab.parcels() if p["from"].startswith(CARE)])[0]
    theirs = bytes.fromhex(theirs.replace("-", ""))
    body = b"".join(b"\x0a\x10" + i for i in (mine, theirs))
    peer.say("query", body)
    seen = set()
    while True:
        kind, fields, _ = peer.wait("receipt", "receipts", "answer")
        if kind == "answer":
            assert not fields.get(1)        # neither is called unknown
            break
        for item in ([fields] if kind == "receipt" else
                     [unpb(i) for i in fields[1]]):
            seen.add(item[1][0])
    assert seen == {mine}


@pytest.mark.parametrize("sender,receiver,wanted", [
    (CARE, VISIT, NO_RIGHT),            # as one of ours
    (CARE, PARTNER, NO_RIGHT),
    (STRANGER, PARTNER, NO_RIGHT),      # outwards
    (PARTNER, STRANGER, UNKNOWN_RECEIVER),
])
def test_refused(gateway, sender, receiver, wanted):
    peer, lab = gateway
    bring(peer, sender, receiver)
    assert refusal(peer) == wanted
    assert not lab.parcels()


def test_our_number_with_another_type(gateway):
    """Ours is ours whatever service type is written."""
    peer, _ = gateway
    bring(peer, CARE, VISIT, sender_type="77")
    assert refusal(peer) == NO_RIGHT


def test_office_agents_stay_bound(lab):
    """An office's own agent does not get the right with it."""
    office = lab.offices[CARE]
    name = f"UPPLAN_202612_{STRANGER}_43_{VISIT}_11_20261124150000.CSV"
    office.send(name, b"x\r\n")
    assert holds(lambda: not arrived(lab, lab.offices[VISIT]), 1)
    assert not lab.parcels()
