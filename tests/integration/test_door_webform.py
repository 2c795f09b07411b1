"""What comes in at a web form's door, F1–F16 of the catalogue of bad input: each with its stated outcome.

That a form's token ends after a day is shown where a clock can be turned (unit/webform).
"""

import itertools
import json
import pathlib
import re
import socket
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from door import Stored, exchange  # noqa: E402
from servers import Tributary  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402

FORM = "application/x-www-form-urlencoded"
SITE = "https://www.example.com"
FIELDS = """
fields = [
  { name = "name", required = true },
  { name = "email", type = "email", required = true },
  { name = "message", type = "text", required = true, max_length = 20000 },
  { name = "files", type = "file" },
]
"""


def configuration(smtp):
    return f"""
[[connector]]
name = "contact"
channel = "webform"
allowed_origins = ["{SITE}"]
rate_limit.per_minute = 0
{FIELDS}

[[connector]]
name = "other"
channel = "webform"
rate_limit.per_minute = 0

[[connector]]
name = "quick"
channel = "webform"
minimum_fill = "0s"

[[connector]]
name = "limited"
channel = "webform"
rate_limit.per_minute = 60
rate_limit.burst = 20

[[connector]]
name = "support"
channel = "email"
address = "support@example.org"
acknowledge = true
smtp.url = "{smtp.url()}"
"""


