# SPDX-License-Identifier: Apache-2.0
"""TLS reports: what the commands say of them, and what they leave as it was."""
import csv
import io
import sqlite3

import compose as c
import support
import terminal

NOW = "2025-07-20"
LISTS = ("policies", "results", "mx", "senders", "faults", "reporters")


def expired(sessions, **more):
    return c.tls_detail("certificate-expired", sessions, **more)


class Tls(support.Case):
    def setUp(self):
        super().setUp()
        self.postern("client", "add", "Acme", "--raw", "rua@msp.example", "--domain",
                     "example.com", "--parked-domain", "parked.example", "--now", NOW)
        self.postern("domain", "add", "quiet.example", "--client", "Acme", "--now", NOW)

    def read(self, *reports, **how):
        """Ingests TLS reports, each a list of policies or its whole bytes."""
        for i, report in enumerate(reports):
            data = report if isinstance(report, bytes) else c.tls_report(
                report, report_id="t-%d" % i, begin=c.BEGIN + i * c.DAY)
            self.write("in/%d.json" % i, data)
        found = self.ingest(self.tmp / "in", "--now", NOW, **how)[0]
        return sorted(found, key=lambda o: o["path"])

    def ask(self, *words, **how):
        return self.postern(*words, "--json", "--now", NOW, **how).json()

    def fill(self):
        """Three days of one domain: testing, then enforce with an expired certificate."""
        other = c.tls_report([c.tls_policy(kind="no-policy-found", mode="", succeeded=3)],
                             org="Other", report_id="o-1")
        return self.read(
            [c.tls_policy(mode="testing", succeeded=100)],
            [c.tls_policy(succeeded=60, failed=40, details=[
                expired(25), expired(5, sending="2001:db8::5"),
                c.tls_detail("starttls-not-supported", 10, mx="mx2.example.com",
                             receiving=None)])],
            [c.tls_policy(succeeded=90, failed=10, details=[expired(4)])], other)


class Ingest(Tls):
    def test_outcome(self):
        two = [c.tls_policy(succeeded=5, failed=2), c.tls_policy("other.example", "tlsa", ""),
               c.tls_policy(kind="no-policy-found", mode="", succeeded=1)]
        o = self.read(two)[0]
        self.assertEqual((o["kind"], o["status"], o["domain"], o["domains"]),
                         ("tls", "new", "example.com", ["example.com", "other.example"]))
        self.assertEqual(support.figures(o), (3, 18, 16))
        self.assertEqual((o["org"], o["report_id"], o["begin"], o["end"], o["reason"]),
                         ("Sender Inc.", "t-0", c.BEGIN, c.BEGIN + c.DAY - 1, None))
        # Only TLS reports have that key.
        o = self.ingest(self.write("a.xml", c.report()))[0][0]
        self.assertNotIn("domains", o)

    def test_totals_are_of_aggregate_reports(self):
        self.fill()
        self.check_totals(0, 0, 0, 0)
        summary = self.ingest(self.write("a.xml", c.report()))[1]
        self.assertEqual((summary["rows"], summary["messages"], summary["passed"]), (2, 8, 5))
        self.check_totals(1, 2, 8, 5)

    def test_text(self):
        path = self.write("a.json", c.tls_report(
            [c.tls_policy(succeeded=1200, failed=4), c.tls_policy("b.example")]))
        out = self.postern("ingest", path).out
        self.assertIn("Among them 1 TLS report, which the totals leave out.", out)
        # One with the same key and other content is told as it comes.
        path = self.write("b.json", c.tls_report(
            [c.tls_policy(succeeded=1200, failed=4), c.tls_policy("b.example", succeeded=0)]))
        out = self.postern("ingest", path).out.replace("\n            ", " ")
        self.assertRegex(out, r"conflict .*TLS report [0-9a-f]+ of Sender Inc\. about "
                         r"example\.com, b\.example; 2 policies, 1,204 sessions, 4 failed")

    def test_once(self):
        data = c.tls_report()
        found = self.ingest(self.write("a.json", data), self.write("b.json.gz", c.gz(data)),
                            self.write("c.eml", c.tls_mail(data)))[0]
        self.assertEqual(sorted(o["status"] for o in found), ["duplicate"] * 2 + ["new"])
        self.assertEqual(self.ask("tls", "example.com")["totals"]["sessions"], 10)


