# SPDX-License-Identifier: Apache-2.0
"""Who reports, how much, and what changed: on histories whose answer is known."""
import csv
import io

import support
from compose import BEGIN, DAY, auth, report, row

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

