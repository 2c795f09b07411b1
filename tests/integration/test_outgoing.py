"""What leaves by mail: the bytes on the wire, who got it, when it leaves, and what may be undone.

The server is tests/support/smtp_server.py; the judge of the bytes is Python's own e-mail package.
"""

import base64
import datetime
import email
import email.policy
import email.utils
import pathlib
import random
import re
import sys
import tempfile
import unittest
from email.header import decode_header, make_header

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Tributary, free_port, wait_until  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402


def configuration(smtp_url):
    return f"""
[desk]
undo_window = "5s"

[[connector]]
name = "support"
channel = "email"
address = "support@example.org"
aliases = ["help@example.org"]
imap.url = "imap+insecure://127.0.0.1:{free_port()}"
imap.user = "support"
imap.password = "x"
smtp.url = "{smtp_url}"
smtp.user = ""

[[connector]]
name = "site-chat"
channel = "chat"
secret = "the-site-backend-knows-this-secret"
"""


def in_seconds(count):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=count)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class MailDesk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-outgoing-")
        self.addCleanup(folder.cleanup)
        self.smtp = SmtpServer()
        self.addCleanup(self.smtp.stop)
        self.desk = Tributary(pathlib.Path(folder.name) / "desk", configuration(self.smtp.url()))
        self.addCleanup(self.desk.kill)
        self.desk.start()

    def ticket(self, address="ann@example.com", name="Ann"):
        made = self.desk.post("/api/v1/customers", {"display_name": name, "identities": [
            {"kind": "email", "value": address}]})
        self.assertEqual(made.status, 201, made.body)
        ticket = self.desk.post("/api/v1/tickets", {"customer": made.json()["id"], "subject": "Kettle"})
        self.assertEqual(ticket.status, 201, ticket.body)
        return ticket.json()["id"]

    def reply(self, ticket, status=201, **body):
        written = {key: value for key, value in {"text": "Hello.\n", **body}.items() if value is not None}
        sent = self.desk.post(f"/api/v1/tickets/{ticket}/replies", written)
        self.assertEqual(sent.status, status, sent.body)
        return sent.json()

    def interaction(self, id):
        return self.desk.get(f"/api/v1/interactions/{id}").json()

    def states(self, id):
        return {one["address"]: one["state"] for one in self.interaction(id)["deliveries"]}

    def settled(self, id):
        """The deliveries once each was tried."""
        def tried():
            now = self.interaction(id)["deliveries"]
            return all(one["attempts"] > 0 for one in now) and now

        return wait_until(tried, what="an attempt for every recipient")

    def cancel(self, id):
        return self.desk.post(f"/api/v1/interactions/{id}/cancel", {})


