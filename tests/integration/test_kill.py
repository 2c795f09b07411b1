"""A few of the torture's kills (tests/torture), the same ledger and the same judge."""

import pathlib
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "torture")]
from kills import random_kills  # noqa: E402


class Kill(unittest.TestCase):
    def test_nothing_is_lost_or_doubled_over_eight_kills(self):
        with tempfile.TemporaryDirectory(prefix="tributary-kill-") as folder:
            figures = random_kills(folder, kills=8, seed=20260301)
        self.assertGreater(figures["sent"], 50)


if __name__ == "__main__":
    unittest.main()
