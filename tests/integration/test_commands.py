"""The command line and the HTTP surface as docs/api.md and README.md promise them."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from servers import BINARY, Tributary, wait_until  # noqa: E402

FORM = """
[[connector]]
name = "contact"
channel = "webform"
fields = [ { name = "name", required = true }, { name = "email", type = "email", required = true }, { name = "message", type = "text", required = true } ]
"""
MAIL = b"From: Ann <ann@example.com>\r\nSubject: =?utf-8?q?K=C3=A4ttle?=\r\nMessage-ID: <a@b>\r\n\r\nhello\r\n"


def run(*arguments, data=b"", **environment):
    return subprocess.run([BINARY, *arguments], input=data, capture_output=True, timeout=60,
                          env={**os.environ, **environment})


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-commands-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def config(self, text):
        path = self.folder / "tributary.toml"
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def test_usage_errors_are_two_and_one_line(self):
        for arguments in ([], ["no-such-command"], ["serve", "--no-such-option"], ["describe", "no-such-channel"]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr)
        self.assertEqual(run("help").returncode, 0)
        self.assertTrue(run("version").stdout.startswith(b"tributary "))

    def test_what_is_not_built_says_so(self):
        done = run("connector", "apply", "file")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"not part of version", done.stderr)

    def test_normalize_prints_one_object(self):
        done = run("normalize", "email", data=MAIL)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        mail = json.loads(done.stdout)
        self.assertEqual(mail["subject"], "Kättle")
        self.assertEqual(mail["from"], {"name": "Ann", "address": "ann@example.com", "proof": "claimed"})
        self.assertEqual(mail["text"], "hello\n")
        self.assertIsNone(mail["bounce"])
        for key in ("reply_to", "to", "cc", "attachments", "in_reply_to", "references", "warnings"):
            self.assertEqual(mail[key], [])

    def test_normalize_refuses_in_one_line(self):
        deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(4000))
        done = run("normalize", "email", data=b"From: a@b.c\r\n" + deep)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertTrue(done.stderr.startswith(b"mime_depth: "), done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_normalize_gives_the_words_of_what_is_too_deep(self):
        # E1
        deep = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n\r\nwords {at}\r\n--b{at}\r\n"
                       for at in range(40))
        done = run("normalize", "email", data=("From: a@b.c\r\n" + deep).encode())
        read = json.loads(done.stdout)
        self.assertEqual((done.returncode, read["warnings"]), (0, ["mime_depth"]))
        self.assertEqual(read["text"].split(), " ".join(f"words {at}" for at in range(32)).split())

    def test_normalize_many_goes_on_after_a_refusal(self):
        deep = b"From: a@b.c\r\n" + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(100))
        stream = b"".join(b"%d\n%s" % (len(one), one) for one in (MAIL, deep, MAIL))
        done = run("normalize", "email", "--many", data=stream)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line.get("subject") for line in lines], ["Kättle", None, "Kättle"])
        self.assertEqual(lines[1]["error"]["reason"], "mime_depth")

    def test_normalize_other_channels(self):
        event = json.dumps({"kind": "order", "external_id": "A-1", "from": {"email": "ann@example.com"},
                            "data": {"order_id": "A-1", "total": "5.00", "currency": "EUR"}}).encode()
        done = run("normalize", "webhook", data=event)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["data"]["order_id"], "A-1")

    def test_check_config_places_and_hints(self):
        good = run("check-config", "--config", self.config(FORM))
        self.assertEqual(good.returncode, 0, good.stderr)
        for text, expected in (
            ("[server]\nlisten = \"127.0.0.1:80800\"\n", b"port"),
            ("[sever]\nlisten = \"x\"\n", b"server"),
            (FORM + FORM, b"taken already"),
            (FORM.replace("webform", "webfrom"), b"did you mean 'webform'"),
            ("[server]\nlisten = \n", b"tributary.toml:2:"),
        ):
            done = run("check-config", "--config", self.config(text))
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(expected, done.stderr)
        self.assertEqual(run("check-config", "--config", str(self.folder)).returncode, 2)
        self.assertEqual(run("check-config", "--config", "/no/such/file").returncode, 2)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["tributary.toml"])

    def test_describe_in_three_formats(self):
        for channel in ("email", "webform", "webhook", "chat"):
            self.assertIn(b"| Setting |", run("describe", channel).stdout)
            self.assertTrue(json.loads(run("describe", channel, "--format", "json").stdout))
            self.assertIn(b"[[connector]]", run("describe", channel, "--format", "toml").stdout)
        self.assertIn(b"server.listen", run("describe").stdout)

    def test_the_shipped_configuration_is_good(self):
        path = self.folder / "shipped.toml"
        path.write_bytes((pathlib.Path(__file__).parents[2] / "config" / "tributary.toml").read_bytes())
        path.chmod(0o600)
        secrets = dict.fromkeys(("SUPPORT_PASSWORD", "SHOP_SECRET", "CHAT_SECRET"), "a-secret-of-some-length")
        done = run("check-config", "--config", str(path), **secrets)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_connector_list_and_agents(self):
        desk = Tributary(self.folder / "desk", FORM)
        listed = desk.command("connector", "list", "--json")
        self.assertEqual([one["name"] for one in json.loads(listed.stdout)], ["contact"])
        added = desk.command("agent", "add", "--name", "Kim", "--email", "Kim@Example.com", "--role", "agent")
        self.assertEqual(added.returncode, 0, added.stderr)
        again = desk.command("agent", "add", "--name", "Kim", "--email", "kim@example.com")
        self.assertEqual(again.returncode, 1)
        agents = json.loads(desk.command("agent", "list", "--json").stdout)
        self.assertEqual([one["email"] for one in agents], ["kim@example.com"])


class Surface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tributary-surface-")
        cls.desk = Tributary(pathlib.Path(cls.folder.name) / "desk", FORM).start()

    @classmethod
    def tearDownClass(cls):
        cls.desk.stop()
        cls.folder.cleanup()

    def post_form(self, message):
        return self.desk.post("/in/contact", {"name": "Ann", "email": "ann@example.com", "message": message},
                              sign_in=False)

    def test_tokens_made_beside_the_daemon_work_with_their_roles(self):
        reader = self.desk.token("reader", "watcher")
        headers = {"Authorization": f"Bearer {reader}"}
        self.assertEqual(self.desk.get("/api/v1/me", headers=headers).json()["role"], "reader")
        self.assertEqual(self.desk.post("/api/v1/tickets", {}, headers=headers).status, 403)
        self.assertEqual(self.desk.get("/api/v1/tokens", headers=headers).status, 403)
        listed = self.desk.get("/api/v1/tokens").json()["items"]
        self.assertNotIn(reader, json.dumps(listed))
        watcher = next(one for one in listed if one["name"] == "watcher")
        self.assertEqual(self.desk.request("DELETE", f"/api/v1/tokens/{watcher['id']}").status, 204)
        self.assertEqual(self.desk.get("/api/v1/me", headers=headers).status, 401)

    def test_no_door_without_a_token(self):
        described = self.desk.get("/openapi.json", sign_in=False).json()
        checked = 0
        for path, methods in described["paths"].items():
            if not path.startswith("/api/"):
                continue
            for method, doc in methods.items():
                if doc["x-access"]["audience"] == "everybody":
                    continue  # signing in; test_access_matrix.py says what these refuse
                concrete = path.replace("{", "").replace("}", "")
                answer = self.desk.request(method.upper(), concrete, {} if method != "get" else None, sign_in=False)
                self.assertEqual(answer.status, 401, f"{method} {path}")
                checked += 1
        self.assertGreater(checked, 25)

    def test_security_headers_everywhere(self):
        for path in ("/", "/in/contact", "/api/v1/me", "/nothing/here.txt", "/healthz", "/openapi.json"):
            headers = self.desk.get(path, sign_in=False).headers
            for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
                self.assertIn(name, headers, path)
            self.assertNotIn("unsafe", headers["Content-Security-Policy"])

    def test_problems_name_field_and_limit(self):
        for path, pointer in (("/api/v1/tickets?limit=0", "limit"), ("/api/v1/tickets?status=odd", "status"),
                              ("/api/v1/changes?after=-1", "after")):
            answer = self.desk.get(path)
            self.assertEqual(answer.status, 422, path)
            self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/problem+json")
            self.assertEqual(answer.json()["errors"][0]["pointer"], pointer)
        unknown = self.desk.post("/api/v1/customers", {"display_name": "A", "number": 7})
        self.assertEqual((unknown.status, unknown.json()["errors"][0]["pointer"]), (422, "/number"))
        tampered = self.desk.get("/api/v1/tickets?cursor=AAAA")
        self.assertEqual(tampered.status, 422)

    def test_idempotency_keys(self):
        made = self.desk.post("/api/v1/customers", {"display_name": "Twice"}, headers={"Idempotency-Key": "k1"})
        again = self.desk.post("/api/v1/customers", {"display_name": "Twice"}, headers={"Idempotency-Key": "k1"})
        other = self.desk.post("/api/v1/customers", {"display_name": "Other"}, headers={"Idempotency-Key": "k1"})
        self.assertEqual((made.status, again.status, other.status), (201, 201, 422))
        self.assertEqual(made.json()["id"], again.json()["id"])

    def test_versions_guard_changes(self):
        self.assertEqual(self.post_form("version test").status, 202)
        ticket = next(one for one in self.desk.items("/api/v1/tickets") if one["last_words"] == "version test")
        path = f"/api/v1/tickets/{ticket['id']}"
        tag = self.desk.get(path).headers["ETag"]
        changed = self.desk.patch(path, {"priority": "high"}, headers={"If-Match": tag})
        self.assertEqual((changed.status, changed.json()["priority"]), (200, "high"))
        self.assertEqual(self.desk.patch(path, {"priority": "low"}, headers={"If-Match": tag}).status, 412)

    def test_what_is_committed_is_found(self):
        self.post_form("Der Wasserkocher von Nguyễn ist 故障しています")
        for query in ("Wasserkoch", "nguyen", "%E6%95%85%E9%9A%9C"):
            hits = self.desk.get(f"/api/v1/search?q={query}").json()["items"]
            self.assertTrue(hits, query)

    def test_form_with_html_gets_a_page_with_the_number(self):
        page = self.desk.request(
            "POST", "/in/contact", b"name=Ann&email=ann%40example.com&message=hello", sign_in=False,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"})
        self.assertEqual(page.status, 202)
        number = self.desk.items("/api/v1/tickets?sort=created")[0]["number"]
        self.assertIn(str(number), page.body.decode())

    def test_ambiguous_framing_is_refused(self):
        for request in (b"POST /in/contact HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        b"POST /in/contact HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.desk.port), timeout=10) as raw:
                raw.sendall(request)
                answer = http.client.HTTPResponse(raw)
                answer.begin()
                self.assertIn(answer.status, (400, 411))
        self.assertEqual(self.desk.get("/healthz", sign_in=False).status, 200)

    def test_changes_over_a_web_socket(self):
        script = """
