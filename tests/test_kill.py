# SPDX-License-Identifier: Apache-2.0
"""Killed at any step, an ingest loses nothing and counts nothing twice."""
import random
import signal
import subprocess
import time

import support
from compose import auth, gz, report, report_mail, row

TIMEOUT = 1500


def many(folder, n, rows, seed):
    """A deterministic mix of containers and conflicts in one folder."""
    rng = random.Random(seed)
    folder.mkdir()
    for i in range(n):
        body = report(
            org="reporter%d.example" % (i % 7), report_id="r%d" % i,
            domain="d%d.example" % (i % 5), begin=1790000000 + 86400 * (i % 9),
            rows=[row(rng.randrange(1, 9), "198.51.100.%d" % rng.randrange(256),
                      dkim=rng.choice(["pass", "fail"]), spf=rng.choice(["pass", "fail"]),
                      results=auth("dkim", "x.example", "pass", "s%d" % rng.randrange(4)))
                  for _ in range(rows)])
        name = "%05d" % i
        if i % 4 == 0:
            (folder / (name + ".xml")).write_bytes(body)
        elif i % 4 == 1:
            (folder / (name + ".gz")).write_bytes(gz(body))
        elif i % 4 == 2:
            (folder / (name + ".eml")).write_bytes(report_mail(body))
        else:
            # cut short first, whole later: one is superseded
            (folder / (name + "-a.gz")).write_bytes(gz(body)[:-30])
            (folder / (name + "-b.gz")).write_bytes(gz(body))


class Steps(support.Case):
    """The writer dies at its n-th step, for every n of a run over 50 reports."""
    program = support.FAULTS

    def leftovers(self):
        return sorted(p.name for p in self.tmp.iterdir() if p.name not in ("in", "data"))

    def run_killed_at(self, n):
        """True where the run ended by itself before step n."""
        done = self.postern("ingest", "--quiet", "in", "--jobs", 2, code=None,
                            env=self.env(POSTERN_KILL_AT=n))
        self.assertIn(done.code, (0, 75), done)
        return done.code == 0

    def test_every_step(self):
        many(self.tmp / "in", 40, 3, seed=1)
        self.ingest("in")
        expected = self.totals()
        self.assertEqual(self.leftovers(), ["postern.db"])
        n = 1
        while True:
            for path in self.tmp.glob("postern.db*"):
                path.unlink()
            ended = self.run_killed_at(n)
            self.ingest("in")
            self.assertEqual(self.totals(), expected, "after a kill at step %d" % n)
            self.postern("fsck", "--quiet")
            self.assertEqual(self.leftovers(), ["postern.db"], "step %d" % n)
            if ended:
                break
            n += 1
        self.assertGreater(n, 100, "so few steps cannot be all there are")

    def test_a_full_disk_at_every_tenth_step(self):
        many(self.tmp / "in", 12, 3, seed=2)
        self.ingest("in")
        expected = self.totals()
        n = 1
        while True:
            for path in self.tmp.glob("postern.db*"):
                path.unlink()
            done = self.postern("ingest", "--quiet", "in", code=None,
                                env=self.env(POSTERN_FULL_AT=n))
            self.assertIn(done.code, (0, 75), done)
            if done.code == 75:
                self.assertRegex(done.err, "full|space")
            self.ingest("in")
            self.assertEqual(self.totals(), expected, "full at step %d" % n)
            if done.code == 0:
                break
            n += 10
        self.assertGreater(n, 20)


class AtRandom(support.Case):
    """kill -9 of the whole group at random instants of a large run."""

    def test_whole_group(self):
        many(self.tmp / "in", 1500, 20, seed=3)
        began = time.monotonic()
        self.ingest("in", "--jobs", 2)
        seconds = time.monotonic() - began
        expected = self.totals()
        rng = random.Random(4)
        killed = 0
        for i in range(50 if support.DEEP else 10):
            for path in self.tmp.glob("postern.db*"):
                path.unlink()
            for _ in range(3):
                run = self.start("ingest", "--quiet", "in", "--jobs", 2,
                                 stderr=subprocess.DEVNULL)
                time.sleep(rng.uniform(0.01, seconds * 0.6))
                killed += run.poll() is None
                support.kill_group(run)
            self.ingest("in", "--jobs", 2)
            self.assertEqual(self.totals(), expected, "round %d" % i)
            self.postern("fsck", "--quiet")
            left = sorted(p.name for p in self.tmp.glob("*") if p.name not in ("in", "data"))
            self.assertEqual(left, ["postern.db"])
        self.assertGreater(killed, 10 if not support.DEEP else 50)

    def test_an_interrupt_is_clean_and_the_same_command_goes_on(self):
        many(self.tmp / "in", 1500, 20, seed=3)
        run = self.start("ingest", "--json", "in", "--jobs", 2, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
        for _ in range(40):
            run.stdout.readline()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 75, err)
        self.assertIn(b"same command", err)
        self.assertIn(b'"summary"', out)
        first = self.totals()["reports"]
        self.ingest("in")
        self.assertGreater(self.totals()["reports"], first)
        self.postern("fsck", "--quiet")

    def test_two_ingests_share_one_database(self):
        many(self.tmp / "in", 600, 10, seed=5)
        many(self.tmp / "on", 600, 10, seed=6)
        both = [self.start("ingest", "--quiet", d, stderr=subprocess.PIPE)
                for d in ("in", "on")]
        for run in both:
            _, err = run.communicate(timeout=120)
            self.assertEqual(run.returncode, 0, err)
        together = self.totals()
        self.db = self.tmp / "alone.db"
        self.ingest("in")
        self.ingest("on")
        self.assertEqual(self.totals(), together)
        self.postern("fsck", "--quiet")
