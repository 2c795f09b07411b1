#!/usr/bin/env python3
"""The long version of tests/integration/test_kill.py.

    tests/torture.py [--kills 100] [--seed N]      TRIBUTARY_BIN names the binary
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from kill_run import KillRun  # noqa: E402


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=int(time.time()))
    chosen = options.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="tributary-torture-") as folder:
        run = KillRun(folder, chosen.kills, chosen.seed)
        try:
            verdict = run.run(lambda line: print(line, flush=True))
        finally:
            run.stop()
    print(json.dumps(verdict, indent=1))
    good = not any(verdict[key] for key in ("lost", "doubled", "strangers", "answers_unsent",
                                             "answers_twice_other_id")) and verdict["integrity"] == "ok"
    print(f"{chosen.kills} kills, {sum(verdict['sent'].values())} sent: "
          f"{len(verdict['lost'])} lost, {len(verdict['doubled'])} doubled")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
