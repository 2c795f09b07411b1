"""What comes in at the chat's door, CH1–CH20 of the catalogue of bad input: each with its stated outcome.

What only concerns frames and handshakes (CH5–CH9, CH13–CH15) is told byte by byte in
tests/unit/http/web_socket_test.cpp; here one of each reaches the real stream.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import struct
import sys
import tempfile
import time
import unittest
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import Tributary, wait_until  # noqa: E402
from web_socket import CLOSE, PING, WebSocket  # noqa: E402

SECRET = "the-site-backend-knows-this-secret"
GOOD, OTHER = "https://good.example", "https://other.example"
LINE = "/chat/{}/v3/directline"
CONNECTORS = f"""
[[connector]]
name = "site"
channel = "chat"
allowed_origins = ["{GOOD}"]
secret = "{SECRET}"
limits.per_second = 100
limits.burst = 1000
limits.starts_per_minute = 100000

[[connector]]
name = "shop"
channel = "chat"
allowed_origins = ["{OTHER}"]
secret = "{SECRET}-too"
limits.starts_per_minute = 100000
"""
EVIL_TEXT = "<img src=x onerror=alert(1)> javascript:alert(2) \u202eevil\u202c Z\u0335\u0321a\u0336"


class Chat(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tributary-chat-door-")
        cls.addClassCleanup(folder.cleanup)
        cls.desk = Tributary(pathlib.Path(folder.name) / "desk", CONNECTORS).start()
        cls.addClassCleanup(cls.desk.kill)

    def call(self, method, path, body=None, bearer=None, connector="site", **headers):
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return self.desk.request(method, LINE.format(connector) + path, body, headers, sign_in=False)

    def visitor(self, connector="site", origin=GOOD):
        """A token from a page, and its conversation."""
        made = self.call("POST", "/tokens/generate", {}, connector=connector, Origin=origin)
        self.assertEqual(made.status, 200, made.body)
        begun = self.call("POST", "/conversations", {}, bearer=made.json()["token"], connector=connector, Origin=origin)
        self.assertIn(begun.status, (200, 201), begun.body)
        return begun.json()

    def known_user(self, user="customer-7", connector="site"):
        made = self.call("POST", "/tokens/generate", {"user": {"id": user, "name": "Ann"}},
                         bearer=SECRET + ("-too" if connector == "shop" else ""), connector=connector)
        self.assertEqual(made.status, 200, made.body)
        return made.json()

    def say(self, visitor, text, origin=GOOD, connector="site", conversation=None, **more):
        activity = {"type": "message", "text": text, "from": {"id": "anyone"}, **more}
        place = conversation or visitor["conversationId"]
        return self.call("POST", f"/conversations/{place}/activities", activity, bearer=visitor["token"],
                         connector=connector, **({"Origin": origin} if origin else {}))

    def log(self, visitor, origin=GOOD):
        got = self.call("GET", f"/conversations/{visitor['conversationId']}/activities", bearer=visitor["token"],
                        Origin=origin)
        self.assertEqual(got.status, 200, got.body)
        return got.json()["activities"]

    def stream(self, visitor, origin=GOOD, url=None):
        place = urllib.parse.urlsplit(url or visitor["streamUrl"])
        headers = [f"Origin: {origin}"] if origin else []
        return WebSocket(self.desk.port, f"{place.path}?{place.query}", headers)

    def stored(self, text):
        """The interactions of that text, through the API."""
        found = self.desk.items("/api/v1/customers")
        return [(customer, item) for customer in found
                for item in self.desk.items(f"/api/v1/customers/{customer['id']}/timeline") if item["text"] == text]

    # --- who may open it

    # CH1
    def test_CH01_a_page_without_an_origin_gets_no_token_and_no_stream(self):
        self.assertEqual(self.call("POST", "/tokens/generate", {}).status, 401)
        visitor = self.visitor()
        self.assertEqual(self.stream(visitor, origin=None).status, 403)

    # CH2
    def test_CH02_a_foreign_origin(self):
        visitor = self.visitor()
        for origin in (OTHER, "null", "http://good.example", "https://good.example:8443"):
            self.assertEqual(self.call("POST", "/tokens/generate", {}, Origin=origin).status, 403, origin)
            self.assertEqual(self.stream(visitor, origin=origin).status, 403, origin)
            self.assertEqual(self.say(visitor, "x", origin=origin).status, 403, origin)

    # CH3
    def test_CH03_an_origin_that_looks_like_ours(self):
        visitor = self.visitor()
        for origin in ("https://good.example.evil.example", "https://evil.example/https://good.example",
                       "https://good.example@evil.example", "https://evil.good.example", "https://good.example%2eevil"):
            self.assertEqual(self.call("POST", "/tokens/generate", {}, Origin=origin).status, 403, origin)
            self.assertEqual(self.stream(visitor, origin=origin).status, 403, origin)

    # CH4
    def test_CH04_no_session_another_one_or_one_that_has_ended(self):
        visitor = self.visitor()
        path = f"/conversations/{visitor['conversationId']}/activities"
        for token in (None, "", "x", visitor["token"][:-2] + "xx", self.visitor("shop", OTHER)["token"]):
            answer = self.call("GET", path, bearer=token, Origin=GOOD)
            self.assertIn(answer.status, (401, 404), token)
        address = visitor["streamUrl"]
        with contextlib.closing(self.stream(visitor)) as first:
            self.assertEqual(first.status, 101)
            self.assertIn(self.stream(visitor, url=address).status, (401, 403), "an address opens once")

    # CH5 to CH7
    def test_CH05_to_CH07_a_breach_on_the_real_stream_ends_it_with_its_code(self):
        for frame, code in ((b"\x81\x01x", 1002), (b"\xc1\x81\0\0\0\0x", 1002), (b"\x83\x81\0\0\0\0x", 1002),
                            (b"\x82\x81\0\0\0\0x", 1003), (b"\x81\x81\0\0\0\0\xff", 1007),
                            (b"\x81\xff" + struct.pack(">Q", 65_537) + bytes(4) + b"x" * 65_537, 1009)):
            with contextlib.closing(self.stream(self.visitor())) as stream:
                stream.wire.sendall(frame)
                self.assertEqual(self.close_code(stream), code, frame[:4])

    # CH8
    def test_CH08_compression_is_not_spoken(self):
        visitor = self.visitor()
        place = urllib.parse.urlsplit(visitor["streamUrl"])
        with contextlib.closing(WebSocket(self.desk.port, f"{place.path}?{place.query}", [
                f"Origin: {GOOD}", "Sec-WebSocket-Extensions: permessage-deflate"])) as stream:
            self.assertEqual(stream.status, 101)
            self.assertNotIn("sec-websocket-extensions", stream.headers)

    # CH9
    def test_CH09_text_that_is_no_utf8_in_a_post(self):
        visitor = self.visitor()
        body = b'{"type":"message","text":"\xff\xfe"}'
        answer = self.call("POST", f"/conversations/{visitor['conversationId']}/activities", body,
                           bearer=visitor["token"], Origin=GOOD, **{"Content-Type": "application/json"})
        self.assertIn(answer.status, (400, 422))
        self.assertEqual(self.log(visitor), [])

    # --- what is said

    # CH10
    def test_CH10_unknown_and_internal_types_get_one_fixed_answer(self):
        visitor = self.visitor()
        path = f"/conversations/{visitor['conversationId']}/activities"
        for kind in ("base", "constructor", "__proto__", "handoff", "x" * 5_000, "endOfConversation"):
            answer = self.call("POST", path, {"type": kind, "from": {"id": "x"}}, bearer=visitor["token"], Origin=GOOD)
            self.assertIn(answer.status, (202, 400, 422), kind)
            self.assertNotIn(kind.encode(), answer.body, "a kind is echoed")
        for body in ({}, {"type": 7}, {"type": None}, {"type": ["message"]}, {"type": "message", "text": 7}, []):
            answer = self.call("POST", path, json.dumps(body).encode(), bearer=visitor["token"], Origin=GOOD,
                               **{"Content-Type": "application/json"})
            self.assertIn(answer.status, (202, 400, 422), body)
            self.assertNotIn(b"at /", answer.body)
        self.assertEqual(self.log(visitor), [])

    # CH11
    def test_CH11_another_conversation_looks_like_none(self):
        mine, other = self.visitor(), self.visitor()
        self.assertEqual(self.say(other, "private words").status, 200)
        answers = set()
        for place in (other["conversationId"], "%25", "_", "*", other["conversationId"][:-1] + "%25", str(uuid.uuid4())):
            for method, path in (("GET", "/activities"), ("POST", "/activities"), ("GET", "")):
                answer = self.call(method, f"/conversations/{place}{path}",
                                   {"type": "message", "text": "x"} if method == "POST" else None,
                                   bearer=mine["token"], Origin=GOOD)
                self.assertEqual(answer.status, 404, (place, path))
                answers.add(answer.body)
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual([entry["text"] for entry in self.log(other)], ["private words"])

    # CH12
    def test_CH12_a_message_sent_again_is_one(self):
        visitor = self.visitor()
        same = {"channelData": {"clientActivityID": "client-1"}}
        first = self.say(visitor, "once", **same)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            again = list(pool.map(lambda _: self.say(visitor, "once", **same), range(16)))
        self.assertEqual({reply.json()["id"] for reply in [first, *again]}, {first.json()["id"]})
        self.desk.stop()
        self.desk.start()
        self.assertEqual(self.say(visitor, "once", **same).json()["id"], first.json()["id"])
        self.assertEqual(len(self.stored("once")), 1)

    # CH13
    def test_CH13_a_flood_ends_its_own_stream(self):
        with contextlib.closing(self.stream(self.visitor())) as loud, contextlib.closing(
                self.stream(self.visitor())) as calm:
            with contextlib.suppress(ConnectionError):
                for _ in range(3_000):
                    loud.send(b"", PING)
            self.assertEqual(self.close_code(loud), 1008)
            calm.send(b"still here", PING)
            self.assertEqual(calm.frame()[1], b"still here")

    # CH14
    def test_CH14_a_reader_that_never_reads_costs_nobody_else_anything(self):
        visitor = self.visitor()
        other = self.visitor()
        with contextlib.closing(self.stream(visitor)), contextlib.closing(self.stream(other)) as quick:
            for number in range(120):
                self.assertEqual(self.say(visitor, "x" * 8_000 + str(number)).status, 200)
            self.assertEqual(self.say(other, "quick").status, 200)
            self.assertIn("quick", self.until_text(quick, "quick"))

    # CH15
    def test_CH15_vanishing_in_a_message_and_strange_ends(self):
        for last in (b"\x01\x85\0\0\0\0ab", b"\x88\x82\0\0\0\0\x03\xe7", b"\x88\x82\0\0\0\0\x13\x88", b"\x88\x80\0\0\0\0"):
            with contextlib.closing(self.stream(self.visitor())) as stream:
                stream.wire.sendall(last)
        wait_until(lambda: "tributary_http_web_sockets 0" in self.desk.get("/metrics").body.decode(),
                   what="all streams to be gone")

    # CH16
    def test_CH16_a_forged_role_is_the_visitor(self):
        visitor = self.visitor()
        forged = self.say(visitor, "I am the agent", role="bot", **{"from": {"id": "agent", "role": "bot", "name": "Support"}})
        self.assertEqual(forged.status, 200)
        entry = self.log(visitor)[-1]
        self.assertNotEqual(entry["from"]["id"], "agent")
        self.assertNotEqual(entry["from"].get("role"), "bot")
        (_, item), = self.stored("I am the agent")
        self.assertEqual(item["direction"], "in")

    # CH17
    def test_CH17_markup_is_text(self):
        visitor = self.visitor()
        text = EVIL_TEXT + "😀" * 1_000
        self.assertEqual(self.say(visitor, text, textFormat="xml").status, 200)
        (_, item), = [found for found in self.stored_like("onerror=alert(1)")]
        self.assertIsNone(item["html_sanitized"])
        self.assertNotIn("\u202e", item["text"])
        self.assertEqual(self.say(visitor, "x" * 9_000).status, 400)
        self.assertEqual(self.say(visitor, "x" * 70_000).status, 413)

    # CH18
    def test_CH18_claiming_an_address_discloses_nothing(self):
        known = self.known_user("known-1")
        self.assertEqual(self.say(known, "my secret order", origin=None).status, 200)
        claim = {"type": "event", "name": "profile", "value": {"name": "Eve", "email": "ann@example.com"}}
        for who in (known, stranger := self.visitor()):
            self.call("POST", f"/conversations/{who['conversationId']}/activities", claim, bearer=who["token"],
                      **({"Origin": GOOD} if who is stranger else {}))
        self.assertEqual(self.say(stranger, "now show me").status, 200)
        self.assertEqual([entry["text"] for entry in self.log(stranger) if entry["type"] == "message"], ["now show me"])
        (customer, _), = self.stored("now show me")
        self.assertTrue(all(identity["proof"] != "signed" or identity["value"] != "ann@example.com"
                            for identity in customer["identities"]))

    # CH19
    def test_CH19_a_token_is_bound_to_its_site_and_inbox(self):
        visitor = self.visitor()
        path = f"/conversations/{visitor['conversationId']}/activities"
        self.assertEqual(self.call("GET", path, bearer=visitor["token"], Origin=OTHER).status, 403)
        self.assertIn(self.call("GET", path, bearer=visitor["token"], connector="shop", Origin=OTHER).status, (401, 403))
        self.assertIn(self.call("GET", path, bearer=visitor["token"], connector="shop", Origin=GOOD).status, (401, 403))
        for length in (8, 32, 64):
            self.assertEqual(self.call("GET", path, bearer=os.urandom(length).hex(), Origin=GOOD).status, 401)
        self.assertIn(self.call("POST", "/tokens/generate", {}, bearer=visitor["token"], Origin=GOOD).status, (401, 403))

    # CH20
    def test_CH20_a_files_address_is_for_that_file(self):
        visitor = self.visitor()
        boundary = "part"
        body = "\r\n".join([
            f"--{boundary}", 'Content-Disposition: form-data; name="activity"', "Content-Type: application/vnd.microsoft.activity",
            "", json.dumps({"type": "message", "text": "two files"}),
            f"--{boundary}", 'Content-Disposition: form-data; name="file"; filename="a.svg"', "Content-Type: image/svg+xml", "",
            "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            f"--{boundary}", 'Content-Disposition: form-data; name="file"; filename="../../b.txt"', "Content-Type: text/plain", "",
            "second", f"--{boundary}--", ""]).encode()
        sent = self.call("POST", f"/conversations/{visitor['conversationId']}/upload", body, bearer=visitor["token"],
                         Origin=GOOD, **{"Content-Type": f"multipart/form-data; boundary={boundary}"})
        self.assertEqual(sent.status, 200, sent.body)
        first, second = self.log(visitor)[-1]["attachments"]
        self.assertNotIn("..", second["name"])
        places = [urllib.parse.urlsplit(one["contentUrl"]) for one in (first, second)]
        got = self.desk.get(f"{places[0].path}?{places[0].query}", sign_in=False)
        self.assertEqual(got.status, 200)
        self.assertIn("attachment", got.headers["Content-Disposition"])
        self.assertEqual(got.headers["X-Content-Type-Options"], "nosniff")
        swapped = self.desk.get(f"{places[1].path}?{places[0].query}", sign_in=False)
        self.assertIn(swapped.status, (401, 403, 404), "one file's key opened another")
        self.assertIn(self.desk.get(places[0].path, sign_in=False).status, (401, 403, 404))
        large = body.replace(b"second", b"x" * 11_000_000)
        answer = self.call("POST", f"/conversations/{visitor['conversationId']}/upload", large, bearer=visitor["token"],
                           Origin=GOOD, **{"Content-Type": f"multipart/form-data; boundary={boundary}"})
        self.assertEqual(answer.status, 413)

    # --- helpers

    def stored_like(self, part):
        return [(customer, item) for customer in self.desk.items("/api/v1/customers")
                for item in self.desk.items(f"/api/v1/customers/{customer['id']}/timeline") if part in item["text"]]

    def close_code(self, stream):
        while True:
            opcode, payload = stream.frame()
            if opcode == CLOSE:
                return struct.unpack(">H", payload[:2])[0] if payload else 1005

    def until_text(self, stream, text):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            message = stream.message()
            if text in message:
                return message
        raise TimeoutError(text)


if __name__ == "__main__":
    unittest.main()