class Show(Tls):
    def test_sums(self):
        self.fill()
        t = self.ask("tls", "example.com")
        self.assertEqual(t["totals"], {"reports": 4, "sessions": 303, "succeeded": 253,
                                       "failed": 50})
        self.assertEqual((t["first_day"], t["last_day"]), ("2025-07-01", "2025-07-03"))
        self.assertEqual([(d["day"], d["succeeded"], d["failed"]) for d in t["days"]],
                         [("2025-07-01", 103, 0), ("2025-07-02", 60, 40),
                          ("2025-07-03", 90, 10)])
        self.assertEqual([(p["type"], p["mode"], p["reports"], p["succeeded"], p["failed"])
                          for p in t["policies"]],
                         [("sts", "enforce", 2, 150, 50), ("sts", "testing", 1, 100, 0),
                          ("no-policy-found", None, 1, 3, 0)])
        self.assertEqual(t["policies"][0]["policy"][1], "mode: enforce")
        self.assertEqual(t["policies"][0]["mx"], ["mx.example.com"])
        self.assertEqual([(r["org"], r["reports"], r["sessions"], r["failed"])
                          for r in t["reporters"]],
                         [("Sender Inc.", 3, 300, 50), ("Other", 1, 3, 0)])

    def test_what_failed(self):
        self.fill()
        t = self.ask("tls", "example.com")
        self.assertEqual([(r["result"], r["type"], r["sessions"], r["reports"],
                           r["first_day"], r["last_day"]) for r in t["results"]],
                         [("certificate-expired", "sts", 34, 2, "2025-07-02", "2025-07-03"),
                          ("starttls-not-supported", "sts", 10, 1, "2025-07-02",
                           "2025-07-02")])
        self.assertIn("expired", t["results"][0]["what"])
        for r in t["results"]:
            self.assertTrue(r["owner"] and r["mend"])
        self.assertEqual([(m["mx"], m["result"], m["sessions"]) for m in t["mx"]],
                         [("mx.example.com", "certificate-expired", 34),
                          ("mx2.example.com", "starttls-not-supported", 10)])
        self.assertEqual([(s["sending"], s["result"], s["sessions"]) for s in t["senders"]],
                         [("192.0.2.10", "certificate-expired", 29),
                          ("192.0.2.10", "starttls-not-supported", 10),
                          ("2001:db8::5", "certificate-expired", 5)])
        self.assertEqual(len(t["faults"]), 3)
        self.assertIsNone(t["faults"][1]["receiving"])
        # The third report says of four of its ten failed sessions how they failed.
        self.assertEqual(t["unexplained"], 6)
        out = self.postern("tls", "example.com").out
        self.assertIn("Of another 6 failed sessions the reports do not say how.", out)
        self.assertLess(out.index("certificate-expired under sts: 34 sessions"),
                        out.index("starttls-not-supported under sts: 10 sessions"))

    def test_filters(self):
        self.fill()
        t = self.ask("tls", "example.com", "--since", "2025-07-02", "--until", "2025-07-02")
        self.assertEqual((t["totals"]["reports"], t["totals"]["failed"]), (1, 40))
        self.assertEqual(len(t["days"]), 1)
        t = self.ask("tls", "example.com", "--limit", "1")
        for name in LISTS:
            self.assertEqual(len(t[name]), 1, name)
        self.assertEqual((t["results_all"], t["faults_all"], t["policies_all"]), (2, 3, 3))
        out = self.postern("tls", "example.com", "--since", "2025-07-10").out
        self.assertIn("none of the days asked for", out)

    def test_csv(self):
        self.fill()
        rows = list(csv.DictReader(io.StringIO(
            self.postern("tls", "example.com", "--csv").out)))
        self.assertEqual([(r["result"], r["sessions"], r["receiving"]) for r in rows],
                         [("certificate-expired", "29", "192.0.2.20"),
                          ("starttls-not-supported", "10", ""),
                          ("certificate-expired", "5", "192.0.2.20")])

    def test_subdomains_are_owned(self):
        """Under DANE the policy domain may be the MX host."""
        self.read([c.tls_policy("mx.example.com", "tlsa", "", 3, 1, [
            c.tls_detail("tlsa-invalid")])], [c.tls_policy()])
        t = self.ask("tls", "example.com")
        self.assertEqual([(p["domain"], p["type"], p["mode"]) for p in t["policies"]],
                         [("mx.example.com", "tlsa", "enforce"),
                          ("example.com", "sts", "enforce")])
        self.assertEqual(t["totals"]["sessions"], 14)
        t = self.ask("tls", "mx.example.com")
        self.assertEqual((t["client"], t["totals"]["sessions"]), ("Acme", 4))

    def test_unknown_words(self):
        self.read([c.tls_policy(kind="future-policy", mode="", failed=2, details=[
            c.tls_detail("future-failure", 2)])])
        t = self.ask("tls", "example.com")
        self.assertEqual(t["policies"][0]["type"], "future-policy")
        self.assertEqual(t["results"][0]["result"], "future-failure")
        self.assertTrue(t["results"][0]["mend"])


