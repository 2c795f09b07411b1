"""Customers: versions, merging, timelines."""

import json

from api.house import NOBODY


class Customers:
    def test_customers(self):
        address = self.unique("Known") + "@Example.COM"
        made = self.post("/api/v1/customers", {"display_name": "Ann Lee", "identities": [
            {"kind": "email", "value": address}]})
        customer = made.json()
        self.assertEqual(made.headers["ETag"], f'"{customer["version"]}"')
        self.assertEqual([one["value"] for one in customer["identities"]], [address.lower()])
        self.post("/api/v1/customers", {"display_name": "Again", "identities": [
            {"kind": "email", "value": address}]}, 409)
        self.refused("POST", "/api/v1/customers", {}, "/display_name")
        self.refused("POST", "/api/v1/customers", {"display_name": "  "}, "/display_name")
        self.refused("POST", "/api/v1/customers", {"display_name": 5}, "/display_name")
        long = self.refused("POST", "/api/v1/customers", {"display_name": "x" * 201}, "/display_name")
        self.assertIn("200", json.dumps(long["errors"]))
        self.refused("POST", "/api/v1/customers", {"display_name": "A", "numbers": 1}, "/numbers")
        self.refused("POST", "/api/v1/customers", {"display_name": "A", "identities": [
            {"kind": "email", "value": "a@example.com"}, {"kind": "email", "value": "nonsense"}]}, "/identities/1")
        self.refused("POST", "/api/v1/customers", {"display_name": "A", "identities": "x"}, "/identities")
        found = self.get(f"/api/v1/customers?q={address.lower()}").json()["items"]
        self.assertEqual([one["id"] for one in found], [customer["id"]])
        me = self.get("/api/v1/me").json()["agent"]["id"]
        changed = self.ask("PATCH", f"/api/v1/customers/{customer['id']}",
                           {"display_name": "Ann B. Lee", "owner": "me", "fields": {"tier": "gold"}}).json()
        self.assertEqual((changed["display_name"], changed["owner"]["id"], changed["fields"]),
                         ("Ann B. Lee", me, {"tier": "gold"}))
        for owner in (me, "me"):
            owned = [one["id"] for one in self.desk.items(f"/api/v1/customers?owner={owner}")]
            self.assertIn(customer["id"], owned)
        self.assertIsNone(self.ask("PATCH", f"/api/v1/customers/{customer['id']}", {"owner": None}).json()["owner"])
        self.refused("GET", "/api/v1/customers?owner=odd", None, "owner")
        for body, pointer in (({"display_name": ""}, "/display_name"), ({"owner": NOBODY}, "/owner"),
                              ({"owner": 5}, "/owner"), ({"fields": []}, "/fields"), ({"number": 5}, "/number")):
            self.refused("PATCH", f"/api/v1/customers/{customer['id']}", body, pointer)

    def test_versions_of_customers_and_tickets(self):
        customer = self.customer()
        ticket = self.ticket(customer)
        for target, body in ((f"/api/v1/customers/{customer['id']}", {"display_name": "New"}),
                             (f"/api/v1/tickets/{ticket['id']}", {"priority": "high"})):
            tag = self.get(target).headers["ETag"]
            newer = self.ask("PATCH", target, body, If_Match=tag).headers["ETag"]
            self.assertNotEqual(newer, tag)
            self.assertEqual(self.ask("PATCH", target, body, 412, If_Match=tag).json()["reason"], "stale_version")
            self.ask("PATCH", target, body, If_Match=newer)
            self.ask("PATCH", target, body)
            self.ask("PATCH", target, body, If_Match="*")
            self.refused("PATCH", target, body, "If-Match", If_Match='"x"')

    def test_customers_merge_and_part_again(self):
        kept, folded, stranger = self.customer("Kept"), self.customer("Folded"), self.customer("Stranger")
        ticket = self.ticket(folded, "Moves along", text="first")
        merged = self.post(f"/api/v1/customers/{kept['id']}/merge", {"other": folded["id"]}, 200).json()
        self.assertEqual(self.get(f"/api/v1/customers/{folded['id']}").json()["id"], kept["id"])
        self.assertEqual(self.get(f"/api/v1/tickets/{ticket['id']}").json()["customer"]["id"], kept["id"])
        self.assertEqual(len(self.get(f"/api/v1/customers/{kept['id']}/timeline").json()["items"]), 1)
        self.post(f"/api/v1/customers/{kept['id']}/merge", {"other": folded["id"]}, 409)
        self.refused("POST", f"/api/v1/customers/{kept['id']}/merge", {"other": kept["id"]}, "/other")
        self.refused("POST", f"/api/v1/customers/{kept['id']}/merge", {}, "/other")
        self.post(f"/api/v1/customers/{kept['id']}/merge", {"other": NOBODY}, 404)
        # A merge is undone where it was made and nowhere else.
        self.post(f"/api/v1/customers/{stranger['id']}/unmerge", {"merge": merged["merge"]}, 404)
        self.refused("POST", f"/api/v1/customers/{kept['id']}/unmerge", {"merge": "x"}, "/merge")
        back = self.post(f"/api/v1/customers/{kept['id']}/unmerge", {"merge": merged["merge"]}, 200).json()
        self.assertEqual((back["id"], back["display_name"]), (folded["id"], "Folded"))
        self.assertEqual(self.get(f"/api/v1/tickets/{ticket['id']}").json()["customer"]["id"], folded["id"])
        self.post(f"/api/v1/customers/{kept['id']}/unmerge", {"merge": merged["merge"]}, 404)

    def test_timeline_filters(self):
        customer = self.customer()
        for kind, direction in (("call", "in"), ("order", "in"), ("call", "out"), ("visit", "in")):
            self.post("/api/v1/interactions", {"customer": customer["id"], "kind": kind, "direction": direction,
                                               "text": kind})
        target = f"/api/v1/customers/{customer['id']}/timeline"

        def kinds(query=""):
            return [one["kind"] for one in self.get(target + query).json()["items"]]

        self.assertEqual(kinds(), ["visit", "call", "order", "call"])
        self.assertEqual(kinds("?kind=call"), ["call", "call"])
        self.assertEqual(kinds("?channel=email"), [])
        self.refused("GET", target + "?kind=odd", None, "kind")
