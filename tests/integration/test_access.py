"""Coming in for the first time, and guessing: nothing is there by default, tries are counted exactly,
and how long a refusal takes tells nothing."""

import concurrent.futures
import pathlib
import re
import statistics
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
from api.page import PASSWORD, Page  # noqa: E402
from servers import Tributary  # noqa: E402


class House(unittest.TestCase):
    house = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-access-")
        self.addCleanup(folder.cleanup)
        self.desk = Tributary(folder.name)
        config = self.desk.config.read_text().replace("[server]\n", f"[server]\n{self.house}\n", 1)
        self.desk.config.write_text(config)
        self.addCleanup(self.desk.stop)
        self.desk.start()

    def printed_token(self):
        found = re.findall(r"/#setup=([\w-]{43})", (self.desk.folder / "daemon.log").read_text())
        return found[-1] if found else None

    def set_up(self, token, password=PASSWORD):
        return self.desk.post("/api/v1/setup", {"token": token, "name": "Mia Sommer", "email": "mia@example.org",
                                                "password": password}, sign_in=False)


class FirstStart(House):
    # R19, K14
    def test_the_first_administrator_comes_in_with_the_printed_token_once(self):
        token = self.printed_token()
        for guess in ("", "guess", "0" * 43, token[:-1], token.lower()):
            self.assertIn(self.set_up(guess).status, (403, 422), guess)
        # Nothing is there to be guessed: no agent, no password, no token.
        self.assertEqual(self.desk.command("agent", "list").stdout, b"")
        self.assertEqual(self.desk.command("token", "list").stdout, b"")
        for email in ("admin", "admin@example.org", "root@localhost"):
            for password in ("admin", "password", "tributary", ""):
                reply = Page(self.desk).sign_in(email, password)
                self.assertEqual(reply.status, 401, reply.body)
        self.assertEqual(self.set_up(token, "password1").status, 422)
        made = self.set_up(token)
        self.assertEqual((made.status, made.json()["role"]), (201, "admin"), made.body)
        self.assertEqual(self.set_up(token).status, 403)
        page = Page(self.desk)
        self.assertEqual(page.sign_in("mia@example.org").status, 201)
        self.assertEqual(page.ask("POST", "/api/v1/agents", {"name": "Kim", "email": "kim@example.org"}).status, 201)
        # Somebody is in: the next start prints nothing.
        (self.desk.folder / "daemon.log").write_text("")
        self.desk.stop()
        self.desk.start()
        self.assertIsNone(self.printed_token())
        # A session outlives a restart.
        self.assertEqual(page.ask("GET", "/api/v1/me").status, 200)

    def test_a_new_start_makes_the_earlier_token_worthless(self):
        first = self.printed_token()
        self.desk.stop()
        self.desk.start()
        self.assertNotEqual(self.printed_token(), first)
        self.assertEqual(self.set_up(first).status, 403)
        self.assertEqual(self.set_up(self.printed_token()).status, 201)

    def test_the_token_stands_nowhere_in_the_state(self):
        token = self.printed_token().encode()
        for file in self.desk.state.rglob("*"):
            if file.is_file():
                self.assertNotIn(token, file.read_bytes(), file)


class Guessing(House):
    house = 'trusted_proxies = ["127.0.0.1"]'

    def attempt(self, email, password, source):
        return self.desk.request("POST", "/api/v1/session", {"email": email, "password": password}, sign_in=False,
                                 headers={"X-Forwarded-For": source})

    # R18
    def test_ten_thousand_tries_at_once_are_counted_exactly(self):
        self.set_up(self.printed_token())
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            replies = list(pool.map(lambda _: self.attempt("mia@example.org", "wrong", "192.0.2.7"), range(10_000)))
        judged = [reply for reply in replies if reply.status == 401]
        held = [reply for reply in replies if reply.status == 429]
        self.assertEqual(len(judged) + len(held), 10_000)
        # Ten, and one more for each half minute the run took.
        self.assertGreaterEqual(len(judged), 10)
        self.assertLessEqual(len(judged), 13)
        self.assertTrue(all(int(reply.headers["Retry-After"]) > 0 for reply in held))
        # The right password waits as well; from elsewhere it comes in.
        self.assertEqual(self.attempt("mia@example.org", PASSWORD, "192.0.2.7").status, 429)
        self.assertEqual(self.attempt("mia@example.org", PASSWORD, "192.0.2.8").status, 201)
        self.assertEqual(self.desk.get("/healthz", sign_in=False).status, 200)

    def test_one_source_cannot_try_many_accounts(self):
        statuses = [self.attempt(f"nobody{i}@example.org", "x", "2001:db8::7").status for i in range(60)]
        self.assertEqual(statuses[:50], [401] * 50)
        self.assertIn(429, statuses[50:])
        # A /64 is one subscriber.
        self.assertEqual(self.attempt("another@example.org", "x", "2001:db8::8").status, 429)

    def used(self):
        """Seconds of processor time the daemon has used: what it waits for others beside it is left out."""
        tasks = pathlib.Path(f"/proc/{self.desk.process.child.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9

    # R18
    def test_a_refusal_takes_as_long_for_who_does_not_exist(self):
        self.set_up(self.printed_token())
        took = {"mia@example.org": [], "nobody@example.org": []}
        for i in range(30):
            for email, times in took.items():
                began = self.used()
                self.assertEqual(self.attempt(email, "wrong", f"192.0.2.{i}").status, 401)
                times.append(self.used() - began)
        known, unknown = (statistics.median(times) for times in took.values())
        print(f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms")
        self.assertLess(abs(known - unknown) / known, 0.10, took)


if __name__ == "__main__":
    unittest.main()
