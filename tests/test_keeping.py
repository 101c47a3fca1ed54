# SPDX-License-Identifier: Apache-2.0
"""Clients and domains, what nobody owns, windows over several days, filters."""
import re
import signal
import sqlite3
import subprocess
import time
import unittest
import zlib

import compose as c
from support import Case


def day(n):
    """2025-07-n."""
    return "2025-07-%02d" % n


class Keeping(Case):
    def send(self, *messages, name=None, code=0, now="2025-07-05", **how):
        """Ingests a report with a row for each of `messages` (negative: they fail)."""
        rows = [c.row(abs(m), "192.0.2.%d" % i, dkim="pass" if m >= 0 else "fail")
                for i, m in enumerate(messages, 1)]
        data = c.report(rows, **how)
        name = name or "%08x" % zlib.crc32(data)
        found, summary = self.ingest(self.write(name, data), "--now", now, code=code)
        self.assertEqual(len(found), 1)
        return found[0]

    def add_client(self, name="Acme", *domains, **how):
        options = [w for d in domains for w in ("--domain", d)]
        return self.postern("client", "add", name, "--raw", "rua@msp.example", *options,
                            **how)

    def domains(self, *filters):
        """{domain: messages} of the overview."""
        o = self.postern("overview", "--json", *filters).json()
        return {d["domain"]: d["messages"] for d in o["domains"]}

    def show(self, name, *filters):
        return self.postern("domain", "show", "--json", name, *filters).json()

    def days(self, name, *filters):
        return [(d["day"], d["messages"], d["passed"])
                for d in self.show(name, *filters)["days"]]


