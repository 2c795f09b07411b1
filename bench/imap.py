#!/usr/bin/env python3
"""Mails a second from an IMAP server into the committed, searchable timeline, beside mbsync with fsync
on the same server in the same run.

    bench/imap.py [--mails N] [--folder DIR]
"""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "bench"))
from measure import cpu_seconds, in_scratch_folder, intake_count, pss_mib, say, thread_seconds  # noqa: E402
from servers import Dovecot, Tributary, mailbox, wait_until  # noqa: E402

WORDS = ("order invoice kettle delivery broken thanks please customer number refund parcel address "
         "yesterday tomorrow question answer colour size return warranty account password").split()


def synthetic_mail(number, rng):
    """5.7 KB in the median, some with HTML, some with an attachment, three to a thread, 2,000 senders."""
    sender = rng.randrange(2000)
    text = " ".join(rng.choice(WORDS) for _ in range(rng.randrange(80, 700)))
    head = (f"Authentication-Results: mx.test; dmarc=pass header.from=example{sender % 50}.com\r\n"
            f"From: Person {sender} <person{sender}@example{sender % 50}.com>\r\nTo: support@example.org\r\n"
            f"Subject: {rng.choice(WORDS)} {number}\r\nMessage-ID: <{number}@bench.example>\r\n"
            f"Date: Sun, 01 Mar 2026 09:{number % 60:02}:00 +0100\r\nMIME-Version: 1.0\r\n")
    if number % 3:
        head += f"In-Reply-To: <{number - number % 3}@bench.example>\r\n"
    if number % 2:
        return (head + f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").encode()
    parts = [f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}",
             f"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>{text}</p></body></html>"]
    if number % 10 == 0:
        import base64

        data = base64.encodebytes(rng.randbytes(rng.randrange(5_000, 120_000))).decode().replace("\n", "\r\n")
        parts.append("Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n"
                     f"Content-Disposition: attachment; filename=a.pdf\r\n\r\n{data}")
    body = "".join(f"--b{number}\r\n{part}\r\n" for part in parts) + f"--b{number}--\r\n"
    return (head + f"Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n{body}").encode()


def mbsync_rate(folder, dovecot, mails):
    if not shutil.which("mbsync"):
        return None
    home = folder / "mbsync"
    (home / "box").mkdir(parents=True)
    (home / "mbsyncrc").write_text(f"""FSync yes

IMAPAccount bench
Host 127.0.0.1
Port {dovecot.port}
User support
Pass {dovecot.PASSWORD}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account bench

MaildirStore near
Path {home}/box/
Inbox {home}/box/INBOX
SubFolders Verbatim

Channel bench
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState {home}/state-
""")
    began = time.monotonic()
    done = subprocess.run(["mbsync", "-c", str(home / "mbsyncrc"), "bench"], capture_output=True, text=True,
                          env={**os.environ, "HOME": str(home)})
    wall = time.monotonic() - began
    got = sum(1 for part in ("new", "cur") for _ in (home / "box" / "INBOX" / part).iterdir()) \
        if (home / "box" / "INBOX").exists() else 0
    if got != mails:
        print(f"mbsync fetched {got} of {mails}: {done.stderr[-300:]}")
        return None
    return mails / wall


def bench_mails(folder, mails):
    (folder / "imap").mkdir()
    dovecot = Dovecot(folder / "imap").start()
    try:
        rng = random.Random(7)
        total = 0
        for number in range(mails):
            message = synthetic_mail(number, rng)
            total += len(message)
            dovecot.deliver("support", message)
        print(f"{mails} mails, {total / 1e6:.1f} MB")
        desk = Tributary(folder / "mail", mailbox(dovecot))
        # Both sides find Dovecot's index warm: whoever is first would pay for building it.
        warm = mbsync_rate(folder, dovecot, mails)
        shutil.rmtree(folder / "mbsync", ignore_errors=True)
        began = time.monotonic()
        desk.start()
        pid = desk.process.child.pid
        peak = 0.0

        def all_in():
            nonlocal peak
            peak = max(peak, pss_mib(pid))
            return intake_count(desk, "support") >= mails

        wait_until(all_in, 900, "all mails to be in")
        wall = time.monotonic() - began
        cpu = cpu_seconds(pid)
        say("mails, IMAP to committed and searchable timeline", mails / wall, "/s")
        say("  CPU a mail", cpu / mails * 1e6, "us", f"{mails / cpu:,.0f} a core-second")
        say("  memory while importing (PSS, peak)", peak, "MiB", "goal <= 192")
        for name, task, used in thread_seconds(pid)[:6]:
            say(f"  thread {name} {task}", used, "s CPU")
        found = desk.get("/api/v1/search?q=kettle").json()["items"]
        say("  hits for 'kettle' on the first page", len(found), "")
        say("  store, mails' own bytes = 1",
            sum(path.stat().st_size for path in desk.state.rglob("*") if path.is_file()) / total, "x")
        desk.stop()
        cold = mbsync_rate(folder, dovecot, mails)
        for label, rate in (("mbsync with fsync, before", warm), ("mbsync with fsync, after", cold)):
            if rate:
                say(label, rate, "mails/s", f"ours is {mails / wall / rate:.1f} x (goal 3)")
    finally:
        dovecot.stop()


if __name__ == "__main__":
    in_scratch_folder(bench_mails, "--mails", 10_000)
