"""Who may call what, unknown addresses and methods, and bodies that are no such thing."""

import re

from api.house import NOBODY, connectors


class Access:
    # R16
    def test_access_needs_one_valid_token(self):
        for authorization in ("", "Bearer ", "Bearer nonsense", "Basic dXNlcjpwYXNz", f"Token {self.agent}",
                              f"Bearer {self.agent}x"):
            reply = self.get("/api/v1/me", 401, Authorization=authorization)
            self.assertTrue(reply.headers["WWW-Authenticate"].startswith("Bearer"))
        self.assertEqual(self.get("/api/v1/me", token=self.reader).json()["role"], "reader")
        self.assertEqual(self.get("/api/v1/me", token=self.agent).json()["role"], "agent")

    def test_roles_reach_as_far_as_described(self):
        seen = set()
        for method, _, path, doc in self.api.patterns:
            if not path.startswith("/api/"):
                continue
            audience = doc["x-access"]["audience"]
            seen.add(audience)
            target = re.sub(r"\{[^}]+\}", NOBODY, path)
            body = None if method == "GET" else {}
            with self.subTest(method=method, path=path, audience=audience):
                if audience in ("agent", "admin"):
                    self.ask(method, target, body, 403, token=self.reader)
                if audience == "admin":
                    self.ask(method, target, body, 403, token=self.agent)
                if audience != "everybody":
                    self.assertEqual(self.api.request(method, target, body, sign_in=False).status, 401)
        self.assertEqual(seen, {"everybody", "reader", "agent", "admin"})

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
