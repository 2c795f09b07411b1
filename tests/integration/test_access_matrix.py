"""Who sees and does what: every route of the live description, every role, own and others' objects.

The description names each route's audience and what its address names (x-access); from that the expected
answers follow. Two teams have two connectors each, and everything that came in through them bears the
team's mark. A mark or an id of the other team in any answer or event is a leak.
"""

import json
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
from api.house import NOBODY  # noqa: E402
from servers import Tributary  # noqa: E402
from web_socket import WebSocket  # noqa: E402

CONNECTORS = "".join(f"""
[[connector]]
name = "{team}-form"
channel = "webform"
fields = [ {{ name = "name", required = true }}, {{ name = "email", type = "email", required = true }}, {{ name = "subject" }}, {{ name = "message", type = "text", required = true }}, {{ name = "files", type = "file" }} ]
rate_limit.per_minute = 0

[[connector]]
name = "{team}-hook"
channel = "webhook"
preset = "token"
secret = "events-may-come-with-this"
[connector.mapping]
kind = "'message'"
external_id = "id"
text = "missing_name"
""" for team in ("alpha", "beta"))

RANK = {"everybody": 0, "reader": 1, "agent": 2, "admin": 3}


class Thing:
    """A customer with a ticket, an interaction with a file, and something in quarantine, all of one team."""


