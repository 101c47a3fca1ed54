# SPDX-License-Identifier: Apache-2.0
"""Retention: what is old goes by whole months, and what it counted stays, exactly."""
import calendar
import datetime
import random
import signal
import sqlite3
import subprocess
import time

import compose as c
import support

TIMEOUT = 1500
NOW = "2027-06-15"  # of 27 months: what lies before 2025-03 goes
ARRIVED = "2025-04-02"


def seconds(day):
    return calendar.timegm(datetime.date.fromisoformat(day).timetuple())


def a_report(day, rows=None, days=1, **how):
    """A report of so many days from that one on."""
    begin = seconds(day)
    how.setdefault("report_id", day)
    return c.report(rows, begin=begin, end=begin + days * c.DAY - 1, **how)


def rows(n, seed=0):
    rng = random.Random(seed)
    return [c.row(rng.randrange(1, 50), "198.51.%d.%d" % (i // 250, i % 250),
                  dkim=rng.choice(["pass", "fail"]),
                  results=c.auth("dkim", "x.example", "pass", "s%d" % (i % 7)))
            for i in range(n)]


class Retention(support.Case):
    def setUp(self):
        super().setUp()
        self.postern("client", "add", "Acme", "--domain", c.DOMAIN, "--raw",
                     "rua@msp.example", "--now", "2025-01-01")

    def enter(self, day, *more, now=ARRIVED, name=None, mail=True, **how):
        data = a_report(day, *more, **how)
        name = name or "%s-%s" % (day, how.get("domain", c.DOMAIN))
        found, _ = self.ingest(self.write(name, c.report_mail(data) if mail else data),
                               "--now", now)
        return found[0]

    def run_it(self, *options, now=NOW, code=0):
        """What it says in JSON."""
        return self.postern("retention", "--json", "--now", now, *options, code=code).json()

    def lines(self, answer):
        """{(month, kind, part): (reports, rows)}"""
        return {(m["month"], m["kind"], m["part"]): (m["reports"], m["rows"])
                for m in answer["months"]}

    def by_month(self, *filters):
        """What the totals of some months are, each asked for as a whole."""
        out = []
        for month in range(1, 13):
            last = calendar.monthrange(2025, month)[1]
            out.append(self.totals("--since", "2025-%02d-01" % month,
                                   "--until", "2025-%02d-%02d" % (month, last), *filters))
        return out

    def ask(self, sql):
        db = sqlite3.connect("file:%s?mode=ro" % self.db, uri=True)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()


class Months(Retention):
    def test_what_would_go(self):
        for day in ("2025-01-10", "2025-02-11", "2025-02-28", "2025-03-01"):
            self.enter(day)
        before = self.db.read_bytes()
        answer = self.run_it()
        self.assertEqual(self.lines(answer), {
            ("2025-01", "aggregate", "details"): (1, 2),
            ("2025-01", "aggregate", "raw"): (1, None),
            ("2025-02", "aggregate", "details"): (2, 4),
            ("2025-02", "aggregate", "raw"): (2, None)})
        self.assertFalse(answer["applied"])
        self.assertEqual([(a["age"], a["months"], a["from"]) for a in answer["ages"]], [
            ("facts", 27, "2025-03"), ("raw", 27, "2025-03"), ("failure", 3, "2027-03"),
            ("failure_body", 1, "2027-05")])
        self.assertEqual((answer["details"]["reports"], answer["raw"]["reports"]), (3, 3))
        self.assertEqual(self.db.read_bytes(), before)
        text = self.postern("retention", "--now", NOW).out
        self.assertIn("2025-02  rows of aggregate reports", text)
        self.assertIn("--apply", text)
        csv = self.postern("retention", "--csv", "--now", NOW).out.splitlines()
        self.assertEqual(csv[0], "month,kind,part,reports,rows,bytes")
        self.assertRegex(csv[1], r"^2025-01,aggregate,details,1,2,\d+$")

    def test_it_goes_and_the_totals_stay(self):
        for day in ("2025-01-10", "2025-02-11", "2025-02-28", "2025-03-01"):
            self.enter(day)
        totals, months, shown = self.totals(), self.by_month(), self.run_it()
        answer = self.run_it("--apply")
        self.assertTrue(answer["applied"])
        self.assertEqual(answer["months"], shown["months"])
        self.assertEqual(self.totals(), totals)
        self.assertEqual(self.by_month(), months)
        self.assertEqual(self.by_month("--result", "fail")[1]["messages"], 6)
        self.postern("fsck", "--quiet")
        self.assertEqual(self.ask("SELECT count(*) FROM facts_piece"), [(1,)])
        self.assertEqual(self.ask("SELECT count(*) FROM book_raw_piece"), [(1,)])
        self.assertEqual(self.lines(self.run_it("--apply")), {})
        self.assertIn("Nothing is old enough", self.postern("retention", "--now", NOW).out)

    def test_what_comes_again_is_known(self):
        data = a_report("2025-01-10")
        self.ingest(self.write("a.eml", c.report_mail(data)), "--now", ARRIVED)
        self.run_it("--apply")
        totals, held = self.totals(), self.ask("SELECT count(*) FROM facts_piece")
        for name, again in (("a.eml", c.report_mail(data)), ("b.gz", c.gz(data)),
                            ("c.zip", c.zipped(("r.xml", data)))):
            found, summary = self.ingest(self.write(name, again), "--now", NOW)
            self.assertEqual((found[0]["status"], summary["rows"]), ("duplicate", 0))
        self.assertEqual(self.totals(), totals)
        self.assertEqual(self.ask("SELECT count(*) FROM facts_piece"), held)
        self.assertEqual(self.ask("SELECT count(*) FROM book_raw_piece"), [(0,)])
        self.assertEqual(self.lines(self.run_it()), {})
        self.postern("fsck", "--quiet")

    def test_a_window_over_two_months(self):
        """It goes with its last month, and leaves each what it had."""
        self.enter("2025-01-28", rows(30, 1), days=9)
        self.enter("2025-02-25", rows(30, 2), days=9)
        months = self.by_month()
        self.assertTrue(all(m["messages"] for m in months[:3]))
        answer = self.run_it("--apply")
        self.assertEqual(self.lines(answer), {
            ("2025-02", "aggregate", "details"): (1, 30),
            ("2025-02", "aggregate", "raw"): (1, None)})
        self.assertEqual(self.by_month(), months)
        self.postern("fsck", "--quiet")
        self.run_it("--apply", now="2027-07-01")
        self.assertEqual(self.by_month(), months)
        self.postern("fsck", "--quiet")

    def test_a_part_of_a_month_is_not_known(self):
        self.enter("2025-01-10")
        self.enter("2025-01-20")
        self.run_it("--apply")
        since = ["--since", "2025-01-15"]
        o = self.postern("overview", "--json", *since).json()
        self.assertEqual(o["totals"]["messages"] + o["totals"]["reports"], 0)
        self.assertEqual(o["details_from"], "2025-02-01")
        self.assertIn("Before 2025-02-01", self.postern("overview", *since).out)
        for options, cut in ((since, True), (["--until", "2025-01-15"], True),
                             (["--since", "2025-01-01"], False), ([], False),
                             (["--until", "2025-01-31"], False),
                             (["--since", "2024-12-15", "--until", "2025-02-15"], False)):
            for ask in (["overview"], ["domain", "show", c.DOMAIN],
                        ["client", "show", "Acme"]):
                with self.subTest(options=options, ask=ask):
                    words = " ".join(self.postern(*ask, *options).out.split())
                    self.assertEqual("missing in the figures above" in words, cut)
                    self.assertNotIn("none matches", words)
        # the reports themselves are listed all the same
        listed = self.postern("reports", "--json", *since).json()
        self.assertEqual((listed["all"], len(listed["reports"])), (1, 1))
        self.assertIsNone(self.postern("overview", "--json", "--since", "2025-02-01")
                          .json()["details_from"])

    def test_how_it_is_shown(self):
        r = self.enter("2025-01-10")
        self.enter("2025-03-05")
        self.run_it("--apply")
        d = self.postern("domain", "show", "--json", c.DOMAIN).json()
        self.assertEqual(d["details_from"], "2025-02-01")
        self.assertEqual((d["first_day"], d["last_day"]), ("2025-01-01", "2025-03-05"))
        self.assertEqual([x["day"] for x in d["days"]], ["2025-03-05"])
        self.assertEqual((d["totals"]["reports"], d["totals"]["messages"]), (2, 16))
        self.assertEqual(sum(x["messages"] for x in d["sources"]), 8)
        self.assertEqual(d["reporters"][0]["reports"], 2)
        shown = self.postern("report", "show", "--json", r["id"]).json()
        self.assertEqual(shown["rows"], [])
        self.assertTrue(shown["report"]["sealed"] and shown["report"]["counted"])
        self.assertEqual(shown["report"]["messages"], 8)
        self.assertEqual(shown["meta"]["report_id"], "2025-01-10")
        text = self.postern("report", "show", r["id"]).out
        self.assertIn("(sealed)", text)
        self.assertIn("`postern retention` removed it", text)
        gone = self.postern("report", "show", r["id"], "--raw", code=66)
        self.assertIn("removed by `postern retention` on 2027-06-15", gone.err)

    def alter(self, sql):
        with sqlite3.connect(self.db) as db:
            db.execute(sql)
        db.close()

    def test_what_fsck_says_of_sealed_months(self):
        """They are looked at; where they differ nothing is mended, and nothing says so."""
        self.enter("2025-01-10")
        self.enter("2025-02-11")
        self.run_it("--apply")
        text = " ".join(self.postern("fsck").out.split())
        self.assertIn("0 reports, 0 rows", text)
        self.assertIn("2 sealed months of domains", text)
        self.assertEqual(self.postern("fsck", "--json").json()["sealed_months"], 2)
        totals = self.totals()
        self.alter("UPDATE book_month SET messages = messages + 1")
        for options in ((), ("--mend",), ("--mend",)):
            text = " ".join(self.postern("fsck", *options, code=70).out.split())
            self.assertIn("nothing makes these totals anew", text)
            self.assertIn("of 1 domain.", text)
            self.assertNotRegex(text, "differs?,|was written anew|writes anew|all sums agree")
            f = self.postern("fsck", "--json", *options, code=70).json()
            self.assertEqual((f["differ"], f["sealed_differ"], f["mended"]), (0, 1, False))
            self.assertEqual(self.totals(), totals)

    def test_a_sum_beside_sealed_months_is_mended(self):
        self.enter("2025-01-10")
        self.enter("2025-02-11")
        self.run_it("--apply")
        totals = self.totals()
        self.alter("UPDATE facts_month SET messages = messages + 1")
        self.assertIn("was written anew", self.postern("fsck", "--mend").out)
        self.assertEqual(self.totals(), totals)
        self.postern("fsck", "--quiet")

    def test_space_is_given_back(self):
        for i in range(8):
            self.enter("2025-01-%02d" % (i + 1), rows(4000, i), mail=False)
        size = self.db.stat().st_size
        answer = self.run_it("--apply")
        self.assertEqual(answer["file_before"], size)
        self.assertEqual(answer["file_after"], self.db.stat().st_size)
        self.assertLess(answer["file_after"], size / 2)
        self.assertFalse(answer["wal_busy"])
        self.postern("fsck", "--quiet")


class Ages(Retention):
    def test_whole_months(self):
        """Of 3 months the current one stays, and three before it."""
        self.enter("2025-01-31")
        for now, goes in (("2025-04-30", 0), ("2025-05-01", 1)):
            answer = self.run_it("--facts", "3", "--raw", "3", now=now)
            self.assertEqual(answer["details"]["reports"], goes, now)
            self.assertEqual(answer["raw"]["reports"], goes, now)

    def test_each_has_its_own(self):
        r = self.enter("2025-01-10")
        self.run_it("--apply", "--facts", "0", "--raw", "1")
        self.assertEqual(len(self.postern("report", "show", "--json", r["id"])
                             .json()["rows"]), 2)
        self.postern("report", "show", r["id"], "--raw", code=66)
        r = self.enter("2025-01-11")
        self.run_it("--apply", "--facts", "1", "--raw", "0")
        raw = self.postern("report", "show", r["id"], "--raw").raw
        self.assertEqual(raw, (self.tmp / ("2025-01-11-" + c.DOMAIN)).read_bytes())
        self.assertEqual(self.postern("report", "show", "--json", r["id"]).json()["rows"], [])
        self.postern("fsck", "--quiet")

    def test_settings(self):
        self.enter("2025-01-10")
        env = self.env(POSTERN_RETENTION_FACTS=40, POSTERN_RETENTION_RAW=0)
        answer = self.postern("retention", "--json", "--now", NOW, env=env).json()
        self.assertEqual((answer["months"], answer["ages"][1]["from"]), ([], None))
        conf = self.write("postern.conf", "retention.facts = 28\nretention.raw = 28\n")
        answer = self.postern("retention", "--json", "--now", NOW, "--config", conf).json()
        self.assertEqual([m["month"] for m in answer["months"]], ["2025-01"] * 2)
        self.postern("retention", "--facts", "x", code=64)
        self.postern("retention", "--facts", "1201", code=64)

    def test_what_was_no_report_goes_by_its_arrival(self):
        dtd = c.swap(a_report("2020-01-01"), "<feedback>", "<!DOCTYPE feedback><feedback>")
        self.ingest(self.write("bad.xml", dtd), "--now", ARRIVED)
        self.assertEqual(self.lines(self.run_it(now="2027-07-15")), {})
        answer = self.run_it("--apply", now="2027-08-01")
        self.assertEqual(self.lines(answer), {("2025-04", "aggregate", "raw"): (1, None)})
        found, _ = self.ingest("bad.xml", "--now", "2027-08-01")
        self.assertEqual(found[0]["status"], "refused")

    def test_a_raw_stays_while_one_of_its_reports_is_young(self):
        both = c.zipped(("a.xml", a_report("2025-01-10")), ("b.xml", a_report("2025-03-10")))
        self.ingest(self.write("both.zip", both), "--now", ARRIVED)
        self.assertEqual(self.lines(self.run_it("--apply")), {
            ("2025-01", "aggregate", "details"): (1, 2)})
        self.assertEqual(self.lines(self.run_it("--apply", now="2027-07-01")), {
            ("2025-03", "aggregate", "details"): (1, 2),
            ("2025-03", "aggregate", "raw"): (1, None)})


class Others(Retention):
    """Clients, what nobody owns, what is not counted, what comes late."""

    def test_one_client(self):
        self.postern("client", "add", "Other", "--domain", "other.example", "--raw",
                     "rua@msp.example", "--now", "2025-01-01")
        self.enter("2025-01-10")
        self.enter("2025-01-10", domain="other.example")
        self.enter("2025-01-10", domain="nobody.example")
        totals = self.totals()
        answer = self.run_it("--apply", "--client", "acme")
        self.assertEqual(self.lines(answer), {
            ("2025-01", "aggregate", "details"): (1, 2),
            ("2025-01", "aggregate", "raw"): (1, None)})
        sealed = {r["domain"]: r["sealed"]
                  for r in self.postern("reports", "--json").json()["reports"]}
        self.assertEqual(sealed, {c.DOMAIN: True, "other.example": False,
                                  "nobody.example": False})
        self.assertEqual(self.run_it("--client", "unassigned")["details"]["reports"], 1)
        self.run_it("--apply")
        self.assertEqual(self.totals(), totals)
        self.postern("fsck", "--quiet")
        self.postern("retention", "--client", "Nobody", "--now", NOW, code=66)

    def test_a_client_without_reports(self):
        self.enter("2025-01-10", domain="nobody.example")
        self.assertEqual(self.lines(self.run_it("--client", "Acme")), {})

    def test_late_for_a_sealed_month(self):
        self.enter("2025-01-10")
        self.run_it("--apply")
        late = self.enter("2025-01-11", now="2027-06-10")
        self.assertEqual(late["status"], "new")
        months = self.by_month()
        self.assertEqual(months[0]["reports"], 2)
        self.postern("fsck", "--quiet")
        self.assertEqual(self.lines(self.run_it("--apply")), {
            ("2025-01", "aggregate", "details"): (1, 2),
            ("2025-01", "aggregate", "raw"): (1, None)})
        self.assertEqual(self.by_month(), months)
        self.assertEqual(self.ask("SELECT reports, row_n FROM book_month"), [(2, 4)])
        self.postern("fsck", "--quiet")

    def test_a_whole_one_late_for_a_sealed_part(self):
        """Nobody can compare them any more: both count, and that is shown."""
        whole = a_report("2025-01-10")
        cut = self.ingest(self.write("cut.gz", c.gz(whole)[:-30]), "--now", ARRIVED)[0][0]
        self.run_it("--apply")
        late = self.ingest(self.write("whole.gz", c.gz(whole)), "--now", NOW)[0][0]
        self.assertEqual(late["status"], "conflict")
        shown = self.postern("report", "show", "--json", late["id"]).json()
        self.assertEqual([r["id"] for r in shown["conflicts"]], [cut["id"]])
        self.assertEqual(self.totals()["rows"], cut["rows"] + late["rows"])
        self.postern("fsck", "--quiet")

    def test_superseded_ones_go_too(self):
        whole = a_report("2025-01-10", rows(200))
        self.ingest(self.write("cut.gz", c.gz(whole)[:-200]), "--now", ARRIVED)
        self.ingest(self.write("whole.gz", c.gz(whole)), "--now", ARRIVED)
        totals = self.totals()
        self.assertEqual(self.run_it("--apply")["details"]["reports"], 2)
        self.assertEqual(self.totals(), totals)
        self.assertEqual(self.ask("SELECT count(*) FROM facts_piece"), [(0,)])
        self.assertEqual(self.ask("SELECT reports FROM book_month"), [(1,)])
        self.postern("fsck", "--quiet")

    def test_refusing_what_is_sealed(self):
        self.enter("2025-01-10", domain="nobody.example")
        self.enter("2025-03-10", domain="nobody.example")
        self.run_it("--apply")
        r = self.postern("unassigned", "refuse", "--json", "nobody.example").json()
        self.assertEqual((r["reports"], r["sealed"]), (1, 1))
        self.assertEqual(self.totals()["reports"], 1)
        self.postern("fsck", "--quiet")
        # what was sealed uncounted stays so
        self.run_it("--apply", now="2028-01-01")
        self.postern("domain", "add", "nobody.example", "--client", "Acme")
        self.assertEqual(self.totals()["reports"], 1)
        self.postern("fsck", "--quiet")

    def test_the_upkeep_of_what_nobody_owns(self):
        """It removes reports; of sealed ones there is nothing left to remove."""
        self.enter("2025-01-10", domain="nobody.example", now="2027-06-01")
        self.enter("2027-05-10", domain="nobody.example", now="2027-06-01")
        self.run_it("--apply")
        self.enter("2027-10-10", now="2027-10-15")
        listed = self.postern("reports", "--json", "--domain", "nobody.example").json()
        self.assertEqual([r["sealed"] for r in listed["reports"]], [True])
        self.postern("fsck", "--quiet")

    def test_a_retired_client(self):
        self.enter("2025-01-10")
        self.postern("client", "retire", "Acme")
        totals = self.totals()
        self.assertEqual(self.run_it("--apply")["details"]["reports"], 1)
        self.assertEqual(self.totals(), totals)


class Clock(Retention):
    """A clock that runs ahead would take all there is."""

    def test_ahead(self):
        self.enter("2020-01-10", now="2020-02-01")
        before = self.db.read_bytes()
        self.assertIn("2020-02-01", self.postern("retention").err)
        r = self.postern("retention", "--apply", code=78)
        self.assertIn("nothing was removed", r.err)
        self.assertIn("--now", r.err)
        self.assertEqual(self.db.read_bytes(), before)
        self.assertIsNotNone(self.postern("retention", "--json").json()["clock"])
        self.run_it("--apply")
        self.assertEqual(self.ask("SELECT count(*) FROM facts_piece"), [(0,)])

    def test_behind(self):
        self.enter("2090-01-10", now="2090-02-01")
        r = self.postern("retention", "--apply", code=78)
        self.assertIn("2090-02-01", r.err)

    def test_right(self):
        self.enter("2025-01-10", now=datetime.date.today().isoformat())
        self.assertEqual(self.postern("retention", "--json", "--apply").json()["clock"], None)

    def test_nothing_yet(self):
        self.postern("retention", "--apply")


class Many(Retention):
    """A database that takes a while."""

    def fill(self, n=400, per=60):
        folder = self.tmp / "in"
        folder.mkdir()
        for i in range(n):
            day = "2025-%02d-%02d" % (1 + i % 2, 1 + i % 28)
            data = a_report(day, rows(per, i), report_id="r%d" % i,
                            domain="d%d.example" % (i % 9), days=1 + 11 * (i % 7 == 0))
            (folder / ("%d.xml" % i)).write_bytes(data)
        self.postern("client", "add", "Many", *[w for i in range(9) for w in (
            "--domain", "d%d.example" % i)], "--raw", "rua@msp.example")
        self.ingest("in", "--now", ARRIVED)

    def test_interrupted(self):
        self.fill(1500)
        totals, months = self.totals(), self.by_month()
        stopped = 0
        for i in range(12):
            run = self.start("retention", "--apply", "--json", "--now", NOW,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.02 + 0.02 * i)
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=60)
            self.assertIn(run.returncode, (0, 75, -signal.SIGINT), err)
            if run.returncode == 75:
                stopped += 1
                self.assertIn(b"the same command goes on", err)
                self.assertIn(b'"interrupted":true', out)
            self.assertEqual(self.totals(), totals)
            self.postern("fsck", "--quiet")
        self.run_it("--apply")
        self.assertEqual(self.by_month(), months)
        self.assertEqual(self.lines(self.run_it()), {})
        self.postern("fsck", "--quiet")
        self.assertGreater(stopped, 0)

    def test_beside_an_ingest(self):
        self.fill()
        more = self.tmp / "more"
        more.mkdir()
        for i in range(300):
            (more / ("%d.xml" % i)).write_bytes(a_report(
                "2025-02-%02d" % (1 + i % 28), rows(40, 1000 + i), report_id="m%d" % i,
                domain="d%d.example" % (i % 9)))
        both = [self.start("ingest", "--quiet", "more", "--now", ARRIVED),
                self.start("retention", "--apply", "--quiet", "--now", NOW)]
        for run in both:
            self.assertEqual(run.wait(timeout=120), 0)
        self.postern("fsck", "--quiet")
        totals = self.totals()
        self.assertEqual(totals["reports"], 700)
        self.assertEqual(totals["rows"], 400 * 60 + 300 * 40)
        self.run_it("--apply")
        self.assertEqual(self.totals(), totals)
        self.postern("fsck", "--quiet")


