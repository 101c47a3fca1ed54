# SPDX-License-Identifier: Apache-2.0
"""Which of several reports count: copies, cut copies, and reports that share a key."""
import itertools
import json
import re
import unittest

import compose as c
from support import Case, figures

ROWS = [c.row(i + 1, "192.0.2.%d" % i, header_from="h%d.example.com" % (i * 7919 % 1009),
              dkim="fail" if i % 3 else "pass") for i in range(100)]
WHOLE = c.report(ROWS)
MESSAGES = sum(range(1, 101))
PASSED = sum(i + 1 for i in range(100) if i % 3 == 0)


def cut(rows, data=WHOLE):
    """The report, ended inside of the row behind these."""
    at = -1
    for _ in range(rows):
        at = data.index(b"</record>", at + 1)
    return data[:at + 40]


def of(rows):
    """Its figures."""
    return (rows, sum(range(1, rows + 1)), sum(i + 1 for i in range(rows) if i % 3 == 0))


class Conflicts(Case):
    def read(self, data, status, name="item"):
        found, summary = self.ingest(self.write(name, data))
        self.assertEqual([o["status"] for o in found], [status], found)
        self.grew = tuple(summary[k] for k in ("rows", "messages", "passed"))
        return found[0]

    def show(self, o):
        return self.postern("report", "show", "--json", o["id"]).json()

    def state(self, shown):
        r = shown["report"]
        self.assertEqual(r["superseded"], shown["superseded_by"] is not None)
        return r["complete"], r["counted"], shown["superseded_by"]

    def reports(self, *options):
        return self.postern("reports", "--json", *options).json()["reports"]


