# SPDX-License-Identifier: Apache-2.0
"""What reports come wrapped in: each quirk of mails and archives that the field has."""
import gzip
import struct
import unittest
import zipfile

import compose as c
from support import Case, figures, repairs

XML = c.report()
WANT = (2, 8, 5)
OTHER = c.report([c.row(4)], report_id="r-2")
NAME = c.file_name(".xml.gz")


class Containers(Case):
    def read(self, data, status="new", want=WANT, members=1, name="item", stdin=False):
        """Ingests one item and returns its outcome, or its outcomes."""
        if stdin:
            found, summary = self.ingest("-", "--jobs", "1", stdin=data)
        else:
            found, summary = self.ingest(self.write(name, data), "--jobs", "1")
        self.assertEqual(len(found), members, found)
        if members > 1:
            return found
        o = found[0]
        self.assertEqual(o["status"], status, o)
        if want is not None:
            self.assertEqual(o["kind"], "aggregate")
            self.assertEqual(figures(o), want)
            if status == "new":
                self.assertEqual(repairs(o), [])
                self.assertEqual([summary[k] for k in ("rows", "messages", "passed")],
                                 list(want))
        return o

    def refuse(self, data, *words, kind="unknown"):
        o = self.read(data, "refused", None)
        for word in words:
            self.assertIn(word, o["reason"])
        self.assertEqual((o["kind"], o["id"]), (kind, ""))
        self.assertEqual(self.totals()["reports"], 0)
        return o


