"""A mailbox is imported across kills and a UIDVALIDITY change (promises I2, I7, G8)."""

from import_run import ImportRun, is_good
from scene import expect


def an_import(folder, mails, seed, say=lambda line: None):
    run = ImportRun(folder, mails, kills=max(5, mails // 1_000), seed=seed)
    try:
        verdict = run.run(say)
    finally:
        run.stop()
    expect(is_good(verdict), str({name: value[:5] if isinstance(value, list) else value
                                  for name, value in verdict.items()}))
    return {"kills": run.kills, "sent": mails, "s": verdict["seconds"]}
