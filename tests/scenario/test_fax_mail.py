"""The FAX agent and a mail-to-FAX provider behind a real mail server.

OpenSMTPD on loopback takes the mails; the provider's result mails come through
the same server into a Maildir of ours, which we read ourselves or through Dovecot
by IMAP.
"""
import os
import smtplib
from email.message import EmailMessage

import pytest
from fax_room import FAX, FaxRoom, look, no_name
from imap_server import PASSWORD, ImapServer
from lab import holds, wait_for
from mail_server import USER, MailServer

FROM = "tasuki@clinic.test"
PROFILE = """driver = "smtp"
name = "a mail-to-FAX provider"
timeout = "10 s"
mail
    server = "{server}"
    ca = "{ca}"
    to = "{{intl}}@fax.test"
    subject = "==={{tag}}"
    result_from = "result@fax.test"
    {results}
result
    busy = "話中|busy"
    failed = "送信失敗|failed"
    confirmed = "送信完了|sent"
"""


class MailRoom(FaxRoom):
    def __init__(self, lab, server, imap=None, **settings):
        self.server, self.results = server, server.results
        if imap:
            self.password = lab.path("keys", "mailbox")
            with open(self.password, "w", encoding="ascii") as f:
                f.write(PASSWORD + "\n")
            os.chmod(self.password, 0o600)
            settings.update(account__user="clerk",
                            account__password_file=self.password)
        super().__init__(lab, PROFILE.format(
            server=server.smtps, ca=server.ca,
            results=f'imap = "{imap.url}"' if imap
            else f'maildir = "{self.results}"'),
            account__from=FROM, **settings)

    def wait_mails(self, count):
        try:
            return self.server.wait_messages(count)
        except AssertionError as error:
            raise AssertionError(
                f"{error}\n{self.process.log_tail(20)}") from error

    def answer(self, subject, text, sender="result@fax.test",
               charset="utf-8", **headers):
        mail = EmailMessage()
        mail["From"], mail["To"] = f"FAX <{sender}>", FROM
        mail["Subject"] = subject
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text, charset=charset)
        with smtplib.SMTP("127.0.0.1", self.server.port, timeout=20) as s:
            s.send_message(mail, from_addr=sender, to_addrs=[FROM])

    def results_left(self):
        return [n for part in ("new", "cur")
                for n in (os.listdir(os.path.join(self.results, part))
                          if os.path.isdir(os.path.join(self.results, part))
                          else [])]


@pytest.fixture
def server(tmp_path):
    more = (f'table everybody {{ "@" = "{USER}" }}\n'
            'action "results" maildir "{results}" virtual <everybody>\n'
            'match from any for domain "clinic.test" action "results"\n'
            'match from any for domain "nowhere.test" reject\n')
    with MailServer(tmp_path / "mail", more) as made:
        yield made


@pytest.fixture
def make(make_lab, server):
    made = []

    def room(**settings):
        made.append(MailRoom(make_lab(), server, **settings))
        made[-1].start()
        return made[-1]
    yield room
    for one in made:
        one.close()


@pytest.fixture
def imap(server):
    with ImapServer(server.folder, server.results, server.ca, server.key,
                    USER) as made:
        yield made


def tag_of(mail):
    return mail["Subject"].removeprefix("===")


