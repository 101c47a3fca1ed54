# SPDX-License-Identifier: Apache-2.0
"""`postern findings`: what somebody should know of, and what was decided of it."""
import datetime

import support
from compose import BEGIN, DAY, report
from test_readiness import OWN, SIGNED, sent

DAYS = 92  # of reports, up to yesterday
CLIENT = "Acme Ltd"


def day_of(n):
    """The n-th day of reports as findings have it."""
    return datetime.datetime.fromtimestamp(BEGIN + n * DAY, datetime.timezone.utc).strftime(
        "%Y-%m-%d")


def home(count=20):
    return sent(count, dkim=SIGNED, spf=(OWN, "pass"))


def stranger(count, network):
    return sent(count, f"{network}.0.113.9", spf=(OWN, "fail"))


class Histories(support.Case):
    now = BEGIN + DAYS * DAY

    def setUp(self):
        super().setUp()
        (self.tmp / "in").mkdir()
        self.at("client", "add", CLIENT, "--domain", OWN, "--raw",
                "dmarc@msp.example", now=BEGIN)

    def at(self, *words, now=None, **how):
        return self.postern("--now", f"@{now or self.now}", *words, **how)

    def history(self, rows=lambda day: [home()], domain=OWN, orgs=("google.com",), days=DAYS,
                **how):
        """A report a day of each reporter; what is a function is asked for the day."""
        for day in range(days):
            said = {k: v(day) if callable(v) else v for k, v in how.items()}
            for org in orgs(day) if callable(orgs) else orgs:
                self.write(f"in/{domain}-{org}-{day:03}.xml", report(
                    rows=rows(day), report_id=f"{org}{day}", org=org, domain=domain,
                    begin=BEGIN + day * DAY, end=BEGIN + (day + 1) * DAY - 1, **said))
        self.at("--quiet", "ingest", "in")


