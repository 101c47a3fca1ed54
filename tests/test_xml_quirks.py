# SPDX-License-Identifier: Apache-2.0
"""What reporters make of the schema: each quirk of the XML that the field has, as a
table: the report, its rows, messages and passed, and the repairs that are listed."""
import pathlib
import shutil
import tempfile
import unittest

import compose as c
from support import Case, figures, repairs

WANT = (2, 8, 5)
DKIM = c.auth("dkim", "example.com", "pass", selector="s1")
SPF = c.auth("spf", "example.com", "pass", scope="mfrom")
NO_WINDOW = "<date_range>\n<begin>1751328000</begin>\n<end>1751414399</end>\n" \
    "</date_range>"


def base(old=None, new="", count=1, **how):
    data = c.report(**how)
    return data if old is None else c.swap(data, old, new, count)


def one(**how):
    """A report of one row of 5 messages."""
    return c.report([c.row(5, **how)])


def latin(text, declared):
    return c.report(org=text, encoding=declared, declaration='<?xml version="1.0" '
                    'encoding="%s"?>\n' % declared)


def plain(*fields):
    """A record that is written out."""
    return "<record>" + "".join(fields) + "</record>\n"


ROW = "<row><source_ip>192.0.2.1</source_ip><count>5</count><policy_evaluated>" \
    "<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated>" \
    "</row>"
IDS = "<identifiers><header_from>example.com</header_from></identifiers>"
AUTH = "<auth_results>" + DKIM + SPF + "</auth_results>"
GOSECURE = "<dkim><domain></domain><result></result></dkim>" * 6 + SPF * 3

