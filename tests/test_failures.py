# SPDX-License-Identifier: Apache-2.0
"""Failure reports: what the commands say of them, and what they never show."""
import csv
import io
import json

import compose as c
import support
import terminal

NOW = "2025-07-20"
DKIM = {"Auth-Failure": "bodyhash", "DKIM-Domain": "example.com", "DKIM-Selector": "s1",
        "DKIM-Identity": "@example.com", "Incidents": "3", "Delivery-Result": "spam",
        "Authentication-Results": "mx.reporter.example; dkim=fail header.d=example.com "
        "header.s=s1; spf=pass smtp.mailfrom=lists.example"}
EXIM = (b"A message claiming to be from you has failed the published DMARC\n"
        b"policy for your domain.\n\n  Sender Domain: example.com\n"
        b"  Sender IP Address: 192.0.2.77\n"
        b"  Received Date: Thu, 03 Jul 2025 08:00:00 +0000\n  SPF Alignment: no\n"
        b"  DKIM Alignment: no\n  DMARC Results: Reject\n")


class Failures(support.Case):
    def setUp(self):
        super().setUp()
        self.postern("client", "add", "Acme", "--raw", "rua@msp.example", "--domain",
                     "example.com", "--parked-domain", "parked.example", "--now", NOW)

    def ask(self, *words, **how):
        return self.postern(*words, "--json", "--now", NOW, **how).json()

    def fill(self):
        """Two of one source, one broken signature, a gateway's sentences, a complaint."""
        mails = [c.failure_mail(ident="1"),
                 c.failure_mail(ident="2", when=c.BEGIN + c.DAY),
                 c.failure_mail(ident="3", source="2001:db8::9", fields=DKIM,
                                when=c.BEGIN + 2 * c.DAY, sender="dmarc@second.example"),
                 c.mail(c.part(EXIM, "text/plain", encoding=None),
                        sender="mailer@gateway.example"),
                 c.failure_mail(ident="5", when=c.BEGIN + 3 * c.DAY, source="192.0.2.5",
                                fields={"Feedback-Type": "abuse", "Auth-Failure": None,
                                        "Delivery-Result": None})]
        paths = [self.write("in/%d.eml" % i, m) for i, m in enumerate(mails)]
        return sorted(self.ingest(*paths, "--now", NOW)[0], key=lambda o: o["path"])


class Ingest(Failures):
    def test_outcome(self):
        o = self.fill()[2]
        self.assertEqual((o["kind"], o["status"], o["domain"], o["org"], o["reason"]),
                         ("failure", "new", "example.com", "second.example", None))
        self.assertEqual(support.figures(o), (1, 3, 0))
        self.assertEqual((o["begin"], o["end"], o["report_id"]),
                         (c.BEGIN + 2 * c.DAY, None, ""))
        self.assertNotIn("domains", o)
        self.check_totals(0, 0, 0, 0)

    def test_text(self):
        out = self.postern("ingest", self.write("a.eml", c.failure_mail()),
                           self.write("b.json", c.tls_report())).out
        self.assertIn("Among them 1 TLS report and 1 failure report", out)

    def test_again_by_another_mail(self):
        found = self.ingest(
            self.write("a.eml", c.failure_mail()),
            self.write("b.eml", c.failure_mail(message_id="<9@x.example>", subject="FW",
                                               newline=b"\n")))[0]
        self.assertEqual(sorted(o["status"] for o in found), ["duplicate", "new"])
        self.assertEqual(self.ask("failures", "example.com")["totals"]["incidents"], 1)

    def test_bodies_are_kept_where_asked(self):
        mail = c.failure_mail()
        ident = self.ingest(self.write("a.eml", mail))[0][0]["id"]
        self.assertIn("not kept", self.postern("report", "show", ident, "--raw",
                                               code=66).err)
        self.db = self.tmp / "second.db"
        self.ingest(self.tmp / "a.eml", "--keep-failure-body")
        self.assertEqual(self.postern("report", "show", ident, "--raw").raw, mail)
        self.assertIn("personal data", self.postern("help", "ingest").out)


