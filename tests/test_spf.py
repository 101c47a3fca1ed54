# SPDX-License-Identifier: Apache-2.0
"""`postern spf check`: the RFC 7208 suite, limits, and what a person sees."""
import collections
import json
import subprocess
import unittest

import support

try:
    import yaml
except ImportError:
    yaml = None
SUITE = support.SHARED / "conformance/spf/rfc7208-tests.yml"


def quoted(data):
    """A character-string of a zone's text."""
    out = []
    for c in data if isinstance(data, bytes) else data.encode("utf-8"):
        out.append(chr(c) if 32 <= c < 127 and c not in b'"\\' else "\\%03d" % c)
    return '"' + "".join(out) + '"'


def owner(name):
    return "".join(c if c.isalnum() or c in "-_.+=/" else "\\" + c if 32 < ord(c) < 127
                   else "\\%03d" % ord(c) for c in name.rstrip(".")) + "."


def texts(value):
    chunks = []
    for part in value if isinstance(value, list) else [value]:
        data = part.encode("utf-8")
        chunks += [data[i:i + 255] for i in range(0, len(data), 255)] or [b""]
    return " ".join(quoted(c) for c in chunks) or '""'


def zone_of(data):
    """The suite's zone data: SPF records stand for TXT ones where there are none."""
    lines = ["$ORIGIN .", "$TTL 60"]
    for name, records in data.items():
        kinds = collections.Counter(k for r in records if isinstance(r, dict)
                                    for k, v in r.items() if v != "NONE")
        has_txt = any("TXT" in r for r in records if isinstance(r, dict))
        at = owner(name)
        for r in records:
            if r == "TIMEOUT":
                lines += [f"{at} ERROR {kind} TIMEOUT" for kind in
                          ("A", "AAAA", "MX", "PTR", "TXT") if not kinds[kind]
                          and not (kind == "TXT" and kinds["SPF"] and not has_txt)]
                continue
            (kind, value), = r.items()
            if kind == "SPF":
                if has_txt:
                    continue
                kind = "TXT"
            if value == "TIMEOUT":
                lines.append(f"{at} ERROR {kind} TIMEOUT")
            elif value == "NONE":
                continue
            elif kind == "TXT":
                lines.append(f"{at} TXT {texts(value)}")
            elif kind == "MX":
                lines.append(f"{at} MX {value[0]} {owner(value[1])}")
            elif kind in ("PTR", "CNAME"):
                lines.append(f"{at} {kind} {owner(value)}")
            else:
                lines.append(f"{at} {kind} {value}")
    return "\n".join(lines) + "\n"


class Suite(support.Case):
    @unittest.skipUnless(SUITE.exists(), "no shared test data")
    @unittest.skipUnless(yaml, "python3-yaml is not there")
    def test_rfc7208(self):
        held = 0
        for part in yaml.safe_load_all(SUITE.read_text("utf-8")):
            self.write("zone", zone_of(part["zonedata"]))
            names, questions = zip(*part["tests"].items())
            asked = "".join(json.dumps({"ip": q["host"], "helo": q["helo"] or "",
                                        "mail_from": q["mailfrom"] or ""}) + "\n"
                            for q in questions)
            done = subprocess.run(
                [support.POSTERN, "spf", "check", "--batch", "--zone", self.tmp / "zone"],
                input=asked, stdout=subprocess.PIPE, text=True, env=self.env(), check=True)
            answers = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual(len(answers), len(names))
            for name, q, answer in zip(names, questions, answers):
                with self.subTest(part["description"] + ": " + name):
                    allowed = q["result"]
                    self.assertIn(answer["result"],
                                  allowed if isinstance(allowed, list) else [allowed])
                    if "explanation" in q:
                        want = q["explanation"]
                        self.assertEqual(answer["explanation"],
                                         None if want == "DEFAULT" else want)
                    held += 1
        self.assertEqual(held, 203)


