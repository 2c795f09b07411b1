"""kill -9, SIGTERM and a second instance (promises P1, P3, P4, P13; goals G1, G5, G6)."""

import os
import random
import re
import signal
import subprocess
import time

from inject import Injection, threads
from scene import Scene, expect
from servers import BINARY, wait_until


def random_kills(folder, kills, seed, say=lambda line: None):
    """kill -9 at random moments under the load of all channels."""
    moments = random.Random(seed)
    with Scene(folder) as scene:
        scene.begin_load()
        for number in range(1, kills + 1):
            time.sleep(moments.uniform(0.05, 1.2))  # the random moment is the point of the test
            scene.desk.kill()
            scene.desk.start()
            say(f"kill {number}/{kills}: {scene.sent()} sent so far")
        scene.end_load()
        figures = scene.judge()
        for sender in scene.senders:
            expect(len(sender.ledger.acknowledged()) > min(kills // 2, 5), f"{sender.name} hardly sent anything")
        return {"kills": kills, **figures}


def kills_with_a_slow_disk(folder, kills, seed, say=lambda line: None):
    """As above, with every write of the store taking 20 ms: whoever acknowledges too early is caught."""
    moments = random.Random(seed)
    with Scene(folder) as scene:
        scene.begin_load()
        for number in range(1, kills + 1):
            writer = threads(scene.desk.process.child.pid)["store-writer"]
            injection = Injection(writer, "pwrite64", "delay_enter=20000", scene.folder / "strace.log")
            time.sleep(moments.uniform(0.5, 1.5))
            scene.desk.kill()
            injection.stop()
            scene.desk.start()
            say(f"kill {number}/{kills}: {scene.sent()} sent so far")
        scene.end_load()
        return {"kills": kills, **scene.judge()}


def kills_while_starting(folder, kills, seed, say=lambda line: None):
    """kill -9 while the daemon starts, again and again; then it starts, with everything there."""
    moments = random.Random(seed)
    with Scene(folder) as scene:
        scene.begin_load()
        wait_until(lambda: len(scene.acknowledged()) > 200, what="some load")
        scene.desk.kill()
        for number in range(1, kills + 1):
            command = [BINARY, "serve", "--config", str(scene.desk.config)]
            with open(scene.folder / "starting.log", "ab") as log:
                child = subprocess.Popen(command, stdout=log, stderr=log)
                time.sleep(moments.uniform(0.0, 0.4))
                child.kill()
                child.wait()
            say(f"kill {number}/{kills}")
        began = time.monotonic()
        scene.desk.start()
        ready = time.monotonic() - began
        expect(ready <= 5, f"ready only after {ready:.1f} s")
        scene.end_load()
        return {"kills": kills, "ready s": round(ready, 2), **scene.judge()}


def drains(folder, rounds, seed, say=lambda line: None):
    """SIGTERM under load ends in good order within 10 s; what was acknowledged is there."""
    moments = random.Random(seed)
    slowest = 0.0
    with Scene(folder) as scene:
        scene.begin_load()
        for number in range(1, rounds + 1):
            time.sleep(moments.uniform(0.1, 0.8))
            began = time.monotonic()
            code = scene.desk.stop()
            took = time.monotonic() - began
            slowest = max(slowest, took)
            expect(code == 0, f"SIGTERM ended with {code}: {scene.desk.log_tail()[-500:]}")
            expect(took <= 10, f"SIGTERM took {took:.1f} s")
            scene.desk.start()
            say(f"SIGTERM {number}/{rounds}: {took:.2f} s")
        scene.end_load()
        return {"drains": rounds, "slowest s": round(slowest, 2), **scene.judge()}


def second_instances(folder, races, seed, say=lambda line: None):
    """Two daemons started at once on one store: one serves, the other names its process and ends."""
    with Scene(folder) as scene:
        scene.desk.stop()
        for number in range(1, races + 1):
            command = [BINARY, "serve", "--config", str(scene.desk.config)]
            both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
            try:
                loser = wait_until(lambda: next((one for one in both if one.poll() is not None), None), 20,
                                   "one of two daemons to give way")
                winner = both[1 - both.index(loser)]
                said = loser.stderr.read().decode()
                expect(loser.returncode == 1, f"the second daemon ended with {loser.returncode}: {said}")
                expect(re.search(rf"\b{winner.pid}\b", said), f"the second daemon does not name the first: {said}")
                expect(winner.poll() is None, "both daemons gave way")
            finally:
                for one in both:
                    if one.poll() is None:
                        os.kill(one.pid, signal.SIGKILL)
                    one.wait()
                    one.stderr.close()
            say(f"race {number}/{races}")
        scene.desk.start()
        return {"races": races, **scene.judge()}
