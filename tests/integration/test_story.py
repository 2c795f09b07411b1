"""The main job, end to end: one customer, four channels, one timeline, tickets, answers.

Real counterparts: Dovecot, Postfix's smtp-sink, curl, the npm packages standardwebhooks and
botframework-directlinejs.
"""

import email
import email.policy
import json
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Dovecot, ROOT, SmtpSink, Tributary, mailbox, wait_until  # noqa: E402

NODE = ROOT / "tests" / "integration" / "node"
SHOP_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CHAT_SECRET = "the-site-backend-knows-this-secret"

FIRST_MAIL = b"""Return-Path: <ann@example.com>
Authentication-Results: mx.test; dmarc=pass header.from=example.com
From: Ann Lee <ann@example.com>
To: support@example.org
Cc: Bob <bob@example.com>
Subject: My kettle leaks
Message-ID: <first@example.com>
Date: Sun, 01 Mar 2026 09:30:00 +0100
Content-Type: text/plain; charset=utf-8

Dear support,
the kettle I bought last week leaks at the spout.

Ann
"""


def connectors(dovecot, sink):
    return mailbox(dovecot, sink) + f"""
[[connector]]
name = "contact"
channel = "webform"
fields = [ {{ name = "name", required = true }}, {{ name = "email", type = "email", required = true }}, {{ name = "message", type = "text", required = true }} ]
allowed_origins = ["https://www.example.org"]

[[connector]]
name = "shop"
channel = "webhook"
preset = "standard-webhooks"
secret = "{SHOP_SECRET}"

[[connector]]
name = "site-chat"
channel = "chat"
allowed_origins = ["https://www.example.org"]
secret = "{CHAT_SECRET}"
"""


