"""What benchmarks share: the daemon's CPU and memory from /proc, and what the disk and SQLite do bare."""

import argparse
import os
import pathlib
import re
import sqlite3
import tempfile
import time

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def family_seconds(pid):
    """CPU of a process and its children, living and gone."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    seconds = sum(int(field) for field in fields[11:15]) / TICK
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            seconds += family_seconds(child)
        except OSError:
            pass  # gone meanwhile
    return seconds


def thread_seconds(pid):
    """CPU of each thread, busiest first: (name or id, seconds)."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        text = (task / "stat").read_text()
        name = text[text.index("(") + 1:text.rindex(")")]
        fields = text.rpartition(")")[2].split()
        found.append((name, int(task.name), (int(fields[11]) + int(fields[12])) / TICK))
    return sorted(found, key=lambda one: -one[2])


def pss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def fdatasync_rate(folder, seconds=1.5):
    """4 KiB overwrites of a preallocated file, each made durable."""
    path = pathlib.Path(folder) / "probe"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    os.write(handle, bytes(1 << 20))
    os.fsync(handle)
    count, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        os.pwrite(handle, os.urandom(4096), (count % 256) * 4096)
        os.fdatasync(handle)
        count += 1
    rate = count / (time.monotonic() - began)
    os.close(handle)
    path.unlink()
    return rate


def sqlite_rate(folder, rows_per_commit, seconds=2.5):
    """1 KiB rows with one index, WAL, synchronous=FULL."""
    path = pathlib.Path(folder) / f"probe{rows_per_commit}.db"
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, key TEXT, body BLOB)")
    store.execute("CREATE INDEX row_key ON row (key)")
    count, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        store.execute("BEGIN IMMEDIATE")
        store.executemany("INSERT INTO row (key, body) VALUES (?, ?)",
                          [(os.urandom(16).hex(), os.urandom(1024)) for _ in range(rows_per_commit)])
        store.execute("COMMIT")
        count += rows_per_commit
    rate = count / (time.monotonic() - began)
    store.close()
    return rate


def intake_count(desk, connector):
    text = desk.get("/metrics", sign_in=False).body.decode()
    match = re.search(rf'tributary_intake_total{{connector="{connector}",fate="accepted"}} (\d+)', text)
    return int(match[1]) if match else 0


def say(label, value, unit, remark=""):
    print(f"{label:<58} {value:>12,.1f} {unit:<10} {remark}", flush=True)


def in_scratch_folder(bench, size_option, size):
    """The main of a benchmark that takes one size: runs `bench(folder, size)` in a folder that is gone afterwards."""
    options = argparse.ArgumentParser()
    options.add_argument(size_option, dest="size", type=int, default=size)
    options.add_argument("--folder", help="on whose disk")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="tributary-bench-", dir=chosen.folder) as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)  # for servers that run as nobody
        bench(folder, chosen.size)
