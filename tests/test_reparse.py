# SPDX-License-Identifier: Apache-2.0
"""Raw copies are read again: what was kept aside becomes a report, what reads otherwise is
replaced, totals stay exact, and personal data goes."""
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import unittest

import compose as c
import support

OLD = pathlib.Path(__file__).parent / "data" / "schema-1.db"
PERSONAL = (b"22-failure.eml", b"planted.local.part", b"planted subject", b"planted body", b"Planted Person",
            b"failure notice", b"arf-1@reporter", b"planted@acme")

FEEDBACK = b"""Feedback-Type: auth-failure
User-Agent: Secretagent.Name/1.0
Version: 1
Original-Mail-From: <secretsender@sender.example>
Original-Rcpt-To: <secretreader@reader.example>
Arrival-Date: Thu, 03 Jul 2025 10:00:00 +0000
Source-IP: 192.0.2.66
Reported-Domain: acme.example
Reported-URI: http://acme.example/secretpath
Auth-Failure: dmarc
Authentication-Results: mx.reporter.example (secretcomment); dmarc=fail
 header.from=acme.example; spf=fail smtp.mailfrom=secretsender@sender.example
Delivery-Result: secretresult
"""
SAMPLE = b"""From: Secretname <secretauthor@acme.example>
To: secretreader@reader.example
Subject: secretsubject
Message-ID: <secretid@acme.example>
Date: Thu, 03 Jul 2025 10:00:00 +0000

secretbody
"""


def failure_mail(**how):
    how.setdefault("subject", "FW: secretsubject")
    return c.mail(c.text("secretwords for a person\n"),
                  c.part(FEEDBACK, "message/feedback-report", "secretfile.txt",
                         encoding="7bit"),
                  c.part(SAMPLE, "message/rfc822", encoding="7bit"),
                  sender="secretreporter@reporter.example",
                  subtype="report; report-type=feedback-report", **how)


class Reparse(support.Case):
    def setUp(self):
        super().setUp()
        shutil.copy(OLD, self.db)

    def bytes_of_database(self):
        return b"".join(p.read_bytes() for p in sorted(self.tmp.glob("postern.db*")))

    def reparse(self, *more, code=0, **how):
        lines = self.postern("reparse", "--json", *more, code=code, **how).lines()
        return lines[:-1], lines[-1]["summary"]

    def kinds(self):
        db = sqlite3.connect(self.db)
        with db:
            found = dict(db.execute("SELECT kind, count(*) FROM book_report WHERE counted = 1 "
                                    "GROUP BY kind"))
        db.close()
        return found