# What each route that takes a body is sent, made of the thing its address names and, for a second object
# in the body, of `other` (of the same team unless a test says otherwise). A route that is not here fails.
BODIES = {
    ("POST", "/api/v1/customers"): lambda my, other: {"display_name": "Somebody new"},
    ("PATCH", "/api/v1/customers/{id}"): lambda my, other: {"display_name": f"{my.mark} again"},
    ("POST", "/api/v1/customers/{id}/merge"): lambda my, other: {"other": other.customer},
    ("POST", "/api/v1/customers/{id}/unmerge"): lambda my, other: {"merge": NOBODY},
    ("POST", "/api/v1/customers/{id}/erase"): lambda my, other: {},
    ("POST", "/api/v1/tickets"): lambda my, other: {"customer": other.customer, "subject": "x", "connector": f"{my.team}-form"},
    ("PATCH", "/api/v1/tickets/{id}"): lambda my, other: {"priority": "high"},
    ("POST", "/api/v1/tickets/{id}/replies"): lambda my, other: {"text": "An answer"},
    ("POST", "/api/v1/tickets/{id}/notes"): lambda my, other: {"text": "A note"},
    ("POST", "/api/v1/tickets/{id}/merge"): lambda my, other: {"other": other.ticket},
    ("POST", "/api/v1/interactions"): lambda my, other: {"customer": other.customer, "ticket": other.ticket, "kind": "call"},
    ("POST", "/api/v1/interactions/{id}/cancel"): lambda my, other: {},
    ("POST", "/api/v1/quarantine/{id}/replay"): lambda my, other: {},
    ("POST", "/api/v1/quarantine/{id}/discard"): lambda my, other: {},
    ("POST", "/api/v1/connectors/{name}/check"): lambda my, other: {},
    ("POST", "/api/v1/connectors/{name}/consent"): lambda my, other: {},
    ("POST", "/api/v1/agents"): lambda my, other: {"name": "x", "email": f"{my.mark}@new.example"},
    ("PATCH", "/api/v1/agents/{id}"): lambda my, other: {"name": "Renamed"},
    ("POST", "/api/v1/agents/{id}/invitation"): lambda my, other: {},
    ("POST", "/api/v1/agents/{id}/offboard"): lambda my, other: {},
    ("POST", "/api/v1/teams"): lambda my, other: {"name": f"Team of {my.mark}"},
    ("PATCH", "/api/v1/teams/{id}"): lambda my, other: {"name": f"Team with {my.mark}"},
    ("POST", "/api/v1/tokens"): lambda my, other: {"name": "robot", "role": "reader"},
    ("POST", "/api/v1/session"): lambda my, other: {"email": "nobody@example.org", "password": "not the one"},
    ("POST", "/api/v1/session/provider"): lambda my, other: {},
    ("POST", "/api/v1/me/provider"): lambda my, other: {},
    ("POST", "/api/v1/session/end-others"): lambda my, other: {},
    ("POST", "/api/v1/invitation"): lambda my, other: {"token": "guess", "password": "kettle under ninth porch"},
    ("POST", "/api/v1/setup"): lambda my, other: {"token": "guess", "name": "x", "email": "x@example.org", "password": "kettle under ninth porch"},
    ("POST", "/api/v1/me/password"): lambda my, other: {"current": "x", "password": "kettle under ninth porch"},
    ("POST", "/api/v1/me/second-factor"): lambda my, other: {"password": "x"},
    ("POST", "/api/v1/me/second-factor/confirm"): lambda my, other: {"code": "000000"},
    ("POST", "/api/v1/me/second-factor/remove"): lambda my, other: {"password": "x"},
}
QUERIES = {
    "/api/v1/search": "?q={mark}", "/api/v1/customers": "?q={mark}", "/api/v1/tickets": "?q={mark}&limit=200",
    "/api/v1/changes": "?after=0",
}
# A second object in the body: which key, and what names it.
SECONDS = {
    ("POST", "/api/v1/customers/{id}/merge"), ("POST", "/api/v1/tickets"), ("POST", "/api/v1/tickets/{id}/merge"),
    ("POST", "/api/v1/interactions"),
}
# Where nobody signed in is answered otherwise than by letting in.
OPEN_REFUSALS = {("POST", "/api/v1/session"): 401, ("POST", "/api/v1/invitation"): 403, ("POST", "/api/v1/setup"): 403}


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tributary-matrix-")
        cls.addClassCleanup(folder.cleanup)
        cls.desk = Tributary(folder.name, CONNECTORS)
        cls.addClassCleanup(cls.desk.stop)
        cls.desk.start()
        cls.count = 0
        cls.teams = {name: cls.made("/api/v1/teams", {"name": name, "connectors": [f"{name}-form", f"{name}-hook"]})["id"]
                     for name in ("alpha", "beta")}
        cls.roles = {"none": None, "admin": cls.desk.secret}
        cls.team_of = {"reader": "alpha", "agent": "alpha", "agent of another team": "beta"}
        for name, team in cls.team_of.items():
            role = name.split()[0]
            secret = cls.desk.token(role, name)
            me = cls.as_who(secret, "GET", "/api/v1/me").json()["agent"]["id"]
            cls.desk.patch(f"/api/v1/agents/{me}", {"teams": [cls.teams[team]]})
            cls.roles[name] = secret
        document = cls.desk.get("/openapi.json", sign_in=False).json()
        cls.routes = [(method.upper(), path, doc["x-access"]) for path, methods in document["paths"].items()
                      for method, doc in methods.items()]

    @classmethod
    def as_who(cls, secret, method, target, body=None):
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        return cls.desk.request(method, target, body, headers=headers, sign_in=False)

    @classmethod
    def made(cls, target, body):
        reply = cls.desk.post(target, body)
        assert reply.status == 201, reply.body
        return reply.json()

    @classmethod
    def thing(cls, team):
        """Fresh, so that what one test of the matrix does to it disturbs no other."""
        cls.count += 1
        thing = Thing()
        thing.team = team
        thing.mark = f"{team}mark{cls.count}x"
        lines = []
        for name, value in (("name", thing.mark), ("email", f"{thing.mark}@writers.example"), ("subject", f"On {thing.mark}"),
                            ("message", f"Words of {thing.mark}")):
            lines.append(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n')
        lines.append(f'--b\r\nContent-Disposition: form-data; name="files"; filename="{thing.mark}.txt"\r\n'
                     f"Content-Type: text/plain\r\n\r\nBytes of {thing.mark}\r\n--b--\r\n")
        said = cls.desk.post(f"/in/{team}-form", "".join(lines).encode(), sign_in=False,
                             headers={"Content-Type": "multipart/form-data; boundary=b"})
        assert said.status == 202, said.body
        thing.interaction = said.json()["id"]
        found = cls.desk.get(f"/api/v1/interactions/{thing.interaction}").json()
        thing.customer, thing.ticket = found["customer_id"], found["ticket_id"]
        thing.attachment = found["attachments"][0]["id"]
        before = {one["id"] for one in cls.desk.items("/api/v1/quarantine")}
        cls.desk.post(f"/in/{team}-hook", {"id": thing.mark, "words": thing.mark}, sign_in=False,
                      headers={"Authorization": "Bearer events-may-come-with-this"})
        [thing.quarantined] = {one["id"] for one in cls.desk.items("/api/v1/quarantine")} - before
        thing.connector = f"{team}-form"
        thing.ids = [thing.interaction, thing.customer, thing.ticket, thing.attachment, thing.quarantined]
        return thing

    def target(self, path, subject, thing):
        """The address with its names filled in: by what the description says they name."""
        names = {"ticket": thing and thing.ticket, "customer": thing and thing.customer, "interaction": thing and thing.interaction,
                 "quarantined": thing and thing.quarantined, "connector": thing and thing.connector}
        named = names.get(subject) or self.scratch(path)
        if thing is None:
            named = "nothing-like-it" if subject == "connector" else NOBODY
        filled = path.replace("{id}", named).replace("{name}", named)
        return filled.replace("{attachment}", thing.attachment if thing else NOBODY)

    def scratch(self, path):
        """What an administrator's route is tried on: an agent, a team or a token nobody else uses."""
        type(self).count += 1
        if path.startswith("/api/v1/agents/"):
            return self.made("/api/v1/agents", {"name": "Scratch", "email": f"scratch{self.count}@example.org"})["id"]
        if path.startswith("/api/v1/teams/"):
            return self.made("/api/v1/teams", {"name": f"Scratch {self.count}"})["id"]
        if path.startswith("/api/v1/tokens/"):
            return self.made("/api/v1/tokens", {"name": "scratch", "role": "reader"})["id"]
        return NOBODY

    def call(self, role, method, path, subject, my, other=None):
        target = self.target(path, subject, my)
        # The body of an address that names nothing is that of a thing which exists.
        body = None
        if method in ("POST", "PATCH"):
            self.assertIn((method, path), BODIES, "a new route: say here what it is sent")
            body = BODIES[method, path](my or other, other)
        query = QUERIES.get(path, "").format(mark=other.mark if other else "")
        return self.as_who(self.roles[role], method, target + query, body)

    def assert_no_leak(self, reply, foreign, where):
        text = reply.body.decode("utf-8", "replace") + str(reply.headers)
        for secret in [foreign.mark, *foreign.ids]:
            if secret in text:
                self.fail(f"{where}: {secret} of the other team in {text[:400]}")

    # R13
    def test_every_route_and_role(self):
        counted = 0
        for method, path, access in self.routes:
            if not path.startswith("/api/"):
                self.assertEqual(access["audience"], "everybody", path)
                continue
            if "{" in path and access["audience"] != "admin":
                self.assertNotEqual(access["subject"], "nothing", f"{path} names something that no policy judges")
            for role in self.roles:
                counted += self.judge(method, path, access, role)
        self.assertGreater(counted, 300)
        print(f"{len(self.routes)} routes, {counted} judged answers")

    def judge(self, method, path, access, role):
        rank = 0 if self.roles[role] is None else RANK[role.split()[0]]
        reaches = rank >= RANK[access["audience"]]
        team = self.team_of.get(role, "alpha")
        foreign = "beta" if team == "alpha" else "alpha"
        counted = 0
        for whose in (team, foreign):
            with self.subTest(method=method, path=path, role=role, object="own" if whose == team else "other"):
                my, second = self.thing(whose), self.thing(whose)
                if (method, path) == ("DELETE", "/api/v1/session") and reaches:
                    continue  # of a token there is none to end
                reply = self.call(role, method, path, access["subject"], my, second)
                counted += 1
                self.assertLess(reply.status, 500, reply.body)
                is_hidden = role in self.team_of and whose == foreign and access["subject"] != "nothing"
                if not reaches:
                    self.assertEqual(reply.status, 401 if rank == 0 else 403, reply.body)
                elif (method, path) in OPEN_REFUSALS:
                    self.assertEqual(reply.status, OPEN_REFUSALS[method, path])
                elif is_hidden:
                    self.assertEqual(reply.status, 404, reply.body)
                    nobody = self.call(role, method, path, access["subject"], None, second)
                    self.assertEqual((reply.status, reply.body), (nobody.status, nobody.body), "404s differ")
                else:
                    self.assertNotIn(reply.status, (401, 403), reply.body)
                    if whose == team or role == "admin":
                        self.assertNotEqual((reply.status, access["subject"] != "nothing" and method == "GET"), (404, True), reply.body)
                if role in self.team_of and whose == foreign:
                    self.assert_no_leak(reply, my, f"{role} {method} {path}")
                    self.assert_no_leak(reply, second, f"{role} {method} {path}")
        return counted

    def test_a_second_object_in_the_body_is_judged_as_well(self):
        for method, path in sorted(SECONDS):
            subject = next(access["subject"] for m, p, access in self.routes if (m, p) == (method, path))
            mine, foreign = self.thing("alpha"), self.thing("beta")
            before = self.desk.get(f"/api/v1/tickets/{foreign.ticket}").json()
            reply = self.call("agent", method, path, subject, mine, foreign)
            self.assertIn(reply.status, (404, 422), f"{path}: {reply.body}")
            unknown = Thing()
            unknown.__dict__.update(foreign.__dict__, customer=NOBODY, ticket=NOBODY)
            self.assertEqual(reply.body, self.call("agent", method, path, subject, mine, unknown).body, path)
            self.assert_no_leak(reply, foreign, path)
            after = self.desk.get(f"/api/v1/tickets/{foreign.ticket}").json()
            self.assertEqual(before["version"], after["version"], path)

    def test_lists_search_and_counts_hold_the_own_only(self):
        for role, team in self.team_of.items():
            mine, foreign = self.thing(team), self.thing("beta" if team == "alpha" else "alpha")
            secret = self.roles[role]
            for target in ("/api/v1/search?q={}", "/api/v1/customers?q={}", "/api/v1/tickets?q={}"):
                self.assertTrue(self.as_who(secret, "GET", target.format(mine.mark)).json()["items"], target)
                hidden = self.as_who(secret, "GET", target.format(foreign.mark)).json()
                self.assertEqual((hidden["items"], hidden["next"]), ([], None), target)
            for target in ("/api/v1/tickets?limit=200", "/api/v1/customers?limit=200", "/api/v1/quarantine?limit=200", "/api/v1/connectors",
                           f"/api/v1/tickets?connector={foreign.connector}", f"/api/v1/tickets?customer={foreign.customer}",
                           "/api/v1/search?q=words&limit=200"):
                self.assert_no_leak(self.as_who(secret, "GET", target), foreign, f"{role} {target}")

    def test_a_shared_customers_timeline_shows_the_own_part(self):
        mine, foreign = self.thing("alpha"), self.thing("beta")
        merged = self.desk.post(f"/api/v1/customers/{mine.customer}/merge", {"other": foreign.customer})
        self.assertEqual(merged.status, 200, merged.body)
        timeline = self.as_who(self.roles["agent"], "GET", f"/api/v1/customers/{mine.customer}/timeline").json()["items"]
        self.assertEqual([one["id"] for one in timeline], [mine.interaction])
        both = self.desk.get(f"/api/v1/customers/{mine.customer}/timeline").json()["items"]
        self.assertEqual({one["id"] for one in both}, {mine.interaction, foreign.interaction})
        # A note on a ticket belongs to the ticket's connector, whoever wrote it.
        note = self.desk.post(f"/api/v1/tickets/{foreign.ticket}/notes", {"text": "For the other team"}).json()
        self.assertEqual(self.as_who(self.roles["agent"], "GET", f"/api/v1/interactions/{note['id']}").status, 404)

    def test_what_a_limited_agent_makes_is_theirs(self):
        secret = self.roles["agent"]
        customer = self.as_who(secret, "POST", "/api/v1/customers", {"display_name": "Found by phone"}).json()
        self.assertEqual(self.as_who(secret, "GET", f"/api/v1/customers/{customer['id']}").status, 200)
        body = {"customer": customer["id"], "subject": "By phone"}
        refused = self.as_who(secret, "POST", "/api/v1/tickets", body)
        self.assertEqual((refused.status, refused.json()["errors"][0]["pointer"]), (422, "/connector"))
        self.assertEqual(self.as_who(secret, "POST", "/api/v1/tickets", {**body, "connector": "beta-form"}).status, 422)
        made = self.as_who(secret, "POST", "/api/v1/tickets", {**body, "connector": "alpha-form"})
        self.assertEqual(made.status, 201, made.body)
        self.assertEqual(self.as_who(secret, "GET", f"/api/v1/tickets/{made.json()['id']}").status, 200)
        other = self.roles["agent of another team"]
        self.assertEqual(self.as_who(other, "GET", f"/api/v1/tickets/{made.json()['id']}").status, 404)

    def test_events_name_the_own_only(self):
        newest = self.desk.get("/api/v1/me").json()["newest_change"]
        sockets = {}
        for role, secret in self.roles.items():
            if secret:
                sockets[role] = WebSocket(self.desk.port, "/api/v1/changes")
                self.addCleanup(sockets[role].close)
                sockets[role].send(json.dumps({"token": secret, "after": newest}))
        things = [self.thing(team) for team in ("alpha", "beta", "alpha", "beta")]
        for thing in things:
            self.desk.patch(f"/api/v1/tickets/{thing.ticket}", {"priority": "high"})
            self.desk.patch(f"/api/v1/customers/{thing.customer}", {"display_name": f"{thing.mark} again"})
            self.desk.post(f"/api/v1/quarantine/{thing.quarantined}/discard", {})
        last = [self.thing(team) for team in ("alpha", "beta")]
        for role, socket in sockets.items():
            own = [thing for thing in [*things, *last] if self.team_of.get(role, thing.team) == thing.team]
            foreign = {one for thing in [*things, *last] if thing not in own for one in thing.ids}
            wanted = {one for thing in own for one in thing.ids if one != thing.attachment}
            seen, kinds = set(), set()
            while not wanted <= seen:
                for change in json.loads(socket.message()):
                    kinds.add(change["kind"])
                    self.assertTrue(change["ids"])
                    seen |= set(change["ids"])
            self.assertEqual(seen & foreign, set(), role)
            self.assertLessEqual({"interaction.created", "ticket.updated", "customer.updated", "quarantine.changed"}, kinds)
            polled = self.as_who(self.roles[role], "GET", f"/api/v1/changes?after={newest}").json()
            self.assertEqual({one for change in polled["items"] for one in change["ids"]} & foreign, set(), role)


if __name__ == "__main__":
    unittest.main()
