"""Every route of the API against a running daemon, as docs/api.md promises it.

Each reply is also held against the description in /openapi.json, and at the end every described
operation must have succeeded at least once.
"""

import base64
import concurrent.futures
import json
import pathlib
import re
import signal
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from schema import breaches  # noqa: E402
from servers import SmtpSink, Tributary, free_port, wait_until  # noqa: E402
from web_socket import WebSocket  # noqa: E402

# What can only succeed beside a counterpart this house does not have: an authorisation server.
NEED_MORE = {("POST", "/api/v1/connectors/{name}/consent")}
NOBODY = "019bb600-0000-7000-8000-000000000000"  # an id that nothing has


STRICT_MAPPING = "[connector.mapping]\nkind = \"'message'\"\nexternal_id = \"id\"\ntext = \"missing_name\"\n"
RIGHT_MAPPING = "[connector.mapping]\nkind = \"'message'\"\nexternal_id = \"id\"\ntext = \"words\"\nemail = \"mail\"\n"


def connectors(sink, event_mapping=""):
    return f"""
[[connector]]
name = "support"
channel = "email"
address = "support@example.org"
imap.url = "imap+insecure://127.0.0.1:{free_port()}"
imap.user = "support"
imap.password = "nobody listens there"
smtp.url = "{sink.url()}"

[[connector]]
name = "contact"
channel = "webform"
fields = [ {{ name = "name", required = true }}, {{ name = "email", type = "email", required = true }}, {{ name = "message", type = "text", required = true }}, {{ name = "files", type = "file" }} ]
rate_limit.per_minute = 0

[[connector]]
name = "broken"
channel = "webhook"
preset = "token"
secret = "events-may-come-with-this"
{STRICT_MAPPING}

[[connector]]
name = "mapped"
channel = "webhook"
preset = "token"
secret = "events-may-come-with-this"
{event_mapping}
"""


