"""Machines among themselves: two houses that acknowledge each other's mail, and mail that comes back."""

import email
import email.policy
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from relay import Relay  # noqa: E402
from servers import Dovecot, SmtpSink, Tributary, mailbox, wait_until  # noqa: E402

ONE, TWO = "support@one.example", "support@two.example"


def hello(sender, recipient):
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, recipient, "Shall we talk?"
    message["Message-ID"] = "<start@talk.example>"
    message.set_content("Hello.")
    return message


# What a machine would do that hides that it is one.
TELLING = ("Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "X-Loop")
THREADING = ("In-Reply-To", "References", "Reply-To")


def without(*names):
    def change(sender, message):
        for name in names:
            del message[name]
        return sender or message["From"].addresses[0].addr_spec, message

    return change


class Servers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-machines-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.root.chmod(0o755)
        (self.root / "imap").mkdir()
        self.dovecot = Dovecot(self.root / "imap").start()
        self.addCleanup(self.dovecot.stop)

    def start_house(self, name, config):
        house = Tributary(self.root / name, config).start()
        self.addCleanup(house.stop)
        house.wait_for_connector("support")
        return house


class TwoHouses(Servers):
    def talk(self, change):
        """Number of automatic mails that one mail from one house to the other brings about."""
        relay = Relay(self.dovecot, {ONE: "one", TWO: "two"}, change).start()
        self.addCleanup(relay.stop)
        houses = {user: self.start_house(f"house-{user}", mailbox(self.dovecot, relay, user=user, address=address,
                                                                  more="acknowledge = true"))
                  for user, address in (("one", ONE), ("two", TWO))}
        relay.deliver(ONE, TWO, hello(ONE, TWO))

        def is_quiet():
            """Everything that was delivered is taken in, and nothing waits to be sent: as taking in
            and answering are one transaction, nothing more can come."""
            count = len(relay.taken)
            received = sum(self.received(house) for house in houses.values())
            waiting = sum(house.get("/api/v1/connectors/support").json()["queued"] for house in houses.values())
            return received == count + 1 and waiting == 0 and count == len(relay.taken)

        wait_until(is_quiet, patience=60, what="the houses to fall silent")
        for sender, _recipient, message in relay.taken:
            self.assertEqual(sender, "", "what a machine says has no return path")
            self.assertEqual(message["Auto-Submitted"], "auto-replied")
        return len(relay.taken)

    def received(self, house):
        return sum(item["direction"] == "in"
                   for customer in house.items("/api/v1/customers")
                   for item in house.items(f"/api/v1/customers/{customer['id']}/timeline"))

    def test_headers_end_it_at_once(self):
        # E59
        self.assertEqual(self.talk(None), 1)

    def test_threads_end_it_where_headers_are_lost(self):
        self.assertLessEqual(self.talk(without(*TELLING)), 2)

    def test_the_budget_ends_it_where_everything_is_lost(self):
        # E58, E59
        self.assertEqual(self.talk(without(*TELLING, *THREADING)), 2)


ASKED = b"""Return-Path: <ann@far.example>
Authentication-Results: mx.test; dmarc=pass header.from=far.example
From: Ann Lee <ann@far.example>
To: support@one.example
Subject: My kettle leaks
Message-ID: <asked-%d@far.example>

It leaks.
"""

CAME_BACK = """Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@relay.example>
To: support@one.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Your mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--b--
"""


class MailThatCameBack(Servers):
    def setUp(self):
        super().setUp()
        (self.root / "smtp").mkdir()
        self.sink = SmtpSink(self.root / "smtp").start()
        self.addCleanup(self.sink.stop)
        self.desk = self.start_house("desk", mailbox(self.dovecot, self.sink, user="one", address=ONE, more="acknowledge = false"))

    def ticket(self):
        return self.desk.get(f"/api/v1/tickets/{self.number}").json()

    def bounce(self, recipient, message_id):
        mail = CAME_BACK.format(recipient=recipient, message_id=message_id).replace("\n", "\r\n")
        self.dovecot.deliver("one", mail.encode())

    def identity(self):
        customer = self.ticket()["customer"]["id"]
        return self.desk.get(f"/api/v1/customers/{customer}").json()["identities"][0]

    def test_it_is_seen_on_its_ticket_until_the_customer_writes_again(self):
        self.dovecot.deliver("one", ASKED % 1)
        self.number = wait_until(lambda: self.desk.items("/api/v1/tickets"), what="the ticket")[0]["id"]
        sent = self.desk.post(f"/api/v1/tickets/{self.number}/replies", {"text": "Descale it."}).json()

        def answer():
            return next(item for item in self.ticket()["interactions"] if item["id"] == sent["id"])

        wait_until(lambda: answer()["deliveries"][0]["state"] == "accepted", what="the answer to be sent")
        view = self.ticket()
        self.desk.patch(f"/api/v1/tickets/{self.number}", {"status": "solved"},
                        headers={"If-Match": f"\"{view['version']}\""})
        self.assertEqual(self.ticket()["status"], "solved")

        # A bounce of what was never sent comes first and changes nothing; the real one follows it.
        self.bounce("ann@far.example", "<never-sent@one.example>")
        self.bounce("ann@far.example", f"<{sent['message_id']}>")
        wait_until(lambda: self.ticket()["status"] == "open", what="the ticket to open again")
        failed = answer()["deliveries"][0]
        self.assertEqual(failed["state"], "failed")
        self.assertIn("no such mailbox", failed["diagnostic"])
        self.assertEqual(len(self.desk.items("/api/v1/tickets")), 1)
        self.assertEqual([item["auto"]["kind"] for item in self.ticket()["interactions"]], ["none", "none", "bounce"])
        self.assertTrue(self.identity()["stale"])
        reply = self.ticket()["reply"]
        self.assertEqual([one["address"] for one in reply["to"]], ["ann@far.example"])
        self.assertEqual(len(reply["warnings"]), 1)

        self.dovecot.deliver("one", ASKED % 2)
        wait_until(lambda: not self.identity()["stale"], what="the address to be alive again")
        self.assertEqual(self.ticket()["reply"]["warnings"], [])


if __name__ == "__main__":
    unittest.main()
