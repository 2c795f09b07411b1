#!/usr/bin/env python3
"""The long version of tests/integration/test_import.py: an import across kills and a UIDVALIDITY change.

    tests/torture_imap.py [--mails 50000] [--kills 50] [--seed N]      TRIBUTARY_BIN names the binary
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from import_run import ImportRun, is_good  # noqa: E402


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--mails", type=int, default=50_000)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=int(time.time()))
    chosen = options.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="tributary-import-") as folder:
        run = ImportRun(folder, chosen.mails, chosen.kills, chosen.seed)
        try:
            verdict = run.run(lambda line: print(line, flush=True))
        finally:
            run.stop()
    print(json.dumps({name: value[:20] if isinstance(value, list) else value for name, value in verdict.items()}, indent=1))
    print(f"{chosen.mails} mails, {chosen.kills} kills, {verdict['seconds']} s: "
          f"{len(verdict['lost'])} lost, {len(verdict['doubled'])} doubled")
    return 0 if is_good(verdict) else 1


if __name__ == "__main__":
    sys.exit(main())
