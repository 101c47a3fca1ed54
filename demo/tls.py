# SPDX-License-Identifier: Apache-2.0
"""TLS reports (RFC 8460): who reports about which domain, what failed, and the sums."""
import json
from dataclasses import dataclass, field

import clock
import containers
import world
from clock import DAY

EXPIRED_DAYS = (60, 61, 62, 63)
FETCH_DAYS = tuple(range(40, 50))
ROLLED_DAYS = (72, 76)
FOREIGN = "meadowbank-choir.example"


@dataclass
class Detail:
    result: str
    sessions: int
    mx: str = ""
    sending: str = ""
    receiving: str = ""
    reason: str = ""


@dataclass
class Policy:
    domain: str  # as a reader must have it
    type: str
    mode: str  # "" where no line says it
    lines: tuple
    mx: tuple
    ok: int
    failed: int = 0
    details: list = field(default_factory=list)


@dataclass
class TlsReport:
    org: str
    contact: str  # None: null
    report_id: str
    begin: int
    end: int
    day: int
    policies: list
    quirks: set = field(default_factory=set)
    text: bytes = b""
    loose = frozenset()
    kind = "tls"

    @property
    def domain(self):
        return self.policies[0].domain

    @property
    def domains(self):
        return list(dict.fromkeys(p.domain for p in self.policies))

    @property
    def rows(self):
        return self.policies

    @property
    def messages(self):
        return sum(p.ok + p.failed for p in self.policies)

    @property
    def passed(self):
        return sum(p.ok for p in self.policies)

    def key(self):
        return "tls", self.org, self.report_id, self.begin, self.end


@dataclass(frozen=True)
class Reporter:
    """One that sends TLS reports, and its habits."""
    org: str
    contact: str
    host: str
    sending: tuple
    zone: str = "Z"  # behind a date; "" is Microsoft's
    to_midnight: bool = False  # the range ends at the next midnight
    counts_as_text: bool = False
    mx_name: str = "mx-host"
    mx_as_list: bool = True
    form: str = "tlsrpt+gzip"  # of the mail's part, or of a file


GOOGLE = Reporter("Google Inc.", "smtp-tls-reporting@google.com", "google.com",
                  ("198.18.4.10", "198.18.4.11", "2001:db8:4860:4864::110"))
MICROSOFT = Reporter("Microsoft Corporation", "tlsrpt-noreply@microsoft.com",
                     "microsoft.com", ("198.18.16.12",), zone="", to_midnight=True,
                     mx_as_list=False)
CORVID = Reporter("Corvid Mail", None, "corvid.example", ("198.51.100.201",),
                  counts_as_text=True, mx_name="mx-host-pattern", form=".json")
MAILWERK = Reporter("mailwerk.example", "postmaster@mailwerk.example", "mailwerk.example",
                    ("203.0.113.230",), zone="+00:00", to_midnight=True, form=".json.gz")


# --- what a sender saw ---

def mx_of(domain):
    return f"mx.{domain}"


def sts(domain, mode, ok):
    mx = mx_of(domain)
    return Policy(domain, "sts", mode, ("version: STSv1", f"mode: {mode}", f"mx: {mx}",
                                        "max_age: 604800"), (mx,), ok)


def fail(policy, result, sessions, who, rng, receiving="192.0.2.44", **more):
    """Some sessions of a policy fail; they are spread over the sender's addresses."""
    policy.failed += sessions
    mx = policy.mx[0] if policy.mx else mx_of(policy.domain)
    for sending, n in zip(who.sending, rng.split(sessions, len(who.sending))):
        if n:
            policy.details.append(Detail(result, n, mx, sending, receiving, **more))


def clean(day, who, rng):
    return [sts("harbour-legal.example", "enforce", rng.between(60, 140))]


def expired(day, who, rng):
    """The certificate runs out, and is renewed four days later."""
    domain = "brightwater-dental.example"
    policy = sts(domain, "enforce", 0 if day in EXPIRED_DAYS else rng.between(40, 90))
    if day in EXPIRED_DAYS:
        fail(policy, "certificate-expired", rng.between(40, 90), who, rng)
    return [policy]


def unfetched(day, who, rng):
    """The policy's web host is gone for ten days: no policy, no addresses."""
    domain = "larkfield-travel.example"
    if day not in FETCH_DAYS:
        return [sts(domain, "testing", rng.between(50, 120))]
    policy = Policy(domain, "sts", "", (), (), rng.between(40, 100), 0)
    policy.failed = rng.between(3, 9)
    policy.details.append(Detail("sts-policy-fetch-error", policy.failed))
    return [policy]


