#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes schema-N.db and schema-N.json: see README.md beside it.

    tests/data/earlier.py N PROGRAM OUTDIR    PROGRAM: a build of that schema
"""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import compose as c  # noqa: E402

NOW = "2025-09-30"
TLS = {
    "organization-name": "Reporter Mail", "contact-info": "tls@reporter.example",
    "report-id": "2025-07-03T00:00:00Z_acme.example",
    "date-range": {"start-datetime": "2025-07-03T00:00:00Z",
                   "end-datetime": "2025-07-03T23:59:59Z"},
    "policies": [{
        "policy": {"policy-type": "sts", "policy-domain": "acme.example",
                   "policy-string": ["version: STSv1", "mode: testing",
                                     "mx: mx.acme.example", "max_age: 86400"],
                   "mx-host": ["mx.acme.example"]},
        "summary": {"total-successful-session-count": 412,
                    "total-failure-session-count": 7},
        "failure-details": [{
            "result-type": "certificate-expired", "sending-mta-ip": "192.0.2.40",
            "receiving-mx-hostname": "mx.acme.example", "receiving-ip": "198.51.100.5",
            "failed-session-count": 7}]}]}
FEEDBACK = """Feedback-Type: auth-failure
User-Agent: Reporter/1.0
Version: 1
Original-Mail-From: <bounce@sender.example>
Arrival-Date: Thu, 03 Jul 2025 10:00:00 +0000
Source-IP: 192.0.2.66
Reported-Domain: acme.example
Reported-URI: mailto:planted.local.part@acme.example
Auth-Failure: dmarc
Authentication-Results: mx.reporter.example; dmarc=fail header.from=acme.example
Identity-Alignment: none
Delivery-Result: reject
"""
SAMPLE = """From: Planted Person <planted.local.part@acme.example>
To: someone@reporter.example
Subject: planted subject words
Message-ID: <planted@acme.example>
Date: Thu, 03 Jul 2025 10:00:00 +0000