class Book(Keeping):
    def test_client_add_prints_what_to_publish(self):
        r = self.postern("client", "add", "Acme Ltd", "--domain", "acme.example", "--raw",
                         "rua@msp.example", "--digest", "boss@acme.example")
        self.assertIn('_dmarc.acme.example. IN TXT "v=DMARC1; p=none; '
                      'rua=mailto:rua@msp.example"', r.out)
        self.assertIn('acme.example._report._dmarc.msp.example. IN TXT "v=DMARC1"', r.out)

    def test_no_authorisation_for_an_address_at_home(self):
        r = self.postern("client", "add", "Acme", "--domain", "acme.example", "--raw",
                         "rua@reports.acme.example")
        self.assertIn("rua=mailto:rua@reports.acme.example", r.out)
        self.assertNotIn("_report._dmarc", r.out)

    def test_parked_domain(self):
        r = self.postern("client", "add", "Acme", "--parked-domain", "old.example",
                         "--raw", "rua@msp.example")
        for line in ('_dmarc.old.example. IN TXT "v=DMARC1; p=reject; '
                     'rua=mailto:rua@msp.example"', 'old.example. IN TXT "v=spf1 -all"',
                     "old.example. IN MX 0 .",
                     'old.example._report._dmarc.msp.example. IN TXT "v=DMARC1"'):
            self.assertIn(line, r.out)

    def test_address_of_the_installation(self):
        """Without --raw the setting reports.address; without either it says so."""
        r = self.postern("client", "add", "Acme", "--domain", "acme.example", code=64)
        self.assertIn("reports.address", r.err)
        env = self.env(POSTERN_REPORTS_ADDRESS="all@msp.example")
        r = self.postern("client", "add", "Acme", "--domain", "acme.example", env=env)
        self.assertIn("rua=mailto:all@msp.example", r.out)

    def test_add_in_json(self):
        r = self.postern("client", "add", "Acme", "--domain", "acme.example", "--raw",
                         "rua@msp.example", "--json").json()
        records = r["domains"][0]["records"]
        self.assertEqual([(x["type"], x["name"], x["value"]) for x in records], [
            ("TXT", "_dmarc.acme.example",
             "v=DMARC1; p=none; rua=mailto:rua@msp.example"),
            ("TXT", "acme.example._report._dmarc.msp.example", "v=DMARC1")])
        self.assertEqual([(x["type"], x["name"], x["value"], x["zone"])
                          for x in r["domains"][0]["optional_records"]], [
            ("TXT", "_smtp._tls.acme.example", "v=TLSRPTv1; rua=mailto:rua@msp.example",
             "acme.example")])

    def test_nothing_twice(self):
        self.add_client("Acme", "acme.example")
        self.assertIn("already", self.add_client("ACME", code=64).err)
        r = self.add_client("Other", "ACME.example", code=64)
        self.assertIn("Acme", r.err)
        # All or nothing.
        names = [x["client"] for x in
                 self.postern("client", "list", "--json").json()["clients"]]
        self.assertEqual(names, ["Acme"])

    def test_bad_names(self):
        for domain in ("", "acme", "a..example", "-a.example", "a b.example",
                       "m\u00fcller.example", "x" * 64 + ".example"):
            with self.subTest(domain=domain):
                self.postern("client", "add", "Acme", "--domain", domain, "--raw",
                             "rua@msp.example", code=64)
        for address in ("rua", "@msp.example", "rua@", "a b@msp.example", "rua@msp"):
            with self.subTest(address=address):
                self.postern("client", "add", "Acme", "--raw", address, code=64)
        self.assertIn("unassigned", self.add_client("unassigned", code=64).err)
        self.add_client("", code=64)

    def test_lists(self):
        self.add_client("Beta", "beta.example")
        self.add_client("Acme", "acme.example")
        self.postern("domain", "add", "old.example", "--client", "Acme", "--parked")
        lines = self.postern("domain", "list", "--json").json()["domains"]
        self.assertEqual([(d["client"], d["domain"], d["use"]) for d in lines], [
            ("Acme", "acme.example", "sending"), ("Acme", "old.example", "parked"),
            ("Beta", "beta.example", "sending")])
        clients = self.postern("client", "list", "--json").json()["clients"]
        self.assertEqual([x["client"] for x in clients], ["Acme", "Beta"])
        for words in (("client", "list"), ("domain", "list")):
            out = self.postern(*words).out
            for name in ("Acme", "Beta"):
                self.assertIn(name, out)
        shown = self.postern("client", "show", "acme").out
        for text in ("Acme", "rua@msp.example", "acme.example", "old.example", "parked"):
            self.assertIn(text, shown)

    def test_retire_domain(self):
        """History and later reports stay with it; adding brings it back."""
        self.add_client("Acme", "example.com")
        self.send(5)
        self.postern("domain", "retire", "example.com")
        self.send(6, report_id="r-2")
        self.assertEqual(self.domains("--client", "Acme"), {"example.com": 11})
        self.assertEqual(self.totals("--client", "unassigned")["messages"], 0)
        d = self.postern("domain", "list", "--json").json()["domains"][0]
        self.assertTrue(d["retired"])
        self.postern("domain", "add", "example.com", "--client", "Acme")
        d = self.postern("domain", "list", "--json").json()["domains"][0]
        self.assertFalse(d["retired"])

    def test_retire_client(self):
        self.add_client("Acme", "example.com")
        self.send(5)
        self.postern("client", "retire", "Acme")
        self.assertIn("retired", self.postern("client", "retire", "Acme", code=64).err)
        self.send(6, report_id="r-2")
        self.assertEqual(self.totals("--client", "Acme")["messages"], 11)
        self.assertIn("RETIRED", self.postern("client", "list").out)

    def test_client_comes_back(self):
        """With its addresses and what was retired with it."""
        self.add_client("Acme", "example.com", "gone.example")
        self.send(5)
        self.postern("domain", "retire", "gone.example", "--now", "2025-07-01")
        out = self.postern("client", "retire", "Acme").out
        self.assertIn('postern client add "Acme"', out)
        c1 = self.postern("client", "add", "ACME", "--json").json()
        self.assertEqual((c1["client"], c1["again"], c1["raw"], c1["retired"]),
                         ("Acme", True, "rua@msp.example", None))
        self.assertEqual([d["domain"] for d in c1["domains"]], ["example.com"])
        retired = {d["domain"]: d["retired"] for d in
                   self.postern("domain", "list", "--json").json()["domains"]}
        self.assertEqual(retired, {"example.com": False, "gone.example": True})
        self.assertIn("already", self.add_client("Acme", code=64).err)
        self.assertEqual(self.totals("--client", "Acme")["messages"], 5)

    def test_retired_domain_goes_to_another(self):
        self.add_client("Acme", "example.com")
        self.add_client("Beta")
        self.send(5)
        self.postern("domain", "add", "example.com", "--client", "Beta", code=64)
        self.postern("domain", "retire", "example.com")
        out = self.postern("domain", "add", "example.com", "--client", "Beta").out
        self.assertIn("was a domain of Acme", out)
        self.assertEqual(self.totals("--client", "Beta")["messages"], 5)
        self.assertEqual(self.totals("--client", "Acme")["messages"], 0)

    def test_unknown(self):
        self.add_client("Acme", "acme.example")
        for words in (("client", "show", "Nobody"), ("client", "retire", "Nobody"),
                      ("domain", "show", "nobody.example"),
                      ("domain", "retire", "nobody.example"),
                      ("domain", "add", "x.example", "--client", "Nobody"),
                      ("overview", "--client", "Nobody"),
                      ("report", "show", "0123456789ab")):
            with self.subTest(words=words):
                r = self.postern(*words, code=66)
                self.assertEqual(r.out, "")
                self.assertTrue(r.err.startswith("postern: "), r.err)


