# SPDX-License-Identifier: Apache-2.0
"""Hostile sizes and shapes end within the caps, with a true sentence. The test build's
caps in bytes are 1,024 times smaller; make deep meets the real ones."""
import gzip
import io
import random
import zipfile

import support
from compose import gz, mail, part, report, report_mail, row

TIMEOUT = 1500
DIVISOR = 1 if support.DEEP else 1024
MIB = 1 << 20
PART = 64 * MIB // DIVISOR
PLAIN = 1024 * MIB // DIVISOR
RATIO_FROM = 8 * MIB // DIVISOR


def padded(size):
    """A report of exactly so many bytes: white space between its elements."""
    body = report(rows=[row(3)])
    at = body.index(b"<record>")
    return body[:at] + b"\n" * (size - len(body)) + body[at:]


def noise(n, seed=1):
    return random.Random(seed).randbytes(n)


class Bombs(support.Case):
    program = support.POSTERN if support.DEEP else support.FAULTS

    def one(self, name, data, status, reason=None):
        self.write(name, data)
        outcomes, _ = self.ingest(name)
        self.assertEqual([o["status"] for o in outcomes], [status],
                         [(o["member"], o["reason"]) for o in outcomes])
        if reason:
            self.assertRegex(outcomes[0]["reason"], reason)
        return outcomes[0]

    def test_a_plain_report_at_the_cap(self):
        self.one("a.xml", padded(PLAIN), "new")

    def test_a_plain_report_beyond_the_cap(self):
        self.one("a.xml", padded(PLAIN + 1), "refused", "GiB|MiB|bytes")

    def test_an_inflated_report_at_the_ratio(self):
        # White space deflates about 1,000 to 1: just under the point where that counts.
        self.one("a.gz", gz(padded(RATIO_FROM)), "new")

    def test_a_gzip_bomb(self):
        bomb = io.BytesIO()
        with gzip.GzipFile(fileobj=bomb, mode="wb", compresslevel=9, mtime=0) as f:
            for _ in range(64):
                f.write(bytes(PLAIN // 32))
        self.one("a.gz", bomb.getvalue(), "refused")

    def test_a_report_with_a_bomb_behind_it(self):
        body = report(rows=[row()])
        bomb = gz(body + b" " * (2 * PLAIN))
        self.one("a.gz", bomb, "refused", "ratio|times|GiB|MiB|bytes")

    def test_a_gzip_in_gzip_bomb(self):
        inner = gz(bytes(PLAIN))
        for _ in range(3):
            inner = gz(inner)
        self.one("a.gz", inner, "refused")

    def test_gzip_nested_too_deep(self):
        data = report()
        for _ in range(12):
            data = gz(data)
        self.one("a.gz", data, "refused", "deep|nest|8")

    def test_gzip_nested_as_deep_as_allowed(self):
        data = report()
        for _ in range(8):
            data = gz(data)
        self.one("a.gz", data, "new")

    def test_a_zip_bomb(self):
        z = io.BytesIO()
        with zipfile.ZipFile(z, "w", zipfile.ZIP_DEFLATED) as f:
            f.writestr("a.xml", report() + bytes(2 * PLAIN))
        self.one("a.zip", z.getvalue(), "refused")

    def test_a_zip_of_many(self):
        z = io.BytesIO()
        with zipfile.ZipFile(z, "w", zipfile.ZIP_DEFLATED) as f:
            for i in range(1001):
                f.writestr("%d.xml" % i, report(report_id=str(i)))
        self.write("a.zip", z.getvalue())
        outcomes, summary = self.ingest("a.zip", program=support.POSTERN)
        self.assertLessEqual(summary["new"], 1000)
        self.assertEqual(summary["refused"], 1)
        self.assertRegex(outcomes[-1]["reason"], "1,?000")

    def test_a_compressed_part_beyond_the_cap(self):
        body = report(rows=[row()])
        # Stored blocks: as long compressed as plain.
        packed = gzip.compress(body + b"<!--" + noise(PART).hex().encode() + b"-->",
                               compresslevel=0, mtime=0)
        self.one("a.gz", packed, "refused", "MiB|KiB|bytes")
        self.one("a.eml", mail(part(packed, name="a!b!1!2.xml.gz")), "refused", "MiB|KiB|bytes")

    def test_a_billion_laughs(self):
        laughs = b'<?xml version="1.0"?><!DOCTYPE feedback [<!ENTITY a "ha">'
        for i in range(10):
            laughs += b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10)
        self.one("a.xml", laughs + b"]><feedback>&k;</feedback>", "refused", "DTD|DOCTYPE")

    def test_an_external_entity(self):
        self.one("a.xml", b'<?xml version="1.0"?><!DOCTYPE feedback [<!ENTITY x SYSTEM '
                          b'"file:///etc/passwd">]><feedback><org_name>&x;</org_name>'
                          b"</feedback>", "refused", "DTD|DOCTYPE")

    def test_200000_nested_elements(self):
        n = 200000 if support.DEEP else 100000
        self.one("a.xml", b"<feedback>" + b"<a>" * n + b"</a>" * n + b"</feedback>",
                 "refused", "64")

    def test_200000_nested_elements_that_never_close(self):
        self.one("a.xml", b"<feedback>" + b"<a>" * 200000, "refused")

    def test_a_value_too_long(self):
        self.one("a.xml", report(org="x" * 4096), "new")
        self.one("b.xml", report(org="x" * 4097), "refused", "4 ?KiB|4,?096")

    def test_random_files(self):
        folder = self.tmp / "in"
        folder.mkdir()
        rng = random.Random(7)
        starts = [b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"<?xml", b"From a@b Thu Nov 19 "
                  b"10:00:00 2026\n", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
                  b"<feedback>", b"{", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe<\x00"]
        n = 10000
        for i in range(n):
            data = starts[i % len(starts)] + rng.randbytes(rng.randrange(1, 400))
            (folder / ("%05d" % i)).write_bytes(data)
        outcomes, summary = self.ingest("in")
        self.assertEqual(summary["files"], n)
        self.assertEqual(len({o["path"] for o in outcomes}), n)
        self.assertEqual(summary["new"], 0)
        self.assertFalse([o for o in outcomes if o["status"] == "refused" and
                          ("signal" in o["reason"] or "ended on it" in o["reason"])])

    def test_mutated_reports(self):
        folder = self.tmp / "in"
        folder.mkdir()
        rng = random.Random(8)
        for i in range(3000):
            data = bytearray([report, lambda: gz(report()),
                              lambda: report_mail(report())][i % 3]())
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            (folder / ("%05d" % i)).write_bytes(data)
        outcomes, summary = self.ingest("in")
        self.assertGreater(summary["reports"], 1000)
        self.assertFalse([o for o in outcomes if o["status"] == "refused" and
                          ("signal" in o["reason"] or "ended on it" in o["reason"])])
        self.postern("fsck", "--quiet")

    def peak_of_report(self, name, rows):
        self.write(name, gz(report(report_id=name, rows=[
            row(i % 7 + 1, "198.51.%d.%d" % (i >> 8 & 255, i & 255)) for i in range(rows)])))
        return self.peak("ingest", name)

    def test_memory_does_not_grow_with_a_report(self):
        self.program = support.POSTERN
        few, many = self.peak_of_report("few", 5000), self.peak_of_report("many", 100000)
        self.assertLess(many, few + 16 * 1024)
        self.assertLess(many, 64 * 1024)