const [url, token, after] = process.argv.slice(1);
const socket = new WebSocket(url);
socket.onopen = () => socket.send(JSON.stringify({ token, after: Number(after) }));
socket.onmessage = (event) => { console.log(event.data); socket.close(); };
socket.onclose = (event) => process.exit(event.code === 4401 ? 3 : 0);
"""
        before = self.desk.get("/api/v1/changes?after=0").json()["newest"]
        client = pathlib.Path(__file__).parent / "node" / "chat" / "node_modules" / "ws" / "wrapper.mjs"
        program = f"import {{ WebSocket }} from {json.dumps(str(client))};\n{script}"
        url = f"ws://127.0.0.1:{self.desk.port}/api/v1/changes"
        command = ["node", "--input-type=module", "-e", program, url]
        self.post_form("for the feed")
        seen = subprocess.run([*command, self.desk.secret, str(before)], capture_output=True, text=True, timeout=30)
        self.assertEqual(seen.returncode, 0, seen.stderr)
        self.assertIn("interaction.created", [change["kind"] for change in json.loads(seen.stdout)])
        stranger = subprocess.run([*command, "wrong", "0"], capture_output=True, text=True, timeout=30)
        self.assertEqual((stranger.returncode, stranger.stdout), (3, ""))


class Life(unittest.TestCase):
    def test_term_drains_and_a_second_daemon_is_refused(self):
        with tempfile.TemporaryDirectory(prefix="tributary-life-") as folder:
            desk = Tributary(pathlib.Path(folder) / "desk", FORM).start()
            second = desk.command("serve")
            self.assertNotEqual(second.returncode, 0)
            self.assertIn(str(desk.process.child.pid).encode(), second.stderr)
            self.assertEqual(desk.stop(), 0)

    def test_reload_is_all_or_nothing(self):
        with tempfile.TemporaryDirectory(prefix="tributary-life-") as folder:
            desk = Tributary(pathlib.Path(folder) / "desk", FORM).start()
            try:
                desk.write_config(FORM + FORM.replace("contact", "second"))
                desk.process.child.send_signal(signal.SIGHUP)
                wait_until(lambda: desk.get("/api/v1/connectors/second").status == 200, what="the reload")
                desk.write_config(FORM.replace("webform", "nonsense"))
                desk.process.child.send_signal(signal.SIGHUP)
                wait_until(lambda: "daemon.reload_refused" in desk.log_tail(), what="the refusal")
                self.assertEqual(desk.get("/api/v1/connectors/second").status, 200)
            finally:
                desk.stop()


if __name__ == "__main__":
    unittest.main()