class Owners(Keeping):
    def test_subdomains_and_the_longest_entry(self):
        self.add_client("Acme", "example.com")
        self.add_client("Beta", "mail.example.com")
        for i, domain in enumerate(("example.com", "www.example.com", "mail.example.com",
                                    "a.mail.example.com", "xexample.com", "example.net")):
            self.send(1 << i, domain=domain)
        self.assertEqual(self.domains(), {"example.com": 3, "mail.example.com": 12,
                                          "xexample.com": 16, "example.net": 32})
        self.assertEqual(self.totals("--client", "Acme")["messages"], 3)
        self.assertEqual(self.totals("--client", "Beta")["messages"], 12)
        self.assertEqual(self.totals("--client", "unassigned")["messages"], 48)
        self.assertEqual(self.totals()["messages"], 63)
        # A longer entry takes its part over, with its history.
        self.postern("domain", "add", "a.mail.example.com", "--client", "Acme")
        self.assertEqual(self.totals("--client", "Acme")["messages"], 11)
        self.assertEqual(self.domains("--domain", "mail.example.com"),
                         {"mail.example.com": 4})

    def test_taken_out_of_another_clients_domain(self):
        self.add_client("Acme", "example.com")
        self.add_client("Beta")
        out = self.postern("domain", "add", "a.example.com", "--client", "Beta").out
        self.assertIn("a.example.com was part of example.com, a domain of Acme", out)
        d = self.postern("domain", "add", "b.a.example.com", "--client", "Acme",
                         "--json").json()
        self.assertEqual((d["out_of"], d["out_of_client"]), ("a.example.com", "Beta"))
        # Within one client nobody loses anything.
        d = self.postern("domain", "add", "c.example.com", "--client", "Acme",
                         "--json").json()
        self.assertEqual((d["out_of"], d["out_of_client"]), (None, None))
        self.assertNotIn("was part of", self.postern("domain", "add", "d.example.com",
                                                     "--client", "Acme").out)
        out = self.add_client("Gamma", "e.example.com").out
        self.assertIn("e.example.com was part of example.com, a domain of Acme", out)

    def test_capitals(self):
        self.add_client("Acme", "Example.COM")
        self.send(5, domain="EXAMPLE.com")
        self.assertEqual(self.domains("--client", "acme"), {"example.com": 5})
        self.assertEqual(self.totals("--domain", "EXAMPLE.COM.")["messages"], 5)

    def test_subdomains_shown(self):
        self.add_client("Acme", "example.com")
        self.send(5)
        self.send(7, domain="www.example.com")
        shown = self.show("example.com")
        self.assertIn("www.example.com", str(shown))
        self.assertIn("www.example.com",
                      self.postern("domain", "show", "example.com").out)
        # As reported: not in the book, and shown by itself.
        self.assertEqual(self.days("www.example.com"), [(day(1), 7, 7)])


