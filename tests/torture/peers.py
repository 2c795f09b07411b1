"""A mail server whose answers end in the middle (promise N4)."""

import contextlib
import socket
import threading

from load import MailSender
from scene import Scene
from servers import free_port, mailbox, wait_until


class CuttingProxy:
    """Passes everything on, until armed: then the connection ends after so many more bytes from the server."""

    def __init__(self, target):
        self.target = target
        self.port = free_port()
        self.left = None  # bytes until the cut; None: no cut
        self.cuts = 0
        self.guard = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self):
        return f"imap+insecure://127.0.0.1:{self.port}"

    def arm(self, count):
        with self.guard:
            self.left = count

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pass_on, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(server, client, True), daemon=True).start()

    def pass_on(self, source, sink, is_answer):
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                allowed = self.allowed(len(data)) if is_answer else len(data)
                sink.sendall(data[:allowed])
                if allowed < len(data):
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def allowed(self, count):
        with self.guard:
            if self.left is None or count <= self.left:
                self.left = self.left and self.left - count
                return count
            allowed, self.left = self.left, None
            self.cuts += 1
            return allowed

    def stop(self):
        self.listener.close()


def cut_answers(folder, stride, seed, say=lambda line: None):
    """The IMAP server's answers end after n bytes, for n over everything it says about one mail."""
    with Scene(folder) as scene:
        proxy = CuttingProxy(scene.dovecot.port)
        try:
            scene.desk.config.write_text(scene.desk.config.read_text() + mailbox(
                scene.dovecot, name="cut", user="cut", address="cut@example.org").replace(scene.dovecot.url(), proxy.url()))
            scene.desk.stop()
            scene.desk.start()
            scene.desk.wait_for_connector("cut")
            sender = CutSender("cut", scene.desk, scene.dovecot)
            scene.senders.append(sender)
            for count in range(seed % stride, 1_200, stride):
                proxy.arm(count)
                text = sender.next_text()
                sender.attempt(text)
                wait_until(lambda text=text: scene.is_on_timeline(text), 60, f"{text}, cut after {count} bytes")
                say(f"cut after {count} bytes; {proxy.cuts} cuts")
            return {"answers cut": proxy.cuts, **scene.judge()}
        finally:
            proxy.stop()


class CutSender(MailSender):
    user = "cut"
