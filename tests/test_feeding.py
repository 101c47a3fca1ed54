# SPDX-License-Identifier: Apache-2.0
"""What is fed in odd ways, and processes that are ended one by one."""
import contextlib
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

import support
from compose import auth, mbox, report, report_mail, row, zipped


def numbered(i, rows=1):
    return report(report_id="r%d" % i, rows=[row(2) for _ in range(rows)])


class Case(support.Case):
    def many(self, n, folder="in", step=1, rows=1):
        for i in range(0, n, step):
            self.write("%s/%04d.xml" % (folder, i), numbered(i, rows))

    def children(self, parent, name):
        """The ids of the processes of that name that `parent` began."""
        found = []
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                lines = dict(line.split(":\t", 1) for line in
                             status.read_text().splitlines() if ":\t" in line)
            except (OSError, ValueError):
                continue
            if lines.get("PPid") == str(parent) and lines.get("Name") == name:
                found.append(int(status.parent.name))
        return found

    def child(self, process, name):
        for _ in range(500):
            found = self.children(process.pid, name)
            if found:
                return found[0]
            self.assertIsNone(process.poll(), "it ended before it began %s" % name)
            time.sleep(0.005)
        return self.fail("no %s" % name)

    def end(self, process, code, timeout=60):
        out, err = process.communicate(timeout=timeout)
        self.assertEqual(process.returncode, code, err)
        return out, err


