"""Mail is sent with the token that mail is read with, and a token that ends is replaced on the way."""

import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from imap_server import ImapServer  # noqa: E402
from oauth_provider import Provider  # noqa: E402
from servers import Tributary, wait_until  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402


def token_in(response):
    return re.search("auth=Bearer ([^\1]+)", response)[1]


class OAuthSending(unittest.TestCase):
    def start(self, mechanisms):
        folder = tempfile.TemporaryDirectory(prefix="tributary-oauth-")
        self.addCleanup(folder.cleanup)
        self.provider = Provider()
        self.addCleanup(self.provider.stop)
        self.provider.refresh = "given"
        self.imap = ImapServer("no password", lambda token: token in self.provider.access)
        self.addCleanup(self.imap.stop)
        self.smtp = SmtpServer(offers=["PIPELINING", f"AUTH {mechanisms}"],
                               accepts_login=lambda _, response: token_in(response) in self.provider.access)
        self.addCleanup(self.smtp.stop)
        self.desk = Tributary(pathlib.Path(folder.name) / "desk", f"""
[[connector]]
name = "support"
channel = "email"
address = "support@example.com"
imap.url = "{self.imap.url()}"
imap.user = "support@example.com"
smtp.url = "{self.smtp.url()}"
smtp.user = "support@example.com"
oauth.provider = "custom"
oauth.client_id = "desk"
oauth.auth_url = "https://provider.example/auth"
oauth.token_url = "http://127.0.0.1:{self.provider.port}/token"
oauth.reach = "private"
oauth.scope = "mail"
oauth.refresh_token = "given"
""")
        self.addCleanup(self.desk.kill)
        self.desk.start()
        self.desk.wait_for_connector("support")
        customer = self.desk.post("/api/v1/customers", {"display_name": "Ann", "identities": [
            {"kind": "email", "value": "ann@example.org"}]}).json()
        self.ticket = self.desk.post("/api/v1/tickets", {"customer": customer["id"], "subject": "Kettle"}).json()["id"]

    def sent(self):
        """The delivery of a reply once it was tried."""
        id = self.desk.post(f"/api/v1/tickets/{self.ticket}/replies", {"text": "Hello.\n"}).json()["id"]

        def tried():
            delivery = self.desk.get(f"/api/v1/interactions/{id}").json()["deliveries"][0]
            return delivery["attempts"] and delivery

        return wait_until(tried, what="an attempt")

    def test_each_mechanism_logs_in_with_the_token_of_imap(self):
        for mechanism in ("XOAUTH2", "OAUTHBEARER"):
            with self.subTest(mechanism=mechanism):
                self.start(mechanism)
                self.assertEqual(self.sent()["state"], "accepted")
                (used, response, good), = self.smtp.logins
                self.assertEqual((used, good), (mechanism, True))
                self.assertIn("support@example.com", response)
                self.assertEqual({token_in(response)}, set(self.imap.tokens))
                self.assertEqual(self.provider.number, 1)
                self.desk.stop()

    def test_a_token_that_ends_within_a_session_is_replaced_at_once(self):
        self.start("XOAUTH2")

        def answer(_):
            good = token_in(self.smtp.logins[-1][1]) in self.provider.access
            return "250 2.1.0 Ok" if good else "530 5.7.57 The login has ended"

        self.smtp.answers["MAIL"] = answer
        self.assertEqual(self.sent()["state"], "accepted")
        self.provider.access.clear()
        delivery = self.sent()
        self.assertEqual((delivery["state"], delivery["attempts"]), ("accepted", 1))
        self.assertEqual([good for _, _, good in self.smtp.logins], [True, False, True])
        self.assertEqual(self.provider.number, 2)
        self.assertEqual(self.desk.get("/api/v1/connectors/support").json()["state"], "up")

    def test_a_revoked_consent_is_no_refused_login(self):
        self.start("OAUTHBEARER")
        self.provider.access.clear()
        self.provider.refresh = None
        delivery = self.sent()
        self.assertEqual(delivery["state"], "queued")
        self.assertIn("consent", delivery["diagnostic"])


if __name__ == "__main__":
    unittest.main()
