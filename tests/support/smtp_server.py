"""An SMTP server that does as it is told: what it offers, how it answers each verb, and what it took.

With `accepts_login` it asks for a login and takes what that function of mechanism and decoded response accepts.
`answers` maps a verb ("EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "RSET") to a reply line, to "close" or
"hang", or to a function of the command line giving one of these; what is not in it is answered well.
"""

import base64
import socketserver
import threading

GOOD = {"MAIL": "250 2.1.0 Ok", "RCPT": "250 2.1.5 Ok", "DATA": "354 Go on", ".": "250 2.0.0 Ok: queued as T1",
        "RSET": "250 Ok", "NOOP": "250 Ok", "QUIT": "221 Bye", "STARTTLS": "454 Not now"}


class Mail:
    def __init__(self, sender, recipients, wire):
        self.sender = sender  # the MAIL command as it came
        self.recipients = recipients  # the RCPT commands that were accepted
        self.wire = wire  # the bytes between DATA and the dot, dots still stuffed

    def bytes(self):
        return b"".join(line[1:] if line.startswith(b".") else line for line in self.wire.splitlines(keepends=True))


class SmtpServer:
    def __init__(self, offers=("PIPELINING", "SIZE 20000000", "8BITMIME", "DSN"), accepts_login=None):
        self.offers = list(offers)
        self.accepts_login = accepts_login
        self.logins = []  # (mechanism, response, whether it was taken)
        self.answers = {}
        self.mails = []  # taken, also those whose dot was then answered badly
        self.commands = []
        self.connections = 0
        self.changed = threading.Condition()
        self.release = threading.Event()  # ends every "hang"
        server = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                server.serve(self)

        class Listener(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.listener = Listener(("127.0.0.1", 0), Session)
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def stop(self):
        self.release.set()
        self.listener.shutdown()
        self.listener.server_close()

    def url(self):
        return f"smtp+insecure://127.0.0.1:{self.port}"

    def wait_for(self, condition, patience=20):
        with self.changed:
            if not self.changed.wait_for(condition, patience):
                raise TimeoutError(f"waited {patience} s; heard {self.commands[-20:]}")

    def note(self, change):
        with self.changed:
            change()
            self.changed.notify_all()

    def serve(self, session):
        self.connections += 1
        try:
            self.converse(session)
        except (ConnectionError, ValueError):
            pass  # the client left, or was made to

    def say(self, session, verb, command=""):
        """False when the session ends here."""
        answer = self.answers.get(verb, GOOD.get(verb, "502 5.5.1 What?"))
        answer = answer(command) if callable(answer) else answer
        if answer == "hang":
            self.release.wait(60)
            return False
        if answer == "close":
            return False
        session.wfile.write(answer.encode() + b"\r\n")
        session.wfile.flush()
        return answer[0] in "23"

    def log_in(self, session, command):
        mechanism, *initial = command.split()[1:]
        if not initial:
            session.wfile.write(b"334 \r\n")
            initial = [session.rfile.readline().decode().strip()]
        response = base64.b64decode(initial[0]).decode()
        good = self.accepts_login(mechanism, response)
        self.note(lambda: self.logins.append((mechanism, response, good)))
        if not good and mechanism in ("XOAUTH2", "OAUTHBEARER"):
            session.wfile.write(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")  # the error's details, answered with nothing
            session.rfile.readline()
        session.wfile.write(b"235 2.7.0 In\r\n" if good else b"535 5.7.8 Bad credentials\r\n")

    def converse(self, session):
        session.wfile.write(b"220 test ESMTP\r\n")
        sender, recipients = None, []
        for line in session.rfile:
            command = line.decode("utf-8", "replace").rstrip("\r\n")
            verb = command[:4].upper()
            self.note(lambda: self.commands.append(command))
            if verb in ("EHLO", "HELO"):
                if "EHLO" in self.answers:
                    if not self.say(session, "EHLO", command):
                        return
                    continue
                session.wfile.write("".join(f"250-{one}\r\n" for one in ["test", *self.offers]).encode()
                                    + b"250 ENHANCEDSTATUSCODES\r\n")
                continue
            if verb == "AUTH" and self.accepts_login:
                self.log_in(session, command)
                continue
            if verb == "MAIL":
                sender, recipients = command, []
            if verb == "DATA" and not recipients:
                session.wfile.write(b"503 5.5.1 Nobody\r\n")
                continue
            good = self.say(session, verb, command)
            if not good and self.answers.get(verb) in ("close", "hang"):
                return
            if verb == "RCPT" and good:
                recipients.append(command)
            if verb == "QUIT":
                return
            if verb == "DATA" and good and not self.take(session, sender, recipients):
                return

    def take(self, session, sender, recipients):
        wire = b""
        for line in session.rfile:
            if line == b".\r\n":
                mail = Mail(sender, recipients, wire)
                self.note(lambda: self.mails.append(mail))
                return self.say(session, ".") or self.answers.get(".") not in ("close", "hang")
            wire += line
        return False
