"""What the machine does to a process: no descriptors left, frozen, a jumping clock, a log nobody reads
(promises P5, P10, P12, D14, T1)."""

import contextlib
import os
import pathlib
import resource
import signal
import socket
import struct
import subprocess
import time

from inject import Injection
from scene import Scene, expect
from servers import BINARY, wait_until

HERE = pathlib.Path(__file__).resolve().parent


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def no_descriptors(folder, peers, seed, say=lambda line: None):
    """More idle peers than descriptors: what is open goes on, nothing spins, and it is well when they leave."""
    with Scene(folder) as scene:
        pid = scene.desk.process.child.pid
        used = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 40, used + 40))
        waiting = scene.hook.next_text()
        with contextlib.ExitStack() as crowd:
            for _ in range(peers):
                peer = crowd.enter_context(socket.socket())
                peer.setblocking(False)
                peer.connect_ex(("127.0.0.1", scene.desk.fixed_port))
            before, began = cpu_seconds(pid), time.monotonic()
            time.sleep(3)  # how busy it is while nothing can be done is what is measured
            busy = (cpu_seconds(pid) - before) / (time.monotonic() - began)
            expect(scene.desk.process.child.poll() is None, f"it died: {scene.desk.log_tail()}")
            expect(busy <= 0.2, f"{busy:.0%} of a core while there were no descriptors")
            # Mail comes over a connection that is open already.
            text = scene.mail.next_text()
            scene.mail.attempt(text)
            wait_until(lambda: scene.is_on_timeline(text), 30, "mail to come in beside the crowd")
        scene.hook.until_acknowledged(waiting, patience=30)
        return {"idle peers": peers, "busy %": round(busy * 100, 1), **scene.judge()}


def frozen(folder, seconds, seed, say=lambda line: None):
    """SIGSTOP and SIGCONT: dead connections are noticed, nothing is taken twice."""
    with Scene(folder) as scene:
        scene.begin_load()
        wait_until(lambda: len(scene.acknowledged()) > 60, what="some load")
        scene.desk.process.child.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        scene.desk.process.child.send_signal(signal.SIGCONT)
        text = scene.mail.ledger.texts()[-1]
        began = time.monotonic()
        wait_until(lambda: scene.is_on_timeline(text), 30, "mail to come in again")
        took = time.monotonic() - began
        expect(took <= 10, f"mail came in again only after {took:.1f} s")
        scene.end_load()
        return {"frozen s": seconds, "mail again after s": round(took, 2), **scene.judge()}


DAY = 86_400
CLOCK = [DAY, -DAY, 3_650 * DAY, -400 * DAY, 0, 3_600, -3_600, 1]


def set_clock(offset, seconds):
    if not offset.exists():
        offset.write_bytes(bytes(8))
    with open(offset, "r+b") as file:  # in place: the daemon has it mapped
        file.write(struct.pack("=q", seconds))


def jumping_clock(folder, jumps, seed, say=lambda line: None):
    """The wall clock jumps by days and years under load: nothing hangs, and order is the order of arrival."""
    with Scene(folder) as scene:
        scene.desk.stop()
        shim = scene.folder / "clock_shim.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(HERE / "clock_shim.c")], check=True)
        offset = scene.folder / "offset"
        set_clock(offset, 0)
        scene.desk.start(prefix=["env", f"LD_PRELOAD={shim}", f"CLOCK_OFFSET={offset}"])
        # Signed webhooks and chat tokens say when they were made, and are rightly refused on another day.
        for sender in (scene.form, scene.mail, scene.agent):
            sender.start()
        for number in range(jumps):
            before = len(scene.form.ledger.acknowledged())
            mailed = scene.mail.ledger.texts()[-1] if scene.mail.ledger.texts() else None
            set_clock(offset, CLOCK[number % len(CLOCK)])
            wait_until(lambda: len(scene.form.ledger.acknowledged()) > before + 20, 20,
                       f"forms after the clock went {CLOCK[number % len(CLOCK)]} s off")
            wait_until(lambda: mailed is None or scene.is_on_timeline(mailed), 20, "mail after the clock jumped")
            say(f"jump {number + 1}/{jumps}")
        for sender in (scene.form, scene.mail, scene.agent):
            sender.stopping.set()
            sender.join(60)
            if sender.trouble:
                raise sender.trouble
        scene.desk.stop()
        scene.desk.start()
        return {"jumps": jumps, **scene.judge()}


def watchdog(folder, _size, seed, say=lambda line: None):
    """systemd hears a beat while the loop turns, and none while it stands still."""
    with Scene(folder) as scene, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        scene.desk.stop()
        ear.bind(str(scene.folder / "notify"))
        ear.settimeout(10)
        scene.desk.start(prefix=["env", f"NOTIFY_SOCKET={scene.folder / 'notify'}", "WATCHDOG_USEC=600000"])
        pid = scene.desk.process.child.pid
        until_beat(ear)
        until_beat(ear)
        injection = Injection([pid], "epoll_wait", "delay_exit=4000000:when=1", scene.folder / "strace.log")
        try:
            ear.settimeout(0.3)
            drain(ear)
            ear.settimeout(1.5)
            is_silent = False
            try:
                until_beat(ear)
            except TimeoutError:
                is_silent = True
            expect(is_silent, "the beat went on while the loop stood still")
            ear.settimeout(10)
            until_beat(ear)
        finally:
            injection.stop()
        return scene.judge()


def until_beat(ear):
    while b"WATCHDOG=1" not in ear.recv(4096):
        pass


def drain(ear):
    try:
        while True:
            ear.recv(4096)
    except TimeoutError:
        pass


def unread_log(folder, texts, seed, say=lambda line: None):
    """The log goes into a pipe that nobody reads: intake goes on at full speed."""
    with Scene(folder) as scene:
        scene.desk.stop()
        config = scene.desk.config.read_text().replace("[store]", '[log]\nlevel = "debug"\n[store]')
        scene.desk.config.write_text(config)
        reading, writing = os.pipe()
        (scene.desk.state / "http.port").unlink(missing_ok=True)
        child = subprocess.Popen([BINARY, "serve", "--config", str(scene.desk.config)], stdout=writing, stderr=writing)
        try:
            os.close(writing)
            wait_until(lambda: (scene.desk.state / "http.port").exists(), what="the daemon to be ready")
            scene.desk.port = scene.desk.fixed_port
            for _ in range(texts):
                scene.form.until_acknowledged(scene.form.next_text(), patience=20)
        finally:
            child.kill()
            child.wait()
            os.close(reading)
        scene.desk.start()
        return {"texts": texts, **scene.judge()}
