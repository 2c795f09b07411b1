"""A customer's export holds all they ever sent, and takes little memory however much that is."""

import base64
import hashlib
import io
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import BINARY, Dovecot, Tributary, mailbox, wait_until  # noqa: E402

MAILS, FILE_BYTES = 60, 1_500_000


def mail(number, attachment):
    coded = base64.encodebytes(attachment).decode()
    return f"""Authentication-Results: mx.test; dmarc=pass header.from=example.com
From: Ann Lee <ann@example.com>
To: support@example.org
Subject: Picture {number}
Message-ID: <{number}@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=part

--part

Here is picture {number}.
--part
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="../picture {number}.bin"

{coded}--part--
""".encode()


class Export(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-export-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        (self.folder / "imap").mkdir()
        self.dovecot = Dovecot(self.folder / "imap", fsync=False).start()
        self.addCleanup(self.dovecot.stop)
        self.desk = Tributary(self.folder / "desk", mailbox(self.dovecot)).start()
        self.addCleanup(self.desk.stop)
        self.desk.wait_for_connector("support")

    def receive(self, count, file_bytes):
        noise = random.Random(count)
        sent = {}
        for number in range(count):
            attachment = noise.randbytes(file_bytes)
            raw = mail(number, attachment)
            sent[number] = (hashlib.sha256(raw.replace(b"\n", b"\r\n")).digest(), hashlib.sha256(attachment).digest())
            self.dovecot.deliver("support", raw)
        wait_until(lambda: len(self.desk.items("/api/v1/tickets")) == count, 120, "the mails")
        return self.desk.get("/api/v1/customers?q=ann@example.com").json()["items"][0]["id"], sent

    def check(self, archive, sent):
        self.assertIsNone(archive.testzip())
        hashes = {}
        for name in archive.namelist():
            self.assertNotIn("..", name)
            hashes[hashlib.sha256(archive.read(name)).digest()] = name
        for raw, attachment in sent.values():
            self.assertIn(raw, hashes)
            self.assertTrue(hashes[attachment].startswith("attachments/"))
        lines = archive.read("interactions.jsonl").decode().splitlines()
        self.assertEqual({json.loads(line)["subject"] for line in lines}, {f"Picture {number}" for number in sent})
        self.assertEqual(len(json.loads(archive.read("tickets.json"))), len(sent))
        customer = json.loads(archive.read("customer.json"))
        self.assertEqual([one["value"] for one in customer["identities"]], ["ann@example.com"])

    def test_by_api_it_is_a_download_and_leaves_a_row_in_the_audit(self):
        ann, sent = self.receive(3, 5_000)
        reply = self.desk.get(f"/api/v1/customers/{ann}/export")
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "application/zip"))
        self.check(zipfile.ZipFile(io.BytesIO(reply.body)), sent)
        rows = self.desk.items(f"/api/v1/audit?subject=customer+{ann}&action=customer.export")
        self.assertEqual(len(rows), 1)

    # R20
    def test_by_command_it_streams(self):
        ann, sent = self.receive(MAILS, FILE_BYTES)
        file = self.folder / "ann.zip"
        done = subprocess.run([sys.executable, "-c", "import resource, subprocess, sys\n"
                               "code = subprocess.run(sys.argv[1:]).returncode\n"
                               "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
                               "sys.exit(code)", BINARY, "customer", "export", ann, "--out", str(file), "--config",
                               str(self.desk.config)], capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(file.stat().st_size, 128 * 1024 * 1024)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        peak = int(re.search(rb"peak (\d+)", done.stdout)[1])
        self.assertLessEqual(peak, 64 * 1024, "KiB at most")
        self.check(zipfile.ZipFile(file), sent)
        again = self.desk.command("customer", "export", ann, "--out", str(file))
        self.assertEqual(again.returncode, 1)
        refused = self.desk.get(f"/api/v1/customers/{ann}/export")
        self.assertEqual((refused.status, refused.json()["reason"]), (413, "too_large"))


if __name__ == "__main__":
    unittest.main()