class Check(support.Case):
    def zone(self, *lines):
        self.write("zone", "$ORIGIN .\n$TTL 60\n" + "\n".join(lines) + "\n")

    def check(self, domain="a.example", ip="192.0.2.1", code=None, *words):
        return self.postern("spf", "check", "--ip", ip, "--mail-from", f"x@{domain}",
                            "--zone", self.tmp / "zone", *words, code=code)

    def result(self, domain, ip="192.0.2.1"):
        answer = self.check(domain, ip, None, "--json").json()
        return answer["result"], answer["why"]

    def test_exit_statuses(self):
        self.zone('a.example. TXT "v=spf1 ip4:192.0.2.1 -all"', "b.example. A 192.0.2.1",
                  'c.example. TXT "v=spf1 nonsense"', "d.example. ERROR TXT SERVFAIL")
        for domain, ip, code in (("a.example", "192.0.2.1", 0), ("a.example", "192.0.2.2", 1),
                                 ("b.example", "192.0.2.1", 2), ("c.example", "192.0.2.1", 3),
                                 ("d.example", "192.0.2.1", 75)):
            self.check(domain, ip, code)

    def test_other_family_is_no_void(self):
        """Hosts with addresses of the other kind alone are there."""
        hosts = [f"h{i}.example. A 192.0.2.{i}" for i in range(1, 6)]
        self.zone('a.example. TXT "v=spf1 ' + " ".join(f"a:h{i}.example" for i in range(1, 6))
                  + ' ip6:2001:db8::/32 -all"', *hosts)
        self.assertEqual(self.result("a.example", "2001:db8::1"), ("pass", "matched"))
        self.zone('a.example. TXT "v=spf1 ' + " ".join(f"a:h{i}.example" for i in range(1, 6))
                  + ' ip6:2001:db8::/32 -all"')
        self.assertEqual(self.result("a.example", "2001:db8::1"), ("permerror", "voids"))

    def test_limits(self):
        terms = " ".join(f"exists:e{i}.example" for i in range(11))
        self.zone(f'a.example. TXT "v=spf1 {terms} -all"',
                  *[f"e{i}.example. A 127.0.0.1" for i in range(11)])
        self.assertEqual(self.result("a.example"), ("pass", "matched"))
        self.zone(f'a.example. TXT "v=spf1 {terms.replace("exists", "a")} -all"',
                  *[f"e{i}.example. A 127.0.0.1" for i in range(11)])
        self.assertEqual(self.result("a.example"), ("permerror", "lookups"))
        # A record that includes itself.
        self.zone('a.example. TXT "v=spf1 include:a.example -all"')
        self.assertEqual(self.result("a.example"), ("permerror", "lookups"))
        self.zone('a.example. TXT "v=spf1 mx -all"',
                  *[f"a.example. MX 10 m{i}.example." for i in range(11)])
        self.assertEqual(self.result("a.example"), ("permerror", "mx-names"))

    def test_hostile_input(self):
        self.zone('a.example. TXT "v=spf1 exists:%{l}.%{h}._x.a.example '
                  'exists:%{s255r-.}.a.example include:%{p}.a.example -all"',
                  '*.a.example. A 127.0.0.1')
        for path in ("\x01\x02@a.example", "a" * 3000 + "@a.example", "@", "@@a.example",
                     "\\@a.example", "\u00e9@a.example", "a@\u00e9.example"):
            for helo in ("", "h" * 3000, ".", "\u00e9.example"):
                self.postern("spf", "check", "--ip", "192.0.2.1", "--mail-from", path,
                             "--helo", helo, "--zone", self.tmp / "zone", code=None)

    def test_trace(self):
        self.zone('a.example. TXT "v=spf1 include:b.example a:h.example/24 -all"',
                  'b.example. TXT "v=spf1 ip4:198.51.100.0/24 -all"',
                  "h.example. A 192.0.2.200")
        said = self.check("a.example", "192.0.2.1", 0, "--trace").out
        for text in ("pass  192.0.2.1 as a.example: a term of the record matched (a:h.example/24)",
                     "b.example  v=spf1 ip4:198.51.100.0/24 -all", "2 of 10 look-ups",
                     "include:b.example: does not match", "a:h.example/24: matches, 192.0.2.200"):
            self.assertIn(text, said)

    def test_usage(self):
        self.zone("a.example. A 192.0.2.1")
        for words in (("--mail-from", "a@a.example"), ("--ip", "1.2.3", "--helo", "a.example"),
                      ("--ip", "192.0.2.1")):
            self.postern("spf", "check", "--zone", self.tmp / "zone", *words, code=64)
        done = subprocess.run(
            [support.POSTERN, "spf", "check", "--batch", "--zone", self.tmp / "zone"],
            input='{"ip": "192.0.2.1", "helo": "a.example"}\nnonsense\n',
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.env(),
            check=False)
        self.assertEqual((done.returncode, json.loads(done.stdout)["result"]), (64, "none"))
        self.assertIn("line 2", done.stderr)
