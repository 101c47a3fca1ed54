# SPDX-License-Identifier: Apache-2.0
"""What the test modules share: the programs, folders of their own, running and killing."""
import atexit
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "testdata"
DEEP = os.environ.get("POSTERN_DEEP") == "1"


def _program(variable, default):
    return pathlib.Path(os.environ.get(variable) or ROOT / default).resolve()


POSTERN = _program("POSTERN", "build/postern")
# The test build: caps divided by 1,024, a store that dies or fails at its n-th step.
FAULTS = _program("POSTERN_FAULTS", "build-faults/postern")

needs_shared = unittest.skipUnless(SHARED.is_dir(), "no shared test data")
needs_deep = unittest.skipUnless(DEEP, "only in make deep")

_groups = set()


def kill_group(process, sig=signal.SIGKILL):
    """Signals the process group of one that start() began, and waits for it. The group's
    number is that of a child which is not yet reaped, so that it cannot be another's."""
    if process.returncode is None:
        try:
            os.killpg(process.pid, sig)
        except ProcessLookupError:
            pass
    process.wait(timeout=60)
    _groups.discard(process)


@atexit.register
def _kill_groups():
    for process in list(_groups):
        kill_group(process)


def tree(pid):
    yield pid
    try:
        children = pathlib.Path("/proc/%d/task/%d/children" % (pid, pid)).read_text()
    except OSError:
        return
    for child in children.split():
        yield from tree(int(child))


def pss(pid):
    """Sum of Pss over a process and all that descend from it, in bytes."""
    total = 0
    for p in tree(pid):
        try:
            for line in open("/proc/%d/smaps_rollup" % p, encoding="ascii"):
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except OSError:
            pass
    return total


class Result:
    """How a run ended; text is bytes decoded leniently."""

    def __init__(self, args, code, out, err):
        self.args, self.code, self.raw = args, code, out
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)

    def lines(self):
        """The objects of an output with one on each line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def __repr__(self):
        return "%s\nexit %s\n--- out\n%s\n--- err\n%s" % (
            " ".join(map(str, self.args)), self.code, self.out[-4000:], self.err[-4000:])


class Case(unittest.TestCase):
    """A test with a folder and a database of its own, and no settings but its own."""

    maxDiff = 4000
    program = POSTERN

    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="postern-test-"))
        self.addCleanup(shutil.rmtree, self.tmp, ignore_errors=True)
        self.db = self.tmp / "postern.db"

    def env(self, **more):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("POSTERN") and k not in ("NO_COLOR", "COLUMNS")}
        env.update(HOME=str(self.tmp), XDG_DATA_HOME=str(self.tmp / "data"),
                   LC_ALL="C.UTF-8", TZ="UTC")
        env.update((k, str(v)) for k, v in more.items())
        return env

    def command(self, args, program=None, db=True):
        where = ["--db", str(self.db)] if db else []
        return [str(program or self.program), *map(str, args), *where]

    def bad_disk(self, suffix, at=0, **more):
        """The environment of a program that cannot read files of such a name from this byte
        on: tests/badread.c."""
        return self.env(LD_PRELOAD=FAULTS.parent / "badread.so", BAD_READ=suffix,
                        BAD_FROM=at, **more)

    def start(self, *args, program=None, db=True, env=None, **popen):
        """Starts the program as the leader of a process group; see kill_group()."""
        popen.setdefault("stdin", subprocess.DEVNULL)
        process = subprocess.Popen(self.command(args, program, db), cwd=self.tmp,
                                   env=env or self.env(), start_new_session=True, **popen)
        _groups.add(process)
        return process

    def run_postern(self, *args, program=None, db=True, env=None, stdin=b"", timeout=120):
        process = self.start(*args, program=program, db=db, env=env,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            self.fail("no end after %d s: %r" % (
                timeout, Result(process.args, "killed", out, err)))
        _groups.discard(process)
        return Result(process.args, process.returncode, out, err)

    def postern(self, *args, code=0, **how):
        """Runs the program and insists on its exit status (None: any)."""
        result = self.run_postern(*args, **how)
        if code is not None and result.code != code:
            self.fail("exit %s, not %s: %r" % (result.code, code, result))
        return result

    def ingest(self, *paths, code=0, **how):
        """Returns (the objects of the members, the summary)."""
        lines = self.postern("ingest", "--json", *paths, code=code, **how).lines()
        self.assertIn("summary", lines[-1])
        return lines[:-1], lines[-1]["summary"]

    def peak(self, *args):
        """KiB of the largest process of a run that succeeds."""
        # A process of its own: this one's memory would count for its children.
        measure = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
                   "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        done = subprocess.run([sys.executable, "-c", measure,
                               *self.command(["--quiet", *args])],
                              cwd=self.tmp, env=self.env(), check=True,
                              stdout=subprocess.PIPE)
        return int(done.stdout)

    def write(self, name, data):
        path = self.tmp / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def totals(self, *filters):
        return self.postern("overview", "--json", *filters).json()["totals"]

    def check_totals(self, reports, rows, messages, passed, *filters):
        """What overview says of all that counts; fsck must agree."""
        self.assertEqual(self.totals(*filters), {
            "reports": reports, "rows": rows, "messages": messages, "passed": passed,
            "failed": messages - passed})
        self.postern("fsck", "--quiet")


class Sampled(Case):
    """The greatest sampled sum of Pss over all processes, in bytes, by command."""

    def setUp(self):
        super().setUp()
        self.greatest = {}

    def start(self, *args, **how):
        process = super().start(*args, **how)

        def sample():
            while process.returncode is None:
                self.greatest[args[0]] = max(self.greatest.get(args[0], 0),
                                             pss(process.pid))
                time.sleep(0.005)
        thread = threading.Thread(target=sample, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        return process


def repairs(outcome):
    """The names of an outcome's repairs, sorted, each once."""
    return sorted({r["name"] for r in outcome["repairs"]})


def figures(outcome):
    return tuple(outcome[k] for k in ("rows", "messages", "passed"))
