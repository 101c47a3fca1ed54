# SPDX-License-Identifier: Apache-2.0
"""Writes a report as its reporter would: one writer, many habits."""
from dataclasses import dataclass

OLD_NS = "http://dmarc.org/dmarc-xml/0.1"
NEW_NS = "urn:ietf:params:xml:ns:dmarc-2.0"
DECLARED = '<?xml version="1.0" encoding="UTF-8" ?>'
PLAIN = '<?xml version="1.0"?>'


@dataclass(frozen=True)
class Style:
    declaration: str = DECLARED
    encoding: str = "utf-8"
    bom: bool = False
    indent: str = "  "
    eol: str = "\n"
    before_root: str = ""
    root: str = "feedback"
    root_attributes: str = ""
    end: str = ""  # written in place of the closing tag
    pad: str = ""  # around every value
    version: str = ""
    contact: str = ""
    generator: str = ""
    errors: tuple = ()
    raw_email: bool = False
    alignment: bool = True
    sp: str = "value"  # value, empty, nil, absent
    pct: str = "100"
    fo: str = ""
    np: bool = False
    rf_ri: bool = False
    t_psd: bool = False
    testing: str = ""
    discovery: str = ""
    policy_twice: bool = False
    report_extension: str = ""
    record_extension: str = ""
    pass_disposition: bool = False  # RFC 9990: pass under an enforcing policy
    identifiers: str = "identifiers"
    envelope_to: bool = False
    envelope_from: str = "absent"  # value, empty, absent
    selector: str = "value"  # value, empty, absent
    scope: str = ""
    spf_first: bool = False
    result_first: bool = False
    selector_last: bool = False
    human: bool = False
    shout: bool = False  # Pass, Fail


def escape(text):
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


class Writer:
    def __init__(self, style):
        self.style = style
        self.eol = style.eol
        self.pads = [style.indent * depth for depth in range(8)]
        self.out = []

    def open(self, depth, tag):
        self.out.append(f"{self.pads[depth]}<{tag}>{self.eol}")

    def close(self, depth, tag):
        self.out.append(f"{self.pads[depth]}</{tag}>{self.eol}")

    def leaf(self, depth, tag, text):
        pad = self.style.pad
        self.out.append(f"{self.pads[depth]}<{tag}>{pad}{text}{pad}</{tag}>{self.eol}")

    def raw(self, depth, text):
        if text:
            self.out.append(f"{self.pads[depth]}{text}{self.eol}")


def word(style, text):
    return text.capitalize() if style.shout else text


def metadata(x, report):
    style = x.style
    x.open(1, "report_metadata")
    x.leaf(2, "org_name", escape(report.org))
    x.leaf(2, "email", f"<{report.email}>" if style.raw_email else report.email)
    if style.contact:
        x.leaf(2, "extra_contact_info", style.contact)
    x.leaf(2, "report_id", escape(report.report_id))
    x.open(2, "date_range")
    x.leaf(3, "begin", report.begin_text or str(report.begin))
    x.leaf(3, "end", report.end_text or str(report.end))
    x.close(2, "date_range")
    for error in style.errors:
        x.leaf(2, "error", error)
    if style.generator:
        x.leaf(2, "generator", style.generator)
    x.close(1, "report_metadata")


def published(x, report):
    style, policy = x.style, report.policy
    x.open(1, "policy_published")
    x.leaf(2, "domain", report.written_domain or report.domain)
    if style.alignment:
        x.leaf(2, "adkim", "r")
        x.leaf(2, "aspf", "r")
    x.leaf(2, "p", policy["p"])
    if style.sp == "value":
        x.leaf(2, "sp", policy.get("sp", policy["p"]))
    elif style.sp == "empty":
        x.raw(2, "<sp/>")
    elif style.sp == "nil":
        x.leaf(2, "sp", "nil")
    if style.pct:
        x.leaf(2, "pct", style.pct)
    if style.np:
        x.leaf(2, "np", policy.get("np", policy["p"]))
    if style.fo:
        x.leaf(2, "fo", style.fo)
    if style.rf_ri:
        x.leaf(2, "rf", "afrf")
        x.leaf(2, "ri", "86400")
    if style.t_psd:
        x.leaf(2, "t", "n")
        x.leaf(2, "psd", "u")
    if style.testing:
        x.leaf(2, "testing", style.testing)
    if style.discovery:
        x.leaf(2, "discovery_method", style.discovery)
    x.close(1, "policy_published")


