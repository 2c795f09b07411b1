"""Recorded interactions, files, quarantine."""

import base64
import signal

from api.house import NOBODY, RIGHT_MAPPING, connectors
from servers import wait_until


class Intake:
    def test_recorded_interactions(self):
        customer = self.customer()
        ticket = self.ticket(customer)
        made = self.post("/api/v1/interactions", {
            "customer": customer["id"], "ticket": ticket["id"], "kind": "call", "direction": "in", "subject": "Call",
            "text": "She called.", "data": {"ring_s": 4}, "occurred_at": "2026-03-01T09:30:00+01:00"}).json()
        self.assertEqual((made["kind"], made["direction"], made["data"]), ("call", "in", {"ring_s": 4}))
        self.assertEqual(made["occurred_at"], "2026-03-01T08:30:00.000Z")
        self.assertEqual(self.get(f"/api/v1/interactions/{made['id']}").json(), made)
        self.get(f"/api/v1/interactions/{made['id']}/raw", 404)
        good = {"customer": customer["id"], "kind": "note"}
        for change, pointer in (({"kind": "odd"}, "/kind"), ({"kind": "system"}, "/kind"), ({"kind": None}, "/kind"),
                                ({"direction": "up"}, "/direction"), ({"data": []}, "/data"),
                                ({"occurred_at": "yesterday"}, "/occurred_at"), ({"ticket": "x"}, "/ticket"),
                                ({"ticket": self.ticket(self.customer())["id"]}, "/ticket"),
                                ({"customer": "x"}, "/customer")):
            self.refused("POST", "/api/v1/interactions", {**good, **change}, pointer)
        self.post("/api/v1/interactions", {**good, "customer": NOBODY}, 404)

    def test_files_come_back_as_attachments_only(self):
        # E47
        page = b"<script>alert(1)</script>"
        boundary = b"a-boundary"
        name = 'Überblick ".html'
        part = (b'--' + boundary + b'\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n')
        body = b"".join(part % pair for pair in ((b"name", b"Ann"), (b"email", self.unique("f").encode() + b"@example.com"),
                                                 (b"message", b"see file")))
        body += (b'--' + boundary + b'\r\nContent-Disposition: form-data; name="files"; filename="'
                 + name.replace('"', "%22").encode() + b'"\r\nContent-Type: text/html\r\n\r\n' + page + b"\r\n--"
                 + boundary + b"--\r\n")
        said = self.desk.request("POST", "/in/contact", body, sign_in=False,
                                 headers={"Content-Type": "multipart/form-data; boundary=a-boundary"})
        self.assertEqual(said.status, 202, said.body)
        found = self.get(f"/api/v1/interactions/{said.json()['id']}").json()
        attachment = found["attachments"][0]
        self.assertEqual(attachment["size"], len(page))
        file = self.get(f"/api/v1/interactions/{found['id']}/attachments/{attachment['id']}")
        raw = self.get(f"/api/v1/interactions/{found['id']}/raw")
        self.assertEqual(file.body, page)
        self.assertIn(page, raw.body)
        for reply in (file, raw):
            self.assertTrue(reply.headers["Content-Disposition"].startswith("attachment;"))
            self.assertIn("filename*=UTF-8''", reply.headers["Content-Disposition"])
            self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff")
            self.assertIn("sandbox", reply.headers["Content-Security-Policy"])
        self.assertIn("%C3%9Cberblick", file.headers["Content-Disposition"])
        # A file is reached through its own interaction only, and only by those who may read.
        stranger = self.mail_ticket()["interactions"][0]["id"]
        self.get(f"/api/v1/interactions/{stranger}/attachments/{attachment['id']}", 404)
        self.get(f"/api/v1/interactions/{found['id']}/attachments/{attachment['id']}", 401, Authorization="")
        # One that an agent sends comes back the same.
        sent = self.post(f"/api/v1/tickets/{found['ticket_id']}/replies", {"text": "Here.", "attachments": [
            {"filename": "r.bin", "content_type": "application/x-thing", "data": base64.b64encode(b"\0\1").decode()}]})
        ours = sent.json()["attachments"][0]
        again = self.get(f"/api/v1/interactions/{sent.json()['id']}/attachments/{ours['id']}")
        self.assertEqual((again.body, again.headers["Content-Type"]), (b"\0\1", "application/x-thing"))

    def test_quarantine_is_replayed_after_the_mapping_is_right(self):
        event = {"id": self.unique("order-"), "words": "My order?", "mail": self.unique("late") + "@example.com"}
        self.assertIs(self.event("mapped", event)["quarantined"], True)
        item = self.get("/api/v1/quarantine?limit=1").json()["items"][0]
        self.assertEqual((item["connector"], item["reason"], item["state"]), ("mapped", "mapping", "waiting"))
        self.assertEqual(self.get(f"/api/v1/quarantine/{item['id']}").json(), {**item, "content": None})
        raw = self.get(f"/api/v1/quarantine/{item['id']}/raw")
        self.assertIn(event["words"].encode(), raw.body)
        self.assertTrue(raw.headers["Content-Disposition"].startswith("attachment;"))
        still = self.post(f"/api/v1/quarantine/{item['id']}/replay", {}, 409).json()
        self.assertEqual(still["reason"], "mapping")
        self.desk.write_config(connectors(self.sink, RIGHT_MAPPING))
        self.desk.process.child.send_signal(signal.SIGHUP)

        def replayed():
            reply = self.api.request("POST", f"/api/v1/quarantine/{item['id']}/replay", {})
            return reply.status == 200 and reply.json()

        done = wait_until(replayed, what="the replay with the right mapping")
        self.assertEqual(self.get(f"/api/v1/interactions/{done['interaction']}").json()["text"], "My order?")
        self.assertEqual(self.post(f"/api/v1/quarantine/{item['id']}/replay", {}, 409).json()["reason"], "closed")
        self.post(f"/api/v1/quarantine/{item['id']}/discard", {}, 409)

    def test_quarantine_is_discarded_once(self):
        self.event("broken", {"id": self.unique("d")})
        item = self.get("/api/v1/quarantine?limit=1").json()["items"][0]
        self.assertEqual(self.post(f"/api/v1/quarantine/{item['id']}/discard", {}, 200).json()["state"], "discarded")
        self.post(f"/api/v1/quarantine/{item['id']}/discard", {}, 409)
        self.post(f"/api/v1/quarantine/{item['id']}/replay", {}, 409)