# name: (report, (rows, messages, passed), repairs)
CASES = {
    # --- bytes and the declaration ---
    "plain": (base(), WANT, []),
    "bom": (b"\xef\xbb\xbf" + base(), WANT, []),
    "no_declaration": (base(declaration=""), WANT, []),
    "no_encoding": (base(declaration='<?xml version="1.0"?>\n'), WANT, []),
    "single_quotes": (base(declaration="<?xml version='1.0' encoding='UTF-8'?>\n"), WANT,
                      []),
    "standalone": (base(declaration='<?xml version="1.0" encoding="UTF-8" '
                        'standalone="yes"?>\n'), WANT, []),
    "windows_1252": (latin("Caf\u00e9 \u2019", "windows-1252"), WANT, []),
    "iso_8859_1": (latin("Caf\u00e9", "ISO-8859-1"), WANT, []),
    "iso_8859_15": (latin("Caf\u00e9 \u20ac", "ISO-8859-15"), WANT, []),
    "koi8_r": (latin("\u041f\u043e\u0447\u0442\u0430", "KOI8-R"), WANT, []),
    "windows_1251": (latin("\u041f\u043e\u0447\u0442\u0430", "windows-1251"), WANT, []),
    "utf_16le": (b"\xff\xfe" + c.report(encoding="utf-16-le", declaration='<?xml version='
                 '"1.0" encoding="UTF-16"?>\n'), WANT, []),
    "utf_16be": (b"\xfe\xff" + c.report(encoding="utf-16-be", declaration='<?xml version='
                 '"1.0" encoding="UTF-16"?>\n'), WANT, []),
    "unknown_set": (c.report(org="Caf\u00e9", encoding="cp1252", declaration=
                    '<?xml version="1.0" encoding="x-mac-nobody"?>\n'), WANT,
                    ["encoding-unknown"]),
    "byte_0x91": (base(org="ORG").replace(b"ORG", b"\x91quoted\x92"), WANT,
                  ["encoding-bytes"]),
    "latin1_org_name": (base(org="ORG").replace(b"ORG", b"Soci\xe9t\xe9"), WANT,
                        ["encoding-bytes"]),
    "control_character": (base(org="a\x01b"), WANT, ["control-character"]),
    "blank_before": (b"\r\n \n" + base(), WANT, ["xml-syntax"]),
    # --- markup ---
    "angle_in_email": (base("<email>dmarc@reporter.example</email>",
                            "<email><dmarc@reporter.example></email>"), WANT,
                       ["bare-less-than"]),
    "angle_in_value": (base("<org_name>reporter.example<", "<org_name>a<b>c<"), WANT,
                       ["bare-less-than"]),
    "less_than_in_url": (base(contact="U").replace(b">U<", b">https://a/?x<y&z=1<"), WANT,
                         ["bare-ampersand", "bare-less-than"]),
    "bare_ampersand": (base(org="A and B").replace(b"and", b"&"), WANT,
                       ["bare-ampersand"]),
    "unknown_entity": (base(org="X").replace(b">X<", b">A&nbsp;B<"), WANT,
                       ["entity-unknown"]),
    "stray_schema": (base("<feedback>", '<xs:schema xmlns:xs="http://www.w3.org/2001/'
                          'XMLSchema" targetNamespace="http://dmarc.org/dmarc-xml/0.1">\n'
                          "<feedback>"), WANT, ["element-before"]),
    "last_bracket": (base().rstrip()[:-1], WANT, ["last-bracket"]),
    "one_line": (base().replace(b"\n", b""), WANT, []),
    "crlf": (base().replace(b"\n", b"\r\n"), WANT, []),
    "comments": (base("<record>", "<!-- <record> -->\n<record>"), WANT, []),
    "cdata": (base("reporter.example<", "<![CDATA[reporter.example]]><"), WANT, []),
    "text_after": (base() + b"-- \nScanned by nobody\n", WANT, ["text-after"]),
    "text_before": (b"Here it is:\n".join([b"<?xml version='1.0'?>\n",
                    base(declaration="")]), WANT, ["text-before"]),
    "text_between": (base("<sp>none</sp>", "<sp>none</sp>11", sp="none"), WANT,
                     ["text-stray"]),
    "end_tag_twice": (base("</row>", "</row></row>"), WANT, ["end-tag-unmatched"]),
    "element_unclosed": (base("</identifiers>", ""), WANT,
                         ["element-misplaced", "element-unclosed"]),
    "capitals": (base().replace(b"source_ip", b"Source_IP"), WANT, ["element-case"]),
    # --- root and namespaces ---
    "prefixed_root": (base(root="ns1:feedback", attributes=' xmlns:ns1="http://dmarc.org/'
                           'dmarc-xml/0.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-'
                           'instance" xsi:schemaLocation="http://dmarc.org/dmarc-xml/0.1 '
                           'dmarc.xsd"'), WANT, []),
    "unused_namespaces": (base(attributes=' xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
                               'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'),
                          WANT, []),
    "new_namespace_old_content": (base(attributes=' xmlns="urn:ietf:params:xml:ns:dmarc-'
                                       '2.0"'), WANT, []),
    "all_prefixed": (base().replace(b"</", b"</d:").replace(b"<", b"<d:")
                     .replace(b"<d:/d:", b"</d:").replace(b"<d:?xml", b"<?xml")
                     .replace(b"<d:feedback", b'<d:feedback xmlns:d="urn:ietf:params:xml:'
                              b'ns:dmarc-2.0"'), WANT, []),
    "new_fields_without_namespace": (base(policy="<np>none</np><testing>n</testing>"
                                          "<discovery_method>psl</discovery_method>"),
                                     WANT, []),
    "t_and_psd": (base(policy="<t>y</t><psd>n</psd>"), WANT, ["element-alias"]),
    "attributes": (base("<comment>", '<comment lang="en">', rows=[c.row(
        5, reason="<reason><type>other</type><comment>x</comment></reason>")]), (1, 5, 5),
        []),
    "extension": (base(extra="<extension><v:x xmlns:v='urn:v'>1</v:x></extension>", rows=[
        c.row(5, extra="<v:count xmlns:v='urn:v'>77</v:count>")]), (1, 5, 5), []),
    "foreign_row": (one(extra='<v:row xmlns:v="urn:v"><v:count>9</v:count></v:row>'),
                    (1, 5, 5), []),
    # --- the report ---
    "identities": (base().replace(b"identifiers", b"identities"), WANT,
                   ["element-alias"]),
    "no_record": (base(rows=[]), (0, 0, 0), []),
    "null_report": (base(rows=[
        "<record><row><source_ip></source_ip><count>0</count><policy_evaluated>"
        "<disposition></disposition><dkim></dkim><spf></spf></policy_evaluated></row>"
        "<identifiers><header_from></header_from></identifiers><auth_results/>"
        "</record>"]),
        (1, 0, 0), []),
    "policy_twice": (base("</policy_published>", "</policy_published>\n<policy_published>"
                          "<domain>other.example</domain><p>reject</p><sp>none</sp>"
                          "</policy_published>"), WANT, ["second-policy"]),
    "sp_empty": (base(policy="<sp/>"), WANT, []),
    "sp_nil": (base(sp="nil"), WANT, ["policy-word"]),
    "sp_absent": (base(), WANT, []),
    "alignment_absent": (base("<adkim>r</adkim>\n<aspf>r</aspf>\n", ""), WANT, []),
    "alignment_words": (base("<adkim>r<", "<adkim>relaxed<"), WANT, ["alignment-alias"]),
    "rf_and_ri": (base(policy="<rf>afrf</rf><ri>86400</ri>"), WANT, []),
    "pct_word": (base(pct="all"), WANT, ["pct-number"]),
    "org_name_empty": (base(org=""), WANT, []),
    "org_name_absent": (base(org=None), WANT, []),
    "report_id_odd": (base(report_id="<a$b=c!d e@f.example> "
                           + "0123456789" * 9), WANT, []),
    "error_several": (base(error=["first", "second"]), WANT, []),
    "domain_dot": (base(domain="Example.COM."), WANT, ["domain-dot"]),
    "second_root": (base() + base(declaration="", rows=[c.row(4)]), (3, 12, 9),
                    ["second-report"]),
    "other_root": (base() + base(declaration="", report_id="r-9", rows=[c.row(4)]), WANT,
                   ["other-report"]),
    # --- time ---
    "padded_values": (base("<end>1751414399</end>", "<end>1751414399 </end>")
                      .replace(b">5<", b">\n 5\t<").replace(b">pass<", b"> pass <"), WANT,
                      []),
    "time_decimal": (base(begin="1751328000.456"), WANT, ["time-decimal"]),
    "time_text": (base(begin="2025-07-01"), WANT, ["time-unreadable"]),
    "time_negative": (base(end="-1"), WANT, ["time-unreadable"]),
    "time_missing": (base(NO_WINDOW, ""), WANT, ["time-missing"]),
    "window_empty": (base(end=c.BEGIN), WANT, []),
    "window_reversed": (base(end=c.BEGIN - 5), WANT, []),
    "window_86401": (base(end=c.BEGIN + 86401), WANT, []),
    "window_long": (base(end=c.BEGIN + 9 * c.DAY), WANT, []),
    "window_odd_hours": (base(begin=c.BEGIN + 4321, end=c.BEGIN + 4321 + 3500), WANT, []),
    # --- rows ---
    "spf_none": (one(spf="none"), (1, 5, 5), ["evaluated-word"]),
    "dkim_softfail": (one(dkim="fail", spf="softfail"), (1, 5, 0), ["evaluated-word"]),
    "evaluated_missing": (one(dkim=None, spf=None), (1, 5, 0), []),
    "evaluated_empty": (one(dkim="", spf="pass"), (1, 5, 5), []),
    "evaluated_absent": (base(rows=[plain(
        "<row><source_ip>192.0.2.1</source_ip><count>5</count></row>", IDS, AUTH)]),
        (1, 5, 0), []),
    "disposition_pass": (one(disposition="pass"), (1, 5, 5), []),
    "disposition_softfail": (one(disposition="softfail"), (1, 5, 5),
                             ["disposition-word"]),
    "disposition_15": (one(disposition="15"), (1, 5, 5), ["disposition-word"]),
    "disposition_blank": (one(disposition=" none"), (1, 5, 5), []),
    "reason_text": (one(reason="<reason>mailing list</reason>"), (1, 5, 5),
                    ["reason-text"]),
    "reason_type_empty": (one(reason="<reason><type/><comment/></reason>"), (1, 5, 5),
                          []),
    "reason_several": (one(reason="<reason><type>forwarded</type></reason><reason><type>"
                           "local_policy</type><comment>arc=pass</comment></reason>"),
                       (1, 5, 5), []),
    "reason_comment_only": (one(reason="<reason><comment>known list</comment></reason>"),
                            (1, 5, 5), []),
    "reason_word": (one(reason="<reason><type>whitelisted</type></reason>"), (1, 5, 5),
                    ["reason-word"]),
    "dkim_empty_repeated": (one(results=GOSECURE), (1, 5, 5), []),
    "dkim_words": (one(results=c.auth("dkim", "a.example", "invalid")
                       + c.auth("dkim", "a.example", "unknown")
                       + c.auth("dkim", "a.example", "none")), (1, 5, 5),
                   ["dkim-result-word"]),
    "selector_empty": (one(results=c.auth("dkim", "a.example", "pass", selector="")),
                       (1, 5, 5), []),
    "spf_hardfail": (one(results=c.auth("spf", "a.example", "hardfail")), (1, 5, 5),
                     ["result-alias"]),
    "spf_unknown_and_error": (one(results=c.auth("spf", "a.example", "unknown")
                                  + c.auth("spf", "a.example", "error")), (1, 5, 5),
                              ["result-alias"]),
    "capitalised": (one(dkim="Pass", results=c.auth("spf", "a.example", "Fail")),
                    (1, 5, 5), ["word-case"]),
    "scope_absent": (one(results=c.auth("spf", "a.example", "pass")), (1, 5, 5), []),
    "scope_helo": (one(results=c.auth("spf", "a.example", "pass", scope="helo")),
                   (1, 5, 5), []),
    "scope_word": (one(results=c.auth("spf", "a.example", "pass", scope="pra")),
                   (1, 5, 5), ["scope-word"]),
    "auth_results_empty": (one(results=""), (1, 5, 5), []),
    "auth_results_absent": (base(rows=[plain(ROW, IDS)]), (1, 5, 5), []),
    "many_results": (one(results=DKIM * 8 + SPF), (1, 5, 5), []),
    "any_order": (base(rows=[plain(
        "<auth_results>" + SPF + "<dkim><result>pass</result><selector>s</selector>"
        "<domain>a.example</domain></dkim></auth_results>", IDS,
        "<row><policy_evaluated><spf>fail</spf><dkim>pass</dkim><disposition>none"
        "</disposition></policy_evaluated><count>5</count>"
        "<source_ip>192.0.2.1</source_ip></row>")]), (1, 5, 5), []),
    "records_first": (base(rows=[]).replace(b"<report_metadata>", (
        c.row(5) + "<report_metadata>").encode()), (1, 5, 5), []),
    "envelope_from_empty": (one(envelope_from=""), (1, 5, 5), []),
    "domains_in_capitals": (one(header_from="Example.COM",
                                envelope_from=" Mail.Example "), (1, 5, 5), []),
    "source_missing": (one(source=None), (1, 5, 5), ["source-missing"]),
    "source_empty": (one(source=""), (1, 5, 5), ["source-missing"]),
    "source_x": (one(source="X.X.X.X"), (1, 5, 5), ["source-unreadable"]),
    "source_mapped": (one(source="::ffff:192.0.2.9"), (1, 5, 5), []),
    "source_padded": (one(source="  192.0.2.9 "), (1, 5, 5), []),
    "source_long_v6": (one(source="2001:0DB8:0000:0000:0000:0000:0000:0001"), (1, 5, 5),
                       []),
    "count_missing": (c.report([c.row(None), c.row(5)]), (2, 6, 6), ["count-missing"]),
    "count_decimal": (c.report([c.row("5.0")]), (1, 5, 5), ["count-decimal"]),
    "count_text": (c.report([c.row("many"), c.row(5)]), (2, 6, 6), ["count-unreadable"]),
    "count_negative": (c.report([c.row("-3"), c.row(5)]), (2, 6, 6),
                       ["count-unreadable"]),
    "count_huge": (c.report([c.row("9" * 30), c.row(5)]), (2, 6, 6),
                   ["count-unreadable"]),
    "count_past_2_40": (c.report([c.row((1 << 40) - 1), c.row(5), c.row(5)]),
                        (3, 1 << 40, 1 << 40), ["count-huge"]),
    "record_nested": (base(rows=[plain(ROW, IDS, AUTH).replace("</record>", ""),
                                 c.row(3)]).replace(b"</feedback>",
                                                    b"</record></feedback>"),
                      (2, 8, 8), ["record-nested"]),
    "cut_between_rows": (base()[:-len("</feedback>\n")], WANT, ["report-ends-early"]),
    "cut_in_a_row": (base(rows=[c.row(5), c.row(3)])[:-60], (1, 5, 5),
                     ["report-ends-early", "row-cut"]),
    "many_rows": (c.report([c.row(1, "192.0.2.%d" % (i % 250)) for i in range(3555)]),
                  (3555, 3555, 3555), []),
}

