"""A signed-in page: what a browser would send and keep."""

PASSWORD = "kettle under ninth porch"


class Page:
    """Speaks through `api` (anything with desk.request's shape), with cookies instead of a token."""

    def __init__(self, api):
        self.api = api
        self.cookie = None
        self.csrf = None

    def ask(self, method, target, body=None, headers=None):
        sent = dict(headers or {})
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
        if self.csrf and method not in ("GET", "HEAD"):
            sent.setdefault("X-CSRF-Token", self.csrf)
        sent = {name: value for name, value in sent.items() if value is not None}
        reply = self.api.request(method, target, body, headers=sent, sign_in=False)
        self.take(reply)
        return reply

    def take(self, reply):
        given = reply.headers.get("Set-Cookie")
        if given:
            name, value = given.split(";")[0].split("=", 1)
            self.cookie = f"{name}={value}" if value else None
        if reply.status in (200, 201) and reply.headers.get("Content-Type") == "application/json":
            self.csrf = reply.json().get("csrf_token", self.csrf) if isinstance(reply.json(), dict) else self.csrf

    def sign_in(self, email, password=PASSWORD, **more):
        return self.ask("POST", "/api/v1/session", {"email": email, "password": password, **more})


def totp(secret, step):
    """The code of RFC 6238 for a base32 secret and a time step."""
    import base64
    import hashlib
    import hmac
    import struct

    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
