"""The sign-in service of a mail provider, for tests of OAuth 2."""

import http.server
import json
import threading
import urllib.parse


class Provider:
    """An OAuth 2 provider: rotates its refresh token with every use, and tells Dovecot what a token is good for."""

    def __init__(self):
        self.refresh = None  # the one that is good now
        self.access = set()
        self.challenges = {}
        self.number = 0
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(
                    self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self.answer(*provider.token(form))

            def do_GET(self):
                token = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("token", [""])[0]
                good = token in provider.access
                self.answer(200, {"active": good, "username": "support"} if good else {"active": False})

            def answer(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self, form):
        if form["grant_type"] == "authorization_code":
            if form["code"] != "good-code" or len(form["code_verifier"]) < 43:
                return 400, {"error": "invalid_grant"}
        elif self.refresh is None or form["refresh_token"] != self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "Token has been revoked."}
        self.number += 1
        self.refresh = f"refresh-{self.number}"
        self.access.add(f"access-{self.number}")
        return 200, {"access_token": f"access-{self.number}", "refresh_token": self.refresh, "expires_in": 3600}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
