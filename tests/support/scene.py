"""The whole stage of a torture: mail servers, the daemon, one sender a channel, and the judge.

The judge compares what stands on the timelines with the senders' ledger: what was acknowledged and is
not there is lost, what is there more than once is doubled, what nobody sent is a stranger.
"""

import collections
import contextlib
import pathlib
import sqlite3

from load import AgentSender, ChatSender, FormSender, MailSender, WebhookSender, connectors
from servers import Dovecot, SmtpSink, Tributary, free_port, wait_until


class Broken(AssertionError):
    """A promise that did not hold."""


def expect(holds, what):
    if not holds:
        raise Broken(what)


class Scene:
    """`state` may lie elsewhere (on a small disk); the folder keeps the servers, the logs and the configuration."""

    def __init__(self, folder, state=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        for name in ("imap", "smtp"):
            (self.folder / name).mkdir()
        self.dovecot = Dovecot(self.folder / "imap", fsync=False)
        self.sink = SmtpSink(self.folder / "smtp")
        self.desk = self.make_desk("desk", state)
        self.hook = WebhookSender("hook", self.desk)
        self.form = FormSender("form", self.desk)
        self.chat = ChatSender("chat", self.desk)
        self.mail = MailSender("mail", self.desk, self.dovecot)
        self.agent = AgentSender("answer", self.desk)
        self.senders = [self.hook, self.form, self.chat, self.mail, self.agent]

    def make_desk(self, name, state=None, sink=None):
        port = free_port()
        desk = Tributary(self.folder / name, connectors(self.dovecot, sink or self.sink), listen=f"127.0.0.1:{port}",
                         state=state)
        desk.fixed_port = port
        return desk

    def __enter__(self):
        self.dovecot.start()
        self.sink.start()
        self.desk.start()
        self.desk.wait_for_connector("support")
        # The ticket the agent answers; its mail also stands for "the first connect is over".
        MailSender("start", self.desk, self.dovecot).send(0, "start")
        tickets = wait_until(lambda: self.desk.items("/api/v1/tickets"), what="the first ticket")
        self.agent.ticket = tickets[0]["id"]
        return self

    def __exit__(self, *_trouble):
        for sender in self.senders:
            sender.stopping.set()
        for part in (self.desk, self.sink, self.dovecot):
            part.stop()

    def begin_load(self):
        for sender in self.senders:
            sender.start()

    def end_load(self, patience=150):
        for sender in self.senders:
            sender.stopping.set()
        for sender in self.senders:
            sender.join(patience)
            if sender.trouble:
                raise sender.trouble

    def sent(self):
        return sum(len(sender.ledger.told) for sender in self.senders)

    def acknowledged(self):
        return [text for sender in self.senders for text in sender.ledger.acknowledged()]

    def settle(self, senders=None):
        """Waits until all that was acknowledged is on a timeline and every answer has left."""
        expected = {text for sender in senders or self.senders for text in sender.ledger.acknowledged()}
        try:
            wait_until(lambda: expected <= seen(self.desk).keys(), 60, "everything to be on a timeline")
            answers = set(self.agent.ledger.acknowledged())
            wait_until(lambda: answers <= self.answers_sent().keys(), 120, "every answer to be sent")
        except TimeoutError:
            pass  # the judge names what is missing

    def stored(self, sql, *values):
        """A look into the store beside the daemon, which notices nothing of it."""
        with contextlib.closing(sqlite3.connect(f"file:{self.desk.state}/tributary.db?mode=ro", uri=True)) as store:
            return store.execute(sql, values).fetchone()[0]

    def is_on_timeline(self, text):
        return self.stored("SELECT COUNT(*) FROM content WHERE subject = ?", text) > 0

    def is_sending(self):
        return self.stored("SELECT COUNT(*) FROM delivery WHERE state = 1") > 0

    def answers_sent(self):
        """text -> the Message-IDs it left under."""
        found = collections.defaultdict(list)
        for raw in self.sink.messages():
            head, _, body = raw.partition(b"\n\n")
            identifiers = [line.split(b":", 1)[1].strip() for line in head.splitlines()
                           if line.lower().startswith(b"message-id:")]
            for line in body.splitlines():
                if line.startswith(b"answer "):
                    found[line.strip().decode()].append(identifiers[0])
                    break
        return found

    def judge(self):
        """Stops the daemon, looks at everything; raises Broken, or returns the figures."""
        self.settle()
        verdict = compare(seen(self.desk), self.senders)
        answers = self.answers_sent()
        verdict["unsent"] = [text for text in self.agent.ledger.acknowledged() if text not in answers]
        # Twice on the wire is possible only for a kill between the final dot and its 250, and then
        # under the same Message-ID.
        verdict["renamed"] = [text for text, names in answers.items() if len(set(names)) > 1]
        self.desk.stop()
        verdict["integrity"] = integrity(self.desk.state / "tributary.db")
        require_good(verdict)
        return {"sent": self.sent(), "retries": sum(sender.retries for sender in self.senders),
                "sent twice under one id": sum(len(names) > 1 for names in answers.values())}


def seen(desk):
    """text -> how often it stands on a timeline."""
    counts = collections.Counter()
    for customer in desk.items("/api/v1/customers"):
        for item in desk.items(f"/api/v1/customers/{customer['id']}/timeline"):
            counts[item["reply_text"].strip()] += 1
    return counts


def compare(counts, senders, acknowledged=None):
    """`acknowledged`: those that must be there, when fewer than the ledgers say by now."""
    if acknowledged is None:
        acknowledged = [text for sender in senders for text in sender.ledger.acknowledged()]
    known = {text for sender in senders for text in sender.ledger.texts()} | {"start"}
    return {"lost": [text for text in acknowledged if counts[text] == 0],
            "doubled": [text for text, count in counts.items() if count > 1],
            "strangers": [text for text in counts if text not in known]}


def integrity(database):
    with contextlib.closing(sqlite3.connect(database)) as store:
        return store.execute("PRAGMA integrity_check").fetchone()[0]


def require_good(verdict):
    wrong = {name: found for name, found in verdict.items() if found and found != "ok"}
    expect(not wrong, "; ".join(f"{name}: {len(found)} ({', '.join(map(str, found[:5]))})"
                                if isinstance(found, list) else f"{name}: {found}" for name, found in wrong.items()))
