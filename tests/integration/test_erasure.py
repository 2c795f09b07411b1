"""A customer with a canary in every place that the channels offer, erased while the daemon runs."""

import json
import os
import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Dovecot, Tributary, mailbox, wait_until  # noqa: E402

FORM = """
[[connector]]
name = "contact"
channel = "webform"
fields = [ { name = "name" }, { name = "email", type = "email", required = true }, { name = "phone" }, { name = "message", type = "text", required = true } ]
"""


class Canaries:
    def __init__(self):
        self.texts = []

    def __call__(self, kind):
        self.texts.append(f"{kind}canary{len(self.texts)}qx")
        return self.texts[-1]

    def hits(self, *folders):
        found = []
        for folder in folders:
            for path in sorted(pathlib.Path(folder).rglob("*")):
                if path.is_file():
                    content = path.read_bytes().lower()
                    found += [(path.name, text) for text in self.texts if text.encode() in content]
        return found


class Erasure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tributary-erasure-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.folder.chmod(0o755)
        (cls.folder / "imap").mkdir()
        cls.dovecot = Dovecot(cls.folder / "imap", fsync=False).start()
        cls.addClassCleanup(cls.dovecot.stop)

    def setUp(self):
        self.canary = Canaries()
        self.desk = Tributary(self.folder / self.id().split(".")[-1],
                              FORM + mailbox(self.dovecot, user=self.id().split("_")[-1])).start()
        self.addCleanup(self.desk.stop)
        self.desk.wait_for_connector("support")

    def customer(self, words):
        found = self.desk.get(f"/api/v1/customers?q={words}").json()["items"]
        return found[0]["id"] if found else None

    def mail(self, text, sender="ann", proof="pass", **more):
        head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in more.items())
        self.dovecot.deliver(self.id().split("_")[-1], f"""Authentication-Results: mx.test; dmarc={proof} header.from=example.com
From: {sender}
To: support@example.org
{head}
{text}
""".encode())

    def fill(self):
        """The customer's own id, and Ben's, who quotes her in a ticket of his."""
        canary = self.canary
        self.address = f"{canary('mail')}@example.com"
        self.hers = f"the pump has failed {canary('first')} again and nobody came to look {canary('second')} at it"
        self.mail(self.hers, f"{canary('given')} {canary('family')} <{self.address}>", Subject=canary("subject"),
                  Message_ID=f"<{canary('messageid')}@example.com>", X_Odd=canary("header"))
        wait_until(lambda: self.customer(self.canary.texts[0]), what="her mail")
        ann = self.customer(self.canary.texts[0])
        for number in range(4):
            self.desk.post("/in/contact", {"name": f"{canary('name')} Smith", "email": self.address,
                                           "phone": f"0170 5{number}", "message": canary("form")}, sign_in=False)
        self.desk.patch(f"/api/v1/customers/{ann}", {"fields": {"note": canary("field")}})
        ticket = next(one for one in self.desk.items("/api/v1/tickets") if one["customer"]["id"] == ann)
        for number in range(8):
            self.desk.post(f"/api/v1/tickets/{ticket['id']}/notes", {"text": canary("note")})
        self.desk.post("/api/v1/interactions", {"customer": ann, "kind": "call", "text": canary("call")},
                       headers={"Idempotency-Key": canary("key")})
        self.mail(f"My neighbour says:\n> {self.hers}\nand she is {self.address}", "Ben <ben@example.com>",
                  Subject="The pump of my neighbour", Message_ID="<ben@example.com>",
                  References=f"<{canary.texts[6]}@example.com>")
        wait_until(lambda: self.customer("ben"), what="Ben's mail")
        deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(100))
        self.dovecot.deliver(self.id().split("_")[-1], f"From: {self.address}\nSubject: {canary('held')}\n{deep}".encode())
        wait_until(lambda: self.desk.items("/api/v1/quarantine"), what="the held mail")
        # Nobody's: it only names her.
        self.mail("whose words are these", f"{self.address}, two@example.com, c@d.example")
        wait_until(lambda: self.desk.get("/api/v1/search?q=whose+words").json()["items"], what="nobody's mail")
        while len(canary.texts) < 40:
            self.desk.post("/in/contact", {"email": self.address, "message": canary("more")}, sign_in=False)
        return ann, self.customer("ben")

    def look_everywhere(self):
        self.assertEqual(self.canary.hits(self.desk.state), [])
        self.assertEqual(self.canary.hits(self.desk.folder), [])  # logs, too

    def test_by_api_a(self):
        ann, ben = self.fill()
        self.assertGreaterEqual(len({text for _, text in self.canary.hits(self.desk.state)}), 38)
        began = time.monotonic()
        erased = self.desk.post(f"/api/v1/customers/{ann}/erase")
        self.assertEqual(erased.status, 200, erased.body)
        self.assertEqual(self.desk.get(f"/api/v1/customers/{ann}").status, 404)
        certificate = wait_until(lambda: self.finished(erased.json()["id"]), 60, "the certificate")
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual(certificate["counts"]["customers"], 1)
        self.assertGreaterEqual(certificate["counts"]["redacted"], 1)
        self.look_everywhere()
        his = self.desk.items(f"/api/v1/customers/{ben}/timeline")[0]
        self.assertIn("My neighbour says", his["text"])
        self.assertNotIn("pump has failed", json.dumps(his))
        self.assertEqual(self.desk.post(f"/api/v1/customers/{ann}/erase").status, 404)
        self.assertEqual(self.desk.command("verify").returncode, 0)
        for number in range(0, 40, 7):
            self.assertEqual(self.desk.get(f"/api/v1/search?q={self.canary.texts[number]}").json()["items"], [])

    def finished(self, erasure):
        found = self.desk.get(f"/api/v1/erasures/{erasure}").json()
        return found["finished_at"] and found

    def test_by_command_beside_the_daemon_and_after_an_older_backup_b(self):
        ann, _ = self.fill()
        backup = self.folder / "older-backup"
        self.assertEqual(self.desk.command("backup", str(backup)).returncode, 0)
        done = self.desk.command("customer", "erase", ann)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIsNotNone(json.loads(done.stdout)["finished_at"])
        self.look_everywhere()
        self.desk.stop()
        self.assertGreater(len(self.canary.hits(self.folder)), 38)  # they are in the backup
        restored = self.desk.command("restore", str(backup), "--replace", "--json")
        self.assertEqual(restored.returncode, 0, restored.stderr)
        self.assertEqual(json.loads(restored.stdout)["erased_again"], 1)
        os.unlink(backup)
        self.look_everywhere()
        self.desk.write_config(FORM)  # the mails still stand at their server
        self.desk.start()
        self.assertIsNone(self.customer(self.canary.texts[0]))
        self.look_everywhere()


if __name__ == "__main__":
    unittest.main()
