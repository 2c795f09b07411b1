"""An OpenID Connect provider in a thread, which can be told to misbehave."""

import base64
import hashlib
import http.server
import json
import threading
import time
import urllib.parse

from jwt import Key, base64url, token


class Provider:
    CLIENT = ("desk", "the desk's own secret")

    def __init__(self, folder):
        self.key = Key(folder, "k1")
        self.stranger = Key(folder, "k9")
        self.codes = {}  # code -> what was asked for with it
        self.seen = []  # forms the token endpoint got
        self.subject = "subject-1"
        self.claims = {}  # what is put over the right claims
        self.make_token = None  # (claims) -> token, instead of the right one
        self.metadata = {}
        self.keys = [self.key.jwk]
        self.status = 200
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                provider.post(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def settings(self):
        return (f'[access]\noidc.issuer = "{self.issuer}"\noidc.client_id = "{self.CLIENT[0]}"\n'
                f'oidc.client_secret = "{self.CLIENT[1]}"\noidc.title = "Example Login"\n')

    @staticmethod
    def answer(handler, status, body):
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def get(self, handler):
        if handler.path == "/.well-known/openid-configuration":
            document = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                        "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                        "authorization_response_iss_parameter_supported": True, **self.metadata}
            return self.answer(handler, 200, document)
        if handler.path == "/keys":
            return self.answer(handler, 200, {"keys": self.keys})
        return self.answer(handler, 404, {})

    # What a person's browser does at the provider: the query the browser comes back with.
    def authorize(self, address, **changes):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        code = base64url(hashlib.sha256(query["state"].encode()).digest())
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer, **changes}
        return {name: value for name, value in back.items() if value is not None}

    def post(self, handler):
        form = dict(urllib.parse.parse_qsl(handler.rfile.read(int(handler.headers["Content-Length"])).decode()))
        self.seen.append((handler.headers.get("Authorization", ""), form))
        asked = self.codes.pop(form.get("code"), None)
        challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        client = base64.b64encode(":".join(urllib.parse.quote(part) for part in self.CLIENT).encode()).decode()
        is_good = (asked and asked["code_challenge"] == challenge and asked["code_challenge_method"] == "S256"
                   and asked["redirect_uri"] == form["redirect_uri"] and handler.headers["Authorization"] == f"Basic {client}")
        if not is_good:
            return self.answer(handler, 400, {"error": "invalid_grant"})
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.CLIENT[0], "sub": self.subject, "iat": now, "exp": now + 300,
                  "nonce": asked["nonce"], **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        made = self.make_token(claims) if self.make_token else token(claims, self.key)
        return self.answer(handler, self.status, {"access_token": "x", "token_type": "Bearer", "id_token": made})
