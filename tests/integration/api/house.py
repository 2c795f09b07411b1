"""The daemon the API tests talk to, and how they talk to it: every reply is held against its description."""

import pathlib
import re
import tempfile
import unittest

from schema import breaches
from servers import SmtpSink, Tributary, free_port

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


class House(unittest.TestCase):
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