class KeptAside(Reparse):
    def test_become_reports(self):
        before = self.bytes_of_database()
        for text in PERSONAL:
            self.assertIn(text, before)
        totals = self.totals()
        found, summary = self.reparse("--jobs", 1)
        read = [o for o in found if o["change"] == "read"]
        self.assertEqual(sorted((o["after"]["kind"], o["after"]["rows"],
                                 o["after"]["messages"], o["after"]["passed"])
                                for o in read),
                         [("failure", 1, 1, 0), ("tls", 1, 419, 412), ("tls", 1, 419, 412)])
        self.assertEqual({o["before"]["status"] for o in read}, {"aside"})
        self.assertEqual([o["change"] for o in found if o not in read],
                         ["same"] * (len(found) - 3))
        self.assertEqual([summary[n] for n in ("read", "changed", "kept", "rows")],
                         [3, 0, 0, 0])
        self.assertEqual(self.totals(), totals)
        self.postern("fsck", "--quiet")
        kinds = self.kinds()
        self.assertEqual((kinds[2], kinds[3]), (2, 1))
        # The second time there is nothing to do.
        _, summary = self.reparse()
        self.assertEqual(summary["read"] + summary["changed"] + summary["reason"], 0)

    def test_personal_data_goes(self):
        self.reparse()
        after = self.bytes_of_database()
        for text in PERSONAL:
            self.assertNotIn(text, after)
        self.assertIn(b"reporter.example", after)

    def test_kept_where_that_is_asked_for(self):
        self.reparse("--keep-failure-body")
        self.assertIn(b"planted body", self.bytes_of_database())

    def test_dry_run(self):
        before = self.postern("overview", "--json").out
        self.postern("fsck", "--quiet")  # brings the file to this form
        db = self.bytes_of_database()
        found, summary = self.reparse("--dry-run")
        self.assertEqual((summary["read"], summary["dry_run"]), (3, True))
        self.assertEqual(self.bytes_of_database(), db)
        self.assertEqual(self.postern("overview", "--json").out, before)
        text = self.postern("reparse", "--dry-run").out
        self.assertIn("nothing was changed", text)

    def test_dry_run_of_another_user(self):
        """It writes and takes it back: who may only read is told so."""
        self.db.chmod(0o444)
        self.tmp.chmod(0o755)
        who = {"user": 65534} if os.geteuid() == 0 else {}
        # From within its folder, for that user may not enter those above.
        run = self.start("--db", self.db.name, "reparse", "--dry-run", db=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, **who)
        _, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 75, err)
        self.assertIn(b"a dry run writes to the database too", err)
        self.assertIn("to be able to write",
                      " ".join(self.postern("help", "reparse").out.split()))

    def test_only_a_kind_or_what_arrived_lately(self):
        found, _ = self.reparse("--dry-run", "--kind", "failure")
        self.assertEqual([o["after"]["kind"] for o in found], ["failure"])
        found, _ = self.reparse("--dry-run", "--since", "2025-10-01")
        self.assertEqual(found, [])
        done = self.postern("reparse", "--kind", "letters", code=64)
        self.assertIn("a kind is", done.err)


class Stopped(Reparse):
    def stop(self, *options):
        """Stops it once something was told; what it says at last."""
        run = self.start("reparse", "--json", "--jobs", 1, *options, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
        run.stdout.readline()
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 75, err)
        return err.decode()

    def test_what_is_said(self):
        for i in range(3000):
            self.write("in/%04d.xml" % i, c.report(report_id="r%d" % i))
        self.ingest(self.tmp / "in")
        said = self.stop("--dry-run")
        self.assertIn("nothing was changed", said)
        self.assertNotIn("is in the database", said)
        said = self.stop()
        self.assertIn("begins at the first copy", said)
        self.assertNotIn("nothing was changed", said)


