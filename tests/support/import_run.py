"""A mailbox is imported while the daemon is killed again and again and the folder is renumbered: each mail
must stand on a timeline exactly once, whatever happened. The judge reads the store, not the server's word.
"""

import collections
import json
import pathlib
import random
import sqlite3
import subprocess
import time

from servers import Dovecot, Tributary, mailbox, wait_until


def mail(number):
    """Few senders write many mails; no mail is like another."""
    return (f"Authentication-Results: mx.test; dmarc=pass header.from=example.com\n"
            f"From: Person {number % 500} <person{number % 500}@example.com>\nTo: support@example.org\n"
            f"Subject: mail {number}\nMessage-ID: <{number}@import.example>\n\nThis is mail {number}.\n").encode()


class ImportRun:
    def __init__(self, folder, mails, kills, seed):
        self.folder = pathlib.Path(folder)
        self.mails = mails
        self.kills = kills
        self.random = random.Random(seed)
        self.delivered = 0

    def start(self):
        self.folder.chmod(0o755)
        (self.folder / "imap").mkdir()
        self.dovecot = Dovecot(self.folder / "imap", fsync=False).start()
        self.desk = Tributary(self.folder / "desk", mailbox(self.dovecot))

    def deliver(self, upto):
        while self.delivered < min(upto, self.mails):
            self.dovecot.deliver("support", mail(self.delivered))
            self.delivered += 1

    def renumber(self):
        subprocess.run(["doveadm", "-c", str(self.dovecot.folder / "dovecot.conf"), "mailbox", "update", "-u", "support",
                        "--uid-validity", str(self.random.randrange(1, 2**31)), "INBOX"], check=True)

    def run(self, progress=lambda line: None):
        """A third stands there at first, the rest comes while the daemon is killed."""
        began = time.monotonic()
        self.start()
        self.deliver(self.mails // 3)
        for number in range(1, self.kills + 1):
            self.desk.start()
            self.deliver(self.mails // 3 + (self.mails - self.mails // 3) * number // self.kills)
            time.sleep(self.random.uniform(0.0, 0.6))  # the random moment is the point of the test
            if number == (self.kills + 1) // 2:
                self.renumber()  # under the running daemon
            self.desk.kill()
            progress(f"kill {number}/{self.kills}: {self.committed()} of {self.mails} in")
        self.deliver(self.mails)
        self.desk.start()
        wait_until(lambda: self.committed() >= self.mails, 900, "all mails to be in")
        reconciled = wait_until(self.nothing_waits, 120, "the second reading to end")
        verdict = self.judge()
        verdict.update(reconciled=reconciled, seconds=round(time.monotonic() - began, 1))
        return verdict

    def committed(self):
        with sqlite3.connect(f"file:{self.desk.state}/tributary.db?mode=ro", uri=True) as store:
            return store.execute("SELECT COUNT(*) FROM interaction").fetchone()[0]

    def nothing_waits(self):
        counts = json.loads(self.desk.command("reconcile", "support", "--json").stdout)["counts"]
        return counts if counts["waiting"] == 0 else None

    def judge(self):
        self.desk.stop()
        self.dovecot.stop()
        with sqlite3.connect(self.desk.state / "tributary.db") as store:
            found = collections.Counter(name for (name,) in store.execute("SELECT message_id FROM interaction"))
            tickets = store.execute("SELECT COUNT(*) FROM ticket").fetchone()[0]
            quarantined = store.execute("SELECT COUNT(*) FROM quarantine").fetchone()[0]
            integrity = store.execute("PRAGMA integrity_check").fetchone()[0]
        expected = {f"{number}@import.example" for number in range(self.mails)}
        names = collections.Counter({(name or "").strip("<>"): count for name, count in found.items()})
        return {"mails": self.mails, "kills": self.kills, "lost": sorted(expected - names.keys()),
                "doubled": sorted(name for name, count in names.items() if count > 1),
                "strangers": sorted(names.keys() - expected), "tickets": tickets, "quarantined": quarantined,
                "integrity": integrity}

    def stop(self):
        for part in ("desk", "dovecot"):
            if hasattr(self, part):
                getattr(self, part).stop()


def is_good(verdict):
    return (not verdict["lost"] and not verdict["doubled"] and not verdict["strangers"] and
            verdict["quarantined"] == 0 and verdict["integrity"] == "ok" and verdict["reconciled"]["missing"] == 0)
