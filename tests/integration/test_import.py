"""The quick version of tests/torture_imap.py."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from import_run import ImportRun, is_good  # noqa: E402


class Import(unittest.TestCase):
    def test_each_mail_once_across_five_kills_and_a_renumbering(self):
        with tempfile.TemporaryDirectory(prefix="tributary-import-") as folder:
            run = ImportRun(folder, mails=1500, kills=5, seed=20260301)
            try:
                verdict = run.run()
            finally:
                run.stop()
        self.assertTrue(is_good(verdict), verdict)


if __name__ == "__main__":
    unittest.main()