FULL = c.row(
    5, "2001:DB8::1", disposition="pass", envelope_from="bounce.example.com",
    envelope_to="there.example",
    reason="<reason><type>local_policy</type><comment>arc=pass</comment></reason>"
    "<reason><type>policy_test_mode</type></reason>",
    results=c.auth("dkim", "example.com", "pass", "s1", human="2048 bit")
    + c.auth("dkim", "esp.example", "neutral")
    + c.auth("spf", "bounce.example.com", "fail", scope="mfrom", human="no such host"),
    extra='<v:tls xmlns:v="urn:v">TLS 1.3</v:tls>')
CASES["all_fields"] = (c.swap(c.report(
    [FULL], p="reject", sp="none", contact="https://r.example/", error=["one", "two"],
    attributes=' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"',
    policy="<np>quarantine</np><testing>n</testing><discovery_method>treewalk"
    "</discovery_method><fo>1:d:s</fo>",
    extra='<extension xmlns:a="urn:a"><a:b k="v"><a:c>deep</a:c></a:b></extension>'),
    "<extra_contact_info>", "<generator>Gen 1</generator><extra_contact_info lang='en'>"),
    (1, 5, 5), [])

# name: (report, a word that the reason must hold)
REFUSED = {
    "dtd": (base("<feedback>", "<!DOCTYPE feedback>\n<feedback>"), "DTD"),
    "entity": (base("<feedback>", '<!DOCTYPE feedback [<!ENTITY x SYSTEM "file:///etc/'
                    'passwd">]>\n<feedback>').replace(b"reporter.example<", b"&x;<", 1),
               "DTD"),
    "nothing_in_it": (b"<feedback></feedback>", "no organisation"),
    "value_too_long": (base(contact="x" * 4097), "4096"),
    "nested_too_deep": (base(extra="<x>" * 70 + "</x>" * 70), "64"),
    "too_many_results": (one(results=DKIM * 101), "100"),
}

