# SPDX-License-Identifier: Apache-2.0
"""Builds reports, mails and archives for the tests, byte for byte under their control."""
import base64
import gzip
import io
import json
import quopri
import time
import zipfile
import zlib
from xml.sax.saxutils import escape

DAY = 86400
BEGIN = 1751328000  # 2025-07-01T00:00:00Z
DOMAIN = "example.com"


def element(name, value):
    """Nothing for None; a list gives the element once for each value."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "".join(element(name, v) for v in value)
    return "<%s>%s</%s>\n" % (name, escape(str(value)), name)


def auth(kind, domain, result, selector=None, scope=None, human=None):
    """One DKIM or SPF result."""
    return "<%s>\n%s</%s>\n" % (
        kind, element("domain", domain) + element("selector", selector)
        + element("scope", scope) + element("result", result)
        + element("human_result", human), kind)


def row(count=1, source="192.0.2.1", disposition="none", dkim="pass", spf="fail",
        header_from=DOMAIN, envelope_from=None, envelope_to=None, reason="", results=None,
        extra=""):
    """One record; `reason`, `results` and `extra` are XML."""
    if results is None:
        results = auth("dkim", DOMAIN, "pass", selector="s1") \
            + auth("spf", "bounce.example.net", "fail", scope="mfrom")
    return (
        "<record>\n<row>\n" + element("source_ip", source) + element("count", count)
        + "<policy_evaluated>\n" + element("disposition", disposition)
        + element("dkim", dkim) + element("spf", spf) + reason
        + "</policy_evaluated>\n</row>\n<identifiers>\n"
        + element("envelope_to", envelope_to) + element("envelope_from", envelope_from)
        + element("header_from", header_from)
        + "</identifiers>\n<auth_results>\n" + results + "</auth_results>\n" + extra
        + "</record>\n")


def report(rows=None, org="reporter.example", email="dmarc@reporter.example",
           report_id="r-1", begin=BEGIN, end=BEGIN + DAY - 1, domain=DOMAIN, p="none",
           sp=None, pct="100", contact=None, error=None, policy="", extra="",
           version="1.0", root="feedback", attributes="",
           declaration='<?xml version="1.0" encoding="UTF-8"?>\n', encoding="utf-8"):
    """A whole report. `rows` are records, as row() makes them; `policy` and `extra` are
    XML at the end of policy_published, and behind it."""
    if rows is None:
        rows = [row(5), row(3, "192.0.2.2", "none", "fail", "fail")]
    text = (
        declaration + "<%s%s>\n" % (root, attributes) + element("version", version)
        + "<report_metadata>\n" + element("org_name", org) + element("email", email)
        + element("extra_contact_info", contact) + element("report_id", report_id)
        + "<date_range>\n" + element("begin", begin) + element("end", end)
        + "</date_range>\n" + element("error", error) + "</report_metadata>\n"
        + "<policy_published>\n" + element("domain", domain) + element("adkim", "r")
        + element("aspf", "r") + element("p", p) + element("sp", sp)
        + element("pct", pct) + policy + "</policy_published>\n" + extra
        + "".join(rows) + "</%s>\n" % root)
    return text.encode(encoding)


def file_name(end=".xml", org="reporter.example", domain=DOMAIN, begin=BEGIN):
    """As RFC 7489 7.2.1.1 has it."""
    return "%s!%s!%d!%d%s" % (org, domain, begin, begin + DAY - 1, end)


def swap(data, old, new, count=1):
    """`data` with `old` replaced, which must be there."""
    old, new = (s.encode() if isinstance(s, str) else s for s in (old, new))
    if old not in data:
        raise ValueError("%r is not in the report" % old)
    return data.replace(old, new, count)


# --- compression and archives ---

def gz(data, name=None):
    """gzip without a time in it: the same bytes every time."""
    out = io.BytesIO()
    with gzip.GzipFile(name or "", "wb", 6, out, mtime=0) as f:
        f.write(data)
    return out.getvalue()


def z(data):
    """zlib's own format."""
    return zlib.compress(data, 6)


