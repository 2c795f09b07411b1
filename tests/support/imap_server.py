"""An empty IMAP mailbox whose password may change, and which can be away; counts who knocked.

Enough of RFC 9051 for a client that looks for mail; there never is any.
"""

import base64
import socketserver
import threading


class ImapServer:
    def __init__(self, password):
        self.password = password
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

    def may_enter(self, password):
        self.logins += 1
        self.refused += password != self.password
        return password == self.password

    def serve(self, session):
        self.connections += 1
        if self.is_away:
            return

        def say(line):
            session.wfile.write(line.encode() + b"\r\n")

        say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")
        for line in session.rfile:
            tag, command, *words = line.decode().split()
            command = command.upper()
            if command == "UID":
                command = words.pop(0).upper()
            answer = "OK done"
            if command == "CAPABILITY":
                say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
            elif command == "AUTHENTICATE":
                say("+ ")
                secret = base64.b64decode(session.rfile.readline()).split(b"\0")[-1].decode()
                answer = "OK in" if self.may_enter(secret) else "NO [AUTHENTICATIONFAILED] wrong"
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