class Findings(Histories):
    def found(self, *words, now=None):
        return self.at("findings", "--json", *words, now=now).lines()[0]["findings"]

    def only(self, code, *words, **how):
        found = self.found(*words, **how)
        self.assertEqual([f["code"] for f in found], [code])
        self.assertTrue(found[0]["evidence"] and found[0]["remedy"])
        return found[0]

    def test_all_is_well(self):
        self.history(p="reject")
        self.assertEqual(self.found(), [])
        self.assertIn("0 findings in 1 domain", self.at("findings").out)

    def test_new_sender(self):
        self.history(lambda day: [home()] + ([sent(
            9, "198.18.4.1", [("sendgrid.net", "s1", "pass")], ("sendgrid.net", "pass"))]
            if day >= DAYS - 6 else []), p="reject")
        f = self.only("new-sender")
        self.assertEqual((f["client"], f["domain"], f["subject"], f["since"], f["messages"]),
                         (CLIENT, OWN, "Twilio SendGrid", day_of(DAYS - 6), 54))
        self.assertIn("Twilio SendGrid", f["evidence"])
        # The same one tomorrow, and not yet the week before.
        again = self.only("new-sender", now=self.now + DAY)
        self.assertEqual((again["id"], again["since"]), (f["id"], f["since"]))
        self.assertEqual(self.found(now=self.now - 7 * DAY), [])

    def test_gone_sender(self):
        self.history(lambda day: [home()] + ([sent(
            8, "198.18.4.1", [(OWN, "k1", "pass")])] if day % 3 == 0 and day < 60 else []),
            p="reject")
        f = self.only("gone-sender")
        self.assertEqual((f["since"], f["messages"]), (day_of(58), 152))  # day 0 is out of sight

    def test_own_failing(self):
        self.history(lambda day: [home()] if day < DAYS - 6 else
                     [home(4), sent(16, dkim=[(OWN, "google", "fail")], spf=(OWN, "fail"))],
                     p="reject")
        f = self.only("own-failing")
        # The youngest two days are not judged yet.
        self.assertEqual((f["severity"], f["since"], f["failed"], f["messages"]),
                         ("warning", day_of(DAYS - 6), 80, 14 * 20))
        self.assertEqual(f["due"], day_of(DAYS - 6 + 7))

    def test_spike_and_habit(self):
        # Mondays are bad every week; one Thursday is as bad as a Monday.
        self.history(lambda day: [home()] + ([sent(
            300, "198.18.7.1", [("list.example", "x", "pass")], ("list.example", "pass"))]
            if day % 7 == 1 or day == DAYS - 5 else []), p="reject")
        spikes = [f for f in self.found() if f["code"] == "failure-spike"]
        self.assertEqual([(f["since"], f["messages"], f["usual"]) for f in spikes],
                         [(day_of(DAYS - 5), 300, 0)])

    def test_abuse(self):
        self.history(lambda day: [home()] + ([stranger(40, n) for n in range(20, 32)]
                                             if DAYS - 5 <= day < DAYS - 2 else []),
                     p="reject")
        f = self.only("abuse-begun")
        self.assertEqual((f["since"], f["messages"], f["sources"]),
                         (day_of(DAYS - 5), 3 * 12 * 40, 12))

    def test_silent_reporter(self):
        self.history(orgs=lambda day: ["google.com"] + (["Yahoo"] if day < DAYS - 12 else []),
                     p="reject")
        f = self.only("reporter-silent")
        self.assertEqual((f["subject"], f["since"], f["severity"]),
                         ("Yahoo", day_of(DAYS - 12), "warning"))

    def test_weakened(self):
        self.history(p=lambda day: "reject" if day < DAYS - 3 else "none")
        weak = [f for f in self.found() if f["code"] == "policy-weakened"]
        self.assertEqual([(f["severity"], f["since"], f["due"]) for f in weak],
                         [("grave", day_of(DAYS - 3), day_of(DAYS - 1))])
        self.assertIn("reject", weak[0]["evidence"])

    def test_weaker_in_part(self):
        """Less of it below, or for a smaller part, is weaker too."""
        for before, after in (({"p": "reject", "pct": "90"}, {"p": "reject", "pct": "0"}),
                              ({"p": "none", "sp": "reject"}, {"p": "quarantine", "sp": "none"})):
            self.db = self.tmp / f"{after['p']}.db"
            self.at("client", "add", CLIENT, "--domain", OWN, "--raw",
                    "dmarc@msp.example", now=BEGIN)
            self.history(**{k: lambda day, k=k: (before if day < DAYS - 3 else after).get(k)
                            for k in {*before, *after}})
            self.assertIn("policy-weakened", [f["code"] for f in self.found()])

    def test_what_was_accepted_stays_so(self):
        """Though its first day falls out of sight."""
        self.history(lambda day: [home(), sent(
            9, "198.18.4.1", [("sendgrid.net", "s1", "pass")], ("sendgrid.net", "pass"))],
            days=220, p="reject")
        then, later = BEGIN + 120 * DAY, BEGIN + 220 * DAY
        f = self.only("not-aligned", now=then)
        self.at("finding", "accept", f["id"], now=then)
        self.assertEqual(self.found(now=later), [])
        self.assertEqual([g["id"] for g in self.found("--all", now=later)], [f["id"]])

    def test_ready(self):
        self.history(p="none")
        f = self.only("ready")
        self.assertEqual(f["since"], day_of(30))
        self.assertIn("quarantine, on trial", f["remedy"])
        answer = self.at("readiness", OWN, "--json").lines()[0]
        self.assertEqual((answer["ready"], answer["ready_since"]), (True, f["since"]))

    def test_no_reports(self):
        f = self.only("no-reports")
        self.assertEqual(f["since"], day_of(1))
        self.assertEqual(self.found(now=BEGIN + 5 * DAY), [])

    def test_parked_and_unassigned(self):
        self.at("domain", "add", "parked.example", "--client", CLIENT, "--parked", now=BEGIN)
        self.history(p="reject")
        self.history(lambda day: [stranger(3, 20)] if day % 30 == 1 else [],
                     domain="parked.example", p="reject")
        self.history(domain="foreign.example", p="reject")
        found = {f["code"]: f for f in self.found()}
        self.assertEqual(set(found), {"parked-mail", "unassigned"})
        self.assertEqual(found["parked-mail"]["messages"], 3)
        self.assertEqual((found["unassigned"]["domain"], found["unassigned"]["client"]),
                         ("foreign.example", None))

    def test_decisions(self):
        f = self.only("no-reports")
        self.at("finding", "snooze", f["id"], "--until", "3d")
        self.assertEqual(self.found(), [])
        listed = self.only("no-reports", "--all")
        self.assertEqual((listed["snoozed"], listed["until"]), (True, day_of(DAYS + 3)))
        self.only("no-reports", now=self.now + 3 * DAY)
        self.at("finding", "accept", f["id"])
        self.assertEqual(self.found(now=self.now + 300 * DAY), [])
        self.assertIn("1 accepted", self.at("findings").out)
        self.at("finding", "reopen", f["id"])
        self.only("no-reports")

    def test_what_begins_anew_comes_back(self):
        f = self.only("no-reports")
        self.at("finding", "accept", f["id"], now=self.now - DAY)
        self.history(p="reject")
        self.assertEqual(self.found(), [])
        again = self.only("no-reports", now=self.now + 20 * DAY)
        self.assertEqual((again["id"], again["since"]), (f["id"], day_of(DAYS)))

    def test_filters(self):
        self.at("client", "add", "Other", "--domain", "other.example", "--raw",
                "dmarc@msp.example", now=BEGIN)
        self.assertEqual(len(self.found()), 2)
        self.assertEqual([f["client"] for f in self.found("--client", "Other")], ["Other"])
        self.assertEqual([f["domain"] for f in self.found("--domain", OWN)], [OWN])
        self.assertEqual(self.found("--since", "30d"), [])

    def test_wrong(self):
        for words, says in ((("snooze", "12"), "no ID"), (("accept", "0" * 12), "no finding"),
                            (("snooze", "0" * 12, "--until", "x"), "--until is a day"),
                            (("snooze", "0" * 12, "--until", "2020-01-01"), "still to come")):
            got = self.at("finding", *words, code=None)
            self.assertIn(got.code, (64, 66))
            self.assertIn(says, got.err)


