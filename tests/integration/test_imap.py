"""IMAP as a whole: OAuth 2 with consent, wrong passwords, and the comparison of source and fates."""

import json
import pathlib
import shutil
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from oauth_provider import Provider  # noqa: E402
from servers import Dovecot, Tributary, wait_until  # noqa: E402


def mail(number):
    return (f"From: Bob <bob@example.org>\nTo: support@example.com\nSubject: mail {number}\n"
            f"Message-ID: <{number}@example.org>\n\nHello {number}.\n").encode()


class Imap(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tributary-imap-"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, True)
        (self.folder / "imap").mkdir()
        self.dovecot = Dovecot(self.folder / "imap", fsync=False)

    def start_dovecot(self):
        self.dovecot.start()
        self.addCleanup(self.dovecot.stop)

    def desk(self, more="", password=Dovecot.PASSWORD):
        login = f'imap.password = "{password}"' if password else ""
        desk = Tributary(self.folder / "desk", f"""
[[connector]]
name = "support"
channel = "email"
address = "support@example.com"
imap.url = "{self.dovecot.url()}"
imap.user = "support"
{login}
{more}
""")
        self.addCleanup(desk.stop)
        return desk

    def fates(self, desk):
        done = desk.command("reconcile", "support", "--json")
        return done.returncode, json.loads(done.stdout)

    def accepted(self, desk):
        text = desk.get("/metrics", sign_in=False).body.decode()
        return text.count("fate") and int(float(text.split(
            'tributary_intake_total{connector="support",fate="accepted"} ')[1].split("\n")[0]))

    def test_reconcile_tells_the_fate_of_every_mail(self):
        self.start_dovecot()
        for number in range(20):
            self.dovecot.deliver("support", mail(number))
        self.dovecot.deliver("support", mail(7))  # a copy, byte for byte
        desk = self.desk().start()
        wait_until(lambda: self.fates(desk)[1]["counts"]["accepted"] == 20, what="all to be in")
        code, found = self.fates(desk)  # beside the running daemon
        self.assertEqual(code, 0)
        self.assertEqual(found["counts"], {"accepted": 20, "duplicate": 1, "quarantined": 0, "waiting": 0, "missing": 0})
        desk.stop()
        self.dovecot.deliver("support", mail(99))
        code, found = self.fates(desk)
        self.assertEqual((code, found["counts"]["waiting"]), (0, 1))
        # A loss, made by hand: the ledger forgets one.
        import sqlite3
        with sqlite3.connect(desk.state / "tributary.db") as store:
            store.execute("DELETE FROM ledger WHERE source_ref LIKE '%;uid=3'")
        code, found = self.fates(desk)
        self.assertEqual((code, found["differences"]), (1, 1))
        self.assertTrue(found["items"][0]["ref"].endswith(";uid=3"))
        text = desk.command("reconcile", "support").stdout.decode()
        self.assertIn("1 differences", text)

    def test_a_wrong_password_says_what_to_do(self):
        self.start_dovecot()
        desk = self.desk(password="not-it").start()

        def is_down():
            state = desk.get("/api/v1/connectors/support").json()
            return state["state"] == "down" and state

        state = wait_until(is_down, 30, "the refusal")
        self.assertIn("imap.password", state["reason"])
        self.assertNotIn("not-it", json.dumps(state))
        self.assertNotIn("not-it", desk.log_tail())

    def test_consent_opens_the_mailbox_and_a_revoked_token_asks_for_it_again(self):
        provider = Provider()
        self.addCleanup(provider.stop)
        conf = self.folder / "imap" / "dovecot.conf"
        (self.folder / "imap" / "oauth.conf").write_text(
            f"introspection_mode = get\nintrospection_url = http://127.0.0.1:{provider.port}/check?token=\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n")
        conf.write_text("auth_mechanisms = plain login xoauth2 oauthbearer\n" + conf.read_text() + f"""
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {self.folder}/imap/oauth.conf
}}
""")
        self.start_dovecot()
        self.dovecot.deliver("support", mail(1))
        desk = self.desk(password="", more=f"""
oauth.provider = "custom"
oauth.client_id = "desk"
oauth.client_secret = "hush-hush"
oauth.auth_url = "https://provider.example/auth"
oauth.token_url = "http://127.0.0.1:{provider.port}/token"
oauth.reach = "private"
oauth.scope = "mail"
""").start()

        def needs_consent():
            state = desk.get("/api/v1/connectors/support").json()
            return state["state"] == "down" and "/consent" in (state["reason"] or "")

        wait_until(needs_consent, what="the state to ask for consent")
        link = desk.post("/api/v1/connectors/support/consent").json()["url"]
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)
        self.assertEqual(query["redirect_uri"], [f"{desk.base()}/in/support/oauth"])
        back = "/in/support/oauth?" + urllib.parse.urlencode({"state": query["state"][0], "code": "good-code"})
        self.assertEqual(desk.get("/in/support/oauth?state=forged&code=good-code", sign_in=False).status, 403)
        self.assertEqual(desk.get(back, sign_in=False).status, 200)
        self.assertEqual(desk.get(back, sign_in=False).status, 403, "a state is used once")
        desk.wait_for_connector("support")
        wait_until(lambda: self.accepted(desk) == 1, what="the mail to be in")

        # A restart goes on with what was kept, sealed: nothing of it stands in the state folder.
        desk.stop()
        for path in desk.state.rglob("*"):
            if path.is_file():
                self.assertNotIn(provider.refresh.encode(), path.read_bytes(), path)
                self.assertNotIn(b"hush-hush", path.read_bytes(), path)
        self.assertEqual((desk.state / "seal.key").stat().st_mode & 0o777, 0o600)
        desk.start()
        desk.wait_for_connector("support")
        self.assertEqual(provider.number, 2)

        provider.refresh = None
        desk.stop()
        desk.start()
        wait_until(needs_consent, what="the state to ask for consent again")


if __name__ == "__main__":
    unittest.main()