class Streams(Case):
    def test_a_named_pipe(self):
        os.mkfifo(self.tmp / "pipe")
        run = self.start("ingest", "--json", "pipe", stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
        (self.tmp / "pipe").write_bytes(numbered(1))
        out, _ = self.end(run, 0)
        self.assertIn(b'"path":"pipe"', out)
        self.check_totals(1, 1, 2, 2)

    def test_an_interrupt_while_nothing_comes(self):
        os.mkfifo(self.tmp / "pipe")
        for path, stdin in (("-", subprocess.PIPE), ("pipe", subprocess.DEVNULL)):
            run = self.start("ingest", "--json", path, stdin=stdin,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.child(run, "postern-writer")
            run.send_signal(signal.SIGINT)
            run.wait(timeout=20)
            self.end(run, 75)

    def test_mails_are_told_as_they_come(self):
        run = self.start("ingest", "--json", "-", stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        both = mbox(report_mail(numbered(1)), report_mail(numbered(2)))
        cut = both.index(b"\nFrom ", 10) + 60
        run.stdin.write(both[:cut])
        run.stdin.flush()
        first = run.stdout.readline()
        self.assertIn(b'"report_id":"r1"', first)
        out, _ = run.communicate(both[cut:], timeout=60)
        self.assertIn(b'"report_id":"r2"', out)
        self.check_totals(2, 2, 4, 4)

    def test_standard_input_twice(self):
        outcomes, _ = self.ingest("-", "-", stdin=numbered(1))
        self.assertEqual(sorted((o["status"], o["reason"]) for o in outcomes),
                         [("new", None), ("refused", "it is empty")])

    def test_a_spool_that_finds_no_room(self):
        """A limit on the size of files, as mail servers set it for what they pipe to."""
        def allow_little():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        run = self.start("ingest", "-", preexec_fn=allow_little, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = run.communicate(b"x" * (3 << 20), timeout=60)
        self.assertEqual(run.returncode, 75, err)
        self.assertIn(b"standard input cannot be spooled", err)
        self.ingest("-", stdin=numbered(1))
        self.check_totals(1, 1, 2, 2)

    def test_standard_descriptors_that_are_closed(self):
        self.write("a.xml", numbered(1))

        def close_all():
            for fd in range(3):
                os.close(fd)

        run = self.start("ingest", "--quiet", "a.xml", preexec_fn=close_all)
        self.assertEqual(run.wait(timeout=60), 0)
        self.check_totals(1, 1, 2, 2)
        run = self.start("ingest", "-", preexec_fn=lambda: os.close(0),
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _, err = self.end(run, 66)
        self.assertIn(b"standard input cannot be read", err)


class Files(Case):
    def test_one_file_twice(self):
        self.write("a.xml", numbered(1))
        outcomes, summary = self.ingest("a.xml", "a.xml", "./a.xml")
        self.assertEqual(sorted(o["status"] for o in outcomes),
                         ["duplicate", "duplicate", "new"])
        self.assertEqual(summary["messages"], 2)

    def test_a_name_with_a_newline(self):
        self.write("in/a\nb.xml", numbered(1))
        outcomes, _ = self.ingest("in")
        self.assertEqual(outcomes[0]["path"], "in/a\nb.xml")

    def test_an_empty_file_and_an_empty_folder(self):
        self.write("in/empty", b"")
        (self.tmp / "none").mkdir()
        outcomes, summary = self.ingest("in", "none")
        self.assertEqual([o["reason"] for o in outcomes], ["it is empty"])
        self.assertEqual(summary["files"], 1)

    @unittest.skipIf(os.geteuid() == 0, "root reads every folder")
    def test_a_folder_that_cannot_be_read(self):
        self.many(2)
        (self.tmp / "in" / "shut").mkdir(mode=0)
        result = self.postern("ingest", "in", code=66)
        self.assertRegex(result.err, "in/shut cannot be read: Permission denied")
        self.check_totals(2, 2, 4, 4)

    def test_few_descriptors(self):
        self.many(400)

        def allow_few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))

        run = self.start("ingest", "--quiet", "in", "--jobs", 4, preexec_fn=allow_few,
                         stderr=subprocess.PIPE)
        self.end(run, 0)
        self.check_totals(400, 400, 800, 800)

    def test_more_jobs_than_items(self):
        self.many(3)
        for jobs in (1, 64):
            self.ingest("in", "--jobs", jobs)
        self.check_totals(3, 3, 6, 6)


class LongItems(Case):
    def test_an_archive_of_many_entries_alone(self):
        """More than are sorted without asking for memory."""
        outcomes, summary = self.ingest("-", stdin=zipped(
            *(("%d.xml" % i, numbered(i)) for i in range(300))))
        self.assertEqual(summary["new"], 300, outcomes[0])

    def test_a_commit_within_an_item(self):
        """Facets that differ, so that more than a group's bytes come by one item."""
        entries = [("%d.xml" % i, report(report_id="r%d" % i, rows=[
            row(2, "198.51.100.%d" % (k % 256),
                results=auth("dkim", "x%d-%d.example" % (i, k), "pass", "s" * 200))
            for k in range(300)])) for i in range(80)]
        path = self.write("a.zip", zipped(*entries))
        outcomes, summary = self.ingest("a.zip")
        self.assertEqual([o["status"] for o in outcomes], ["new"] * 80)
        self.check_totals(80, 24000, 48000, 48000)
        _, summary = self.ingest("a.zip")
        self.assertEqual(summary["duplicate"], 80)
        shown = self.postern("report", "show", outcomes[79]["id"], "--raw").raw
        self.assertTrue(shown == path.read_bytes())


class Ends(Case):
    def test_a_worker_that_is_killed_costs_nothing(self):
        self.many(600, rows=20)
        run = self.start("ingest", "--json", "in", "--jobs", 2, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
        os.kill(self.child(run, "postern-worker"), signal.SIGKILL)
        out, err = self.end(run, 0)
        self.assertNotIn(b'"refused",', out)
        self.check_totals(600, 12000, 24000, 24000)

    def test_a_reader_that_is_always_killed_leaves_its_item_for_the_next_run(self):
        self.write("long.xml", report(report_id="long", rows=[
            row(1, "198.51.%d.%d" % (k >> 8, k & 255)) for k in range(20000)]))
        run = self.start("ingest", "--json", "long.xml", "--jobs", 1,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while run.poll() is None:
            for worker in self.children(run.pid, "postern-worker"):
                # It may have gone, and been waited for, since it was listed.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
        out, _ = self.end(run, 0)
        self.assertRegex(out, b"killed, by the system or a person")
        outcomes, _ = self.ingest("long.xml")
        self.assertEqual([o["status"] for o in outcomes], ["new"])

    def test_the_writer_is_killed(self):
        self.many(1500, rows=20)
        run = self.start("ingest", "--quiet", "in", "--jobs", 2, stderr=subprocess.PIPE)
        writer = self.child(run, "postern-writer")
        self.child(run, "postern-worker")
        os.kill(writer, signal.SIGKILL)
        _, err = self.end(run, 75)
        self.assertIn(b"signal 9", err)
        self.ingest("in")
        self.check_totals(1500, 30000, 60000, 60000)

    def test_the_parent_is_killed_and_nobody_stays(self):
        self.many(1500, rows=20)
        run = self.start("ingest", "--quiet", "in", "--jobs", 2)
        others = [self.child(run, "postern-writer"), self.child(run, "postern-worker")]
        run.kill()
        run.wait(timeout=20)
        for _ in range(400):
            others = [p for p in others if self.is_running(p)]
            if not others:
                break
            time.sleep(0.05)
        self.assertEqual(others, [])
        self.ingest("in")
        self.check_totals(1500, 30000, 60000, 60000)

    @staticmethod
    def is_running(pid):
        try:
            stat = pathlib.Path("/proc/%d/stat" % pid).read_text()
        except OSError:
            return False
        return stat.rsplit(")", 1)[1].split()[0] not in "ZX"

    def test_nobody_reads_the_output_and_the_lock_is_free(self):
        """Known ones and new ones in turn, so that a group is open when it gets stuck."""
        self.many(2000, step=2)
        self.ingest("in")
        self.many(2000)
        stuck = self.start("ingest", "--json", "in", stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        self.child(stuck, "postern-writer")
        time.sleep(1.5)
        self.assertIsNone(stuck.poll())
        self.write("on.xml", numbered(9999))
        began = time.monotonic()
        self.ingest("on.xml")
        self.assertLess(time.monotonic() - began, 15)
        self.end(stuck, 0)
        self.check_totals(2001, 2001, 4002, 4002)
