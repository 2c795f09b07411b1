"""What comes in at a webhook's door, W1–W20 of the catalogue of bad input: each with its stated outcome."""

import base64
import concurrent.futures
import gzip
import hashlib
import hmac
import http.client
import itertools
import json
import pathlib
import select
import socket
import sqlite3
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from door import Stored, exchange, read_answer  # noqa: E402
from servers import Tributary, wait_until  # noqa: E402

KEY, OTHER_KEY, OLD_KEY = b"k" * 24, b"o" * 24, b"p" * 24
HOUR = 3600


def secret(key):
    return "whsec_" + base64.b64encode(key).decode()


def rfc3339(unix):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix))


def configuration(old_until):
    return f"""
[[connector]]
name = "shop"
channel = "webhook"
secret = "{secret(KEY)}"
previous_secret = "{secret(OLD_KEY)}"
previous_secret_until = "{rfc3339(old_until)}"

[[connector]]
name = "branch"
channel = "webhook"
secret = "{secret(OTHER_KEY)}"

[[connector]]
name = "mapped"
channel = "webhook"
preset = "none"
allow_unsigned = true
[connector.mapping]
kind = "'order'"
external_id = "order.id"
text = "order.state"
email = "order.buyer.mail"
required = ["external_id", "text"]

[[connector]]
name = "meta"
channel = "webhook"
preset = "meta"
secret = "hush"
verify_token = "open-sesame"

[[connector]]
name = "form"
channel = "webform"
rate_limit.per_minute = 1
rate_limit.burst = 3
"""


def event(number, **more):
    return {"kind": "message", "external_id": f"m-{number}", "from": {"email": "ann@example.com"},
            "text": f"Message {number}", **more}