class Outgoing(MailDesk):
    # --- who got it

    def test_each_recipient_has_a_fate(self):
        verdicts = {"bob": "550 5.1.1 No such user", "cy": "451 4.2.1 Later"}

        def answer(command):
            return next((said for who, said in verdicts.items() if f"<{who}@" in command), "250 Ok")

        self.smtp.answers["RCPT"] = answer
        to = [{"address": f"{who}@example.com"} for who in ("ann", "bob", "cy")]
        sent = self.reply(self.ticket(), to=to)
        now = {one["address"]: one for one in self.settled(sent["id"])}
        self.assertEqual({who: one["state"] for who, one in now.items()},
                         {"ann@example.com": "accepted", "bob@example.com": "failed", "cy@example.com": "queued"})
        self.assertEqual(now["bob@example.com"]["diagnostic"], "550 5.1.1 No such user")
        self.assertEqual(now["cy@example.com"]["diagnostic"], "451 4.2.1 Later")
        self.assertIsNotNone(now["cy@example.com"]["next_attempt_at"])
        self.assertFalse(any(one["maybe_sent_twice"] for one in now.values()))
        # The header names all three, whoever the server took.
        header = email.message_from_bytes(self.smtp.mails[0].bytes(), policy=email.policy.default)
        self.assertEqual(len(header["To"].addresses), 3)
        self.assertEqual(self.cancel(sent["id"]).json()["reason"], "already_begun")

    def test_a_refused_address_is_stale_and_a_refused_mail_is_not(self):
        to = ["bob", "cy", "dee"]
        verdicts = {"bob": "550 5.1.1 No such user", "cy": "550 5.7.1 Policy says no", "dee": "550 5.2.2 Mailbox full"}
        self.smtp.answers["RCPT"] = lambda command: next(said for who, said in verdicts.items() if f"<{who}@" in command)
        ticket = self.ticket("bob@example.com", "Bob")
        for who in to[1:]:
            self.ticket(f"{who}@example.com", who)
        sent = self.reply(ticket, to=[{"address": f"{who}@example.com"} for who in to])
        self.assertEqual({one["state"] for one in self.settled(sent["id"])}, {"failed"})

        def stale():
            return {one["value"] for customer in self.desk.items("/api/v1/customers")
                    for one in self.desk.get(f"/api/v1/customers/{customer['id']}").json()["identities"] if one["stale"]}

        self.assertEqual(stale(), {"bob@example.com"})
        view = self.desk.get(f"/api/v1/tickets/{ticket}").json()
        failed = view["interactions"][-1]["deliveries"][0]
        self.assertEqual((failed["state"], failed["diagnostic"]), ("failed", "550 5.1.1 No such user"))
        self.assertEqual(len(view["reply"]["warnings"]), 1)

    def test_every_fault_leaves_the_mail_waiting_or_failed(self):
        ticket = self.ticket()
        for verb in ("EHLO", "MAIL", "RCPT", "DATA", "."):
            for answer, state in (("451 4.3.0 Later", "queued"), ("554 5.7.1 Never", "failed"), ("close", "queued")):
                with self.subTest(verb=verb, answer=answer):
                    self.smtp.answers = {verb: answer}
                    now = self.settled(self.reply(ticket)["id"])[0]
                    # A server that will not even talk has not refused this mail.
                    self.assertEqual(now["state"], "queued" if verb == "EHLO" else state)
                    self.assertTrue(now["diagnostic"])
                    self.assertEqual(now["maybe_sent_twice"], verb == "." and answer == "close")
        self.smtp.answers = {}
        self.assertEqual(self.settled(self.reply(ticket)["id"])[0]["state"], "accepted")

    def test_a_death_between_the_dot_and_its_answer_is_marked(self):
        self.smtp.answers["."] = "hang"
        sent = self.reply(self.ticket())
        self.smtp.wait_for(lambda: len(self.smtp.mails) == 1)
        self.assertEqual(self.cancel(sent["id"]).status, 409)
        self.desk.kill()
        self.smtp.answers.clear()
        self.smtp.release.set()
        self.desk.start()
        now = wait_until(lambda: self.states(sent["id"]) == {"ann@example.com": "accepted"}
                         and self.interaction(sent["id"])["deliveries"][0], what="the second attempt")
        self.assertTrue(now["maybe_sent_twice"])
        ids = {email.message_from_bytes(mail.bytes())["Message-ID"] for mail in self.smtp.mails}
        self.assertEqual((len(self.smtp.mails), len(ids)), (2, 1))
        self.assertEqual(self.smtp.mails[0].bytes(), self.smtp.mails[1].bytes())

    def test_the_envelope_asks_for_reports(self):
        sent = self.reply(self.ticket())
        self.smtp.wait_for(lambda: self.smtp.mails)
        mail = self.smtp.mails[0]
        self.assertRegex(mail.sender, rf"^MAIL FROM:<support@example\.org> SIZE=\d+ RET=HDRS ENVID={sent['id']}$")
        self.assertEqual(mail.recipients, ["RCPT TO:<ann@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;ann@example.com"])

    def test_a_mail_too_large_for_the_server_is_not_tried(self):
        self.smtp.offers = ["SIZE 5000"]
        sent = self.reply(self.ticket(), text="word " * 2000)
        now = self.settled(sent["id"])[0]
        self.assertEqual(now["state"], "failed")
        self.assertIn("5000", now["diagnostic"])
        self.assertFalse(any(command.startswith("MAIL") for command in self.smtp.commands))

    def test_international_addresses_only_where_the_server_takes_them(self):
        to = [{"address": "éva@example.com"}, {"address": "ann@bücher.example"}]
        ticket = self.ticket()
        now = {one["address"]: one for one in self.settled(self.reply(ticket, to=to)["id"])}
        self.assertEqual(now["ann@bücher.example"]["state"], "accepted")
        self.assertEqual(now["éva@example.com"]["state"], "failed")
        self.assertIn("international", now["éva@example.com"]["diagnostic"])
        self.assertIn("<ann@xn--bcher-kva.example>", self.smtp.mails[0].recipients[0])
        self.smtp.offers = ["8BITMIME", "SMTPUTF8"]
        wait_until(lambda: self.smtp.commands and self.smtp.commands[-1] == "QUIT", what="the session to end")
        now = self.settled(self.reply(ticket, to=to)["id"])
        self.assertEqual([one["state"] for one in now], ["accepted", "accepted"])
        plain, special = self.smtp.mails[1:]
        self.assertNotIn("SMTPUTF8", plain.sender)
        self.assertTrue(special.sender.endswith("BODY=8BITMIME SMTPUTF8"))
        self.assertTrue(plain.bytes().isascii())
        self.assertIn("éva@example.com".encode(), special.bytes())

    # --- when it leaves

    def test_a_reply_is_taken_back_before_it_leaves(self):
        ticket = self.ticket()
        sent = self.reply(ticket, undo_s=60)
        self.assertIsNotNone(sent["send_at"])
        self.assertEqual(self.desk.get(f"/api/v1/tickets/{ticket}").json()["status"], "pending")
        back = self.cancel(sent["id"])
        self.assertEqual((back.status, back.json()["send_at"]), (200, None))
        self.assertEqual(self.states(sent["id"]), {"ann@example.com": "cancelled"})
        self.assertEqual(self.cancel(sent["id"]).status, 200)
        self.assertEqual(self.desk.get("/api/v1/connectors/support").json()["queued"], 0)
        # What was sent after it did not wait for it, and is sent for good.
        other = self.reply(ticket)
        self.assertEqual(self.settled(other["id"])[0]["state"], "accepted")
        late = self.cancel(other["id"])
        self.assertEqual((late.status, late.json()["reason"]), (409, "already_begun"))
        self.assertEqual(len(self.smtp.mails), 1)
        note = self.desk.post(f"/api/v1/tickets/{ticket}/notes", {"text": "A note."}).json()
        self.assertEqual(self.cancel(note["id"]).status, 409)

    def test_the_house_says_how_long_its_replies_wait(self):
        self.assertEqual(self.desk.get("/api/v1/me").json()["undo_s"], 5)

    def asked(self, address="ann@example.com"):
        """A ticket on which the customer has said something."""
        said = self.desk.post("/api/v1/customers", {"display_name": "Ann", "identities": [
            {"kind": "email", "value": address}]}).json()
        ticket = self.desk.post("/api/v1/tickets", {"customer": said["id"], "subject": "Call"}).json()["id"]
        self.desk.post("/api/v1/interactions", {"customer": said["id"], "ticket": ticket, "kind": "message",
                                                "direction": "in", "text": "Where is it?"})
        return ticket

    def test_a_ticket_whose_answer_reached_nobody_waits_again(self):
        ticket = self.asked()
        self.smtp.answers["RCPT"] = lambda command: "250 Ok" if "<bob@" in command else "550 5.1.1 No"
        to = [{"address": "ann@example.com"}]
        self.settled(self.reply(ticket, to=to, cc=[{"address": "bob@example.com"}])["id"])
        self.assertEqual(self.desk.get(f"/api/v1/tickets/{ticket}").json()["status"], "pending")
        ticket = self.asked("cy@example.com")
        self.settled(self.reply(ticket, to=to)["id"])
        view = self.desk.get(f"/api/v1/tickets/{ticket}").json()
        self.assertEqual(view["status"], "open")
        self.assertIsNotNone(view["waiting_since"])

    def test_a_ticket_whose_answer_was_taken_back_waits_again(self):
        ticket = self.asked()
        to = [{"address": "ann@example.com"}]
        first, second = (self.reply(ticket, undo_s=60, to=to) for _ in range(2))
        self.cancel(first["id"])
        self.assertEqual(self.desk.get(f"/api/v1/tickets/{ticket}").json()["status"], "pending")
        self.cancel(second["id"])
        view = self.desk.get(f"/api/v1/tickets/{ticket}").json()
        self.assertEqual(view["status"], "open")
        self.assertIsNotNone(view["waiting_since"])

    def test_a_planned_reply_outlives_a_restart_and_leaves_in_time(self):
        ticket = self.ticket()
        at = in_seconds(6)
        sent = self.reply(ticket, send_at=at)
        self.assertEqual(sent["send_at"], at)
        self.desk.kill()
        self.desk.start()
        self.assertEqual(self.states(sent["id"]), {"ann@example.com": "queued"})
        self.assertEqual(self.interaction(sent["id"])["send_at"], at)
        self.assertEqual(self.smtp.mails, [])
        self.smtp.wait_for(lambda: self.smtp.mails)
        self.assertGreaterEqual(in_seconds(0), at)
        date = email.message_from_bytes(self.smtp.mails[0].bytes(), policy=email.policy.default)["Date"].datetime
        self.assertEqual(date.strftime("%Y-%m-%dT%H:%M:%S"), at[:19])
        self.assertEqual(self.settled(sent["id"])[0]["maybe_sent_twice"], False)

    def test_impossible_times_are_refused(self):
        ticket = self.ticket()
        for body, pointer in (({"send_at": "tomorrow"}, "/send_at"), ({"send_at": in_seconds(-60)}, "/send_at"),
                              ({"send_at": in_seconds(400 * 86400)}, "/send_at"), ({"send_at": 5}, "/send_at"),
                              ({"undo_s": 61}, "/undo_s"), ({"undo_s": -1}, "/undo_s"), ({"undo_s": "5"}, "/undo_s"),
                              ({"undo_s": 1.5}, "/undo_s"), ({"undo_s": 5, "send_at": in_seconds(60)}, "/undo_s")):
            with self.subTest(body=body):
                refusal = self.reply(ticket, 422, **body)
                self.assertEqual(refusal["errors"][0]["pointer"], pointer)

    # --- HTML and files

    def mail_of(self, sent):
        self.assertEqual(self.settled(sent["id"])[0]["state"], "accepted")
        return email.message_from_bytes(self.smtp.mails[-1].bytes(), policy=email.policy.default)

    def test_html_goes_beside_the_text_and_only_what_is_safe(self):
        html = ('<p>Hello <b>Ann</b>, 2 &lt; 3 ü</p><script>alert(1)</script><img src=x onerror=alert(1)>'
                '<a href="javascript:alert(1)">no</a> <a href="https://example.com/a?b=1&amp;c=2">yes</a>')
        ticket = self.ticket()
        sent = self.reply(ticket, text=None, html=html)
        safe = self.interaction(sent["id"])["html_sanitized"]
        self.assertEqual(safe, sent["html_sanitized"])
        self.assertIn("<b>Ann</b>", safe)
        for bad in ("script", "onerror", "alert"):
            self.assertNotIn(bad, safe)
        self.assertEqual(sent["text"], "Hello Ann, 2 < 3 ü\n\nno yes <https://example.com/a?b=1&c=2>")
        mail = self.mail_of(sent)
        self.assertEqual(mail.get_content_type(), "multipart/alternative")
        self.assertEqual([part.get_content_type() for part in mail.iter_parts()], ["text/plain", "text/html"])
        plain, shown = (part.get_content().replace("\r\n", "\n").rstrip("\n") for part in mail.iter_parts())
        self.assertEqual((plain, shown), (sent["text"], safe))
        raw = self.smtp.mails[-1].bytes()
        self.assertTrue(raw.isascii())
        self.assertEqual(raw.count(b"\n"), raw.count(b"\r\n"))
        both = self.mail_of(self.reply(ticket, text="My own words.", html="<p>Theirs</p>"))
        self.assertEqual(both.get_body(("plain",)).get_content().strip(), "My own words.")
        nothing = self.mail_of(self.reply(ticket, text="Words.", html="<script>x</script>"))
        self.assertEqual(nothing.get_content_type(), "text/plain")

    def test_pictures_travel_with_the_html_that_names_them(self):
        picture, letter = b"\x89PNG\r\n\x1a\n...", b"%PDF-1.7"
        sent = self.reply(self.ticket(), text=None, html='<p>See:</p><img src="cid:chart.1@desk" alt="a chart">', attachments=[
            {"filename": "chart.png", "content_type": "image/png", "content_id": "chart.1@desk",
             "data": base64.b64encode(picture).decode()},
            {"filename": "letter.pdf", "content_type": "application/pdf", "data": base64.b64encode(letter).decode()}])
        self.assertEqual([one["inline"] for one in sent["attachments"]], [True, False])
        mail = self.mail_of(sent)
        self.assertEqual(mail.get_content_type(), "multipart/mixed")
        words, file = mail.iter_parts()
        self.assertEqual((file.get_content_disposition(), file.get_content()), ("attachment", letter))
        related = list(words.iter_parts())[1]
        self.assertEqual((words.get_content_type(), related.get_content_type()), ("multipart/alternative", "multipart/related"))
        page, inline = related.iter_parts()
        self.assertIn('src="cid:chart.1@desk"', page.get_content())
        self.assertEqual((inline["Content-ID"], inline.get_content_disposition(), inline.get_content()),
                         ("<chart.1@desk>", "inline", picture))

    def test_files_of_a_reply_taken_back_go_with_the_next(self):
        ticket = self.ticket()
        data = b"not yet" * 100_000  # large enough to be a file of its own
        files = [{"filename": "a.bin", "content_type": "application/x-a", "data": base64.b64encode(data).decode()}]
        first = self.reply(ticket, undo_s=60, attachments=files)
        self.assertEqual(self.cancel(first["id"]).status, 200)
        kept = first["attachments"][0]
        again = self.reply(ticket, attachments=[{"id": kept["id"]}])
        new = again["attachments"][0]
        self.assertEqual({**new, "id": kept["id"]}, kept)
        self.assertNotEqual(new["id"], kept["id"])
        file = next(self.mail_of(again).iter_attachments())
        self.assertEqual((file.get_filename(), file.get_content()), ("a.bin", data))
        for other in ({"id": first["id"]}, {"id": "x"}, {"id": kept["id"], "filename": "b"}):
            refusal = self.reply(ticket, 422, attachments=[other])
            self.assertEqual(refusal["errors"][0]["pointer"], "/attachments")
        # A file is passed on within its ticket only.
        refusal = self.reply(self.ticket("eve@example.com"), 422, attachments=[{"id": kept["id"]}])
        self.assertEqual(refusal["errors"][0]["pointer"], "/attachments")

    def test_our_own_addresses_are_no_recipients(self):
        ticket = self.ticket()
        for ours in ("support@example.org", "HELP@example.org", "support+abc@example.org"):
            refusal = self.reply(ticket, 422, to=[{"address": "ann@example.com"}], cc=[{"address": ours}])
            self.assertEqual(refusal["errors"][0]["pointer"], "/cc")
        sent = self.reply(ticket, to=[{"address": "ann@example.com"}, {"address": "ANN@example.com"}],
                          cc=[{"address": "Ann@Example.com"}])
        self.assertEqual(len(sent["deliveries"]), 1)


