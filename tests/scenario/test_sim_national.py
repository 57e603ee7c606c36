"""The practice national system itself: it must be as strict as we say, or the
gateway's tests prove nothing."""
import datetime
import hashlib
import http.client
import ssl
import subprocess

import pytest
from lab import NUMBER, by_name, plan_set, row
from national import National
from national.client import Client

CARE, VISIT, OTHER, LATE = (NUMBER[n] for n in (1, 2, 3, 4))
STRANGER = NUMBER[9]
NETWORK = (OSError, ssl.SSLError)


def plan(folder, to=2, kind="11", stamp="20261124150000"):
    return by_name(plan_set(folder, row(1, "43"), row(to, kind),
                            stamp=stamp))


def code(answer):
    status, document = answer
    assert status == 200, answer
    return document["result"]["code"]


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    offices = {CARE: ["43"], VISIT: ["11", "15"], OTHER: ["43"],
               LATE: ["11"]}
    with National(tmp_path_factory.mktemp("national"), offices) as made:
        yield made


@pytest.fixture
def care(nation):
    client = Client(nation, CARE)
    assert code(client.login()) == "0000"
    yield client
    client.close()
    nation.clear()


def test_send_list_fetch(nation, care, tmp_path):
    files = plan(tmp_path)
    status, answer = care.send(VISIT, "11", files)
    assert status == 200 and answer["result"]["code"] == "0000"
    item = answer["item_id"]
    _, sent = care.list("sent")
    (entry,) = [i for i in sent["items"] if i["item_id"] == item]
    assert entry["state"] == "sent" and {
        f["name"]: f["sha256"] for f in entry["files"]} == {
        n: hashlib.sha256(d).hexdigest() for n, d in files.items()}
    visit = Client(nation, VISIT)
    visit.login()
    _, got = visit.list("received")
    (entry,) = [i for i in got["items"] if i["item_id"] == item]
    assert entry["from"] == {"office_number": CARE, "service_type": "43"}
    status, whole = visit.fetch(item)
    assert whole["state"] == "fetched" and len(whole["files"]) == 3
    _, sent = care.list("sent")
    assert [i["state"] for i in sent["items"] if i["item_id"] == item] == [
        "fetched"]
    assert code(care.fetch(item)) == "B008"     # not its receiver
    # one more goes as a second item, and is seen
    again = nation.ask("duplicate", {"item_id": item})["item_id"]
    assert len(visit.list("received")[1]["items"]) == 2
    assert code(visit.fetch(again)) == "0000"
    visit.close()


