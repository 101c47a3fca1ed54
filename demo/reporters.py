# SPDX-License-Identifier: Apache-2.0
"""Who reports, how often, over which window, in which style, and with which quirks.

Names of large receivers are theirs, since their habits are the point; smaller ones are
invented and stand for the kind of receiver that shows the habit.
"""
from dataclasses import dataclass, replace

import world
from clock import DAY
from model import Row, replace_row
from rng import token
from xmlout import NEW_NS, OLD_NS, PLAIN, Style

BIG = ("meridian-logistics.example", "fernhill-trust.example", "vale-housing.example",
       "larkfield-travel.example", "stonebridge-cu.example", "harbour-legal.example",
       "kestrel-energy.example", "brightwater-dental.example")
SENDING = tuple(d.name for c in world.CLIENTS for d in c.domains if d.flows)
MIDDLE = tuple(n for n in SENDING if n not in BIG and n != "kestrel-holdings.example")


@dataclass(frozen=True)
class Reporter:
    id: str
    org: str
    email: str
    share: int  # per mille of a domain's mail
    domains: tuple
    style: Style
    box: str = "mixed"  # of containers.BOXES
    files: int = 0  # per mille that lie as files, not as mails
    every: int = 1
    phase: int = 0
    days: int = 1  # of the window
    window: object = None  # (midnight, rng) -> (begin, end)
    ids: object = None  # (rng, domain, begin) -> report id
    touch: object = None  # (report, rng): the quirks of its reports
    quirks: tuple = ()
    host: str = ""  # of its mails' signature
    subject: str = ("Report Domain: {domain} Submitter: {org} Report-ID: <{id}>")
    last: int = world.DAYS - 1
    grain: int = 9  # messages a source address
    width: int = 24  # most source addresses a flow
    empty: bool = False  # reports even where there is nothing to say


def midnight(begin, rng):
    return begin, begin + DAY - 1


def to_midnight(begin, rng):
    return begin, begin + DAY


def shifted(hours):
    def window(begin, rng):
        return begin + hours * 3600, begin + hours * 3600 + DAY - 1
    return window


def window_esa(begin, rng):
    start = begin + 10 * 3600 + 1
    return start, start + 86401


def window_point(begin, rng):
    at = begin + rng.between(3600, 80000)
    return at, at


def window_reversed(begin, rng):
    return begin + DAY, begin + 3600


def window_short(begin, rng):
    start = begin + 9 * 3600
    return start, start + rng.between(1500, 3300)


def window_23h(begin, rng):
    return begin, begin + 23 * 3600


def window_days(n):
    def window(begin, rng):
        return begin, begin + n * DAY - 1
    return window


def digits(n):
    return lambda rng, domain, begin: "1" + "".join(str(rng.below(10))
                                                    for _ in range(n - 1))


def hexes(n):
    return lambda rng, domain, begin: "".join("0123456789abcdef"[rng.below(16)]
                                              for _ in range(n))


def guid(rng, domain, begin):
    h = hexes(32)(rng, domain, begin)
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def dotted(rng, domain, begin):
    return f"{begin + DAY + rng.between(20000, 50000)}.{rng.between(100000, 999999)}"


def colon(rng, domain, begin):
    return f"{domain}:{begin + DAY + rng.between(60, 900)}"


def esa_id(rng, domain, begin):
    return f"<{hexes(6)(rng, domain, begin)}${hexes(7)(rng, domain, begin)}=" \
           f"{hexes(16)(rng, domain, begin)}@esa.invalid.example>"


def bang_id(rng, domain, begin):
    return f"{domain} ! {begin} ! {rng.between(10, 99)}"


def opendmarc_id(rng, domain, begin):
    return f"{domain}-{begin + DAY}@mx.tollgate-mail.example"


# --- what reporters do to their rows; none of it changes whether a row passed ---

def note(report, *names):
    report.quirks.update(names)