class Changed(Reparse):
    """As if an earlier reader had read otherwise."""

    def alter(self, *statements):
        db = sqlite3.connect(self.db)
        with db:
            for sql in statements:
                db.execute(sql)
        db.close()

    def ask(self, sql):
        db = sqlite3.connect(self.db)
        found = db.execute(sql).fetchall()
        db.close()
        return found

    def test_a_word(self):
        self.reparse()
        totals = self.totals()
        self.alter("UPDATE book_report SET org = 'Old Name' WHERE org = 'odd.example'")
        found, summary = self.reparse()
        changed = [o for o in found if o["change"] == "changed"]
        self.assertEqual(summary["changed"], 1)
        self.assertEqual((changed[0]["before"]["org"], changed[0]["after"]["org"]),
                         ("Old Name", "odd.example"))
        self.assertEqual(self.totals(), totals)

    def test_rows(self):
        """Its facts were another report's: totals follow to the message."""
        self.reparse()
        totals = self.totals()
        a, b = "reporter.example-0", "reporter.example-40"
        self.alter(
            "DELETE FROM facts_piece WHERE id >> 20 = (SELECT id FROM book_report WHERE "
            "report_id = '%s')" % a,
            "INSERT INTO facts_piece SELECT (SELECT id << 20 FROM book_report WHERE "
            "report_id = '%s') | (id & 1048575), bytes FROM facts_piece WHERE id >> 20 = "
            "(SELECT id FROM book_report WHERE report_id = '%s')" % (a, b))
        self.postern("fsck", "--mend", "--quiet")
        self.assertNotEqual(self.totals(), totals)
        found, summary = self.reparse()
        changed = [o for o in found if o["change"] == "changed"]
        self.assertEqual([(o["before"]["messages"], o["after"]["messages"])
                          for o in changed], [(151, 18)])
        self.assertEqual(summary["messages"], 18 - 151)
        self.assertEqual(self.totals(), totals)
        self.postern("fsck", "--quiet")

    def test_a_window_that_is_now_understood(self):
        self.reparse()
        days = self.postern("domain", "show", "beta.example", "--json").json()["days"]
        self.alter("UPDATE book_report SET first_day = first_day + 3 WHERE "
                   "report_id = 'reporter.example-88'")
        self.postern("fsck", "--mend", "--quiet")
        self.assertNotEqual(
            self.postern("domain", "show", "beta.example", "--json").json()["days"], days)
        _, summary = self.reparse()
        self.assertEqual(summary["changed"], 1)
        self.assertEqual(
            self.postern("domain", "show", "beta.example", "--json").json()["days"], days)
        self.postern("fsck", "--quiet")

    def test_a_report_that_was_incomplete_counts_once(self):
        """The complete one had been read as cut: it stood beside the one that is."""
        self.reparse()
        totals = self.totals()
        self.alter("UPDATE book_report SET complete = 0 WHERE report_id = "
                   "'reporter.example-5' AND complete = 1")
        _, summary = self.reparse()
        self.assertEqual(summary["changed"], 1)
        self.assertEqual(self.totals(), totals)
        self.postern("fsck", "--quiet")

    def test_what_today_is_refused_stays(self):
        """A report whose raw copy no longer holds it keeps what was read of it."""
        self.reparse()
        totals = self.totals()
        self.alter("UPDATE book_raw_piece SET codec = 0, bytes = x'6e6f', plain = 2 WHERE "
                   "id >> 20 = (SELECT raw FROM book_report WHERE report_id = "
                   "'reporter.example-1')")
        found, summary = self.reparse()
        self.assertEqual(summary["kept"], 1)
        kept = [o for o in found if o["change"] == "kept"]
        self.assertIn("the raw copy is damaged", kept[0]["after"]["reason"])
        self.assertEqual(self.totals(), totals)
        shown = self.postern("report", "show", "--json", kept[0]["id"]).json()
        self.assertEqual(len(shown["deliveries"]), 1)
        self.found_damaged(1)

    def found_damaged(self, n):
        f = self.postern("fsck", "--json", code=70).json()
        self.assertEqual((f["sound"], f["raw_damaged"], f["differ"]), (False, n, 0))
        self.assertEqual(self.postern("fsck", "--mend", "--json", code=70).json(),
                         dict(f, mended=False))

    def test_raw_copies_that_are_overwritten(self):
        """However they are packed: found, told apart from the rest, and never shown."""
        self.reparse()
        totals = self.totals()
        self.alter("UPDATE book_raw_piece SET bytes = zeroblob(length(bytes))")
        self.found_damaged(self.ask("SELECT count(*) FROM book_raw WHERE kept = 1")[0][0])
        text = " ".join(self.postern("fsck", code=70).out.split())
        self.assertIn("raw copies are not what came", text)
        self.assertIn("from the mailbox", text)
        before = self.bytes_of_database()
        found, summary = self.reparse()
        self.assertEqual((summary["changed"], summary["read"], summary["rows"]), (0, 0, 0))
        self.assertEqual({o["after"]["reason"] for o in found if o["after"]["reason"]},
                         {found[0]["after"]["reason"]})
        self.assertIn("damaged", found[0]["after"]["reason"])
        self.assertEqual(self.bytes_of_database(), before)
        self.assertEqual(self.totals(), totals)
        name = self.ask("SELECT lower(hex(sha)) FROM book_report WHERE kind = 1")[0][0]
        r = self.postern("report", "show", name, "--raw", code=65)
        self.assertEqual(r.out, "")
        self.assertIn("damaged", r.err)

    def test_what_is_refused_by_the_user_stays_so(self):
        """Its raw is known as refused, so that `domain add` has it read when it comes
        again."""
        self.postern("unassigned", "refuse", "foreign.example")
        self.write("two.eml", c.mail(
            c.text(), c.part(c.gz(c.report(domain="foreign.example")), name="a.xml.gz"),
            c.part(c.gz(c.report(domain="beta.example", report_id="two")),
                   name="b.xml.gz")))
        found, _ = self.ingest("two.eml")
        self.assertEqual([o["status"] for o in found], ["refused", "new"])
        self.alter("UPDATE book_report SET email = 'old@x.example' WHERE report_id = 'two'")
        refused = "SELECT status, refused_domain, reason FROM book_delivery WHERE " \
                  "refused_domain <> '' ORDER BY raw, seq"
        before = self.ask(refused)
        self.assertIn("foreign.example", [domain for _, domain, _ in before])
        found, summary = self.reparse()
        self.assertEqual((summary["changed"], summary["reason"]), (1, 0))
        self.assertEqual(self.ask(refused), before)

    def test_a_report_found_now_of_a_refused_domain(self):
        """It was not seen then: it is refused with the reason, and counts nowhere."""
        self.postern("unassigned", "refuse", "foreign.example")
        self.write("two.eml", c.mail(
            c.text(), c.part(c.gz(c.report(domain="foreign.example")), name="a.xml.gz"),
            c.part(c.gz(c.report(domain="beta.example", report_id="two")),
                   name="b.xml.gz")))
        self.ingest("two.eml")
        totals = self.totals()
        self.alter("DELETE FROM book_delivery WHERE refused_domain = 'foreign.example'")
        found, summary = self.reparse()
        new = [o for o in found if o["after"]["reason"] and "foreign" in o["after"]["reason"]]
        self.assertEqual([(o["change"], o["after"]["status"]) for o in new],
                         [("reason", "refused")])
        self.assertEqual(self.totals(), totals)
        self.assertEqual([domain for _, domain in self.ask(
            "SELECT status, refused_domain FROM book_delivery WHERE refused_domain = "
            "'foreign.example'")], ["foreign.example"])