planted body words
"""


def day(n):
    return c.BEGIN + c.DAY * n


def span(n, days=1):
    return {"begin": day(n), "end": day(n) + c.DAY * days - 1}


def rows(*messages, domain, first=1):
    """A row for each; negative ones fail."""
    return [c.row(abs(m), "192.0.2.%d" % (first + i), dkim="pass" if m > 0 else "fail",
                  header_from=domain,
                  results=c.auth("dkim", domain if m > 0 else "other.example", "pass", "s1")
                  + c.auth("spf", "bounce.example.net", "fail", scope="mfrom"))
            for i, m in enumerate(messages)]


def one(messages, n=0, days=1, domain="acme.example", org="reporter.example", first=1, **how):
    return c.report(rows(*messages, domain=domain, first=first), org=org, domain=domain,
                    report_id="%s-%d" % (org, n), **span(n, days), **how)


def inputs():
    """(name, bytes), read in the order of their names."""
    whole = one([40, 3, -2], n=5, first=20)
    failure = c.mail(
        c.text("This is an authentication failure report.\n"),
        c.part(FEEDBACK.encode(), "message/feedback-report", encoding="7bit"),
        c.part(SAMPLE.encode(), "message/rfc822", encoding="7bit"),
        subject="failure notice", message_id="<arf-1@reporter.example>",
        subtype='report; report-type=feedback-report')
    tls = c.gz(json.dumps(TLS).encode())
    return [
        ("01.xml", one([10, 5, -3])),
        ("02.xml.gz", c.gz(one([7, -1], n=1, first=4))),
        ("03.zip", c.zipped(("r.xml", one([6, -4], n=2, org="Other Reporter")))),
        ("04.eml", c.report_mail(one([9, 9, 9], n=3, first=30))),
        ("05.eml", c.report_mail(one([9, 9, 9], n=3, first=30), message_id="<again@r.example>")),
        ("06-cut.xml.gz", c.gz(whole[:whole.rindex(b"<record>")])),
        ("07-whole.xml.gz", c.gz(whole)),
        ("08.xml", one([11], n=7)),
        ("09-conflict.xml", one([12], n=7)),
        ("10-week.xml", one([700, -70], n=10, days=7)),
        ("11-parked.xml", one([-25, -5], n=12, domain="acme-old.example", p="reject")),
        ("12-sub.xml", one([8], n=13, domain="news.acme.example")),
        ("13-beta.xml", one([100, -1, 50], n=40, domain="beta.example", first=50)),
        ("14-beta.xml", one([30, -30], n=41, domain="beta.example", org="Other Reporter")),
        ("15-nobody.xml", one([2, -2], n=42, domain="stranger.example")),
        ("16-unwanted.xml", one([1], n=43, domain="unwanted.example")),
        ("17-mended.xml", one([4], n=44, domain="beta.example", org="odd.example").replace(
            b"<disposition>none", b"<disposition>NONE ")),
        ("18-none.xml", b"<feedback>this is cut"),
        ("19-ipv6.xml", c.report([c.row(17, "2001:db8::25", header_from="beta.example"),
                                  c.row(3, None, header_from="beta.example")],
                                 domain="beta.example", report_id="v6", **span(45))),
        ("20-tls.eml", c.mail(c.text("TLS report.\n"), c.part(
            tls, "application/tlsrpt+gzip",
            "reporter.example!acme.example!1751500800!1751587199.json.gz"),
            subject="Report Domain: acme.example Submitter: reporter.example Report-ID: <t>",
            message_id="<tls-1@reporter.example>")),
        ("21-tls.json", json.dumps(TLS, indent=1).encode()),
        ("22-failure.eml", failure),
        ("23-windows.xml", one([21, -8], n=60, domain="acme.example", first=60)),
        ("24-late.xml", one([5], n=88, domain="beta.example", first=80)),
    ]


SETUP = (
    ("client", "add", "Acme Ltd", "--domain", "acme.example", "--parked-domain",
     "acme-old.example", "--raw", "rua@msp.example", "--digest", "boss@acme.example"),
    ("client", "add", "Beta", "--domain", "beta.example", "--raw", "rua@msp.example"),
    ("client", "add", "Gone GmbH", "--domain", "gone.example", "--raw", "rua@msp.example"),
    ("client", "retire", "Gone GmbH"),
)
QUESTIONS = (
    ("overview",), ("overview", "--client", "Acme Ltd"), ("overview", "--result", "fail"),
    ("overview", "--since", "2025-08-01"), ("reports",), ("reports", "--all"),
    ("domain", "show", "acme.example"), ("domain", "show", "beta.example"),
    ("client", "list"), ("domain", "list"), ("unassigned", "list"), ("fsck",),
)


# What came with a schema: what is set up behind the inputs, and asked.
ZONE = """$ORIGIN .
$TTL 3600
1.2.0.192.in-addr.arpa. PTR mail.provider.example.
mail.provider.example. A 192.0.2.1
s1._domainkey.acme.example. CNAME acme.dkim.provider.example.
"""
LATER = {
    2: ((), (("tls", "acme.example"), ("failures", "acme.example"))),
    3: ((("source", "mark", "192.0.2.3", "known", "--domain", "acme.example"),
         ("enrich", "--zone", "zone")), ()),
}


def main():
    number, program, out = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    behind = [words for n in LATER if n <= number for words in LATER[n][0]]
    questions = [*QUESTIONS, *(q for n in LATER if n <= number for q in LATER[n][1])]
    folder = pathlib.Path(tempfile.mkdtemp())

    def postern(*args):
        return subprocess.run([program, *args, "--json", "--now", NOW, "--db", "it.db"],
                              cwd=folder, check=True, stdout=subprocess.PIPE).stdout

    try:
        (folder / "in").mkdir()
        for words in SETUP:
            postern(*words)
        for name, data in inputs():
            (folder / "in" / name).write_bytes(data)
            postern("ingest", "in/" + name)
        postern("unassigned", "refuse", "unwanted.example")
        (folder / "zone").write_text(ZONE)
        for words in behind:
            postern(*words)
        db = sqlite3.connect(folder / "it.db")
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        answers = [{"ask": list(q), "answer": json.loads(postern(*q))} for q in questions]
        shutil.copy(folder / "it.db", out / f"schema-{number}.db")
        (out / f"schema-{number}.json").write_text(
            "[\n" + ",\n".join(json.dumps(a, sort_keys=True) for a in answers) + "\n]\n")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
