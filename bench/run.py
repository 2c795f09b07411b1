#!/usr/bin/env python3
"""Runs the benchmarks, or those whose name contains an argument: intake, imap, mailboxes, mime, crowd,
latency, store.

Every figure stands beside a baseline of the same run; absolute numbers of one machine mean little.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCHMARKS = {
    "intake": [sys.executable, str(ROOT / "bench" / "intake.py")],
    "imap": [sys.executable, str(ROOT / "bench" / "imap.py")],
    "mime": [sys.executable, str(ROOT / "bench" / "mime.py")],
    "mailboxes": [sys.executable, str(ROOT / "bench" / "idle_mailboxes.py")],
    "crowd": [sys.executable, str(ROOT / "bench" / "crowd.py")],
    "latency": [sys.executable, str(ROOT / "bench" / "latency.py")],
    "store": [str(ROOT / "build" / "release" / "bench" / "bench_store")],
}


def main():
    wanted = [one for one in sys.argv[1:] if not one.startswith("-")]
    options = [one for one in sys.argv[1:] if one.startswith("-")]
    chosen = [name for name in BENCHMARKS if not wanted or any(word in name for word in wanted)]
    if not chosen:
        sys.exit(f"no benchmark is called so; there are: {', '.join(BENCHMARKS)}")
    for name in chosen:
        print(f"== {name}", flush=True)
        subprocess.run(BENCHMARKS[name] + options, check=True)


if __name__ == "__main__":
    main()