class Mbox(support.Case):
    def test_what_an_mbox_quotes_stays_undone(self):
        """The raw copy of a mail holds no separator, and still is that of an mbox."""
        quoted = c.report([c.row(3)], report_id="quoted").replace(
            b"</feedback>", b"\nFrom here on nothing follows\n</feedback>")
        self.write("all.mbox", c.mbox(
            c.mail(c.part(quoted, type="text/xml", name="a.xml", encoding="8bit")),
            c.report_mail(c.report([c.row(2)], report_id="plain"))))
        self.assertEqual(self.ingest("all.mbox")[1]["new"], 2)
        before = self.totals()
        found = self.postern("reparse", "--json").lines()
        self.assertEqual([o["change"] for o in found[:-1]], ["same", "same"])
        self.assertEqual(self.totals(), before)
        # The same report in a mail of its own, where nothing is quoted, is known.
        self.assertEqual(self.ingest(self.write("a.xml", quoted))[1]["duplicate"], 1)


class Steps(Reparse):
    program = support.FAULTS

    def run_at_every_step(self, name, step):
        self.reparse()
        expected, kinds = self.totals(), self.kinds()
        n = 1
        while True:
            for path in self.tmp.glob("postern.db*"):
                path.unlink()
            shutil.copy(OLD, self.db)
            done = self.postern("reparse", "--quiet", "--jobs", 1, code=None,
                                env=self.env(**{name: n}))
            self.assertIn(done.code, (0, 75), done)
            self.postern("reparse", "--quiet")
            self.assertEqual((self.totals(), self.kinds()), (expected, kinds),
                             "%s=%d" % (name, n))
            self.postern("fsck", "--quiet")
            data = self.bytes_of_database()
            for text in PERSONAL:
                self.assertNotIn(text, data, "%s=%d" % (name, n))
            if done.code == 0:
                break
            n += step
        self.assertGreater(n, 30)

    def test_killed_at_every_step(self):
        self.run_at_every_step("POSTERN_KILL_AT", 1 if support.DEEP else 3)

    def test_a_full_disk(self):
        self.run_at_every_step("POSTERN_FULL_AT", 3 if support.DEEP else 11)


