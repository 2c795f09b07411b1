"""The mixed load of all four channels and an answering agent, with a ledger of its own.

The senders behave as real ones do: what was not acknowledged is sent again under the same id. The
ledger says of each text what its sender was told; in the end it decides what was lost or doubled,
whatever the server's log says.
"""

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time

from servers import mailbox

SHOP_KEY = b"0123456789abcdef0123456789abcdef"
CHAT_SECRET = "the-site-backend-knows-this-secret"


def connectors(dovecot, sink):
    return mailbox(dovecot, sink) + f"""
[[connector]]
name = "contact"
channel = "webform"
fields = [ {{ name = "email", type = "email", required = true }}, {{ name = "message", type = "text", required = true }} ]
rate_limit.per_minute = 0

[[connector]]
name = "shop"
channel = "webhook"
preset = "standard-webhooks"
secret = "whsec_{base64.b64encode(SHOP_KEY).decode()}"

[[connector]]
name = "site-chat"
channel = "chat"
secret = "{CHAT_SECRET}"
"""


class Ledger:
    """What each text's sender was told: "ok", or "unknown" while nobody has said yes."""

    def __init__(self):
        self.told = {}  # a sender's thread adds, the judge reads

    def note(self, text, outcome):
        self.told[text] = outcome

    def texts(self):
        return list(self.told)

    def acknowledged(self):
        return [text for text, outcome in list(self.told.items()) if outcome == "ok"]


class Sender(threading.Thread):
    """Sends one numbered message after the other until told to stop; each until it is acknowledged."""

    def __init__(self, name, desk):
        super().__init__(daemon=True, name=name)
        self.desk = desk
        self.ledger = Ledger()
        self.number = 0
        self.stopping = threading.Event()
        self.retries = 0
        self.trouble = None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.until_acknowledged(self.next_text())
                self.stopping.wait(self.pause())
        except Exception as trouble:  # noqa: BLE001 - a thread's trouble is the test's
            self.trouble = trouble

    def pause(self):
        return 0.005

    def next_text(self):
        self.number += 1
        text = f"{self.name} {self.number}"
        self.ledger.note(text, "unknown")
        return text

    def attempt(self, text):
        """One try with the text last made; whether it was acknowledged."""
        try:
            status = self.send(self.number, text)
        except (OSError, http.client.HTTPException):
            return False
        if status < 300:
            self.ledger.note(text, "ok")
            return True
        if status not in (408, 429, 500, 502, 503):
            raise AssertionError(f"{self.name}: refused with {status}: {self.answer[:300]!r}")
        return False

    def until_acknowledged(self, text, patience=120):
        deadline = time.monotonic() + patience
        while not self.attempt(text):
            self.retries += 1
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: not acknowledged for {patience} s")
            time.sleep(0.05)

    def post(self, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.desk.fixed_port, timeout=10)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            self.answer = answer.read()
            return answer.status
        finally:
            connection.close()


class WebhookSender(Sender):
    def send(self, number, text):
        body = json.dumps({"kind": "message", "from": {"email": "hook@example.com"}, "text": text}).encode()
        identifier, stamp = f"msg_{number}", str(int(time.time()))
        signature = hmac.new(SHOP_KEY, b".".join([identifier.encode(), stamp.encode(), body]), hashlib.sha256)
        return self.post("/in/shop", body, {
            "Content-Type": "application/json", "webhook-id": identifier, "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(signature.digest()).decode()})


class FormSender(Sender):
    def send(self, number, text):
        return self.post("/in/contact", json.dumps({"email": "form@example.com", "message": text}), {
            "Content-Type": "application/json", "Idempotency-Key": f"form-{number}"})


class ChatSender(Sender):
    token = None
    conversation = None

    def pause(self):
        return 0.6  # a visitor may say two things a second

    def send(self, number, text):
        if self.token is None:
            status = self.post("/chat/site-chat/v3/directline/tokens/generate",
                               json.dumps({"user": {"id": "visitor-1", "name": "Visitor"}}),
                               {"Authorization": f"Bearer {CHAT_SECRET}", "Content-Type": "application/json"})
            if status >= 300:
                return status
            made = json.loads(self.answer)
            self.token, self.conversation = made["token"], made["conversationId"]
        activity = {"type": "message", "text": text, "from": {"id": "visitor-1"},
                    "channelData": {"clientActivityID": f"chat-{number}"}}
        return self.post(f"/chat/site-chat/v3/directline/conversations/{self.conversation}/activities",
                         json.dumps(activity),
                         {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})


class MailSender(Sender):
    user = "support"

    def __init__(self, name, desk, dovecot):
        super().__init__(name, desk)
        self.dovecot = dovecot

    def pause(self):
        return 0.02

    def message(self, number, text):
        return f"""Authentication-Results: mx.test; dmarc=pass header.from=example.com
From: Mail <mail@example.com>
To: support@example.org
Subject: {text}
Message-ID: <{number}.{self.name}@mail.example.com>

{text}
"""

    def send(self, number, text):
        self.dovecot.deliver(self.user, self.message(number, text).encode())
        return 200


class LargeMailSender(MailSender):
    """Mails whose bytes become a file of their own."""

    def message(self, number, text):
        head, _, body = super().message(number, text).partition("\n\n")
        return "\n".join([head, 'Content-Type: multipart/mixed; boundary="part"', "", "--part", "", body, "--part",
                          "Content-Type: application/octet-stream", "Content-Disposition: attachment", "",
                          ("x" * 70 + "\n") * 6_000, "--part--", ""])


class AgentSender(Sender):
    """An agent who answers one ticket again and again; the answers leave by SMTP."""

    ticket = None

    def pause(self):
        return 0.1

    def send(self, number, text):
        return self.post(f"/api/v1/tickets/{self.ticket}/replies", json.dumps({"text": text}), {
            "Content-Type": "application/json", "Authorization": f"Bearer {self.desk.secret}",
            "Idempotency-Key": f"answer-{number}"})