class Nothing(Tls):
    def test_record_to_publish(self):
        t = self.ask("tls", "quiet.example")
        self.assertEqual([(r["name"], r["type"], r["value"]) for r in t["records"]],
                         [("_smtp._tls.quiet.example", "TXT",
                           "v=TLSRPTv1; rua=mailto:rua@msp.example")])
        self.assertEqual((t["totals"]["reports"], t["first_day"], t["policies"]),
                         (0, None, []))
        out = self.postern("tls", "quiet.example").out
        self.assertIn("No TLS report names quiet.example", out)
        self.assertIn('_smtp._tls.quiet.example. IN TXT "v=TLSRPTv1; '
                      'rua=mailto:rua@msp.example"', out)
        self.assertIn("_smtp._tls.quiet.example", self.postern(
            "domain", "show", "quiet.example", "--records").out)

    def test_no_record(self):
        self.assertIn("parked", self.postern("tls", "parked.example").out)
        self.assertEqual(self.ask("tls", "parked.example")["records"], [])
        self.ingest(self.write("a.xml", c.report(domain="nobody.example")))
        self.assertIn("no client owns it", self.postern("tls", "nobody.example").out)

    def test_errors(self):
        self.assertIn("nothing is known", self.postern("tls", "x.example", code=66).err)
        self.postern("tls", "", code=64)
        self.postern("tls", "example.com", "--client", "Acme", code=64)
        self.postern("tls", "--client", "Nobody", code=66)

    def test_list(self):
        out = self.postern("tls").out
        self.assertIn("No TLS report matches.", out)
        self.assertIn("2 sending domains of clients have no TLS reports", out)


