# SPDX-License-Identifier: Apache-2.0
"""One hostile fixture through every way out: no character of it that could move a cursor,
reorder or hide text comes out as it is, no spreadsheet takes it for a formula, JSON says
exactly what was there."""
import base64
import csv
import io
import json
import re
import unittest

import compose as c
import terminal
from support import Case

# Valid in XML: C1 controls, bidi and other invisible characters, line separators.
NASTY = "\u009b35m\u0085\u202eevil\u202c\u2066\u200b\u2028\u00ad\ufeff"
# Not valid in XML, but in file names and mail headers.
WORSE = "\x1b[35mred\x1b]0;title\x07\x08\x7f\r\nX: y\t" + NASTY
MARKUP = "<script>alert(1)</script>\"'`&{}%s\\x1b"
FORMULA = "=cmd|' /C calc'!A0"
PREFIX = "+=-@"


def word(text):
    return "=?utf-8?B?%s?=" % base64.b64encode(text.encode()).decode()


def hostile_report(**how):
    """Every text of a report is hostile, in a different way each."""
    results = c.auth("dkim", "d" + NASTY + ".example", "p" + NASTY, selector=FORMULA,
                     human="h" + NASTY + MARKUP) \
        + c.auth("spf", "=s" + NASTY, "q" + NASTY, scope="sc" + NASTY, human=FORMULA)
    reason = "<reason>" + c.element("type", "t" + NASTY) \
        + c.element("comment", FORMULA + NASTY + MARKUP) + "</reason>\n"
    rows = [c.row(7, "bad" + NASTY, disposition="di" + NASTY, dkim="pass",
                  spf="sp" + NASTY, header_from="h" + NASTY + ".example",
                  envelope_from="@e" + NASTY, envelope_to="-t" + NASTY, reason=reason,
                  results=results, extra=c.element("x", FORMULA + NASTY)),
            c.row(5, "192.0.2.1", dkim="fail"), c.row("1" + NASTY)]
    args = dict(org=FORMULA + NASTY + MARKUP, email="+" + NASTY + "@evil.example",
                report_id="-2+3" + NASTY + MARKUP, domain="=d" + NASTY + "\nx.example",
                p="p" + NASTY, sp="@sp" + NASTY, pct="x" + NASTY, contact=MARKUP + NASTY,
                error=["=e" + NASTY, MARKUP], version="v" + NASTY,
                policy=c.element("fo", "=fo" + NASTY),
                extra="<extension>" + c.element("a", "=x" + NASTY)
                + "<b c=\"=y\u202e\">z</b></extension>\n")
    args.update(how)
    return c.report(rows, **args)


