#!/usr/bin/env python3
"""Faults on purpose, with a ledger of its own: nothing acknowledged may be lost, nothing doubled.

    tests/torture/run.py quick            what CI runs
    tests/torture/run.py full             the long tier
    tests/torture/run.py NAME... [--seed N] [--full]

TRIBUTARY_BIN names the binary. Root, for small disks of their own; strace, for faults at exact calls.
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import damage  # noqa: E402
import disk  # noqa: E402
import imports  # noqa: E402
import kills  # noqa: E402
import peers  # noqa: E402
import planted  # noqa: E402
import power  # noqa: E402
import process  # noqa: E402
import syscalls  # noqa: E402
from scene import Broken  # noqa: E402

# name: (scenario, its size in the quick tier or None, its size in the long one). A scenario takes
# (folder, size, seed, say) and returns its figures, or raises Broken.
SCENARIOS = {
    "kills": (kills.random_kills, 8, 1000),
    "kills-slow-disk": (kills.kills_with_a_slow_disk, 5, 100),
    "starting": (kills.kills_while_starting, 10, 100),
    "drains": (kills.drains, 3, 20),
    "second-instance": (kills.second_instances, 5, 100),
    "import": (imports.an_import, 1_500, 50_000),
    "syscalls": (syscalls.every_call, 5, 1),
    "power": (power.cuts, 5, 200),
    "disk-full": (disk.full, 2, 20),
    "sync-fails": (disk.failing_sync, 3, 40),
    "write-fails": (disk.failing_writes, 4, 1),
    "disk-slow": (disk.slow_sync, 5, 60),
    "disk-unusable": (disk.unusable, 1, 1),
    "no-descriptors": (process.no_descriptors, 500, 2_000),
    "frozen": (process.frozen, 3, 60),
    "clock": (process.jumping_clock, 8, 80),
    "watchdog": (process.watchdog, 1, 1),
    "unread-log": (process.unread_log, 100, 5_000),
    "damaged-store": (damage.database, 12, 200),
    "damaged-files": (damage.blobs, 1, 1),
    "answers-cut": (peers.cut_answers, 150, 10),
    "planted": (planted.all_faults, None, 1),
}


def run(name, tier, seed):
    scenario, quick, full = SCENARIOS[name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"tributary-{name}-") as folder:
        os.chmod(folder, 0o755)  # for servers that run as nobody
        try:
            figures = scenario(folder, full if tier == "full" else quick, seed, progress)
        except Exception as trouble:  # noqa: BLE001 - every scenario gets its turn
            print(f"FAILED {name:18}{time.monotonic() - began:7.1f} s  {trouble}", flush=True)
            if not isinstance(trouble, Broken):
                traceback.print_exc()
            return None
    told = ", ".join(f"{value} {what}" for what, value in figures.items())
    print(f"ok     {name:18}{time.monotonic() - began:7.1f} s  {told}", flush=True)
    return figures


def progress(line):
    if sys.stderr.isatty():
        print(f"\r\033[K  {line}", end="\r", file=sys.stderr, flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", default=["quick"], help=f"quick, full, or of {', '.join(SCENARIOS)}")
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--full", action="store_true", help="the named ones in their long size")
    chosen = options.parse_args()
    tier = "full" if chosen.full or "full" in chosen.names else "quick"
    names = [name for name in chosen.names if name not in ("quick", "full")]
    names = names or [name for name, (_, quick, _) in SCENARIOS.items() if tier == "full" or quick is not None]
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        options.error(f"no scenario {', '.join(unknown)}")
    print(f"seed {chosen.seed}, {tier}", flush=True)
    began = time.monotonic()
    results = {name: run(name, tier, chosen.seed) for name in names}
    failed = [name for name, figures in results.items() if figures is None]
    total = {key: sum((figures or {}).get(key, 0) for figures in results.values()) for key in ("kills", "cuts", "sent")}
    print(f"{len(results)} scenarios, {len(failed)} failed; {total['kills']} kills, {total['cuts']} power cuts, "
          f"{total['sent']} sent, {time.monotonic() - began:.0f} s: "
          + ("0 lost, 0 doubled" if not failed else f"BROKEN: {', '.join(failed)}"), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
