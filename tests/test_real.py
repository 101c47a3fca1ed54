# SPDX-License-Identifier: Apache-2.0
"""987 real reports, held against figures that another reader found."""
import json
import pathlib
import unittest

from support import SHARED, Case, figures, needs_shared

REAL = SHARED / "reports" / "real"
# Words of ours that are no reports.
OTHERS = {"LICENSE", "EXPECTED.jsonl"}


@needs_shared
class Real(Case):
    def expected(self):
        with open(REAL / "EXPECTED.jsonl", encoding="utf-8") as lines:
            return {e["path"]: e for e in map(json.loads, lines)}

    def read(self, *options):
        return self.ingest(*options, REAL)

    def check_summary(self, found, summary):
        """The summary is the sum of what was said."""
        reports = [o for o in found if o["id"]]
        self.assertEqual(summary["reports"], len(reports))
        for status in ("new", "duplicate", "superseded", "conflict", "refused", "aside"):
            self.assertEqual(summary[status], sum(o["status"] == status for o in found),
                             status)
        self.assertEqual(summary["repaired"], sum(bool(o["repairs"]) for o in found))
        grew = [o for o in reports if o["status"] in ("new", "conflict")]
        for name in ("rows", "messages", "passed"):
            self.assertEqual(summary[name], sum(o[name] for o in grew), name)

    def test_figures(self):
        expected = self.expected()
        self.assertEqual(len(expected), 987)
        found, summary = self.read()
        by_path = {}
        for o in found:
            name = pathlib.Path(o["path"]).name
            self.assertNotIn(name, by_path, "one outcome a file")
            by_path[name] = o
        self.assertEqual(set(by_path), set(expected) | OTHERS)
        for name, e in sorted(expected.items()):
            with self.subTest(file=name):
                o = by_path[name]
                self.assertNotEqual(o["status"], "refused", o["reason"])
                self.assertEqual(o["kind"], "aggregate")
                self.assertEqual(figures(o), (e["rows"], e["messages"], e["passed"]))
                self.assertEqual((o["org"], o["report_id"], o["domain"]),
                                 (e["org"], e["report_id"], e["domain"]))
        for name in OTHERS:
            self.assertEqual(by_path[name]["status"], "refused")
            self.assertTrue(by_path[name]["reason"])
        self.check_summary(found, summary)
        self.assertEqual(summary["files"], len(by_path))
        self.check_totals(summary["new"] + summary["conflict"], summary["rows"],
                          summary["messages"], summary["passed"])
        self.second_run(found)

    def second_run(self, before):
        total = self.totals()
        found, summary = self.read()
        for status in ("new", "conflict", "superseded"):
            self.assertEqual(summary[status], 0, status)
        for name in ("rows", "messages", "passed"):
            self.assertEqual(summary[name], 0, name)
        self.assertEqual(sum(o["status"] == "duplicate" for o in found), 987)
        self.assertEqual(summary["refused"], len(OTHERS))

        def key(o):
            return o["path"], o["id"], figures(o), [r["name"] for r in o["repairs"]]

        self.assertEqual(sorted(map(key, found)), sorted(map(key, before)))
        self.assertEqual(self.totals(), total)

    def test_jobs_do_not_matter(self):
        """Whatever the number of workers: the same totals, domains and sources."""
        answers = []
        for jobs in (1, 4):
            self.db = self.tmp / ("%d.db" % jobs)
            _, summary = self.read("--jobs", str(jobs))
            del summary["seconds"]
            answers.append((summary, self.postern("overview", "--json", "--limit", "0",
                                                  "--now", "2025-08-01").json()))
            self.postern("fsck", "--quiet")
        self.assertEqual(*answers)


if __name__ == "__main__":
    unittest.main()
