# SPDX-License-Identifier: Apache-2.0
"""Workers that crash, hang, eat memory, open files or talk nonsense cost what they were
reading, and nothing else. (The test build lets an item ask for such a fault.)"""
import support
from compose import report, row

TIMEOUT = 600


class Faults(support.Case):
    program = support.FAULTS

    def with_fault(self, fault, reason, *args):
        good = self.tmp / "in"
        good.mkdir()
        for i in range(40):
            (good / ("%02d.xml" % i)).write_bytes(
                report(report_id="r%d" % i, rows=[row(2)]))
        (good / "17-bad.xml").write_bytes(
            b"<!-- postern-fault: " + fault + b" -->" + report(report_id="bad", declaration=""))
        outcomes, summary = self.ingest("in", *args)
        bad = [o for o in outcomes if o["path"].endswith("17-bad.xml")]
        self.assertEqual([o["status"] for o in bad], ["refused"], bad)
        self.assertRegex(bad[0]["reason"], reason)
        self.assertEqual((summary["new"], summary["refused"], summary["messages"]),
                         (40, 1, 80))
        self.check_totals(40, 40, 80, 80)
        # The refusal is remembered, with its bytes.
        again, summary = self.ingest("in", *args)
        self.assertEqual(summary["new"], 0)
        self.assertEqual([o["reason"] for o in again if o["status"] == "refused"],
                         [bad[0]["reason"]])

    def test_a_crash(self):
        self.with_fault(b"crash", "signal")

    def test_a_crash_with_one_job(self):
        self.with_fault(b"crash", "signal", "--jobs", 1)

    def test_opening_a_file(self):
        self.with_fault(b"open", "signal 31")

    def test_eating_memory(self):
        self.with_fault(b"eat", "exit status 71")

    def test_nonsense(self):
        self.with_fault(b"nonsense", "nonsense")

    def test_a_frame_too_long(self):
        self.with_fault(b"long", "nonsense")

    def test_a_failure_mail(self):
        """It is personal data, though no reader got through it."""
        mail = (b"From: mailer@reporter.example\r\nSubject: planted subject\r\n"
                b"X: postern-fault: crash\r\n" + b"Received: from a\r\n" * 1000 +
                b"Content-Type: multipart/report; boundary=b; report-type=%s\r\n\r\n"
                b"--b\r\n\r\nplanted.person@client.example\r\n--b--\r\n")
        (self.tmp / "named planted.eml").write_bytes(mail % b"Feedback-Report")
        outcomes, _ = self.ingest("named planted.eml")
        self.assertEqual([o["status"] for o in outcomes], ["refused"])
        self.assertNotIn(b"planted", self.stored())
        (self.tmp / "other.eml").write_bytes(mail % b"delivery-status")
        self.ingest("other.eml")
        self.assertIn(b"planted.person", self.stored())

    def stored(self):
        return b"".join(p.read_bytes() for p in self.tmp.glob("*.db*"))

    @support.needs_deep
    def test_a_hang(self):
        self.with_fault(b"spin", "longer than")