class Truncated(Conflicts):
    def test_cut_gzip_then_whole(self):
        whole = c.gz(WHOLE)
        first = self.read(whole[:len(whole) // 2], "new", "cut")
        self.assertTrue(0 < first["rows"] < 100, first)
        self.assertEqual(figures(first), of(first["rows"]))
        self.check_totals(1, *of(first["rows"]))
        self.assertIn("incomplete", self.postern("report", "show", first["id"]).out)
        second = self.read(whole, "new", "whole")
        # By how much the totals grew: less than the report has.
        self.assertEqual(self.grew, tuple(
            a - b for a, b in zip(of(100), of(first["rows"]))))
        self.check_totals(1, 100, MESSAGES, PASSED)
        self.shown(first, second)

    def test_whole_then_cut_gzip(self):
        whole = c.gz(WHOLE)
        first = self.read(whole, "new", "whole")
        second = self.read(whole[:len(whole) // 2], "superseded", "cut")
        self.assertEqual(figures(second), of(second["rows"]))
        self.assertEqual(self.grew, (0, 0, 0))
        self.check_totals(1, 100, MESSAGES, PASSED)
        self.shown(second, first)

    def shown(self, incomplete, complete):
        """What report show says of both, in JSON and in words."""
        self.assertEqual([r["conflict"] for r in self.reports("--all")], [False, False])
        self.assertNotIn("conflict", self.postern("reports", "--all").out)
        for o in (incomplete, complete):
            self.assertNotIn("other content", self.postern("report", "show", o["id"]).out)
        self.assertIn("Superseded ones", self.postern("report", "show", complete["id"]).out)
        old, new = self.show(incomplete), self.show(complete)
        self.assertEqual(self.state(old),
                         (False, False, complete["id"]))
        self.assertEqual(self.state(new),
                         (True, True, None))
        words = self.postern("report", "show", incomplete["id"]).out
        self.assertIn("superseded by " + complete["id"], words)
        self.assertIn("ends early", words)
        self.assertEqual([r["id"] for r in self.reports()], [complete["id"]])
        self.assertEqual({r["id"] for r in self.reports("--all")},
                         {complete["id"], incomplete["id"]})

    def test_again(self):
        """Both once more: nothing moves."""
        self.read(cut(40), "new", "cut")
        self.read(WHOLE, "new", "whole")
        for name in ("cut", "whole"):
            found, _ = self.ingest(self.tmp / name)
            self.assertEqual(found[0]["status"], "duplicate")
        self.read(c.gz(cut(40)), "duplicate", "cut.gz")
        self.check_totals(1, 100, MESSAGES, PASSED)

    def test_any_order(self):
        """Three that are cut at different places, and the whole one."""
        items = {"10": cut(10), "40": cut(40), "70": cut(70), "whole": WHOLE}
        size = {"10": 10, "40": 40, "70": 70, "whole": 100}
        for name, data in items.items():
            self.write(name, data)
        for i, order in enumerate(itertools.permutations(items)):
            self.db = self.tmp / ("%d.db" % i)
            with self.subTest(order=order):
                found, summary = self.ingest(*(self.tmp / n for n in order),
                                             "--jobs", "1")
                self.assertEqual(summary["conflict"], 0, found)
                self.assertEqual([o["status"] for o in found], [
                    "superseded" if any(size[a] > size[b] for a in order[:k]) else "new"
                    for k, b in enumerate(order)])
                self.check_totals(1, 100, MESSAGES, PASSED)

    def test_only_cut_ones(self):
        """Of incomplete ones that contain each other the largest counts, in any order."""
        items = {"10": cut(10), "40": cut(40), "70": cut(70)}
        for name, data in items.items():
            self.write(name, data)
        for i, order in enumerate(itertools.permutations(items)):
            self.db = self.tmp / ("%d.db" % i)
            with self.subTest(order=order):
                self.ingest(*(self.tmp / n for n in order), "--jobs", "1")
                self.check_totals(1, *of(70))

    def test_same_rows(self):
        """Two that are cut inside of the same row: one of them counts."""
        first = cut(40)
        self.read(first, "new", "a")
        self.read(first[:-10], "superseded", "b")
        self.check_totals(1, *of(40))

    def test_no_row(self):
        """Cut before the first row: the right id, and nothing else."""
        head = WHOLE[:WHOLE.index(b"<record>") + 20]
        o = self.read(head, "new", "head")
        self.assertEqual(figures(o), (0, 0, 0))
        self.read(WHOLE, "new", "whole")
        self.check_totals(1, 100, MESSAGES, PASSED)

    def test_not_contained(self):
        """An incomplete one with a row that the complete one has not: both count."""
        other = cut(3, c.report([c.row(7, "198.51.100.1"), *ROWS]))
        for i, order in enumerate(((other, WHOLE), (WHOLE, other))):
            self.db = self.tmp / ("%d.db" % i)
            with self.subTest(first=i):
                first = self.read(order[0], "new", "a%d" % i)
                second = self.read(order[1], "conflict", "b%d" % i)
                self.check_totals(2, 103, MESSAGES + 7 + 3, PASSED + 7 + 1)
                self.conflicting(first, second)

    def test_contained_by_count_only(self):
        """A row with another number of messages is another row."""
        other = cut(40, WHOLE.replace(b"<count>40<", b"<count>41<"))
        self.read(other, "new", "cut")
        self.read(WHOLE, "conflict", "whole")
        self.check_totals(2, 140, MESSAGES + of(40)[1] + 1, PASSED + of(40)[2] + 1)

    def test_rows_that_are_twice_there(self):
        """A row twice in the incomplete one is not contained in one that has it once."""
        twice = c.report([c.row(2), c.row(2), c.row(9, "192.0.2.9")])
        once = c.report([c.row(2), c.row(5, "192.0.2.5")])
        self.read(cut(2, twice), "new", "cut")
        self.read(once, "conflict", "whole")
        self.check_totals(2, 4, 11, 11)

    def conflicting(self, *reports):
        for o in reports:
            shown = self.show(o)
            self.assertEqual({r["id"] for r in shown["conflicts"]},
                             {r["id"] for r in reports} - {o["id"]})
            words = self.postern("report", "show", o["id"]).out
            for other in reports:
                self.assertIn(other["id"], words)
            self.assertIn("same key", words)
            self.assertTrue(shown["report"]["conflict"])
        # The list tells it too.
        listed = {r["id"]: r for r in self.reports()}
        for o in reports:
            self.assertTrue(listed[o["id"]]["conflict"])
        words = self.postern("reports").out
        self.assertEqual(len(re.findall(r"\bconflict\b", words)), len(reports), words)


class OneKey(Conflicts):
    def test_three_brands(self):
        """GMO Pepabo: one organisation, id, domain, window; only the e-mail differs."""
        brands = [c.report([c.row(n, "192.0.2.%d" % n)], org="GMO Pepabo",
                           email="postmaster@%s.example" % brand)
                  for n, brand in enumerate(("muumuu", "heteml", "lolipop"), 1)]
        for i, order in enumerate(itertools.permutations(brands)):
            self.db = self.tmp / ("%d.db" % i)
            first = self.read(order[0], "new", "1-%d" % i)
            second = self.read(order[1], "conflict", "2-%d" % i)
            third = self.read(order[2], "conflict", "3-%d" % i)
            self.check_totals(3, 3, 6, 6)
        for o in (first, second, third):
            shown = self.show(o)
            self.assertTrue(shown["report"]["counted"])
            self.assertEqual(len(shown["conflicts"]), 2)
        self.assertEqual(len(self.reports()), 3)

    def test_brands_of_which_one_is_cut(self):
        """The incomplete one goes with its own brand only."""
        rows = [c.row(i + 1, "192.0.2.%d" % i) for i in range(4)]
        mine = c.report(rows, email="a@one.example")
        other = c.report([c.row(50, "198.51.100.1")], email="a@two.example")
        self.read(other, "new", "other")
        self.read(cut(2, mine), "conflict", "cut")
        self.check_totals(2, 3, 53, 53)
        self.read(mine, "conflict", "mine")
        self.check_totals(2, 5, 60, 60)

    def test_one_id_over_several_windows(self):
        """Mimecast, Google, GoDaddy: each window is a report of its own."""
        for i in range(4):
            begin = c.BEGIN + i * c.DAY
            self.read(c.report([c.row(10 + i)], begin=begin, end=begin + c.DAY - 1),
                      "new", "%d" % i)
        self.check_totals(4, 4, 46, 46)
        days = self.postern("domain", "show", "--json", "example.com").json()["days"]
        self.assertEqual([d["messages"] for d in days], [10, 11, 12, 13])
        self.assertEqual(self.show(self.reports()[0])["conflicts"], [])

    def test_one_id_of_several_reporters_and_domains(self):
        self.read(c.report(org="a.example"), "new", "a")
        self.read(c.report(org="b.example"), "new", "b")
        self.read(c.report(domain="example.net"), "new", "c")
        self.check_totals(3, 6, 24, 15)

    def test_other_content(self):
        """One key and other rows: both count, and both say so."""
        first = self.read(c.report([c.row(5)]), "new", "a")
        second = self.read(c.report([c.row(6)]), "conflict", "b")
        self.check_totals(2, 2, 11, 11)
        for o, other in ((first, second), (second, first)):
            shown = self.show(o)
            self.assertEqual([r["id"] for r in shown["conflicts"]], [other["id"]])
            words = self.postern("report", "show", o["id"]).out
            self.assertIn("same key", words)
            self.assertIn(other["id"], words)

    def test_no_organisation(self):
        """Then the e-mail's domain stands in the key: these are two reporters."""
        self.read(c.report([c.row(5)], org="", email="x@a.example"), "new", "a")
        self.read(c.report([c.row(6)], org="", email="x@b.example"), "new", "b")
        self.read(c.report([c.row(7)], org="", email="y@a.example"), "conflict", "c")
        self.check_totals(3, 3, 18, 18)

    def test_nearly_the_same_bytes(self):
        """Line ends and the end's blanks do not make another report; all else does."""
        data = c.report()
        self.read(data, "new", "a")
        self.read(data.replace(b"\n", b"\r\n") + b"\r\n\t", "duplicate", "b")
        self.read(c.swap(data, "<version>", " <version>"), "conflict", "c")
        self.check_totals(2, 4, 16, 10)


class Together(Conflicts):
    def test_two_at_once(self):
        """Two ingests of the same files share the database: each report counts once."""
        for i in range(150):
            self.write("in/%d.xml" % i, c.report([c.row(i + 1)], report_id="r-%d" % i))
            self.write("in/%d-cut.gz" % i, c.gz(cut(3, c.report(
                ROWS[:5], report_id="c-%d" % i))))
            self.write("in/%d-whole" % i, c.report(ROWS[:5], report_id="c-%d" % i))
        runs = [self.start("ingest", "--json", self.tmp / "in", stdout=-1, stderr=-1)
                for _ in range(2)]
        new = messages = 0
        for process in runs:
            out, err = process.communicate(timeout=90)
            self.assertEqual(process.returncode, 0, err)
            summary = json.loads(out.splitlines()[-1])["summary"]
            new += summary["new"] + summary["superseded"]
            messages += summary["messages"]
        self.assertEqual((new, messages), (450, 150 * 15 + 150 * 151 // 2))
        self.check_totals(300, 150 * 6, messages, 150 * (1 + 4) + 150 * 151 // 2)


if __name__ == "__main__":
    unittest.main()
