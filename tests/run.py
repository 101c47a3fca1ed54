#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the program as a whole: tests/test_*.py.

    tests/run.py [--deep] [--jobs N] [PATTERN...]

A PATTERN chooses the tests whose name (test_file.Class.test_name) contains it. Modules
run two at a time, each in a process of its own; a module says TIMEOUT = SECONDS where it
needs more than 300. Prints `ok`, `FAIL` or `skip` with the name and the seconds, the
details of what failed, and last `N passed, N failed, N skipped`.
"""
import argparse
import concurrent.futures
import importlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
printing = threading.Lock()


class Reporter(unittest.TestResult):
    """Writes one JSON object for each test that ended."""

    def __init__(self, out):
        super().__init__()
        self.out, self.began, self.details, self.ended = out, 0.0, [], False

    def startTest(self, test):
        super().startTest(test)
        self.began, self.details, self.ended = time.monotonic(), [], False
        self._say(test, "start")

    def seconds(self):
        return time.monotonic() - self.began if self.began else 0

    def _say(self, test, what, detail=""):
        name = test.id() if hasattr(test, "id") else str(test)
        self.out.write(json.dumps({"name": name, "what": what, "detail": detail,
                                   "seconds": self.seconds()}) + "\n")
        self.out.flush()

    def _failed(self, test, err):
        self.details.append(self._exc_info_to_string(err, test))
        if not self.began:  # outside of a test: setUpClass, setUpModule
            self._say(test, "FAIL", self.details.pop())

    def addFailure(self, test, err):
        self._failed(test, err)

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.details.append(str(subtest) + "\n" + self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        self._say(test, "skip", reason)

    def addSuccess(self, test):
        self.ended = True

    def addUnexpectedSuccess(self, test):
        self.details.append("succeeded, and was expected to fail")

    def stopTest(self, test):
        if self.details:
            self._say(test, "FAIL", "\n".join(self.details))
        elif self.ended:
            self._say(test, "ok")
        self.began, self.details = 0.0, []


def flat(suite):
    for test in suite:
        yield from flat(test) if isinstance(test, unittest.TestSuite) else (test,)


def run_module(name, out, patterns):
    """In the child: runs one module's tests."""
    # An interrupt, so that what the module started is ended on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.path.insert(0, str(HERE))
    with open(out, "a", encoding="utf-8") as f:
        tests = flat(unittest.defaultTestLoader.loadTestsFromName(name))
        suite = unittest.TestSuite(
            t for t in tests if not patterns or any(p in t.id() for p in patterns)
            or "unittest.loader" in t.id())
        suite.run(Reporter(f))


def time_limit(path):
    said = re.search(r"^TIMEOUT = (\d+)", path.read_text(encoding="utf-8"), re.M)
    return int(said.group(1)) if said else 300


def wait_or_end(process, seconds):
    """True where it ended by itself; else it is asked to, and then made to."""
    try:
        process.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        process.terminate()
    for _ in range(200):
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)  # not yet reaped, so the group is still its own
    process.wait()
    return False


def show(outcome):
    tail = " (%.1f s)" % outcome["seconds"]
    if outcome["what"] == "skip":
        tail = " (skipped: %s)" % outcome["detail"].removeprefix("skipped: ")
    print("%-4s %s%s" % (outcome["what"], outcome["name"], tail), flush=True)
    if outcome["what"] == "FAIL":
        print("     " + outcome["detail"].rstrip().replace("\n", "\n     "), flush=True)


def supervise(path, patterns, folder):
    """Runs a module in a child and returns its outcomes, shown."""
    results, log = (os.path.join(folder, path.stem + end) for end in (".results", ".log"))
    limit = time_limit(path) * (10 if os.environ.get("POSTERN_DEEP") == "1" else 1)
    open(results, "w", encoding="utf-8").close()
    with open(log, "wb") as f:
        child = subprocess.Popen(
            [sys.executable, __file__, "--module", path.stem, "--out", results, *patterns],
            stdin=subprocess.DEVNULL, stdout=f, stderr=f, start_new_session=True)
        in_time = wait_or_end(child, limit)
    with open(results, encoding="utf-8") as f:
        lines = [json.loads(line) for line in f]
    outcomes = [o for o in lines if o["what"] != "start"]
    if not in_time or child.returncode != 0:
        ended = {o["name"] for o in outcomes}
        open_ = [o["name"] for o in lines if o["name"] not in ended]
        why = "ended with status %d" % child.returncode if in_time else \
            "was stopped after %d s" % limit
        with open(log, "rb") as f:
            said = f.read()[-4000:].decode("utf-8", "replace")
        outcomes.append({"name": (open_ or [path.stem])[-1], "what": "FAIL", "seconds": 0,
                         "detail": "the module %s\n%s" % (why, said)})
    with printing:
        for outcome in outcomes:
            show(outcome)
    return outcomes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--deep", action="store_true", help="the slow tests as well")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--module", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    args = parser.parse_args()
    if args.module:
        run_module(args.module, args.out, args.patterns)
        return 0
    if args.deep:
        os.environ["POSTERN_DEEP"] = "1"
    # The longest first, so that the two processes end together.
    modules = sorted(HERE.glob("test_*.py"), key=lambda p: (-time_limit(p), p.name))
    with tempfile.TemporaryDirectory(prefix="postern-run-") as folder, \
            concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        os.environ["TMPDIR"] = folder
        outcomes = sum(pool.map(lambda m: supervise(m, args.patterns, folder), modules), [])
    count = {w: sum(o["what"] == w for o in outcomes) for w in ("ok", "FAIL", "skip")}
    print("%d passed, %d failed, %d skipped" % (count["ok"], count["FAIL"], count["skip"]))
    return 1 if count["FAIL"] or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