def touch_google(report, rng):
    if report.domain == "openhall-festival.example" and report.day % 3 == 0:
        digest = token("low volume", report.domain, report.day // 30, n=15)
        report.report_id = str(10**19 + int(digest, 16))
        note(report, "same-id-windows")


def touch_microsoft(report, rng):
    for row in report.rows:
        if not row.envelope_from:
            row.envelope_from = row.header_from


def touch_yahoo(report, rng):
    if report.day % 9 == 4:
        report.options = {"declaration": "", "pad": " "}
        note(report, "no-declaration", "padded-values")


def touch_gosecure(report, rng):
    for row in report.rows:
        row.dkim = row.dkim + [("", None, "")] * (4 + rng.below(3))
        row.spf = row.spf + [(row.header_from, "helo", "none"), ("", "mfrom", "none")]


def touch_unaggregated(report, rng):
    """One row a message, in the order of their arrival."""
    left = [[row, row.count] for row in report.rows]
    rows = []
    while left and len(rows) < 3000:
        at = rng.below(len(left))
        row, _ = left[at]
        rows.append(replace_row(row, count=1))
        left[at][1] -= 1
        if not left[at][1]:
            left.pop(at)
    report.rows = rows


def touch_kddi(report, rng):
    for i, row in enumerate(report.rows):
        row.reasons = [[("", "")], [(None, "no key for signature")],
                       [("local_policy", "arc=none"), ("other", "listed")]][i % 3]
        names = ("reason-empty-type", "reason-comment-only", "reason-several")
        note(report, names[i % 3])
    if report.day % 2:
        report.begin, report.end = window_short(report.begin, rng)
        note(report, "window-under-1h", "window-not-midnight")
    else:
        report.begin, report.end = window_point(report.begin, rng)
        note(report, "begin-is-end", "window-not-midnight")


def touch_docomo(report, rng):
    for row in report.rows:
        if not row.spf_ok:
            row.spf = [(d, s, "hardfail" if r != "pass" else r) for d, s, r in row.spf]
            if any(r == "hardfail" for _, _, r in row.spf):
                note(report, "spf-hardfail")


def touch_godaddy(report, rng):
    if len(report.rows) > 1:
        report.rows[-1].source = None
        report.rows[-1].address = ""
        note(report, "source-missing")


def touch_addresses(report, rng):
    """Addresses in forms that only some readers know."""
    for i, row in enumerate(report.rows):
        if ":" in row.source:
            head, _, tail = row.source.partition("::")
            groups = head.split(":") + ["0"] * (8 - len(head.split(":")) - 1) + [tail]
            row.source = ":".join(g.rjust(4, "0").upper() for g in groups)
            note(report, "source-long-v6")
        elif i % 3 == 0:
            row.source = "::ffff:" + row.source
            note(report, "source-mapped")
        elif i % 3 == 1:
            row.source = f"  {row.source} "
            note(report, "source-padded")
        elif i % 6 == 2:
            row.source = "X.X.X.X"
            row.address = ""
            note(report, "source-x")


def touch_evaluated(report, rng):
    for i, row in enumerate(report.rows):
        if row.spf_ok and row.dkim_ok:
            continue
        which = i % 4
        if not row.spf_ok and which < 2:
            row.spf_word = ("none", "softfail")[which]
            note(report, ("evaluated-spf-none", "evaluated-spf-softfail")[which])
        elif which == 2:
            if not row.spf_ok:
                row.spf_word = None
            else:
                row.dkim_word = None
            note(report, "evaluated-missing")
        else:
            if not row.spf_ok:
                row.spf_word = ""
            else:
                row.dkim_word = ""
            note(report, "evaluated-empty")


def touch_dispositions(report, rng):
    words = ((" none", "disposition-blank"), ("softfail", "disposition-softfail"),
             ("15", "disposition-number"), ("pass", "disposition-pass"))
    for i, row in enumerate(report.rows):
        row.disposition, name = words[i % 4]
        note(report, name)


def touch_rspamd(report, rng):
    for i, row in enumerate(report.rows):
        if row.passed:
            row.disposition = "pass"
            note(report, "disposition-pass")
        else:
            row.reasons = [(None, "text:no valid DKIM")]
            note(report, "reason-plain-text")


def touch_results(report, rng):
    """DKIM and SPF results that are no words of the RFC, where none of them passed."""
    for i, row in enumerate(report.rows):
        if row.passed:
            continue
        if not row.dkim:
            row.dkim = [(row.header_from, None, ("none", "invalid", "unknown")[i % 3])]
            note(report, ("dkim-none-unsigned", "dkim-result-invalid",
                          "dkim-result-unknown")[i % 3])
        if any(r != "pass" for _, _, r in row.spf):
            row.spf = [(d, s, ("unknown", "error")[i % 2] if r != "pass" else r)
                       for d, s, r in row.spf]
            note(report, ("spf-unknown", "spf-error")[i % 2])


def touch_no_auth(report, rng):
    for i, row in enumerate(report.rows):
        if i % 2:
            row.dkim, row.spf = [], []
            note(report, "auth-results-empty")
        elif row.dkim:
            row.spf = []
            note(report, "auth-without-spf")


def touch_many_dkim(report, rng):
    for row in report.rows:
        extra = [(f"relay{n}.hopworks.example", f"s{n}", "pass") for n in range(1, 6)]
        row.dkim = (row.dkim + extra)[:max(6, len(row.dkim))]
        if len(row.dkim) >= 6:
            note(report, "many-dkim-results")


def touch_case(report, rng):
    report.written_domain = "  " + report.domain.title() + " "
    for row in report.rows:
        row.header_from = row.header_from.upper()


def touch_times(report, rng):
    if report.day % 3 == 0:
        report.begin_text = f"{report.begin}.123456"
        report.end_text = f"{report.end}.0"
        note(report, "decimal-times")
    elif report.day % 3 == 1:
        report.begin_text = "Mon Aug 3"
        report.loose = frozenset(("begin",))
        note(report, "text-time")
    else:
        report.begin_text = "-1"
        report.loose = frozenset(("begin",))
        note(report, "negative-time")


def touch_null(report, rng):
    domain = report.domain
    row = Row("", "", 0, False, False, "none", domain, "", "", [], [], [], ("null", ""))
    report.rows = [row]


def touch_no_record(report, rng):
    report.rows = []


def touch_mimecast(report, rng):
    report.report_id = token("mimecast", report.domain, report.day // 4, n=72)
    note(report, "same-id-windows", "id-long")


def touch_hostile(report, rng):
    report.org = '=HYPERLINK("http://evil.example/","\u202eelgoog")'


def touch_extension(report, rng):
    for row in report.rows:
        if row.reasons:
            row.reasons = row.reasons + [("policy_test_mode", "testing")]


def touch_from_line(report, rng):
    report.options = {"contact": "\nFrom our postmaster with kind regards\n"}


MS = Style(PLAIN, version="1.0", fo="0", envelope_to=True, envelope_from="value",
           scope="mfrom",
           root_attributes='xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
                           'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"')
MS_QUIRKS = ("no-encoding", "unused-xmlns")
GMX = Style(root_attributes=f'xmlns="{NEW_NS}"', version="1.0", scope="mfrom", fo="1",
            envelope_from="value", contact="https://postmaster.gmx.net/en/")
RFC9990 = Style('<?xml version="1.0" encoding="UTF-8"?>', version="1.0", pct="",
                root_attributes=f'xmlns="{NEW_NS}"', fo="1", np=True, testing="n",
                discovery="treewalk", generator="Nordlys Reporter 2.1",
                pass_disposition=True, envelope_from="value", scope="mfrom", human=True,
                report_extension='<extension><receiver xmlns="urn:nordlys.example:r1">'
                                 '<region>north</region></receiver></extension>',
                record_extension='<spam:score xmlns:spam="urn:nordlys.example:s1">0.3'
                                 '</spam:score>')


def google():
    return Reporter("google", "google.com", "noreply-dmarc-support@google.com", 340,
                    SENDING + ("quillby-press.example",) + tuple(world.SUBDOMAINS),
                    Style(np=True, selector_last=True,
                          contact="https://support.google.com/a/answer/2466580"),
                    "whole-zip", 250, ids=digits(20), touch=touch_google,
                    quirks=("np-without-namespace", "spf-scope-absent", "version-absent",
                            "envelope-from-absent"),
                    host="google.com", width=22,
                    subject="Report domain: {domain} Submitter: {org} Report-ID: {id}")


def large():
    silent = world.SILENT_AFTER
    return [
        google(),
        Reporter("enterprise", "Enterprise Outlook", "dmarcreport@microsoft.com", 260,
                 BIG + ("kestrel-holdings.example",) + MIDDLE[:6], MS, "microsoft", 200,
                 window=to_midnight, ids=hexes(32), touch=touch_microsoft,
                 quirks=MS_QUIRKS, host="microsoft.com", width=18),
        Reporter("outlook", "Outlook.com", "dmarcreport@microsoft.com", 110,
                 BIG + MIDDLE[8:9], MS, "microsoft", 200, window=to_midnight,
                 ids=hexes(32), touch=touch_microsoft, quirks=MS_QUIRKS,
                 host="microsoft.com", width=14),
        Reporter("yahoo", "Yahoo", "dmarchelp@yahooinc.com", 90,
                 BIG + MIDDLE[4:6] + ("kestrel-holdings.example",),
                 Style(PLAIN, sp="absent", eol="\t\n"), "x-gzip", 200, ids=dotted,
                 touch=touch_yahoo, last=silent, host="yahooinc.com", width=14,
                 quirks=("sp-absent", "no-encoding", "spf-scope-absent",
                         "envelope-from-absent", "x-gzip")),
        Reporter("gmx", "GMX", "noreply-dmarc@sicher.gmx.net", 40, BIG[:5], GMX,
                 "gzip-named-zip", 200, ids=hexes(24), every=2, host="gmx.net",
                 quirks=("dmarc2-old-content",)),
        Reporter("webde", "WEB.DE", "noreply-dmarc@sicher.web.de", 40, BIG[3:7],
                 replace(GMX, contact="https://postmaster.web.de/en/"), "mixed", 200,
                 ids=hexes(24), every=2, phase=1, host="web.de",
                 quirks=("dmarc2-old-content",)),
        Reporter("ses", "AMAZON-SES", "postmaster@amazonses.com", 30, BIG[:3],
                 Style(PLAIN, version="0.1", fo="1", indent="\t", envelope_from="value",
                       selector="absent"),
                 "ses", 0, window=to_midnight, ids=guid, host="amazonses.com",
                 subject="Dmarc Aggregate Report Domain: {{{domain}}}  Submitter: "
                         "{{Amazon SES}}  Date: {{{day}}}",
                 quirks=("version-01", "selector-absent", "no-encoding", "odd-subject",
                         "octet-stream-rfc2231")),
        Reporter("mimecast", "mimecast.org", "no-reply@au-1.mimecastreport.com", 30,
                 BIG[2:5], Style(envelope_from="value", scope="mfrom"), "mimecast", 0,
                 ids=hexes(64), touch=touch_mimecast, host="au-1.mimecastreport.com",
                 subject="Report domain: {domain} Submitter: {org} Report-ID: {id}"),
        Reporter("mailru", "Mail.Ru", "dmarc_support@corp.mail.ru", 25, BIG[:3],
                 Style('<?xml version="1.0"?>', bom=True, indent="", eol="", sp="empty"),
                 "mixed", 300, ids=digits(38), every=2, host="corp.mail.ru",
                 quirks=("bom", "one-line", "sp-empty", "no-encoding")),
        Reporter("fastmail", "Fastmail Pty Ltd", "reports@fastmaildmarc.com", 25,
                 BIG[4:7], Style(alignment=False, rf_ri=True, scope="helo",
                                 envelope_from="value"),
                 "mixed", 300, ids=digits(9), every=2, host="fastmaildmarc.com",
                 quirks=("alignment-absent", "rf-ri", "spf-scope-helo")),
    ]


def appliances():
    found = [Reporter(f"esa{i + 1}", f"esa{i + 1}.hc2210-51.iphmx.com",
                      f"MAILER-DAEMON@esa{i + 1}.hc2210-51.iphmx.com", 16, (domain,),
                      Style(version="1.0", contact=" ", envelope_from="value",
                            scope="mfrom"),
                      "mixed", 200, every=2, phase=i % 2, window=window_esa, ids=esa_id,
                      host="iphmx.com",
                      quirks=("org-many-names", "id-angle", "id-signs", "window-86401",
                              "window-not-midnight"))
             for i, domain in enumerate(BIG[:4])]
    found.append(Reporter("esa-local", "mailgate2.brasserie.local",
                          "MAILER-DAEMON@mailgate2.brasserie.local", 12, BIG[1:2],
                          Style(version="1.0", scope="mfrom"), "mixed", every=5,
                          window=window_esa, ids=esa_id, host="brasserie.example",
                          quirks=("org-local-host", "id-angle", "id-signs",
                                  "window-86401", "window-not-midnight")))
    return found + [
        Reporter("gosecure", "GoSecure", "dmarc@gosecure.net", 16, BIG[2:3],
                 Style(scope="mfrom", envelope_from="value"), "mixed", every=2,
                 window=shifted(5), ids=guid, touch=touch_gosecure, host="gosecure.net",
                 quirks=("dkim-empty-elements", "spf-several", "window-not-midnight")),
        Reporter("opendmarc", "mx.tollgate-mail.example",
                 "postmaster@mx.tollgate-mail.example", 45, BIG[:1] + BIG[6:7],
                 Style(version="1", pct="100", fo="0", envelope_from="value"), "mixed",
                 300, window=shifted(6), ids=opendmarc_id, touch=touch_unaggregated,
                 host="tollgate-mail.example",
                 quirks=("rows-unaggregated", "version-1", "id-signs",
                         "window-not-midnight")),
        Reporter("trustwave", "seg.castlegate.example", "dmarc@castlegate.example", 12,
                 BIG[5:6], Style(), "contenttype-typo", every=6, ids=hexes(16),
                 host="castlegate.example"),
        Reporter("rspamd", "mx.fennel.example", "dmarc@fennel.example", 14, BIG[:1],
                 Style(scope="mfrom", envelope_from="value"), "text-xml", every=3,
                 ids=hexes(20), touch=touch_rspamd, host="fennel.example"),
        Reporter("gateway", "gw.harrier-foods.example", "it@harrier-foods.example", 10,
                 BIG[1:2], Style(), "application-xml", every=7, ids=colon,
                 host="harrier-foods.example"),
        Reporter("centera", "centera-security.example", "mailer@centera-security.example",
                 14, BIG[:1] + BIG[4:5], Style(shout=True), "text-plain-base64", every=6,
                 ids=colon, touch=touch_results, host="centera-security.example",
                 quirks=("capitalised-results",)),
        Reporter("nestor", "nestor-gw.example", "dmarc@nestor-gw.example", 12, BIG[2:3],
                 Style(), "nested", every=9, phase=4, ids=hexes(18),
                 host="nestor-gw.example"),
        Reporter("quoted", "kontor-post.example", "dmarc@kontor-post.example", 12,
                 BIG[3:4], Style(), "quoted-printable", every=9, phase=5, ids=hexes(18),
                 host="kontor-post.example"),
        Reporter("eightbit", "xs-dmarc.example", "dmarc@xs-dmarc.example", 12, BIG[4:5],
                 Style(), "8bit", every=9, phase=6, ids=hexes(18),
                 host="xs-dmarc.example"),
        Reporter("binary", "yonder-isp.example", "dmarc@yonder-isp.example", 12, BIG[5:6],
                 Style(), "binary", every=9, phase=7, ids=hexes(18),
                 host="yonder-isp.example"),
        Reporter("crlf", "mixed-ends.example", "dmarc@mixed-ends.example", 12, BIG[6:7],
                 Style(eol="\r\n"), "mixed-ends", every=9, phase=8, ids=hexes(18),
                 host="mixed-ends.example"),
        Reporter("doublegz", "twicezip.example", "dmarc@twicezip.example", 12, BIG[7:8],
                 Style(), "gzip-in-gzip", every=9, phase=4, ids=hexes(18),
                 host="twicezip.example"),
        Reporter("xzip", "ziphouse.example", "dmarc@ziphouse.example", 12, BIG[:1],
                 Style(), "x-zip-compressed", every=6, ids=hexes(18),
                 host="ziphouse.example"),
        Reporter("folders", "archivist.example", "dmarc@archivist.example", 12, BIG[1:2],
                 Style(), "zip-extras", every=9, phase=5, ids=hexes(18),
                 host="archivist.example"),
    ]


def oddities():
    weekly = dict(every=7, share=14)

    def odd(name, touch=None, style=Style(), quirks=(), domains=BIG[:1], **more):
        org = more.pop("org", f"{name}.example")
        email = more.pop("email", f"dmarc@{name}.example")
        options = weekly | dict(ids=hexes(18), files=400, host=f"{name}.example") | more
        return Reporter(name, org, email, options.pop("share"), domains, style,
                        touch=touch, quirks=quirks, **options)

    return [
        odd("kddi", touch_kddi, Style(selector="empty", scope="mfrom"),
            ("selector-empty",), org="KDDI", email="dmarc-report@kddi.example", every=3,
            domains=BIG[4:5]),
        odd("docomo", touch_docomo, Style(indent="", eol=""), ("one-line",),
            org="docomo.ne.jp", window=shifted(15), every=3, domains=BIG[2:3]),
        odd("godaddy", touch_godaddy, Style(spf_first=True, result_first=True),
            ("any-order", "begin-is-end", "window-not-midnight"), org="GoDaddy",
            window=window_point, every=4, domains=BIG[3:4]),
        odd("aol", None, Style(bom=True, root="ns1:feedback",
                               root_attributes=f'xmlns:ns1="{OLD_NS}" '
                               'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                               f'xsi:schemaLocation="{OLD_NS} rua.xsd"'),
            ("bom", "prefixed-root", "schema-location"), org="AOL", every=4,
            domains=BIG[5:6]),
        odd("perl-dmarc", None, Style(alignment=False, t_psd=True, rf_ri=True),
            ("t-psd", "alignment-absent", "rf-ri"), every=3),
        odd("nordlys", touch_extension, RFC9990, ("rfc9990", "rfc9990-extension"),
            every=1, domains=BIG[:2] + BIG[5:6], org="Nordlys Post", share=20),
        odd("testing-rcv", None, replace(RFC9990, testing="y", discovery="psl",
                                         generator="", report_extension="",
                                         errors=("one host sent no data",),
                                         record_extension="", selector_last=True),
            ("rfc9990",), every=3, domains=BIG[6:7]),
        odd("boernehosting", None, Style(encoding="latin-1"), ("bytes-not-as-declared",),
            org="B\u00f8rne Hosting ApS"),
        odd("accurate-plastics", None, Style(), ("org-empty",), org=""),
        odd("cp1252", None, Style("<?xml version='1.0' encoding='windows-1252'?>",
                                  encoding="cp1252"),
            ("single-quoted-declaration", "windows-1252"), org="Caf\u00e9 \u2013 Relais"),
        odd("angle", None, Style(raw_email=True), ("raw-angle-in-text",)),
        odd("schema", None,
            Style('<?xml version="1.0"?>',
                  before_root='<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
                              'targetNamespace="http://dmarc.org/dmarc-xml/0.1">'),
            ("stray-schema", "no-encoding")),
        odd("cutangle", None, Style(end="</feedback"), ("last-angle-missing",)),
        odd("wp", touch_null, Style("", indent="", eol=""),
            ("null-report", "one-line", "no-declaration"), org="wp.pl",
            domains=("valehousing.example", "larkfield.example",
                     "brightwaterdental.example", "openhall.example"), every=10,
            phase=7, window=shifted(22), empty=True),
        odd("unipi", None, Style(identifiers="identities", spf_first=True),
            ("identities", "any-order")),
        odd("casewestern", touch_no_record, Style(), ("no-record",), every=30,
            domains=("mystonebridge.example",), empty=True),
        odd("duplex", None, Style(policy_twice=True), ("policy-twice",)),
        odd("nilsp", None, Style(sp="nil"), ("sp-nil",)),
        odd("globetariff", touch_evaluated, Style(), ("window-under-1h",
            "window-not-midnight"), window=window_short, domains=BIG[:1] + BIG[1:2],
            share=30),
        odd("uniquity", touch_dispositions, Style(version="2.0"), ("version-20",),
            share=30),
        odd("nfm-net", touch_results, Style(rf_ri=True), ("rf-ri",), share=30,
            domains=BIG[:1] + BIG[2:3], every=5),
        odd("bareauth", touch_no_auth, Style(), share=30),
        odd("manydkim", touch_many_dkim, Style()),
        odd("nullsender", None, Style(envelope_from="empty"), ("envelope-from-empty",)),
        odd("titlecase", touch_case, Style(), ("mixed-case-domain",), domains=BIG[7:8],
            share=60),
        odd("sourceforms", touch_addresses, Style(), share=60,
            domains=BIG[1:2] + BIG[4:5]),
        odd("legacytimes", touch_times, Style(), every=10),
        odd("backwards", None, Style(), ("begin-after-end",), window=window_reversed),
        odd("almostday", None, Style(), ("window-23h",), window=window_23h),
        odd("artfiles", None, Style(), ("window-2-days",), window=window_days(2), days=2,
            every=2, org="artfiles-like.example", domains=BIG[6:7]),
        odd("sealing", None, Style(), ("window-9-days",), window=window_days(9), days=9,
            every=10, domains=BIG[7:8]),
        odd("zoho", None, Style(), ("window-not-midnight",), window=shifted(7),
            org="zoho.com", ids=guid, every=2, domains=BIG[7:8]),
        odd("banghost", None, Style(), ("id-bang-space",), ids=bang_id),
        odd("fromline", touch_from_line, Style(), ("mbox-from-line",), files=0,
            box="text-xml", every=7),
    ]


def all_reporters():
    return large() + appliances() + oddities()
