# SPDX-License-Identifier: Apache-2.0
"""Numbers of different things that no honest report has: facets, sources, domains. Memory
is bounded, the database grows by what was written, and every question still answers, with
exact totals. make deep takes ten times as many."""
import gzip

import compose
import support

TIMES = 10 if support.DEEP else 1
MIB = 1 << 20
MEMORY = 100 * MIB
BEGIN, DAY = 1751328000, 86400  # 2025-07-01
NOW = "2025-07-20"

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<feedback><report_metadata><org_name>{org}</org_name><email>dmarc@reporter.example</email>
<report_id>{id}</report_id><date_range><begin>{begin}</begin><end>{end}</end></date_range>
</report_metadata><policy_published><domain>{domain}</domain><adkim>r</adkim>
<aspf>r</aspf><p>none</p><pct>100</pct></policy_published>
"""
ROW = """<record><row><source_ip>{ip}</source_ip><count>{n}</count><policy_evaluated>
<disposition>none</disposition><dkim>{dkim}</dkim><spf>fail</spf></policy_evaluated></row>
<identifiers><header_from>{name}</header_from></identifiers><auth_results><dkim>
<domain>{signer}</domain><selector>{selector}</selector><result>pass</result></dkim>
</auth_results></record>
"""


def address(n):
    return "10.%d.%d.%d" % (n >> 16, n >> 8 & 255, n & 255)


class Cardinality(support.Sampled):
    def setUp(self):
        super().setUp()
        (self.tmp / "in").mkdir()
        self.inflated = 0

    def add(self, name, rows, domain="example.com", day=0, org="Reporter"):
        """Writes a report of these rows, as gzip."""
        begin = BEGIN + day * DAY
        text = HEAD.format(org=org, id=name, begin=begin, end=begin + DAY - 1,
                           domain=domain)
        with gzip.open(self.tmp / "in" / (name + ".xml.gz"), "wb", compresslevel=1) as f:
            for row in rows:
                text += ROW.format(**row)
                if len(text) > MIB:
                    self.inflated += f.write(text.encode())
                    text = ""
            self.inflated += f.write((text + "</feedback>").encode())

    def read(self, reports):
        """Reads them; the database grows by at most twice what they were inflated."""
        before = self.size()
        _, summary = self.ingest("in", "--now", NOW, "--jobs", "2", timeout=900)
        self.assertEqual(summary["new"], reports)
        self.assertLess(self.size() - before, 2 * self.inflated)

    def size(self):
        return sum(p.stat().st_size for p in self.tmp.glob("postern.db*"))

    def ask(self, *words):
        return self.postern(*words, "--json", "--now", NOW, timeout=300).json()

    def show(self, *words):
        return self.postern(*words, "--now", NOW, timeout=300).out

    def check(self, reports, rows, messages, passed):
        """Exact totals, sums that agree, and memory within bounds, of all that was run."""
        self.check_totals(reports, rows, messages, passed)
        for words in (("overview", "--limit", "0"), ("overview", "--csv"),
                      ("reports",), ("reports", "--json"), ("domain", "list"),
                      ("unassigned", "list"), ("unassigned", "list", "--json"),
                      ("retention", "--json"), ("tls",), ("failures",)):
            self.postern(*words, "--now", NOW, timeout=300)
        self.assertGreater(min(self.greatest["ingest"], self.greatest["overview"]), MIB)
        for command, memory in self.greatest.items():
            self.assertLess(memory, MEMORY, command)

    def client(self, *domains):
        self.postern("client", "add", "Acme", "--raw", "dmarc@msp.example", "--now",
                     "2025-06-01", *(w for d in domains for w in ("--domain", d)))


def row(i, source=None, n=1, passed=False, name="example.com", selector="s1"):
    return {"ip": address(i if source is None else source), "n": n, "name": name,
            "dkim": "pass" if passed else "fail", "signer": "sender.example",
            "selector": selector}


class Facets(Cardinality):
    """Each row has a name, a selector and a source that no other row has."""

    N = 100_000 * TIMES

    def rows(self):
        return (row(i, n=1 + i % 3, passed=i % 4 == 0, name="h%d.example.com" % i,
                    selector="s%d" % i) for i in range(self.N))

    def test_of_one_report(self):
        self.client("example.com")
        self.add("facets", self.rows())
        messages = sum(1 + i % 3 for i in range(self.N))
        passed = sum(1 + i % 3 for i in range(0, self.N, 4))
        self.read(1)
        first = self.size()
        # The same rows of the next day name nothing new.
        inflated, self.inflated = self.inflated, 0
        (self.tmp / "in" / "facets.xml.gz").unlink()
        self.add("again", self.rows(), day=1)
        self.read(1)
        self.assertLess(self.size() - first, first)
        self.assertLess(first, inflated)
        d = self.ask("domain", "show", "example.com")
        self.assertEqual((d["totals"]["messages"], d["totals"]["passed"]),
                         (2 * messages, 2 * passed))
        self.assertEqual(d["sources_all"], self.N)
        self.assertTrue(d["authors_more"] and d["failures_more"])
        self.assertLessEqual(max(len(d["authors"]), len(d["sources"])), 100_000)
        failed = self.ask("domain", "show", "example.com", "--result", "fail")
        self.assertEqual(failed["totals"]["messages"], 2 * (messages - passed))
        self.assertEqual(failed["sources_all"], self.N - len(range(0, self.N, 4)))
        self.assertTrue(d["senders_more"])
        self.assertIn("Only what most messages share was looked at",
                      self.show("domain", "show", "example.com"))
        self.check(2, 2 * self.N, 2 * messages, 2 * passed)


class Sources(Cardinality):
    """A domain with a million sources (in make deep), over five days."""

    N, DAYS = 100_000 * TIMES, 5

    def test_of_a_domain(self):
        self.client("example.com")
        each = self.N // self.DAYS
        for day in range(self.DAYS):
            rows = [row(i, n=1 + (i == 7)) for i in range(day * each, (day + 1) * each)]
            self.add("day%d" % day, rows + [row(self.N, n=100, passed=True)], day=day)
        rows = self.N + self.DAYS
        messages = self.N + 1 + self.DAYS * 100
        self.read(self.DAYS)
        o = self.ask("overview")
        self.assertEqual(o["sources_all"], self.N + 1)
        self.assertEqual([(s["source"], s["messages"]) for s in o["sources"][:2]],
                         [(address(self.N), self.DAYS * 100), (address(7), 2)])
        d = self.ask("domain", "show", "example.com", "--since", "2025-07-02", "--until",
                     "2025-07-03")
        self.assertEqual(d["sources_all"], 2 * each + 1)
        self.assertEqual(sum(s["messages"] for s in d["sources"]), 2 * each + 200
                         if 2 * each < 100_000 else 100_000 - 1 + 200)
        text = self.show("domain", "show", "example.com")
        self.assertIn("Only what most messages share was looked at", text)
        self.assertIn("of {:,} addresses".format(self.N + 1), self.show("overview"))
        self.check(self.DAYS, rows, messages, self.DAYS * 100)


class Domains(Cardinality):
    """Ten thousand domains, and as many as a TLS report may name."""

    N = 10_000 * TIMES
    POLICIES = 10_000

    def test_each_of_a_report(self):
        self.client("d1.example", "d2.example", "quiet.example")
        for i in range(self.N):
            self.add("d%d" % i, [row(i, n=1 + i % 5, passed=i % 2 == 0)],
                     domain="d%d.example" % i)
        messages = sum(1 + i % 5 for i in range(self.N))
        passed = sum(1 + i % 5 for i in range(0, self.N, 2))
        self.read(self.N)
        o = self.ask("overview")
        self.assertEqual(len(o["domains"]), self.N + 1)
        self.assertEqual(sum(d["messages"] for d in o["domains"]), messages)
        self.assertEqual(o["unassigned"]["messages"], messages - 2 - 3)
        self.assertEqual(len(self.ask("unassigned", "list")["domains"]), self.N - 2)
        self.assertEqual(len(self.ask("reports")["reports"]), self.N)
        self.assertIn("{:,} unassigned".format(self.N - 2), self.show("overview"))
        self.assertEqual(self.ask("domain", "show", "d1.example")["totals"]["messages"], 2)
        self.check(self.N, self.N, messages, passed)

    def test_all_of_one_tls_report(self):
        self.client("d1.example", "quiet.example")
        told = compose.tls_report([
            compose.tls_policy("d%d.example" % i, succeeded=5, failed=i % 2,
                               details=[compose.tls_detail()] if i % 2 else ())
            for i in range(self.POLICIES)], begin=BEGIN)
        self.write("in/tls.json.gz", gzip.compress(told, 1))
        self.inflated = len(told)
        self.read(1)
        t = self.ask("tls")
        self.assertEqual(t["domains_all"], self.POLICIES)
        self.assertEqual(sum(d["sessions"] for d in t["domains"]),
                         self.POLICIES * 5 + self.POLICIES // 2)
        self.assertEqual(self.ask("tls", "d1.example")["totals"]["failed"], 1)
        self.assertEqual(len(self.ask("unassigned", "list")["domains"]), self.POLICIES - 1)
        self.check(0, 0, 0, 0)

    def test_reporters(self):
        self.client("example.com")
        for i in range(self.N):
            self.add("o%d" % i, [row(i)], org="Org %d" % i)
        self.read(self.N)
        d = self.ask("domain", "show", "example.com")
        self.assertEqual(len(d["reporters"]), self.N)
        self.check(self.N, self.N, self.N, 0)


if __name__ == "__main__":
    import unittest
    unittest.main()