class ChatClient:
    """Microsoft's own Direct Line client in a process; its JSON lines are read as they come."""

    def __init__(self, base, *options):
        command = ["node", "directline_client.mjs", base, *options]
        self.child = subprocess.Popen(command, cwd=NODE / "chat", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            self.lines.put(json.loads(line))

    def wait_for(self, wanted, patience=30):
        """The first line that satisfies `wanted`."""
        while True:
            record = self.lines.get(timeout=patience)
            if wanted(record):
                return record

    def stop(self):
        self.child.stdin.close()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()


class Story(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tributary-story-")
        self.addCleanup(self.folder.cleanup)
        root = pathlib.Path(self.folder.name)
        root.chmod(0o755)
        for name in ("imap", "smtp"):
            (root / name).mkdir()
        self.dovecot = Dovecot(root / "imap").start()
        self.addCleanup(self.dovecot.stop)
        self.sink = SmtpSink(root / "smtp").start()
        self.addCleanup(self.sink.stop)
        self.desk = Tributary(root / "desk", connectors(self.dovecot, self.sink)).start()
        self.addCleanup(self.desk.stop)
        self.desk.wait_for_connector("support")

    def tickets(self):
        return self.desk.items("/api/v1/tickets")

    def ticket_view(self, number):
        found = next(ticket for ticket in self.tickets() if ticket["number"] == number)
        return self.desk.get(f"/api/v1/tickets/{found['id']}").json()

    def write_mail(self):
        self.dovecot.deliver("support", FIRST_MAIL)
        ticket = wait_until(self.tickets, what="the mail's ticket")[0]
        self.assertEqual(ticket["subject"], "My kettle leaks")
        self.assertFalse(ticket["claimed"])
        return ticket

    def post_form(self):
        curl = subprocess.run(
            ["curl", "-sS", "-w", "\n%{http_code}", f"{self.desk.base()}/in/contact", "-d", "name=Ann Lee",
             "--data-urlencode", "email=Ann@Example.com", "--data-urlencode", "message=Any news about my kettle?"],
            capture_output=True, text=True, timeout=30, check=True)
        body, status = curl.stdout.rsplit("\n", 1)
        self.assertEqual(status, "202", body)
        self.assertFalse(json.loads(body)["duplicate"])

    def post_order(self, delivery="msg_order_1"):
        event = {"kind": "order", "external_id": "A-1001", "occurred_at": "2026-02-20T10:00:00Z",
                 "from": {"name": "Ann Lee", "email": "ann@example.com"}, "subject": "Order A-1001",
                 "data": {"order_id": "A-1001", "status": "paid", "total": "49.90", "currency": "EUR",
                          "lines": [{"sku": "K-1", "name": "Kettle", "quantity": 1, "price": "49.90"}]}}
        body = json.dumps(event)
        signed = subprocess.run(["node", "sign.mjs", SHOP_SECRET, delivery], cwd=NODE / "webhooks", input=body,
                                capture_output=True, text=True, timeout=30, check=True)
        headers = {"Content-Type": "application/json", **json.loads(signed.stdout)}
        return self.desk.post("/in/shop", body.encode(), headers=headers, sign_in=False)

    def test_four_channels_one_customer(self):
        # She writes a mail; then a form; the shop reports her order; she opens the chat.
        mail_ticket = self.write_mail()
        customer = mail_ticket["customer"]["id"]
        self.post_form()
        ordered = self.post_order()
        self.assertEqual((ordered.status, ordered.json()["duplicate"]), (202, False))
        again = self.post_order()
        self.assertEqual((again.status, again.json()["duplicate"]), (202, True))
        self.assertEqual(again.json()["id"], ordered.json()["id"])
        chat = ChatClient(f"{self.desk.base()}/chat/site-chat", "--secret", CHAT_SECRET, "--profile",
                          json.dumps({"name": "Ann Lee", "email": "ann@example.com"}), "--text", "Is anybody there?")
        self.addCleanup(chat.stop)
        chat.wait_for(lambda line: line["event"] == "sent" and line["text"])

        # An agent sees one customer and one timeline.
        self.assertEqual([found["id"] for found in self.desk.items("/api/v1/customers")], [customer])
        timeline = self.desk.items(f"/api/v1/customers/{customer}/timeline")
        spoken = [item for item in timeline if not (item["channel"] == "chat" and item["kind"] == "form")]
        self.assertEqual([item["channel"] for item in spoken], ["chat", "webhook", "webform", "email"])
        by_channel = {item["channel"]: item for item in spoken}
        self.assertEqual(by_channel["webhook"]["data"]["total"], "49.90")
        self.assertEqual(by_channel["webhook"]["from"]["proof"], "signed")
        self.assertEqual(by_channel["email"]["from"]["proof"], "channel")
        self.assertTrue(by_channel["webform"]["claimed"])
        self.assertTrue(by_channel["chat"]["claimed"])
        numbers = {channel: item["ticket_number"] for channel, item in by_channel.items()}
        self.assertIsNone(numbers.pop("webhook"))
        self.assertEqual(len(set(numbers.values())), 3)
        self.assertEqual({ticket["number"] for ticket in self.tickets()}, set(numbers.values()))
        # What was only claimed has taught the customer nothing.
        known = self.desk.get(f"/api/v1/customers/{customer}").json()["identities"]
        self.assertEqual([(one["kind"], one["value"], one["proof"]) for one in known],
                         [("email", "ann@example.com", "signed")])

        self.answer_mail(numbers["email"])
        self.answer_form(numbers["webform"])
        self.answer_chat(numbers["chat"], chat)
        self.customer_answers_mail(numbers["email"])

    def reply(self, number, text):
        view = self.ticket_view(number)
        self.assertTrue(view["reply"]["available"], view["reply"])
        sent = self.desk.post(f"/api/v1/tickets/{view['id']}/replies", {"text": text, "seen": view["last_change"]})
        self.assertEqual(sent.status, 201, sent.body)
        return view, sent.json()

    def sent_mail(self, text):
        def find():
            for raw in self.sink.messages():
                message = email.message_from_bytes(raw, policy=email.policy.default)
                body = message.get_body(("plain",))
                if body is not None and text in body.get_content():
                    return raw, message
            return None

        return wait_until(find, what=f"the mail saying {text!r}")

    def delivered(self, interaction):
        def states():
            now = self.desk.get(f"/api/v1/interactions/{interaction}").json()["deliveries"]
            return all(one["state"] == "accepted" for one in now) and now

        return wait_until(states, what="the deliveries to be accepted")

    def answer_mail(self, number):
        view, sent = self.reply(number, "We send you a new kettle today.")
        self.assertEqual([party["address"] for party in view["reply"]["to"]], ["ann@example.com"])
        self.assertEqual([party["address"] for party in view["reply"]["cc"]], ["bob@example.com"])
        raw, message = self.sent_mail("We send you a new kettle")
        self.assertEqual(message["In-Reply-To"], "<first@example.com>")
        self.assertIn("<first@example.com>", message["References"])
        self.assertEqual(message["Subject"], "Re: My kettle leaks")
        self.assertIn("ann@example.com", message["To"])
        self.assertEqual(message["Message-ID"].strip("<>"), sent["message_id"])
        self.assertEqual([one["address"] for one in self.delivered(sent["id"])],
                         ["ann@example.com", "bob@example.com"])
        self.reply_address = email.utils.parseaddr(message["Reply-To"])[1]
        self.reply_id = message["Message-ID"]
        self.assertRegex(self.reply_address, r"^support\+[a-z0-9]{20,}@example\.org$")

    def answer_form(self, number):
        _, sent = self.reply(number, "News: it is on its way.")
        _, message = self.sent_mail("News: it is on its way.")
        self.assertIn("ann@example.com", message["To"].lower())
        self.delivered(sent["id"])

    def answer_chat(self, number, chat):
        _, sent = self.reply(number, "Yes, I am here. How can I help?")
        said = chat.wait_for(lambda line: line["event"] == "activity"
                             and line["activity"].get("text") == "Yes, I am here. How can I help?")
        self.assertNotEqual(said["activity"]["from"]["id"], "node-visitor")
        self.delivered(sent["id"])

    def customer_answers_mail(self, number):
        self.dovecot.deliver("support", f"""Return-Path: <ann@example.com>
Authentication-Results: mx.test; dmarc=pass header.from=example.com
From: Ann Lee <ann@example.com>
To: {self.reply_address}
Subject: Re: My kettle leaks
Message-ID: <second@example.com>
In-Reply-To: {self.reply_id}
Date: Sun, 01 Mar 2026 11:30:00 +0100

Thank you!

On Sun, 1 Mar 2026 at 10:00, Support wrote:
> We send you a new kettle today.
""".encode())

        def landed():
            return [item for item in self.ticket_view(number)["interactions"]
                    if item["message_id"] == "second@example.com"]

        answer = wait_until(landed, what="the answer on its ticket")[0]
        self.assertEqual(answer["reply_text"], "Thank you!")
        self.assertEqual(self.ticket_view(number)["status"], "open")
        self.assertEqual(len(self.tickets()), 3)

    def test_stranger_with_the_address_gets_a_ticket_of_his_own(self):
        mail_ticket = self.write_mail()
        self.answer_mail(mail_ticket["number"])
        self.dovecot.deliver("support", f"""Authentication-Results: mx.test; dmarc=pass header.from=evil.example
From: Mallory <mallory@evil.example>
To: {self.reply_address}
Subject: Re: My kettle leaks
Message-ID: <stranger@evil.example>
In-Reply-To: {self.reply_id}

Tell me everything.
""".encode())
        tickets = wait_until(lambda: len(self.tickets()) == 2 and self.tickets(), what="a second ticket")
        stranger = next(one for one in tickets if one["number"] != mail_ticket["number"])
        self.assertNotEqual(stranger["customer"]["id"], mail_ticket["customer"]["id"])
        view = self.ticket_view(stranger["number"])
        self.assertIn(f"claims to belong to #{mail_ticket['number']}", view["interactions"][0]["why"]["ticket"])


if __name__ == "__main__":
    unittest.main()
