"""The daemon with one connector of each channel and its mail servers, as a test case."""

import pathlib
import tempfile
import unittest

import exposition
from load import connectors
from servers import Dovecot, SmtpSink, Tributary, free_port


class Stage(unittest.TestCase):
    """The daemon with one connector of each channel and its mail servers."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tributary-operations-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        for name in ("imap", "smtp"):
            (self.folder / name).mkdir()
        self.dovecot = Dovecot(self.folder / "imap", fsync=False).start()
        self.addCleanup(self.dovecot.stop)
        self.sink = self.start_sink()
        self.addCleanup(self.sink.stop)
        port = free_port()
        self.desk = Tributary(self.folder / "desk", connectors(self.dovecot, self.sink),
                              listen=f"127.0.0.1:{port}")
        self.desk.fixed_port = port
        self.addCleanup(self.desk.kill)
        self.desk.start()
        self.desk.wait_for_connector("support")

    def start_sink(self):
        return SmtpSink(self.folder / "smtp").start()

    def metrics(self):
        return exposition.read(self.desk.get("/metrics", sign_in=False).body.decode())

    def metric(self, name, **labels):
        return exposition.value(self.metrics(), name, **labels)

    def send(self, sender, number=1):
        for _ in range(number):
            sender.until_acknowledged(sender.next_text())
