"""Papers leave the house: by e-mail to a real OpenSMTPD, by lp to a real cupsd,
by hand with a code that comes back; and what a kill in between makes of it."""
import os
import re
import shutil
import signal
import subprocess

import pytest
from lab import MARKER, NUMBER, by_name, files_below, read, row, wait_for
from mail_server import MailServer, free_port
from peer import Peer, load_key, new_id, parcel
from test_pdf import month_for_partner, papers, patient, wait_state

CARE, PARTNER = NUMBER[1], NUMBER[9]
ADDRESS = "partner@partner.example"
FROM = "tasuki@office.example"
SECRET = "kagi-no-kotoba-7"


class Sender:
    """The key of care, without its agent; a session for each parcel."""

    def __init__(self, room):
        self.endpoint = room.endpoint()
        self.keys = load_key(room.path("keys", "office-care.key"))
        self.broker, _ = load_key(room.path("keys", "broker.pub"))

    def send(self, documents, month="202612"):
        parcel_id = new_id()
        items = [(n, d, n.split("_")[0] if n.endswith(".CSV") else "")
                 for n, d in documents.items()]
        peer = Peer(self.endpoint, self.broker, *self.keys)
        try:
            peer.open()
            peer.submit(parcel(parcel_id, CARE, PARTNER, items, month=month,
                               stamp="20261124150000"),
                        [d for _, d, _ in items])
            peer.wait("accepted", "refused")
        finally:
            peer.close()
        return parcel_id.hex()


@pytest.fixture
def open_room(make_lab):
    """open_room(settings, columns): broker and PDF agent; (room, sender)."""
    def make(settings=None, start=True, **columns):
        room = make_lab([row(1, "43", "care"),
                         row(9, "17", inside=0, **columns)])
        patient(room)
        room.setting("pdf", **(settings or {}))
        room.setting("pdf", handover__look="200 ms")
        room.prepare()
        if start:
            room.agent("pdf").start()
            room.wait_connected(["pdf"])
        return room, Sender(room)

    return make


def codes(room, parcel_id):
    return [s["code"] for s in room.parcel(parcel_id)["steps"]]


def crash_points_built(room):
    """Whether these programs kill themselves at named points."""
    with open(os.path.join(room.bin, "tasuki-pdf"), "rb") as f:
        return b"pdf-committed" in f.read()


# -------------------------------------------------------------------- mail

@pytest.fixture
def mail(tmp_path):
    if not os.access("/usr/sbin/smtpd", os.X_OK) or os.getuid() != 0:
        pytest.skip("OpenSMTPD starts as root only")
    with MailServer(tmp_path / "mail") as server:
        yield server


def mail_settings(mail, tmp_path):
    return {"mail__server": mail.smtps, "mail__ca": mail.ca,
            "mail__from": FROM, "mail__from_name": "試験事業所の襷",
            "mail__passwords": str(tmp_path / "passwords")}


def pdf_of(message):
    parts = [p for p in message.walk()
             if p.get_content_type() == "application/pdf"]
    assert len(parts) == 1
    return parts[0].get_content(), parts[0].get_filename()


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True,
                          timeout=60, **more).stdout


def check_attachments(room, path, documents, out, password=None):
    """qpdf finds nothing wrong; pdfdetach and tasukictl give every document
    back byte for byte."""
    lock = [f"--password={password}"] if password else []
    run("qpdf", "--check", *lock, path)
    detached = os.path.join(out, "detached")
    os.makedirs(detached)
    run("pdfdetach", *(["-upw", password] if password else []), "-saveall",
        "-o", detached, path)
    assert by_name(os.path.join(detached, n)
                   for n in os.listdir(detached)) == documents
    arguments = ["extract", path, "--out", os.path.join(out, "extracted")]
    if password:
        secret = os.path.join(out, "secret")
        with open(secret, "w", encoding="utf-8") as f:
            f.write(password + "\n")
        arguments += ["--password-file", secret]
    answer = room.ctl(*arguments)
    assert {f["name"] for f in answer["files"]} == set(documents)
    assert files_below(os.path.join(out, "extracted")) == documents


