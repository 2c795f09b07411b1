"""Signing in and out, sessions that end, passwords, second factors, invitations, teams, off-boarding."""

import concurrent.futures
import json
import time

from api.page import PASSWORD, Page, totp
from servers import wait_until
from web_socket import WebSocket


class Sessions:
    def newcomer(self, role="agent", teams=None):
        """An agent with a password, as an administrator's invitation makes one."""
        address = self.unique("newcomer") + "@example.org"
        body = {"name": address.split("@")[0], "email": address, "role": role}
        if teams is not None:
            body["teams"] = teams
        agent = self.post("/api/v1/agents", body).json()
        invitation = self.post(f"/api/v1/agents/{agent['id']}/invitation").json()
        self.assertTrue(invitation["url"].endswith("/#invitation=" + invitation["token"]))
        accepted = Page(self.api).ask("POST", "/api/v1/invitation",
                                      {"token": invitation["token"], "password": PASSWORD})
        self.assertEqual(accepted.status, 200, accepted.body)
        return agent

    def signed_in(self, role="agent", teams=None):
        agent = self.newcomer(role, teams)
        page = Page(self.api)
        reply = page.sign_in(agent["email"])
        self.assertEqual(reply.status, 201, reply.body)
        return agent, page

    def test_a_session_is_a_cookie_that_scripts_cannot_read(self):
        agent = self.newcomer()
        page = Page(self.api)
        reply = page.sign_in(agent["email"].upper())
        self.assertEqual(reply.status, 201, reply.body)
        cookie = reply.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="):
            self.assertIn(part, cookie)
        self.assertNotIn("Domain", cookie)
        secret = page.cookie.split("=", 1)[1]
        self.assertGreaterEqual(len(secret), 43)
        self.assertNotIn(secret, reply.body.decode())
        me = page.ask("GET", "/api/v1/me").json()
        self.assertEqual((me["agent"]["id"], me["csrf_token"]), (agent["id"], page.csrf))
        for row in self.stored("SELECT * FROM session"):
            self.assertNotIn(secret.encode(), b"".join(part if isinstance(part, bytes) else str(part).encode()
                                                        for part in row))
        # The cookie is no token, and a token no cookie.
        self.get("/api/v1/me", 401, Authorization=f"Bearer {secret}")
        name = page.cookie.split("=")[0]
        self.assertEqual(Page(self.api).ask("GET", "/api/v1/me", headers={"Cookie": f"{name}={self.agent}"}).status, 401)

    def stored(self, statement):
        import sqlite3
        with sqlite3.connect(f"file:{self.desk.state}/tributary.db?mode=ro", uri=True) as store:
            return store.execute(statement).fetchall()

    def test_signing_in_begins_another_session_and_ends_the_old(self):
        agent, page = self.signed_in()
        old = page.cookie
        page.sign_in(agent["email"])
        self.assertNotEqual(page.cookie, old)
        self.assertEqual(Page(self.api).ask("GET", "/api/v1/me", headers={"Cookie": old}).status, 401)
        self.assertEqual(page.ask("GET", "/api/v1/me").status, 200)

    # R17
    def test_what_changes_something_needs_the_sessions_token_and_our_own_page(self):
        _, page = self.signed_in()
        body = {"display_name": self.unique("Customer")}

        def refused(**headers):
            reply = page.ask("POST", "/api/v1/customers", body, {name.replace("_", "-"): value
                                                                  for name, value in headers.items()})
            self.assertEqual(reply.status, 403, (headers, reply.body))

        refused(X_CSRF_Token=None)
        refused(X_CSRF_Token="1")
        refused(X_CSRF_Token=page.csrf[:-1])
        refused(Origin="https://evil.example")
        refused(Origin="null")
        refused(Sec_Fetch_Site="cross-site")
        refused(Sec_Fetch_Site="same-site")
        reply = page.ask("POST", "/api/v1/customers", json.dumps(body).encode(), {"Content-Type": "text/plain"})
        self.assertEqual(reply.status, 415)
        self.assertEqual(page.ask("GET", "/api/v1/me", headers={"Sec-Fetch-Site": "cross-site"}).status, 403)
        ours = f"http://127.0.0.1:{self.desk.port}"
        self.assertEqual(page.ask("POST", "/api/v1/customers", body, {"Origin": ours, "Sec-Fetch-Site": "same-origin"}).status, 201)
        # Nor may a foreign page sign somebody in.
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            reply = Page(self.api).ask("POST", "/api/v1/session", {"email": "x@example.org", "password": "x"}, headers)
            self.assertEqual(reply.status, 403)

    # R18
    def test_refusals_tell_nothing(self):
        agent = self.newcomer()
        gone = self.newcomer()
        self.ask("PATCH", f"/api/v1/agents/{gone['id']}", {"disabled": True})
        said = set()
        for email, password in ((agent["email"], "wrong"), (gone["email"], PASSWORD), (gone["email"], "wrong"),
                                ("nobody@example.org", PASSWORD), ("no address", PASSWORD), (agent["email"], ""),
                                (agent["email"], PASSWORD + "\0"), (agent["email"], PASSWORD[:-1])):
            reply = Page(self.api).sign_in(email, password)
            said.add((reply.status, reply.body, reply.headers.get("Set-Cookie")))
        self.assertEqual(len(said), 1, said)
        self.assertEqual(next(iter(said))[0], 401)
        self.assertEqual(Page(self.api).sign_in(agent["email"], "x" * 1025).status, 422)
        self.assertEqual(Page(self.api).sign_in(agent["email"], "x" * 900_000).status, 422)

    def watched(self, page):
        """A socket and a long poll of this page, both waiting."""
        socket = WebSocket(self.desk.port, "/api/v1/changes",
                           [f"Cookie: {page.cookie}", f"Origin: http://127.0.0.1:{self.desk.port}"])
        self.addCleanup(socket.close)
        newest = page.ask("GET", "/api/v1/me").json()["newest_change"]
        socket.send(json.dumps({"after": newest}))
        pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown)
        poll = pool.submit(page.api.request, "GET", f"/api/v1/changes?after={newest}",
                           headers={"Cookie": page.cookie}, sign_in=False)
        return socket, poll

    def test_all_that_ends_a_session_ends_it_everywhere_within_five_seconds(self):
        def sign_out(agent, page):
            self.assertEqual(page.ask("DELETE", "/api/v1/session").status, 204)

        def disable(agent, page):
            self.ask("PATCH", f"/api/v1/agents/{agent['id']}", {"disabled": True})

        def another_role(agent, page):
            self.ask("PATCH", f"/api/v1/agents/{agent['id']}", {"role": "reader"})

        def another_password(agent, page):
            other = Page(self.api)
            other.sign_in(agent["email"])
            reply = other.ask("POST", "/api/v1/me/password", {"current": PASSWORD, "password": "marble stairs in november"})
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(other.ask("GET", "/api/v1/me").status, 200)

        def end_others(agent, page):
            other = Page(self.api)
            other.sign_in(agent["email"])
            self.assertEqual(other.ask("POST", "/api/v1/session/end-others", {}).status, 200)
            self.assertEqual(other.ask("GET", "/api/v1/me").status, 200)

        def offboard(agent, page):
            self.post(f"/api/v1/agents/{agent['id']}/offboard", {}, 200)

        def new_invitation_accepted(agent, page):
            token = self.post(f"/api/v1/agents/{agent['id']}/invitation").json()["token"]
            Page(self.api).ask("POST", "/api/v1/invitation", {"token": token, "password": "marble stairs in november"})

        def factor_taken_away(agent, page):
            self.ask("DELETE", f"/api/v1/agents/{agent['id']}/second-factor", status=204)

        def command(agent, page):
            done = self.desk.command("agent", "disable", agent["email"])
            self.assertEqual(done.returncode, 0, done.stderr)

        for how in (sign_out, disable, another_role, another_password, end_others, offboard, new_invitation_accepted,
                    factor_taken_away, command):
            with self.subTest(how=how.__name__):
                agent, page = self.signed_in()
                cookie = page.cookie
                socket, poll = self.watched(page)
                wait_until(lambda: page.ask("GET", "/api/v1/me").status == 200, what="the page to be in")
                how(agent, page)
                began = time.monotonic()
                self.assertEqual(Page(self.api).ask("GET", "/api/v1/me", headers={"Cookie": cookie}).status, 401)
                said = socket.message()
                while isinstance(said, str):
                    said = socket.message()
                self.assertEqual(said, 4401)
                # Its answer may have come with a change just before; then there is nothing to end.
                self.assertIn(poll.result(20).status, (200, 401))
                self.assertLess(time.monotonic() - began, 5)

    def test_a_socket_needs_our_own_page_beside_the_cookie(self):
        _, page = self.signed_in()
        for headers in ([], ["Origin: https://evil.example"], ["Origin: null"]):
            socket = WebSocket(self.desk.port, "/api/v1/changes", [f"Cookie: {page.cookie}", *headers])
            socket.send(json.dumps({"after": 0}))
            self.assertEqual(socket.message(), 4401)
            socket.close()

    def test_a_second_factor(self):
        agent, page = self.signed_in()
        self.assertEqual(page.ask("POST", "/api/v1/me/second-factor", {"password": "wrong"}).status, 422)
        begun = page.ask("POST", "/api/v1/me/second-factor", {"password": PASSWORD}).json()
        self.assertIn("secret=" + begun["secret"], begun["uri"])
        self.assertEqual(page.ask("POST", "/api/v1/me/second-factor/confirm", {"code": "000000"}).status, 422)
        step = int(time.time()) // 30
        codes = page.ask("POST", "/api/v1/me/second-factor/confirm", {"code": totp(begun["secret"], step)}).json()["recovery_codes"]
        self.assertEqual(len(set(codes)), 10)
        me = page.ask("GET", "/api/v1/me").json()
        self.assertEqual((me["second_factor"], me["recovery_codes"]), (True, 10))
        self.assertNotIn(begun["secret"].encode(), b"".join(row[0] for row in self.stored("SELECT sealed FROM second_factor")))

        needed = Page(self.api).sign_in(agent["email"])
        self.assertEqual((needed.status, needed.json()["reason"]), (401, "code_needed"))
        # The step that confirmed is used up.
        self.assertEqual(Page(self.api).sign_in(agent["email"], totp=totp(begun["secret"], step)).status, 401)
        self.assertEqual(Page(self.api).sign_in(agent["email"], totp=totp(begun["secret"], step + 1)).status, 201)
        self.assertEqual(Page(self.api).sign_in(agent["email"], totp=totp(begun["secret"], step + 1)).status, 401)
        self.assertEqual(Page(self.api).sign_in(agent["email"], totp=codes[0].upper()).status, 401)
        self.assertEqual(Page(self.api).sign_in(agent["email"], totp=codes[0]).status, 201)
        self.assertEqual(Page(self.api).sign_in(agent["email"], totp=codes[0]).status, 401)
        self.assertEqual(page.ask("POST", "/api/v1/me/second-factor", {"password": PASSWORD}).status, 409)
        self.assertEqual(page.ask("POST", "/api/v1/me/second-factor/remove", {"password": PASSWORD}).status, 204)
        self.assertEqual(Page(self.api).sign_in(agent["email"]).status, 201)

    def test_passwords_that_are_guessed_first_are_not_taken(self):
        agent, page = self.signed_in()
        for password in ("short", "password1234", "qwertyuiop123", agent["name"] + "1", "x" * 1025):
            reply = page.ask("POST", "/api/v1/me/password", {"current": PASSWORD, "password": password})
            self.assertEqual(reply.status, 422, password)
            self.assertEqual([error["pointer"] for error in reply.json()["errors"]], ["/password"])

    # R19
    def test_links_are_good_once(self):
        agent = self.post("/api/v1/agents", {"name": "Kim", "email": self.unique("kim") + "@example.org"}).json()
        first = self.post(f"/api/v1/agents/{agent['id']}/invitation").json()["token"]
        second = self.post(f"/api/v1/agents/{agent['id']}/invitation").json()["token"]
        said = set()

        def accept(token):
            reply = Page(self.api).ask("POST", "/api/v1/invitation", {"token": token, "password": PASSWORD})
            if reply.status != 200:
                said.add((reply.status, reply.body))
            return reply.status

        self.assertEqual(accept(first), 403)
        self.assertEqual(accept("guess"), 403)
        self.assertEqual(accept("0" * 43), 403)
        self.assertEqual(accept(second), 200)
        self.assertEqual(accept(second), 403)
        self.assertEqual(len(said), 1)
        for row in self.stored("SELECT sha256 FROM one_use_token"):
            self.assertEqual(len(row[0]), 32)

    def test_ways_to_sign_in(self):
        ways = self.ask("GET", "/api/v1/session/ways", Authorization="").json()
        self.assertEqual(ways, {"password": True, "provider": None})
        self.ask("POST", "/api/v1/session/provider", {}, 404)
        self.ask("POST", "/api/v1/me/provider", {}, 404)
        self.ask("GET", "/api/v1/session/provider/callback?state=x&code=y", None, 404)

    def test_agents_change(self):
        agent = self.newcomer()
        changed = self.ask("PATCH", f"/api/v1/agents/{agent['id']}", {"name": "Kim T.", "role": "reader"}).json()
        self.assertEqual((changed["name"], changed["role"], changed["disabled"]), ("Kim T.", "reader", False))
        self.refused("PATCH", f"/api/v1/agents/{agent['id']}", {"role": "king"}, "/role")
        self.refused("PATCH", f"/api/v1/agents/{agent['id']}", {"disabled": "yes"}, "/disabled")
        self.refused("PATCH", f"/api/v1/agents/{agent['id']}", {"teams": ["x"]}, "/teams")
        self.refused("PATCH", f"/api/v1/agents/{agent['id']}", {"email": "other@example.org"}, "/email")
        self.ask("PATCH", "/api/v1/agents/019bb600-0000-7000-8000-000000000000", {"name": "x"}, 404)

    def test_teams(self):
        name = self.unique("Team ")
        team = self.post("/api/v1/teams", {"name": name, "connectors": ["contact"]}).json()
        self.assertEqual(team["connectors"], ["contact"])
        self.assertIn(team, self.get("/api/v1/teams").json()["items"])
        self.post("/api/v1/teams", {"name": name}, 409)
        self.refused("POST", "/api/v1/teams", {"name": "x", "connectors": ["nothing"]}, "/connectors")
        changed = self.ask("PATCH", f"/api/v1/teams/{team['id']}", {"connectors": ["mapped", "contact"]}).json()
        self.assertEqual(changed["connectors"], ["contact", "mapped"])
        agent, page = self.signed_in(teams=[team["id"]])
        self.assertEqual({one["name"] for one in page.ask("GET", "/api/v1/connectors").json()["items"]}, {"contact", "mapped"})
        self.ask("DELETE", f"/api/v1/teams/{team['id']}", status=204)
        self.assertEqual(page.ask("GET", "/api/v1/connectors").json()["items"], [])
        self.ask("PATCH", f"/api/v1/agents/{agent['id']}", {"teams": None})
        self.assertEqual(len(page.ask("GET", "/api/v1/connectors").json()["items"]), 4)

    def test_offboarding_reports_what_it_did(self):
        agent, page = self.signed_in()
        heir = self.newcomer()
        customer = self.customer()
        ticket = self.ticket(customer)
        self.ask("PATCH", f"/api/v1/tickets/{ticket['id']}", {"assignee": agent["id"]})
        report = self.post(f"/api/v1/agents/{agent['id']}/offboard", {"to": heir["id"]}, 200).json()
        self.assertEqual((report["sessions_ended"], report["tickets"], report["agent"]["disabled"]), (1, [ticket["number"]], True))
        self.assertEqual(self.get(f"/api/v1/tickets/{ticket['id']}").json()["assignee"]["id"], heir["id"])
        self.refused("POST", f"/api/v1/agents/{heir['id']}/offboard", {"to": agent["id"]}, "/to")
        done = self.desk.command("agent", "offboard", heir["email"], "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["tickets"], [ticket["number"]])
        self.assertEqual(Page(self.api).sign_in(heir["email"]).status, 401)