def test_paging(nation, care, tmp_path):
    for n in range(5):
        assert code(care.send(VISIT, "11", {f"scan{n}.pdf": b"%PDF"})
                    ) == "0000"
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        status, page = care.list("sent", **query)
        assert status == 200 and len(page["items"]) <= 2
        seen += [i["item_id"] for i in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= 5 and seen == sorted(seen)


def test_who_may_come_in(nation, care, tmp_path):
    # no certificate, an expired one, an older TLS: not even a handshake
    with pytest.raises(NETWORK):
        Client(nation, CARE, certificate="").login()
    past = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    nation.ask("office", {"number": LATE, "types": ["11"], "account": True,
                          "until": past.isoformat()})
    with pytest.raises(NETWORK):
        Client(nation, LATE).login()
    old = Client(nation, CARE)
    old.context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(NETWORK):
        old.login()
    # another office's certificate; another office's token
    assert code(Client(nation, CARE, certificate=OTHER).login()) == "A003"
    thief = Client(nation, OTHER)
    assert thief.call("GET", "/careplan/v1/sent", token=care.tokens[
        "access_token"])[0] == 403
    assert Client(nation, OTHER).list("sent")[0] == 401
    assert care.call("GET", "/careplan/v2/sent")[0] == 404
    nation.ask("withdraw", {"number": OTHER})
    assert thief.login()[0] == 403


def test_tokens(nation, care):
    old = dict(care.tokens)
    assert (old["access_expires_in"], old["refresh_expires_in"]) == (
        3600, 28800)
    nation.ask("expire", {"kind": "access", "office": CARE})
    assert care.list("sent")[0] == 401
    assert code(care.refresh()) == "0000"
    assert care.list("sent")[0] == 200
    care.tokens["refresh_token"] = old["refresh_token"]
    assert code(care.refresh()) == "A004"
    assert care.tokens["refresh_expires_in"] <= 28800


def test_lock_out(nation):
    nation.set(lock_failures=3, lock_seconds=600)
    client = Client(nation, VISIT)
    codes = [code(client.login("wrong")) for _ in range(3)]
    assert codes == ["A001"] * 3
    status, answer = client.login()
    assert answer["result"]["code"] == "A002" and answer["locked_until"]
    assert nation.accounts()[VISIT]["locked"]
    nation.set(lock_failures=5, lock_seconds=900)


def without(files, kind):
    return {n: d for n, d in files.items() if not n.startswith(kind)}


def renamed(files, old, new):
    return {n.replace(old, new): d for n, d in files.items()}


REFUSED = [     # receiver, type, change to the files, business error
    (STRANGER, "17", lambda f: renamed(f, VISIT, STRANGER), "B001"),
    (VISIT, "17", lambda f: renamed(f, "_11_", "_17_"), "B002"),
    (CARE, "43", lambda f: renamed(f, VISIT, CARE), "B003"),
    (VISIT, "11", lambda f: without(f, "UPSIKYU"), "B004"),
    (VISIT, "11", lambda f: {**f, "scan.pdf": b"%PDF"}, "B004"),
    (VISIT, "11", lambda f: renamed(f, CARE, OTHER), "B006"),
    (VISIT, "11", lambda f: {"letter.exe": b"MZ"}, "B006"),
    (VISIT, "11", lambda f: renamed(renamed(f, "_43_", "_"), "_11_", "_"),
     "B009"),
]


@pytest.mark.parametrize("to, kind, change, wanted", REFUSED)
def test_refused(nation, care, tmp_path, to, kind, change, wanted):
    before = len(nation.sends())
    assert code(care.send(to, kind, change(plan(tmp_path)))) == wanted
    assert len(nation.sends()) == before


def test_hash_and_form(nation, care):
    body = {"to": {"office_number": VISIT}, "files": [
        {"name": "a.pdf", "sha256": "0" * 64, "content": "JVBERg=="}]}
    assert code(care.call("POST", "/careplan/v1/sent", body)) == "B005"
    body["files"][0]["content"] = "not base64!"
    assert care.call("POST", "/careplan/v1/sent", body)[0] == 400
    assert care.call("POST", "/careplan/v1/sent", {"to": 5})[0] == 400


def test_in_part_and_the_rest(nation, care, tmp_path):
    files = plan(tmp_path, stamp="20261124160000")
    nation.fault("send", refuse=1)
    status, answer = care.send(VISIT, "11", files)
    assert answer["result"]["code"] == "W001"
    missing = [f["name"] for f in answer["files"]
               if f["result"]["code"] != "0000"]
    assert len(missing) == 1
    def state():
        return [i["state"] for i in nation.items()
                if i["item_id"] == answer["item_id"]]
    assert state() == ["incomplete"]
    status, rest = care.send(VISIT, "11", {n: files[n] for n in missing})
    assert rest["result"]["code"] == "0000", rest
    assert rest["item_id"] == answer["item_id"] and state() == ["sent"]
    assert not [d for d in nation.doubles() if d["name"] in files]


FAULTS = [({"status": 503}, 503, False), ({"status": 500}, 500, False),
          ({"code": "B001"}, "B001", False), ({"cut": True}, None, False),
          ({"lost": True}, None, True), ({"garbage": True}, None, True),
          ({"hang": True}, None, False), ({"hang_after": True}, None, True)]


@pytest.mark.parametrize("fault, wanted, stored", FAULTS)
def test_faults(nation, tmp_path, fault, wanted, stored):
    care = Client(nation, CARE, timeout=3 if "hang" in str(fault) else 60)
    care.login()
    name = "-".join(f"{k}{v}" for k, v in fault.items()) + ".pdf"
    nation.fault("send", to=VISIT, skip=1, **fault)
    assert code(care.send(VISIT, "", {"before-" + name: b"%PDF"})) == "0000"
    if wanted is None:
        with pytest.raises((*NETWORK, ValueError,
                            http.client.HTTPException)):
            care.send(VISIT, "", {name: b"%PDF"})
    else:
        status, answer = care.send(VISIT, "", {name: b"%PDF"})
        assert wanted in (status, answer.get("result", {}).get("code"))
    assert (name in [s["name"] for s in nation.sends()]) == stored
    # the fault is used up
    assert code(care.send(VISIT, "", {"after-" + name: b"%PDF"})) == "0000"
    care.close()


def test_maintenance(nation, care):
    nation.maintenance(600)
    status, answer = care.list("sent")
    assert status == 503 and answer["error"]["code"] == "S503M"
    assert answer["error"]["until"]
    nation.maintenance(0)
    assert care.list("sent")[0] == 200


def test_killed_it_remembers(nation, care, tmp_path):
    files = {"kept.pdf": b"%PDF kept"}
    assert code(care.send(VISIT, "", files)) == "0000"
    before, url = nation.items(), nation.url()
    nation.kill()
    nation.start()
    care.close()
    assert nation.items() == before and nation.url() == url
    assert care.list("sent")[0] == 200      # the token is still good
    assert code(care.send(VISIT, "", files)) == "0000"
    assert [d["times"] for d in nation.doubles()
            if d["name"] == "kept.pdf"] == [2]


def test_the_container_opens_with_its_password(nation):
    out = subprocess.run(
        ["openssl", "pkcs12", "-in", nation.office(CARE, "client.p12"),
         "-passin", "file:" + nation.office(CARE, "client.p12.password"),
         "-nodes"], capture_output=True, text=True, check=True,
        timeout=30).stdout
    assert f"CN = {CARE}" in out and "PRIVATE KEY" in out