class Unassigned(Keeping):
    def unassigned(self):
        return {d["domain"]: d for d in
                self.postern("unassigned", "list", "--json").json()["domains"]}

    def test_counted_and_listed(self):
        self.add_client("Acme", "acme.example")
        self.send(5)
        self.send(9, domain="acme.example")
        self.assertEqual(self.totals()["messages"], 14)
        self.assertEqual(self.unassigned()["example.com"]["messages"], 5)
        self.assertIn("example.com", self.postern("unassigned", "list").out)
        self.assertIn("nassigned", self.postern("overview").out)
        # That none has reports in some days does not say that there is none.
        out = self.postern("unassigned", "list", "--since", "2030-01-01").out
        self.assertIn("matches the filters", out)
        self.assertNotIn("belongs to a client", out)

    def test_domain_add_takes_over(self):
        self.send(5, -3)
        self.send(7, domain="sub.example.com")
        self.add_client("Acme")
        r = self.postern("domain", "add", "example.com", "--client", "Acme")
        self.assertIn("15", r.out)
        self.assertEqual(self.unassigned(), {})
        self.assertEqual(self.domains("--client", "Acme"), {"example.com": 15})
        self.check_totals(2, 3, 15, 12)

    def test_refuse(self):
        """Uncounts what is there, refuses what comes; adding the domain lifts it."""
        self.send(5, name="a")
        self.send(9, domain="other.example", name="o")
        r = self.postern("unassigned", "refuse", "example.com")
        self.assertIn("1", r.out)
        self.check_totals(1, 1, 9, 9)
        o = self.send(6, report_id="r-2", name="b")
        self.assertEqual((o["status"], o["messages"], o["domain"]),
                         ("refused", 6, "example.com"))
        self.assertIn("example.com", o["reason"])
        self.check_totals(1, 1, 9, 9)
        # Known bytes say the same again.
        found, summary = self.ingest(self.tmp / "b", "--now", "2025-07-05")
        self.assertEqual((found[0]["status"], found[0]["reason"]),
                         ("refused", o["reason"]))
        self.assertTrue(self.unassigned()["example.com"]["refused"])
        self.lift()

    def lift(self):
        self.add_client("Acme", "example.com")
        self.check_totals(2, 2, 14, 14)
        # What was refused on its way in comes when it is given again.
        found, summary = self.ingest(self.tmp / "a", self.tmp / "b", "--jobs", "1",
                                     "--now", "2025-07-05")
        self.assertEqual([o["status"] for o in found], ["duplicate", "new"])
        self.check_totals(3, 3, 20, 20)

    def test_refuse_before_anything_came(self):
        self.send(9, domain="other.example")
        out = self.postern("unassigned", "refuse", "EXAMPLE.com").out
        self.assertIn("no report has named it yet", out)
        self.assertIn("refused already",
                      self.postern("unassigned", "refuse", "example.com").out)
        self.assertIn("refused", self.postern("unassigned", "list").out)
        self.assertTrue(self.unassigned()["example.com"]["refused"])
        self.assertEqual(self.send(5)["status"], "refused")
        self.check_totals(1, 1, 9, 9)

    def test_refuse_what_is_owned(self):
        self.add_client("Acme", "example.com")
        self.assertIn("Acme", self.postern("unassigned", "refuse", "www.example.com",
                                           code=64).err)

    def test_incomplete_ones_stay_uncounted(self):
        """A lifted refusal does not count what is superseded."""
        rows = [c.row(i + 1, "192.0.2.%d" % i) for i in range(5)]
        whole = c.report(rows)
        self.ingest(self.write("cut", whole[:-300]))
        self.ingest(self.write("whole", whole))
        self.postern("unassigned", "refuse", "example.com")
        self.check_totals(0, 0, 0, 0)
        self.add_client("Acme", "example.com")
        self.check_totals(1, 5, 15, 15)

    def test_old_ones_go(self):
        """90 days from their arrival, at the end of an ingest, with a warning."""
        self.add_client("Acme", "acme.example")
        self.send(1, now="2025-01-01", name="old")
        self.send(2, now="2025-01-01", domain="acme.example", name="ours")
        self.send(4, now="2025-03-01", report_id="r-2", name="newer")
        self.check_totals(3, 3, 7, 7)
        r = self.postern("ingest", "--json", self.write("x", c.report(
            [c.row(8)], report_id="r-3")), "--now", "2025-04-02")
        self.assertIn("1 report", r.err)
        self.assertIn("90 days", r.err)
        self.check_totals(3, 3, 14, 14)
        # Given again they are read again: their bytes are gone.
        o = self.send(1, now="2025-04-03", name="old")
        self.assertEqual(o["status"], "new")
        self.check_totals(4, 4, 15, 15)

    def test_days_are_a_setting(self):
        before = c.BEGIN - 200 * c.DAY  # 2024-12-13
        self.send(1, now="2025-01-01", begin=before, end=before + c.DAY - 1)
        env = self.env(POSTERN_UNASSIGNED_DAYS="365")
        self.ingest(self.write("x", c.report(report_id="r-2")), "--now", "2025-12-31",
                    env=env)
        self.assertEqual(self.totals()["reports"], 2)
        self.ingest(self.write("y", c.report(report_id="r-3")), "--now", "2026-01-02",
                    env=env)
        self.assertEqual(self.totals()["reports"], 2)

    def test_too_much(self):
        """Past unassigned.max the oldest arrivals go first, with a warning."""
        self.add_client("Acme", "acme.example")
        self.send(64, domain="acme.example", now="2024-12-01")
        for i in range(6):
            rows = [c.row(1, "192.0.2.%d" % (i * 30 + n), header_from="%x.example" % (
                (i * 100 + n) * 2654435761 % (1 << 32))) for n in range(30)]
            self.ingest(self.write("r%d" % i, c.report(rows, report_id="u-%d" % i)),
                        "--now", "2025-01-%02d" % (i + 1))
        env = self.env(POSTERN_UNASSIGNED_MAX="5 KiB")
        r = self.postern("ingest", "--json", self.write("x", c.report(
            [c.row(1)], report_id="last")), "--now", "2025-01-10", env=env)
        self.assertIn("5.0 KiB", r.err)
        self.assertIn("oldest", r.err)
        left = [o["report_id"] for o in
                self.postern("reports", "--json", "--client", "unassigned")
                .json()["reports"]]
        self.assertIn("last", left)
        self.assertNotIn("u-0", left)
        self.assertTrue(1 < len(left) < 6, left)
        self.assertEqual(sorted(left)[1:], ["u-%d" % i for i in range(7 - len(left), 6)])
        self.assertEqual(self.totals("--client", "Acme")["messages"], 64)
        self.postern("fsck", "--quiet")