def test_a_result_mail_closes_the_job(make, tmp_path):
    fax = make()
    leg = fax.deliver()
    mail = fax.wait_mails(1)[0]
    assert mail["To"] == "81" + FAX[1:] + "@fax.test"
    assert mail["From"] == FROM
    tag = tag_of(mail)
    assert tag == leg.key + "-1" and mail["Cc"] is None
    parts = [p for p in mail.walk() if p.get_content_type() == "image/tiff"]
    assert len(parts) == 1 and parts[0].get_filename() == tag + ".tif"
    # the pages are the job's, byte for byte; no name stands in a header
    pages = parts[0].get_payload(decode=True)
    with open(fax.jobs()[leg.key]["pages_file"], "rb") as f:
        assert f.read() == pages
    assert len(look(fax.jobs()[leg.key]["pages_file"])) >= 3
    no_name(str(mail.items()).encode())
    # accepted is not sent; nor is a stranger's word, nor another job's
    fax.answer(f"受付 {tag}", "受け付けました。")
    fax.answer(f"送信完了 {tag}", "送信完了", sender="someone@else.test")
    fax.answer(f"送信完了 {tag[:-1]}9", "送信完了")
    wait_for(fax.results_left, lambda: len(fax.results_left()) == 3)
    assert holds(lambda: not leg.settled, 0.7)
    fax.answer(f"Re: ==={tag}", "送信完了しました（3枚）",
               charset="iso-2022-jp")
    outcome, code, detail = fax.settled(leg)
    assert (outcome, code) == ("delivered", "") and "pages=" in detail
    # what was matched is removed, what was not is somebody else's
    wait_for(fax.results_left, lambda: len(fax.results_left()) == 3)
    assert len(fax.wait_mails(1)) == 1


def test_results_in_all_shapes(make):
    fax = make(tries__max="2")
    leg = fax.deliver()
    first = fax.wait_mails(1)[0]
    # the tag only in the headers it answers to, base64 inside
    fax.answer("送信結果", "話中のため送信できませんでした",
               In_Reply_To=first["Message-ID"])
    second = fax.wait_mails(2)[1]
    assert tag_of(second) == leg.key + "-2"
    fax.answer("=?iso-2022-jp?B?GyRCN2syTBsoQg==?= " + tag_of(second),
               "送信失敗")
    assert fax.settled(leg)[:2] == ("never", "failed-reported")


def test_a_missing_result_is_unknown(make):
    """F40."""
    fax = make(result__wait="1 s")
    leg = fax.deliver()
    tag = tag_of(fax.wait_mails(1)[0])
    assert fax.settled(leg)[:2] == ("never", "unknown")
    fax.broker.again(leg)
    assert fax.settled(leg)[:2] == ("never", "unknown")
    leg.lent, leg.settled = True, []
    fax.answer(f"sent: {tag}", "sent, 5 pages")     # late, and it counts
    assert fax.settled(leg)[0] == "delivered"
    assert len(fax.server.messages()) == 1


def test_a_mail_that_comes_back(make):
    """A delivery report of a real mail server."""
    fax = make()
    fax.process.stop()
    with open(fax.provider, encoding="utf-8") as f:
        text = f.read()
    with open(fax.provider, "w", encoding="utf-8") as f:
        f.write(text.replace("@fax.test\"\n    subject", "@nowhere.test\"\n"
                             "    subject"))
    fax.start()
    assert fax.settled(fax.deliver())[:2] == ("never", "failed-refused")


def test_a_bounce(make):
    fax = make()
    leg = fax.deliver()
    tag = tag_of(fax.wait_mails(1)[0])
    report = EmailMessage()
    report["From"], report["To"] = "Mailer-Daemon@mx.test", FROM
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Content-Type"] = (
        'multipart/report; report-type=delivery-status; boundary="b"')
    report.set_payload(
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.test\r\n\r\nAction: failed\r\n"
        "Status: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Subject: ==={tag}\r\n--b--\r\n")
    with smtplib.SMTP("127.0.0.1", fax.server.port, timeout=20) as s:
        s.sendmail("", [FROM], report.as_bytes())
    assert fax.settled(leg)[:2] == ("never", "failed-bounced")


def test_taken_without_an_answer_is_unknown(make):
    """The line breaks after the server took the mail: nobody can tell, so
    nothing is sent again."""
    fax = make()
    fax.server.front.cut_after_data(1)
    leg = fax.deliver()
    fax.wait_mails(1)
    assert fax.settled(leg)[:2] == ("never", "unknown")
    assert holds(lambda: len(fax.server.messages()) == 1, 1)


# --------------------------------------------------------------------- IMAP