def test_mail_carries_a_closed_pdf(open_room, mail, tmp_path):
    os.makedirs(tmp_path / "passwords", mode=0o700)
    with open(tmp_path / "passwords" / PARTNER, "w", encoding="ascii") as f:
        f.write(SECRET + "\n")
    room, sender = open_room(mail_settings(mail, tmp_path), pdf_out="mail",
                             email=ADDRESS)
    documents = month_for_partner(tmp_path / "made", clients=4)
    documents["連絡 髙.txt"] = f"{MARKER} 様\r\n".encode("cp932")
    parcel_id = sender.send(documents)
    wait_state(room, parcel_id, "delivered")
    message, = mail.wait_messages(1)
    assert message["To"].addresses[0].addr_spec == ADDRESS
    assert message["From"].addresses[0].display_name == "試験事業所の襷"
    assert message["Message-ID"] == (
        f"<tasuki-{parcel_id}-0@office.example>")
    assert message["Subject"] == "書類のご送付（2026年12月分）"
    body = message.get_body().get_content()
    assert "試験事業所9 御中" in body and parcel_id[:12] in body
    # who it is about is only inside; the password is nowhere
    raw = message.as_bytes() + body.encode() + str(message["Subject"]).encode()
    for secret in (MARKER, SECRET):
        assert secret.encode() not in raw
    data, name = pdf_of(message)
    assert name == "サービス提供票_2026-12_予定.pdf"
    path = str(tmp_path / "mailed.pdf")
    with open(path, "wb") as f:
        f.write(data)
    shown = run("qpdf", "--show-encryption", f"--password={SECRET}",
                path).decode()
    assert "R = 6" in shown and "AESv3" in shown
    assert subprocess.run(["qpdf", "--check", path], capture_output=True,
                          check=False).returncode != 0
    text = run("pdftotext", "-upw", SECRET, path, "-").decode()
    assert "サービス提供票" in text.replace(" ", "")
    check_attachments(room, path, documents, str(tmp_path), SECRET)
    wrong = tmp_path / "wrong"
    wrong.write_text("another word\n")
    answer = room.ctl("extract", path, "--password-file", str(wrong),
                      check=False)
    assert answer["code"] == "pdf-password"
    # what went out lies in the partner's folder as well
    found = papers(room)
    assert {os.path.basename(p): d for p, d in found.items()
            if not p.endswith(".pdf")} == documents
    # an agreed password needs no letter
    assert not os.path.exists(room.path("pdf", "パスワード通知"))


def test_password_is_told_in_a_letter_once(open_room, mail, tmp_path):
    room, sender = open_room(mail_settings(mail, tmp_path), pdf_out="mail",
                             email=ADDRESS)
    documents = month_for_partner(tmp_path / "made", clients=2)
    for _ in range(2):
        wait_state(room, sender.send(documents), "delivered")
    secret = read(tmp_path / "passwords" / PARTNER).decode().strip()
    assert len(secret) == 16
    assert os.listdir(tmp_path / "passwords") == [PARTNER]
    folder = room.path("pdf", "パスワード通知")
    letter, = os.listdir(folder)
    assert letter.startswith(f"パスワード通知_{PARTNER}_")
    text = run("pdftotext", "-layout", os.path.join(folder, letter),
               "-").decode()
    assert secret in text
    for message in mail.wait_messages(2):
        data, _ = pdf_of(message)
        assert secret.encode() not in message.as_bytes()
        with open(tmp_path / "a.pdf", "wb") as f:
            f.write(data)
        run("qpdf", "--check", f"--password={secret}",
            str(tmp_path / "a.pdf"))
    assert secret not in room.logs()


def test_mail_server_that_is_away_or_refuses(open_room, mail, tmp_path):
    """later while it is away, and by itself afterwards; never without TLS."""
    settings = mail_settings(mail, tmp_path)
    settings["mail__server"] = f"smtps://localhost:{free_port()}"
    room, sender = open_room(settings, pdf_out="mail", email=ADDRESS)
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    wait_for(room.tails, lambda: "mail-server" in codes(room, parcel_id))
    assert papers(room).keys() == {
        p for p in papers(room) if p.startswith("パスワード通知/")}
    agent = room.agent("pdf")
    agent.stop()
    # OpenSMTPD itself, in the clear: nothing may be said to it
    room.setting("pdf", mail__server=f"smtp://localhost:{mail.port}")
    agent = room.agent("pdf")
    agent.start()
    before = codes(room, parcel_id).count("mail-server")
    wait_for(room.tails,
             lambda: codes(room, parcel_id).count("mail-server") > before)
    assert mail.messages() == []
    agent.stop()
    room.setting("pdf", mail__server=mail.smtps)
    room.agent("pdf").start()
    wait_state(room, parcel_id, "delivered")
    assert len(mail.wait_messages(1)) == 1


