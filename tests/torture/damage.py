"""A store that was damaged from outside (promises D8, D9): noticed, named, never served as if it were whole."""

import hashlib
import random
import shutil

from load import LargeMailSender
from scene import Scene, expect, seen
from servers import wait_until

PAGE = 4096


def database(folder, copies, seed, say=lambda line: None):
    """Pages zeroed, garbled or cut off in copies of a store: each copy is refused, answers with an error, or is right."""
    dice = random.Random(seed)
    refused, answered, right = 0, 0, 0
    with Scene(folder) as scene:
        for sender in (scene.hook, scene.form, scene.mail):
            for _ in range(60):
                sender.until_acknowledged(sender.next_text())
        wait_until(lambda: scene.is_on_timeline(scene.mail.ledger.texts()[-1]), what="the last mail")
        truth = seen(scene.desk)
        figures = scene.judge()
        whole = scene.desk.state / "tributary.db"
        for number in range(copies):
            desk = scene.make_desk(f"damaged-{number}")
            shutil.copytree(scene.desk.state, desk.state)
            kind = KINDS[number % len(KINDS)]
            kind(desk.state / "tributary.db", whole.stat().st_size, dice)
            desk.write_config("", listen="127.0.0.1:0")  # no connectors: only what is stored counts
            fate = fate_of(desk, scene.desk.secret, truth, f"{kind.__name__}, seed {seed}, copy {number}")
            refused, answered, right = (refused + (fate == "refused"), answered + (fate == "answered"),
                                        right + (fate == "right"))
            shutil.rmtree(desk.folder)
            say(f"damaged {number + 1}/{copies}")
    return {"damaged copies": copies, "refused at start": refused, "refused when read": answered, "not concerned": right,
            **figures}


def zero_page(database, size, dice):
    overwrite(database, dice.randrange(1, size // PAGE) * PAGE, bytes(PAGE))


def garble_page(database, size, dice):
    overwrite(database, dice.randrange(1, size // PAGE) * PAGE, dice.randbytes(PAGE))


def cut_off(database, size, dice):
    with open(database, "r+b") as file:
        file.truncate(dice.randrange(1, size // PAGE) * PAGE)


def wipe_header(database, size, dice):
    overwrite(database, 0, bytes(dice.randrange(20, 100)))


KINDS = [zero_page, garble_page, cut_off, wipe_header]


def overwrite(path, offset, data):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def fate_of(desk, secret, truth, what):
    desk.secret = secret
    try:
        desk.start()
    except RuntimeError:
        said = desk.log_tail()
        expect("tributary.db" in said and "restore" in said, f"{what}: the refusal names no file or way out: {said[-600:]}")
        return "refused"
    try:
        found = seen(desk)
    except RuntimeError as trouble:
        expect(" 503 " in str(trouble) or " 500 " in str(trouble) or " 401 " in str(trouble),
               f"{what}: an unclear answer: {trouble}")
        return "answered"
    finally:
        desk.stop()
    expect(found == truth, f"{what}: wrong answers without a word: {sorted((found - truth) + (truth - found))[:5]}")
    return "right"


def blobs(folder, _size, seed, say=lambda line: None):
    """A file that is gone, cut or altered: its message is shown, its bytes are never served wrong."""
    with Scene(folder) as scene:
        large = LargeMailSender("large", scene.desk, scene.dovecot)
        scene.senders.append(large)
        for _ in range(3):
            text = large.next_text()
            large.attempt(text)
            wait_until(lambda text=text: scene.is_on_timeline(text), what=text)
        files = [path for path in (scene.desk.state / "blobs").rglob("*") if path.is_file()]
        expect(len(files) >= 3, f"only {len(files)} files")
        files[0].unlink()
        overwrite(files[1], 100, b"other bytes")
        with open(files[2], "r+b") as file:
            file.truncate(1000)
        refused = sum(refused_reads(scene.desk, item) for customer in scene.desk.items("/api/v1/customers")
                      for item in scene.desk.items(f"/api/v1/customers/{customer['id']}/timeline"))
        expect(refused >= 3, f"3 files are damaged, {refused} reads were refused")
        return {"damaged files": 3, "reads refused": refused, **scene.judge()}


def refused_reads(desk, item):
    """Of the item's original and its attachments; what is served must be what it was."""
    place = f"/api/v1/interactions/{item['id']}"
    refused = int(desk.get(f"{place}/raw").status != 200)
    for attachment in item["attachments"]:
        got = desk.get(f"{place}/attachments/{attachment['id']}")
        if got.status != 200:
            refused += 1
        else:
            expect(hashlib.sha256(got.body).hexdigest() == attachment["sha256"],
                   "bytes were served that are not the attachment's")
    return refused