class Webhook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tributary-webhook-door-")
        cls.addClassCleanup(folder.cleanup)
        cls.numbers = itertools.count(1)
        cls.old_until = time.time() + HOUR
        cls.desk = Tributary(pathlib.Path(folder.name) / "desk", configuration(cls.old_until))
        cls.addClassCleanup(cls.desk.kill)
        cls.desk.start()
        cls.stored = Stored(cls.desk)

    def setUp(self):
        self.before = self.stored.count("interaction")

    def added(self):
        return self.stored.count("interaction") - self.before

    def signed(self, body, id=None, at=None, key=KEY, **more):
        """The headers of a request as Standard Webhooks signs it."""
        id = id or f"msg_{next(self.numbers)}"
        at = str(int(time.time())) if at is None else str(at)
        mac = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
        return {"Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": at,
                "webhook-signature": "v1," + base64.b64encode(mac).decode(), **more}

    def send(self, body, headers=None, path="/in/shop", **signing):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.desk.post(path, body, headers=headers or self.signed(body, **signing), sign_in=False)

    def assert_refused(self, reply, *statuses):
        self.assertIn(reply.status, statuses, reply.body[:300])
        self.assertEqual(reply.headers["Content-Type"], "application/problem+json")
        self.assertEqual(self.added(), 0)

    # --- who sends

    # W1
    def test_W1_without_a_signature(self):
        body = json.dumps(event(0)).encode()
        whole = self.signed(body)
        self.assert_refused(self.send(body, headers={"Content-Type": "application/json"}), 401)
        for missing in ("webhook-id", "webhook-timestamp", "webhook-signature"):
            headers = {name: value for name, value in whole.items() if name != missing}
            self.assert_refused(self.send(body, headers=headers), 401)

    # W2
    def test_W2_with_a_wrong_signature(self):
        body = json.dumps(event(0)).encode()
        self.assert_refused(self.send(body, key=b"x" * 24), 401)
        headers = self.signed(body)
        self.assert_refused(self.send(body + b" ", headers=headers), 401)
        self.assert_refused(self.send(body, headers={**headers, "webhook-id": "another"}), 401)
        for odd in ("", "v1,", "v1", "v1,AAAA", "v1,!!!", headers["webhook-signature"][:-2]):
            self.assert_refused(self.send(body, headers={**headers, "webhook-signature": odd}), 401)

    # W3
    def test_W3_signed_for_another_endpoint(self):
        body = json.dumps(event(0)).encode()
        self.assert_refused(self.send(body, headers=self.signed(body, key=OTHER_KEY)), 401)
        self.assert_refused(self.send(body, headers=self.signed(body), path="/in/branch"), 401)

    # W4
    def test_W4_the_old_secret_is_good_until_its_end(self):
        self.assertEqual(self.send(event(next(self.numbers)), key=OLD_KEY).status, 202)
        folder = tempfile.TemporaryDirectory(prefix="tributary-webhook-old-")
        self.addCleanup(folder.cleanup)
        late = Tributary(pathlib.Path(folder.name) / "desk", configuration(time.time() - 5)).start()
        self.addCleanup(late.kill)
        body = json.dumps(event(1)).encode()
        for key, status in ((OLD_KEY, 401), (KEY, 202)):
            reply = late.post("/in/shop", body, headers=self.signed(body, key=key), sign_in=False)
            self.assertEqual(reply.status, status)

    # W5
    def test_W5_any_of_the_first_ten_signatures(self):
        body = json.dumps(event(next(self.numbers))).encode()
        headers = self.signed(body)
        right = headers["webhook-signature"]
        wrong = "v1," + base64.b64encode(b"w" * 32).decode()
        hex_form = "v1," + base64.b64decode(right[3:]).hex()
        for signatures, status in (([wrong] * 10 + [right], 401), ([wrong] * 19 + [right], 401), ([hex_form], 401),
                                   (["v9," + right[3:]], 401), (["v2,x", wrong, right], 202),
                                   ([wrong] * 9 + [right] + [wrong] * 10, 202)):
            reply = self.send(body, headers={**headers, "webhook-signature": " ".join(signatures)})
            self.assertEqual(reply.status, status, signatures)

    # W6
    def test_W6_a_timestamp_that_is_stale_or_none(self):
        now = int(time.time())
        for at in (now - 303, now + 303, -now, f"{now}.0", 2**63, 2**64 + now, "", " ", "now", f"0x{now:x}", now * 1000):
            self.assert_refused(self.send(event(0), at=at), 401)
        self.assertEqual(self.send(event(next(self.numbers)), at=now - 290).status, 202)
        self.assertEqual(self.send(event(next(self.numbers)), at=now + 290).status, 202)

    # --- again

    # W7
    def test_W7_the_same_id_again(self):
        first, other = event(next(self.numbers)), event(next(self.numbers))
        answers = [self.send(first, id="again") for _ in range(3)]
        self.assertEqual([reply.status for reply in answers], [202] * 3)
        self.assertEqual([reply.json()["duplicate"] for reply in answers], [False, True, True])
        self.assertEqual(len({reply.json()["id"] for reply in answers}), 1)
        conflict = self.send(other, id="again")
        self.assertEqual(conflict.status, 409)
        wait_until(lambda: "webhook.conflict" in self.desk.log_tail(), what="the conflict in the log")
        elsewhere = self.send(other, id="again", key=OTHER_KEY, path="/in/branch")
        self.assertEqual((elsewhere.status, elsewhere.json()["duplicate"]), (202, False))
        self.assertEqual(self.added(), 2)

    # W8
    def test_W8_the_same_id_much_later(self):
        """What has been kept a month, or came back with a backup, is known all the same: the ledger never forgets."""
        first = event(next(self.numbers))
        id = self.send(first, id="month").json()["id"]
        self.desk.kill()
        month = 31 * 24 * HOUR * 1000
        with sqlite3.connect(self.stored.path) as store:
            store.execute("UPDATE ledger SET claimed_at = claimed_at - ?", (month,))
            store.execute("UPDATE interaction SET occurred_at = occurred_at - ?, received_at = received_at - ?",
                          (month, month))
        self.desk.start()
        reply = self.send(first, id="month")
        self.assertEqual((reply.status, reply.json()), (202, {"id": id, "duplicate": True}))
        self.assertEqual(self.added(), 1)

    # --- the body

    # W9
    def test_W9_the_signature_is_over_the_raw_bytes(self):
        body = json.dumps(event(0)).encode()
        reordered = json.dumps(dict(reversed(event(0).items()))).encode()
        for sent in (reordered, b"\xef\xbb\xbf" + body, json.dumps(event(0), indent=1).encode(), gzip.compress(body)):
            self.assert_refused(self.send(sent, headers=self.signed(body)), 401)
        # Signed as it is sent, compressed bytes are still not unpacked: a bomb stays small.
        bomb = gzip.compress(b"[" + b"0," * 20_000_000 + b"0]", 9)
        self.assert_refused(self.send(bomb, headers=self.signed(bomb, **{"Content-Encoding": "gzip"})), 413, 415)
        big = json.dumps(event(0, text="x" * 6_000_000)).encode()
        self.assert_refused(self.send(big), 413)

    # W10
    def test_W10_json_that_is_no_good(self):
        start = b'{"kind": "message", "text": '
        keys = b", ".join(b'"k%d": 0' % number for number in range(10**6 // 4))
        for body in (start + b"[" * 10**5 + b"]" * 10**5 + b"}",
                     start + b'"x", ' + keys + b"}",
                     start + b'"x", "text": "y"}',
                     start + b'"x", "data": {"a": 1, "a": 2}}',
                     start + b'"x", "data": 1e400}',
                     start + b'NaN}', start + b'Infinity}', start + b'-}',
                     start + b'"\\ud800"}', start + b'"\xed\xa0\x80"}', start + b'"\xff"}',
                     start + b'"x"} {}', start + b'"x"}x', start + b'"x"} // end',
                     b"/* */ " + start + b'"x"}', start + b"'x'}", start + b'"x",}'):
            with self.subTest(body=body[:60]):
                self.assert_refused(self.send(body), 400, 413, 422)
        # Larger than 64 bits is a number all the same; it is kept as one or refused, never bent.
        reply = self.send(start + b'"big", "data": {"n": %d}}' % (2**64 + 1))
        if reply.status == 202:
            shown = self.desk.get(f"/api/v1/interactions/{reply.json()['id']}").json()
            self.assertAlmostEqual(float(json.dumps(shown["data"]["n"])) / 2**64, 1)
        else:
            self.assertIn(reply.status, (400, 422))

    # W11
    def test_W11_what_is_not_a_json_object(self):
        entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
        for body, kind in ((b"", None), (b"hello", None), (b"[]", None), (b"null", None), (b'"text"', None), (b"7", None),
                           (entity, "application/xml"), (entity, "text/xml"), (entity, None),
                           (b"kind=message&text=x", "application/x-www-form-urlencoded"),
                           (b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b"), (b"{}", "text/plain")):
            headers = self.signed(body)
            headers["Content-Type"] = kind or "application/json"
            with self.subTest(body=body[:30], kind=kind):
                reply = self.send(body, headers=headers)
                self.assert_refused(reply, 400, 415, 422)
                self.assertNotIn(b"root:", reply.body)

    # W12
    def test_W12_too_large_and_too_slow(self):
        head = "POST /in/shop HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n"
        self.assertEqual(self.send(json.dumps(event(0, text="x" * 10_000_000)).encode()).status, 413)
        self.assertEqual(exchange(self.desk.port, (head + "Content-Length: 40000000\r\n\r\n").encode())[0], 413)
        with socket.create_connection(("127.0.0.1", self.desk.port), timeout=30) as wire:
            wire.sendall((head + "Transfer-Encoding: chunked\r\n\r\n").encode())
            sent, piece = 0, b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
            while sent < 10**10 and not select.select([wire], [], [], 0)[0]:
                wire.sendall(piece)
                sent += len(piece)
            self.assertLess(sent, 64_000_000)
            self.assertIn(read_answer(wire)[0], (411, 413))
        with socket.create_connection(("127.0.0.1", self.desk.port), timeout=120) as wire:
            wire.sendall((head + "Content-Length: 5000\r\n\r\n").encode())
            wire.settimeout(1)
            status = None
            for _ in range(90):  # a byte a second
                try:
                    wire.sendall(b"x")
                    if wire.recv(1, socket.MSG_PEEK):
                        status = read_answer(wire)[0]
                    break
                except TimeoutError:
                    continue
                except ConnectionError:
                    break
            self.assertEqual(status, 408)
        self.assertEqual(self.added(), 0)

    # W13
    def test_W13_an_unknown_kind_is_stored_and_shown(self):
        number = next(self.numbers)
        reply = self.send({"kind": "teleported", "schema": 99, "external_id": f"t-{number}", "text": "Beamed up",
                           "from": {"email": "ann@example.com"}, "novel": {"deep": [1]}})
        self.assertEqual(reply.status, 202)
        shown = self.desk.get(f"/api/v1/interactions/{reply.json()['id']}").json()
        self.assertEqual(shown["kind"], "system")
        self.assertIn("teleported", json.dumps(shown["warnings"]))
        self.assertEqual(shown["text"], "Beamed up")
        reply = self.send({"nothing": "we know"})
        self.assertEqual(reply.status, 202)
        self.assertIn("we know", json.dumps(self.desk.get(f"/api/v1/interactions/{reply.json()['id']}").json()))

    # W14
    def test_W14_out_of_order_converges(self):
        """Each change of an order is an event of its own: in whatever order they come, the same ones stand there."""
        def tell(person, order):
            for at, state in order:
                self.assertEqual(self.send({
                    "kind": "order", "external_id": f"{person}/{state}", "occurred_at": f"2026-03-01T10:{at:02}:00Z",
                    "from": {"email": f"{person}@example.com"}, "text": state,
                    "data": {"number": "7", "status": state, "total": "1.00", "currency": "EUR"}}).status, 202)
            found = self.stored.ask("SELECT customer FROM identity WHERE value = ?", f"{person}@example.com")
            customers = [one["id"] for one in self.desk.items("/api/v1/customers")
                         if any(have["value"] == f"{person}@example.com" for have in
                                self.desk.get(f"/api/v1/customers/{one['id']}").json()["identities"])]
            self.assertEqual((len(found), len(customers)), (1, 1))
            timeline = self.desk.items(f"/api/v1/customers/{customers[0]}/timeline")
            return sorted((one["sent_at"], one["kind"], one["text"]) for one in timeline)

        life = [(1, "created"), (2, "paid"), (3, "deleted")]
        in_order = tell("orderly", life)
        self.assertEqual(len(in_order), 3)
        self.assertEqual(tell("hasty", [life[1], life[0], life[2]]), in_order)
        self.assertEqual(tell("reverse", life[::-1]), in_order)

    # W15
    def test_W15_a_burst_loses_nothing_it_acknowledged(self):
        count, at_once = 3000, 60
        bodies = [json.dumps(event(f"burst-{number}")).encode() for number in range(count)]
        requests = [(body, self.signed(body, id=f"burst-{number}")) for number, body in enumerate(bodies)]

        def pour(part):
            connection = http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=60)
            answers = []
            for body, headers in part:
                connection.request("POST", "/in/shop", body, headers)
                answer = connection.getresponse()
                answer.read()
                answers.append((answer.status, answer.headers["Retry-After"]))
            connection.close()
            return answers

        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            answers = [one for part in pool.map(pour, [requests[start::at_once] for start in range(at_once)])
                       for one in part]
        taken = sum(status == 202 for status, _ in answers)
        self.assertTrue(all(status == 202 or (status == 503 and wait) for status, wait in answers), set(answers))
        self.assertGreater(taken, 0)
        self.desk.kill()  # what was acknowledged is durable
        self.assertEqual(self.added(), taken)
        self.desk.start()

    # W16
    def test_W16_guessed_paths_are_all_the_same(self):
        body = json.dumps(event(0)).encode()
        seen = set()
        for path in ("/in/shop/", "/in/shop/x", "/in/Shop", "/in/%73hop/%2e", "/in//shop", "//in/shop", "/in/shop%2f",
                     "/in/none", "/in/shop%00", "/in/" + "s" * 7000, "/in/shop;x", "/in/../in/none"):
            reply = self.desk.post(path, body, headers=self.signed(body), sign_in=False)
            with self.subTest(path=path[:40]):
                self.assertIn(reply.status, (404, 400) if "%00" in path or ".." in path or "//" in path else (404,))
                seen.add((reply.status, reply.json()["title"]))
        self.assertEqual(len([one for one in seen if one[0] == 404]), 1, seen)
        self.assertEqual(self.added(), 0)

    # W17
    def test_W17_a_mapping_that_does_not_fit(self):
        def quarantined(body):
            known = {item["id"] for item in self.desk.items("/api/v1/quarantine")}
            reply = self.send(body, headers={"Content-Type": "application/json"}, path="/in/mapped")
            self.assertEqual((reply.status, reply.json().get("quarantined")), (202, True), reply.body)
            return next(item for item in self.desk.items("/api/v1/quarantine") if item["id"] not in known)

        for body, field in (({"order": {"state": "paid"}}, "external_id"), ({"order": {"id": "7"}}, "text"),
                            ({"order": {"id": "8", "state": {"deep": 1}}}, "text"), ({"order": [1, 2]}, "external_id"),
                            ({}, "external_id")):
            with self.subTest(body=body):
                item = quarantined(body)
                self.assertEqual(item["reason"], "mapping")
                self.assertIn(field, item["detail"])
        self.assertEqual(self.added(), 0)
        # JMESPath has no recursion of its own; an expression nested beyond reason is refused when it is configured.
        folder = tempfile.TemporaryDirectory(prefix="tributary-webhook-deep-")
        self.addCleanup(folder.cleanup)
        deep = Tributary(pathlib.Path(folder.name) / "desk", f"""
[[connector]]
name = "deep"
channel = "webhook"
preset = "none"
allow_unsigned = true
mapping.kind = "'note'"
mapping.text = "{"[" * 5_000}a{"]" * 5_000}"
""")
        self.addCleanup(deep.kill)
        with self.assertRaisesRegex(RuntimeError, "nested too deeply"):
            deep.start()

    # W18
    def test_W18_a_store_that_is_slow_is_answered_in_time(self):
        lock = sqlite3.connect(self.stored.path, isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        reply = self.send(event("slow"), id="slow")
        took = time.monotonic() - started
        lock.execute("ROLLBACK")
        self.assertLess(took, 5)
        self.assertEqual(reply.status, 503)
        self.assertTrue(reply.headers["Retry-After"])
        again = wait_until(lambda: (reply := self.send(event("slow"), id="slow")).status == 202 and reply, what="the store")
        self.assertIsNotNone(again.json()["id"])
        self.assertEqual(self.added(), 1)

    # W19
    def test_W19_a_forged_handshake(self):
        mark = "<script>alert(1)</script>"
        ask = "?hub.mode=subscribe&hub.verify_token={}&hub.challenge=" + "%3Cscript%3Ealert(1)%3C/script%3E"
        self.assertEqual(self.desk.get("/in/meta" + ask.format("guess"), sign_in=False).status, 403)
        self.assertEqual(self.desk.get("/in/shop" + ask.format("open-sesame"), sign_in=False).status, 405)
        reply = self.desk.get("/in/meta" + ask.format("open-sesame"), sign_in=False)
        self.assertEqual((reply.status, reply.body.decode()), (200, mark))
        self.assertTrue(reply.headers["Content-Type"].startswith("text/plain"))
        self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff")
        # Slack's, signed right, at an address that is not Slack's: an event like any other.
        reply = self.send({"type": "url_verification", "challenge": mark})
        self.assertEqual(reply.status, 202)
        self.assertNotIn("script", reply.body.decode())

    # W20
    def test_W20_a_forged_forwarding_header_is_nobody(self):
        """Of two doors with a limit for each address, the one that is asked does not believe who we say we are."""
        answers = []
        for number in range(5):
            reply = self.desk.post("/in/form", b"name=A&email=a%40example.com&message=hello", sign_in=False, headers={
                "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": f"203.0.113.{number}",
                "Forwarded": f"for=203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"})
            answers.append(reply.status)
        self.assertEqual(answers, [202, 202, 202, 429, 429])


if __name__ == "__main__":
    unittest.main()