class Steps(Retention):
    """It ends at its n-th step, for every n of a small run."""
    program = support.FAULTS

    def fill(self):
        folder = self.tmp / "in"
        folder.mkdir()
        for i in range(12):
            data = a_report("2025-%02d-%02d" % (1 + i % 3, 25), rows(5, i), days=1 + i % 9,
                            report_id="r%d" % i, domain="d%d.example" % (i % 3))
            (folder / ("%d.eml" % i)).write_bytes(c.report_mail(data))
        self.ingest("in", "--now", ARRIVED)
        self.whole = self.tmp / "whole.db"
        self.whole.write_bytes(self.db.read_bytes())

    def at_every_step(self, fault, codes, every=1):
        self.fill()
        totals, months = self.totals(), self.by_month()
        self.run_it("--apply")
        left = self.ask("SELECT count(*) FROM book_report WHERE sealed = 0")
        raws = self.ask("SELECT count(*) FROM book_raw WHERE kept = 1")
        size = self.db.stat().st_size
        self.assertEqual(self.by_month(), months)
        n = 1
        while True:
            for path in self.tmp.glob("postern.db*"):
                path.unlink()
            self.db.write_bytes(self.whole.read_bytes())
            done = self.postern("retention", "--apply", "--quiet", "--now", NOW, code=None,
                                env=self.env(**{fault: n}))
            self.assertIn(done.code, codes, done)
            self.assertEqual(self.totals(), totals, "%s=%d" % (fault, n))
            self.postern("fsck", "--quiet")
            self.run_it("--apply")
            self.assertEqual(self.by_month(), months, "%s=%d" % (fault, n))
            self.postern("fsck", "--quiet")
            self.assertEqual(self.ask("SELECT count(*) FROM book_report WHERE sealed = 0"),
                             left)
            self.assertEqual(self.ask("SELECT count(*) FROM book_raw WHERE kept = 1"), raws)
            self.assertEqual(self.db.stat().st_size, size)
            if done.code == 0:
                break
            n += every
        self.assertGreater(n, 40, "so few steps cannot be all there are")

    def test_killed(self):
        self.at_every_step("POSTERN_KILL_AT", (0, -signal.SIGKILL))

    def test_full(self):
        self.at_every_step("POSTERN_FULL_AT", (0, 75))
