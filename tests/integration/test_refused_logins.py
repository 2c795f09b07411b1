"""A wrong password is tried three times and then no more, until somebody says so; a server that is
away is tried for ever."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from imap_server import ImapServer  # noqa: E402
from servers import Tributary, wait_until  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402

PATIENCE = 120  # three tries take half a minute


class RefusedLogins(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-logins-")
        self.addCleanup(folder.cleanup)
        self.password = "right"
        self.imap = ImapServer("right")
        self.addCleanup(self.imap.stop)
        self.smtp = SmtpServer(offers=("AUTH PLAIN",),
                               accepts_login=lambda _, response: response.split("\0")[2] == self.password)
        self.addCleanup(self.smtp.stop)
        self.desk = Tributary(pathlib.Path(folder.name) / "desk", f"""
[[connector]]
name = "support"
channel = "email"
address = "support@example.org"
imap.url = "{self.imap.url()}"
imap.user = "support"
imap.password = "right"
imap.poll_interval = "1s"
smtp.url = "{self.smtp.url()}"
smtp.user = "support"
smtp.password = "right"
""")
        self.addCleanup(self.desk.kill)

    def state(self):
        return self.desk.get("/api/v1/connectors/support").json()

    def wait_for_state(self, wanted):
        return wait_until(lambda: (now := self.state())["state"] == wanted and now, PATIENCE, wanted)

    def check(self):
        return self.desk.post("/api/v1/connectors/support/check", {}).json()["ok"]

    def reply(self, name):
        made = self.desk.post("/api/v1/customers", {"display_name": name, "identities": [
            {"kind": "email", "value": f"{name}@example.com"}]}).json()
        ticket = self.desk.post("/api/v1/tickets", {"customer": made["id"], "subject": "Kettle"}).json()
        return self.desk.post(f"/api/v1/tickets/{ticket['id']}/replies", {"text": "Hello.\n"}).json()

    def delivery(self, sent):
        return self.desk.get(f"/api/v1/interactions/{sent['id']}").json()["deliveries"][0]

    def test_I1_a_refused_imap_login_stops_after_three_until_a_check_succeeds(self):
        self.imap.password = "changed"
        self.desk.start()
        state = self.wait_for_state("auth_failed")
        self.assertIn("imap.password", state["reason"])
        self.assertEqual(self.imap.refused, 3)
        # Asking is a try of its own, and changes nothing while it fails.
        self.assertFalse(self.check())
        self.assertEqual(self.state()["state"], "auth_failed")
        self.assertEqual(self.imap.refused, 4)
        self.imap.password = "right"
        self.assertTrue(self.check())
        self.wait_for_state("up")
        self.assertEqual(self.imap.refused, 4)

    def test_I1_a_refused_smtp_login_stops_after_three_and_the_mail_waits(self):
        self.password = "changed"
        self.desk.start()
        self.wait_for_state("up")
        # Several, so that the tries are no further apart than the pauses between them.
        sent = [self.reply(name) for name in ("ann", "bob", "cy")]
        state = self.wait_for_state("auth_failed")
        self.assertTrue(state["reason"].startswith("Sending: "), state["reason"])
        self.assertEqual(len(self.smtp.logins), 3)
        self.assertEqual({self.delivery(one)["state"] for one in sent}, {"queued"})
        # The next is put off without a try.
        other = self.reply("dee")
        put_off = wait_until(lambda: (now := self.delivery(other))["attempts"] and now, what="the next to be put off")
        self.assertIn("not tried any more", put_off["diagnostic"])
        self.assertEqual(len(self.smtp.logins), 3)
        self.password = "right"
        self.assertTrue(self.check())
        wait_until(lambda: all(self.delivery(one)["state"] == "accepted" for one in [*sent, other]),
                   what="what waited to leave at once")
        self.assertEqual(self.state()["state"], "up")

    def test_I1_a_server_that_is_away_is_tried_for_ever(self):
        self.imap.is_away = True
        self.desk.start()
        wait_until(lambda: self.imap.connections >= 5, PATIENCE, "five tries")
        self.assertEqual(self.state()["state"], "down")
        self.imap.is_away = False
        self.wait_for_state("up")


if __name__ == "__main__":
    unittest.main()