class Domains(Tls):
    def fill_all(self):
        self.fill()
        self.write("in/8.json", c.tls_report(
            [c.tls_policy("foreign.example", succeeded=1, failed=99, details=[
                c.tls_detail("certificate-not-trusted", 99)]),
             c.tls_policy("quiet.example", succeeded=7)], report_id="t-8"))
        self.write("in/9.json", c.tls_report([c.tls_policy("mx.example.com"),
                                              c.tls_policy()], report_id="t-9"))
        self.ingest(self.tmp / "in", "--now", NOW)

    def test_worst_first(self):
        self.fill_all()
        t = self.ask("tls")
        self.assertEqual([(d["domain"], d["group"], d["reports"], d["failed"], d["type"],
                           d["mode"], d["result"], d["result_sessions"])
                          for d in t["domains"]],
                         [("foreign.example", "unassigned", 1, 99, "sts", "enforce",
                           "certificate-not-trusted", 99),
                          ("example.com", "client", 5, 50, "sts", "enforce",
                           "certificate-expired", 34),
                          ("quiet.example", "client", 1, 0, "sts", "enforce", None, 0)])
        self.assertEqual((t["domains_all"], t["silent"]), (3, 0))
        self.assertEqual(len(self.ask("tls", "--limit", "1")["domains"]), 1)

    def test_filters(self):
        self.fill_all()
        t = self.ask("tls", "--client", "acme")
        self.assertEqual([d["domain"] for d in t["domains"]], ["example.com", "quiet.example"])
        t = self.ask("tls", "--client", "unassigned")
        self.assertEqual([d["domain"] for d in t["domains"]], ["foreign.example"])
        t = self.ask("tls", "--since", "2025-07-02")
        self.assertEqual([(d["domain"], d["failed"]) for d in t["domains"]],
                         [("example.com", 50)])
        self.assertEqual(t["silent"], 1)
        # quiet.example has reports, only not of these days.
        self.assertNotIn("what to publish", self.postern("tls", "--since", "2025-07-02").out)
        self.postern("client", "add", "New", "--domain", "new.example", "--raw",
                     "rua@msp.example")
        self.assertIn("1 sending domain of clients has no TLS reports", self.postern("tls").out)
        rows = list(csv.DictReader(io.StringIO(self.postern("tls", "--csv").out)))
        self.assertEqual([r["domain"] for r in rows],
                         ["foreign.example", "example.com", "quiet.example"])


class Reports(Tls):
    def test_list(self):
        self.fill()
        r = self.ask("reports", "--kind", "tls")
        self.assertEqual(r["all"], 4)
        first = r["reports"][0]
        self.assertEqual((first["kind"], first["domains"], first["rows"], first["messages"],
                          first["passed"], first["failed"], first["first_day"]),
                         ("tls", ["example.com"], 1, 100, 90, 10, "2025-07-03"))
        self.assertEqual(self.ask("reports", "example.com", "--kind", "tls", "--result",
                                  "fail")["all"], 2)
        self.assertEqual(self.ask("reports", "quiet.example", "--kind", "tls")["all"], 0)
        self.assertEqual(self.ask("reports")["all"], 0)
        self.assertEqual(self.ask("reports", "--kind", "aggregate")["all"], 0)
        self.assertIn("SESSIONS", self.postern("reports", "--kind", "tls").out)
        self.assertIn("--kind", self.postern("reports", "--kind", "x", code=64).err)

    def test_by_any_of_its_domains(self):
        self.read([c.tls_policy(), c.tls_policy("quiet.example")])
        for name in ("example.com", "quiet.example"):
            r = self.ask("reports", name, "--kind", "tls")
            self.assertEqual([x["domains"] for x in r["reports"]],
                             [["example.com", "quiet.example"]])
        self.assertIn("example.com +1", self.postern("reports", "--kind", "tls").out)

    def test_one(self):
        o = self.fill()[1]
        r = self.ask("report", "show", o["id"])
        self.assertEqual((r["client"], r["report"]["kind"], r["meta"]["contact"], r["rows"]),
                         ("Acme", "tls", "tls@sender.example", []))
        self.assertEqual(len(r["policies"]), 1)
        policy = r["policies"][0]
        self.assertEqual((policy["domain"], policy["type"], policy["mode"],
                          policy["succeeded"], policy["failed"]),
                         ("example.com", "sts", "enforce", 60, 40))
        self.assertEqual([(f["result"], f["sessions"], f["sending"], f["mx"])
                          for f in policy["failures"]],
                         [("certificate-expired", 25, "192.0.2.10", "mx.example.com"),
                          ("certificate-expired", 5, "2001:db8::5", "mx.example.com"),
                          ("starttls-not-supported", 10, "192.0.2.10", "mx2.example.com")])
        out = self.postern("report", "show", o["id"]).out
        self.assertIn("1 policy, 100 sessions, 40 failed", out)
        self.assertIn("starttls-not-supported", out)
        self.assertNotIn("more; --limit", out)
        self.assertIn("enforce", self.postern("report", "show", o["id"], "--csv").out)
        raw = self.postern("report", "show", o["id"], "--raw").raw
        self.assertEqual(raw, (self.tmp / "in/1.json").read_bytes())

    def test_conflict(self):
        found = self.ingest(self.write("a.json", c.tls_report()), self.write(
            "b.json", c.tls_report([c.tls_policy("quiet.example")])))[0]
        self.assertEqual(found[1]["status"], "conflict")
        r = self.ask("report", "show", found[1]["id"])
        self.assertEqual([x["id"] for x in r["conflicts"]], [found[0]["id"]])