class Windows(Keeping):
    def test_day_of_begin(self):
        self.send(5, begin=c.BEGIN + 23 * 3600, end=c.BEGIN + 47 * 3600)
        self.assertEqual(self.days("example.com"), [(day(1), 5, 5)])

    def test_26_hours_are_one_day(self):
        self.send(5, end=c.BEGIN + 26 * 3600)
        self.assertEqual(self.days("example.com"), [(day(1), 5, 5)])

    def test_spread(self):
        """Integer shares; the remainder of row k begins at day k mod n."""
        self.send(10, -5, 2, begin=c.BEGIN + 12 * 3600, end=c.BEGIN + 60 * 3600 - 1)
        self.assertEqual(self.days("example.com"), [
            (day(1), 4 + 1 + 1, 4 + 1), (day(2), 3 + 2 + 0, 3 + 0), (day(3), 3 + 2 + 1,
                                                                    3 + 1)])
        self.check_totals(1, 3, 17, 12)
        # Days narrow to their shares.
        self.assertEqual(self.totals("--since", day(2), "--until", day(2))["messages"], 5)

    def test_spread_is_marked(self):
        o = self.send(10, end=c.BEGIN + 3 * c.DAY)
        self.assertIn("3 days", self.postern("report", "show", o["id"]).out)
        self.assertEqual(self.postern("report", "show", "--json", o["id"]).json()
                         ["report"]["days"], 3)

    def test_until_midnight(self):
        """A window that ends at midnight does not touch the day that begins there."""
        self.send(9, end=c.BEGIN + 2 * c.DAY)
        self.assertEqual(self.days("example.com"), [(day(1), 5, 5), (day(2), 4, 4)])

    def test_just_over_26_hours(self):
        self.send(9, end=c.BEGIN + 26 * 3600 + 1)
        self.assertEqual(self.days("example.com"), [(day(1), 5, 5), (day(2), 4, 4)])

    def test_31_days(self):
        self.send(31, end=c.BEGIN + 31 * c.DAY)
        self.assertEqual([d[1] for d in self.days("example.com")], [1] * 31)

    def odd(self, want, *words, **how):
        o = self.send(9, **how)
        self.assertEqual(self.days("example.com"), [(want, 9, 9)])
        self.assertEqual(self.totals()["messages"], 9)
        said = self.postern("report", "show", o["id"]).out
        self.assertIn("counts on", said)

    def test_longer_than_31_days(self):
        self.odd(day(1), end=c.BEGIN + 31 * c.DAY + 1)

    def test_reversed(self):
        self.odd(day(4), begin=c.BEGIN + 3 * c.DAY, end=c.BEGIN)

    def test_no_begin(self):
        self.odd(day(2), begin="yesterday", end=c.BEGIN + c.DAY + 5)

    def test_no_window(self):
        """The day of arrival."""
        self.odd(day(5), begin="", end="", now="2025-07-05T23:59:59Z")

    def test_null_report(self):
        """Count 0: listed, and never shown as 0 %."""
        o = self.send(0)
        self.assertEqual((o["status"], o["rows"], o["messages"]), ("new", 1, 0))
        self.check_totals(1, 1, 0, 0)
        for words in (("overview",), ("domain", "show", "example.com"), ("reports",),
                      ("report", "show", o["id"]), ("unassigned", "list")):
            out = self.postern(*words).out
            self.assertIn("example.com", out)
            self.assertNotRegex(out, r"\b0(\.0)? ?%")
            self.assertNotIn("100 %", out)

    def test_no_rows(self):
        data = self.write("none", c.report([]))
        self.assertEqual(self.ingest(data)[0][0]["status"], "new")
        self.check_totals(1, 0, 0, 0)
        self.assertIn("example.com", self.postern("reports").out)
        self.assertNotRegex(self.postern("overview").out, r"\b0(\.0)? ?%")