class Personal(support.Case):
    """A failure report leaves nothing of anybody."""

    def grep(self):
        data = b"".join(p.read_bytes() for p in sorted(self.tmp.glob("postern.db*")))
        return sorted({w for w in data.lower().split() if b"secret" in w})[:5]

    def test_nothing_is_kept(self):
        mail = failure_mail()
        box = c.mbox(mail, failure_mail(message_id="<secretother@reporter.example>"),
                     c.report_mail(c.report()))
        self.write("in/FW: secretsubject.eml", mail)
        self.write("all.mbox", box)
        found, summary = self.ingest("in", "all.mbox")
        self.assertEqual(sum("secretsubject" in o["path"] for o in found), 1)
        self.assertEqual(sorted((o["kind"], o["status"]) for o in found),
                         [("aggregate", "new"), ("failure", "duplicate"),
                          ("failure", "duplicate"), ("failure", "new")])
        self.assertEqual((summary["rows"], summary["messages"]), (2, 8))
        self.assertEqual(self.grep(), [])
        self.assertNotIn("secret", self.postern("report", "show", "--json",
                                                found[0]["id"]).out.lower())

    def test_nothing_of_what_is_refused(self):
        self.write("bad.eml", c.mail(
            c.text("secretwords\n"), c.part(b"secretnonsense\n", "message/feedback-report",
                                            encoding="7bit"),
            sender="secretreporter@reporter.example", subject="secretsubject",
            subtype="report; report-type=feedback-report"))
        found, _ = self.ingest("bad.eml")
        self.assertEqual([(o["kind"], o["status"]) for o in found], [("failure", "refused")])
        self.assertTrue(found[0]["reason"])
        self.assertEqual(self.grep(), [])

    def test_the_log_holds_nothing_while_it_is_written(self):
        """A reader keeps the write-ahead log from being emptied."""
        self.write("one.xml", c.report())
        self.ingest("one.xml")
        db = sqlite3.connect(self.db, isolation_level=None)
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM book_report").fetchall()
        self.write("one.eml", failure_mail())
        self.ingest("one.eml")
        self.assertTrue((self.tmp / "postern.db-wal").stat().st_size > 0)
        self.assertEqual(self.grep(), [])
        db.execute("COMMIT")
        db.close()

    def test_many_of_all_sizes_go(self):
        """Where rows are removed among others, SQLite moves their neighbours about."""
        rng = random.Random(5)
        for i in range(240):
            self.write("in/%03d.xml" % i, c.report(report_id="r%d" % i))
            self.write("in/%03d.eml" % i, failure_mail(
                message_id="<secretid%d@reporter.example>" % i,
                headers=["X-Pad: secretpad" + "p" * rng.randrange(3000)]).replace(
                    b"secretbody", b"secretbody %d " % i + b"b" * rng.randrange(9000)).replace(
                        b"<secretid@", b"<secretid%d@" % i))
        self.ingest("in", "--keep-failure-body")
        # As an earlier version left the deliveries and the paths.
        db = sqlite3.connect(self.db)
        with db:
            for n, (raw,) in enumerate(db.execute(
                    "SELECT DISTINCT raw FROM book_delivery WHERE kind = 3").fetchall()):
                db.execute("UPDATE book_delivery SET subject = ?, message_id = ?, path = ? "
                           "WHERE raw = ?",
                           ("secretsubject " + "s" * (n * 7 % 300), "secretid%d" % n,
                            "in/secretfile%d.eml" % n, raw))
                db.execute("UPDATE book_raw SET path = ? WHERE id = ?",
                           ("in/secretfile%d.eml" % n, raw))
        db.close()
        self.assertNotEqual(self.grep(), [])
        self.postern("reparse", "--quiet")
        self.assertEqual(self.grep(), [])
        self.postern("fsck", "--quiet")


if __name__ == "__main__":
    unittest.main()
