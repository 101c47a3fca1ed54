# SPDX-License-Identifier: Apache-2.0
"""The samples that a parser in the field collected: whatever holds a report is read."""
import pathlib

from support import SHARED, Case, figures, needs_shared, repairs

QUIRKS = SHARED / "reports" / "quirks" / "parsedmarc"

# file: (rows, messages, passed), organisation, policy domain, repairs
READ = {
    "aggregate/!example.com!1538204542!1538463818.xml":
        ((1, 1, 0), "", "example.com", []),
    "aggregate/!large-example.com!1711897200!1711983600.xml":
        ((2286, 2286, 0), "", "example.com", []),
    "aggregate/addisonfoods.com!example.com!1536105600!1536191999.xml":
        ((1, 1, 0), "addisonfoods.com", "example.com", []),
    "aggregate/empty_reason.xml":
        ((1, 2, 2), "example.org", "example.com", []),
    "aggregate/estadocuenta1.infonacot.gob.mx!example.com!1536853302!1536939702!2940"
    ".xml.zip":
        ((1, 1, 0), "XYZ Corporation", "example.com", []),
    "aggregate/example.net!example.com!1529366400!1529452799.xml":
        ((1, 1, 0), "example.net", "example.com", ["text-stray"]),
    "aggregate/fastmail.com!example.com!1516060800!1516147199!102675056.xml.gz":
        ((1, 1, 0), "FastMail Pty Ltd", "indemed.com", []),
    "aggregate/ikea.com!example.de!1538690400!1538776800.xml":
        ((1, 1, 0), "ikea.com", "example.de", ["element-before"]),
    # A byte that is no UTF-8.
    "aggregate/invalid_utf_8.xml":
        ((1, 1, 0), "", "example.com", ["encoding-bytes"]),
    "aggregate/invalid_xml.xml":
        ((1, 1, 0), "veeam.com", "example.com", ["bare-less-than"]),
    "aggregate/mimecast-weird-gzip.eml":
        ((1, 1, 1), "Mimecast", "ab.id.au", []),
    "aggregate/old_draft_from_wiki.xml":
        ((1, 2, 2), "acme.com", "example.com", []),
    "aggregate/protection.outlook.com!example.com!1711756800!1711843200.xml":
        ((1, 1, 0), "Outlook.com", "example.com", []),
    "aggregate/Report domain- borschow.com Submitter- google.com Report-ID- "
    "949348866075514174.eml":
        ((1, 1, 0), "google.com", "borschow.com", []),
    "aggregate/rfc9990-example.net!example.com!1700000000!1700086399.xml":
        ((2, 7, 5), "example.net", "example.com", []),
    "aggregate/rfc9990-sample.xml":
        ((1, 123, 123), "Sample Reporter", "example.com", []),
    "aggregate/twilight.eml":
        ((1, 1, 1), "google.com", "twlnet.com", []),
    "aggregate/usssa.com!example.com!1538784000!1538870399.xml":
        ((2, 2, 0), "usssa.com", "example.com", []),
    "aggregate/veeam.com!example.com!1530133200!1530219600.xml":
        ((1, 1, 0), "veeam.com", "example.com", []),
    "aggregate_invalid/report_with_upper_cased_pass.xml":
        ((1, 1, 1), "example.com", "example.com", ["word-case"]),
    "extract_report/changed-input.xml":
        ((20, 3047, 3047), "fred.com", "example.com", []),
    "extract_report/nice-input.xml":
        ((20, 3047, 3047), "google.com", "example.com", []),
    "extract_report/nice-input.xml.gz":
        ((20, 3047, 3047), "google.com", "example.com", []),
    "extract_report/nice-input.xml.zip":
        ((20, 3047, 3047), "google.com", "example.com", []),
}

# Four files with one key: two of them cannot be told from the others but by a few bytes.
CONFLICTS = {
    # The same organisation (none: the e-mail's domain), id and window; another byte.
    "aggregate/invalid_utf_8.xml",
    # The same organisation, id and window; another e-mail.
    "aggregate/veeam.com!example.com!1530133200!1530219600.xml",
}

DUPLICATES = {"extract_report/nice-input.xml.gz", "extract_report/nice-input.xml.zip"}

