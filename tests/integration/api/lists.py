"""Pages, cursors, filters and search."""

import urllib.parse


class Lists:
    def test_pages_hold_each_thing_once_in_order(self):
        customer = self.customer()
        subjects = [self.unique("page ") for _ in range(7)]
        for subject in subjects:
            self.ticket(customer, subject)
        target = f"/api/v1/tickets?customer={customer['id']}&sort=created&limit=3"
        seen, page, sizes = [], self.get(target).json(), []
        while True:
            seen += [one["subject"] for one in page["items"]]
            sizes.append(len(page["items"]))
            if page["next"] is None:
                break
            page = self.get(f"{target}&cursor={urllib.parse.quote(page['next'])}").json()
        self.assertEqual(seen, subjects[::-1])
        self.assertEqual(sizes, [3, 3, 1])

    def test_limits_and_cursors_are_checked_on_every_list(self):
        timeline = f"/api/v1/customers/{self.customer()['id']}/timeline"
        self.customer()
        foreign = self.get("/api/v1/customers?limit=1").json()["next"]
        for path in ("/api/v1/customers", "/api/v1/tickets", "/api/v1/quarantine", "/api/v1/search?q=a", timeline):
            glue = "&" if "?" in path else "?"
            for limit in ("0", "201", "-1", "x", "", "1.5", "99999999999999999999", "1%00", "+5"):
                self.refused("GET", f"{path}{glue}limit={limit}", None, "limit")
            self.get(f"{path}{glue}limit=1")
            self.get(f"{path}{glue}limit=200")
            for cursor in ("x", "AAAA", "%F0%9F%98%80", "a" * 3000, foreign[:-1] + ("A" if foreign[-1] != "A" else "B")):
                self.refused("GET", f"{path}{glue}cursor={cursor}", None, "cursor")
            if path != "/api/v1/customers":
                self.refused("GET", f"{path}{glue}cursor={foreign}", None, "cursor")

    def test_ticket_filters(self):
        customer = self.customer()
        me = self.get("/api/v1/me").json()["agent"]["id"]
        mine = self.ticket(customer, "zebra crossing")
        other = self.ticket(customer, "plain paper")
        self.ask("PATCH", f"/api/v1/tickets/{mine['id']}", {"assignee": "me", "status": "pending"})

        def found(query):
            return [one["id"] for one in
                    self.get(f"/api/v1/tickets?customer={customer['id']}&{query}").json()["items"]]

        self.assertEqual(found("assignee=me"), [mine["id"]])
        self.assertEqual(found(f"assignee={me}"), [mine["id"]])
        self.assertEqual(found("assignee=none"), [other["id"]])
        self.assertEqual(found("status=pending"), [mine["id"]])
        self.assertEqual(found("q=zebra"), [mine["id"]])
        self.assertEqual(found("connector=contact"), [])
        for order in ("updated", "created"):
            self.assertEqual(set(found(f"sort={order}")), {mine["id"], other["id"]})
        self.assertEqual(found("sort=waiting"), [])
        waiting = self.mail_ticket()
        self.assertEqual(self.get("/api/v1/tickets?sort=waiting&limit=200").json()["items"][-1]["id"], waiting["id"])
        for query, pointer in (("status=odd", "status"), ("assignee=odd", "assignee"), ("sort=odd", "sort"),
                               ("customer=odd", "customer")):
            self.refused("GET", f"/api/v1/tickets?{query}", None, pointer)

    def test_search(self):
        word = self.unique("quokka")
        customer = self.customer(f"{word} keeper")
        ticket = self.ticket(customer, f"about the {word}", text=f"the {word} ran away")
        hits = self.get(f"/api/v1/search?q={word}").json()["items"]
        self.assertEqual({one["kind"] for one in hits}, {"customer", "ticket", "interaction"})
        self.assertIn(ticket["id"], [one["id"] for one in hits])
        self.assertEqual(self.get("/api/v1/search").json()["items"], [])
        for odd in ("%22", "*", "AND%20OR", "a%00b", "%27%3B--", "%F0%9F%98%80", "NEAR%28", "x" * 1000):
            self.get(f"/api/v1/search?q={odd}")
        self.refused("GET", f"/api/v1/search?q={'x' * 1001}", None, "q")