class Described:
    """The daemon's API through its own description: replies must fit it, and what succeeded is noted."""

    def __init__(self, desk):
        self.desk = desk
        self.document = desk.get("/openapi.json", sign_in=False).json()
        self.schemas = self.document["components"]["schemas"]
        self.patterns = []
        for path, methods in self.document["paths"].items():
            expression = re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"
            self.patterns += [(method.upper(), re.compile(expression), path, doc) for method, doc in methods.items()]
        self.succeeded = set()

    def operation(self, method, target):
        path = target.split("?")[0]
        for its_method, expression, pattern, doc in self.patterns:
            if its_method == method and expression.match(path):
                return pattern, doc
        return None, None

    def request(self, method, target, body=None, **options):
        reply = self.desk.request(method, target, body, **options)
        pattern, doc = self.operation(method, target)
        kind = reply.headers.get("Content-Type", "").split(";")[0]
        if reply.status >= 400:
            assert kind == "application/problem+json", f"{method} {target}: {reply.status} as {kind}"
            self.hold_against(reply, {"$ref": "#/components/schemas/Problem"}, method, target)
            assert reply.json()["status"] == reply.status
        elif doc:
            self.succeeded.add((method, pattern))
            answer = doc["responses"].get(str(reply.status))
            assert answer, f"{method} {target}: {reply.status} is not described"
            content = answer.get("content", {}).get("application/json")
            if content:
                self.hold_against(reply, content["schema"], method, target)
        return reply

    def hold_against(self, reply, schema, method, target):
        found = list(breaches(reply.json(), schema, self.schemas))
        assert not found, f"{method} {target}: {found[:5]}"


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tributary-api-")
        root = pathlib.Path(cls.folder.name)
        root.chmod(0o755)
        (root / "smtp").mkdir()
        cls.sink = SmtpSink(root / "smtp").start()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.sink.stop)
        cls.desk = Tributary(root / "desk", connectors(cls.sink, STRICT_MAPPING))
        cls.addClassCleanup(cls.desk.stop)
        cls.desk.start()
        cls.api = Described(cls.desk)
        cls.reader = cls.desk.token("reader", "a reader")
        cls.agent = cls.desk.token("agent", "an agent")
        cls.count = 0

    @classmethod
    def unique(cls, word="w"):
        cls.count += 1
        return f"{word}{cls.count}"

    def ask(self, method, target, body=None, status=200, token=None, **headers):
        """Sends, requires the status, and gives the reply back."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        reply = self.api.request(method, target, body, headers=headers)
        self.assertEqual(reply.status, status, f"{method} {target}: {reply.body[:600]!r}")
        return reply

    def get(self, target, status=200, **headers):
        return self.ask("GET", target, None, status, **headers)

    def post(self, target, body=None, status=201, **headers):
        return self.ask("POST", target, {} if body is None else body, status, **headers)

    def refused(self, method, target, body, pointer, status=422, **headers):
        """The input is refused and the field at fault is named, with what it must be."""
        problem = self.ask(method, target, body, status, **headers).json()
        self.assertIn(pointer, [error["pointer"] for error in problem["errors"]], problem)
        self.assertTrue(all(error["detail"] for error in problem["errors"]), problem)
        return problem

    # --- what tests start from

    def customer(self, name=None, address=None):
        body = {"display_name": name or self.unique("Customer")}
        if address:
            body["identities"] = [{"kind": "email", "value": address}]
        return self.post("/api/v1/customers", body).json()

    def ticket(self, customer, subject="A matter", **more):
        return self.post("/api/v1/tickets", {"customer": customer["id"], "subject": subject, **more}).json()

    def mail_ticket(self):
        """A ticket that can be answered: its customer has a mail address and has just written a form."""
        address = self.unique("writer") + "@example.com"
        said = self.desk.post("/in/contact", {"name": "Ann", "email": address, "message": "Hello"}, sign_in=False)
        self.assertEqual(said.status, 202, said.body)
        found = self.get(f"/api/v1/interactions/{said.json()['id']}").json()
        return self.get(f"/api/v1/tickets/{found['ticket_id']}").json()

    def event(self, name, event, status=202):
        answer = self.desk.post(f"/in/{name}", event, sign_in=False,
                                headers={"Authorization": "Bearer events-may-come-with-this"})
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    # --- access

    def test_access_needs_one_valid_token(self):
        for authorization in ("", "Bearer ", "Bearer nonsense", "Basic dXNlcjpwYXNz", f"Token {self.agent}",
                              f"Bearer {self.agent}x"):
            reply = self.get("/api/v1/me", 401, Authorization=authorization)
            self.assertTrue(reply.headers["WWW-Authenticate"].startswith("Bearer"))
        self.assertEqual(self.get("/api/v1/me", token=self.reader).json()["role"], "reader")
        self.assertEqual(self.get("/api/v1/me", token=self.agent).json()["role"], "agent")

    def test_roles_reach_as_far_as_described(self):
        writes = {("PATCH", "/api/v1/customers/{id}"), ("PATCH", "/api/v1/tickets/{id}")}
        for method, _, path, _ in self.api.patterns:
            if not path.startswith("/api/") or method == "GET":
                continue
            target = re.sub(r"\{[^}]+\}", NOBODY, path)
            with self.subTest(method=method, path=path):
                self.ask(method, target, {}, 403, token=self.reader)
                writes.discard((method, path))
        self.assertEqual(writes, set())
        for method, target in (("GET", "/api/v1/tokens"), ("POST", "/api/v1/tokens"), ("POST", "/api/v1/agents"),
                               ("DELETE", f"/api/v1/tokens/{NOBODY}"), ("POST", "/api/v1/connectors/contact/check")):
            self.ask(method, target, None if method == "GET" else {}, 403, token=self.agent)

    def test_agents_and_tokens(self):
        mail = self.unique("agent") + "@example.org"
        made = self.post("/api/v1/agents", {"name": "Kim", "email": mail.upper(), "role": "agent"}).json()
        self.assertEqual((made["email"], made["role"], made["disabled"]), (mail, "agent", False))
        self.assertIn(made, self.get("/api/v1/agents").json()["items"])
        self.post("/api/v1/agents", {"name": "Kim", "email": mail}, 409)
        self.refused("POST", "/api/v1/agents", {"name": "Kim", "email": "no address"}, "/email")
        self.refused("POST", "/api/v1/agents", {"name": "Kim", "email": mail, "role": "king"}, "/role")
        self.refused("POST", "/api/v1/agents", {"email": mail}, "/name")
        token = self.post("/api/v1/tokens", {"name": "robot", "role": "reader"}).json()
        self.assertEqual(self.get("/api/v1/me", token=token["token"]).json()["role"], "reader")
        self.assertNotIn("token", next(one for one in self.get("/api/v1/tokens").json()["items"]
                                       if one["id"] == token["id"]))
        self.refused("POST", "/api/v1/tokens", {"name": "robot", "role": "king"}, "/role")
        self.ask("DELETE", f"/api/v1/tokens/{token['id']}", status=204)
        self.ask("DELETE", f"/api/v1/tokens/{NOBODY}", status=404)
        self.get("/api/v1/me", 401, token=token["token"])

    def test_a_token_is_made_once_and_its_secret_never_kept(self):
        key = self.unique("token-key")
        body = {"name": key, "role": "reader"}
        self.assertIn("token", self.post("/api/v1/tokens", body, Idempotency_Key=key).json())
        again = self.post("/api/v1/tokens", body, 409, Idempotency_Key=key).json()
        self.assertEqual(again["reason"], "shown_once")
        named = [one for one in self.get("/api/v1/tokens").json()["items"] if one["name"] == key]
        self.assertEqual(len(named), 1)

    # --- the surface

    def test_unknown_addresses_and_methods(self):
        for method in ("GET", "POST", "PATCH", "DELETE", "PUT"):
            self.ask(method, "/api/v1/nothing", None if method == "GET" else {}, 404)
            self.ask(method, "/api/v2/tickets", None if method == "GET" else {}, 404)
        for method, target, allowed in (
            ("DELETE", "/api/v1/tickets", {"GET", "HEAD", "POST", "OPTIONS"}), ("PUT", "/api/v1/me", {"GET", "HEAD", "OPTIONS"}),
            ("GET", f"/api/v1/tickets/{NOBODY}/replies", {"POST", "OPTIONS"}),
            ("POST", "/api/v1/search", {"GET", "HEAD", "OPTIONS"}),
            ("GET", f"/api/v1/customers/{NOBODY}/merge", {"POST", "OPTIONS"}),
            ("POST", "/healthz", {"GET", "HEAD", "OPTIONS"}),
            ("PUT", f"/api/v1/tickets/{NOBODY}", {"GET", "HEAD", "PATCH", "OPTIONS"}),
        ):
            with self.subTest(method=method, target=target):
                reply = self.ask(method, target, None if method == "GET" else {}, 405)
                self.assertEqual({name.strip() for name in reply.headers["Allow"].split(",")}, allowed)

    def test_what_is_not_there_is_404(self):
        for target in ("customers/{}", "customers/{}/timeline", "tickets/{}", "interactions/{}",
                       "interactions/{}/raw", "quarantine/{}/raw", "connectors/{}",
                       "interactions/{}/attachments/" + NOBODY):
            for name in (NOBODY, "not-an-id", "%00", "..%2f..", "9" * 300):
                with self.subTest(target=target, name=name):
                    self.assertIn(self.api.request("GET", f"/api/v1/{target.format(name)}").status,
                                  (400, 404) if "%" in name else (404,))
        for target, body in ((f"tickets/{NOBODY}/notes", {"text": "x"}), (f"tickets/{NOBODY}/replies", {"text": "x"}),
                             (f"customers/{NOBODY}/merge", {"other": NOBODY[:-1] + "1"}), (f"quarantine/{NOBODY}/replay", {}),
                             (f"customers/{NOBODY}/unmerge", {"merge": NOBODY}), (f"quarantine/{NOBODY}/discard", {}),
                             ("connectors/nobody/check", {})):
            self.post(f"/api/v1/{target}", body, 404)

    def test_bodies_are_json_objects(self):
        target = "/api/v1/customers"
        for body, status, kind in ((b"{", 400, "application/json"), (b"", 400, "application/json"),
                                   (b"[]", 422, "application/json"), (b"null", 422, "application/json"),
                                   (b'{"display_name":"a","display_name":"b"}', 400, "application/json"),
                                   (b"[" * 5000, 400, "application/json"), (b'{"display_name":"\xff"}', 400, "application/json"),
                                   (b"display_name=x", 415, "application/x-www-form-urlencoded"),
                                   (b'{"display_name":"x"}', 415, "text/plain")):
            with self.subTest(body=body[:30], kind=kind):
                self.ask("POST", target, body, status, Content_Type=kind)
        self.ask("POST", target, b'{"display_name":"x"}', 201, Content_Type="application/json; charset=utf-8")
        self.ask("POST", target, b" " * 1_000_001, 413, Content_Type="application/json")

    # --- lists

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

    # --- customers

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

    # --- tickets

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

    # --- repeating

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

    # --- interactions and files

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

    # --- quarantine, connectors, changes

    def test_quarantine_is_replayed_after_the_mapping_is_right(self):
        event = {"id": self.unique("order-"), "words": "My order?", "mail": self.unique("late") + "@example.com"}
        self.assertIs(self.event("mapped", event)["quarantined"], True)
        item = self.get("/api/v1/quarantine?limit=1").json()["items"][0]
        self.assertEqual((item["connector"], item["reason"], item["state"]), ("mapped", "mapping", "waiting"))
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

    def test_zz_every_described_operation_was_seen_to_succeed(self):
        described = {(method, path) for method, _, path, _ in self.api.patterns if path.startswith("/api/")}
        self.assertGreater(len(described), 30)
        self.assertEqual(described - self.api.succeeded - NEED_MORE, set())


if __name__ == "__main__":
    unittest.main()
