"""Backups under the mixed load of all four channels, held against the senders' own ledger."""

import json
import os
import pathlib
import sqlite3
import stat
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from scene import Scene, compare, require_good, seen  # noqa: E402
from servers import Tributary, wait_until  # noqa: E402

ROUNDS = int(os.environ.get("BACKUP_ROUNDS", "4"))
FORM = """
[[connector]]
name = "contact"
channel = "webform"
fields = [ { name = "email", type = "email", required = true }, { name = "message", type = "text", required = true } ]
rate_limit.per_minute = 0
"""


class UnderLoad(unittest.TestCase):
    def test_each_backup_equals_the_ledger_at_its_instant(self):
        with tempfile.TemporaryDirectory(prefix="tributary-backup-") as folder, Scene(folder) as scene:
            scene.begin_load()
            for number in range(ROUNDS):
                self.one_round(scene, pathlib.Path(folder) / f"backup-{number}", number)
            checked = scene.desk.command("verify")
            self.assertEqual((checked.returncode, checked.stderr), (0, b""), checked.stdout)
            scene.end_load()
            self.back_to_the_first(scene, pathlib.Path(folder) / "backup-0")

    def one_round(self, scene, file, number):
        wait_until(lambda: all(one.number > 4 * (number + 1) for one in scene.senders), 60, "load")
        # Mail is ours only once it was fetched: of it what a timeline shows counts.
        acknowledged = [text for text in scene.acknowledged() if not text.startswith("mail ")]
        acknowledged += [text for text in seen(scene.desk) if text.startswith("mail ")]
        made = scene.desk.command("backup", str(file), "--json")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual(scene.desk.command("verify", str(file)).returncode, 0)
        copy = Tributary(file.with_suffix(".desk"))
        done = copy.command("restore", str(file))
        self.assertEqual(done.returncode, 0, done.stderr)
        copy.start()
        try:
            require_good(compare(seen(copy), scene.senders, acknowledged))
        finally:
            self.assertEqual(copy.stop(), 0)

    def back_to_the_first(self, scene, file):
        """What came later by mail still stands at its server and comes again, once."""
        scene.desk.stop()
        done = scene.desk.command("restore", str(file), "--replace")
        self.assertEqual(done.returncode, 0, done.stderr)
        scene.desk.start()
        mails = scene.mail.ledger.acknowledged()
        wait_until(lambda: set(mails) <= seen(scene.desk).keys(), 60, "the mails to come again")
        require_good(compare(seen(scene.desk), scene.senders, mails))


class Runbook(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-restore-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.desk = Tributary(self.folder / "desk", FORM).start()
        self.addCleanup(self.desk.stop)
        self.file = self.folder / "store.backup"

    def say(self, message):
        sent = self.desk.post("/in/contact", {"email": "ann@example.com", "message": message}, sign_in=False)
        self.assertEqual(sent.status, 202)

    def refused(self, *arguments):
        done = self.desk.command(*arguments)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        return done.stderr.decode()

    def test_back_to_the_backup_and_on_from_there(self):
        self.say("before")
        self.assertEqual(self.desk.command("backup", str(self.file)).returncode, 0)
        self.assertIn("exists already", self.refused("backup", str(self.file)))
        metrics = self.desk.get("/metrics", sign_in=False).body.decode()
        self.assertRegex(metrics, r"(?m)^tributary_last_backup_seconds 1\d{9}$")
        self.say("after")
        self.assertIn("in use by process", self.refused("restore", str(self.file), "--replace"))
        self.desk.stop()
        self.assertIn("--replace", self.refused("restore", str(self.file)))
        self.assertEqual(self.desk.command("restore", str(self.file), "--replace").returncode, 0)
        self.desk.start()
        self.assertEqual(seen(self.desk), {"before": 1})
        self.say("again")
        self.assertEqual(seen(self.desk), {"again": 1, "before": 1})
        checked = json.loads(self.desk.command("verify", "--json").stdout)
        self.assertTrue(checked["ok"], checked)

    def test_verify_tells_what_is_wrong_and_exits_with_one(self):
        self.say("words")
        self.desk.stop()
        with sqlite3.connect(self.desk.state / "tributary.db") as store:
            store.execute("UPDATE content SET text = 'other words'")
        found = self.desk.command("verify", "--json")
        self.assertEqual(found.returncode, 1)
        self.assertEqual([one["check"] for one in json.loads(found.stdout)["findings"]], ["search"])
        self.assertIn("not whole", self.refused("backup", str(self.file)))
        self.assertFalse(self.file.exists())


if __name__ == "__main__":
    unittest.main()