# file: a word that the reason must hold
REFUSED = {"LICENSE": "neither", "empty.xml": "empty"}

# Reports of other kinds: kind, (policies, sessions, successes) or (1, incidents, 0),
# organisation, policy domain, repairs
OTHERS = {
    "failure/DMARC Failure Report for domain.de (mail-from=sharepoint@domain.de, "
    "ip=10.10.10.10).eml":
        ("failure", (1, 1, 0), "domain.de", "domain.de", ["failure-delivery"]),
    "failure/[Netease DMARC Failure Report] Rent Reminder.eml":
        ("failure", (1, 1, 0), "163.com", "cardinal.com",
         ["failure-encoded", "failure-missing"]),
    "failure/dmarc_ruf_report_linkedin.crlf.eml":
        ("failure", (1, 1, 0), "linkedin.com", "example.com", []),
    "failure/dmarc_ruf_report_linkedin.eml":
        ("failure", (1, 1, 0), "linkedin.com", "example.com", []),
    "failure/exim_plain_text_only_no_arf_part.eml":
        ("failure", (1, 1, 0), "node01.mailgate.example.net", "example.com",
         ["failure-sentences"]),
    "smtp_tls/google.com_smtp_tls_report.eml":
        ("tls", (1, 48, 48), "Google Inc.", "cardinalhealth.ca", []),
    # One session, in two ways: "details-differ".
    "smtp_tls/mail.ru.json":
        ("tls", (1, 1, 0), "Mail.ru", "example.com", ["details-differ"]),
    "smtp_tls/rfc8460.json":
        ("tls", (1, 5629, 5326), "Company-X", "company-y.example", []),
    "smtp_tls/smtp_tls.json":
        ("tls", (1, 3, 0), "Example Inc.", "example.com", []),
}

# The same report with other line ends: whichever comes second.
PAIR = {"failure/dmarc_ruf_report_linkedin.crlf.eml",
        "failure/dmarc_ruf_report_linkedin.eml"}


@needs_shared
class Quirks(Case):
    def setUp(self):
        super().setUp()
        self.found = {}
        found, self.summary = self.ingest(QUIRKS, "--jobs", "1")
        for o in found:
            name = str(pathlib.Path(o["path"]).relative_to(QUIRKS))
            self.assertNotIn(name, self.found, "one outcome a file")
            self.found[name] = o

    def test_every_file(self):
        self.assertEqual(set(self.found), set(READ) | set(REFUSED) | set(OTHERS))
        for name, (want, org, domain, names) in READ.items():
            with self.subTest(file=name):
                o = self.found[name]
                status = "conflict" if name in CONFLICTS else \
                    "duplicate" if name in DUPLICATES else "new"
                self.assertEqual((o["status"], o["kind"], o["reason"]),
                                 (status, "aggregate", None))
                self.assertEqual(figures(o), want)
                self.assertEqual((o["org"], o["domain"]), (org, domain))
                self.assertEqual(repairs(o), names)
        for name, word in REFUSED.items():
            with self.subTest(file=name):
                o = self.found[name]
                self.assertEqual((o["status"], o["kind"], o["id"]),
                                 ("refused", "unknown", ""))
                self.assertIn(word, o["reason"])
        for name, (kind, want, org, domain, names) in OTHERS.items():
            with self.subTest(file=name):
                o = self.found[name]
                self.assertEqual((o["kind"], o["reason"]), (kind, None))
                self.assertEqual(o["status"], "new" if name not in PAIR else o["status"])
                self.assertEqual(figures(o), want)
                self.assertEqual((o["org"], o["domain"]), (org, domain))
                self.assertEqual(repairs(o), names)
        self.assertEqual(sorted(self.found[name]["status"] for name in PAIR),
                         ["duplicate", "new"])

    def test_totals(self):
        counted = [want for name, (want, *_) in READ.items() if name not in DUPLICATES]
        sums = [sum(column) for column in zip(*counted)]
        self.assertEqual([self.summary[k] for k in ("rows", "messages", "passed")], sums)
        self.check_totals(len(counted), *sums)
        self.assertEqual((self.summary["refused"], self.summary["aside"]),
                         (len(REFUSED), 0))
