#!/usr/bin/env python3
"""Many idle mailboxes in one process: memory a mailbox, CPU while nothing happens, and how soon a mail to one
of them is in.

    bench/idle_mailboxes.py [--mailboxes N] [--seconds S] [--folder DIR]
"""

import argparse
import pathlib
import resource
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "bench"))
from measure import cpu_seconds, family_seconds, intake_count, pss_mib, say  # noqa: E402
from servers import Dovecot, Tributary, mailbox, wait_until  # noqa: E402


def measure(folder, mailboxes, seconds):
    # Two descriptors a mailbox: libcurl's socket, and the one that is watched.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * mailboxes + 1_000), hard))
    (folder / "imap").mkdir()
    dovecot = Dovecot(folder / "imap", fsync=False)
    conf = folder / "imap" / "dovecot.conf"
    conf.write_text(conf.read_text().replace("process_limit = 1024", f"process_limit = {mailboxes + 100}") +
                    "\nmail_max_userip_connections = 0\nservice anvil {\n  client_limit = 20000\n}\n"
                    "service auth {\n  client_limit = 20000\n}\n")
    dovecot.start()
    desk = Tributary(folder / "desk", "")
    try:
        desk.start()
        pid = desk.process.child.pid
        time.sleep(1)  # lets start-up's work end
        empty = pss_mib(pid)
        desk.stop()
        desk.write_config("".join(mailbox(dovecot, name=f"box-{number}", user=f"box{number}", address=f"box{number}@example.org") for number in range(mailboxes)))
        desk.start(patience=120)
        pid = desk.process.child.pid
        began = time.monotonic()

        def up():
            return sum(one["state"] == "up" for one in desk.get("/api/v1/connectors").json()["items"])

        wait_until(lambda: up() == mailboxes, 600, "all mailboxes to be up")
        took = time.monotonic() - began
        say(f"{mailboxes} mailboxes up after", took, "s", f"with {cpu_seconds(pid):.1f} s of our CPU and "
            f"{family_seconds(dovecot.process.child.pid):.1f} s of Dovecot's")
        time.sleep(5)  # first idle, then measured
        say("memory a mailbox (PSS)", (pss_mib(pid) - empty) * 1024 / mailboxes, "KiB", f"{empty:.1f} MiB without any")
        before = cpu_seconds(pid)
        time.sleep(seconds)
        used = cpu_seconds(pid) - before
        say("CPU while all are idle", used / seconds * 100, "% of a core", f"{used / seconds / mailboxes * 1e6:.1f} us/s a mailbox")
        last = mailboxes - 1
        dovecot.deliver(f"box{last}", b"From: bob@example.org\r\nSubject: hello\r\n\r\nHello.\r\n")
        began = time.monotonic()
        wait_until(lambda: intake_count(desk, f"box-{last}") == 1, 60, "the mail to be in")
        say("a mail to the last one is in after", (time.monotonic() - began) * 1000, "ms", "mostly Dovecot: half a second with inotify, up to 30 s without")
    finally:
        desk.stop()
        dovecot.stop()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--mailboxes", type=int, default=1000)
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("--folder")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="tributary-bench-", dir=chosen.folder) as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        measure(folder, chosen.mailboxes, chosen.seconds)


if __name__ == "__main__":
    main()