def test_a_result_by_imap(make, imap):
    """The result is neither the first nor the last mail that names the job."""
    fax = make(imap=imap, tries__max="2")
    leg = fax.deliver()
    first = fax.wait_mails(1)[0]
    assert tag_of(first) == leg.key + "-1"
    fax.answer("お知らせ", "送信完了")              # of no job of ours
    fax.answer(f"受付 {tag_of(first)}", "受け付けました。")
    fax.answer(f"送信完了 {tag_of(first)}", "送信完了", sender="a@else.test")
    fax.answer(f"送信完了 {tag_of(first)}9", "送信完了")     # another try's
    wait_for(fax.results_left, lambda: len(fax.results_left()) == 4)
    assert holds(lambda: not leg.settled, 0.7)
    # the tag only in the headers it answers to; base64 inside
    fax.answer("送信結果", "話中のため送信できませんでした",
               In_Reply_To=first["Message-ID"])
    tag = tag_of(fax.wait_mails(2)[1])
    assert tag == leg.key + "-2"
    fax.answer(f"Re: 受付 {tag}", "受け付けました。")
    fax.answer(f"Re: ==={tag}", "送信完了しました（3枚）",
               charset="iso-2022-jp")
    fax.answer(f"広告 {tag}", "秋の割引のご案内")
    outcome, code, detail = fax.settled(leg)
    assert (outcome, code) == ("delivered", "") and "pages=" in detail
    assert len(fax.server.messages()) == 2
    assert holds(lambda: len(fax.results_left()) == 8, 0.5)  # none is removed


def test_an_unreachable_mailbox_is_no_result(make, imap):
    """Neither an absent server nor a refused password says anything of the
    FAX."""
    fax = make(imap=imap)
    with open(fax.password, "w", encoding="ascii") as f:
        f.write("wrong\n")
    assert fax.process.stop(), fax.process.log_tail()
    fax.start()
    leg = fax.deliver()
    tag = tag_of(fax.wait_mails(1)[0])
    fax.answer(f"Re: ==={tag}", "送信完了")
    wait_for(lambda: fax.process.log_tail(20),
             lambda: "code=provider-login" in fax.process.log_tail(20))
    imap.stop()
    wait_for(lambda: fax.process.log_tail(20),
             lambda: "code=no-line" in fax.process.log_tail(20))
    assert not leg.settled and fax.jobs()[leg.key]["state"] == "sending"
    assert PASSWORD not in fax.process.log_tail(1000)


def test_kill_while_the_mailbox_is_away(make, imap):
    """Whether the mail got out can be asked later: nobody is told "unknown"
    before the mailbox was looked into."""
    fax = make(imap=imap)
    fax.process.stop()
    process = fax.start(TASUKI_CRASH="fax-submitted:1")
    leg = fax.deliver()
    if not process.wait_gone(20):
        process.stop()
        pytest.skip("built without crash points")
    tag = tag_of(fax.wait_mails(1)[0])
    imap.stop()
    fax.start()
    assert holds(lambda: not leg.settled, 1)
    fax.answer(tag, "送信完了")
    wait_for(fax.results_left, fax.results_left)
    imap.start()
    assert fax.settled(leg)[0] == "delivered"
    assert len(fax.server.messages()) == 1


@pytest.mark.parametrize("point, outcome", [
    ("fax-marked", "never"), ("fax-smtp-submitted", "never"),
    ("fax-submitted", "never"), ("fax-accepted", "delivered")])
def test_kill_makes_it_unknown_or_sent_once(make, point, outcome):
    fax = make()
    fax.process.stop()
    process = fax.start(TASUKI_CRASH=f"{point}:1")
    leg = fax.deliver()

    # without crash points it waits for a result
    if not process.wait_gone(20):
        process.stop()
        pytest.skip("built without crash points")
    fax.start()
    if outcome == "delivered":
        tag = tag_of(fax.wait_mails(1)[0])
        fax.answer(tag, "送信完了")
    assert fax.settled(leg)[0] == outcome
    assert len(fax.server.messages()) <= 1
