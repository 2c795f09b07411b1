#!/usr/bin/env python3
"""What hostile and idle crowds do to everybody else: the latency of good forms alone and beside each crowd, in one run.

    bench/crowd.py [--seconds S] [--folder DIR]        slowhttptest and wrk make the crowds
"""

import contextlib
import http.client
import json
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "bench"))
from measure import in_scratch_folder, pss_mib, say  # noqa: E402
from servers import Process, Tributary  # noqa: E402

CONNECTORS = """
[[connector]]
name = "contact"
channel = "webform"
rate_limit.per_minute = 0

[[connector]]
name = "visits"
channel = "webhook"
preset = "token"
secret = "bench-token-0123456789abcdef"
tickets = "never"
"""
GOOD_CLIENTS = 4
PAUSE = 0.02  # of a good client between two forms: far from any limit


def latencies(desk, seconds):
    """Of forms from a few calm clients, in seconds, sorted."""
    waits, until = [], time.monotonic() + seconds

    def send():
        number = 0
        while time.monotonic() < until:
            number += 1
            body = json.dumps({"email": "ann@example.com", "message": f"{threading.get_ident()} {number}"})
            connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)
            began = time.monotonic()
            connection.request("POST", "/in/contact", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            waits.append(time.monotonic() - began if answer.status == 202 else 30.0)
            connection.close()
            time.sleep(PAUSE)

    clients = [threading.Thread(target=send) for _ in range(GOOD_CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sorted(waits)


def percentile(waits, share):
    return waits[min(len(waits) - 1, int(len(waits) * share))] * 1000


@contextlib.contextmanager
def program(folder, *command):
    process = Process(command, folder / "crowd.out")
    time.sleep(2)  # until the crowd stands
    try:
        yield
    finally:
        process.stop(patience=5)


@contextlib.contextmanager
def idle_connections(port, count):
    with contextlib.ExitStack() as open_ones:
        for _ in range(count):
            peer = open_ones.enter_context(socket.socket())
            peer.connect(("127.0.0.1", port))
        yield


def crowds(folder, desk, seconds):
    slow = ["slowhttptest", "-c", "1000", "-r", "500", "-l", str(seconds + 20), "-p", "5", "-u"]
    url = f"{desk.base()}/in/contact"
    yield "1,000 slow headers", program(folder, *slow, url, "-H", "-i", "5")
    yield "1,000 slow bodies", program(folder, *slow, url, "-B", "-i", "5", "-s", "8192")
    yield "1,000 slow readers", program(folder, *slow, f"{desk.base()}/openapi.json", "-X", "-n", "5", "-w", "10", "-y", "20")
    yield "10,000 idle connections", idle_connections(desk.port, 10_000)
    yield "wrk, 64 forged webhooks at once", program(folder, "wrk", "-t1", "-c64", f"-d{seconds + 20}s",
                                                       f"{desk.base()}/in/visits")


def bench_crowds(folder, seconds):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    for tool in ("slowhttptest", "wrk"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is not installed: apt install {tool}")
    desk = Tributary(folder / "desk", CONNECTORS).start()
    try:
        latencies(desk, 2)  # warm
        for name, crowd in crowds(folder, desk, seconds):
            alone = latencies(desk, seconds)
            with crowd:
                beside = latencies(desk, seconds)
            base, crowded = percentile(alone, 0.99), percentile(beside, 0.99)
            say(f"p99 of a form beside {name}", crowded, "ms",
                f"{crowded / base:.2f} x alone ({base:.1f} ms; goal 1.2); median {percentile(beside, 0.5):.1f} ms, "
                f"alone {percentile(alone, 0.5):.1f}")
        say("memory (PSS)", pss_mib(desk.process.child.pid), "MiB")
    finally:
        desk.stop()


if __name__ == "__main__":
    in_scratch_folder(bench_crowds, "--seconds", 8)
