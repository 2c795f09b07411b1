"""The quick version of tests/torture.py: a few kills, the same ledger, the same judge."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kill_run import KillRun  # noqa: E402


class Kill(unittest.TestCase):
    def test_nothing_is_lost_or_doubled_over_eight_kills(self):
        with tempfile.TemporaryDirectory(prefix="tributary-kill-") as folder:
            run = KillRun(folder, kills=8, seed=20260301)
            try:
                verdict = run.run()
            finally:
                run.stop()
        self.assertEqual(verdict["lost"], [])
        self.assertEqual(verdict["doubled"], [])
        self.assertEqual(verdict["strangers"], [])
        self.assertEqual(verdict["answers_unsent"], [])
        self.assertEqual(verdict["answers_twice_other_id"], [])
        self.assertEqual(verdict["integrity"], "ok")
        for name, count in verdict["sent"].items():
            self.assertGreater(count, 5, f"{name} hardly sent anything")


if __name__ == "__main__":
    unittest.main()
