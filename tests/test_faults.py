# SPDX-License-Identifier: Apache-2.0
"""What machines do to a database: a disk that is full, files that cannot be written, a lock
that somebody holds, a database that is deleted or replaced, a clock that jumps. Each ends
with a sentence and an exit status, and the same command loses nothing once the fault is
gone."""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import time
import unittest

import support
from compose import mbox, report, report_mail, row

NOBODY = 65534
DAY = 86400
NOON = 1790035200  # 2026-09-22 00:00:00 UTC


def numbered(i, rows=1):
    return report(report_id="r%d" % i, domain="d%d.example" % (i % 3), begin=NOON - 9 * DAY,
                  end=NOON - 8 * DAY,
                  rows=[row(2, "198.51.%d.%d" % (k >> 8 & 255, k & 255)) for k in range(rows)])


class Faults(support.Case):
    def many(self, first, n, rows=1):
        folder = self.tmp / "in"
        folder.mkdir(exist_ok=True)
        for i in range(first, first + n):
            (folder / ("%05d.xml" % i)).write_bytes(numbered(i, rows))
        return folder


@unittest.skipUnless(os.geteuid() == 0, "needs root to mount a small disk")
class FullDisk(Faults):
    def setUp(self):
        super().setUp()
        self.disk = self.tmp / "disk"
        self.disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", self.disk],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.db = self.disk / "postern.db"

    def resize(self, size):
        subprocess.run(["mount", "-o", "remount,size=" + size, self.disk], check=True)

    def test_a_disk_that_fills_up_and_then_has_room(self):
        self.many(0, 1000, rows=80)
        self.resize("2m")
        done = self.postern("ingest", "--json", "in", code=75)
        self.assertIn("the disk is full; make room, then run the same command again",
                      done.err)
        self.assertLess(self.totals()["reports"], 1000)
        # What the summary says is what is kept.
        summary = done.lines()[-1]["summary"]
        self.assertGreater(summary["rows"], 0)
        self.assertEqual([summary[k] for k in ("new", "rows", "messages")],
                         [self.totals()[k] for k in ("reports", "rows", "messages")])
        self.resize("64m")
        self.ingest("in")
        self.check_totals(1000, 80000, 160000, 160000)

    def test_questions_on_a_full_disk(self):
        self.many(0, 20)
        self.ingest("in")
        filler = os.open(self.disk / "filler", os.O_CREAT | os.O_WRONLY)
        with self.assertRaises(OSError):
            while True:
                os.write(filler, b"x" * 4096)
        os.close(filler)
        for words in (("overview",), ("domain", "show", "d1.example"), ("reports",)):
            with self.subTest(words=words):
                done = self.postern(*words, code=75)
                self.assertIn("the disk is full; make room", done.err)
        (self.disk / "filler").unlink()
        self.check_totals(20, 20, 40, 40)

    def test_other_commands_that_write(self):
        """Room for the WAL's index, and not for what retention has to write."""
        self.many(0, 300, rows=20)
        self.resize("64m")
        self.ingest("in")
        before = self.totals()
        used = sum(p.stat().st_size for p in self.disk.iterdir()) // 1024
        self.resize("%dk" % (used + 64))
        done = self.postern("retention", "--apply", "--now", "2040-01-01", code=75)
        self.assertIn("the disk is full; make room, then run the same command again",
                      done.err)
        self.assertEqual(self.totals(), before)
        self.resize("64m")
        self.postern("retention", "--apply", "--now", "2040-01-01")
        self.assertEqual(self.totals(), before)
        self.postern("fsck", "--quiet")


@unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
class ReadOnly(Faults):
    """As a user who may read the database and no more."""

    def as_nobody(self, *args):
        return subprocess.run(
            [self.mine, *args, "--db", self.db], user=NOBODY, group=NOBODY, extra_groups=[],
            cwd="/", env=self.env(HOME="/nonexistent"), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60)

    def setUp(self):
        super().setUp()
        self.many(0, 20)
        self.ingest("in")
        self.many(20, 1)
        self.mine = self.tmp / "postern"
        shutil.copy(self.program, self.mine)
        for path in (self.tmp, self.tmp.parent):
            path.chmod(0o755)
        self.db.chmod(0o444)

    def test_who_only_reads_may_ask(self):
        done = self.as_nobody("overview", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"reports":20', done.stdout.replace(" ", ""))

    def test_who_only_reads_cannot_write(self):
        before = self.db.read_bytes()
        for words in (("ingest", self.tmp / "in"), ("client", "add", "Acme"),
                      ("retention", "--apply"), ("reparse",)):
            with self.subTest(words=words):
                done = self.as_nobody(*words)
                self.assertEqual(done.returncode, 75, done.stdout + done.stderr)
                self.assertIn("read-only for this user", done.stderr)
        self.assertEqual(self.db.read_bytes(), before)


class Locked(Faults):
    def test_a_lock_that_is_held_for_long_and_then_given_back(self):
        self.many(0, 10)
        self.ingest("in")
        self.many(10, 300)
        lock = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("BEGIN IMMEDIATE")
        run = self.start("ingest", "--quiet", "in", stderr=subprocess.PIPE)
        time.sleep(3)
        self.assertIsNone(run.poll(), "it waits")
        self.assertEqual(self.totals()["reports"], 10)
        lock.execute("COMMIT")
        _, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0, err)
        self.check_totals(310, 310, 620, 620)

    def test_somebody_reads_all_the_time(self):
        """A reader's snapshot keeps the WAL, and nothing else."""
        self.many(0, 10)
        self.ingest("in")
        reader = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        self.assertEqual(reader.execute("SELECT count(*) FROM book_report").fetchone(), (10,))
        self.many(10, 300)
        self.ingest("in")
        self.assertEqual(reader.execute("SELECT count(*) FROM book_report").fetchone(), (10,))
        reader.execute("COMMIT")
        self.check_totals(310, 310, 620, 620)


    def test_replaced_while_somebody_waits_for_its_lock(self):
        """Who waited has the old file's lock. To an empty one no WAL belongs: the new one's
        would be removed."""
        self.many(0, 20)
        self.ingest("in")
        new = self.db.read_bytes()
        self.db.write_bytes(b"")
        lock = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("PRAGMA journal_mode=MEMORY")
        lock.execute("BEGIN EXCLUSIVE")
        self.many(20, 10)
        run = self.start("ingest", "--quiet", self.tmp / "in" / "00025.xml",
                         stderr=subprocess.PIPE)
        time.sleep(1)
        self.assertIsNone(run.poll(), "it waits")
        os.replace(self.write("new.db", new), self.db)
        reader = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        self.assertEqual(reader.execute("SELECT count(*) FROM book_report").fetchone(), (20,))
        self.ingest(self.write("more.xml", numbered(500)))
        self.assertTrue(pathlib.Path("%s-wal" % self.db).exists(), "what is new is in it")
        lock.execute("ROLLBACK")
        _, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 75, err)
        self.assertIn(b"the database was replaced or removed", err)
        self.assertTrue(pathlib.Path("%s-wal" % self.db).exists(), "it is not the waiter's")
        self.check_totals(21, 21, 42, 42)
        reader.execute("COMMIT")
        reader.close()
        self.check_totals(21, 21, 42, 42)


class Gone(Faults):
    """The file goes while an ingest from a pipe is half through."""

    def half_way(self):
        """An ingest that has told of 50 mails and waits for more."""
        mails = [report_mail(numbered(i)) for i in range(100)]
        self.first, self.second = mbox(*mails[:51]), mbox(*mails[51:])
        run = self.start("ingest", "--json", "-", stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        run.stdin.write(self.first)
        run.stdin.flush()
        for _ in range(50):
            self.assertIn(b'"new"', run.stdout.readline())
        return run

    def ends(self, run):
        out, err = run.communicate(self.second, timeout=60)
        self.assertEqual(run.returncode, 75, (out, err))
        self.assertIn(b"the database was replaced or removed while it was in use; run the "
                      b"same command again", err)
        self.assertNotIn(b'"status":"new"', out, "nothing is told that is not kept")

    def all_of_it(self):
        self.postern("ingest", "--quiet", "-", stdin=self.first + self.second)
        self.check_totals(100, 100, 200, 200)

    def test_deleted(self):
        run = self.half_way()
        for path in self.tmp.glob("postern.db*"):
            path.unlink()
        self.ends(run)
        self.all_of_it()

    def test_replaced(self):
        other = self.tmp / "other"
        other.mkdir()
        mine, self.db = self.db, other / "postern.db"
        self.ingest(self.write("other.xml", numbered(500)))
        content, self.db = self.db.read_bytes(), mine
        run = self.half_way()
        for path in self.tmp.glob("postern.db-*"):
            path.unlink()
        os.replace(other / "postern.db", self.db)
        self.ends(run)
        self.assertEqual(self.db.read_bytes(), content)
        self.postern("ingest", "--quiet", "-", stdin=self.first + self.second)
        self.check_totals(101, 101, 202, 202)

    def test_the_folder_went_with_it(self):
        folder = self.tmp / "data"
        folder.mkdir()
        self.db = folder / "postern.db"
        run = self.half_way()
        shutil.rmtree(folder)
        self.ends(run)
        self.all_of_it()


class Clock(Faults):
    """Years back and years ahead: what is asked is what was reported, and no report is too
    old or too new because of when it was read."""

    def seen(self):
        """All that does not depend on what time it is."""
        reports = self.postern("reports", "--json").json()["reports"]
        return self.totals(), sorted(r["id"] for r in reports)

    def test_back_and_ahead(self):
        for first, days in ((0, 0), (30, -800), (60, 10)):
            self.ingest(self.many(first, 30), "--now", "@%d" % (NOON + days * DAY))
        self.check_totals(90, 90, 180, 180)
        seen = self.seen()
        self.assertEqual(len(seen[1]), 90)
        # Read once more, at whatever time: nothing new.
        for now in ("@0", "@%d" % (NOON - 3000 * DAY), "@%d" % (NOON + 20 * DAY)):
            self.assertEqual(self.ingest("in", "--now", now)[1]["new"], 0)
            for words in (("overview",), ("domain", "show", "d1.example"), ("fsck",)):
                self.postern(*words, "--now", now)
            self.assertEqual(self.seen(), seen)

    def test_nothing_is_old_to_a_clock_that_is_behind(self):
        self.ingest(self.many(0, 30), "--now", "@%d" % NOON)
        seen = self.seen()
        for now in ("@0", "@%d" % (NOON - 3000 * DAY), "@%d" % NOON):
            done = self.postern("retention", "--apply", "--json", "--now", now)
            self.assertEqual(done.json()["months"], [])
            self.assertEqual(self.seen(), seen)