def test_bad_addresses_never_go_out(open_room, mail, tmp_path):
    """T29."""
    room, sender = open_room(mail_settings(mail, tmp_path), pdf_out="mail",
                             email="事務@b.example")    # the registry took it
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    wait_state(room, parcel_id, "parked")
    assert "bad-policy" in codes(room, parcel_id)
    assert mail.messages() == [] and papers(room) == {}


def decide(room, parcel_id):
    """A person has looked, and wants it sent."""
    room.ctl("parked", "requeue", f"{parcel_id}/0")


def test_lost_answer_is_for_a_person(open_room, mail, tmp_path):
    """The server took the message, its answer was lost: never sent again by
    itself; when a person wants it, with the same Message-ID."""
    room, sender = open_room(mail_settings(mail, tmp_path), pdf_out="mail",
                             email=ADDRESS)
    mail.front.cut_after_data(1)
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    wait_state(room, parcel_id, "parked")
    assert codes(room, parcel_id)[-1] == "unknown"
    assert len(mail.wait_messages(1)) == 1
    other = sender.send({"a.txt": b"others do not wait\r\n"}, month="")
    wait_state(room, other, "delivered")
    assert len(mail.wait_messages(2)) == 2
    decide(room, parcel_id)
    wait_state(room, parcel_id, "delivered")
    found = mail.wait_messages(3)
    ids = [m["Message-ID"] for m in found]
    assert len(ids) == 3 and ids.count(f"<tasuki-{parcel_id}-0"
                                       "@office.example>") == 2


# point -> messages at the server when the kill has passed; whether a person
# is needed afterwards
CRASHES = [
    ("pdf-written", 0, False),
    ("pdf-sending", 0, True),
    ("mail-accepted", 1, True),
    ("pdf-sent", 1, False),
    ("pdf-before-settle", 1, False),
]


@pytest.mark.parametrize("point,there,person", CRASHES)
def test_kill_around_a_mail(open_room, mail, tmp_path, point, there, person):
    """F02: no mail goes out twice by itself, none is lost."""
    room, sender = open_room(mail_settings(mail, tmp_path), start=False,
                             pdf_out="mail", email=ADDRESS)
    if not crash_points_built(room):
        pytest.skip("built without crash points")
    room.environment["pdf"] = {"TASUKI_CRASH": point + ":1"}
    agent = room.agent("pdf")
    agent.start()
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    assert agent.wait_gone(30), room.tails()
    assert len(mail.wait_messages(there)) == there
    del room.environment["pdf"]
    room.agent("pdf").start()
    if person:
        wait_state(room, parcel_id, "parked")
        assert codes(room, parcel_id)[-1] == "unknown"
        assert len(mail.messages()) == there
        assert not [p for p in papers(room) if p.endswith(".CSV")]
        decide(room, parcel_id)
    wait_state(room, parcel_id, "delivered")
    assert len(mail.wait_messages(there + person)) == max(there + person, 1)
    assert len({m["Message-ID"] for m in mail.messages()}) == 1
    assert len([p for p in papers(room) if p.endswith(".CSV")]) == 3
    assert os.listdir(room.path("pdf", ".incoming")) == []


# ------------------------------------------------------------------ printer