def multipart(files, boundary="b0undary", **fields):
    """Files are (filename, type, bytes)."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [f'Content-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
              + data for name, kind, data in files]
    return b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts) + \
        b"--" + boundary.encode() + b"--\r\n"


class Webform(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tributary-form-door-")
        cls.addClassCleanup(folder.cleanup)
        cls.smtp = SmtpServer()
        cls.addClassCleanup(cls.smtp.stop)
        cls.numbers = itertools.count(1)
        cls.desk = Tributary(pathlib.Path(folder.name) / "desk", configuration(cls.smtp))
        cls.addClassCleanup(cls.desk.kill)
        cls.desk.start()
        cls.stored = Stored(cls.desk)

    def setUp(self):
        self.before = self.stored.count("interaction")

    def added(self):
        return self.stored.count("interaction") - self.before

    def fields(self, **more):
        return {"name": "Ann", "email": "ann@example.com", "message": f"Hello {next(self.numbers)}", **more}

    def send(self, body, kind=FORM, path="/in/contact", **headers):
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
        body = body if isinstance(body, bytes) else body.encode()
        headers = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.desk.post(path, body, headers=headers, sign_in=False)

    def send_files(self, *files):
        return self.send(multipart(files, **self.fields()), "multipart/form-data; boundary=b0undary")

    def assert_refused(self, reply, *statuses, field=None):
        self.assertIn(reply.status, statuses, reply.body[:300])
        self.assertEqual(self.added(), 0)
        if field:
            self.assertIn(f"/{field}", [one["pointer"] for one in reply.json()["errors"]], reply.body)

    def shown(self, reply):
        self.assertEqual(reply.status, 202, reply.body[:300])
        return self.desk.get(f"/api/v1/interactions/{reply.json()['id']}").json()

    def token(self, path="/in/contact"):
        page = self.desk.get(path, sign_in=False, headers={"Accept": "text/html"}).body.decode()
        return re.search('name="form_token" value="([^"]+)"', page)[1]

    # F1
    def test_F1_missing_and_unknown_fields(self):
        for missing in ("name", "email", "message"):
            body = {name: value for name, value in self.fields().items() if name != missing}
            self.assert_refused(self.send(body), 422, field=missing)
            self.assert_refused(self.send({**body, missing: "  "}), 422, field=missing)
        shown = self.shown(self.send(self.fields(extra="1", colour="red")))
        self.assertIn("colour", json.dumps(shown["warnings"]))
        self.assertNotIn("colour", json.dumps(shown["data"]))

    # F2
    def test_F2_odd_types_and_fields(self):
        good = urllib.parse.urlencode(self.fields())
        for kind in ("text/plain", "application/xml", "image/png", "", "multipart/mixed; boundary=b0undary"):
            self.assert_refused(self.send(good, kind), 415, 422)
        self.assert_refused(self.send(good + "&email=bob%40example.com"), 422, field="email")
        many = "&".join(f"f{number}=1" for number in range(10**4))
        self.assert_refused(self.send(good + "&" + many), 413, 422)
        for value in (["Ann"], {"a": 1}, None):
            reply = self.send(json.dumps(self.fields(message=value)), "application/json")
            self.assert_refused(reply, 422)
        self.assert_refused(self.send(b'{"name": "a", "name": "b"}', "application/json"), 400, 422)
        # Names that mean something to other languages mean nothing here.
        shown = self.shown(self.send(self.fields(**{"__proto__": "x", "constructor": "y"})))
        self.assertIn("__proto__", json.dumps(shown["warnings"]))

    # F3
    def test_F3_bodies_that_lie(self):
        head = f"POST /in/contact HTTP/1.1\r\nHost: desk\r\nContent-Type: {FORM}\r\n"
        good = urllib.parse.urlencode(self.fields()).encode()

        def status(framing, body, kind=None):
            start = head if kind is None else head.replace(FORM, kind)
            return exchange(self.desk.port, (start + framing + "\r\n\r\n").encode() + body)[0]

        self.assertEqual(status("Content-Length: 40000000", b""), 413)
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        self.assertIn(status("Transfer-Encoding: chunked", chunk * 40 + b"0\r\n\r\n"), (411, 413, None))
        self.assertEqual(status("Transfer-Encoding: chunked\r\nContent-Length: 5", b"0\r\n\r\n"), 400)
        self.assertEqual(status("Content-Length: 5\r\nContent-Length: 6", good), 400)
        self.assertEqual(status("Content-Length: -5", good), 400)
        whole = multipart([("a.txt", "text/plain", b"hello")], **self.fields())
        for kind, body in (("multipart/form-data", whole), ("multipart/form-data; boundary=", whole),
                           ("multipart/form-data; boundary=other", whole),
                           ("multipart/form-data; boundary=b0undary", whole[:-12]),
                           ("multipart/form-data; boundary=b0undary", whole[:60]),
                           ("multipart/form-data; boundary=" + "b" * 300, whole)):
            self.assert_refused(self.send(body, kind), 400, 415, 422)
        # Less than was announced, and then nothing more.
        with socket.create_connection(("127.0.0.1", self.desk.port), timeout=20) as wire:
            wire.sendall((head + f"Content-Length: {len(good) + 9}\r\n\r\n").encode() + good)
            wire.shutdown(socket.SHUT_WR)
            while wire.recv(4096):
                pass
        self.assertEqual(self.added(), 0)

    # F4
    def test_F4_the_email_field_is_one_address(self):
        for address in ("a@example.com\r\nBcc: b@example.com", "a@example.com\nb", "a@example.com%0aBcc:b@example.com",
                        "a@example.com%0D%0Ab", "a@example.com,b@example.com", "a@example.com b@example.com",
                        "a@example.com;b@example.com", "Ann <a@example.com>", "<a@example.com>", "@example.com", "a@",
                        "a", "a@b@example.com", "a" * 320 + "@example.com", "a@" + "e" * 320 + ".com", "a b@example.com",
                        "a@exam ple.com", "a\0@example.com", "mailto:a@example.com?bcc=b@example.com"):
            with self.subTest(address=address[:40]):
                self.assert_refused(self.send(self.fields(email=address)), 422, field="email")

    # F5
    def test_F5_somebody_elses_address_is_a_claim(self):
        known = self.desk.post("/api/v1/customers", {"display_name": "Vera", "identities": [
            {"kind": "email", "value": "vera@example.com"}]}).json()
        reply = self.send(self.fields(email="vera@example.com", name="Mallory"))
        shown = self.shown(reply)
        self.assertEqual((shown["claimed"], shown["from"]["proof"]), (True, "claimed"))
        # Whoever posted learns a number and nothing of who she is.
        self.assertEqual(set(reply.json()), {"id", "duplicate", "ticket"})
        self.assertNotIn("Vera", reply.body.decode())
        customer = self.desk.get(f"/api/v1/customers/{known['id']}").json()
        self.assertEqual(customer["display_name"], "Vera")
        self.assertEqual(self.smtp.mails, [])

    # F6
    def test_F6_nobody_is_bombed_through_the_form(self):
        statuses = [self.send(self.fields(email="victim@example.com"), path="/in/limited").status for _ in range(200)]
        self.assertEqual(set(statuses), {202, 429})
        self.assertLessEqual(statuses.count(202), 20 + 10)  # the burst, and what a slow minute lets through
        statuses = [self.send(self.fields(email=f"victim{number}@example.com"), path="/in/limited").status
                    for number in range(100)]
        self.assertGreater(statuses.count(429), 80)
        refused = self.send(self.fields(), path="/in/limited")
        self.assertTrue(int(refused.headers["Retry-After"]) > 0)
        # A form answers nobody by itself: not one mail, however many posts.
        self.assertEqual(self.stored.ask("SELECT count(*) FROM delivery"), [(0,)])
        self.assertEqual(self.smtp.mails, [])

    # F7
    def test_F7_once_is_once(self):
        body = self.fields()
        answers = [self.send(body, Idempotency_Key="twice") for _ in range(3)]
        self.assertEqual([reply.status for reply in answers], [202] * 3)
        self.assertEqual(len({reply.json()["id"] for reply in answers}), 1)
        self.assertEqual({reply.json()["ticket"] for reply in answers}, {answers[0].json()["ticket"]})
        self.assertEqual(self.send(self.fields(), Idempotency_Key="twice").status, 409)
        # A page sent twice, and sent again after going back to it.
        page = self.fields(form_token=self.token("/in/quick"))
        answers = [self.send(page, path="/in/quick") for _ in range(3)]
        self.assertEqual([reply.json()["duplicate"] for reply in answers], [False, True, True])
        self.assertEqual(len({reply.json()["id"] for reply in answers}), 1)
        self.assertEqual(self.added(), 2)

    # F8
    def test_F8_machines_and_forged_tokens(self):
        token = self.token()

        def quarantined(body):
            before = self.stored.count("quarantine")
            reply = self.send(body)
            self.assertEqual((reply.status, reply.json()["ticket"]), (202, None))
            return self.stored.count("quarantine") - before

        self.assertEqual(quarantined(self.fields(homepage_url="http://x.example")), 1)
        self.assertEqual(quarantined(self.fields(form_token=token)), 1)  # filled faster than a person can
        for forged in (token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), "9" + token[1:], "x", token + "x",
                       self.token("/in/other"), token * 20):
            self.assertEqual(self.send(self.fields(form_token=forged)).status, 403, forged[:40])
        # Sent again with other words, the page it came from has been used.
        self.assertEqual(self.send(self.fields(form_token=token)).status, 403)
        self.assertEqual(self.added(), 0)

    # F9
    def test_F9_hidden_fields_set_nothing(self):
        victim = self.desk.post("/api/v1/customers", {"display_name": "Victor", "identities": []}).json()
        reply = self.send(self.fields(queue="vip", priority="urgent", status="solved", customer=victim["id"],
                                      customer_id=victim["id"], assignee="admin", connector="support", proof="verified",
                                      tags="vip"))
        shown = self.shown(reply)
        ticket = self.desk.get(f"/api/v1/tickets/{shown['ticket_id']}").json()
        self.assertEqual((ticket["priority"], ticket["status"], ticket["assignee"]), ("normal", "open", None))
        self.assertNotEqual(ticket["customer"]["id"], victim["id"])
        self.assertIn("priority", json.dumps(shown["warnings"]))

    # F10
    def test_F10_it_redirects_nowhere(self):
        for target in ("//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example"):
            for name in ("redirect", "next", "_next", "return_url", "redirect_to"):
                reply = self.send(self.fields(**{name: target}), Accept="text/html")
                self.assertEqual(reply.status, 202)
                self.assertIsNone(reply.headers["Location"])
                self.assertIsNone(reply.headers["Refresh"])
                self.assertNotIn(b"evil", reply.body)
        reply = self.desk.get("/in/contact?next=//evil.example", sign_in=False)
        self.assertNotIn(b"evil", reply.body)

    # F11
    def test_F11_files(self):
        text = ("a.txt", "text/plain", b"hello")
        self.assert_refused(self.send_files(("a.txt", "text/plain", b"")), 413, 422)
        self.assert_refused(self.send_files(("a.bin", "application/octet-stream", b"x" * 26_000_000)), 413, 422)
        self.assert_refused(self.send_files(*[text] * 200), 413, 422)
        for kind in ("image/png", "image/jpeg", "application/pdf", "application/zip"):
            self.assert_refused(self.send_files(("a", kind, b"<script>")), 422)
        names = ["../../etc/passwd", "/etc/passwd", "C:\\\\windows\\\\x", "a\0b.txt", "..", ".", "", "n" * 4096,
                 "exe.\u202efdp", "CON", "a\r\nX: y"]
        for name in names:
            with self.subTest(name=name[:30]):
                reply = self.send_files((name, "text/plain", b"hello"))
                if reply.status != 202:
                    self.assertIn(reply.status, (400, 413, 422))
                    continue
                file = self.shown(reply)["attachments"][0]
                self.assertNotRegex(file["filename"], r"[/\\\x00-\x1f\u202a-\u202e]")
                self.assertLessEqual(len(file["filename"]), 200)
                self.assertNotIn(file["filename"], ("", ".", ".."))

    # F12
    def test_F12_text_is_text(self):
        for words in ("<img src=x onerror=alert(1)>", "{{7*7}}", "${7*7}", "=cmd|' /C calc'!A0", "[x](javascript:alert(1))",
                      "<!--#exec cmd=\"id\"-->", "'; DROP TABLE customer; --", "%s%n%x"):
            shown = self.shown(self.send(self.fields(message=words, name=words)))
            self.assertEqual(shown["text"], words)
            self.assertIsNone(shown.get("html"))
            page = self.send({"email": "no", "message": words, "name": words}, Accept="text/html")
            self.assertEqual(page.status, 422)
            self.assertNotIn(b"<img", page.body)
            self.assertNotIn(b"<!--#", page.body)
            self.assertNotIn(b"49", re.sub(rb"<style.*?</style>|form_token\" value=\"[^\"]+", b"", page.body))

    # F13
    def test_F13_other_origins(self):
        for origin in ("https://evil.example", "null", f"{SITE}.evil.example", SITE.replace("https", "http"), "file://",
                       f"{SITE}:8443", "https://www.example.com@evil.example"):
            reply = self.send(self.fields(), Origin=origin)
            self.assert_refused(reply, 403)
            self.assertIsNone(reply.headers["Access-Control-Allow-Origin"])
            asked = self.desk.request("OPTIONS", "/in/contact", headers={
                "Origin": origin, "Access-Control-Request-Method": "POST"}, sign_in=False)
            self.assertEqual(asked.status, 403)
        reply = self.send(self.fields(), Origin=SITE)
        self.assertEqual((reply.status, reply.headers["Access-Control-Allow-Origin"]), (202, SITE))
        self.assertIsNone(reply.headers["Access-Control-Allow-Credentials"])

    # F14
    def test_F14_characters(self):
        for bad in (b"%ff%fe", b"%c0%af", b"%ed%a0%80", b"%f4%90%80%80"):
            body = urllib.parse.urlencode(self.fields()).encode() + b"+" + bad
            reply = self.send(b"message=" + bad + b"&name=Ann&email=ann%40example.com")
            self.assertIn(reply.status, (202, 400, 422))
            if reply.status == 202:
                self.shown(reply)["text"].encode()  # whatever it shows is Unicode
            self.assertIn(self.send(body, "multipart/form-data; boundary=x").status, (400, 422))
        for words in ("\U0001f600 \U0001f469\u200d\U0001f469\u200d\U0001f466", "\u05e9\u05dc\u05d5\u05dd", "\ufffd", "𝔘𝔫"):
            self.assertEqual(self.shown(self.send(self.fields(message=words)))["text"], words)
        shown = self.shown(self.send(self.fields(name="Ann\u202egpj.exe")))
        self.assertNotIn("\u202e", json.dumps(shown["from"], ensure_ascii=False))
        self.before = self.stored.count("interaction")
        self.assert_refused(self.send(self.fields(message="w" * 1_000_000)), 422, field="message")

    # F15
    def test_F15_methods(self):
        query = "?" + urllib.parse.urlencode(self.fields())
        self.assertEqual(self.desk.get("/in/contact" + query, sign_in=False).status, 405)
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO"):
            status = exchange(self.desk.port, f"{method} /in/contact HTTP/1.1\r\nHost: desk\r\nContent-Length: 0\r\n\r\n"
                              .encode())[0]
            self.assertIn(status, (405, 400, 501) if method in ("CONNECT", "FOO", "TRACE") else (405,), method)
        for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            reply = self.desk.request("GET", "/in/contact" + query, headers={header: "POST"}, sign_in=False)
            self.assertEqual(reply.status, 405)
        self.assertEqual(self.desk.request("HEAD", "/in/contact" + query, sign_in=False).status, 405)
        self.assertEqual(self.added(), 0)

    # F16
    def test_F16_leaving_before_the_answer(self):
        count = 60
        posts = [urllib.parse.urlencode(self.fields()).encode() for _ in range(count)]

        def wire(number):
            return (f"POST /in/contact HTTP/1.1\r\nHost: desk\r\nContent-Type: {FORM}\r\nIdempotency-Key: left-{number}\r\n"
                    f"Content-Length: {len(posts[number])}\r\n\r\n").encode() + posts[number]

        for number in range(count):
            with socket.create_connection(("127.0.0.1", self.desk.port), timeout=20) as connection:
                whole = wire(number)
                connection.sendall(whole if number % 3 else whole[:-5])
                if number % 2:  # gone with a reset
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        # Whoever does not know asks again: what had been taken is known, what had not is taken now.
        seen = []
        for number in range(count):
            reply = self.send(posts[number], Idempotency_Key=f"left-{number}")
            self.assertEqual(reply.status, 202)
            seen.append(reply.json()["duplicate"])
        self.assertFalse(any(seen[::3]))  # a form without its end is none
        self.assertEqual(self.added(), count)
        whole = self.stored.ask("""SELECT count(*) FROM interaction JOIN content USING (seq)
                                   WHERE interaction.connector = 'contact' AND interaction.ticket IS NULL""")
        self.assertEqual(whole, [(0,)])  # each stands on a ticket: all of it or nothing


if __name__ == "__main__":
    unittest.main()