def zipped(*entries, method=zipfile.ZIP_DEFLATED):
    """entries: (name, bytes); bytes of None for a directory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name, (2025, 7, 2, 0, 0, 0))
            info.compress_type = method
            archive.writestr(info, b"" if data is None else data)
    return out.getvalue()


# --- mails ---

def encode(data, encoding):
    if encoding == "base64":
        return base64.encodebytes(data)
    if encoding == "quoted-printable":
        return quopri.encodestring(data)
    return data


def part(data, type="application/gzip", name=None, encoding="base64", headers=(),
         disposition="attachment"):
    """A part: its header fields, an empty line, its encoded body."""
    head = ["Content-Type: " + type] if type else []
    if name is not None:
        head.append('Content-Disposition: %s; filename="%s"' % (disposition, name))
    if encoding:
        head.append("Content-Transfer-Encoding: " + encoding)
    head.extend(headers)
    return "".join(h + "\n" for h in head).encode() + b"\n" + encode(data, encoding)


def text(words="This is a DMARC aggregate report.\n", type="text/plain; charset=utf-8"):
    return part(words.encode(), type, encoding="7bit")


def mail(*parts, sender="dmarc@reporter.example", to="rua@example.com",
         subject="Report Domain: example.com Submitter: reporter.example "
         "Report-ID: <r-1>",
         message_id="<1@reporter.example>", date="Wed, 02 Jul 2025 03:00:00 +0000",
         headers=(), subtype="mixed", boundary="=_b1", newline=b"\r\n"):
    """A mail; one part alone is its body, several are a multipart."""
    head = ["From: DMARC <%s>" % sender, "To: " + to]
    for name, value in (("Subject", subject), ("Message-ID", message_id), ("Date", date)):
        if value is not None:
            head.append("%s: %s" % (name, value))
    head.append("MIME-Version: 1.0")
    out = "".join(h + "\n" for h in [*headers, *head]).encode("utf-8", "surrogateescape")
    if len(parts) == 1:
        out += parts[0]
    else:
        out += ('Content-Type: multipart/%s; boundary="%s"\n\n' % (subtype, boundary)
                ).encode()
        for p in parts:
            out += b"--" + boundary.encode() + b"\n" + p + b"\n"
        out += b"--" + boundary.encode() + b"--\n"
    return with_newlines(out, newline)


def with_newlines(data, newline):
    """Only for mails whose bodies are text."""
    if newline is None:
        return data
    return data.replace(b"\r\n", b"\n").replace(b"\n", newline)


def report_mail(data, end=".xml.gz", **how):
    """The common kind: a sentence, and a gzip attached."""
    return mail(text(), part(gz(data), "application/gzip", file_name(end)), **how)


def nested(inner, **how):
    return mail(text("Forwarded.\n"), part(inner, "message/rfc822", encoding="7bit"),
                **how)


def mbox(*mails, newline=b"\n"):
    """With `From ` quoted as mboxrd does."""
    out = b""
    for i, m in enumerate(mails):
        lines = m.replace(b"\r\n", b"\n").split(b"\n")
        lines = [b">" + li if li.lstrip(b">").startswith(b"From ") else li
                 for li in lines]
        body = b"\n".join(lines)
        if not body.endswith(b"\n"):
            body += b"\n"
        out += b"From dmarc@reporter.example Wed Jul  2 03:00:%02d 2025\n" % (i % 60) \
            + body + b"\n"
    return with_newlines(out, newline)


# --- reports of other kinds ---

def tls_policy(domain=DOMAIN, kind="sts", mode="enforce", succeeded=10, failed=0,
               details=(), mx="mx.example.com"):
    """One of a TLS report's policies; details are as tls_detail() makes them."""
    told = {"policy-type": kind, "policy-domain": domain}
    if mode:
        told["policy-string"] = ["version: STSv1", "mode: " + mode, "mx: " + mx,
                                 "max_age: 86400"]
        told["mx-host"] = [mx]
    found = {"policy": told, "summary": {"total-successful-session-count": succeeded,
                                         "total-failure-session-count": failed}}
    return found | ({"failure-details": list(details)} if details else {})


def tls_detail(result="certificate-expired", sessions=1, sending="192.0.2.10",
               mx="mx.example.com", receiving="192.0.2.20", **more):
    found = {"result-type": result, "sending-mta-ip": sending, "receiving-ip": receiving,
             "receiving-mx-hostname": mx, "failed-session-count": sessions}
    return {k: v for k, v in (found | more).items() if v is not None}


def tls_report(policies=None, org="Sender Inc.", contact="tls@sender.example",
               report_id="t-1", begin=BEGIN, days=1):
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    return json.dumps({
        "organization-name": org, "contact-info": contact, "report-id": report_id,
        "date-range": {
            "start-datetime": time.strftime(stamp, time.gmtime(begin)),
            "end-datetime": time.strftime(stamp, time.gmtime(begin + days * DAY - 1))},
        "policies": [tls_policy()] if policies is None else policies}).encode()


def tls_mail(data, **how):
    return mail(text(), part(gz(data), "application/tlsrpt+gzip", "report.json.gz"),
                subtype="report; report-type=tlsrpt", **how)


def failure_mail(domain=DOMAIN, source="192.0.2.66", when=BEGIN + 36000, ident="1",
                 person="planted.person", fields=(), **how):
    """A failure report (RFC 6591) by mail; a field that is None is left out."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(when))
    found = {"Feedback-Type": "auth-failure", "Version": "1",
             "User-Agent": "OpenDMARC-Filter/1.4", "Source-IP": source,
             "Original-Mail-From": "<%s@%s>" % (person, domain), "Arrival-Date": date,
             "Reported-Domain": domain, "Auth-Failure": "dmarc",
             "Delivery-Result": "reject"} | dict(fields)
    feedback = "".join("%s: %s\n" % f for f in found.items() if f[1] is not None)
    sample = "From: %s@%s\nSubject: planted subject\nMessage-ID: <%s@%s>\n" % (
        person, domain, ident, domain)
    how.setdefault("sender", "dmarc@reporter.example")
    return mail(text(), part(feedback.encode(), "message/feedback-report", encoding="7bit"),
                part(sample.encode(), "text/rfc822-headers", encoding="7bit"),
                subtype="report; report-type=feedback-report", **how)