class Hostile(Case):
    NAME = ("=n\x1b[35m" + NASTY + " \n-" + MARKUP.replace("/", "_")).encode() \
        + b"\xff\x9b"

    def setUp(self):
        super().setUp()
        folder = self.tmp.joinpath("in")
        folder.mkdir()
        self.report = hostile_report()
        self.path = bytes(folder) + b"/" + self.NAME
        files = {
            self.path: self.report,
            bytes(folder) + b"/mail": c.mail(
                c.text(), c.part(c.gz(hostile_report(report_id="=m" + NASTY)),
                                 "application/gzip", word(WORSE) + "!a!b.xml.gz"),
                subject=word("=s" + WORSE), date=word(WORSE),
                message_id=word("<" + WORSE),
                headers=("Authentication-Results: %s; dkim=pass" % word(WORSE),
                         "DKIM-Signature: v=1; d=%s; s=a; b=" % word(WORSE),
                         "From: %s <%s@evil.example>" % (word(WORSE), word(WORSE)))),
            bytes(folder) + b"/zip": c.zipped(
                (FORMULA + WORSE + ".xml", hostile_report(report_id="=z" + NASTY))),
            # Not XML any more: the lenient reader.
            bytes(folder) + b"/broken": c.swap(
                hostile_report(report_id="=l" + NASTY), "</row>",
                "\x1b[35m\x07</row></xx\x1b>"),
            bytes(folder) + b"/refused": b"\x1b[35m" + NASTY.encode() + b"\xff junk",
            bytes(folder) + b"/meant": c.mail(c.text(), c.part(
                b"\x1b[35m\x07" + NASTY.encode() + b"<script>", "application/gzip",
                word(FORMULA + WORSE) + "!a!b.xml.gz"), subject="Report Domain: x"),
            bytes(folder) + b"/dtd": c.swap(self.report, "<feedback>",
                                            "<!DOCTYPE x>\n<feedback>"),
        }
        for path, data in files.items():
            with open(path, "wb") as f:
                f.write(data)
        self.folder = folder

    def clean(self, raw, colour=False, what=""):
        """Nothing hidden is in these bytes, but our own colours."""
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        if colour:
            text = terminal.OWN.sub("", text)
        self.assertEqual(terminal.hidden(text), [], what)
        return text

    def outputs(self):
        """The questions, once the fixture is in."""
        listed = self.postern("reports", "--json", "--all").json()["reports"]
        self.domain = listed[0]["domain"]
        yield from (("overview", "--now", "2025-07-05"), ("reports", "--all"),
                    ("unassigned", "list"), ("domain", "show", self.domain),
                    ("client", "list"), ("domain", "list"))
        for r in listed:
            yield "report", "show", r["id"]

    def read_in(self):
        found, summary = self.ingest(self.folder)
        self.assertEqual((summary["files"], summary["refused"]), (7, 3), found)
        self.assertEqual(summary["new"], 4, found)
        return found

    def test_ingest_json(self):
        r = self.postern("ingest", "--json", self.folder)
        self.clean(r.raw)
        self.clean(r.err)
        found = r.lines()[:-1]
        o = next(o for o in found if o["path"].startswith(str(self.folder) + "/="))
        self.assertEqual(o["org"], (FORMULA + NASTY + MARKUP).strip("\u0085\u2028\ufeff"))
        # A name that is no UTF-8 has U+FFFD for what is none.
        self.assertIn("\ufffd", o["path"])
        self.assertEqual(len(found), 7)

    def test_ingest_text(self):
        r = self.postern("ingest", self.folder)
        self.clean(r.raw)
        self.clean(r.err)
        # The same bytes again, and a log that shows progress.
        r = self.postern("ingest", self.folder, "--progress", "auto")
        self.clean(r.raw)
        self.clean(r.err)
        r = self.postern("ingest", self.path, code=None)
        self.clean(r.raw)
        r = self.postern("ingest", self.path + b"none", code=66)
        self.clean(r.err)

    def test_text(self):
        self.read_in()
        seen = ""
        for words in self.outputs():
            with self.subTest(words=words):
                seen += self.clean(self.postern(*words).raw)
        # Made visible, and not left out.
        for visible in ("\\u{202e}", "\\u{009b}35m", "\\u{200b}", FORMULA, "<script>"):
            self.assertIn(visible, seen)

    def test_terminal(self):
        self.read_in()
        for words in self.outputs():
            for columns in (40, 100):
                with self.subTest(words=words, columns=columns):
                    code, out = terminal.run(self, *words, columns=columns)
                    self.assertEqual(code, 0)
                    self.assertNotIn("35m\x1b", out)
                    self.assertNotIn("\x1b[35m", out)
                    self.clean(out, colour=True)
        code, out = terminal.run(self, "ingest", self.folder)
        self.clean(out.replace("\r", ""), colour=True)

    def test_json(self):
        self.read_in()
        for words in self.outputs():
            with self.subTest(words=words):
                r = self.postern(*words, "--json")
                self.clean(r.raw)
                json.loads(r.raw)

    def test_json_says_exactly_what_was_there(self):
        self.read_in()
        for r in self.postern("reports", "--json").json()["reports"]:
            shown = self.postern("report", "show", "--json", r["id"]).json()
            self.assertEqual(shown["report"]["org"],
                             (FORMULA + NASTY + MARKUP).strip("\u0085\u2028\ufeff"))
            for text in (FORMULA, "h" + NASTY + MARKUP, "\u202eevil"):
                self.assertIn(json.dumps(text)[1:-1], json.dumps(shown))

    def test_csv(self):
        self.read_in()
        some = 0
        for words in (*self.outputs(), ("ingest", self.folder)):
            with self.subTest(words=words):
                r = self.postern(*words, "--csv")
                text = self.clean(r.raw.replace(b"\r\n", b"\n"))
                for line in csv.reader(io.StringIO(text, newline="")):
                    for cell in line:
                        self.check_cell(cell)
                        some += cell.startswith("'=")
        self.assertGreater(some, 10)

    def check_cell(self, cell):
        bare = cell.strip()
        if bare and bare[0] in PREFIX:
            self.assertRegex(bare, r"^[-+]?\d+(\.\d+)?$")

    def test_errors(self):
        """What the user typed comes back visible, too."""
        self.read_in()
        name = "=x\x1b[35m" + NASTY
        for words in (("overview", "--client", name), ("domain", "show", name),
                      ("report", "show", name), (name,), ("overview", "--" + name),
                      ("overview", "--since", name),
                      ("client", "add", name, "--raw", name),
                      ("unassigned", "refuse", self.tmp / name), ("help", name),
                      ("domain", "add", name, "--client", name)):
            with self.subTest(words=words):
                r = self.postern(*words, code=None)
                self.clean(r.raw)
                self.clean(r.err)
                self.assertTrue(r.err or r.code == 0)

    def test_taken_over(self):
        """A client and its records whose domain was hostile."""
        self.read_in()
        r = self.postern("unassigned", "refuse", "=d" + NASTY + " x.example", code=None)
        self.clean(r.raw)
        for words in (("client", "add", "=Acme \"'<b>\u202e", "--raw", "a@b.example"),
                      ("client", "show", "=Acme \"'<b>\u202e"), ("client", "list"),
                      ("client", "list", "--csv"), ("client", "list", "--json")):
            r = self.postern(*words, code=None)
            self.clean(r.raw)
            self.clean(r.err)
        for line in csv.reader(io.StringIO(self.postern("client", "list", "--csv").out)):
            for cell in line:
                self.check_cell(cell)

    def test_settings(self):
        conf = self.write("postern.conf",
                          "jo\x1b[35mbs = 1\n\u202eevil = 2\njobs = \x1b[35m\n")
        for words in (("config", "check"), ("config", "show"), ("overview",)):
            for form in ((), ("--json",)):
                r = self.postern(*words, *form, "--config", conf, code=None)
                self.clean(r.raw)
                self.clean(r.err)

    def test_log_lines_are_lines(self):
        """One outcome is one line of text, whatever stands in the names."""
        r = self.postern("ingest", self.folder)
        for line in (r.out + r.err).split("\n"):
            self.assertFalse(re.match(r"(X: y|-<script)", line), line)


if __name__ == "__main__":
    unittest.main()
