"""An empty IMAP mailbox whose password may change, and which can be away; counts who knocked. With `accepts_token`
it takes the OAuth tokens that function accepts.

Enough of RFC 9051 for a client that looks for mail; there never is any.
"""

import base64
import re
import socketserver
import threading


class ImapServer:
    def __init__(self, password, accepts_token=None):
        self.password = password
        self.accepts_token = accepts_token
        self.tokens = []  # taken
        self.logins = 0  # tried
        self.refused = 0
        self.is_away = False  # hangs up before its first word
        self.connections = 0
        server = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    server.serve(self)
                except (ConnectionError, ValueError):
                    pass  # the client left

        class Listener(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.listener = Listener(("127.0.0.1", 0), Session)
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def stop(self):
        self.listener.shutdown()
        self.listener.server_close()

    def url(self):
        return f"imap+insecure://127.0.0.1:{self.port}"

    def may_enter(self, response):
        token = re.search("auth=Bearer ([^\1]+)", response)
        if token:
            good = self.accepts_token is not None and self.accepts_token(token[1])
            self.tokens += [token[1]] * good
        else:
            good = response.split("\0")[-1] == self.password
        self.logins += 1
        self.refused += not good
        return good

    def serve(self, session):
        self.connections += 1
        if self.is_away:
            return

        def say(line):
            session.wfile.write(line.encode() + b"\r\n")

        ways = "AUTH=XOAUTH2 AUTH=OAUTHBEARER" if self.accepts_token else "AUTH=PLAIN"
        say(f"* OK [CAPABILITY IMAP4rev1 {ways}] ready")
        for line in session.rfile:
            tag, command, *words = line.decode().split()
            command = command.upper()
            if command == "UID":
                command = words.pop(0).upper()
            answer = "OK done"
            if command == "CAPABILITY":
                say(f"* CAPABILITY IMAP4rev1 {ways}")
            elif command == "AUTHENTICATE":
                say("+ ")
                good = self.may_enter(base64.b64decode(session.rfile.readline()).decode())
                if not good and self.accepts_token:
                    say("+ eyJzdGF0dXMiOiI0MDEifQ==")  # why, which the client answers with nothing
                    session.rfile.readline()
                answer = "OK in" if good else "NO [AUTHENTICATIONFAILED] wrong"
            elif command in ("EXAMINE", "SELECT"):
                say("* 0 EXISTS")
                say("* OK [UIDVALIDITY 1] valid")
                say("* OK [UIDNEXT 1] next")
            elif command == "SEARCH":
                say("* SEARCH")
            elif command == "LOGOUT":
                say("* BYE")
            say(f"{tag} {answer}")
            if command == "LOGOUT":
                return