class PrintServer:
    """cupsd with one printer, whose backend writes what comes into a file.
    (A raw queue of cupsd itself prints nothing into file:.)"""

    def __init__(self, folder):
        self.folder = str(folder)
        self.port = free_port()
        self.server = f"127.0.0.1:{self.port}"
        self.output = os.path.join(self.folder, "printed")
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        for name in ("etc", "spool", "spool/tmp", "cache", "state"):
            os.makedirs(self.path(name), exist_ok=True)
        os.makedirs(self.path("bin/backend"), exist_ok=True)
        for name in ("daemon", "notifier"):
            os.symlink("/usr/lib/cups/" + name, self.path("bin/" + name))
        backend = self.path("bin/backend/paper")
        with open(backend, "w", encoding="ascii") as f:
            f.write("#!/bin/sh\n[ $# = 0 ] && exit 0\n"
                    f"cat ${{6:+\"$6\"}} >{self.output}.new && "
                    f"mv {self.output}.new {self.output}\n")
        os.chmod(backend, 0o700)        # cupsd runs it as root then
        with open(self.path("etc/cups-files.conf"), "w",
                  encoding="ascii") as f:
            f.write(f"ServerRoot {self.path('etc')}\n"
                    f"ServerBin {self.path('bin')}\n"
                    f"RequestRoot {self.path('spool')}\n"
                    f"TempDir {self.path('spool/tmp')}\n"
                    f"CacheDir {self.path('cache')}\n"
                    f"StateDir {self.path('state')}\n"
                    f"ErrorLog {self.path('error_log')}\n"
                    f"AccessLog {self.path('access_log')}\n"
                    f"PageLog {self.path('page_log')}\n"
                    "User lp\nGroup lp\nSystemGroup root\n"
                    "Sandboxing relaxed\n")
        with open(self.path("etc/cupsd.conf"), "w", encoding="ascii") as f:
            f.write(f"Listen {self.server}\nBrowsing No\n"
                    "DefaultAuthType None\nWebInterface No\n"
                    "<Location />\nOrder allow,deny\nAllow 127.0.0.1\n"
                    "</Location>\n"
                    "<Location /admin>\nOrder allow,deny\nAllow 127.0.0.1\n"
                    "</Location>\n"
                    "<Policy default>\n<Limit All>\nOrder allow,deny\n"
                    "Allow all\n</Limit>\n</Policy>\n")
        self.start()
        wait_for(self.log, self.add_printer, 30)
        return self

    def start(self):
        self.process = subprocess.Popen(
            ["/usr/sbin/cupsd", "-f", "-c", self.path("etc/cupsd.conf"),
             "-s", self.path("etc/cups-files.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)

    def add_printer(self):
        return subprocess.run(
            ["/usr/sbin/lpadmin", "-h", self.server, "-p", "office", "-E",
             "-v", "paper:/tray", "-m", "raw"],
            capture_output=True, check=False, timeout=20).returncode == 0

    def log(self):
        path = self.path("error_log")
        return read(path).decode()[-3000:] if os.path.exists(path) else ""

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
            self.process = None

    def jobs(self):
        """Titles of all jobs it ever took."""
        out = subprocess.run(["lpstat", "-h", self.server, "-W", "all", "-o"],
                             capture_output=True, check=False, text=True,
                             timeout=20).stdout
        return out.splitlines()


@pytest.fixture
def printer(tmp_path):
    if not os.access("/usr/sbin/cupsd", os.X_OK) or os.getuid() != 0:
        pytest.skip("cupsd starts as root only")
    with PrintServer(tmp_path / "cups") as server:
        yield server


def printed(server):
    return os.path.exists(server.output)


def test_printed_by_cups(open_room, printer, tmp_path):
    room, sender = open_room({"print__server": printer.server},
                             pdf_out="printer", pdf_printer="office", qr="1")
    documents = month_for_partner(tmp_path / "made", clients=3)
    parcel_id = sender.send(documents)
    wait_state(room, parcel_id, "delivered")
    wait_for(printer.log, lambda: printed(printer), 30)
    pdf, = [d for p, d in papers(room).items() if p.endswith(".pdf")]
    assert read(printer.output) == pdf
    assert len(printer.jobs()) == 1
    # a cover first; data sheets last, for who can scan
    path = str(tmp_path / "printed.pdf")
    shutil.copy(printer.output, path)
    check_attachments(room, path, documents, str(tmp_path))
    pages = run("pdftotext", path, "-").decode().split("\f")[:-1]
    assert PARTNER in pages[0] and CARE in pages[0]
    assert "データシート" in pages[-1].replace(" ", "")
    # paper -> scanner -> the same bytes
    run("pdftoppm", "-r", "300", "-gray", "-png", path,
        str(tmp_path / "scan"))
    images = sorted(str(tmp_path / n) for n in os.listdir(tmp_path)
                    if n.startswith("scan"))
    answer = room.ctl("scan", *reversed(images), "--out",
                      str(tmp_path / "scanned"))
    assert [s["missing"] for s in answer["sheets"]] == [[]]
    assert files_below(tmp_path / "scanned") == documents
    # and without its last page the missing numbers are told
    less = room.ctl("scan", *images[:-1], "--out", str(tmp_path / "less"),
                    check=False)
    assert not less["ok"]
    assert not os.path.exists(tmp_path / "less")


def test_print_server_away_and_lp_missing(open_room, printer, tmp_path):
    printer.stop()
    room, sender = open_room({"print__server": printer.server,
                              "print__timeout": "20 s"},
                             out="", pdf_out="printer", pdf_printer="office")
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    wait_for(room.tails, lambda: "print-server" in codes(room, parcel_id), 60)
    assert papers(room) == {}
    printer.start()
    wait_state(room, parcel_id, "delivered", 60)
    wait_for(printer.log, lambda: printed(printer), 30)
    assert len(printer.jobs()) == 1


def test_kill_after_the_printer_took_it(open_room, printer, tmp_path):
    room, sender = open_room({"print__server": printer.server}, start=False,
                             pdf_out="printer", pdf_printer="office")
    if not crash_points_built(room):
        pytest.skip("built without crash points")
    room.environment["pdf"] = {"TASUKI_CRASH": "print-accepted:1"}
    agent = room.agent("pdf")
    agent.start()
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    assert agent.wait_gone(30), room.tails()
    del room.environment["pdf"]
    room.agent("pdf").start()
    wait_state(room, parcel_id, "parked")
    assert codes(room, parcel_id)[-1] == "unknown"
    wait_for(printer.log, lambda: printed(printer), 30)
    assert len(printer.jobs()) == 1
    # the paper lies there: a person ends it
    room.ctl("parked", "close", f"{parcel_id}/0", "it lies in the tray")
    assert room.states(parcel_id) == ["closed"]


def test_lp_that_hangs_is_unknown(open_room, tmp_path):
    """What takes the job and never says so; nothing runs in a shell."""
    fake = tmp_path / "lp"
    fake.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\" >>"
                    f"{tmp_path}/arguments\nexec sleep 600\n")
    fake.chmod(0o755)
    room, sender = open_room({"print__command": str(fake),
                              "print__timeout": "1 s"}, pdf_out="printer",
                             pdf_printer="office")
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    wait_state(room, parcel_id, "parked")
    assert codes(room, parcel_id)[-1] == "unknown"
    assert (tmp_path / "arguments").read_text().split() == [
        "-d", "office", "-t", f"tasuki-{parcel_id[:12]}", "-s"]


def test_bad_printer_name(open_room, tmp_path):
    room, sender = open_room(pdf_out="printer", pdf_printer="-o raw;id")
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    wait_state(room, parcel_id, "parked")
    assert "bad-policy" in codes(room, parcel_id)


# ----------------------------------------------------------------- by hand

def handed_over(room, sender, tmp_path):
    """A paper lies ready; (parcel id, its code)."""
    parcel_id = sender.send(month_for_partner(tmp_path / "made", clients=2))
    wait_state(room, parcel_id, "delivered")
    path, = [p for p in papers(room) if p.endswith(".pdf")]
    cover = run("pdftotext", "-l", "1", room.path("pdf", path), "-").decode()
    codes_found = re.findall(r"\b[2-9A-HJ-NP-Y]{5}-[2-9A-HJ-NP-Y]{5}\b", cover)
    assert codes_found, cover
    assert MARKER not in cover
    listed = room.ctl("handover", "list", "--folder", room.path("pdf"))
    assert [(c["code"], c["state"], c["id"]) for c in listed["codes"]] == [
        (codes_found[0], "open", parcel_id)]
    return parcel_id, codes_found[0]


def test_code_comes_back_by_telephone(open_room, tmp_path):
    room, sender = open_room(pdf_out="handover")
    parcel_id, code = handed_over(room, sender, tmp_path)
    folder = room.path("pdf")
    slip = code[:-1] + ("2" if code[-1] != "2" else "3")
    done = subprocess.run(
        [os.path.join(room.bin, "tasukictl"), "handover", "confirm", slip,
         "--folder", folder], capture_output=True, check=False)
    assert done.returncode == 2
    typed = code.replace("-", " ").lower()
    assert not room.ctl("handover", "confirm", typed, "--folder",
                        folder)["before"]
    wait_state(room, parcel_id, "picked-up")
    assert room.ctl("handover", "confirm", code, "--folder",
                    folder)["before"]
    wait_for(room.tails, lambda: [
        c["state"] for c in room.ctl("handover", "list", "--folder",
                                     folder)["codes"]] == ["reported"])


def test_code_comes_back_as_a_file(open_room, tmp_path):
    """Without any command; and while the broker is away."""
    room, sender = open_room(pdf_out="handover")
    parcel_id, code = handed_over(room, sender, tmp_path)
    tray = room.path("pdf", "受領コード")
    wait_for("the tray", lambda: os.path.isdir(tray))
    room.kill(room.broker()[0])
    wide = "".join(chr(ord(c) + 0xfee0) for c in code)
    for name in (wide + ".txt", "memo.txt"):
        with open(os.path.join(tray, name), "wb"):
            pass
    wait_for(lambda: os.listdir(tray), lambda: sorted(
        os.listdir(tray)) == sorted(["済", "不明_memo.txt"]))
    agent = room.agent("pdf")
    agent.stop()
    room.start_broker()
    room.agent("pdf").start()
    wait_state(room, parcel_id, "picked-up", 60)
    # only the slip with a code closed one, and it is said once
    assert os.listdir(os.path.join(tray, "済")) == [wide + ".txt"]
    wait_for(room.tails, lambda: [
        (c["code"], c["state"]) for c in room.ctl(
            "handover", "list", "--folder", room.path("pdf"))["codes"]] == [
                (code, "reported")])


# ------------------------------------------------------------------- others

def test_dubious_documents_by_policy(open_room, tmp_path):
    lie = {"写真.jpg": b"%PDF-1.7 this is no picture\r\n"}
    head = (b"%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
            b"2 0 obj <</Type/Pages/Kids[]/Count 0>> endobj\n")
    bad = {"数.pdf": head + b"trailer <</Root 1 0 R/Size 2147483647>>\n",
           "深.pdf": head + b"3 0 obj " + b"[" * 200000 + b" endobj\n"
                     b"trailer <</Root 1 0 R/Size 4>>\n",
           "無.pdf": b"%PDF-1.7\n"}
    room, sender = open_room()
    agent = room.agent("pdf")
    pid = agent.pid()
    parcel_id = sender.send({**lie, **bad}, month="")
    wait_state(room, parcel_id, "delivered")
    assert {os.path.basename(p): d for p, d in papers(room).items()
            if os.path.basename(p) in {**lie, **bad}} == {**lie, **bad}
    assert "code=type-lie result=passed" in room.logs()
    assert room.logs().count("code=pdf-damaged result=passed") >= 2
    assert agent.pid() == pid
    agent.stop()
    room.setting("pdf", documents__dubious="refuse")
    room.agent("pdf").start()
    parcel_id = sender.send(lie, month="")
    wait_state(room, parcel_id, "parked")
    assert "type-lie" in codes(room, parcel_id)
    assert "写真" not in room.logs()
    # nothing is lost: a person lets it pass
    room.agent("pdf").stop()
    room.setting("pdf", documents__dubious="pass")
    room.agent("pdf").start()
    decide(room, parcel_id)
    wait_state(room, parcel_id, "delivered")


def test_markers_are_forgotten_one_day(open_room, tmp_path):
    room, sender = open_room(start=False)
    old = room.path("pdf", ".received", "2020-01")
    other = room.path("pdf", ".received", "notes")
    for folder in (old, other):
        os.makedirs(folder)
    with open(os.path.join(old, "0" * 32), "wb"):
        pass
    room.agent("pdf").start()
    parcel_id = sender.send({"a.txt": b"text\r\n"}, month="")
    wait_state(room, parcel_id, "delivered")
    assert not os.path.exists(old) and os.path.exists(other)
    month, = [n for n in os.listdir(room.path("pdf", ".received"))
              if n != "notes"]
    assert os.listdir(room.path("pdf", ".received", month)) == [parcel_id]