class Show(Failures):
    def test_sums(self):
        self.fill()
        f = self.ask("failures", "example.com")
        self.assertEqual(f["totals"], {"reports": 5, "incidents": 7, "sources": 4})
        self.assertEqual((f["client"], f["looked_at"], f["first_day"], f["last_day"]),
                         ("Acme", 5, "2025-07-01", "2025-07-04"))
        self.assertEqual([(t["type"], t["reports"], t["incidents"]) for t in f["types"]],
                         [("bodyhash", 1, 3), ("dmarc", 3, 3)])
        self.assertEqual([(t["feedback"], t["incidents"]) for t in f["feedback"]],
                         [("auth-failure", 6), ("abuse", 1)])
        self.assertEqual([(t["delivery"], t["incidents"]) for t in f["deliveries"]],
                         [("reject", 3), ("spam", 3)])
        for word in f["types"] + f["feedback"] + f["deliveries"]:
            self.assertTrue(word["what"])
        self.assertEqual([(s["source"], s["reports"], s["incidents"], s["types"])
                          for s in f["sources"]],
                         [("2001:db8::9", 1, 3, ["bodyhash"]),
                          ("192.0.2.66", 2, 2, ["dmarc"]), ("192.0.2.5", 1, 1, []),
                          ("192.0.2.77", 1, 1, ["dmarc"])])
        self.assertEqual([(r["org"], r["incidents"]) for r in f["reporters"]],
                         [("reporter.example", 3), ("second.example", 3),
                          ("gateway.example", 1)])

    def test_newest_first(self):
        self.fill()
        f = self.ask("failures", "example.com")["failures"]
        days = [x["day"] for x in f]
        self.assertEqual(days, sorted(days, reverse=True))
        broken = next(x for x in f if x["types"] == ["bodyhash"])
        self.assertEqual(broken["dkim"], {"outcome": "failed", "result": "fail",
                                          "domain": "example.com", "selector": "s1"})
        self.assertEqual(broken["spf"], {"outcome": "unaligned", "result": "pass",
                                         "domain": "lists.example", "selector": None})
        self.assertEqual((broken["delivery"], broken["incidents"], broken["time"]),
                         ("spam", 3, c.BEGIN + 2 * c.DAY))
        gateway = next(x for x in f if x["text_only"])
        self.assertEqual((gateway["source"], gateway["dkim"]["outcome"],
                          gateway["spf"]["outcome"]), ("192.0.2.77", "failed", "failed"))

    def test_filters(self):
        self.fill()
        f = self.ask("failures", "example.com", "--since", "2025-07-02", "--until",
                     "2025-07-02")
        self.assertEqual((f["totals"]["reports"], len(f["failures"])), (1, 1))
        f = self.ask("failures", "example.com", "--limit", "2")
        self.assertEqual([len(f[k]) for k in ("failures", "sources", "reporters")],
                         [2, 2, 2])
        self.assertEqual((f["failures_all"], f["sources_all"]), (5, 4))
        self.assertIn("none of the days asked for", self.postern(
            "failures", "example.com", "--since", "2025-08-01").out)

    def test_text_and_csv(self):
        self.fill()
        out = self.postern("failures", "example.com").out
        self.assertIn("5 failure reports, 7 incidents from 4 sources", out)
        self.assertIn("bodyhash, 3 incidents: the body was changed", out)
        self.assertIn("failed, example.com/s1 (fail)", out)
        rows = list(csv.DictReader(io.StringIO(
            self.postern("failures", "example.com", "--csv").out)))
        self.assertEqual(len(rows), 5)
        broken = next(r for r in rows if r["types"] == "bodyhash")
        self.assertEqual((broken["dkim_outcome"], broken["dkim_selector"],
                          broken["spf_domain"]), ("failed", "s1", "lists.example"))

    def test_nothing(self):
        out = self.postern("failures", "example.com").out.replace("\n", " ")
        self.assertIn("Few receivers send any", out)
        self.assertIn("ruf=mailto:rua@msp.example; fo=1", out)
        f = self.ask("failures", "example.com")
        self.assertEqual((f["totals"]["reports"], f["failures"], f["ruf"]),
                         (0, [], "mailto:rua@msp.example"))
        self.assertIn("No failure report matches", self.postern("failures").out)
        self.postern("failures", "x.example", code=66)
        self.postern("failures", "example.com", "--client", "Acme", code=64)


