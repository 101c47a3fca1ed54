# SPDX-License-Identifier: Apache-2.0
"""`postern readiness` on histories whose answer is known."""
import support
from compose import BEGIN, DAY, auth, report, row

OWN = "example.com"
DAYS = 60
NOW = f"@{BEGIN + DAYS * DAY}"
SIGNED = [(OWN, "google", "pass")]


def sent(count, source="198.18.0.1", dkim=(), spf=None, reason="", header_from=OWN):
    results = "".join(auth("dkim", d, r, selector=s) for d, s, r in dkim)
    if spf:
        results += auth("spf", spf[0], spf[1], scope="mfrom")
    good_dkim = any(d == OWN and r == "pass" for d, _, r in dkim)
    good_spf = spf == (OWN, "pass")
    return row(count, source, "none", "pass" if good_dkim else "fail",
               "pass" if good_spf else "fail", reason=reason, results=results,
               header_from=header_from)


HOME = sent(20, dkim=SIGNED, spf=(OWN, "pass"))
LIST = "<reason><type>mailing_list</type></reason>"


class Readiness(support.Case):
    def history(self, rows, days=DAYS, report_prefix="", **how):
        """A report a day; `rows` of the day, or a function of it."""
        for day in range(days):
            made = rows(day) if callable(rows) else rows
            said = {k: v(day) if callable(v) else v for k, v in how.items()}
            if made:
                self.write(f"in/{report_prefix}{day:03}.xml", report(
                    rows=made, report_id=f"r{day}", domain=OWN, begin=BEGIN + day * DAY,
                    end=BEGIN + (day + 1) * DAY - 1, **said))
        self.postern("--quiet", "--now", NOW, "ingest", "in")

    def setUp(self):
        super().setUp()
        (self.tmp / "in").mkdir()

    def ask(self, *words):
        answer = self.postern("--now", NOW, "readiness", OWN, "--json", *words).lines()[0]
        unmet = [c["condition"] for c in answer["conditions"] if not c["met"]]
        self.assertEqual(answer["ready"], not unmet)
        self.assertEqual(len(answer["conditions"]), 11)
        return answer, unmet

    def lost(self, answer, receiver="rfc9989"):
        """{class: (quarantined, rejected)} of what is lost."""
        return {c["class"]: (c[receiver]["quarantined"], c[receiver]["rejected"])
                for c in answer["classes"]
                if c[receiver]["quarantined"] or c[receiver]["rejected"]}

    def test_ready(self):
        self.history([HOME])
        answer, unmet = self.ask()
        self.assertEqual((unmet, self.lost(answer), answer["stands_at"], answer["next"]),
                         ([], {}, "none", "quarantine, on trial"))
        self.assertEqual((answer["days"], answer["messages"]), (DAYS, DAYS * 20))

    def test_the_ladder(self):
        for p, extra, at, after in (
                ("quarantine", "<t>y</t>", "quarantine, on trial", "quarantine"),
                ("quarantine", "", "quarantine", "reject, on trial"),
                ("reject", "<t>y</t>", "reject, on trial", "reject"),
                ("reject", "", "reject", "reject")):
            self.db = self.tmp / f"{p}{len(extra)}.db"
            self.history([HOME], p=p, policy=extra.replace("<t>", "<testing>")
                         .replace("</t>", "</testing>"))
            answer, _ = self.ask()
            self.assertEqual((answer["stands_at"], answer["next"]), (at, after))

    def test_what_is_below_is_not_lowered(self):
        for p, sp, at, after, record in (
                ("none", "reject", "none", "quarantine", "p=quarantine; sp=reject;"),
                ("reject", "none", "reject", "sp=quarantine", "p=reject; sp=quarantine;"),
                ("reject", "quarantine", "reject", "sp=reject", "p=reject;")):
            self.db = self.tmp / f"{p}-{sp}.db"
            self.postern("--now", f"@{BEGIN}", "client", "add", "Acme", "--domain", OWN,
                         "--raw", "dmarc@msp.example")
            self.history([HOME, sent(3, "198.18.0.1", [("news." + OWN, "k", "fail")],
                                     header_from="news." + OWN)], p=p, sp=sp)
            answer, _ = self.ask()
            self.assertEqual((answer["stands_at"], answer["sp"], answer["next"],
                              answer["at_end"]), (at, sp, after, False))
            self.assertTrue(answer["record"].startswith(f"v=DMARC1; {record} rua="),
                            answer["record"])
            self.assertIn(f"subdomains {sp}", self.postern("--now", NOW, "readiness",
                                                           OWN).out)

    def test_low_volume(self):
        self.history([sent(1, dkim=SIGNED, spf=(OWN, "pass"))])
        self.assertEqual(self.ask()[1], ["volume"])

    def test_few_days(self):
        self.history(lambda day: [HOME] if day >= DAYS - 10 else None)
        self.assertEqual(self.ask()[1], ["days", "month"])

    def test_only_forwarding_fails(self):
        self.history([HOME, sent(2, "198.18.7.1", [(OWN, "google", "fail")],
                                 ("list.example", "pass"), LIST)])
        answer, unmet = self.ask()
        self.assertEqual((unmet, self.lost(answer)),
                         ([], {"maybe-forwarded": (2 * DAYS, 0)}))
        self.assertEqual([s["sender"] for s in answer["senders"]], ["list.example"])
        self.assertEqual({(d["messages"], d["own_lost"], d["forwarded_lost"],
                           d["abuse_stopped"]) for d in answer["losses"]}, {(22, 0, 2, 0)})
        self.assertEqual(len(answer["losses"]), DAYS)
        self.assertIn(f"on {DAYS} of {DAYS} days", self.postern("--now", NOW, "readiness",
                                                                OWN).out)

    def test_a_forwarder_that_keeps_dkim(self):
        self.history([HOME, sent(2, "198.18.7.1", SIGNED, ("list.example", "pass"), LIST)])
        answer, unmet = self.ask("--policy", "v=DMARC1; p=reject")
        self.assertEqual((unmet, self.lost(answer)), ([], {}))

    def test_a_forwarder_that_breaks_dkim(self):
        """No word of the receiver: a name that passes beside the broken signature."""
        self.history([HOME, sent(3, "198.18.7.9", [(OWN, "google", "fail")],
                                 ("relay.example", "pass"))])
        answer, unmet = self.ask("--policy", "v=DMARC1; p=reject")
        self.assertEqual((unmet, self.lost(answer)),
                         ([], {"maybe-forwarded": (0, 3 * DAYS)}))

    def test_abuse_only(self):
        self.history([HOME] + [sent(1, f"{net}.0.113.9", spf=(OWN, "fail"))
                               for net in range(20, 30)])
        answer, unmet = self.ask("--policy", "v=DMARC1; p=reject")
        self.assertEqual((unmet, self.lost(answer)), ([], {"abuse": (0, 10 * DAYS)}))

    def test_a_service_without_dkim(self):
        self.history([HOME, sent(5, "198.18.3.1", spf=(OWN, "pass"))])
        answer, unmet = self.ask()
        self.assertEqual((unmet, self.lost(answer)), (["dkim"], {}))

    def test_a_service_in_another_name(self):
        self.history([HOME, sent(5, "198.18.4.1", [("sendgrid.net", "s1", "pass")],
                                 ("sendgrid.net", "pass"))])
        answer, unmet = self.ask()
        self.assertEqual((unmet, self.lost(answer)),
                         (["services"], {"not-aligned": (5 * DAYS, 0)}))
        self.assertIn("postern services sendgrid", next(
            c["remedy"] for c in answer["conditions"] if c["condition"] == "services"))

    def test_a_small_service_of_a_large_domain(self):
        """A hundred invoices are none too few, however much else is sent."""
        few = [("sendgrid.net", "s1", "pass")]
        for n, held in ((99, []), (100, ["services"])):
            with self.subTest(n):
                self.db = self.tmp / f"few{n}.db"
                self.history(lambda day, n=n: [
                    sent(1000, dkim=SIGNED, spf=(OWN, "pass")),
                    *([sent(n, "198.18.9.9", few, ("sendgrid.net", "pass"))]
                      if day == 30 else [])])
                answer, unmet = self.ask()
                self.assertEqual(unmet, held)
                self.assertEqual(self.lost(answer), {"not-aligned": (n, 0)})

    def test_what_the_user_calls_own_is_lost_all_the_same(self):
        self.history([HOME, sent(5, "198.18.9.9", (), ("bounce.other.example", "pass"))])
        self.postern("client", "add", "C", "--domain", OWN, "--raw", "a@reports.example")
        answer, unmet = self.ask()
        self.assertEqual(unmet, ["strangers"])
        self.postern("source", "mark", "198.18.9.9", "own", "--domain", OWN)
        answer, unmet = self.ask()
        self.assertEqual(unmet, ["dkim", "failing"])
        self.assertEqual(self.lost(answer), {"own": (5 * DAYS, 0)})
        self.postern("source", "mark", "198.18.9.9", "known", "--domain", OWN)
        answer, unmet = self.ask()
        self.assertEqual(unmet, [])
        self.assertEqual(self.lost(answer), {"not-aligned": (5 * DAYS, 0)})

    def test_forgotten_servers_are_no_wave(self):
        """Four branches, each with a server that nobody named: not what a policy stops."""
        self.history([HOME, *[sent(100, f"{net}.0.113.9", spf=(OWN, "fail"))
                              for net in (20, 30, 40, 50)]])
        answer, unmet = self.ask()
        self.assertEqual(unmet, ["strangers"])
        self.assertEqual(self.lost(answer), {"unknown": (4 * 100 * DAYS, 0)})

    def test_a_record_below_is_not_the_domains(self):
        for day in range(DAYS):
            self.write(f"in/below{day:03}.xml", report(
                rows=[sent(9, dkim=SIGNED, spf=(OWN, "pass"), header_from="news." + OWN)],
                report_id=f"n{day}", domain="news." + OWN, p="none",
                begin=BEGIN + day * DAY + 1, end=BEGIN + (day + 1) * DAY - 1))
        self.history([HOME], p="reject")
        self.postern("client", "add", "C", "--domain", OWN, "--raw", "a@reports.example")
        answer, _ = self.ask()
        self.assertEqual(answer["stands_at"], "reject")

    def test_a_report_of_the_future(self):
        self.history([HOME], p="reject")
        self.write("late.xml", report(rows=[HOME], report_id="late", domain=OWN, p="none",
                                      begin=BEGIN + 20000 * DAY, end=BEGIN + 20001 * DAY - 1))
        self.postern("--quiet", "--now", NOW, "ingest", "late.xml")
        answer, _ = self.ask()
        self.assertEqual(answer["stands_at"], "reject")

    def test_own_mail_that_a_strict_policy_loses(self):
        self.history([sent(20, dkim=SIGNED, spf=(OWN, "pass"), header_from="a." + OWN)])
        answer, unmet = self.ask("--policy", "v=DMARC1; p=reject; adkim=s; aspf=s")
        self.assertEqual(unmet, ["failing"])
        self.assertEqual(self.lost(answer), {"own": (0, 20 * DAYS)})

    def test_a_new_sender(self):
        self.history(lambda day: [HOME] + (
            [sent(30, "198.18.4.1", [(OWN, "k9", "pass")], ("esp.example", "pass"))]
            if day == DAYS - 1 else []))
        self.assertEqual(self.ask()[1], ["new"])
        self.history(lambda day: [sent(30, "198.18.4.1", [("sendgrid.net", "s1", "pass")])]
                     if day == DAYS - 1 else None, org="second")
        self.assertEqual(self.ask()[1], ["services", "new"])

    def test_a_monthly_sender(self):
        """Payroll, by a service that signs in another name: twice in these days."""
        self.history(lambda day: [HOME] + ([sent(
            40, "198.18.4.1", [("sendgrid.net", "s1", "pass")], ("sendgrid.net", "pass"))]
            if day % 28 == 5 else []))
        answer, unmet = self.ask()
        self.assertEqual((unmet, self.lost(answer)),
                         (["services"], {"not-aligned": (2 * 40, 0)}))
        # Ten days do not show it, and are not taken to be enough.
        answer, unmet = self.ask("--days", "20")
        self.assertEqual((unmet, self.lost(answer)), (["days", "month"], {}))

    def test_a_rare_sender_out_of_sight(self):
        """Every 40 days the domain's own newsletter, seen from another host."""
        self.history(lambda day: [HOME] + ([sent(
            30, "198.18.3.1", [("news.example", "x", "fail"), (OWN, "k1", "pass")])]
            if day in (0, 27) else []))
        answer, unmet = self.ask("--days", "31")
        self.assertEqual((unmet, self.lost(answer)), (["rare"], {}))
        rare = [c for c in answer["conditions"] if c["condition"] == "rare"][0]
        self.assertIn("--days", rare["remedy"])
        self.assertEqual(self.ask("--days", "60")[1], [])

    def test_reporters_that_disagree(self):
        """The same mail passes at one reporter and fails at the other."""
        for org, result in (("good.example", "pass"), ("odd.example", "fail")):
            self.history([sent(20, dkim=[(OWN, "google", result)], spf=(OWN, result))],
                         org=org, report_prefix=org)
        answer, unmet = self.ask()
        self.assertEqual((unmet, self.lost(answer)),
                         (["failing"], {"unknown": (DAYS * 20, 0)}))
        failing = [c for c in answer["conditions"] if c["condition"] == "failing"][0]
        self.assertIn("odd.example says that 1,200 of 1,200 messages failed",
                      failing["text"])

    def test_a_subdomain_under_sp(self):
        self.history([HOME, sent(3, "198.18.4.1", spf=("x.example", "none"),
                                 header_from="news." + OWN)])
        answer, _ = self.ask("--policy", "v=DMARC1; p=none; sp=reject")
        self.assertEqual(self.lost(answer), {"unknown": (0, 3 * DAYS)})
        self.assertEqual(self.ask("--policy", "v=DMARC1; p=reject; sp=none")[0]["classes"],
                         self.ask("--policy", "v=DMARC1; p=none")[0]["classes"])

    def test_trial_at_either_receiver(self):
        self.history([HOME] + [sent(1, f"{net}.0.113.9") for net in range(20, 30)])
        answer, _ = self.ask("--policy", "v=DMARC1; p=reject; t=y; pct=0")
        self.assertEqual(self.lost(answer), {"abuse": (10 * DAYS, 0)})
        answer, _ = self.ask("--policy", "v=DMARC1; p=quarantine; pct=0")
        self.assertEqual(self.lost(answer), {"abuse": (10 * DAYS, 0)})
        self.assertEqual(self.lost(answer, "rfc7489"), {})

    def test_strict_alignment(self):
        self.history([sent(20, dkim=SIGNED, spf=(OWN, "pass"), header_from="a." + OWN)])
        answer, _ = self.ask("--policy", "v=DMARC1; p=reject; adkim=s; aspf=s")
        self.assertEqual(self.lost(answer), {"own": (0, 20 * DAYS)})

    def test_a_change_of_policy(self):
        self.history([HOME], p=lambda day: "none" if day < DAYS - 5 else "quarantine")
        self.assertEqual(self.ask()[1], ["quiet"])

    def test_a_silent_reporter(self):
        self.history([HOME])
        self.history(lambda day: [HOME] if day < 40 else None, org="Large Reporter")
        answer, unmet = self.ask()
        self.assertEqual(unmet, ["reporters"])
        self.assertIn("Large Reporter has sent no report since that of 2025-08-09", str(answer))

    def test_silence_of_one_that_is_large_by_messages(self):
        """Fifteen small reporters hide no large one."""
        def plant(day):
            for n in range(15):
                self.write(f"in/small{n}-{day:03}.xml", report(
                    rows=[sent(1, dkim=SIGNED, spf=(OWN, "pass"))], org=f"small{n}.example",
                    report_id=f"s{n}-{day}", domain=OWN, begin=BEGIN + day * DAY,
                    end=BEGIN + (day + 1) * DAY - 1))
        for day in range(DAYS):
            plant(day)
        self.history(lambda day: [sent(5000, dkim=SIGNED, spf=(OWN, "pass"))]
                     if day < DAYS - 30 else [], org="Large Mail")
        answer, unmet = self.ask()
        self.assertEqual(unmet, ["reporters"])
        self.assertIn("Large Mail has sent no report", str(answer["conditions"]))

    def test_silence_of_all(self):
        """Twelve alike, of whom none is large, and nothing of late."""
        for day in range(DAYS - 10):
            for n in range(12):
                self.write(f"in/{n}-{day:03}.xml", report(
                    rows=[HOME], org=f"r{n}.example", report_id=f"r{n}-{day}", domain=OWN,
                    begin=BEGIN + day * DAY, end=BEGIN + (day + 1) * DAY - 1))
        self.postern("--quiet", "--now", NOW, "ingest", "in")
        self.assertEqual(self.ask()[1], ["reporters"])

    def test_text_and_faults(self):
        self.postern("client", "add", "C", "--domain", OWN, "--raw", "a@reports.example")
        self.history([HOME])
        text = self.postern("--now", NOW, "readiness", OWN).out
        self.assertIn('_dmarc.example.com. IN TXT "v=DMARC1; p=quarantine; t=y; pct=0; '
                      'rua=mailto:a@reports.example"', text)
        self.postern("readiness", OWN, "--policy", "p=reject", code=64)
        self.postern("readiness", "nobody.example", code=66)


