"""A small mail relay between the mailboxes of one Dovecot: SMTP in, maildir out.

It does what a receiving server does to a mail: Return-Path and Authentication-Results go on top.
"""

import email
import email.policy
import email.utils
import socketserver
import threading


class Relay:
    """`boxes` maps addresses to mailboxes; what follows a '+' in a local part is left aside."""

    def __init__(self, dovecot, boxes, change=None):
        self.dovecot = dovecot
        self.boxes = boxes
        self.change = change  # (sender, message) -> the same, as they arrive
        self.taken = []  # (sender, recipient, message as it came), in order
        relay = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                relay.converse(self.rfile, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Session)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self):
        return f"smtp+insecure://127.0.0.1:{self.server.server_address[1]}"

    def converse(self, lines, out):
        def say(text):
            out.write(text.encode() + b"\r\n")

        sender, recipients = "", []
        say("220 relay.test ESMTP")
        for line in lines:
            command = line.decode(errors="replace").strip()
            verb = command[:4].upper()
            if verb in ("EHLO", "HELO"):
                say("250 relay.test")
            elif verb == "MAIL":
                sender, recipients = self.path(command), []
                say("250 ok")
            elif verb == "RCPT":
                known = self.box(self.path(command)) is not None
                if known:
                    recipients.append(self.path(command))
                say("250 ok" if known else "550 5.1.1 nobody here")
            elif verb == "DATA":
                say("354 go on")
                message = self.read_data(lines)
                for recipient in recipients:
                    self.take(sender, recipient, message)
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    @staticmethod
    def path(command):
        return command[command.index("<") + 1:command.index(">")]

    @staticmethod
    def read_data(lines):
        message = []
        for line in lines:
            if line == b".\r\n":
                break
            message.append(line[1:] if line.startswith(b".") else line)
        return b"".join(message)

    def box(self, address):
        local, _, domain = address.partition("@")
        return self.boxes.get(f"{local.split('+')[0]}@{domain}")

    def take(self, sender, recipient, data):
        message = email.message_from_bytes(data, policy=email.policy.SMTP)
        self.deliver(sender, recipient, message)
        # Counted when it can be read: whoever counts first and reads then misses nothing.
        self.taken.append((sender, recipient, email.message_from_bytes(data, policy=email.policy.SMTP)))

    def deliver(self, sender, recipient, message):
        if self.change:
            sender, message = self.change(sender, message)
        domain = email.utils.parseaddr(message["From"])[1].partition("@")[2]
        top = (f"Return-Path: <{sender}>\r\n"
               f"Authentication-Results: mx.test; dmarc=pass header.from={domain}\r\n")
        self.dovecot.deliver(self.box(recipient), top.encode() + message.as_bytes())