class Files(Containers):
    def test_xml(self):
        self.assertEqual(self.read(XML)["member"], "")

    def test_gzip(self):
        self.read(c.gz(XML))

    def test_zip(self):
        o = self.read(c.zipped(("a.xml", XML)))
        self.assertEqual(o["member"], "a.xml")

    def test_zip_stored(self):
        self.read(c.zipped(("a.xml", XML), method=zipfile.ZIP_STORED))

    def test_zlib(self):
        self.read(c.z(XML))

    def test_names_do_not_matter(self):
        for name, data in (("a.zip", c.gz(XML)), ("b.xml", c.zipped(("x", XML))),
                           ("c.gz", XML), ("d.eml", c.gz(XML)), ("e.msg", XML)):
            with self.subTest(name=name):
                self.db = self.tmp / (name + ".db")
                self.read(data, name=name)

    def test_gzip_in_gzip(self):
        self.read(c.gz(c.gz(XML)))

    def test_gzip_members(self):
        """A gzip file may be several members, one behind the other."""
        self.read(c.gz(XML[:700]) + c.gz(XML[700:]))

    def test_zip_in_gzip(self):
        self.read(c.gz(c.zipped(("a.xml", XML))))

    def test_gzip_in_zip(self):
        self.read(c.zipped(("a.xml.gz", c.gz(XML))))

    def test_mail_in_zip(self):
        self.read(c.zipped(("a.eml", c.report_mail(XML))))

    def test_after_the_gzip(self):
        """Mimecast: CR LF behind the stream."""
        self.read(c.gz(XML) + b"\r\n")
        self.db = self.tmp / "junk.db"
        self.read(c.gz(XML) + b"\0" * 700, name="padded")

    def test_empty_file(self):
        self.refuse(b"", "empty")
        self.refuse(b" \r\n\t\n", "empty")

    def test_empty_gzip(self):
        self.refuse(c.gz(b""))

    def test_empty_zip(self):
        self.refuse(c.zipped(), "zip")

    def test_unused(self):
        """Yahoo, May 2023: what was to be a gzip is the text `unused`."""
        o = self.read(c.mail(c.text(), c.part(b"unused", "application/gzip", NAME)),
                      "refused", None)
        self.assertIn("unused", o["reason"])

    def test_msg(self):
        """Outlook's own format: the sentence says how to come by another."""
        o = self.refuse(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2048, "Outlook",
                        ".msg", "save", ".eml")
        self.assertNotIn("\n", o["reason"])

    def test_msg_attached(self):
        msg = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2048
        data = c.mail(c.text(), c.part(msg, "application/vnd.ms-outlook", "report.msg"))
        o = self.read(data, "refused", None)
        self.assertIn(".eml", o["reason"])

    def test_other_xml(self):
        self.refuse(b"<?xml version='1.0'?><rss><channel/></rss>", "XML")

    def test_other_files(self):
        self.refuse(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        self.refuse(b"Dear reader,\nnothing here.\n")
        self.refuse(b'{"hello": "world"}', "JSON")

    def test_html(self):
        self.refuse(b"<!DOCTYPE html><html><body>Sign in to go on</body></html>")

    def test_dtd(self):
        laughs = c.swap(XML, "<feedback>", '<!DOCTYPE feedback [<!ENTITY a "ha">'
                        '<!ENTITY b "&a;&a;&a;">]><feedback>')
        o = self.read(laughs, "refused", None)
        self.assertIn("DTD", o["reason"])
        o = self.read(c.report_mail(laughs), "refused", None, name="in-a-mail")
        self.assertIn("DTD", o["reason"])

    def test_gzip_bomb(self):
        """32 MiB of blanks in a report's place."""
        blanks = c.swap(XML, "<version>", " " * (32 << 20) + "<version>")
        o = self.read(gzip.compress(blanks, 9), "refused", None)
        self.assertIn("1000", o["reason"].replace(",", ""))


class Truncated(Containers):
    """The end is missing: what is whole is read, and the good copy is not hidden."""

    def cut_at(self, data, keep):
        found, _ = self.ingest(self.write("cut", data[:keep]))
        self.assertEqual(len(found), 1)
        return found[0]

    def test_gzip_without_its_end(self):
        """The right id with no row: DmarcAnalyzerApp hides the good copy."""
        rows = [c.row(1, "192.0.2.%d" % i, header_from="h%d.example.com" % (i * 7919))
                for i in range(200)]
        xml = c.report(rows)
        data = c.gz(xml)
        cut = self.cut_at(data, 400)
        self.assertEqual((cut["status"], cut["report_id"]), ("new", "r-1"))
        self.assertLess(cut["rows"], 200)
        self.assertIn("data-ends-early", repairs(cut))
        o = self.ingest(self.write("whole", data))[0][0]
        self.assertEqual((o["status"], figures(o)), ("new", (200, 200, 200)))
        self.check_totals(1, 200, 200, 200)

    def test_checksum(self):
        """All came out, but the checksum is another one."""
        data = bytearray(c.gz(XML))
        data[-8] ^= 0xff
        o = self.cut_at(bytes(data), len(data))
        self.assertEqual((o["status"], figures(o)), ("new", WANT))
        self.assertIn("data-ends-early", repairs(o))

    def test_trailer_missing(self):
        o = self.cut_at(c.gz(XML), -5)
        self.assertEqual((o["status"], figures(o)), ("new", WANT))
        self.assertIn("data-ends-early", repairs(o))

    def test_zip_without_directory(self):
        data = c.zipped(("a.xml", XML))
        o = self.cut_at(data, data.index(b"PK\x01\x02"))
        self.assertEqual((o["status"], figures(o)), ("new", WANT))

    def test_zip_cut_in_its_data(self):
        xml = c.report([c.row(1, "192.0.2.%d" % i) for i in range(250)])
        data = c.zipped(("a.xml", xml), method=zipfile.ZIP_STORED)
        o = self.cut_at(data, len(data) // 2)
        self.assertEqual(o["status"], "new")
        self.assertTrue(100 < o["rows"] < 150, o)
        self.assertIn("data-ends-early", repairs(o))

    def test_mail_cut_in_its_base64(self):
        xml = c.report([c.row(1, "192.0.2.%d" % i) for i in range(250)])
        data = c.mail(c.text(), c.part(xml, "text/xml", c.file_name()))
        o = self.cut_at(data, len(data) // 2)
        self.assertEqual(o["status"], "new")
        self.assertTrue(90 < o["rows"] < 150, o)

    def test_damage_in_the_middle(self):
        data = bytearray(c.gz(c.report([c.row(i + 1, "192.0.2.%d" % i)
                                        for i in range(250)])))
        for i in range(20):
            data[len(data) // 2 + i] ^= 0x5a
        o = self.cut_at(bytes(data), len(data))
        self.assertIn(o["status"], ("new", "refused"))
        self.assertLess(o["rows"], 250)


class Mails(Containers):
    def test_common(self):
        o = self.read(c.report_mail(XML))
        self.assertEqual(o["member"], "part 2")

    def test_member_in_a_zip(self):
        data = c.mail(c.text(), c.part(c.zipped(("a.xml", XML)), "application/zip",
                                       c.file_name(".zip")))
        self.assertEqual(self.read(data)["member"], "part 2/a.xml")

    def test_whole_mail_is_the_zip(self):
        """Google, Mimecast: no multipart."""
        self.read(c.mail(c.part(c.zipped(("a.xml", XML)), "application/zip",
                                c.file_name(".zip"))))

    def test_whole_mail_is_the_gzip(self):
        self.read(c.mail(c.part(c.gz(XML), "application/gzip", NAME)))

    def test_octet_stream_and_split_name(self):
        """Amazon SES: the type only by the name, which is in pieces (RFC 2231)."""
        pieces = ("Content-Disposition: attachment; filename*0=\"amazonses.com!exam\";\n"
                  " filename*1=\"ple.com!1751328000\";"
                  " filename*2=\"!1751414399.xml.gz\"",)
        self.read(c.mail(c.text(), c.part(c.gz(XML), "application/octet-stream",
                                          headers=pieces),
                         subject="Dmarc Aggregate Report Domain: {example.com}  "
                         "Submitter: {Amazon SES}  Date: {2025-07-01}  Report-ID: {r-1}"))

    def test_split_and_encoded_name_of_what_is_damaged(self):
        """A name in pieces, with a character set, tells what was meant to be a report."""
        pieces = ("Content-Disposition: attachment;\n"
                  " filename*0*=utf-8''reporter.example;"
                  "\n filename*1*=%21example.com%211751328000;\n"
                  " filename*2=\"!1751414399.xml.gz\"",)
        o = self.read(c.mail(c.text(), c.part(b"???", "application/octet-stream",
                                              headers=pieces), subject="hello"),
                      "refused", None)
        self.assertEqual(o["kind"], "aggregate")

    def test_types(self):
        """The label does not matter: x-gzip (Yahoo), x-zip-compressed, none at all."""
        zipped = c.zipped(("a.xml", XML))
        for i, (type_, body) in enumerate((
                ("application/x-gzip", c.gz(XML)),
                ("application/gzip", c.gz(XML)),
                ("application/x-zip-compressed", zipped),
                ("application/x-zip", zipped),
                ("application/zip", c.gz(XML)),  # GMX: gzip labelled zip
                ("application/gzip", zipped),    # Mimecast 2023: zip labelled gzip
                ("application/tar+gzip", c.gz(XML)),
                ("text/plain", c.gz(XML)),
                ("image/png", zipped),
                ("x", zipped),
                (None, c.gz(XML)))):
            with self.subTest(type=type_):
                self.db = self.tmp / ("%d.db" % i)
                self.read(c.mail(c.text(), c.part(body, type_, NAME)), name="m%d" % i)

    def test_gzip_labelled_zip(self):
        self.read(c.mail(c.part(c.gz(XML), "application/zip", c.file_name(".zip"))))

    def test_zip_labelled_gzip(self):
        self.read(c.mail(c.text(), c.part(c.zipped(("a.xml", XML)), "application/gzip",
                                          NAME)))

    def test_trailing_newline(self):
        self.read(c.mail(c.text(), c.part(c.gz(XML) + b"\r\n", "application/gzip", NAME)))

    def test_gzip_in_gzip(self):
        self.read(c.mail(c.text(), c.part(c.gz(c.gz(XML)), "application/gzip",
                                          c.file_name(".xml.gz.gz"))))

    def test_uncompressed(self):
        """centerasecurity, xsalto, rspamd: XML as it is."""
        for i, (type_, encoding) in enumerate((
                ("text/xml", "7bit"), ("text/xml; charset=utf-8", "quoted-printable"),
                ("application/xml", "base64"), ("text/plain", "base64"),
                ("application/octet-stream", "base64"), ("text/xml", "8bit"))):
            with self.subTest(type=type_, encoding=encoding):
                self.db = self.tmp / ("%d.db" % i)
                self.read(c.mail(c.text(), c.part(XML, type_, c.file_name(),
                                                  encoding)), name="m%d" % i)

    def test_xml_is_the_body(self):
        self.read(c.mail(c.part(XML, "text/plain", encoding="7bit")))

    def test_header_typo(self):
        """Trustwave: `ContentType:`."""
        attached = c.part(c.gz(XML), None, NAME,
                          headers=("ContentType: application/gzip; name=\"%s\"" % NAME,))
        self.read(c.mail(c.text(), attached))

    def test_header_typo_of_the_multipart(self):
        data = c.report_mail(XML)
        self.read(c.swap(data, "Content-Type: multipart", "ContentType: multipart"))

    def test_not_the_last_part(self):
        """HTML before it, a signature and a picture behind it."""
        html = c.part(b"<html><body>Report</body></html>", "text/html", encoding="7bit")
        picture = c.part(b"\x89PNG\r\n\x1a\n" + b"\1" * 40, "image/png", "logo.png")
        o = self.read(c.mail(html, c.text(), c.part(c.gz(XML), "application/gzip", NAME),
                             picture, c.text("Scanned by nobody.\n")))
        self.assertEqual(o["member"], "part 3")

    def test_preview(self):
        """Microsoft's "[Preview]" mails: alternatives within related within mixed."""
        html = c.part(b"<p>hi</p>", "text/html", encoding="7bit")
        alternatives = c.mail(c.text(), html,
                              subtype="alternative", boundary="=_b3", newline=b"\n")
        inner = alternatives[alternatives.index(b"Content-Type:"):]
        o = self.read(c.mail(inner, c.part(c.gz(XML), "application/gzip", NAME),
                             subject="[Preview] Report Domain: example.com Submitter: "
                             "protection.outlook.com Report-ID: r-1"))
        self.assertEqual(o["member"], "part 2")

    def test_nested(self):
        """Google by way of Office 365 and gateways: forwarded as an attachment."""
        o = self.read(c.nested(c.report_mail(XML, boundary="=_b2"), subject="FW: report"))
        self.assertEqual(o["member"], "part 2/part 2")

    def test_nested_encoded(self):
        """A base64 message/rfc822, which no RFC allows."""
        inner = c.report_mail(XML, boundary="=_b2")
        self.read(c.mail(c.text(), c.part(inner, "message/rfc822", "report.eml")))

    def test_nested_as_octet_stream(self):
        inner = c.report_mail(XML, boundary="=_b2")
        self.read(c.mail(c.text(), c.part(inner, "application/octet-stream",
                                          "report.eml")))

    def test_nested_deep(self):
        data = c.report_mail(XML, boundary="=_b0")
        for i in range(1, 3):
            data = c.nested(data, boundary="=_c%d" % i)
        self.read(data)

    def test_nested_too_deep(self):
        data = c.report_mail(XML, boundary="=_b0")
        for i in range(1, 12):
            data = c.nested(data, boundary="=_c%d" % i)
        o = self.read(data, "refused", None)
        self.assertTrue("8" in o["reason"] or "deep" in o["reason"], o["reason"])

    def test_transfer_encodings(self):
        """xs4all, Yahoo: binary and 8bit beside base64."""
        binary = c.mail(c.text().replace(b"\n", b"\r\n"),
                        c.part(c.gz(XML), "application/gzip", NAME, "binary"),
                        newline=None)
        self.read(binary)
        self.db = self.tmp / "8bit.db"
        self.read(c.mail(c.text("H\u00e9llo\n"), c.part(
            c.report(org="R\u00e9porter"), "text/xml", c.file_name(), "8bit")),
            name="8bit", want=WANT)

    def test_mixed_line_ends(self):
        data = c.report_mail(XML, newline=b"\n")
        lines = data.split(b"\n")
        mixed = b"".join(li + (b"\r\n" if i % 3 else b"\n") for i, li in enumerate(lines))
        self.read(mixed)

    def test_line_ends_of_either_kind(self):
        self.read(c.report_mail(XML, newline=b"\n"))
        self.read(c.report_mail(XML, newline=b"\r\n"), "duplicate", name="crlf")

    def test_base64_with_junk(self):
        data = c.report_mail(XML)
        at = data.index(b"base64\r\n\r\n") + 30
        self.read(data[:at] + b" !\r\n\r\n" + data[at:])

    def test_boundary_never_closed(self):
        data = c.report_mail(XML)
        self.read(data[:data.rindex(b"--=_b1--")])

    def test_subjects(self):
        """Weird ones, none, and no Report-ID."""
        for i, subject in enumerate((None, "", "{example.com}", "=?utf-8?B?UmVwb3J0?=",
                                     "=?broken?Q?", "DMARC", "Report Domain:")):
            with self.subTest(subject=subject):
                self.db = self.tmp / ("%d.db" % i)
                self.read(c.report_mail(XML, subject=subject), name="m%d" % i)

    def test_no_report(self):
        o = self.read(c.mail(c.text("Lunch?\n"), subject="Lunch"), "refused", None)
        self.assertEqual(o["kind"], "unknown")
        self.assertIn("mail without a report", o["reason"])

    def test_mbox_line_before_a_mail(self):
        """Some programs leave the separator on a single mail."""
        self.read(b"From dmarc@reporter.example Wed Jul  2 03:00:00 2025\n"
                  + c.report_mail(XML, newline=b"\n"))

    def test_delivery(self):
        """Its sender, DKIM d= and Authentication-Results, as found."""
        o = self.read(c.report_mail(XML, sender="noreply@reports.example", headers=(
            "DKIM-Signature: v=1; a=rsa-sha256; d=reports.example;\n s=k1; bh=; b=",
            "DKIM-Signature: v=1; a=rsa-sha256; d=esp.example; s=k2; bh=; b=",
            "Authentication-Results: mx.example.com; dkim=pass\n"
            " header.d=reports.example",
        )))
        d = self.postern("report", "show", "--json", o["id"]).json()["deliveries"]
        self.assertEqual(len(d), 1)
        said = str(d[0])
        for text in ("noreply@reports.example", "reports.example esp.example",
                     "mx.example.com; dkim=pass"):
            self.assertIn(text, said.replace("', '", " "))


class Several(Containers):
    """Several reports in one item; the same one in several."""

    def check(self, data, members):
        found = self.read(data, members=2)
        self.assertEqual([o["member"] for o in found], members)
        self.assertEqual([o["report_id"] for o in found], ["r-1", "r-2"])
        self.assertEqual([o["status"] for o in found], ["new", "new"])
        self.check_totals(2, 3, 12, 9)

    def test_mail(self):
        self.check(c.mail(c.text(), c.part(c.gz(XML), "application/gzip", NAME),
                          c.part(c.zipped(("b.xml", OTHER)), "application/zip", "b.zip")),
                   ["part 2", "part 3/b.xml"])

    def test_zip(self):
        self.check(c.zipped(("a.xml", XML), ("b.xml", OTHER)), ["a.xml", "b.xml"])

    def test_zip_with_directories_and_extras(self):
        """Directories, a picture, macOS's resource forks: only reports matter."""
        self.check(c.zipped(("out/", None), ("README", b"see below"), ("out/a.xml", XML),
                            ("__MACOSX/", None), ("__MACOSX/out/._a.xml", b"\0\5\x16\7"),
                            ("out/b.xml", OTHER), ("logo.png", b"\x89PNG\r\n\x1a\n")),
                   ["out/a.xml", "out/b.xml"])

    def test_zip_entries_of_one_name(self):
        first = c.zipped(("a.xml", XML), ("a.xmm", OTHER)).replace(b"a.xmm", b"a.xml")
        found = self.read(first, members=2)
        self.assertEqual(len({o["member"] for o in found}), 2)
        self.check_totals(2, 3, 12, 9)

    def test_zip_one_bad_entry(self):
        """One that cannot be read does not cost the others."""
        data = bytearray(c.zipped(("a.xml", XML), (c.file_name(), OTHER)))
        at = data.rindex(b"PK\x01\x02")
        struct.pack_into("<H", data, at + 10, 14)  # LZMA, of which nothing is known here
        found = self.read(bytes(data), members=2)
        self.assertEqual([o["status"] for o in found], ["new", "refused"])
        self.assertIn("deflate", found[1]["reason"])

    def test_zip_encrypted(self):
        data = bytearray(c.zipped((c.file_name(), XML)))
        for sig, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            struct.pack_into("<H", data, data.index(sig) + at, 1)
        o = self.read(bytes(data), "refused", None)
        self.assertIn("encrypted", o["reason"])

    def test_nested_mails(self):
        self.check(c.mail(c.text(),
                          c.part(c.report_mail(XML, boundary="=_b2"), "message/rfc822",
                                 encoding="7bit"),
                          c.part(c.report_mail(OTHER, boundary="=_b3"), "message/rfc822",
                                 encoding="7bit")),
                   ["part 2/part 2", "part 3/part 2"])

    def test_one_good_one_bad(self):
        found = self.read(c.mail(c.text(), c.part(c.gz(XML), "application/gzip", NAME),
                                 c.part(b"unused", "application/gzip", NAME)), members=2)
        self.assertEqual([o["status"] for o in found], ["new", "refused"])

    def test_twice_in_one_mail(self):
        found = self.read(c.mail(c.text(), c.part(c.gz(XML), "application/gzip", NAME),
                                 c.part(XML, "text/xml", c.file_name())), members=2)
        self.assertEqual([o["status"] for o in found], ["new", "duplicate"])
        self.assertEqual([figures(o) for o in found], [WANT, WANT])
        self.check_totals(1, *WANT)

    def test_other_containers(self):
        """The same report however it is packed, with other line ends or a BOM."""
        first = self.read(XML)
        for i, data in enumerate((
                c.gz(XML), c.gz(c.gz(XML)), c.z(XML), c.zipped(("a.xml", XML)),
                c.report_mail(XML), c.nested(c.report_mail(XML, boundary="=_b2")),
                XML.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + XML, XML.rstrip(),
                XML + b"\r\n \n", c.gz(XML.replace(b"\n", b"\r\n")))):
            o = self.read(data, "duplicate", name="copy%d" % i)
            self.assertEqual(o["id"], first["id"])
        self.check_totals(1, *WANT)
        shown = self.postern("report", "show", "--json", first["id"]).json()
        self.assertEqual(len(shown["deliveries"]), 12)

    def test_known_raw(self):
        """The very same bytes again: told the same, but that they are known."""
        data = c.mail(c.text(), c.part(c.gz(XML), "application/gzip", NAME),
                      c.part(b"unused", "application/gzip", NAME),
                      c.part(b'{"organization-name": "O", "report-id": "x"',
                             "application/tlsrpt+json", "t.json"))
        before = self.read(data, members=3)
        self.assertEqual([o["status"] for o in before], ["new", "refused", "refused"])
        again = self.read(data, members=3, name="again")
        self.assertEqual([o["status"] for o in again], ["duplicate", "refused", "refused"])
        for a, b in zip(before, again):
            for key in ("member", "kind", "id", "rows", "messages", "passed", "repairs",
                        "reason", "org", "report_id", "domain", "begin", "end"):
                self.assertEqual(a[key], b[key], key)

    def test_known_raw_keeps_its_repairs(self):
        data = c.gz(c.swap(XML, "<count>5<", "<count>5.0<"))
        found, _ = self.ingest(self.write("a", data))
        again, _ = self.ingest(self.write("b", data))
        self.assertEqual(repairs(found[0]), ["count-decimal"])
        self.assertEqual(again[0]["repairs"], found[0]["repairs"])


class Boxes(Containers):
    """Standard input, folders, mboxes, Maildirs."""

    def test_stdin_xml(self):
        self.assertEqual(self.read(XML, stdin=True)["path"], "-")

    def test_stdin_gzip(self):
        self.read(c.gz(XML), stdin=True)

    def test_stdin_zip(self):
        self.read(c.zipped(("a.xml", XML)), stdin=True)

    def test_stdin_mail(self):
        self.read(c.report_mail(XML), stdin=True)

    def test_stdin_mbox(self):
        found = self.read(c.mbox(c.report_mail(XML), c.report_mail(OTHER)), members=2,
                          stdin=True)
        self.assertEqual([o["member"] for o in found], ["mail 1/part 2", "mail 2/part 2"])
        self.check_totals(2, 3, 12, 9)

    def test_stdin_empty(self):
        o = self.read(b"", "refused", None, stdin=True)
        self.assertIn("empty", o["reason"])

    def test_stdin_leaves_nothing_behind(self):
        self.read(c.gz(XML), stdin=True)
        left = {p.name for p in self.tmp.iterdir()}
        self.assertLessEqual(left, {"postern.db", "postern.db-wal", "postern.db-shm"})

    def test_mbox(self):
        """Also a mail without a report, and text that only looks like a separator."""
        letter = c.mail(c.text("Hello,\n\nFrom here on we send.\n"), subject="Hello")
        box = c.mbox(c.report_mail(XML), letter, c.report_mail(OTHER))
        box = box.replace(b">From here", b"From here")  # an agent that does not quote
        found = self.read(box, members=3)
        self.assertEqual([o["member"] for o in found],
                         ["mail 1/part 2", "mail 2", "mail 3/part 2"])
        self.assertEqual([o["status"] for o in found], ["new", "refused", "new"])

    def test_mbox_crlf(self):
        found = self.read(c.mbox(c.report_mail(XML), c.report_mail(OTHER),
                                 newline=b"\r\n"), members=2)
        self.assertEqual([figures(o) for o in found], [WANT, (1, 4, 4)])

    def test_mbox_packed(self):
        """An mbox in a gzip or a zip, as archives of lists are."""
        box = c.mbox(c.report_mail(XML), c.report_mail(OTHER))
        found = self.read(c.gz(box), members=2)
        self.assertEqual([figures(o) for o in found], [WANT, (1, 4, 4)])
        found = self.read(c.zipped(("reports", box)), members=2, name="zip")
        self.assertEqual([o["status"] for o in found], ["duplicate", "duplicate"])

    def quoted(self):
        """A report with a line that an mbox has to quote, as plain text in a mail."""
        xml = c.swap(c.report(contact="C"), ">C<", ">\nFrom the team\n>From all of us\n<")
        return c.mail(c.text(), c.part(xml, "text/xml", c.file_name(), "7bit"),
                      newline=b"\n")

    def test_mbox_quoted(self):
        """`>From ` is undone for reading: the report is the one in the Maildir."""
        mail = self.quoted()
        box = c.mbox(mail)
        self.assertIn(b"\n>From the team\n>>From all", box)
        first = self.read(box)
        self.maildir("Maildir", mail)
        o = self.ingest(self.tmp / "Maildir")[0][0]
        self.assertEqual((o["status"], o["id"]), ("duplicate", first["id"]))
        contact = self.postern("report", "show", "--json", first["id"]).out
        self.assertNotIn(">From the team", contact)

    def test_mbox_raw_keeps_the_quoting(self):
        box = c.mbox(self.quoted())
        o = self.read(box)
        raw = self.postern("report", "show", "--raw", o["id"]).raw
        self.assertIn(b"\n>From the team\n", raw)
        self.assertIn(raw, box)

    def maildir(self, name, *mails):
        for folder in ("cur", "new", "tmp"):
            (self.tmp / name / folder).mkdir(parents=True)
        for i, mail in enumerate(mails):
            where = "cur/%d.M1P1.host:2,S" if i % 2 else "new/%d.M1P1.host"
            self.write("%s/%s" % (name, where % i), mail)

    def test_maildir(self):
        """cur and new, its own and its dot-folders'; nothing of tmp, no index files."""
        other = c.report_mail(OTHER)
        self.maildir("Maildir", c.report_mail(XML), other)
        self.maildir("Maildir/.Reports.2025", c.report_mail(
            c.report([c.row(1)], report_id="r-3")))
        self.write("Maildir/tmp/9.M1P1.host", c.report_mail(
            c.report(report_id="r-4")))
        for name in ("dovecot.index.cache", "dovecot-uidlist", "subscriptions",
                     "maildirfolder", ".Reports.2025/dovecot.index.log"):
            self.write("Maildir/" + name, b"3 V1 N1\n")
        before = sorted(p for p in (self.tmp / "Maildir").rglob("*"))
        found, summary = self.ingest(self.tmp / "Maildir")
        self.assertEqual(sorted(o["report_id"] for o in found), ["r-1", "r-2", "r-3"])
        self.assertEqual(summary["files"], 3)
        self.check_totals(3, 4, 13, 10)
        self.assertEqual(sorted((self.tmp / "Maildir").rglob("*")), before)

    def test_maildir_and_mbox(self):
        """A mail in which nothing is quoted is the same raw in both."""
        mail = c.report_mail(XML, newline=b"\n")
        self.maildir("Maildir", mail)
        self.ingest(self.tmp / "Maildir")
        o = self.read(c.mbox(mail), "duplicate")
        self.assertEqual(o["member"], "mail 1/part 2")
        self.check_totals(1, *WANT)

    def test_folders(self):
        """Recursive, in order of names; several paths in the order given."""
        for i, name in enumerate(("b/z.xml", "b/a/x.gz", "a.xml", "b/.hidden")):
            self.write("in/" + name, c.report([c.row(1)], report_id="r-%d" % i))
        self.write("one.xml", c.report([c.row(1)], report_id="one"))
        found, summary = self.ingest(self.tmp / "one.xml", self.tmp / "in", "--jobs", "1")
        self.assertEqual([o["report_id"] for o in found],
                         ["one", "r-2", "r-3", "r-1", "r-0"])
        self.assertEqual(summary["files"], 5)

    def test_folder_empty(self):
        (self.tmp / "in").mkdir()
        found, summary = self.ingest(self.tmp / "in")
        self.assertEqual((found, summary["files"]), ([], 0))

    def test_links(self):
        """A link to a folder that holds it does not go round and round."""
        self.write("in/a.xml", XML)
        (self.tmp / "in" / "loop").symlink_to(self.tmp / "in")
        self.assertEqual(len(self.ingest(self.tmp / "in")[0]), 1)

    def test_path_twice(self):
        path = self.write("a.xml", XML)
        found, summary = self.ingest(path, path)
        self.assertEqual(sorted(o["status"] for o in found), ["duplicate", "new"])
        self.assertEqual(summary["messages"], 8)

    def test_missing_path(self):
        """66, and the others are read all the same."""
        path = self.write("a.xml", XML)
        r = self.postern("ingest", "--json", self.tmp / "nothing", path, code=66)
        self.assertIn("nothing", r.err)
        self.assertEqual(r.lines()[-1]["summary"]["new"], 1)
        self.check_totals(1, *WANT)


if __name__ == "__main__":
    unittest.main()