class Unassigned(Tls):
    def listed(self):
        return {d["domain"]: (d["reports"], d["tls_reports"], d["failure_reports"],
                              d["refused"])
                for d in self.ask("unassigned", "list")["domains"]}

    def test_waits_like_all_others(self):
        self.read([c.tls_policy("foreign.example", succeeded=9)], [c.tls_policy()],
                  [c.tls_policy("foreign.example")])
        self.assertEqual(self.listed(), {"foreign.example": (0, 2, 0, False)})
        d = self.ask("unassigned", "list")["domains"][0]
        self.assertEqual((d["first_day"], d["last_day"]), ("2025-07-01", "2025-07-03"))
        self.assertIn("TLS", self.postern("unassigned", "list").out)
        self.postern("domain", "add", "foreign.example", "--client", "Acme")
        self.assertEqual(self.listed(), {})
        self.assertEqual(self.ask("tls", "foreign.example")["client"], "Acme")

    def test_refuse(self):
        self.read([c.tls_policy("foreign.example")])
        r = self.ask("unassigned", "refuse", "foreign.example")
        self.assertEqual((r["reports"], r["known"]), (1, True))
        self.assertEqual(self.ask("tls")["domains"], [])
        self.assertIn("which is refused", self.postern("tls", "foreign.example").out)
        o = self.ingest(self.write("b.json", c.tls_report(
            [c.tls_policy("foreign.example")], report_id="b")), "--now", NOW)[0][0]
        self.assertEqual(o["status"], "refused")
        self.postern("domain", "add", "foreign.example", "--client", "Acme")
        self.assertEqual(self.ask("tls", "foreign.example")["totals"]["reports"], 1)
        self.postern("fsck", "--quiet")

    def test_a_report_of_several(self):
        """It counts while one of its domains is not refused, and for that one alone."""
        self.read([c.tls_policy("foreign.example", succeeded=5), c.tls_policy(succeeded=3),
                   c.tls_policy("second.example", succeeded=1)])
        self.assertEqual(self.ask("unassigned", "refuse", "foreign.example")["reports"], 0)
        self.assertEqual([d["domain"] for d in self.ask("tls")["domains"]],
                         ["example.com", "second.example"])
        self.assertEqual(self.ask("tls", "foreign.example")["totals"]["reports"], 0)
        self.assertEqual(self.ask("tls", "example.com")["totals"]["sessions"], 3)

    def test_several_all_refused(self):
        self.read([c.tls_policy("foreign.example"), c.tls_policy("second.example")])
        self.assertEqual(self.ask("unassigned", "refuse", "foreign.example")["reports"], 0)
        self.assertEqual(self.ask("unassigned", "refuse", "second.example")["reports"], 1)
        self.assertEqual(self.ask("reports", "--kind", "tls")["all"], 0)
        self.postern("domain", "add", "second.example", "--client", "Acme")
        self.assertEqual(self.ask("tls", "second.example")["totals"]["reports"], 1)

    def test_upkeep(self):
        """They go after unassigned.days; those of a client stay."""
        env = self.env(POSTERN_UNASSIGNED_DAYS="5")
        self.read([c.tls_policy("foreign.example")], [c.tls_policy("foreign.example"),
                                                      c.tls_policy()], env=env)
        self.assertEqual(self.listed()["foreign.example"][1], 2)
        self.postern("ingest", self.write("x", b"nothing"), "--now", "2025-08-20", env=env)
        self.assertEqual(self.listed()["foreign.example"][1], 1)
        self.assertEqual(self.ask("tls", "example.com")["totals"]["reports"], 1)


