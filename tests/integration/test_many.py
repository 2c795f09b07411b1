"""`normalize email --many` over every mail there is to be had, and over damaged ones: a line of JSON each,
nothing dies, within the limits on time and memory.

TRIBUTARY_MUTATIONS=10000 makes more than the few of every run.
"""

import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from servers import BINARY  # noqa: E402

CORPORA = ROOT.parent / "shared" / "corpora" / "email"
OWN = [
    b"From: Ann <ann@example.com>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nTo: support@example.com\r\n\r\nHi\r\n> old\r\n",
    b"From: b@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x"
    b"<blockquote>y\r\n--b\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"JVBERi0=\r\n--b--\r\n",
    b"From: MAILER-DAEMON@mx.example.com\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    b"--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
    b"Final-Recipient: rfc822; a@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n",
]
# What a parser does not like to meet.
BAD_NEWS = [b"\0", b"\r", b"\n\n", b"--", b"=?utf-8?B?", b"?=", b"(((((((", b"<" * 50, b"\xff\xfe", b"\xed\xa0\x80", b";" * 200,
            b"Content-Type: multipart/mixed; boundary=b\r\n", b"begin 644 x\n", b"=\r\n", b"\x1b$B", b"--b\r\n" * 20, b"&#" * 99]


def damaged(mails, rng):
    mail = bytearray(rng.choice(mails))
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(mail) + 1)
        way = rng.randrange(6)
        if way == 0:
            del mail[at:]
        elif way == 1:
            del mail[at:at + rng.randrange(1, 200)]
        elif way == 2:
            mail[at:at] = rng.choice(BAD_NEWS)
        elif way == 3 and mail:
            mail[at % len(mail)] ^= 1 << rng.randrange(8)
        elif way == 4:
            other = rng.choice(mails)
            start = rng.randrange(len(other) + 1)
            mail[at:] = other[start:]
        else:
            mail[at:at] = mail[max(0, at - 300):at]
    return bytes(mail)


class Many(unittest.TestCase):
    def test_a_line_each_whatever_comes(self):
        mails = [file.read_bytes() for file in sorted(CORPORA.rglob("*")) if file.is_file() and file.suffix not in (".json", ".md")
                 and "LICENSES" not in file.parts] + OWN
        rng = random.Random(20260301)
        count = int(os.environ.get("TRIBUTARY_MUTATIONS", "1000"))
        small = [mail for mail in mails if 0 < len(mail) < 300_000]
        everything = mails + [damaged(small, rng) for _ in range(count)]
        framed = b"".join(b"%d\n" % len(mail) + mail for mail in everything)
        began = time.monotonic()
        run = subprocess.run([BINARY, "normalize", "email", "--many"], input=framed, capture_output=True, timeout=900)
        took = time.monotonic() - began
        self.assertEqual((run.returncode, run.stderr), (0, b""))
        lines = run.stdout.splitlines()
        self.assertEqual(len(lines), len(everything))
        refused = {}
        for mail, line in zip(everything, lines):
            answer = json.loads(line)
            if "error" in answer:
                reason = answer["error"]["reason"]
                refused[reason] = refused.get(reason, 0) + 1
                self.assertFalse(reason.startswith("parser_"), (reason, mail[:200]))
        # Sanitizers keep what was freed.
        is_sanitized = b"__asan_init" in pathlib.Path(BINARY).read_bytes()
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        self.assertLess(largest, 1024 if is_sanitized else 256)
        print(f"{len(everything)} mails ({count} damaged) in {took:.1f} s, largest process {largest:.0f} MiB, refused {refused}",
              file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
