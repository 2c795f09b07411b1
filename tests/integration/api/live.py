"""Connectors' health, changes, the operators' routes."""

import concurrent.futures
import json

from api.house import connectors
from servers import wait_until
from web_socket import WebSocket


class Live:
    def test_connectors_say_how_they_are(self):
        listed = {one["name"]: one for one in self.get("/api/v1/connectors").json()["items"]}
        self.assertEqual(set(listed), {"support", "contact", "broken", "mapped"})

        def is_down():
            mail = self.get("/api/v1/connectors/support").json()
            return mail["state"] in ("down", "degraded") and mail

        mail = wait_until(is_down, what="the mailbox nobody serves to be noticed")
        self.assertTrue(mail["reason"])
        self.assertNotIn("nobody listens there", json.dumps(mail))
        self.assertEqual(self.get("/api/v1/connectors/contact").json()["state"], "up")
        checked = self.post("/api/v1/connectors/support/check", {}, 200).json()
        self.assertIs(checked["ok"], False)
        self.assertTrue(any(not step["ok"] and step["detail"] for step in checked["steps"]))
        channels = {one["channel"]: one for one in self.get("/api/v1/channels").json()["items"]}
        self.assertLessEqual({"email", "webform", "webhook", "chat"}, set(channels))
        self.assertIn("properties", channels["email"]["settings"])

    def test_changes_by_polling(self):
        newest = self.get("/api/v1/me").json()["newest_change"]
        customer = self.customer()
        page = self.get(f"/api/v1/changes?after={newest}").json()
        self.assertIn(("customer.created", [customer["id"]]), [(one["kind"], one["ids"]) for one in page["items"]])
        numbers = [one["seq"] for one in page["items"]]
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertTrue(all(number > newest for number in numbers))
        # A poll with nothing to tell waits for the next change.
        wait_until(lambda: self.is_quiet(), what="the outbox to be quiet")
        newest = self.get("/api/v1/me").json()["newest_change"]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            poll = pool.submit(self.get, f"/api/v1/changes?after={newest}")
            made = self.customer()
            self.assertIn([made["id"]], [one["ids"] for one in poll.result(20).json()["items"]])
        for after in ("-1", "x", "1.5", "99999999999999999999"):
            self.refused("GET", f"/api/v1/changes?after={after}", None, "after")

    def is_quiet(self):
        return all(one["queued"] == 0 for one in self.get("/api/v1/connectors").json()["items"])

    def test_changes_over_a_web_socket(self):
        newest = self.get("/api/v1/me").json()["newest_change"]
        socket = WebSocket(self.desk.port, "/api/v1/changes")
        self.addCleanup(socket.close)
        self.assertEqual(socket.status, 101)
        socket.send(json.dumps({"token": self.reader, "after": newest}))
        made = [self.customer()["id"] for _ in range(3)]
        seen, last = [], newest
        while not set(made) <= set(seen):
            for change in json.loads(socket.message()):
                self.assertEqual(set(change), {"seq", "kind", "ids"})
                self.assertGreater(change["seq"], last)
                last = change["seq"]
                seen += change["ids"]
        socket.send(b"\x03\xe8", 8)
        self.assertEqual(socket.message(), 1000)

    def test_a_web_socket_needs_a_token_first(self):
        for frame in ('{"token": "wrong", "after": 0}', "{}", "[]", "nonsense", '{"token": 5}'):
            socket = WebSocket(self.desk.port, "/api/v1/changes")
            socket.send(frame)
            self.assertEqual(socket.message(), 4401)
            socket.close()
        self.assertEqual(self.get("/healthz", Authorization="").status, 200)

    def test_a_revoked_token_ends_its_sockets(self):
        token = self.post("/api/v1/tokens", {"name": "short-lived", "role": "reader"}).json()
        socket = WebSocket(self.desk.port, "/api/v1/changes")
        self.addCleanup(socket.close)
        socket.send(json.dumps({"token": token["token"], "after": 0}))
        json.loads(socket.message())
        self.ask("DELETE", f"/api/v1/tokens/{token['id']}", status=204)
        said = socket.message()
        while isinstance(said, str):
            said = socket.message()
        self.assertEqual(said, 4401)

    def test_operations(self):
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
            self.assertTrue(self.get(path, Authorization="").body)
        head = self.ask("HEAD", "/healthz")
        self.assertEqual(head.body, b"")
