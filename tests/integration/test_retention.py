"""Retention as an operator runs it: a dry run tells, --apply takes away."""

import json
import pathlib
import sqlite3
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Tributary  # noqa: E402

FORM = """
[[connector]]
name = "contact"
channel = "webform"
tickets = "never"
fields = [ { name = "email", type = "email", required = true }, { name = "message", type = "text", required = true } ]
"""
RULES = '[privacy]\nretention = [ { channel = "%s", kind = "%s", keep = "400d" } ]\n'


class Retention(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-retention-")
        self.addCleanup(folder.cleanup)
        self.desk = Tributary(pathlib.Path(folder.name) / "desk", FORM, RULES % ("webform", "form")).start()
        self.addCleanup(self.desk.stop)
        for message in ("old words", "new words"):
            self.desk.post("/in/contact", {"email": "ann@example.com", "message": message}, sign_in=False)
        self.desk.stop()
        with sqlite3.connect(self.desk.state / "tributary.db") as store:
            store.execute("UPDATE interaction SET received_at = received_at - 401 * 86400000 WHERE seq = "
                          "(SELECT min(seq) FROM interaction)")

    def run_rules(self, *more):
        done = self.desk.command("retention", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [one["interactions"] for one in json.loads(done.stdout)["rules"]]

    def test_a_dry_run_tells_and_apply_takes_away(self):
        self.assertEqual(self.run_rules(), [1])
        self.assertEqual(self.run_rules(), [1])
        self.assertEqual(self.run_rules("--apply"), [1])
        self.assertEqual(self.run_rules("--apply"), [0])
        self.desk.start()
        self.assertEqual(len(self.desk.get("/api/v1/search?q=new+words").json()["items"]), 1)
        self.assertEqual(self.desk.get("/api/v1/search?q=old+words").json()["items"], [])
        self.assertEqual(self.desk.command("verify").returncode, 0)

    def test_rules_that_mean_nothing_are_refused(self):
        for rule in (("letters", "form"), ("webform", "gossip")):
            self.desk.write_config(FORM, RULES % rule)
            done = self.desk.command("retention")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(b"privacy.retention", done.stderr)


if __name__ == "__main__":
    unittest.main()