WORDS = ["Grüße", "Wasserkocher", "故障しています", "кипит", "ok", "a" * 90, "From here", ".", "..", "=", "=3D", "\t", "  ",
         "x" * 1200, "\u200b", "🫖", "a\u0301", "--", "-- ", "=?utf-8?q?x?=", "\"quoted\"", "\\", "<b>", "é" * 40,
         "end.\r", "\r\n.\r\n", "\0", "\x0b", "\x7f", "lone\rreturn"]


class Wire(MailDesk):
    """Random contents; each mail is judged by its bytes and by an independent parser."""

    def words(self, dice, most, glue=" "):
        return glue.join(dice.choice(WORDS) for _ in range(dice.randrange(1, most)))

    def body(self, dice):
        return "\n".join(self.words(dice, 12) for _ in range(dice.randrange(1, 12))) or "x"

    def files(self, dice):
        return [{"filename": re.sub(r"[\0-\x1f\x7f/\\]", "_", self.words(dice, 8))[:40].strip() + ".bin",
                 "content_type": dice.choice(["application/pdf", "image/png", "text/plain", "message/rfc822", "x"]),
                 "data": base64.b64encode(dice.randbytes(dice.randrange(1, 4000))).decode()}
                for _ in range(dice.randrange(0, 3))]

    def judge_bytes(self, mail):
        wire = mail.wire
        self.assertTrue(wire.isascii())
        self.assertEqual(wire.count(b"\r"), wire.count(b"\r\n"))
        self.assertEqual(wire.count(b"\n"), wire.count(b"\r\n"))
        self.assertNotIn(b"\0", wire)
        for line in wire.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)
            self.assertFalse(line.startswith(b".") and not line.startswith(b".."))
        header = mail.bytes().split(b"\r\n\r\n")[0].decode()
        for line in header.split("\r\n"):
            # A longer line is one that has no place to fold it.
            self.assertTrue(len(line) <= 78 or " " not in line.strip().split(": ", 1)[-1], line)
        self.assertNotRegex(header, r"\r\n[ \t]*\r\n")
        names = re.findall(r"(?m)^([A-Za-z-]+):", header.replace("\r", ""))
        self.assertEqual(len(names), len(set(names)), names)
        self.assertLessEqual(set(names), {"Date", "From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "In-Reply-To",
                                          "References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"})

    def judge_meaning(self, mail, wanted, names, files):
        parsed = email.message_from_bytes(mail.bytes(), policy=email.policy.default)
        for part in parsed.walk():
            self.assertEqual(part.defects, [])
        for field in ("From", "To", "Reply-To", "Subject", "Content-Type"):
            self.assertEqual(list(parsed[field].defects), [], parsed[field])
        # The newer reader puts blanks between encoded words in names, so the older one reads those.
        older = email.message_from_bytes(mail.bytes())
        read = [(str(make_header(decode_header(name))), address) for name, address
                in email.utils.getaddresses([older["To"].replace("\r\n", "")])]
        self.assertEqual(read, [(self.one_line(name), f"r{at}@example.com") for at, name in enumerate(names)])
        self.assertRegex(parsed["Reply-To"].addresses[0].addr_spec, r"^support\+[a-z2-7]+@example\.org$")
        text = parsed.get_body(("plain",)).get_content().replace("\r\n", "\n")
        plain = wanted.replace("\r\n", "\n").replace("\r", "\n")
        self.assertEqual(text.rstrip("\n"), plain.rstrip("\n"))
        got = list(parsed.iter_attachments())
        self.assertEqual([one.get_payload(decode=True) for one in got], [base64.b64decode(one["data"]) for one in files])
        names = [part.get_filename() for part in older.walk() if part.get_filename()]
        self.assertEqual(names, [file["filename"] for file in files])

    def one_line(self, text):
        flat = re.sub(r"[\r\n]+", " ", text)
        return re.sub(r"[\0-\x1f\x7f]", "", flat).strip()

    def test_the_wire_is_clean_and_means_what_was_written(self):
        # E61
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        ticket = self.ticket()
        plain_names = [word for word in WORDS if not re.search(r"[\0-\x1f\x7f\u200b]", word) and len(word) < 100]
        for turn in range(60):
            with self.subTest(seed=seed, turn=turn):
                text, files = self.body(dice), self.files(dice)
                if not text.strip("\0 \t\r\n\x0b\x7f\u200b."):
                    text += "x"
                names = [" ".join(dice.choice(plain_names) for _ in range(dice.randrange(1, 5))).strip()
                         for _ in range(dice.randrange(1, 4))]
                to = [{"name": name, "address": f"r{at}@example.com"} for at, name in enumerate(names)]
                before = len(self.smtp.mails)
                sent = self.reply(ticket, text=text, to=to, attachments=files)
                self.smtp.wait_for(lambda: len(self.smtp.mails) > before)
                mail = self.smtp.mails[before]
                self.judge_bytes(mail)
                self.judge_meaning(mail, text, names, files)
                self.assertEqual(self.settled(sent["id"])[0]["state"], "accepted")


if __name__ == "__main__":
    unittest.main()
