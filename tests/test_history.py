# SPDX-License-Identifier: Apache-2.0
"""Who reports, how much, and what changed: on histories whose answer is known."""
import csv
import io

import support
from compose import BEGIN, DAY, auth, failure_mail, report, row, tls_policy, tls_report

OWN = "example.com"


class History(support.Case):
    def setUp(self):
        super().setUp()
        (self.tmp / "in").mkdir()
        self.postern("client", "add", "Acme", "--raw", "rua@msp.example", "--domain", OWN,
                     "--domain", "second.example", "--now", "2025-07-01")
        self.written = 0

    def report(self, day, **how):
        how.setdefault("domain", OWN)
        self.written += 1
        self.write(f"in/{self.written:04}.xml", report(
            report_id=f"r{self.written}", begin=BEGIN + day * DAY,
            end=BEGIN + (day + 1) * DAY - 1, **how))

    def read(self):
        self.postern("--quiet", "ingest", "in")

    def ask(self, day, *words):
        """As asked in the morning of the day."""
        return self.postern("--now", f"@{BEGIN + day * DAY + 36000}", *words,
                            "--json").lines()[0]


class Reporters(History):
    def ask_reporters(self, day, *words):
        answer = self.ask(day, "reporters", *words)
        return answer, {r["org"]: r for r in answer["reporters"]}

    def test_habits(self):
        for day in range(60):
            self.report(day, org="Daily", domain=(OWN, "nobody.example")[day % 2])
            if day < 40:
                self.report(day, org="Quit")
            if day % 7 == 0:
                self.report(day, org="Weekly", domain="second.example")
        self.report(3, org="daily", domain="second.example")
        self.read()
        answer, seen = self.ask_reporters(60)
        self.assertEqual([answer[k] for k in ("as_of", "reporters_all", "silent", "reports")],
                         ["2025-08-30", 3, 1, 110])
        self.assertEqual(
            {k: seen["Daily"][k] for k in ("reports", "messages", "passed", "failed",
                                           "domains", "clients", "days", "usual_gap",
                                           "long_gap", "quiet", "silent", "last_day")},
            {"reports": 61, "messages": 61 * 8, "passed": 61 * 5, "failed": 61 * 3,
             "domains": 3, "clients": 1, "days": 60, "usual_gap": 1, "long_gap": 1,
             "quiet": 1, "silent": False, "last_day": "2025-08-29"})
        self.assertEqual([seen["Quit"][k] for k in ("silent", "quiet", "last_day")],
                         [True, 21, "2025-08-09"])
        self.assertEqual([seen["Weekly"][k] for k in ("silent", "quiet", "usual_gap", "days")],
                         [False, 4, 7, 9])
        # Three weeks after its last week, and not before.
        self.assertFalse(self.ask_reporters(77)[1]["Weekly"]["silent"])
        self.assertTrue(self.ask_reporters(78)[1]["Weekly"]["silent"])
        # As of a day: nobody had fallen silent yet.
        self.assertEqual(self.ask_reporters(60, "--until", "2025-08-15")[0]["silent"], 0)
        self.assertEqual(self.ask_reporters(60, "--until", "2025-08-17")[0]["silent"], 1)

    def test_filters(self):
        self.report(0, org="A")
        self.report(1, org="B", domain="nobody.example")
        self.read()
        for words, orgs in ((("--client", "Acme"), ["A"]), (("--client", "unassigned"), ["B"]),
                            (("--domain", OWN), ["A"]), (("--since", "2025-07-02"), ["B"]),
                            (("--until", "2025-06-30"), [])):
            self.assertEqual(sorted(self.ask_reporters(9, *words)[1]), orgs)
        self.assertEqual(self.ask_reporters(9, "--result", "fail")[1]["A"]["messages"], 3)
        self.assertIn("No report matches", self.postern(
            "reporters", "--until", "2025-06-30").out)
        self.postern("reporters", "--client", "Nobody", code=66)

    def test_quirks(self):
        word = auth("spf", OWN, "hardfail")
        for day in range(3):
            self.report(day, org="Odd", rows=[row(1, "198.18.0.1", results=word),
                                              row(1, "bad", results=word)])
        self.report(0, org="Good")
        self.read()
        answer, seen = self.ask_reporters(5)
        self.assertEqual([seen[o]["mended"] for o in ("Odd", "Good")], [3, 0])
        quirks = {q["name"]: q for q in answer["quirks"]}
        self.assertEqual(sorted(quirks), sorted(seen["Odd"]["repairs"]))
        self.assertEqual({(q["org"], q["reports"]) for q in quirks.values()}, {("Odd", 3)})
        self.assertIn("result-alias", quirks)
        self.assertEqual(quirks["result-alias"]["times"], 6)
        text = self.postern("reporters").out
        self.assertIn("3 of 3: an SPF result under an older name", text)
        lines = list(csv.DictReader(io.StringIO(self.postern("reporters", "--csv").out)))
        self.assertEqual(lines[0]["org"], "Good")



