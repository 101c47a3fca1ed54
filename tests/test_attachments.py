# SPDX-License-Identifier: Apache-2.0
"""Mails with attachments of 50 MiB, two at once: none is held whole, however it is packed,
and whether it is a report or stands beside one."""
import gzip
import random
import zipfile

import compose
import support

MIB = 1 << 20
ATTACHED = 50 * MIB
MEMORY = 60 * MIB


def long_report(i, size=ATTACHED):
    """A report of so many bytes: white space between its elements."""
    body = compose.report(report_id="r-%d" % i)
    at = body.index(b"<record>")
    return body[:at] + (b" " * 63 + b"\n") * ((size - len(body)) // 64 + 1) + body[at:]


def attached(data, kind, end, encoding="base64"):
    return compose.part(data, kind, compose.file_name(end), encoding)


def packed(i, size=ATTACHED):
    """Stored blocks: as long in the mail as inflated."""
    return attached(gzip.compress(long_report(i, size), 0), "application/gzip", ".xml.gz")


class Attachments(support.Sampled):
    def read(self):
        """Two reports, of two rows each."""
        _, summary = self.ingest("in", "--jobs", "2", timeout=600)
        self.assertEqual((summary["new"], summary["refused"]), (2, 0))
        self.check_totals(2, 4, 16, 10)
        self.assertGreater(self.greatest["ingest"], MIB)
        self.assertLess(self.greatest["ingest"], MEMORY)

    def pair(self, parts):
        for i in range(2):
            self.write("in/%d.eml" % i, compose.mail(*parts(i)))
        self.read()

    def test_gzip(self):
        self.pair(lambda i: [compose.text(), packed(i)])

    def test_zip(self):
        self.pair(lambda i: [compose.text(), attached(
            compose.zipped(("a.xml", long_report(i)), method=zipfile.ZIP_STORED),
            "application/zip", ".zip")])

    def test_zip_that_is_cut(self):
        self.pair(lambda i: [compose.text(), attached(
            compose.zipped(("a.xml", long_report(i)), method=zipfile.ZIP_STORED)[:-9],
            "application/zip", ".zip")])

    def test_xml(self):
        self.pair(lambda i: [compose.text(), attached(long_report(i), "text/xml", ".xml")])

    def test_xml_that_is_not_encoded(self):
        self.pair(lambda i: [attached(long_report(i), "text/xml", ".xml", "8bit"),
                             compose.text()])

    def test_quoted_printable(self):
        self.pair(lambda i: [compose.text(), attached(long_report(i), "text/xml", ".xml",
                                                      "quoted-printable")])

    def test_beside_a_report(self):
        film = compose.part(random.Random(1).randbytes(ATTACHED), "video/mp4", "a.mp4")
        self.pair(lambda i: [film, packed(i, 1)])

    def test_in_an_mbox(self):
        # Lines that are quoted, in front and behind, make no copy of what is between.
        words = compose.text("From here on\n" * 9)
        self.write("in", compose.mbox(*(compose.mail(words, packed(i, 44 * MIB), words)
                                        for i in range(2))))
        self.read()


if __name__ == "__main__":
    import unittest
    unittest.main()