class Filters(Keeping):
    def setUp(self):
        super().setUp()
        self.add_client("Acme", "example.com")
        self.add_client("Beta", "beta.example")
        for i, (domain, messages) in enumerate((
                ("example.com", (1, -2)), ("beta.example", (4, -8)),
                ("nobody.example", (16, -32)))):
            for d in range(3):
                begin = c.BEGIN + d * c.DAY
                self.send(*(m << 6 * d for m in messages), domain=domain, begin=begin,
                          end=begin + c.DAY - 1)
        self.all = (1 + 2 + 4 + 8 + 16 + 32) * (1 + 64 + 4096)

    def check(self, messages, passed, *filters):
        t = self.totals(*filters)
        self.assertEqual((t["messages"], t["passed"], t["failed"]),
                         (messages, passed, messages - passed), filters)
        return t

    def test_none(self):
        t = self.check(self.all, 21 * 4161)
        self.assertEqual((t["reports"], t["rows"]), (9, 18))

    def test_client(self):
        t = self.check(12 * 4161, 4 * 4161, "--client", "Beta")
        self.assertEqual((t["reports"], t["rows"]), (3, 6))
        self.check(48 * 4161, 16 * 4161, "--client", "unassigned")

    def test_domain(self):
        self.check(3 * 4161, 4161, "--domain", "example.com")
        self.check(48 * 4161, 16 * 4161, "--domain", "nobody.example")
        self.postern("overview", "--domain", "nothing.example", code=66)

    def test_client_and_domain(self):
        self.check(3 * 4161, 4161, "--client", "Acme", "--domain", "example.com")
        self.assertEqual(self.totals("--client", "Beta", "--domain", "example.com")
                         ["messages"], 0)

    def test_days(self):
        t = self.check(63 * 64, 21 * 64, "--since", day(2), "--until", day(2))
        self.assertEqual((t["reports"], t["rows"]), (3, 6))
        self.check(63 * (64 + 4096), 21 * (64 + 4096), "--since", day(2))
        self.check(63 * 65, 21 * 65, "--until", day(2))
        self.check(0, 0, "--since", day(9))
        self.check(63 * 4096, 21 * 4096, "--since", "1d", "--now", day(4))

    def test_result(self):
        t = self.check(21 * 4161, 21 * 4161, "--result", "pass")
        self.assertEqual(t["rows"], 9)
        self.check(42 * 4161, 0, "--result", "fail")

    def test_all_of_them(self):
        self.check(8 * 64, 0, "--client", "Beta", "--since", day(2), "--until", day(2),
                   "--result", "fail", "--domain", "beta.example")

    def test_reports(self):
        def ids(*filters):
            return len(self.postern("reports", "--json", *filters).json()["reports"])
        self.assertEqual(ids(), 9)
        self.assertEqual(ids("beta.example"), 3)
        self.assertEqual(ids("--client", "Acme"), 3)
        self.assertEqual(ids("--since", day(3)), 3)
        self.assertEqual(ids("--result", "fail", "--until", day(1)), 3)
        self.assertEqual(ids("--limit", "4"), 4)
        self.assertEqual(ids("--offset", "8"), 1)

    def test_domain_show(self):
        self.assertEqual(self.days("example.com", "--since", day(2)),
                         [(day(2), 3 * 64, 64), (day(3), 3 * 4096, 4096)])
        shown = self.show("example.com", "--result", "fail")
        self.assertEqual(sum(d["messages"] for d in shown["days"]), 2 * 4161)
        sources = {s["source"]: s["messages"] for s in shown["sources"]}
        self.assertEqual(sources, {"192.0.2.2": 2 * 4161})

    def found(self, *filters, now="2025-07-05"):
        o = self.postern("overview", "--json", "--now", now, *filters).json()
        return [(f["code"], f["domain"], f["evidence"]) for f in o["findings"]]

    def test_findings_are_of_all_days(self):
        """Only domains narrow what stands out: days and results do not."""
        self.postern("client", "add", "Empty", "--domain", "empty.example", "--raw",
                     "raw@empty.example", "--now", "2025-06-01")
        self.send(7, domain="passing.example")
        self.add_client("Gamma", "passing.example")
        whole = self.found()
        self.assertEqual([d for n, d, t in whole if n == "no-reports"],
                         ["empty.example"])
        self.assertEqual(whole, [(f["code"], f["domain"], f["evidence"]) for f in self.postern(
            "findings", "--json", "--now", "2025-07-05").json()["findings"]])
        for filters in (("--since", day(9)), ("--result", "pass"), ("--result", "fail"),
                        ("--until", day(1), "--result", "fail")):
            self.assertEqual(self.found(*filters), whole, filters)
            self.assertIn("What stands out (over all days)",
                          self.postern("overview", *filters).out)
        self.assertNotIn("over all days", self.postern("overview").out)
        self.assertEqual(self.found("--domain", "passing.example"), [])
        self.assertIn("No report yet", self.postern("domain", "show", "empty.example").out)
        for filters in (("--result", "fail"), ("--since", day(9))):
            shown = self.postern("domain", "show", "passing.example", *filters).out
            self.assertNotIn("No report yet", shown)
            self.assertIn("none matches", shown)

    def test_silence_is_of_all_messages(self):
        for d in range(24):
            begin = c.BEGIN + d * c.DAY
            for org in ("Quiet Ltd", "Steady Ltd")[d >= 12:]:
                self.send(-100 if d < 11 else 100, domain="example.com", org=org,
                          begin=begin, end=begin + c.DAY - 1)
        whole = [t for n, d, t in self.found(now="2025-07-25") if n == "reporter-silent"]
        self.assertEqual(len(whole), 1, whole)
        self.assertIn("Quiet Ltd", whole[0])
        for result in ("pass", "fail"):
            self.assertEqual([t for n, d, t in self.found("--result", result,
                                                          now="2025-07-25")
                              if n == "reporter-silent"], whole)

    def test_what_is_decided_stands_out_no_more(self):
        self.add_client("Gamma", "passing.example")
        for d in range(10):
            self.send(-7, domain="stranger.example", begin=c.BEGIN + d * c.DAY,
                      end=c.BEGIN + d * c.DAY + c.DAY - 1)
        found = self.postern("overview", "--json", "--now", "2025-07-20").json()["findings"]
        self.assertTrue(found)
        for f in found:
            self.postern("finding", "accept", f["id"], "--now", "2025-07-20")
        self.assertEqual(self.found(now="2025-07-20"), [])

    def test_last_day_is_of_what_matches(self):
        self.send(0, domain="idle.example")
        self.add_client("Idle", "idle.example")
        for result in ("pass", "fail"):
            o = self.postern("overview", "--json", "--result", result, "--client",
                             "Idle").json()
            self.assertIsNone(o["last_day"])
            self.assertEqual([(d["domain"], d["last_day"]) for d in o["domains"]],
                             [("idle.example", None)])

    def test_reporters(self):
        for result, want in (("pass", (4161, 4161, 0)), ("fail", (2 * 4161, 0, 2 * 4161))):
            r = self.show("example.com", "--result", result)["reporters"]
            self.assertEqual([(x["messages"], x["passed"], x["failed"]) for x in r],
                             [want])

    def test_sources(self):
        o = self.postern("overview", "--json", "--limit", "0").json()
        self.assertEqual({s["source"]: (s["messages"], s["passed"], s["failed"])
                          for s in o["sources"]},
                         {"192.0.2.1": (21 * 4161, 21 * 4161, 0),
                          "192.0.2.2": (42 * 4161, 0, 42 * 4161)})

    def test_bad_ones(self):
        for filters in (("--since", "yesterday"), ("--since", "2025-02-30"),
                        ("--result", "maybe"), ("--limit", "many"), ("--until", "")):
            with self.subTest(filters=filters):
                r = self.postern("overview", *filters, code=64)
                self.assertTrue(r.err)


