# SPDX-License-Identifier: Apache-2.0
"""Scanner and XML parser: nobody can tell which of them read a report."""
import collections
import gzip
import re
import sqlite3
import unittest

from compose import report_mail
from support import ROOT, SHARED, Case, needs_shared

REAL = SHARED / "reports" / "real"
QUIRKS = SHARED / "reports" / "quirks"
HEAD = """<feedback><report_metadata><org_name>r.example</org_name><report_id>%s</report_id>
<date_range><begin>1751328000</begin><end>1751414399</end></date_range></report_metadata>
<policy_published><domain>example.com</domain><p>none</p></policy_published>
"""
RECORD = """<record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated>
<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
<identifiers><header_from>example.com</header_from></identifiers></record>
"""


def causes():
    """The names of the table."""
    text = (ROOT / "src" / "report" / "scan.def").read_text(encoding="utf-8")
    return set(re.findall(r'^CAUSE\(\w+, "(.*?)"', text, re.M))


CHUNK = 200  # files that one worker reads one after the other
# What depends on a key that each database draws for itself.
KEYED = {"key_hash", "hash", "sha8"}


def content(db):
    """All that a database holds, but for what is keyed."""
    held = {}
    with sqlite3.connect(db) as c:
        c.row_factory = sqlite3.Row
        for (name,) in c.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            if name not in ("meta", "book_meta"):
                held[name] = [repr([(k, row[k]) for k in row.keys() if k not in KEYED])
                              for row in c.execute(f'SELECT * FROM "{name}"')]
    return held


class Parsers(Case):
    def read(self, parser, paths, chunk):
        found, reports = [], 0
        for at in range(0, len(paths), chunk):
            more, summary = self.ingest("--now", "2026-01-02", "--jobs", "1", *parser,
                                        *paths[at:at + chunk])
            found += more
            reports += summary["reports"]
        return found, reports

    def both(self, folder, chunk=1):
        """What the scanner's run said; the referee's must have said and kept the same.
        One file at a time comes in the same order each time."""
        paths = sorted(p for p in folder.rglob("*") if p.is_file())
        said, held = [], []
        # The scanner is the default.
        for name, parser in (("scan", ("--parser", "scan")), ("default", ()),
                             ("expat", ("--parser", "expat"))):
            self.db = self.tmp / (name + ".db")
            said.append(self.read(parser, paths, chunk))
            held.append(content(self.db))
        self.postern("fsck", "--quiet")
        self.assertEqual(said[0], said[1])
        (found, reports), (expected, all_) = said[1:]
        for o in expected:
            self.assertIsNone(o["unscanned"])
        self.assertEqual([dict(o, unscanned=None) for o in found], expected)
        self.assertEqual(reports, all_)
        self.assertTrue(any(held[2].values()))
        for one in held[:2]:
            self.assertEqual(one.keys(), held[2].keys())
            for table, rows in one.items():
                self.assertEqual(rows, held[2][table], table)
        return found

    def check_causes(self, found):
        """Each is of the table; returns how often each was met."""
        met = collections.Counter(o["unscanned"] for o in found)
        self.assertLessEqual(set(met) - {None}, causes())
        return met

    @needs_shared
    def test_real(self):
        found = self.both(REAL, CHUNK)
        reports = [o for o in found if o["id"]]
        self.assertEqual(len(reports), 987)
        met = self.check_causes(reports)
        print("real reports: read by the scanner %d, left to expat: %s" % (
            met[None], {k: n for k, n in met.items() if k}))
        self.assertGreater(met[None], 900)

    @needs_shared
    def test_quirks(self):
        met = self.check_causes(self.both(QUIRKS))
        self.assertGreater(met[None], 10)
        self.assertGreater(len(met), 1)

    def test_each_way(self):
        """What the scanner reads, and what it leaves, with the reason."""
        cases = {
            "plain": (HEAD + RECORD + "</feedback>", None),
            "crlf": ((HEAD + RECORD + "</feedback>\n").replace("\n", "\r\n"), None),
            "comment": (HEAD + "<!-- c -->" + RECORD + "</feedback>", "comment"),
            "cdata": (HEAD + RECORD.replace("none", "<![CDATA[none]]>") + "</feedback>",
                      "cdata"),
            "entity": (HEAD + RECORD + "<x>a &nbsp; b</x></feedback>", "entity"),
            "latin": ('<?xml version="1.0" encoding="iso-8859-1"?>' + HEAD + RECORD +
                      "</feedback>", "encoding"),
            "cut": (HEAD + RECORD + RECORD, "cut"),
            "mismatch": (HEAD + RECORD + "</b></feedback>", "mismatch"),
            "doctype": ("<!DOCTYPE feedback>" + HEAD + RECORD + "</feedback>", "doctype"),
            "long": (HEAD + "<x>" + "y" * 5000 + "</x></feedback>", "refused"),
        }
        for name, (xml, _) in cases.items():
            self.write("in/%s.xml" % name, xml % name)
        found = {o["path"].rpartition("/")[2][:-4]: o for o in self.both(self.tmp / "in")}
        for name, (_, cause) in cases.items():
            self.assertEqual(found[name]["unscanned"], cause, name)
        self.assertEqual({n for n, o in found.items() if o["status"] == "refused"},
                         {"doctype", "long"})
        self.assertEqual(found["cut"]["rows"], 2)

    def test_left_late(self):
        """Thousands of rows were handed on when the scanner meets what it leaves; each
        counts once, in a gzip and in a mail as well."""
        rows = "".join(RECORD.replace(">3<", ">%d<" % i) for i in range(1, 5001))
        xml = (HEAD % "late" + rows + "<!-- c -->" + RECORD + "</feedback>").encode()
        self.write("in/late.xml", xml)
        self.write("in/late.xml.gz", gzip.compress(xml.replace(b"late", b"zipped")))
        self.write("in/late.eml", report_mail(xml.replace(b"late", b"posted")))
        found = self.both(self.tmp / "in")
        self.assertEqual([(o["rows"], o["unscanned"]) for o in found],
                         [(5001, "comment")] * 3)
        self.db = self.tmp / "scan.db"
        messages = 3 * (5000 * 5001 // 2 + 3)
        self.check_totals(3, 15003, messages, messages)

    def test_reparse(self):
        self.write("a.xml", HEAD % "a" + RECORD + "</feedback>")
        self.ingest(self.tmp / "a.xml")
        for parser in ("scan", "expat"):
            lines = self.postern("reparse", "--json", "--parser", parser).lines()
            self.assertEqual(lines[0]["change"], "same")

    def test_usage(self):
        for command in ("ingest", "reparse"):
            result = self.postern(command, *["x"][:command == "ingest"], "--parser", "xml",
                                  code=64)
            self.assertIn('a parser is scan or expat; not "xml"', result.err)


if __name__ == "__main__":
    unittest.main()
