"""Signing in by an identity provider: the way it should go, and attacks, none of which may come in."""

import pathlib
import sys
import tempfile
import time
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
from api.page import PASSWORD, Page  # noqa: E402
from identity_provider import Provider  # noqa: E402
from jwt import forgeries, token  # noqa: E402
from servers import Tributary, wait_until  # noqa: E402

CALLBACK = "/api/v1/session/provider/callback"


class Browser(Page):
    """A page that also keeps the cookie of its journey to the provider and back."""

    def __init__(self, api):
        super().__init__(api)
        self.journey = None

    def take(self, reply):
        session = None
        for given in reply.headers.get_all("Set-Cookie") or []:
            name, value = given.split(";")[0].split("=", 1)
            if "journey" in name:
                self.journey = f"{name}={value}" if value else None
            else:
                session = f"{name}={value}" if value else None
        self.cookie = session or self.cookie
        if reply.headers.get("Content-Type") == "application/json" and reply.status in (200, 201):
            self.csrf = reply.json().get("csrf_token", self.csrf)

    def leave(self, target="/api/v1/session/provider", **body):
        reply = self.ask("POST", target, body if target.endswith("session/provider") else None)
        assert reply.status == 200, reply.body
        return reply.json()["url"]

    def come_back(self, query):
        """Where the page is sent then."""
        cookies = "; ".join(part for part in (self.cookie, self.journey) if part)
        reply = self.ask("GET", f"{CALLBACK}?{urllib.parse.urlencode(query)}",
                         headers={"Cookie": cookies, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
        assert reply.status == 303, (reply.status, reply.body)
        return reply.headers["Location"]


class Oidc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tributary-oidc-")
        cls.addClassCleanup(folder.cleanup)
        cls.provider = Provider(folder.name)
        cls.addClassCleanup(cls.provider.stop)
        cls.desk = Tributary(pathlib.Path(folder.name) / "desk", house=cls.provider.settings())
        cls.addClassCleanup(cls.desk.stop)
        cls.desk.start()
        cls.count = 0

    def setUp(self):
        provider = self.provider
        provider.claims, provider.make_token, provider.status = {}, None, 200
        provider.keys, provider.metadata = [provider.key.jwk], {}
        type(self).count += 1
        provider.subject = f"subject-{self.count}"

    def agent(self):
        """An agent and the invitation's token."""
        made = self.desk.post("/api/v1/agents", {"name": "Kim", "email": f"kim{self.count}@example.org"}).json()
        return made, self.desk.post(f"/api/v1/agents/{made['id']}/invitation").json()["token"]

    def linked(self):
        """An agent whose account at the provider is linked, by an invitation opened with it."""
        agent, invitation = self.agent()
        browser = Browser(self.desk)
        self.assertEqual(browser.come_back(self.provider.authorize(browser.leave(invitation=invitation))), "/#signed-in")
        return agent, browser

    def is_in(self, browser):
        return browser.ask("GET", "/api/v1/me").status == 200

    def test_an_invitation_opened_with_the_provider_links_it_and_it_is_a_way_in_from_then_on(self):
        agent, browser = self.linked()
        self.assertEqual(browser.ask("GET", "/api/v1/me").json()["agent"]["id"], agent["id"])
        again = Browser(self.desk)
        self.assertEqual(again.come_back(self.provider.authorize(again.leave())), "/#signed-in")
        self.assertTrue(self.is_in(again))
        self.assertEqual(again.ask("GET", "/api/v1/session/ways").json()["provider"], {"title": "Example Login"})

    def test_who_is_signed_in_links_the_provider(self):
        agent, invitation = self.agent()
        Page(self.desk).ask("POST", "/api/v1/invitation", {"token": invitation, "password": PASSWORD})
        browser = Browser(self.desk)
        browser.sign_in(agent["email"])
        self.assertEqual(browser.come_back(self.provider.authorize(browser.leave("/api/v1/me/provider"))), "/#signed-in")
        other = Browser(self.desk)
        other.come_back(self.provider.authorize(other.leave()))
        self.assertEqual(other.ask("GET", "/api/v1/me").json()["agent"]["id"], agent["id"])

    def test_an_address_is_never_the_key(self):
        agent, _ = self.linked()
        self.provider.subject = "somebody else"
        self.provider.claims = {"email": agent["email"], "email_verified": True, "preferred_username": agent["email"]}
        browser = Browser(self.desk)
        self.assertEqual(browser.come_back(self.provider.authorize(browser.leave())), "/#refused=not_linked")
        self.assertFalse(self.is_in(browser))

    def test_a_linked_account_links_to_nobody_else(self):
        agent, _ = self.linked()
        _, invitation = self.agent_again()
        browser = Browser(self.desk)
        self.assertEqual(browser.come_back(self.provider.authorize(browser.leave(invitation=invitation))), "/#refused=not_linked")
        self.assertFalse(self.is_in(browser))

    def agent_again(self):
        made = self.desk.post("/api/v1/agents", {"name": "Ana", "email": f"ana{self.count}@example.org"}).json()
        return made, self.desk.post(f"/api/v1/agents/{made['id']}/invitation").json()["token"]

    def test_disabled_agents_and_used_invitations_are_out(self):
        agent, invitation = self.agent()
        first = Browser(self.desk)
        self.assertEqual(first.come_back(self.provider.authorize(first.leave(invitation=invitation))), "/#signed-in")
        self.provider.subject += " of another"
        second = Browser(self.desk)
        self.assertIn("refused", second.come_back(self.provider.authorize(second.leave(invitation=invitation))))
        self.provider.subject = f"subject-{self.count}"
        self.desk.patch(f"/api/v1/agents/{agent['id']}", {"disabled": True})
        third = Browser(self.desk)
        self.assertEqual(third.come_back(self.provider.authorize(third.leave())), "/#refused=not_linked")
        self.assertFalse(any(map(self.is_in, (first, second, third))))

    def attack(self, what, change_query=None, before=None):
        """One journey that something is wrong with; it must not come in."""
        with self.subTest(attack=what):
            browser = Browser(self.desk)
            query = self.provider.authorize(browser.leave())
            if before:
                before(browser)
            query = change_query(query) if change_query else query
            self.assertEqual(browser.come_back(query), "/#refused=provider_refused")
            self.assertFalse(self.is_in(browser))

    def test_attacks_on_the_journey(self):
        self.linked()
        victim = Browser(self.desk)
        victims = self.provider.authorize(victim.leave())
        self.attack("no state", lambda query: {**query, "state": ""})
        self.attack("a guessed state", lambda query: {**query, "state": "x" * 43})
        self.attack("another browser's state and code", lambda query: victims)
        self.attack("another's code in one's own journey", lambda query: {**query, "code": self.provider.authorize(
            Browser(self.desk).leave())["code"]})
        self.attack("no code", lambda query: {**query, "code": ""})
        self.attack("a guessed code", lambda query: {**query, "code": "guess"})
        self.attack("an error", lambda query: {"state": query["state"], "error": "access_denied", "iss": query["iss"]})
        self.attack("another issuer's answer (mix-up)", lambda query: {**query, "iss": "https://evil.example"})
        self.attack("an answer that hides its issuer", lambda query: {name: value for name, value in query.items() if name != "iss"})
        self.attack("the browser's cookie lost", before=lambda browser: setattr(browser, "journey", None))
        self.attack("the browser's cookie of another", before=lambda browser: setattr(
            browser, "journey", browser.journey.split("=")[0] + "=" + "x" * 43))

        browser = Browser(self.desk)
        query = self.provider.authorize(browser.leave())
        journey = browser.journey
        self.assertEqual(browser.come_back(query), "/#signed-in")
        replayed = Browser(self.desk)
        replayed.journey = journey
        self.assertEqual(replayed.come_back(query), "/#refused=provider_refused")
        self.assertFalse(self.is_in(replayed))

    def test_attacks_on_the_claims(self):
        self.linked()
        now = int(time.time())
        for what, claims in {
            "another issuer": {"iss": "https://evil.example"}, "an issuer with a slash more": {"iss": self.provider.issuer + "/"},
            "another audience": {"aud": "shop"}, "several audiences, no azp": {"aud": ["shop", "desk"]}, "no audience": {"aud": None},
            "another azp": {"azp": "shop"}, "expired": {"exp": now - 120}, "no end": {"exp": None},
            "issued tomorrow": {"iat": now + 86400}, "issued yesterday": {"iat": now - 86400}, "not valid yet": {"nbf": now + 3600},
            "another nonce": {"nonce": "x"}, "no nonce": {"nonce": None}, "no subject": {"sub": None}, "a subject that is a list": {"sub": ["admin"]},
        }.items():
            self.provider.claims = claims
            self.attack(what)

    def test_attacks_on_the_signature(self):
        self.linked()
        kinds = [what for what, _ in forgeries({}, self.provider.key, self.provider.stranger)]
        for kind in kinds:
            self.provider.make_token = lambda claims: dict(forgeries(claims, self.provider.key, self.provider.stranger))[kind]
            self.attack(kind)
        self.provider.make_token = None
        self.provider.status = 500
        self.attack("the token endpoint fails")

    def test_keys_are_rolled_over(self):
        self.linked()
        self.provider.keys = [self.provider.stranger.jwk]
        self.provider.make_token = lambda claims: token(claims, self.provider.stranger)

        def comes_in():
            browser = Browser(self.desk)
            return browser.come_back(self.provider.authorize(browser.leave())) == "/#signed-in"

        # Keys just fetched are not fetched again within the same second.
        wait_until(comes_in, what="the new key to be fetched")
        self.provider.keys, self.provider.make_token = [self.provider.key.jwk], None
        wait_until(comes_in, what="the old key to be fetched again")

    def test_no_secret_goes_astray(self):
        _, browser = self.linked()
        log = (self.desk.folder / "daemon.log").read_text()
        for authorization, form in self.provider.seen:
            self.assertNotIn("client_secret", form)
            self.assertGreaterEqual(len(form["code_verifier"]), 43)
            for secret in (form["code_verifier"], form["code"], authorization.removeprefix("Basic "), Provider.CLIENT[1]):
                self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