class Failures(Keeping):
    """Why mail fails: grouped by what became of DKIM and of SPF."""

    def fill(self):
        foreign = c.auth("dkim", "sendgrid.net", "pass", selector="s1") \
            + c.auth("spf", "em.sendgrid.net", "pass", scope="mfrom")
        unsigned = c.auth("spf", "example.com", "softfail", scope="mfrom")
        forwarded = "<reason><type>forwarded</type><comment>c</comment></reason>"
        rows = [c.row(9, "192.0.2.1", dkim="fail", results=foreign),
                c.row(20, "192.0.2.2", dkim="fail", results=foreign, reason=forwarded),
                c.row(7, "192.0.2.3", dkim="fail", results=unsigned),
                c.row(100, "192.0.2.4")]
        self.ingest(self.write("r", c.report(rows)), "--now", "2025-07-05")

    def test_groups(self):
        self.fill()
        d = self.show("example.com")
        self.assertEqual(
            [(f["messages"], f["sources"], f["source"], f["reasons"], f["text"])
             for f in d["failures"]],
            [(29, 2, "192.0.2.2", ["forwarded"],
              "DKIM passes for sendgrid.net, SPF passes for em.sendgrid.net: neither in "
              "the domain's own name"),
             (7, 1, "192.0.2.3", [],
              "no DKIM signature; SPF fails for example.com (softfail)")])
        self.assertEqual(d["failures"][1]["spf"], {
            "outcome": "fails", "domain": "example.com", "result": "softfail"})
        self.assertEqual(sum(f["messages"] for f in d["failures"]), d["totals"]["failed"])
        out = self.postern("domain", "show", "example.com").out
        for text in ("Why it fails", "29 messages from 2 sources, most from 192.0.2.2",
                     "forwarded"):
            self.assertIn(text, out)

    def test_filters(self):
        self.fill()
        self.assertEqual(len(self.show("example.com", "--result", "fail")["failures"]), 2)
        self.assertEqual(self.show("example.com", "--result", "pass")["failures"], [])
        self.assertEqual(self.show("example.com", "--since", day(2))["failures"], [])
        d = self.show("example.com", "--limit", "1")
        self.assertEqual((len(d["failures"]), d["failures_all"]), (1, 2))
        self.assertIn("and 1 more", self.postern("domain", "show", "example.com",
                                                 "--limit", "1").out)


