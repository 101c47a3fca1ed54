# SPDX-License-Identifier: Apache-2.0
"""Failure reports (RFC 6591) and their kin: what they say, and what nobody may keep."""
from dataclasses import dataclass, field

import clock
import containers
import world
from clock import DAY
from rng import token

# What the mails hold of persons: it must not be in the database.
PERSONAL = ("gwendolyn.price", "Gwendolyn Price", "harold.okafor", "Overdue invoice 4711",
            "Your appointment on Tuesday", "kindly settle the amount")


@dataclass
class FailureReport:
    org: str  # the domain of the report mail's From
    domain: str
    source: str
    time: int
    feedback: str = "auth-failure"
    types: tuple = ("dmarc",)
    delivery: str = "delivered"
    incidents: int = 1
    dkim: tuple = ("unknown", None, None, None)  # outcome, result, domain, selector
    spf: tuple = ("unknown", None, None)
    text_only: bool = False
    quirks: set = field(default_factory=set)
    report_id = ""
    loose = frozenset()
    kind = "failure"
    end = None
    rows = (None,)
    passed = 0

    @property
    def begin(self):
        return self.time

    @property
    def messages(self):
        return self.incidents

    def key(self):
        return "failure", id(self)


def sample(report, ident):
    """The header of the mail that failed."""
    return (f"From: Gwendolyn Price <gwendolyn.price@{report.domain}>\n"
            "To: harold.okafor@meadowbank.example\n"
            "Subject: Overdue invoice 4711\n"
            f"Date: {clock.mail_date(report.time - 30)}\n"
            f"Message-ID: <{ident}@{report.domain}>\n")


def feedback_part(report, ident, **fields):
    """The machine-readable part; a field that is None is left out."""
    found = {"Feedback-Type": report.feedback, "User-Agent": "OpenDMARC-Filter/1.4.2",
             "Version": "1", "Original-Mail-From": f"<gwendolyn.price@{report.domain}>",
             "Original-Rcpt-To": "<harold.okafor@meadowbank.example>",
             "Arrival-Date": clock.mail_date(report.time), "Source-IP": report.source,
             "Reported-Domain": report.domain,
             "Auth-Failure": ", ".join(report.types) or None,
             "Delivery-Result": report.delivery,
             "Original-Envelope-Id": ident[:9]}
    if report.incidents > 1:
        found["Incidents"] = str(report.incidents)
    found |= fields
    return "".join(f"{k}: {v}\n" for k, v in found.items() if v is not None)


def put(story, report, parts, subject, tag="", kind="report; report-type=feedback-report"):
    when = report.time + 4000 + 3000 * len(tag)
    day = when // DAY - story.first_day
    mail = containers.Mail(f"dmarc-noreply@{report.org}", story.address_for(report.domain),
                           subject, when, report.org, f"failure/{report.source}/{tag}/"
                           f"{report.time}")
    data = mail.multipart(parts, kind)
    story.enter(story.shelf.mail(data, when, day), report)


def arf_parts(report, ident, body="", **fields):
    words = f"This is a report about a mail from {report.source}.\n"
    head = sample(report, ident)
    copy = (("Content-Type: message/rfc822\n", (head + "\n" + body).encode()) if body
            else ("Content-Type: text/rfc822-headers\n", head.encode()))
    return [("Content-Type: text/plain\n", words.encode()),
            ("Content-Type: message/feedback-report\n",
             feedback_part(report, ident, **fields).encode()), copy]


def new(story, org, domain, source, day, second, **more):
    report = FailureReport(org, domain, source, (story.first_day + day) * DAY + second,
                           **more)
    story.facts.failures.append(report)
    return report


# --- the stories ---

def wave(story):
    """A large receiver tells single mails of the wave of spoofing."""
    domain = "stonebridge-cu.example"
    sources = list(dict.fromkeys(
        r.address for report in story.facts.reports if report.domain == domain
        for r in report.rows if r.story[0] == "wave"))[:5]
    for i, source in enumerate(sources):
        day = world.WAVE_DAYS[i % 3]
        report = new(story, "linkmail.example", domain, source, day, 36000 + 61 * i,
                     dkim=("failed", "none", None, None),
                     spf=("failed", "softfail", domain), delivery="policy")
        fields = {"Authentication-Results":
                  f"mx.linkmail.example; dmarc=fail header.from={domain}; dkim=none; "
                  f"spf=softfail smtp.mailfrom={domain}"}
        if i == 1:
            fields |= {"Version": None}
            report.quirks.add("failure-version-missing")
        if i == 2:
            fields |= {"Delivery-Result": "smg-policy-action",
                       "Source-IP": f"{source} unknown"}
            report.delivery = "other"
            report.quirks |= {"failure-delivery-free", "failure-source-text"}
        ident = token("wave", i, n=20)
        parts = arf_parts(report, ident, **fields)
        if i == 3:  # the machine-readable part in base64 under another name
            body = containers.base64_lines(parts[1][1])
            parts[1] = ("Content-Type: message/feedback-report; name=\"ATT00001\"\n"
                        "Content-Transfer-Encoding: base64\n", body.encode())
            report.quirks.add("failure-base64")
        subject = f"DMARC Failure report for {domain} Mail-From: IP:{source}"
        put(story, report, parts, subject)
        if i == 0:  # the same failure by another mail: its identity is its content
            put(story, report, parts, subject, "again")


