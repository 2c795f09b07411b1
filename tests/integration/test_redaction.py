"""At the usual level the log names events and ids: nobody's address, number or words, and no secret (promise G15's log part).

The customer in this story is unmistakable, the servers repeat whatever they are told in their refusals, and ten
thousand lines are searched: for her, for the secrets, and for anything that looks like an address or a number at all.
"""

import http.client
import json
import pathlib
import re
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from load import CHAT_SECRET, SHOP_KEY, ChatSender, FormSender, MailSender, WebhookSender  # noqa: E402
from servers import Dovecot, wait_until  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402
from stage import Stage  # noqa: E402

NAME = "Zephyrine Quill"
ADDRESS = "zephyrine.quill@canary.example"
PHONE = "+44 20 7946 0999"
WORDS = "a saxophone in the attic"
ABOUT_HER = ["zephyrine", "quill", "canary", "7946", "saxophone", "attic"]

ANY_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)*")
ANY_NUMBER = re.compile(r"\+\d[\d ()/-]{6,}\d")


def findings(line, secrets):
    """What must not stand in a log line and does."""
    found = [word for word in [*ABOUT_HER, *secrets] if word.lower() in line.lower()]
    found += [match[0] for match in (ANY_ADDRESS.search(line), ANY_NUMBER.search(line)) if match]
    return found


class Detector(unittest.TestCase):
    def test_it_finds_what_it_looks_for(self):
        for line in ("to=bob@example.net", "to=bob@localhost", "from +1 (555) 010-9999", "SAXOPHONE", "key=s3cret"):
            self.assertTrue(findings(line, ["s3cret"]), line)
        self.assertEqual(findings("2026-03-01T09:30:00.000Z warn x.y id=01J9ZC3Q port=46123 in_ms=900000", ["s3cret"]), [])


class Redaction(Stage):
    REFUSED = 10_000

    def start_sink(self):
        sink = SmtpServer()
        sink.answers["RCPT"] = lambda command: f"550 5.1.1 {command[8:]} is unknown to us, {NAME}"
        return sink

    def mail(self, number, body):
        return (f"From: {NAME} <{ADDRESS}>\r\nTo: support@example.org\r\nSubject: {WORDS} {number}\r\n"
                f"Message-ID: <{number}.canary@canary.example>\r\n").encode() + body

    def send_mails(self):
        parts = b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level, level + 1)
                         for level in range(90))
        deep = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n" + parts
        for number in range(5):
            self.dovecot.deliver("support", self.mail(number, f"\r\n{WORDS}\r\nCall {PHONE}\r\n".encode()))
        self.dovecot.deliver("support", self.mail(5, deep))
        wait_until(lambda: len(self.desk.items("/api/v1/quarantine")) == 1, what="the mail in quarantine")
        return wait_until(lambda: self.desk.items("/api/v1/tickets"), what="her ticket")[0]

    def answer_her(self, ticket):
        reply = self.desk.post(f"/api/v1/tickets/{ticket['id']}/replies", {"text": f"{WORDS}?", "undo_s": 0})
        self.assertEqual(reply.status, 201, reply.body)
        wait_until(lambda: "outbox.not_sent" in self.log(), what="the refused answer")

    def knock_in_vain(self):
        """Bad logins, bad questions, and webhooks that nobody signed, all of them about her."""
        self.desk.get("/api/v1/me", headers={"Authorization": f"Bearer {ADDRESS}"})
        self.desk.get(f"/api/v1/search?q={ADDRESS}")
        self.desk.get(f"/api/v1/customers/{ADDRESS}")
        self.desk.post("/in/contact", {"email": ADDRESS, "message": WORDS, "unknown": PHONE}, sign_in=False)
        threads = [threading.Thread(target=self.send_unsigned, args=(self.REFUSED // 4,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def send_unsigned(self, count):
        connection = http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=20)
        body = json.dumps({"from": {"email": ADDRESS, "phone": PHONE, "name": NAME}, "text": WORDS})
        for number in range(count):
            connection.request("POST", f"/in/shop?who={ADDRESS}", body, {
                "Content-Type": "application/json", "webhook-id": ADDRESS, "webhook-timestamp": PHONE,
                "webhook-signature": f"v1,{NAME}", "User-Agent": f"{NAME}\t{ADDRESS}", "X-Forwarded-For": ADDRESS})
            answer = connection.getresponse()
            answer.read()
            self.assertIn(answer.status, (400, 401, 403, 404), number)
        connection.close()

    def log(self):
        return (self.desk.folder / "daemon.log").read_text(errors="replace")

    def test_nobody_is_in_the_log(self):
        for sender in (WebhookSender("hook", self.desk), FormSender("form", self.desk), ChatSender("chat", self.desk),
                       MailSender("mail", self.desk, self.dovecot)):
            self.send(sender, 3)
        self.answer_her(self.send_mails())
        self.knock_in_vain()
        self.dovecot.stop()
        wait_until(lambda: "connector.restarting" in self.log(), what="the lost mailbox")
        self.assertEqual(self.desk.stop(), 0)

        lines = self.log().splitlines()
        self.assertGreater(len(lines), self.REFUSED)
        secrets = [self.desk.secret, SHOP_KEY.decode(), CHAT_SECRET, Dovecot.PASSWORD]
        leaks = {re.sub(r"\d", "0", line): found for line in lines if (found := findings(line, secrets))}
        self.assertEqual(leaks, {})


if __name__ == "__main__":
    unittest.main()
