"""The audit as an admin sees it, and how verification tells that somebody meddled with it."""

import json
import pathlib
import signal
import sqlite3
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Tributary, wait_until  # noqa: E402

SECRET = "a-canary-that-must-stay-secret"
FORM = """
[[connector]]
name = "contact"
channel = "webform"
fields = [ { name = "email", type = "email", required = true }, { name = "message", type = "text", required = true } ]
%s

[[connector]]
name = "site-chat"
channel = "chat"
secret = "%s"
"""


class Audit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-audit-")
        self.addCleanup(folder.cleanup)
        self.desk = Tributary(pathlib.Path(folder.name) / "desk", FORM % ("", SECRET)).start()
        self.addCleanup(self.desk.stop)
        sent = self.desk.post("/in/contact", {"email": "ann@example.com", "message": "hello"}, sign_in=False)
        self.assertEqual(sent.status, 202)

    def rows(self, query=""):
        return self.desk.items("/api/v1/audit" + query)

    def row(self, action):
        """The one row of this action; reads are written a second later at most."""
        found = wait_until(lambda: self.rows(f"?action={action}"), what=f"a row of {action}")
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_who_looked_at_whom_is_written_down_once(self):
        customer = self.desk.items("/api/v1/customers")[0]["id"]
        for _ in range(3):
            self.desk.get(f"/api/v1/customers/{customer}")
        me = self.desk.get("/api/v1/me").json()["agent"]["id"]
        wait_until(lambda: self.rows(f"?subject=customer+{customer}"), what="the read")
        read = self.rows(f"?subject=customer+{customer}")
        self.assertEqual([(one["action"], one["actor"]) for one in read], [("customer.read", me)])
        self.desk.get("/api/v1/search?q=ann@example.com")
        found = self.row("search.read")
        self.assertNotIn("ann", json.dumps(found))

    def test_privileged_acts_and_refused_ones(self):
        made = self.desk.post("/api/v1/tokens", {"name": "reports", "role": "reader"})
        self.assertEqual(made.status, 201)
        self.assertEqual(self.rows("?action=POST+/api/v1/tokens")[0]["detail"], {"status": 201})
        reader = {"Authorization": f"Bearer {made.json()['token']}"}
        self.assertEqual(self.desk.get("/api/v1/audit", headers=reader).status, 403)
        self.assertEqual(self.desk.post("/api/v1/tokens", {"name": "x", "role": "admin"}, headers=reader).status, 403)
        wait_until(lambda: any(one["detail"] == {"status": 403} for one in self.rows("?action=POST+/api/v1/tokens")),
                   what="the refused one")
        self.assertEqual(self.row("token.create")["actor"], "console")

    def test_settings_with_before_and_after_and_without_secrets(self):
        self.desk.write_config(FORM % ("rate_limit.per_minute = 7", SECRET + "-2"))
        self.desk.process.child.send_signal(signal.SIGHUP)
        changed = wait_until(lambda: self.rows("?subject=connector+contact+rate_limit.per_minute"), what="the change")
        self.assertEqual(changed[0]["action"], "setting.changed")
        self.assertEqual(changed[0]["detail"]["after"], "7")
        self.assertNotIn(SECRET, json.dumps(self.rows()))

    def test_verification_finds_the_broken_link(self):
        self.desk.stop()
        self.assertEqual(self.desk.command("verify").returncode, 0)
        with sqlite3.connect(self.desk.state / "tributary.db") as store:
            with self.assertRaisesRegex(sqlite3.IntegrityError, "only ever added"):
                store.execute("UPDATE audit SET actor = 'nobody'")
            store.execute("DROP TRIGGER audit_no_UPDATE")
            store.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 1")
        found = self.desk.command("verify", "--json")
        self.assertEqual(found.returncode, 1)
        self.assertEqual(json.loads(found.stdout)["findings"],
                         [{"check": "audit", "detail": "the chain breaks at row 1: it was altered"}])


if __name__ == "__main__":
    unittest.main()