class Elsewhere(Tls):
    def test_domain_show(self):
        self.fill()
        self.ingest(self.write("a.xml", c.report()))
        out = self.postern("domain", "show", "example.com").out
        self.assertIn("4 TLS reports, 50 of 303 sessions failed: postern tls example.com",
                      out)
        d = self.ask("domain", "show", "example.com")
        self.assertEqual((d["tls_reports"], d["failure_reports"]), (4, 0))
        self.assertEqual(d["totals"]["messages"], 8)
        self.assertNotIn("TLS", self.postern("domain", "show", "quiet.example").out)

    def test_overview(self):
        self.fill()
        found = [f for f in self.ask("overview")["findings"] if f["code"] == "tls-failures"]
        self.assertEqual([(f["domain"], f["messages"]) for f in found],
                         [("example.com", 50)])
        self.assertIn("most often: certificate-expired", found[0]["evidence"])
        # Nothing of late: nothing stands out. Neither does another client's.
        late = self.postern("overview", "--json", "--now", "2025-12-01").json()["findings"]
        self.assertNotIn("tls-failures", [f["code"] for f in late])
        self.postern("client", "add", "Other", "--domain", "o.example", "--raw", "r@o.example")
        self.assertNotIn("tls-failures", [f["code"] for f in self.ask(
            "overview", "--client", "Other")["findings"]])

    def test_fsck(self):
        self.fill()
        self.assertEqual(self.ask("fsck")["tls_differ"], 0)
        db = sqlite3.connect(self.db)
        with db:
            db.execute("UPDATE book_report SET passed = passed - 1 WHERE id = 2")
        db.close()
        f = self.ask("fsck", code=70)
        self.assertEqual((f["sound"], f["tls_differ"], f["differ"]), (False, 1, 0))
        self.assertIn("reparse", self.postern("fsck", code=70).out)

    def test_width(self):
        self.fill()
        for words in (("tls",), ("tls", "example.com"), ("tls", "quiet.example"),
                      ("reports", "--kind", "tls"), ("unassigned", "list"),
                      ("help", "tls")):
            with self.subTest(words=words):
                out = terminal.OWN.sub("", terminal.run(self, *words)[1])
                for line in out.split("\n"):
                    if " IN TXT " not in line:
                        self.assertLessEqual(terminal.width(line), 80, line)

    def test_hostile_text(self):
        evil = "\x1b]0;pwned\x07\u202e=cmd"
        self.read(c.tls_report([c.tls_policy(kind=evil, mode="", failed=3, details=[
            c.tls_detail(evil, 3, mx=evil, **{"failure-reason-code": evil,
                                              "additional-information": evil})])],
            org=evil, contact=evil, report_id=evil))
        ident = self.ask("reports", "--kind", "tls")["reports"][0]["id"]
        for words in (("tls",), ("tls", "example.com"), ("report", "show", ident)):
            for form in ((), ("--csv",), ("--json",)):
                out = self.postern(*words, *form).out
                self.assertEqual(terminal.hidden(out), [], words)