def mismatch(day, who, rng):
    """One of two hosts has a certificate for another name. Sessions fail twice over, so
    that the details add up to more than the summary."""
    policy = sts("vale-housing.example", "testing", rng.between(50, 90))
    fail(policy, "certificate-host-mismatch", rng.between(1, 4), who, rng, "192.0.2.121")
    if day % 2:
        policy.details.append(Detail("validation-failure", 1, mx_of(policy.domain),
                                     who.sending[0], "192.0.2.121",
                                     "SSL_ERROR_NO_CYPHER_OVERLAP"))
    return [policy]


def bare(day, who, rng):
    """No policy at all; some days a host offers no STARTTLS, and nobody says more."""
    policy = Policy("copperfield-bakery.example", "no-policy-found", "", (), (),
                    rng.between(20, 60))
    if day % 12 == 9:
        policy.failed = rng.between(1, 3)
    return [policy]


def dane(day, who, rng):
    """The policy domain is the MX host; the key changes before its TLSA record does."""
    domain = mx_of("kestrel-energy.example")
    policy = Policy(domain, "tlsa", "enforce", (
        "3 1 1 0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3",), (),
        rng.between(8, 20))
    policy.mx = (domain,)
    if ROLLED_DAYS[0] <= day <= ROLLED_DAYS[1]:
        fail(policy, "tlsa-invalid", policy.ok, who, rng, "192.0.2.60")
        policy.ok = 0
    return [policy]


def two(day, who, rng):
    """One report of two domains of a client."""
    return [sts("fernhill-trust.example", "testing", rng.between(5, 30)),
            sts("fernhill-primary.example", "testing", rng.between(1, 9))]


def foreign(day, who, rng):
    """A domain that nobody here owns."""
    return [sts(FOREIGN, "testing", rng.between(2, 8))]


# (reporter, what it sees, every so many days, from day)
PLAN = ((GOOGLE, clean, 1, 0), (GOOGLE, expired, 1, 0), (MICROSOFT, clean, 2, 1),
        (MICROSOFT, unfetched, 2, 0), (GOOGLE, mismatch, 3, 0), (GOOGLE, bare, 3, 0),
        (MAILWERK, dane, 2, 0), (CORVID, two, 5, 3), (GOOGLE, foreign, 9, 4))


# --- a report's text ---

def number(who, n):
    return str(n) if who.counts_as_text else n


def date_text(who, seconds):
    return clock.iso(seconds)[:-1] + who.zone


def detail_json(who, detail):
    found = {"result-type": detail.result}
    for name, value in (("sending-mta-ip", detail.sending),
                        ("receiving-mx-hostname", detail.mx),
                        ("receiving-ip", detail.receiving),
                        ("failure-reason-code", detail.reason)):
        if value:
            found[name] = value
    return found | {"failed-session-count": number(who, detail.sessions)}


def policy_json(who, policy):
    told = {"policy-type": policy.type, "policy-domain": policy.domain}
    if policy.lines:
        told["policy-string"] = list(policy.lines)
    if policy.mx and policy.type == "sts":
        told[who.mx_name] = list(policy.mx) if who.mx_as_list else policy.mx[0]
    found = {"policy": told,
             "summary": {"total-successful-session-count": number(who, policy.ok),
                         "total-failure-session-count": number(who, policy.failed)}}
    if policy.details:
        found["failure-details"] = [detail_json(who, d) for d in policy.details]
    return found


def render(who, report):
    return json.dumps({
        "organization-name": report.org,
        "date-range": {"start-datetime": date_text(who, report.begin),
                       "end-datetime": date_text(who, report.end)},
        "contact-info": report.contact, "report-id": report.report_id,
        "policies": [policy_json(who, p) for p in report.policies]}, indent=1).encode()


def quirks_of(who, report):
    found = set()
    if not who.zone:
        found.add("tls-no-zone")
    if who.contact is None:
        found.add("tls-contact-null")
    if who.counts_as_text:
        found.add("tls-counts-text")
    if who.mx_name != "mx-host":
        found.add("tls-mx-host-pattern")
    for policy in report.policies:
        told = sum(d.sessions for d in policy.details)
        if policy.details and told != policy.failed:
            found.add("tls-details-differ")
        if any(not d.sending for d in policy.details):
            found.add("tls-no-addresses")
        if policy.type == "tlsa":
            found.add("tls-mx-as-domain")
    if len(report.domains) > 1:
        found.add("tls-two-domains")
    return found


# --- deliveries ---

