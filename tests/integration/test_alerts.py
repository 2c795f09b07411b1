"""Alerts, told once when they begin and once when they end, by webhook and by mail."""

import base64
import email
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import SmtpSink, Tributary, free_port, wait_until  # noqa: E402

KEY = b"an alert key of thirty-two bytes"


class Hook:
    """Takes webhooks on loopback, answers with `status`, and checks each signature."""

    def __init__(self):
        self.status = 204
        self.taken = []
        self.refused = 0
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
                mac = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
                assert self.headers["webhook-signature"] == f"v1,{mac}", self.headers
                assert abs(time.time() - int(self.headers["webhook-timestamp"])) < 60
                if hook.status == 204:
                    hook.taken.append((self.headers["webhook-id"], json.loads(body)))
                else:
                    hook.refused += 1
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/alerts"

    def keys(self):
        return [([one["key"] for one in body["data"]["begun"]], body["data"]["ended"]) for _, body in self.taken]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Alerts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-alerts-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        self.hook = Hook()
        self.addCleanup(self.hook.stop)
        (self.folder / "smtp").mkdir()
        self.sink = SmtpSink(self.folder / "smtp").start()
        self.addCleanup(self.sink.stop)
        self.desk = Tributary(self.folder / "desk")
        self.addCleanup(self.desk.kill)

    def configure(self, more="", reach="private", low_disk=0, pause="0s"):
        secret = base64.b64encode(KEY).decode()
        self.desk.write_config(f"""
[[connector]]
name = "support"
channel = "email"
address = "support@example.org"
imap.url = "imap+insecure://127.0.0.1:{free_port()}"
imap.user = "support"
imap.password = "x"
smtp.url = "{self.sink.url()}"
smtp.user = ""
""", f"""low_disk_mb = {low_disk}
[alerts]
webhook.url = "{self.hook.url()}"
webhook.secret = "whsec_{secret}"
webhook.reach = "{reach}"
backup_after = "0s"
check_every = "200ms"
pause = "{pause}"
{more}
""")

    def restart(self):
        self.assertEqual(self.desk.stop(), 0)
        self.desk.start()

    def checks(self, count=3):
        """Lets so many looks at the house go by: what is new would have been told."""
        seen = len(self.hook.taken)
        time.sleep(0.2 * count)
        return len(self.hook.taken) - seen

    def test_told_once_when_it_begins_and_once_when_it_ends(self):
        self.configure('down_after = "1s"', low_disk=10**9)
        self.desk.start()
        wait_until(lambda: len(self.hook.taken) >= 2, what="both alerts")
        self.assertEqual(self.hook.keys(), [(["disk_low"], []), (["connector_down support"], [])])
        text = self.hook.taken[1][1]["data"]["begun"][0]["text"]
        self.assertRegex(text, r"^The connector support has not worked for \d+ s: ")
        self.assertEqual(self.checks(), 0)
        self.restart()
        self.assertEqual(self.checks(10), 0, self.hook.keys())
        self.configure('down_after = "1s"')
        self.restart()
        wait_until(lambda: (["disk_low"] in self.hook.keys()[-1]), what="the end of one")
        self.assertEqual(self.hook.keys()[-1], ([], ["disk_low"]))

    def test_what_was_refused_is_told_again_under_the_same_id(self):
        self.hook.status = 500
        self.configure(low_disk=10**9)
        self.desk.start()
        wait_until(lambda: self.hook.refused >= 2, what="two refusals")
        self.hook.status = 204
        wait_until(lambda: self.hook.taken, what="the alert")
        self.assertEqual(self.checks(), 0)
        self.assertEqual(self.hook.keys(), [(["disk_low"], [])])

    def test_the_pause_gathers_what_happens_meanwhile(self):
        self.configure('down_after = "1s"', low_disk=10**9, pause="4s")
        self.desk.start()
        wait_until(lambda: self.hook.taken, what="the first message")
        first = time.monotonic()
        wait_until(lambda: len(self.hook.taken) == 2, what="the second message")
        self.assertGreater(time.monotonic() - first, 3)
        self.assertEqual(self.hook.keys(), [(["disk_low"], []), (["connector_down support"], [])])

    def test_the_inside_is_not_reached_unless_allowed(self):
        self.configure(reach="public", low_disk=10**9)
        self.desk.start()
        wait_until(lambda: "alert.webhook_failed" in self.desk.log_tail(), what="the refusal")
        self.assertIn("private_address", self.desk.log_tail())
        self.assertEqual((self.hook.taken, self.hook.refused), ([], 0))

    def test_by_mail(self):
        self.configure('mail_to = ["admin@example.net"]\nmail_through = "support"', low_disk=10**9)
        self.desk.start()
        wait_until(self.sink.messages, what="the mail")
        mail = email.message_from_bytes(self.sink.messages()[0])
        self.assertEqual(mail["To"], "admin@example.net")
        self.assertEqual(mail["Subject"], "Tributary: disk_low")
        self.assertRegex(mail["Auto-Submitted"], "^auto-")
        self.assertIn("MB are free on the store's disk.", mail.get_payload())
        self.configure('mail_to = ["admin@example.net"]\nmail_through = "support"')
        self.restart()
        wait_until(lambda: len(self.sink.messages()) == 2, what="the mail about its end")
        self.assertEqual({email.message_from_bytes(one)["Subject"] for one in self.sink.messages()},
                         {"Tributary: disk_low", "Tributary: 1 over"})

    def test_what_does_not_fit_together_is_refused(self):
        for more, why in (('mail_to = ["admin@example.net"]', "alerts.mail_through"),
                          ('mail_to = ["nobody"]\nmail_through = "support"', "alerts.mail_to"),
                          ('mail_to = ["admin@example.net"]\nmail_through = "other"', "alerts.mail_through")):
            self.configure(more)
            done = self.desk.command("check-config")
            self.assertEqual(done.returncode, 2, more)
            self.assertIn(why.encode(), done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
