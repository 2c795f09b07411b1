"""Stores of every past schema version open; a migration that is killed completes or rolls back; a newer store is
refused in one line."""

import hashlib
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import old_store  # noqa: E402
from servers import BINARY, ROOT, Tributary  # noqa: E402

NEWEST = len(old_store.MIGRATIONS)
# What writes, flushes, or gives a file a name.
WRITING = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "unlink", "rename")


def version_of(desk):
    with sqlite3.connect(desk.state / "tributary.db") as store:
        return store.execute("SELECT version FROM schema_version").fetchone()[0]


class Upgrade(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-upgrade-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def old_desk(self, name, version):
        desk = Tributary(self.folder / name)
        desk.state.mkdir()
        old_store.make(desk.state / "tributary.db", version)
        return desk

    def test_released_migrations_are_what_they_were(self):
        recorded = (ROOT / "tests" / "data" / "store" / "migrations.sha256").read_text().split("\n")
        found = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}" for one in old_store.MIGRATIONS]
        self.assertEqual([line for line in recorded if line], found,
                         "a released migration is never edited; a new one is added with sha256sum")

    def test_a_store_of_each_version_opens_whole(self):
        for version in range(1, NEWEST + 1):
            with self.subTest(version=version):
                desk = self.old_desk(f"v{version}", version).start()
                try:
                    [customer] = desk.items("/api/v1/customers?q=ann@example.com")
                    said = desk.items(f"/api/v1/customers/{customer['id']}/timeline")
                    self.assertEqual([one["text"] for one in said], [old_store.TEXT] * 2)
                    self.assertEqual(len(desk.get("/api/v1/search?q=pump").json()["items"]), 3)
                finally:
                    self.assertEqual(desk.stop(), 0)
                self.assertEqual(version_of(desk), NEWEST)
                checked = desk.command("verify")
                self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_a_backup_of_an_older_version_comes_back(self):
        backup = self.folder / "backup"
        old_store.make(backup, 3)
        with sqlite3.connect(backup) as store:
            store.executescript("PRAGMA journal_mode = DELETE; CREATE TABLE backup (snapshot_at BIGINT NOT NULL);"
                                "INSERT INTO backup VALUES (1000)")
        desk = Tributary(self.folder / "restored")
        done = desk.command("restore", str(backup))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((version_of(desk), desk.command("verify").returncode), (NEWEST, 0))

    def test_a_migration_killed_at_any_call_completes_or_rolls_back(self):
        points, versions = 0, set()
        for call in WRITING:
            number = 1
            while self.kill_at(call, number, versions):
                number += 1
            points += number - 1
        self.assertGreater(points, 50)
        self.assertGreaterEqual(versions, set(range(1, NEWEST)))

    def kill_at(self, call, number, versions):
        """False when the migration makes fewer such calls."""
        desk = self.old_desk(f"{call}-{number}", 1)
        done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                               f"inject={call}:signal=KILL:when={number}", BINARY, "token", "list", "--config",
                               str(desk.config)], capture_output=True, timeout=60)
        if done.returncode == 0:
            return False
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
        versions.add(version_of(desk))
        checked = desk.command("token", "list")
        self.assertEqual((checked.returncode, version_of(desk)), (0, NEWEST), checked.stderr)
        checked = desk.command("verify")
        self.assertEqual(checked.returncode, 0, (call, number, checked.stdout))
        return True

    def test_a_newer_store_is_refused_in_one_line(self):
        desk = self.old_desk("newer", NEWEST)
        backup = self.folder / "backup"
        self.assertEqual(desk.command("backup", str(backup)).returncode, 0)
        for file in (desk.state / "tributary.db", backup):
            with sqlite3.connect(file) as store:
                store.execute("UPDATE schema_version SET version = version + 1")
        for arguments in (["serve"], ["token", "list"], ["verify"], ["backup", str(self.folder / "other")],
                          ["restore", str(backup), "--replace"]):
            done = desk.command(*arguments)
            self.assertEqual((done.returncode, done.stdout), (1, b""), arguments)
            lines = [line for line in done.stderr.decode().splitlines() if " info " not in line]
            self.assertEqual(len(lines), 1, lines)
            self.assertIn(f"schema version {NEWEST + 1}, this program knows {NEWEST}", lines[0])
        self.assertEqual(version_of(desk), NEWEST + 1)


if __name__ == "__main__":
    unittest.main()