class Domains(Failures):
    def test_all(self):
        self.fill()
        self.ingest(self.write("f.eml", c.failure_mail("foreign.example", ident="f")),
                    "--now", NOW)
        f = self.ask("failures")
        self.assertEqual([(d["domain"], d["group"], d["reports"], d["incidents"],
                           d["sources"], d["type"]) for d in f["domains"]],
                         [("example.com", "client", 5, 7, 4, "bodyhash"),
                          ("foreign.example", "unassigned", 1, 1, 1, "dmarc")])
        self.assertEqual((f["domains_all"], f["reports"], f["looked_at"]), (2, 6, 6))
        f = self.ask("failures", "--client", "Acme", "--since", "2025-07-03")
        self.assertEqual([(d["domain"], d["reports"]) for d in f["domains"]],
                         [("example.com", 3)])
        rows = list(csv.DictReader(io.StringIO(self.postern("failures", "--csv").out)))
        self.assertEqual([r["domain"] for r in rows], ["example.com", "foreign.example"])

    def test_unassigned(self):
        self.ingest(self.write("f.eml", c.failure_mail("foreign.example")), "--now", NOW)
        d = self.ask("unassigned", "list")["domains"]
        self.assertEqual([(x["domain"], x["reports"], x["failure_reports"]) for x in d],
                         [("foreign.example", 0, 1)])
        self.assertEqual(self.ask("unassigned", "refuse", "foreign.example")["reports"], 1)
        self.assertEqual(self.ask("failures")["domains"], [])
        o = self.ingest(self.write("g.eml", c.failure_mail("foreign.example", ident="g")),
                        "--now", NOW)[0][0]
        self.assertEqual(o["status"], "refused")
        # Of the mail no more is listed than what may be kept.
        listed = self.ask("refused")["refused"]
        self.assertEqual([(r["kind"], r["domain"], r["kept"]) for r in listed],
                         [("failure", "foreign.example", False)])
        self.assertNotIn("g.eml", json.dumps(listed))
        self.postern("domain", "add", "foreign.example", "--client", "Acme")
        self.assertEqual(self.ask("failures", "foreign.example")["totals"]["reports"], 1)

    def test_elsewhere(self):
        self.fill()
        out = self.postern("domain", "show", "example.com").out
        self.assertIn("5 failure reports: postern failures example.com", out)
        self.assertIn("No aggregate report yet", out)
        self.assertEqual(self.ask("domain", "show", "example.com")["failure_reports"], 5)
        self.postern("fsck", "--quiet")


class Reports(Failures):
    def test_list(self):
        self.fill()
        r = self.ask("reports", "example.com", "--kind", "failure")
        self.assertEqual((r["all"], {x["kind"] for x in r["reports"]}), (5, {"failure"}))
        self.assertEqual(sum(x["messages"] for x in r["reports"]), 7)
        self.assertIn("INCIDENTS", self.postern("reports", "--kind", "failure").out)

    def test_one(self):
        ident = self.fill()[2]["id"]
        r = self.ask("report", "show", ident)
        self.assertEqual((r["report"]["kind"], r["client"], r["rows"]),
                         ("failure", "Acme", []))
        f = r["failure"]
        self.assertEqual((f["dkim"]["selector"], f["dkim_identity"], f["reported"],
                          f["agent"], f["agent_version"]),
                         ("s1", "example.com", ["example.com"], "OpenDMARC-Filter", "1.4"))
        self.assertEqual([(x["method"], x["result"], x["domain"]) for x in f["results"]],
                         [("dkim", "fail", "example.com"), ("spf", "pass", "lists.example")])
        out = self.postern("report", "show", ident).out
        self.assertIn("3 incidents", out)
        self.assertIn("2001:db8::9", out)
        rows = list(csv.DictReader(io.StringIO(
            self.postern("report", "show", ident, "--csv").out)))
        self.assertEqual([r["source"] for r in rows], ["2001:db8::9"])


class Privacy(Failures):
    """Nothing of a person is shown, in whatever form."""

    def test_nowhere(self):
        found = self.fill()
        answers = [("failures",), ("failures", "example.com"), ("reports", "--kind",
                                                                "failure")]
        answers += [("report", "show", o["id"]) for o in found]
        for words in answers:
            for form in ((), ("--json",), ("--csv",)):
                out = self.postern(*words, *form).out
                for text in ("planted.person", "planted subject", "mailer@", "dmarc@"):
                    self.assertNotIn(text, out, words)

    def test_width(self):
        self.fill()
        for words in (("failures",), ("failures", "example.com"),
                      ("failures", "parked.example"), ("reports", "--kind", "failure"),
                      ("help", "failures")):
            with self.subTest(words=words):
                out = terminal.OWN.sub("", terminal.run(self, *words)[1])
                for line in out.split("\n"):
                    self.assertLessEqual(terminal.width(line), 80, line)
