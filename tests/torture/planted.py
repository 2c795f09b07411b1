"""Does this harness see anything? Six faults are planted, one at a time, in a copy of the sources; each must be found.

A fault is an exact replacement in one file: when the code has moved on, planting fails and says so.
"""

import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass

from scene import Broken

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TREE = ROOT / "build" / "planted"


@dataclass
class Fault:
    name: str
    file: str
    sound: str
    spoilt: str
    scenario: str  # that must break


FAULTS = [
    Fault("acknowledged before the commit", "src/store/writer.cpp",
          "        if (connection_->is_in_transaction()) connection_->commit();\n",
          "        finish(batch);\n        if (connection_->is_in_transaction()) connection_->commit();\n", "kills-slow-disk"),
    Fault("no unique key", "src/store/interactions.cpp",
          "    if (claimed > 0) return std::nullopt;\n    return find_ledger_entry(tx, connector, dedupe_key);\n",
          "    (void)claimed;\n    return std::nullopt;\n", "syscalls"),
    Fault("synchronous = NORMAL", "src/store/sqlite.cpp", "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL",
          "power"),
    Fault("the cursor in a transaction of its own", "src/desk/host.cpp",
          "    const Timestamp now = house_.clock.now();\n    std::vector<Receipt> receipts;\n    bool is_undigestible = false;\n",
          "    const Timestamp now = house_.clock.now();\n    std::vector<Receipt> receipts;\n    bool is_undigestible = false;\n"
          "    if (cursor) {\n        auto first = [&](Tx& tx) { set_cursor(tx, rules_.connector, *cursor, now); };\n"
          "        co_await house_.store.write(first);\n    }\n", "syscalls"),
    Fault("a swallowed exception", "src/store/writer.cpp",
          "            if (!job.error) job.error = std::make_exception_ptr(failure);\n", "            (void)job;\n",
          "write-fails"),
    Fault("a lost outbox row", "src/store/outbox.cpp", "UPDATE delivery SET is_begun = 1\n",
          "UPDATE delivery SET is_begun = 1, state = 2\n", "syscalls"),
]


def all_faults(folder, _size, seed, say=lambda line: None):
    copy_tree()
    for number, fault in enumerate(FAULTS):
        say(f"planting {number + 1}/{len(FAULTS)}: {fault.name}")
        binary = build_with(fault)
        found = breaks(fault, binary, seed)
        if not found:
            raise Broken(f"not found: {fault.name} ({fault.scenario} passed)")
        say(f"{fault.name}: {found}")
        print(f"       found: {fault.name}: {found}", flush=True)
    return {"planted faults": len(FAULTS), "found": len(FAULTS)}


def copy_tree():
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in files.decode().split("\0"):
        if name and (ROOT / name).is_file():
            refresh(ROOT / name, TREE / name)
    for path in (ROOT / "web" / "dist").rglob("*"):
        if path.is_file():
            refresh(path, TREE / path.relative_to(ROOT))


def refresh(source, copy):
    """Untouched where equal, so that only what changed is built again."""
    if not copy.exists() or copy.read_bytes() != source.read_bytes():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)


def build_with(fault):
    file = TREE / fault.file
    whole = file.read_text()
    if whole.count(fault.sound) != 1:
        raise RuntimeError(f"{fault.name}: {fault.file} no longer has the lines it replaces; mend tests/torture/planted.py")
    file.write_text(whole.replace(fault.sound, fault.spoilt))
    try:
        for command in (["cmake", "--preset", "release"],
                        ["cmake", "--build", "--preset", "release", "--target", "tributary"]):
            done = subprocess.run(command, cwd=TREE, capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeError(f"{fault.name} does not build:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        binary = TREE / f"tributary-{FAULTS.index(fault)}"
        shutil.copy(TREE / "build" / "release" / "tributary", binary)
    finally:
        file.write_text(whole)
    return binary


def breaks(fault, binary, seed):
    """What the scenario said, or None when it noticed nothing."""
    runner = [sys.executable, str(ROOT / "tests" / "torture" / "run.py"), fault.scenario]
    for more in (["--seed", str(seed)], ["--seed", str(seed + 1)], ["--full"]):
        done = subprocess.run(runner + more, env={**os.environ, "TRIBUTARY_BIN": str(binary)}, capture_output=True, text=True)
        if done.returncode != 0:
            break
    else:
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    said = lines[0].split(" s  ", 1)[-1] if lines else done.stdout[-300:]
    # Only a loss or a doubling counts; that something else went wrong is no proof.
    if not any(word in said for word in ("lost:", "doubled:", "unsent:")):
        raise Broken(f"{fault.name}: it failed for another reason: {said}")
    return said
