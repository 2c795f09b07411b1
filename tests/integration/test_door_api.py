"""What comes in at the API's door, R10–R15 of the catalogue of bad input: each with its stated outcome.

How requests are framed (R1–R9) is told byte by byte in tests/unit/http/framing_test.cpp and server_test.cpp.
"""

import concurrent.futures
import http.client
import json
import pathlib
import sys
import tempfile
import time
import unittest
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Tributary  # noqa: E402

CONNECTORS = """
[[connector]]
name = "contact"
channel = "webform"
rate_limit.per_minute = 0
"""
API = "/api/v1"
NOBODY = "ffffffff-ffff-7fff-bfff-ffffffffffff"


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tributary-api-door-")
        cls.addClassCleanup(folder.cleanup)
        cls.desk = Tributary(pathlib.Path(folder.name) / "desk", CONNECTORS).start()
        cls.addClassCleanup(cls.desk.kill)
        for number in range(3):
            cls.desk.post("/in/contact", {"email": f"p{number}@example.com", "message": f"help 50% off_{number}"},
                          sign_in=False)
        cls.tickets = [ticket["id"] for ticket in cls.desk.items(f"{API}/tickets")]
        cls.customers = [customer["id"] for customer in cls.desk.items(f"{API}/customers")]

    def raw(self, method, target, body=b"", headers=()):
        """The target goes out as it stands."""
        connection = http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=20)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            connection.putheader("Authorization", f"Bearer {self.desk.secret or self.desk.token()}")
            for name, value in headers:
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def send_json(self, method, path, body):
        return self.desk.request(method, path, body, {"Content-Type": "application/json"})

    # --- paths

    # R10
    def test_R10_paths_that_lead_elsewhere_lead_nowhere(self):
        self.desk.get(f"{API}/me")
        for path in ("/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/api/v1/../../tributary.db", "/api/v1/tickets%00",
                     "/api/v1\\tickets", "/api/v1/%5ctickets", "/assets/%c0%ae%c0%ae/x", "/api/v1/tickets;jsessionid=1",
                     "/api//v1/tickets", "/api/v1/tickets/", "/assets/..%2f..%2fstate%2fseal.key"):
            status, body = self.raw("GET", path)
            self.assertEqual(status, 404, path)
            self.assertNotIn(b"root:", body)

    # --- bodies

    # R11
    def test_R11_json_that_is_no_good(self):
        deep = b'{"note":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        wide = b"{" + b",".join(b'"k%d":1' % number for number in range(200_000)) + b"}"
        for body in (b"", b"null", b"[]", b'"x"', b"{", b'{"text":"a"}x', b'{"text":"a","text":"b"}', b'{"text":1e400}',
                     b'{"text":NaN}', b'{"text":18446744073709551616}', b'{"text":"\\ud800"}', b"{'text':1}",
                     b'{/*x*/"text":"a"}', b'{"text":"\xff"}', b'\xef\xbb\xbf{"text":"a"}', deep, wide):
            began = time.monotonic()
            answer = self.send_json("POST", f"{API}/tickets/{self.tickets[0]}/notes", body)
            self.assertIn(answer.status, (400, 413, 422), body[:60])
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            self.assertLess(time.monotonic() - began, 2, body[:60])

    # R11
    def test_R11_fields_that_nobody_may_set(self):
        before = self.desk.get(f"{API}/tickets/{self.tickets[0]}").json()
        for field, value in (("id", str(uuid.uuid4())), ("number", 1), ("customer", self.customers[1]),
                             ("customer_id", self.customers[1]), ("created_at", "2020-01-01T00:00:00Z"), ("version", 9),
                             ("no_such_field", True)):
            etag = self.desk.get(f"{API}/tickets/{self.tickets[0]}").headers["ETag"]
            answer = self.desk.patch(f"{API}/tickets/{self.tickets[0]}", {field: value}, headers={"If-Match": etag})
            self.assertEqual(answer.status, 422, field)
            self.assertIn(f"/{field}", [error["pointer"] for error in answer.json()["errors"]])
        self.assertEqual(self.desk.get(f"{API}/tickets/{self.tickets[0]}").json(), before)
        for field, value in (("identities", [{"kind": "email", "value": "x@example.com", "proof": "signed"}]),
                             ("number", 5), ("verified", True), ("role", "admin")):
            etag = self.desk.get(f"{API}/customers/{self.customers[0]}").headers["ETag"]
            answer = self.desk.patch(f"{API}/customers/{self.customers[0]}", {field: value}, headers={"If-Match": etag})
            self.assertEqual(answer.status, 422, field)

    # --- queries

    # R12
    def test_R12_pages_cursors_and_filters_out_of_range(self):
        for query in ("limit=1000000000", "limit=-1", "limit=0", "limit=x", "limit=1.5", "limit=", "cursor=x",
                      "cursor=%00", "sort=1;--", "sort=id%20desc", "status=nosuch", "assignee='%20or%201=1",
                      "nosuchfilter=1", "limit=1&limit=2"):
            answer = self.desk.get(f"{API}/tickets?{query}")
            self.assertEqual(answer.status, 422, query)
            self.assertTrue(answer.json()["errors"], query)
        page = self.desk.get(f"{API}/tickets?limit=1").json()
        self.assertIsNotNone(page["next"])
        tampered = page["next"][:-1] + ("A" if page["next"][-1] != "A" else "B")
        answer = self.desk.get(f"{API}/tickets?limit=1&cursor={urllib.parse.quote(tampered)}")
        self.assertIn(answer.status, (200, 422))
        foreign = self.desk.get(f"{API}/customers?limit=1&cursor={urllib.parse.quote(page['next'])}")
        self.assertIn(foreign.status, (200, 422))

    # R12
    def test_R12_search_takes_words_literally(self):
        for words in ('"', "NEAR(a b)", "*", "a*", "AND OR NOT", "col:x", "^a", "{a b}", "(", "%_" * 3_000, "'; DROP--",
                      "\x01", "50%", "off_1", "-help", "😀"):
            began = time.monotonic()
            answer = self.desk.get(f"{API}/search?q={urllib.parse.quote(words)}")
            self.assertIn(answer.status, (200, 414, 422), words)
            self.assertLess(time.monotonic() - began, 1, words[:20])
        self.assertTrue(self.desk.get(f"{API}/search?q=help").json()["items"])

    # --- other people's things

    # R13
    def test_R13_what_is_not_there_looks_like_what_may_not_be_seen(self):
        ids = (str(uuid.uuid4()), "01890000-0000-7000-8000-000000000000", self.customers[0][:-1] + "0", NOBODY)
        for kind in ("customers", "tickets", "interactions"):
            answers = {self.desk.get(f"{API}/{kind}/{name}").body for name in ids}
            self.assertEqual(len(answers), 1, f"one text for all {kind} that are not there")
            for name in (*ids, "nosuch", "1", "%27"):
                self.assertEqual(self.desk.get(f"{API}/{kind}/{name}").status, 404, (kind, name))

    # --- two at once

    # R14
    def test_R14_a_lost_update_is_refused(self):
        place = f"{API}/tickets/{self.tickets[1]}"
        etag = self.desk.get(place).headers["ETag"]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: self.desk.patch(place, {"subject": f"by {number}"},
                                                                   headers={"If-Match": etag}).status, range(16)))
        self.assertEqual(sorted(answers), [200] + [412] * 15)

    # R14
    def test_R14_two_merge_each_other_at_once(self):
        pair = []
        for name in ("one", "two"):
            self.desk.post("/in/contact", {"email": f"{name}@merge.example", "message": name}, sign_in=False)
            found = self.desk.items(f"{API}/customers?q={name}%40merge.example")
            pair.append(found[0]["id"])
        self.assertEqual(self.desk.post(f"{API}/customers/{pair[0]}/merge", {"other": pair[0]}).status, 422)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda way: self.desk.post(f"{API}/customers/{way[0]}/merge", {"other": way[1]}).status,
                                    (pair, pair[::-1])))
        self.assertEqual(answers.count(200), 1, answers)
        self.assertIn([one for one in answers if one != 200][0], (404, 409), answers)

    # R15
    def test_R15_an_idempotency_key(self):
        place = f"{API}/tickets/{self.tickets[2]}/notes"
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first = self.desk.post(place, {"text": "once"}, headers=key)
        self.assertLess(first.status, 300)
        again = self.desk.post(place, {"text": "once"}, headers=key)
        self.assertEqual((again.status, again.body), (first.status, first.body))
        self.assertEqual(self.desk.post(place, {"text": "other"}, headers=key).status, 422)
        secret = self.desk.secret
        self.desk.stop()
        self.desk.start()
        self.desk.secret = secret
        after = self.desk.post(place, {"text": "once"}, headers=key)
        self.assertEqual((after.status, after.body), (first.status, first.body))
        for bad in ("two words", "x" * 1_000, "ü"):
            answer = self.desk.request("POST", place, json.dumps({"text": "x"}).encode(),
                                       {"Content-Type": "application/json", "Idempotency-Key": bad.encode("utf-8")})
            self.assertIn(answer.status, (400, 422), bad[:5])


if __name__ == "__main__":
    unittest.main()
