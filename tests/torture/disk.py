"""A disk that is full, slow, or fails (promises D1, D2, D3, D5, D11; goal G3)."""

import http.client
import json
import time

import disks
from inject import Injection, threads
from load import FormSender
from scene import Scene, expect
from servers import wait_until

DISK_MIB = 24


def full(folder, rounds, seed, say=lambda line: None):
    """The store's disk fills up under load and is freed again: refused at once, back by itself, nothing lost."""
    slowest_refusal, slowest_return = 0.0, 0.0
    with disks.small_memory_disk(f"{folder}/small", DISK_MIB) as small, Scene(f"{folder}/scene", small / "state") as scene:
        scene.begin_load()
        probe = FormSender("probe", scene.desk)
        for number in range(1, rounds + 1):
            wait_until(lambda: len(scene.acknowledged()) > number * 60, what="some load")
            fill(small)
            took = wait_until(lambda: refusal(probe), 30, "a refusal")
            slowest_refusal = max(slowest_refusal, took)
            for path in ("/api/v1/customers", "/api/v1/tickets", "/healthz", "/readyz"):
                status = scene.desk.get(path).status
                expect(status == 200 or path == "/readyz", f"GET {path} on a full disk: {status}")
            before = len(scene.hook.ledger.acknowledged())
            (small / "filler").unlink()
            freed = time.monotonic()
            wait_until(lambda: len(scene.hook.ledger.acknowledged()) > before, 30, "intake to be back")
            slowest_return = max(slowest_return, time.monotonic() - freed)
            say(f"full {number}/{rounds}")
        expect(slowest_refusal <= 1, f"refused only after {slowest_refusal:.1f} s")
        expect(slowest_return <= 10, f"back only after {slowest_return:.1f} s")
        scene.end_load()
        scene.senders.append(probe)  # what it was told counts, too
        return {"times full": rounds, "refused after s": round(slowest_refusal, 2),
                "back after s": round(slowest_return, 2), **scene.judge()}


def fill(small):
    with open(small / "filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass


def refusal(probe):
    """How long a form took to be refused as it must be; None while the store still had room of its own for it."""
    text = probe.next_text()
    connection = http.client.HTTPConnection("127.0.0.1", probe.desk.fixed_port, timeout=10)
    began = time.monotonic()
    try:
        connection.request("POST", "/in/contact", json.dumps({"email": "form@example.com", "message": text}),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    if answer.status < 300:
        probe.ledger.note(text, "ok")  # taken, so it must be there in the end
        return None
    expect(answer.status == 503, f"a full disk answered {answer.status}")
    expect(answer.headers["Retry-After"], "503 without Retry-After")
    return time.monotonic() - began


def failing_sync(folder, faults, seed, say=lambda line: None):
    """fsync says EIO: nothing is acknowledged any more, the daemon ends, and comes back with everything."""
    with Scene(folder) as scene:
        scene.begin_load()
        for number in range(1, faults + 1):
            wait_until(lambda: len(scene.acknowledged()) > number * 30, what="some load")
            writer = threads(scene.desk.process.child.pid)["store-writer"]
            injection = Injection(writer, "fsync,fdatasync", f"error=EIO:when={1 + (seed + number) % 4}",
                                  scene.folder / "strace.log")
            try:
                wait_until(lambda: scene.desk.process.child.poll() is not None, 30,
                           "the daemon to stop after a failed fsync")
            finally:
                injection.stop()
            expect(scene.desk.process.child.returncode != 0, "a failed fsync ended in good order")
            expect("store.disk_failed" in scene.desk.log_tail(), "the log does not say why")
            scene.desk.start()
            say(f"failed fsync {number}/{faults}")
        scene.end_load()
        return {"failed fsyncs": faults, **scene.judge()}


def failing_writes(folder, stride, seed, say=lambda line: None):
    """No space at the n-th write of one message in, for every n: all of it or nothing, and the next try works."""
    faults = 0
    with Scene(folder) as scene:
        for sender in (scene.hook, scene.form, scene.chat, scene.agent):
            for number in range(1 + seed % stride, 40, stride):
                text = sender.next_text()
                writer = threads(scene.desk.process.child.pid)["store-writer"]
                injection = Injection(writer, "pwrite64,write,ftruncate", f"error=ENOSPC:when={number}",
                                      scene.folder / "strace.log")
                try:
                    sender.attempt(text)
                finally:
                    injection.stop()
                happened = injection.happened()
                faults += happened
                if scene.desk.process.child.poll() is not None:
                    scene.desk.start()
                if text not in sender.ledger.acknowledged():
                    sender.until_acknowledged(text)
                if not happened:
                    break
            say(f"{faults} failed writes; {sender.name} is through")
        expect(faults > 0, "no write failed")
        return {"failed writes": faults, **scene.judge()}


def slow_sync(folder, seconds, seed, say=lambda line: None):
    """Every fsync takes 300 ms: what is told is told late, the loop does not wait, nothing times out."""
    with Scene(folder) as scene:
        writer = threads(scene.desk.process.child.pid)["store-writer"]
        injection = Injection(writer, "fsync,fdatasync", "delay_exit=300000", scene.folder / "strace.log")
        try:
            scene.begin_load()
            waits, until = [], time.monotonic() + seconds
            while time.monotonic() < until:
                began = time.monotonic()
                expect(scene.desk.get("/healthz", sign_in=False).status == 200, "not alive")
                waits.append(time.monotonic() - began)
                time.sleep(0.02)
            scene.end_load()
        finally:
            injection.stop()
        waits.sort()
        loop_wait = waits[len(waits) * 99 // 100]
        expect(loop_wait < 0.25, f"/healthz took {loop_wait * 1000:.0f} ms while the disk was slow")
        retries = sum(sender.retries for sender in scene.senders)
        expect(retries == 0, f"{retries} senders were told to come again, only because the disk was slow")
        return {"slow s": seconds, "healthz p99 ms": round(loop_wait * 1000, 1), **scene.judge()}


def unusable(folder, _size, _seed, say=lambda line: None):
    """A place that cannot hold a store is one clear line at start, not a stack trace."""
    cases = 0
    with Scene(folder) as scene:
        scene.desk.stop()
        for name, spoil in (("a file where the folder should be", lambda state: state.write_text("")),
                            ("no inodes left", use_up_inodes), ("an empty name in place of the database",
                             lambda state: (state / "tributary.db").mkdir(parents=True))):
            place = scene.folder / f"spoilt-{cases}"
            place.mkdir()
            desk = scene.make_desk(f"spoilt-desk-{cases}", place / "state")
            spoil(place / "state")
            said = desk.command("serve")
            disks.unmount_if(place / "state")
            lines = said.stderr.decode().strip().splitlines()
            expect(said.returncode in (1, 2), f"{name}: exit {said.returncode}")
            expect(lines and str(place) in lines[-1], f"{name}: does not name the place: {lines}")
            cases += 1
        scene.desk.start()
        return {"unusable places": cases, **scene.judge()}


def use_up_inodes(state):
    image = state.parent / "image"
    disks.make_image(image, 4, "-N", "16")
    disks.Mounted(state, "mount", "-o", "loop", str(image))
    try:
        for number in range(1000):
            (state / str(number)).touch()
    except OSError:
        pass