def evaluated(x, row, report):
    style = x.style
    x.open(3, "policy_evaluated")
    disposition = row.disposition
    if style.pass_disposition and row.passed and report.policy["p"] != "none":
        disposition = "pass"
    x.leaf(4, "disposition", disposition)
    for tag, text in (("dkim", row.dkim_word), ("spf", row.spf_word)):
        if text is not None:
            x.leaf(4, tag, word(style, text))
    for kind, comment in row.reasons:
        if kind is None and comment.startswith("text:"):
            x.leaf(4, "reason", comment[5:])
            continue
        x.open(4, "reason")
        if kind is not None:
            x.leaf(5, "type", kind)
        if comment is not None:
            x.leaf(5, "comment", escape(comment))
        x.close(4, "reason")
    x.close(3, "policy_evaluated")


def dkim_result(x, domain, selector, result):
    style = x.style
    fields = [("domain", domain)]
    if style.selector == "value" and selector is not None:
        fields.append(("selector", selector))
    elif style.selector == "empty":
        fields.append(("selector", ""))
    fields.append(("result", word(style, result)))
    if style.selector_last or style.result_first:
        fields.sort(key=lambda f: ("result", "domain", "selector").index(f[0])
                    if style.result_first else
                    ("domain", "result", "selector").index(f[0]))
    if style.human and result != "pass":
        fields.append(("human_result", "the body was changed on its way"))
    x.open(3, "dkim")
    for tag, text in fields:
        x.leaf(4, tag, text)
    x.close(3, "dkim")


def spf_result(x, domain, scope, result):
    style = x.style
    x.open(3, "spf")
    x.leaf(4, "domain", domain)
    if style.scope:
        x.leaf(4, "scope", style.scope if scope == "mfrom" else scope)
    x.leaf(4, "result", word(style, result))
    x.close(3, "spf")


def record(x, row, report):
    style = x.style
    x.open(1, "record")
    x.open(2, "row")
    if row.source is not None:
        x.leaf(3, "source_ip", row.source)
    x.leaf(3, "count", row.count)
    evaluated(x, row, report)
    x.close(2, "row")
    x.open(2, style.identifiers)
    if style.envelope_to:
        x.leaf(3, "envelope_to", row.envelope_to)
    if style.envelope_from == "value":
        x.leaf(3, "envelope_from", row.envelope_from)
    elif style.envelope_from == "empty":
        x.leaf(3, "envelope_from", "")
    x.leaf(3, "header_from", row.header_from)
    x.close(2, style.identifiers)
    if row.dkim or row.spf:
        x.open(2, "auth_results")
        if style.spf_first:
            for result in row.spf:
                spf_result(x, *result)
        for result in row.dkim:
            dkim_result(x, *result)
        if not style.spf_first:
            for result in row.spf:
                spf_result(x, *result)
        x.close(2, "auth_results")
    else:
        x.raw(2, "<auth_results/>")
    x.raw(2, style.record_extension)
    x.close(1, "record")


def render(report, style):
    """The report's text as bytes."""
    x = Writer(style)
    if style.declaration:
        x.raw(0, style.declaration)
    x.raw(0, style.before_root)
    attributes = " " + style.root_attributes if style.root_attributes else ""
    x.raw(0, f"<{style.root}{attributes}>")
    if style.version:
        x.leaf(1, "version", style.version)
    metadata(x, report)
    published(x, report)
    x.raw(1, style.report_extension)
    if style.policy_twice:
        published(x, report)
    for row in report.rows:
        record(x, row, report)
    x.raw(0, style.end or f"</{style.root}>")
    data = "".join(x.out).encode(style.encoding)
    return b"\xef\xbb\xbf" + data if style.bom else data