class Volume(History):
    def rows(self, answer):
        return {(v["client"], v["month"]): [v[k] for k in ("domains", "messages", "passed",
                                                           "aggregate", "tls", "failure")]
                for v in answer["volume"]}

    def totals(self, answer):
        return {v["month"]: [v[k] for k in ("domains", "messages", "passed", "aggregate",
                                            "tls", "failure")] for v in answer["totals"]}

    def fill(self):
        """Three months from July on."""
        self.postern("client", "add", "Other", "--raw", "b@msp.example", "--domain",
                     "other.example", "--now", "2025-07-01")
        for day in (0, 30, 31, 62):
            self.report(day)
        self.report(0, domain="sub." + OWN)
        self.report(0, domain="second.example")
        self.report(31, domain="other.example")
        self.report(31, domain="nobody.example")
        names = (OWN, "second.example", "other.example")
        self.write("in/t.json", tls_report([tls_policy(d) for d in names]))
        self.write("in/u.json", tls_report([tls_policy("nobody.example")], report_id="t-2",
                                           begin=BEGIN + 31 * DAY))
        for n, domain in enumerate(names):
            self.write(f"in/{n}.eml", failure_mail(domain, when=BEGIN + 31 * DAY,
                                                   ident=str(n)))
        self.read()

    WANT = {("Acme", "2025-07"): [2, 32, 20, 4, 1, 0], ("Acme", "2025-08"): [2, 8, 5, 1, 0, 2],
            ("Acme", "2025-09"): [1, 8, 5, 1, 0, 0], ("Other", "2025-07"): [1, 0, 0, 0, 1, 0],
            ("Other", "2025-08"): [1, 8, 5, 1, 0, 1], (None, "2025-08"): [1, 8, 5, 1, 1, 0]}

    def test_months(self):
        self.fill()
        answer = self.ask(63, "volume")
        self.assertEqual((answer["first_month"], answer["last_month"]), ("2025-07", "2025-09"))
        self.assertEqual(self.rows(answer), self.WANT)
        self.assertEqual(self.totals(answer), {
            "2025-07": [3, 32, 20, 4, 1, 0], "2025-08": [4, 24, 15, 3, 1, 3],
            "2025-09": [1, 8, 5, 1, 0, 0]})
        self.assertEqual(self.rows(self.ask(63, "volume", "--months", "1")),
                         {k: v for k, v in self.WANT.items() if k[1] == "2025-09"})
        self.assertEqual(self.rows(self.ask(63, "volume", "--client", "other")),
                         {k: v for k, v in self.WANT.items() if k[0] == "Other"})
        self.assertEqual(self.rows(self.ask(63, "volume", "--client", "unassigned")),
                         {k: v for k, v in self.WANT.items() if k[0] is None})
        for words, code in ((("--months", "0"), 64), (("--months", "121"), 64),
                            (("--client", "Nobody"), 66)):
            self.postern("volume", *words, code=code)

    def test_what_retention_left(self):
        """Months whose details are gone count as they did; a TLS report is one a domain."""
        self.fill()
        now = ("--now", f"@{BEGIN + 200 * DAY}")
        self.postern("retention", "--apply", "--facts", "1", "--failure", "1", *now)
        self.assertEqual(self.postern("tls", OWN, "--json", *now).lines()[0]["policies"], [])
        left = dict(self.WANT)
        left["Acme", "2025-07"] = [2, 32, 20, 4, 2, 0]
        answer = self.postern("volume", "--months", "12", "--json", *now).lines()[0]
        self.assertEqual(self.rows(answer), left)
        self.assertEqual(self.totals(answer)["2025-07"], [3, 32, 20, 4, 3, 0])

    def test_text(self):
        self.assertIn("No report counts", self.postern("volume").out)
        self.fill()
        text = self.postern("volume", "--now", "2025-09-03").out
        self.assertRegex(text, r"Acme +2025-07 +2 +32 +62.5 % +4 +1 +0\n")
        self.assertRegex(text, r"What no client owns\n.*\n  2025-08 +1 +8 ")
        self.assertRegex(text, r"In all\n.*\n  2025-07 +3 +32 ")
        lines = list(csv.DictReader(io.StringIO(
            self.postern("volume", "--csv", "--now", "2025-09-03").out)))
        self.assertEqual([(v["group"], v["client"]) for v in lines][-1], ("unassigned", ""))
