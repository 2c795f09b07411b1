#!/usr/bin/env python3
"""From a mail's arrival in the IMAP folder to its place on the timeline, pushed by IDLE.

    bench/latency.py [--mails 100]
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "bench"))
from measure import fdatasync_rate, say  # noqa: E402
from servers import Dovecot, Tributary, mailbox  # noqa: E402


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--mails", type=int, default=100)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="tributary-latency-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        (folder / "imap").mkdir()
        dovecot = Dovecot(folder / "imap").start()
        desk = Tributary(folder / "desk", mailbox(dovecot)).start()
        try:
            desk.wait_for_connector("support")
            seen = desk.get("/api/v1/changes?after=0").json()["newest"]
            waits = []
            for number in range(chosen.mails):
                dropped = time.monotonic()
                dovecot.deliver("support", f"From: p{number}@example.com\nSubject: {number}\n\nhello\n".encode())
                while True:
                    page = desk.get(f"/api/v1/changes?after={seen}").json()
                    seen = page["newest"]
                    if any(change["kind"] == "interaction.created" for change in page["items"]):
                        break
                waits.append((time.monotonic() - dropped) * 1000)
            waits.sort()
            say("fdatasync", 1000 / fdatasync_rate(folder), "ms")
            say(f"arrival to timeline, median of {len(waits)}", statistics.median(waits), "ms", "goal <= 2000")
            say("  90th percentile", waits[int(len(waits) * 0.9)], "ms")
            say("  slowest", waits[-1], "ms")
            print("  (Dovecot itself announces new mail up to 500 ms after it was dropped into the folder)")
        finally:
            desk.stop()
            dovecot.stop()


if __name__ == "__main__":
    main()