def rewritten(story):
    """A list rewrites bodies: the signature breaks, several mails a report."""
    domain = "openhall-arts.example"
    for i, day in enumerate((20, 34, 51, 75)):
        source = world.LIST.addresses[0]
        report = new(story, "corvid.example", domain, source, day, 52000 + i,
                     types=("bodyhash",), delivery="spam", incidents=2 + 3 * i,
                     dkim=("failed", "fail", domain, "google"),
                     spf=("unaligned", "pass", world.LIST.domain))
        parts = arf_parts(
            report, token("list", i, n=20), "kindly settle the amount\n",
            **{"Original-Mail-From": f"<bounces@{world.LIST.domain}>",
               "DKIM-Domain": domain, "DKIM-Selector": "google",
               "DKIM-Identity": f"@{domain}",
               "Authentication-Results":
               f"mx.corvid.example; dkim=fail header.d={domain} header.s=google; "
               f"spf=pass smtp.mailfrom={world.LIST.domain}"})
        put(story, report, parts, f"FW: {report.feedback} report")


def gateway(story):
    """A gateway's sentences, without any part for machines."""
    report = new(story, "rowingclub.example", "brightwater-dental.example",
                 "198.51.100.140", 44, 30000, text_only=True, delivery="reject",
                 dkim=("failed", None, None, None), spf=("failed", None, None))
    report.quirks.add("failure-sentences")
    text = ("A message claiming to be from you has failed the published DMARC\n"
            "policy for your domain.\n\n"
            f"  Sender Domain: {report.domain}\n"
            f"  Sender IP Address: {report.source}\n"
            f"  Received Date: {clock.mail_date(report.time)}\n"
            "  SPF Alignment: no\n  DKIM Alignment: no\n  DMARC Results: Reject\n\n"
            "------ This is a copy of the headers that were received before the error was "
            "detected.\n\n" + sample(report, token("gateway", n=20)))
    put(story, report, [("Content-Type: text/plain\n", text.encode())],
        f"DMARC Forensic Report for {report.domain} from IP {report.source}",
        kind="mixed")


def complaint(story):
    """A recipient's complaint: feedback of another type."""
    report = new(story, "linkmail.example", "fernhill-trust.example", "198.18.32.11", 87,
                 41000, feedback="abuse", types=(), delivery=None,
                 spf=("unknown", None, "fernhill-trust.example"))
    ident = token("abuse", n=20)
    body = sample(report, ident).replace("Overdue invoice 4711",
                                         "Your appointment on Tuesday")
    put(story, report, [
        ("Content-Type: text/plain\n", b"This is an abuse report.\n"),
        ("Content-Type: message/feedback-report\n", feedback_part(
            report, ident, **{"User-Agent": "Yahoo!-Mail-Feedback/2.0"}).encode()),
        ("Content-Type: message/rfc822\n", (body + "\nkindly settle the amount\n")
         .encode())], "FW: complaint")


def foreign(story):
    """About a domain that nobody here owns."""
    report = new(story, "linkmail.example", "quillby-press.example", "203.0.113.77", 70,
                 12000, types=("spf", "dmarc"), delivery="reject",
                 spf=("failed", None, "quillby-press.example"))
    put(story, report, arf_parts(report, token("foreign", n=20)),
        "DMARC Failure report for quillby-press.example")


def enter_all(story):
    wave(story)
    rewritten(story)
    gateway(story)
    complaint(story)
    foreign(story)


# --- what is planted ---

def count(table, key, report):
    at = table.setdefault(key, [0, 0])
    at[0] += 1
    at[1] += report.incidents


def one(report):
    return {"time": report.time, "source": report.source, "org": report.org,
            "feedback": report.feedback, "types": list(report.types),
            "delivery": report.delivery, "incidents": report.incidents,
            "dkim": list(report.dkim), "spf": list(report.spf),
            "text_only": report.text_only}


def domain_entry(reports):
    days = [clock.day_text(r.time // DAY) for r in reports]
    found = {"reports": len(reports), "incidents": sum(r.incidents for r in reports),
             "first_day": min(days), "last_day": max(days)}
    tables = {n: {} for n in ("sources", "types", "feedback", "deliveries", "reporters")}
    for report in reports:
        count(tables["sources"], report.source, report)
        count(tables["feedback"], report.feedback, report)
        count(tables["reporters"], report.org, report)
        for word in report.types:
            count(tables["types"], word, report)
        if report.delivery:
            count(tables["deliveries"], report.delivery, report)
    newest = sorted(reports, key=lambda r: -r.time)
    return found | tables | {"failures": [one(r) for r in newest]}


def planted(reports, names):
    table = {}
    for report in reports:
        owner = world.owner(report.domain, names)
        table.setdefault((not owner, owner or report.domain), []).append(report)
    return {"reports": len(reports),
            "domains": {k[1]: domain_entry(table[k]) for k in sorted(table) if not k[0]},
            "unassigned_domains": {k[1]: domain_entry(table[k])
                                   for k in sorted(table) if k[0]},
            "personal": list(PERSONAL)}
