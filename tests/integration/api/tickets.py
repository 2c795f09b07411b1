"""Tickets, notes, replies, and what may be repeated."""

import concurrent.futures

from api.house import NOBODY
from servers import wait_until


class Tickets:
    def test_tickets(self):
        customer = self.customer()
        made = self.post("/api/v1/tickets", {"customer": customer["id"], "subject": "Broken", "text": "It broke.",
                                             "type": "complaint", "priority": "urgent"}).json()
        self.assertEqual((made["status"], made["type"], made["priority"]), ("open", "complaint", "urgent"))
        view = self.get(f"/api/v1/tickets/{made['id']}").json()
        self.assertEqual([one["text"] for one in view["interactions"]], ["It broke."])
        changed = self.ask("PATCH", f"/api/v1/tickets/{made['id']}",
                           {"status": "solved", "type": "question", "subject": "Mended", "assignee": "me"}).json()
        self.assertEqual((changed["status"], changed["type"], changed["subject"]), ("solved", "question", "Mended"))
        self.assertGreater(changed["last_change"], made["last_change"])
        self.assertIsNone(self.ask("PATCH", f"/api/v1/tickets/{made['id']}", {"assignee": None}).json()["assignee"])
        for body, pointer in (({"status": "odd"}, "/status"), ({"status": 5}, "/status"), ({"type": "odd"}, "/type"),
                              ({"priority": "odd"}, "/priority"), ({"subject": ""}, "/subject"),
                              ({"subject": "x" * 999}, "/subject"), ({"assignee": NOBODY}, "/assignee"),
                              ({"assignee": "odd"}, "/assignee"), ({"number": 1}, "/number")):
            self.refused("PATCH", f"/api/v1/tickets/{made['id']}", body, pointer)
        for body, pointer in (({"subject": "x"}, "/customer"), ({"customer": "x", "subject": "x"}, "/customer"),
                              ({"customer": customer["id"]}, "/subject"),
                              ({"customer": customer["id"], "subject": "x", "type": "odd"}, "/type")):
            self.refused("POST", "/api/v1/tickets", body, pointer)
        self.post("/api/v1/tickets", {"customer": NOBODY, "subject": "x"}, 404)

    def test_notes(self):
        ticket = self.ticket(self.customer())
        target = f"/api/v1/tickets/{ticket['id']}/notes"
        note = self.post(target, {"text": "Only for us."}).json()
        self.assertEqual((note["kind"], note["direction"], note["ticket_id"]), ("note", "internal", ticket["id"]))
        self.refused("POST", target, {"text": " \n"}, "/text")
        self.refused("POST", target, {"text": "x" * 100_001}, "/text")
        self.refused("POST", target, {"words": "x"}, "/words")

    def test_tickets_merge(self):
        customer = self.customer()
        into, other, third = (self.ticket(customer, f"T{at}", text="words") for at in range(3))
        merged = self.post(f"/api/v1/tickets/{into['id']}/merge", {"other": other["number"]}, 200).json()
        self.assertEqual(merged["id"], into["id"])
        self.assertEqual(len(self.get(f"/api/v1/tickets/{into['id']}").json()["interactions"]), 3)
        gone = self.get(f"/api/v1/tickets/{other['id']}").json()
        self.assertEqual((gone["merged_into"], gone["status"]), (into["id"], "closed"))
        self.ask("PATCH", f"/api/v1/tickets/{other['id']}", {"status": "open"}, 409)
        self.post(f"/api/v1/tickets/{other['id']}/replies", {"text": "x"}, 409)
        self.post(f"/api/v1/tickets/{into['id']}/merge", {"other": other["id"]}, 409)
        self.post(f"/api/v1/tickets/{into['id']}/merge", {"other": third["id"]}, 200)
        foreign = self.ticket(self.customer())
        refusal = self.post(f"/api/v1/tickets/{into['id']}/merge", {"other": foreign["id"]}, 409).json()
        self.assertEqual(refusal["reason"], "different_customers")
        for named in (None, "x", 5.5, 99999999, into["id"]):
            self.refused("POST", f"/api/v1/tickets/{into['id']}/merge", {"other": named}, "/other")

    def test_a_reply_that_did_not_see_the_newest_words_is_stopped(self):
        view = self.mail_ticket()
        target = f"/api/v1/tickets/{view['id']}/replies"
        note = self.post(f"/api/v1/tickets/{view['id']}/notes", {"text": "does not count"}).json()
        self.assertGreater(note["seq"], view["last_change"])
        first = self.post(target, {"text": "First answer.", "seen": view["last_change"]}).json()
        stale = self.post(target, {"text": "Second answer.", "seen": view["last_change"]}, 409).json()
        self.assertEqual(stale["reason"], "stale_reply")
        self.assertEqual([one["id"] for one in stale["newer"]], [first["id"]])
        self.post(target, {"text": "Second answer.", "seen": stale["last_change"]})
        self.post(target, {"text": "Not guarded."})
        self.refused("POST", target, {"text": "x", "seen": "5"}, "/seen")

    def test_replies_go_where_they_say(self):
        view = self.mail_ticket()
        self.assertTrue(view["reply"]["available"], view["reply"])
        target = f"/api/v1/tickets/{view['id']}/replies"
        sent = self.post(target, {"text": "To others.", "to": [{"name": "Bo", "address": "bo@example.com"}],
                                  "cc": [{"address": "cy@example.com"}]}).json()
        self.assertEqual([(one["address"], one["state"]) for one in sent["deliveries"]],
                         [("bo@example.com", "queued"), ("cy@example.com", "queued")])

        def accepted():
            now = self.get(f"/api/v1/interactions/{sent['id']}").json()["deliveries"]
            return all(one["state"] == "accepted" for one in now)

        wait_until(accepted, what="both to be accepted")
        for body, pointer in (({}, "/text"), ({"text": ""}, "/text"), ({"text": "x", "to": "a@example.com"}, "/to"),
                              ({"text": "x", "to": [{"address": "nonsense"}]}, "/to"),
                              ({"text": "x", "to": [{"address": "a@example.com", "name": 5}]}, "/to"),
                              ({"text": "x", "to": []}, "/to"),
                              ({"text": "x", "cc": [{"address": "a@example.com"}]}, "/to"),
                              ({"text": "x", "to": [{"address": "a@example.com"}], "cc": [5]}, "/cc"),
                              ({"text": "x", "to": [{"address": "a@example.com\r\nBcc: b@example.com"}]}, "/to"),
                              ({"text": "x", "attachments": [{"filename": "a", "data": "***"}]}, "/attachments"),
                              ({"text": "x", "attachments": [{"data": "AAAA"}]}, "/filename"),
                              ({"text": "x", "attachments": [{"filename": "a", "data": "AAAA", "content_id": "a>b"}]},
                               "/attachments"),
                              ({"html": "<script>x</script>"}, "/text"), ({"html": 5}, "/html"),
                              ({"text": "x", "bcc": []}, "/bcc")):
            with self.subTest(body=body):
                self.refused("POST", target, body, pointer)
        nowhere = self.ticket(self.customer())
        refusal = self.post(f"/api/v1/tickets/{nowhere['id']}/replies", {"text": "x"}, 409).json()
        self.assertEqual(refusal["reason"], "no_way_to_answer")

    def test_a_reply_can_be_taken_back(self):
        view = self.mail_ticket()
        sent = self.post(f"/api/v1/tickets/{view['id']}/replies", {"text": "Not yet.", "undo_s": 60}).json()
        back = self.post(f"/api/v1/interactions/{sent['id']}/cancel", {}, 200).json()
        self.assertEqual([one["state"] for one in back["deliveries"]], ["cancelled"])
        self.assertEqual(self.get(f"/api/v1/tickets/{view['id']}").json()["status"], "open")
        self.post(f"/api/v1/interactions/{view['interactions'][0]['id']}/cancel", {}, 409)
        self.post(f"/api/v1/interactions/{NOBODY}/cancel", {}, 404)

    def test_every_post_is_safe_to_repeat(self):
        customer, other = self.customer(), self.customer()
        ticket, second = self.ticket(customer), self.ticket(customer)
        answerable = self.mail_ticket()
        self.event("broken", {"id": self.unique("q")})
        item = self.get("/api/v1/quarantine?limit=1").json()["items"][0]
        posts = [
            ("/api/v1/customers", {"display_name": "Once"}),
            ("/api/v1/tickets", {"customer": customer["id"], "subject": "Once"}),
            ("/api/v1/agents", {"name": "Once", "email": self.unique("once") + "@example.org"}),
            ("/api/v1/interactions", {"customer": customer["id"], "kind": "call", "text": "Once"}),
            (f"/api/v1/tickets/{ticket['id']}/notes", {"text": "Once"}),
            (f"/api/v1/tickets/{answerable['id']}/replies", {"text": "Once"}),
            (f"/api/v1/tickets/{ticket['id']}/merge", {"other": second["id"]}),
            (f"/api/v1/customers/{customer['id']}/merge", {"other": other["id"]}),
            (f"/api/v1/quarantine/{item['id']}/discard", {}),
        ]
        for target, body in posts:
            with self.subTest(target=target):
                key = self.unique("key")
                first = self.api.request("POST", target, body, headers={"Idempotency-Key": key})
                self.assertIn(first.status, (200, 201), first.body)
                again = self.api.request("POST", target, body, headers={"Idempotency-Key": key})
                self.assertEqual((again.status, again.json()), (first.status, first.json()))
        key = self.unique("key")
        self.post("/api/v1/customers", {"display_name": "One"}, Idempotency_Key=key)
        self.refused("POST", "/api/v1/customers", {"display_name": "Other"}, "Idempotency-Key", Idempotency_Key=key)
        self.refused("POST", "/api/v1/customers", {"display_name": "One"}, "Idempotency-Key",
                     Idempotency_Key="k" * 201)
        # A key is its caller's own, and what failed may be tried again.
        self.post("/api/v1/customers", {"display_name": "Other"}, token=self.agent, Idempotency_Key=key)
        key = self.unique("key")
        self.refused("POST", "/api/v1/customers", {}, "/display_name", Idempotency_Key=key)
        self.post("/api/v1/customers", {"display_name": "Now"}, Idempotency_Key=key)

    def test_the_same_key_at_once_is_one_effect(self):
        key, name = self.unique("key"), self.unique("Racer")

        def send(_):
            return self.desk.post("/api/v1/customers", {"display_name": name}, headers={"Idempotency-Key": key})

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(send, range(16)))
        self.assertEqual({reply.status for reply in replies}, {201})
        self.assertEqual(len({reply.json()["id"] for reply in replies}), 1)
        self.assertEqual(len(self.get(f"/api/v1/customers?q={name}").json()["items"]), 1)