# At a cap is within it.
CASES.update({
    "value_longest": (base(contact="x" * 4096), WANT, []),
    "nested_deepest": (base(extra="<x>" * 63 + "</x>" * 63), WANT, []),
    "most_results": (one(results=DKIM * 100), (1, 5, 5), []),
})


class XmlQuirks(Case):
    """All are read in one run; each is a test."""
    folder = None
    found = {}

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)

    def setUp(self):
        self.tmp, self.db = self.folder, self.folder / "postern.db"
        if not XmlQuirks.found:
            # One key each, so that none is in conflict with another.
            for name, (data, *_) in {**CASES, **REFUSED}.items():
                for enc in ("utf-8", "utf-16-le", "utf-16-be"):
                    old = ">r-1<".encode(enc)
                    new = (">r-%s<" % name).encode(enc)
                    data = data.replace(old, new)
                self.write("in/" + name, data)
            found, _ = self.ingest(self.tmp / "in")
            XmlQuirks.found = {pathlib.Path(o["path"]).name: o for o in found}
            self.assertEqual(len(found), len(CASES) + len(REFUSED))

    def check(self, name):
        o = self.found[name]
        _, want, names = CASES[name]
        self.assertEqual(o["status"], "new", o)
        self.assertEqual(figures(o), want)
        self.assertEqual(repairs(o), names, o)
        return o

    def refuse(self, name):
        o = self.found[name]
        self.assertEqual((o["status"], o["kind"], o["id"]), ("refused", "aggregate", ""))
        self.assertIn(REFUSED[name][1], o["reason"])

    def show(self, name):
        return self.postern("report", "show", "--json", self.found[name]["id"]).json()

    def test_all_together(self):
        """Nothing is lost between what is said and what is kept."""
        sums = [sum(col) for col in zip(*(want for _, want, _ in CASES.values()))]
        self.check_totals(len(CASES), *sums)

    def test_org_names(self):
        for name, org in (("windows_1252", "Caf\u00e9 \u2019"),
                          ("iso_8859_1", "Caf\u00e9"),
                          ("iso_8859_15", "Caf\u00e9 \u20ac"),
                          ("unknown_set", "Caf\u00e9"),
                          ("koi8_r", "\u041f\u043e\u0447\u0442\u0430"),
                          ("windows_1251", "\u041f\u043e\u0447\u0442\u0430"),
                          ("byte_0x91", "\u2018quoted\u2019"),
                          ("latin1_org_name", "Soci\u00e9t\u00e9"), ("bare_ampersand",
                          "A & B"), ("unknown_entity", "A&nbsp;B"),
                          ("utf_16le", "reporter.example"), ("org_name_empty", "")):
            with self.subTest(name=name):
                self.assertEqual(self.found[name]["org"], org)

    def test_windows(self):
        """begin and end as they were read; nothing where there is none."""
        self.assertEqual(self.found["time_decimal"]["begin"], c.BEGIN)
        self.assertIsNone(self.found["time_text"]["begin"])
        self.assertEqual(self.found["time_text"]["end"], c.BEGIN + c.DAY - 1)
        self.assertIsNone(self.found["time_negative"]["end"])
        self.assertEqual(self.found["window_reversed"]["end"], c.BEGIN - 5)

    def test_domains(self):
        self.assertEqual(self.found["domain_dot"]["domain"], "example.com")
        self.assertEqual(self.found["policy_twice"]["domain"], "example.com")

    def test_every_field_is_kept(self):
        """RFC 9990 with extensions, and what only RFC 7489 has."""
        shown = self.show("all_fields")
        meta = shown["meta"]
        self.assertEqual(
            [meta[k] for k in ("version", "org", "email", "contact", "generator", "error",
                               "domain", "p", "sp", "np", "testing", "discovery_method",
                               "adkim", "aspf", "pct", "fo", "xmlns")],
            ["1.0", "reporter.example", "dmarc@reporter.example", "https://r.example/",
             "Gen 1", "one\ntwo", "example.com", "reject", "none", "quarantine", "n",
             "treewalk", "r", "r", "100", "1:d:s", "urn:ietf:params:xml:ns:dmarc-2.0"])
        extra = {e["name"]: e["value"] for e in meta["extra"]}
        self.assertEqual(extra["extension/a:b/a:c"], "deep")
        self.assertEqual(extra["extension/a:b@k"], "v")
        self.assertEqual(extra["report_metadata/extra_contact_info@lang"], "en")
        row = shown["rows"][0]
        self.assertEqual(
            [row[k] for k in ("source", "messages", "passed", "disposition", "dkim",
                              "spf", "header_from", "envelope_from", "envelope_to")],
            ["2001:db8::1", 5, True, "pass", "pass", "fail", "example.com",
             "bounce.example.com", "there.example"])
        self.assertEqual(row["reasons"], [
            {"type": "local_policy", "comment": "arc=pass"},
            {"type": "policy_test_mode", "comment": None}])
        self.assertEqual(row["auth_dkim"], [
            {"domain": "example.com", "selector": "s1", "result": "pass",
             "human_result": "2048 bit"},
            {"domain": "esp.example", "selector": None, "result": "neutral",
             "human_result": None}])
        self.assertEqual(row["auth_spf"], [
            {"domain": "bounce.example.com", "scope": "mfrom", "result": "fail",
             "human_result": "no such host"}])
        self.assertEqual(row["extra"], [{"name": "v:tls", "value": "TLS 1.3"}])

    def test_odd_values_are_kept(self):
        """What was mended and what was odd can be seen."""
        self.assertEqual(self.show("source_x")["rows"][0]["source_text"], "X.X.X.X")
        self.assertEqual(self.show("source_mapped")["rows"][0]["source"], "192.0.2.9")
        self.assertEqual(self.show("source_long_v6")["rows"][0]["source"], "2001:db8::1")
        self.assertEqual(self.show("spf_none")["rows"][0]["spf"], "none")
        self.assertEqual(self.show("spf_hardfail")["rows"][0]["auth_spf"][0]["result"],
                         "fail")
        self.assertEqual(self.show("disposition_15")["rows"][0]["disposition"], "15")
        self.assertEqual(self.show("reason_text")["rows"][0]["reasons"],
                         [{"type": None, "comment": "mailing list"}])
        self.assertEqual(len(self.show("dkim_empty_repeated")["rows"][0]["auth_dkim"]), 6)
        self.assertEqual(self.show("sp_empty")["meta"]["sp"], "")
        self.assertIsNone(self.show("sp_absent")["meta"]["sp"])
        policy = self.show("policy_twice")["meta"]
        self.assertEqual((policy["p"], policy["sp"]), ("none", "none"))
        self.assertEqual(self.show("angle_in_email")["meta"]["email"],
                         "<dmarc@reporter.example>")
        self.assertEqual(self.show("envelope_from_empty")["rows"][0]["envelope_from"], "")

    def test_report_id(self):
        self.assertEqual(self.found["report_id_odd"]["report_id"],
                         "<a$b=c!d e@f.example> " + "0123456789" * 9)


def _add(name, method):
    def test(self):
        method(self, name)
    test.__name__ = "test_" + name
    setattr(XmlQuirks, test.__name__, test)


for _name in CASES:
    _add(_name, XmlQuirks.check)
for _name in REFUSED:
    _add("refused_" + _name if _name in CASES else _name, XmlQuirks.refuse)


if __name__ == "__main__":
    unittest.main()