def deliver_mail(story, who, report, data, subtype, tag=""):
    when = (story.first_day + report.day + 1) * DAY + 20000 + 60 * len(tag)
    name = f"{who.host}!{report.domain}!{report.begin}!{report.end}.json"
    kind = f"application/{subtype}"
    if subtype.endswith("gzip"):
        name, data = name + ".gz", containers.gzip_bytes(data)
    sender = f"noreply-smtp-tls-reporting@{who.host}"
    mail = containers.Mail(
        sender, story.address_for(report.domain), f"Report Domain: {report.domain} "
        f"Submitter: {who.host} Report-ID: <{report.report_id}>", when, who.host,
        f"tls/{who.org}/{report.report_id}/{tag}")
    text = ("Content-Type: text/plain\n", b"This is an aggregate TLS report.\n")
    data = mail.multipart([text, containers.attachment(kind, name, data)],
                          "report; report-type=tlsrpt")
    story.enter(story.shelf.mail(data, when, report.day + 1), report)


def deliver_file(story, who, report, data, form, stem):
    data = containers.gzip_bytes(data) if form.endswith("gz") else data
    path = story.shelf.write(f"files/tls/{stem}{form}", data)
    story.enter((path, None), report)


def make(story, who, sees, day):
    rng = story.rng("tls", who.org, sees.__name__, day)
    midnight = (story.first_day + day) * DAY
    policies = sees(day, who, rng)
    ident = f"{clock.day_text(midnight // DAY)}T00:00:00Z_{policies[0].domain}"
    report = TlsReport(who.org, who.contact, ident, midnight,
                       midnight + DAY - (0 if who.to_midnight else 1), day, policies)
    report.quirks = quirks_of(who, report)
    report.text = render(who, report)
    story.facts.tls.append(report)
    return report


def enter_all(story):
    for who, sees, every, first in PLAN:
        for day in range(first, world.DAYS - 1, every):
            report = make(story, who, sees, day)
            stem = f"{who.host}-{report.domain}-{clock.day_text(report.begin // DAY)}"
            if who.form.startswith("."):
                deliver_file(story, who, report, report.text, who.form, stem)
                continue
            deliver_mail(story, who, report, report.text, who.form)
            if sees is clean and day == 21:  # again, in another container
                deliver_mail(story, who, report, report.text, "tlsrpt+json", "again")
                deliver_file(story, who, report,
                             report.text.replace(b"\n", b"\r\n"), ".json", stem)


# --- what is planted ---

class Sum:
    """Of reports that each count once."""

    def __init__(self):
        self.reports, self.ok, self.failed, self.days = set(), 0, 0, set()

    def add(self, report, ok, failed, day):
        self.reports.add(id(report))
        self.ok += ok
        self.failed += failed
        self.days.add(day)

    def plain(self):
        return {"reports": len(self.reports), "succeeded": self.ok, "failed": self.failed,
                "first_day": min(self.days), "last_day": max(self.days)}


class Domain:
    """All that is told of one domain of the book, or of one that nobody owns."""

    def __init__(self):
        self.total, self.days, self.unexplained = Sum(), {}, 0
        self.tables = {n: {} for n in ("policies", "results", "mx", "senders", "faults",
                                       "reporters")}

    def count(self, table, key, report, ok, failed, day):
        self.tables[table].setdefault(key, Sum()).add(report, ok, failed, day)

    def add(self, report, policy):
        day = clock.day_text(report.begin // DAY)
        self.total.add(report, policy.ok, policy.failed, day)
        self.count("policies", (policy.domain, policy.type, policy.mode), report,
                   policy.ok, policy.failed, day)
        self.count("reporters", (report.org,), report, policy.ok, policy.failed, day)
        at = self.days.setdefault(day, [0, 0])
        at[0] += policy.ok
        at[1] += policy.failed
        told = sum(d.sessions for d in policy.details)
        self.unexplained += max(0, policy.failed - told)
        for d in policy.details:
            for table, key in (
                    ("results", (d.result, policy.type)), ("mx", (d.mx, d.result)),
                    ("senders", (d.sending, d.result)),
                    ("faults", (policy.domain, policy.type, d.mx, d.receiving, d.sending,
                                d.result))):
                self.count(table, key, report, 0, d.sessions, day)

    def plain(self):
        found = self.total.plain() | {"days": self.days, "unexplained": self.unexplained}
        for name, table in self.tables.items():
            found[name] = [[*key, table[key].plain()] for key in sorted(table)]
        return found


def planted(reports, names):
    domains, unassigned = {}, {}
    for report in reports:
        for policy in report.policies:
            owner = world.owner(policy.domain, names)
            table = domains if owner else unassigned
            table.setdefault(owner or policy.domain, Domain()).add(report, policy)
    return {"reports": len(reports),
            "domains": {n: domains[n].plain() for n in sorted(domains)},
            "unassigned_domains": {n: unassigned[n].plain() for n in sorted(unassigned)},
            "stories": {
                "clean": "harbour-legal.example", "expired": "brightwater-dental.example",
                "unfetched": "larkfield-travel.example",
                "tlsa_invalid": "kestrel-energy.example",
                "two_domains": ["fernhill-trust.example", "fernhill-primary.example"],
                "foreign": FOREIGN}}
