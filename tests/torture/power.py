"""Power cuts (promise D6, goal G2): the disk as it was at one moment under load, with what was never flushed gone.

The store lies on ext4 in a file. Copying that file while it is mounted gives the disk of a machine
that lost its power: its journal, and none of the pages that only memory held. Each copy is mounted, and a
second daemon starts on it: it must come up by itself with everything acknowledged before the cut.
"""

import pathlib
import random
import shutil
import signal
import time

import disks
from scene import Broken, Scene, compare, integrity, require_good, seen
from servers import SmtpSink, wait_until

DISK_MIB = 96
CUTS_A_SCENE = 25  # what has to be compared grows with every cut


def cuts(folder, count, seed, say=lambda line: None):
    moments = random.Random(seed)
    done, sent = 0, 0
    while done < count:
        figures = some_cuts(f"{folder}/{done}", min(CUTS_A_SCENE, count - done), moments, say)
        done += figures["cuts"]
        sent += figures["sent"]
        say(f"{done}/{count} cuts")
    return {"cuts": done, "sent": sent}


def some_cuts(folder, count, moments, say):
    folder = pathlib.Path(folder)
    scene_folder, image, copy = folder / "scene", folder / "disk", folder / "copy"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    disks.make_image(image, DISK_MIB)
    with disks.disk_in_file(image, f"{folder}/live") as live, Scene(scene_folder, state=live / "state") as scene:
        other_sink = SmtpSink(make_folder(f"{folder}/other-sink")).start()
        try:
            scene.begin_load()
            for number in range(1, count + 1):
                time.sleep(moments.uniform(0.02, 0.6))  # the random moment is the point of the test
                acknowledged = cut(scene, image, copy)
                with disks.disk_in_file(copy, f"{folder}/after") as after:
                    look_at(scene, after / "state", acknowledged, other_sink, number)
                copy.unlink()  # a device may still linger over it: the next is another file
                say(f"cut {number}/{count}: {len(acknowledged)} acknowledged were there")
            scene.end_load()
            figures = scene.judge()
        finally:
            other_sink.stop()
    return {"cuts": count, "sent": figures["sent"]}


def make_folder(path):
    folder = pathlib.Path(path)
    folder.mkdir(parents=True)
    return folder


def cut(scene, image, copy):
    """The image of one moment, and what had been acknowledged before it."""
    daemon = scene.desk.process.child
    acknowledged = scene.acknowledged()
    # Copying takes a while; the disk must be of one moment. Who is within a call stops at its end,
    # and what the kernel writes by itself meanwhile spoils the copy.
    daemon.send_signal(signal.SIGSTOP)
    try:
        wait_until(lambda: is_stopped(daemon.pid), what="the daemon to stand still")
        while True:
            before = disks.writes_to(image)
            shutil.copyfile(image, copy)
            if disks.writes_to(image) == before:
                break
    finally:
        daemon.send_signal(signal.SIGCONT)
    return acknowledged


def is_stopped(pid):
    states = [(task / "stat").read_text().rpartition(")")[2].split()[0]
              for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    return all(state == "T" for state in states)


def look_at(scene, state, acknowledged, sink, number):
    survivor = scene.make_desk(f"survivor-{number}", state, sink)
    survivor.secret = scene.desk.secret
    survivor.start()
    try:
        expected = set(acknowledged)
        try:
            # Mail counts as acknowledged once it is in the mailbox: it is fetched (again) now.
            wait_until(lambda: expected <= seen(survivor).keys(), 20, "everything acknowledged")
        except TimeoutError:
            pass  # the comparison names what is missing
        verdict = compare(seen(survivor), scene.senders, acknowledged)
    except RuntimeError as trouble:  # its token is not known, or a page cannot be read
        raise Broken(f"lost: {trouble}") from trouble
    finally:
        survivor.stop()
    verdict["integrity"] = integrity(state / "tributary.db")
    require_good(verdict)
