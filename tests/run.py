#!/usr/bin/env python3
"""Runs every test there is: unit (GoogleTest programs), integration (unittest), web (npm test).

Prints a line a suite, then what failed, and last `N passed, N failed, N skipped`.
"""

import argparse
import fnmatch
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTEGRATION = ROOT / "tests" / "integration"
# A suite that takes longer hangs; it is ended with everything it started.
TIME_LIMITS = {"unit": 300, "integration": 900, "web": 900}
# Of a suite's output in the report; the beginning tells as much as the end.
MAX_OUTPUT = 20_000


@dataclass
class Outcome:
    """What became of one suite. `failures` are (test, what it said)."""

    passed: int = 0
    skipped: int = 0
    failures: list = field(default_factory=list)


@dataclass
class Suite:
    name: str  # "unit/base", "integration/imap", "web"
    command: list
    read_report: callable  # (report file, output) -> Outcome
    directory: Path = ROOT

    @property
    def time_limit(self):
        return TIME_LIMITS[self.name.split("/")[0]]


def read_gtest(report, _output):
    outcome = Outcome()
    for suite in json.loads(report.read_text())["testsuites"]:
        for test in suite["testsuite"]:
            name = f"{suite['name']}.{test['name']}"
            if "failures" in test:
                outcome.failures.append((name, "\n".join(f["failure"] for f in test["failures"])))
            elif test["result"] == "COMPLETED":
                outcome.passed += 1
            else:
                outcome.skipped += 1
    return outcome


def read_unittest(report, _output):
    result = json.loads(report.read_text())
    return Outcome(result["passed"], result["skipped"], [tuple(f) for f in result["failures"]])


def read_tap(_report, output):
    """Test Anything Protocol; only the lines that stand at the margin, subtests are part of theirs."""
    outcome = Outcome()
    for line in output.splitlines():
        match = re.match(r"(not )?ok\b\s*\d*\s*-?\s*(.*)", line)
        if not match:
            continue
        if re.search(r"#\s*(SKIP|TODO)\b", line, re.IGNORECASE):
            outcome.skipped += 1
        elif match[1]:
            outcome.failures.append((match[2], ""))
        else:
            outcome.passed += 1
    return outcome


def unit_suites(build):
    for program in sorted((build / "tests").glob("test_*")):
        if program.is_file() and os.access(program, os.X_OK):
            name = "unit/" + program.name.removeprefix("test_")
            yield Suite(name, [str(program), "--gtest_output=json:{report}", "--gtest_color=no"], read_gtest)


def integration_suites():
    for module in sorted(INTEGRATION.glob("test_*.py")):
        name = "integration/" + module.stem.removeprefix("test_")
        command = [sys.executable, str(Path(__file__).resolve()), "--run-module", module.stem, "--report", "{report}"]
        yield Suite(name, command, read_unittest)


def web_suites():
    if (ROOT / "web" / "node_modules").is_dir():
        yield Suite("web", ["npm", "test", "--silent", "--", "--reporter=tap-flat"], read_tap, ROOT / "web")


class CountingResult(unittest.TextTestResult):
    """Counts tests, not subtests, and remembers what the failed ones said."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def summary(self):
        said = {}
        for test, text in self.failures + self.errors:
            said.setdefault(getattr(test, "test_case", test).id(), []).append(text)
        for test in self.unexpectedSuccesses:
            said[test.id()] = ["expected to fail, but passed"]
        failures = [(name, "\n".join(texts)) for name, texts in said.items()]
        skipped = len(self.skipped) + len(self.expectedFailures)
        return {"passed": self.passed, "skipped": skipped, "failures": failures}


def run_module(name, report):
    """The child's part: one integration module in a process of its own."""
    sys.path[:0] = [str(INTEGRATION), str(ROOT / "tests")]
    tests = unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(name))
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=CountingResult)
    result = runner.run(tests)
    Path(report).write_text(json.dumps(result.summary()))
    return 0 if result.wasSuccessful() else 1


def run_to_end(command, directory, time_limit):
    """Returns (output, exit code); the code is None when time ran out."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            code = child.wait(time_limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            # The group is the suite's own: whatever it left running goes with it.
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()
        output.seek(0)
        return output.read().decode("utf-8", "replace"), code


def shorten(text):
    if len(text) <= MAX_OUTPUT:
        return text
    half = MAX_OUTPUT // 2
    return f"{text[:half]}\n[… {len(text) - MAX_OUTPUT} characters left out …]\n{text[-half:]}"


def run_suite(suite):
    with tempfile.TemporaryDirectory(prefix="tributary-test-") as scratch:
        report = Path(scratch) / "report.json"
        command = [part.replace("{report}", str(report)) for part in suite.command]
        output, code = run_to_end(command, suite.directory, suite.time_limit)
        if code is None:
            reason = f"ended after {suite.time_limit} s"
            return Outcome(failures=[(suite.name, f"{reason}\n{shorten(output)}")])
        try:
            outcome = suite.read_report(report, output)
        except (OSError, ValueError, KeyError) as error:
            reason = f"exit code {code} and no report ({error})"
            return Outcome(failures=[(suite.name, f"{reason}\n{shorten(output)}")])
    # A program that says all is well and then crashes has failed.
    if code != 0 and not outcome.failures:
        outcome.failures.append((suite.name, f"exit code {code}\n{shorten(output)}"))
    elif outcome.failures and not any(text for _, text in outcome.failures):
        outcome.failures[0] = (outcome.failures[0][0], shorten(output))
    return outcome


def wanted(name, patterns):
    return not patterns or any(fnmatch.fnmatch(name, p) or p in name for p in patterns)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="PATTERN", action="append", help="suites whose name matches or contains it")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", help="build directory")
    parser.add_argument("--list", action="store_true", help="name the suites and stop")
    parser.add_argument("--run-module", help=argparse.SUPPRESS)
    parser.add_argument("--report", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run_module:
        return run_module(arguments.run_module, arguments.report)

    build = arguments.build.resolve()
    os.environ.setdefault("TRIBUTARY_BIN", str(build / "tributary"))
    suites = [*unit_suites(build), *integration_suites(), *web_suites()]
    suites = [suite for suite in suites if wanted(suite.name, arguments.only)]
    if arguments.list:
        print("\n".join(suite.name for suite in suites))
        return 0

    total = Outcome()
    for suite in suites:
        start = time.monotonic()
        outcome = run_suite(suite)
        seconds = time.monotonic() - start
        mark = "FAILED" if outcome.failures else "ok"
        print(
            f"{mark:7}{suite.name:28}{outcome.passed:5} passed {len(outcome.failures):3} failed"
            f" {outcome.skipped:3} skipped {seconds:7.1f} s",
            flush=True,
        )
        total.passed += outcome.passed
        total.skipped += outcome.skipped
        total.failures += [(f"{suite.name}: {name}", text) for name, text in outcome.failures]

    for name, text in total.failures:
        print(f"\n--- {name}\n{text.rstrip()}")
    if total.failures:
        print()
    print(f"{total.passed} passed, {len(total.failures)} failed, {total.skipped} skipped")
    # No test at all is a mistake in the call or the build, not a success.
    return 0 if total.passed and not total.failures else 1


if __name__ == "__main__":
    sys.exit(main())