class Changes(Histories):
    """`postern changes`, on the same histories."""

    def changed(self, *words):
        answer = self.at("changes", "--json", *words).lines()[0]
        return answer, [(c["change"], c["sender"], c["day"]) for c in answer["changes"]]

    def test_came_and_went(self):
        news = [("sendgrid.net", "s1", "pass")]
        self.history(lambda day: [home()] + (
            [sent(9, "198.18.4.1", news, ("sendgrid.net", "pass"))] if day >= DAYS - 6
            else []) + ([sent(8, "198.18.3.1", [(OWN, "k1", "pass")],
                              ("list.example", "pass"))] if day < DAYS - 12 else []))
        answer, changes = self.changed()
        self.assertEqual(sorted(changes), [
            ("gone", "own servers", day_of(DAYS - 13)),
            ("new", "Twilio SendGrid", day_of(DAYS - 6))])
        self.assertEqual((answer["since"], answer["domains"]), (day_of(DAYS - 9), 1))
        self.assertIn("2 changes since", self.at("changes").out)

    def test_shifts(self):
        self.history(lambda day: [home()] if day < DAYS - 9 else
                     [home(70), sent(40, dkim=[(OWN, "google", "fail")], spf=(OWN, "fail"))],
                     p=lambda day: "none" if day < DAYS - 5 else "quarantine")
        _, changes = self.changed()
        self.assertEqual(changes, [
            ("new", "198.18.0.1", day_of(DAYS - 9)),
            ("volume", "Google Workspace", day_of(DAYS - 1)),
            ("policy", None, day_of(DAYS - 1))])

    def test_nothing(self):
        self.history()
        self.assertEqual(self.changed()[1], [])
        self.assertIn("--since is a day of the last",
                      self.at("changes", "--since", "2020-01-01", code=64).err)
