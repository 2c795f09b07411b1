"""kill -9 at every system call of one message in and one answer out, channel by channel (promise P2, goal G1).

For each thread that does something durable the same step is repeated: send one text, and end the process
as that thread enters its n-th call that writes, sends or makes durable; start again, send again until it is
acknowledged. n grows until the step comes through untouched.
"""

from inject import WRITES, Injection, threads
from load import LargeMailSender, MailSender
from scene import Scene, expect
from servers import wait_until

MOST_CALLS = 400


def every_call(folder, stride, seed, say=lambda line: None):
    """`stride` 1 stops at every call of the writer; 3 at every third, beginning with one that `seed` names."""
    points = {}
    with Scene(folder) as scene:
        large = LargeMailSender("large", scene.desk, scene.dovecot)
        scene.senders.append(large)
        for sender in scene.senders:
            points[f"{sender.name} io"] = sweep(scene, sender, "io", 1, 0)
            points[f"{sender.name} writer"] = sweep(scene, sender, "store-writer", stride, seed)
            say(f"killed at {sum(points.values())} calls; {sender.name} is through")
        points["large workers"] = sweep(scene, large, "workers", 1, 0)
        figures = scene.judge()
    expect(all(points.values()), f"a step without a single call: {points}")
    return {"kills": sum(points.values()), **figures}


def sweep(scene, sender, thread, stride, seed):
    """How many calls were a last one."""
    kills = 0
    for number in range(1 + seed % stride, MOST_CALLS, stride):
        if not dies_at(scene, sender, thread, number):
            return kills
        kills += 1
    raise AssertionError(f"one text of {sender.name} makes more than {MOST_CALLS} calls in {thread}")


def dies_at(scene, sender, thread, number):
    """Sends one text; whether the process died of the `number`th call."""
    pid = scene.desk.process.child.pid
    of = threads(pid)
    # The workers bear the program's name, like the first thread.
    of["workers"] = [number for numbers in list(of.values()) if pid in numbers for number in numbers if number != pid]
    of["io"] = [pid]
    text = sender.next_text()
    injection = Injection(of[thread], WRITES, f"signal=KILL:when={number}", scene.folder / "strace.log")
    try:
        sender.attempt(text)
        is_done = came_through(scene, sender, text)
        wait_until(lambda: has_died(scene) or is_done(), 60, f"{text} to arrive or the daemon to die")
    finally:
        injection.stop()
    died = has_died(scene)
    if died:
        scene.desk.kill()
        scene.desk.start()
        scene.desk.wait_for_connector("support")
    if text not in sender.ledger.acknowledged():
        sender.until_acknowledged(text)
    return died


def has_died(scene):
    return scene.desk.process.child.poll() is not None


def came_through(scene, sender, text):
    """The step's end, beyond the acknowledgement: a mail is on its timeline, an answer has left."""
    if sender is scene.agent:
        return lambda: text in scene.answers_sent() and not scene.is_sending()
    if isinstance(sender, MailSender):
        return lambda: scene.is_on_timeline(text)
    return lambda: text in sender.ledger.acknowledged()