class Fleet(support.Case):
    """All domains at once: worst first."""

    def test_fleet(self):
        (self.tmp / "in").mkdir()
        self.postern("--now", f"@{BEGIN}", "client", "add", "Acme", "--raw",
                     "dmarc@msp.example", *(w for d in ("good", "bad", "done", "mute")
                                            for w in ("--domain", f"{d}.example")),
                     "--parked-domain", "parked.example")
        self.postern("--now", f"@{BEGIN}", "client", "add", "Other", "--raw",
                     "dmarc@msp.example", "--domain", "other.example")
        for name, p, extra in (("good", "none", []), ("done", "reject", []),
                               ("bad", "none", [sent(5, "198.18.4.1",
                                                     [("sendgrid.net", "s1", "pass")],
                                                     ("sendgrid.net", "pass"))]),
                               ("other", "quarantine", [])):
            own = f"{name}.example"
            home = row(20, "198.18.0.1", "none", "pass", "pass", header_from=own,
                       results=auth("dkim", own, "pass", selector="google")
                       + auth("spf", own, "pass", scope="mfrom"))
            for day in range(DAYS):
                self.write(f"in/{name}{day:03}.xml", report(
                    rows=[home] + extra, report_id=f"{name}{day}", domain=own, p=p,
                    begin=BEGIN + day * DAY, end=BEGIN + (day + 1) * DAY - 1))
        self.postern("--quiet", "--now", NOW, "ingest", "in")
        answer = self.postern("--now", NOW, "readiness", "--json").lines()[0]
        self.assertEqual(
            [(d["domain"], d["stands_at"], d["ready"], d["condition"], d["own_lost"])
             for d in answer["domains"]],
            [("mute.example", "-", False, "no reports", 0),
             ("bad.example", "none", False, "services", DAYS * 5),
             ("good.example", "none", True, "ready", 0),
             ("other.example", "quarantine", True, "ready", 0),
             ("done.example", "reject", True, "-", 0)])
        self.assertEqual((answer["ready"], answer["at_end"], answer["all"]), (2, 1, 5))
        one = self.postern("--now", NOW, "readiness", "--client", "Other", "--csv").out
        self.assertEqual(len(one.splitlines()), 2)
        text = self.postern("--now", NOW, "readiness").out
        self.assertIn("5 domains: 2 ready for the next step, 1 at reject", text)
        self.assertIn("--client is without a DOMAIN",
                      self.postern("readiness", OWN, "--client", "Other", code=64).err)
