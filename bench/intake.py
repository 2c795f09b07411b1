#!/usr/bin/env python3
"""Durable webhooks a second, beside the disk and SQLite in the same run.

    bench/intake.py [--seconds S] [--folder DIR]
"""

import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "bench"))
from measure import (cpu_seconds, fdatasync_rate, in_scratch_folder, intake_count, pss_mib, say,  # noqa: E402
                     sqlite_rate, thread_seconds)
from servers import Tributary  # noqa: E402


def bench_webhooks(folder, seconds):
    batch = sqlite_rate(folder, 100)
    single = sqlite_rate(folder, 1)
    say("fdatasync of 4 KiB overwrites", fdatasync_rate(folder), "/s")
    say("SQLite bare, 100 rows a commit", batch, "rows/s")
    say("SQLite bare, one commit a row", single, "rows/s")
    desk = Tributary(folder / "hooks", """
[[connector]]
name = "visits"
channel = "webhook"
preset = "token"
secret = "bench-token-0123456789abcdef"
tickets = "never"
""").start()
    try:
        pid = desk.process.child.pid
        time.sleep(1)  # lets start-up's work end, so that idle is idle
        say("memory idle (PSS)", pss_mib(pid), "MiB", "goal <= 48")
        cpu = cpu_seconds(pid)
        report = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", "-s",
                                 str(ROOT / "bench" / "hooks.lua"), f"{desk.base()}/in/visits"],
                                capture_output=True, text=True, check=True).stdout
        cpu = cpu_seconds(pid) - cpu
        done = intake_count(desk, "visits")
        if "Non-2xx" in report:
            print(report)
        # wrk's own clock: making its requests beforehand is not the server's time. What it counted is
        # what the server says it committed.
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", report)[1])
        if done < rate * seconds * 0.98:
            print(f"  only {done} of about {rate * seconds:.0f} were new events")
        say("durable webhooks, 64 connections", rate, "/s",
            f"{rate / batch:.2f} x SQLite's batch rate (goal 0.3), {rate / single:.1f} x one commit a row (goal 20)")
        say("  CPU a webhook", cpu / max(done, 1) * 1e6, "us", f"{done / max(cpu, 0.01):,.0f} a core-second")
        for name in ("50%", "99%"):
            match = re.search(rf"{name}\s+([\d.]+\w+)", report)
            if match:
                print(f"  latency {name}: {match[1]}")
        say("  memory under load (PSS)", pss_mib(pid), "MiB", "goal <= 192")
        for name, task, used in thread_seconds(pid)[:6]:
            say(f"  thread {name} {task}", used, "s CPU")
    finally:
        desk.stop()


if __name__ == "__main__":
    in_scratch_folder(bench_webhooks, "--seconds", 8)
