"""HTML from outside in a real browser: nothing of it runs, and nothing of it calls home."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from servers import BINARY  # noqa: E402
from xss_vectors import vectors  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CORPUS = ROOT.parent / "shared" / "corpora" / "email" / "cases" / "xss"


def mail_of(html):
    return b"From: a@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()


def html_of(mail):
    return mail.partition(b"\r\n\r\n")[2].decode("utf-8", "replace") or mail.partition(b"\n\n")[2].decode("utf-8", "replace")


class Xss(unittest.TestCase):
    @unittest.skipUnless(os.path.exists(CHROMIUM), "chromium is optional: Ubuntu offers it only as a snap")
    def test_nothing_runs_and_nothing_leaves(self):
        # E53, E54
        mails = [mail_of(one) for one in vectors()]
        mails += [file.read_bytes() for file in sorted(CORPUS.glob("*.eml"))]
        framed = b"".join(b"%d\n" % len(mail) + mail for mail in mails)
        lines = subprocess.run([BINARY, "normalize", "email", "--many"], input=framed, capture_output=True, check=True,
                               timeout=60).stdout.splitlines()
        safe = [json.loads(line)["html_sanitized"] or "" for line in lines]
        self.assertEqual(len(safe), len(mails))
        self.assertGreaterEqual(len(safe), 500)
        policy = json.loads((ROOT / "web" / "policies.json").read_text())["default"]
        shown = [{"raw": html_of(mail), "safe": one} for mail, one in zip(mails, safe)]
        out = subprocess.run(["node", str(ROOT / "tests" / "support" / "xss_browser.mjs"), policy],
                             input=json.dumps(shown), capture_output=True, text=True, timeout=600)
        self.assertEqual(out.returncode, 0, out.stderr)
        report = json.loads(out.stdout)

        # The watching works: much of it runs and calls home as it came.
        self.assertGreater(len(report["raw"]["ran"]), 25)
        self.assertGreater(len(report["raw"]["asked"]), 20)
        for way in ("bare", "framed"):
            self.assertEqual([shown[index] for index in report[way]["ran"]], [], way)
        self.assertEqual(report["framed"]["asked"], {})
        # Alone, the first wall lets pictures through, which the frame then does not load.
        for index, requests in report["bare"]["asked"].items():
            for request in requests:
                self.assertTrue(request.startswith("image http"), (shown[int(index)], request))
        print(f"{len(shown)} vectors; of {len(shown) // 4} as they came {len(report['raw']['ran'])} ran and "
              f"{len(report['raw']['asked'])} asked; sanitised 0 and 0", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