class Fsck(Keeping):
    def test_sound(self):
        self.send(5, -3)
        self.assertTrue(self.postern("fsck", "--json").json()["sound"])
        self.assertIn("1 report", self.postern("fsck").out)

    def test_differs(self):
        """A sum that is not that of the reports is found, and mended where asked."""
        self.send(5, -3)
        with sqlite3.connect(self.db) as db:
            db.execute("UPDATE facts_day SET messages = messages + 1")
        db.close()
        self.assertIn("--mend", "".join(self.said(70)))
        self.said(0, "--mend")
        self.check_totals(1, 2, 8, 5)

    def test_rows_are_gone(self):
        """Nothing is lowered; reparse and a mending run bring all back."""
        self.send(5, -3)
        self.send(7, -1)
        with sqlite3.connect(self.db) as db:
            db.execute("DELETE FROM facts_piece WHERE id >> 20 = 2")
        db.close()
        before = self.postern("overview", "--json", "--now", "2025-12-01").json()["totals"]
        for options in ((), ("--mend",), ("--mend",)):
            out = self.said(70, *options)[0]
            self.assertIn("postern reparse", " ".join(out.split()))
            self.assertNotIn("anew.\n", out.replace("sums anew", ""))
            self.assertEqual(self.postern("overview", "--json", "--now", "2025-12-01")
                             .json()["totals"], before)
        name = re.search(r"report ([0-9a-f]{12}): 2 of its 2 rows are missing", out)
        self.assertIn(name[1], self.postern("report", "show", name[1]).out)
        self.assertEqual(self.postern("fsck", "--json", code=70).json()["rows_missing"], 1)
        self.postern("reparse")
        self.said(0, "--mend")
        self.assertTrue(self.postern("fsck", "--json").json()["sound"])
        self.assertEqual(self.postern("overview", "--json", "--now", "2025-12-01")
                         .json()["totals"], before)

    def damage(self, whole):
        """Noise over pages, or a file that is cut; `whole` are its bytes."""
        noise = bytearray(whole)
        for at in range(4096 * 2, len(noise), 4096 * 2):
            noise[at:at + 200] = b"\x5a" * 200
        return {"noise": bytes(noise), "cut": whole[:len(whole) // 2 // 4096 * 4096]}

    def test_a_damaged_database(self):
        """One sentence, 65, and what to do; ingest stays at 75."""
        for i in range(30):
            self.send(5, -3, i, name="r%d" % i)
        for name, data in self.damage(self.db.read_bytes()).items():
            with self.subTest(name):
                self.db.write_bytes(data)
                out, err = self.said(65)
                self.assertEqual(out, "")
                self.assertEqual(err.count("\n"), 1)
                self.assertNotRegex(err, r"\\x|\*\*\*|run `postern fsck`")
                for word in ("is damaged: ", "restore --replace", "postern ingest"):
                    self.assertIn(word, err)
                r = self.postern("reports", code=65)
                self.assertIn("run `postern fsck`", r.err)
                self.postern("reparse", code=65)
                self.write("late", c.report([c.row(9, "192.0.2.9")], report_id="late"))
                self.assertIn("is damaged", self.postern("ingest", "late", code=75).err)

    def test_stopped(self):
        """Ctrl-C is answered in words, at a lock too."""
        self.send(5, -3)
        before = self.db.read_bytes()
        holder = sqlite3.connect(self.db)
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        for options, words in (((), b"nothing was changed"), (("--mend",), b"nothing is lost")):
            run = self.start("fsck", *options, stderr=subprocess.PIPE)
            time.sleep(0.7)
            self.assertIsNone(run.poll())
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=10)
            self.assertEqual(run.returncode, 75, err)
            self.assertIn(b"stopped; " + words, err)
        holder.close()
        self.assertEqual(self.db.read_bytes(), before)

    def said(self, code, *options):
        r = self.postern("fsck", *options, code=code)
        return r.out, r.err


if __name__ == "__main__":
    unittest.main()
