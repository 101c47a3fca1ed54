# SPDX-License-Identifier: Apache-2.0
"""The catalogue of services, as it is asked for."""
import pathlib
import re
import unittest

import nsd
import support
from compose import BEGIN, DAY, auth, report, row

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "services"


class Services(support.Case):
    def ask(self, *words, **how):
        return self.postern("services", *words, **how)

    def test_list(self):
        lines = self.ask("--json").lines()[0]["services"]
        files = sorted(p.stem for p in FOLDER.glob("*.txt"))
        self.assertEqual([s["service"] for s in lines], files)
        sendgrid = next(s for s in lines if s["service"] == "sendgrid")
        self.assertEqual((sendgrid["kind"], sendgrid["dkim_aligns"]),
                         ("transactional", "yes"))
        self.assertIn("Twilio SendGrid", self.ask().out)
        self.assertEqual(self.ask("--csv").out.count("\n"), len(files) + 1)

    def test_files_are_named_by_their_service(self):
        for path in FOLDER.glob("*.txt"):
            text = path.read_text(encoding="utf-8")
            self.assertEqual(text.splitlines()[0], "service: " + path.stem)

    def test_one(self):
        text = self.ask("Twilio SendGrid").out
        self.assertIn("em#.<domain> CNAME u#.wl#.sendgrid.net", text)
        self.assertRegex(text, r"signs as d= +sendgrid.net\n")
        self.assertRegex(" ".join(text.split()),
                         r"published networks 149\.72\.0\.0/16 [\d./ ]+ \(unverified\)")
        facts = self.ask("sendgrid", "--json").lines()[0]["facts"]
        self.assertEqual([f["source"] is None for f in facts],
                         [not f["verified"] for f in facts])

    def test_what_nobody_read_is_in_no_record(self):
        for path in FOLDER.glob("*.txt"):
            service = self.ask(path.stem, "--json").lines()[0]
            hints = [f["value"] for f in service["facts"]
                     if not f["verified"] and f["key"] in ("publish", "spf")]
            records = re.split(r"\n(?=\S)", self.ask(path.stem).out)
            published = [r for r in records if r.startswith("What a customer publishes")]
            for hint in hints:
                self.assertNotIn(hint, "".join(published).replace("\n", " "))

    def test_none(self):
        self.assertIn("`postern services` lists them", self.ask("nobody", code=66).err)
        self.ask("sendgrid", "--csv", code=64)


class Verify(support.Case):
    def test_against_a_zone(self):
        self.write("zone", "$ORIGIN .\n$TTL 60\n"
                           'dkim2.mcsv.net. TXT "v=DKIM1; p=MIGf"\n'
                           'dkim.mcsv.net. TXT "nothing of that kind"\n'
                           'servers.mcsv.net. TXT "v=spf1 ip4:192.0.2.0/24 -all"\n'
                           "mcsv.net. ERROR TXT SERVFAIL\n"
                           "rsgsv.net. A 192.0.2.1\n")
        answer = self.postern("services", "verify", "mailchimp", "--json", "--zone",
                              self.tmp / "zone").lines()[0]
        said = {(n["fact"], n["name"]): n["verdict"] for n in answer["names"]}
        self.assertEqual(said["target", "dkim.mcsv.net"], "differs")
        self.assertEqual(said["spf", "servers.mcsv.net"], "holds")
        self.assertEqual(said["ptr", "mcsv.net"], "no-answer")
        self.assertEqual(said["ptr", "rsgsv.net"], "holds")
        self.assertEqual(said["ptr", "mcdlv.net"], "gone")
        self.assertEqual(said["target", "dkim2.mcsv.net"], "holds")
        self.assertNotIn(("target", "dkim[23].mcsv.net"), said)
        self.assertGreater(answer["patterns"], 0)
        self.assertEqual(sum(answer[v] for v in ("holds", "differs", "gone", "no-answer")),
                         len(answer["names"]))
        text = self.postern("services", "verify", "mailchimp", "--zone",
                            self.tmp / "zone").out
        self.assertRegex(text, r"dkim\.mcsv\.net +a DKIM key +differs")

    def test_all(self):
        self.write("zone", "a.example. A 192.0.2.1\n")
        answer = self.postern("services", "verify", "--json", "--zone",
                              self.tmp / "zone").lines()[0]
        self.assertGreater(answer["gone"], 500)
        self.assertIn("no service", self.postern("services", "verify", "nobody", code=66).err)

    @unittest.skipUnless(nsd.NSD, "nsd is not there")
    def test_against_a_server(self):
        long = "v=spf1 " + "".join(f"ip4:198.51.100.{n} " for n in range(20)) + "-all"
        port = nsd.serve(self, {
            "mcsv.net": 'dkim2 CNAME k.dkim.mcsv.net.\n'
                        'k.dkim TXT "v=DKIM1; k=rsa; " "p=MIGf"\n'
                        f'servers TXT "{long[:200]}" "{long[200:]}"\n'
                        "mail1.atl1 A 198.51.100.1\n",
            "rsgsv.net": ""})
        answer = self.postern("services", "verify", "mailchimp", "--json", "--dns",
                              f"127.0.0.1:{port}").lines()[0]
        said = {(n["fact"], n["name"]): n["verdict"] for n in answer["names"]}
        self.assertEqual(said["target", "dkim2.mcsv.net"], "holds")  # by its CNAME
        self.assertEqual(said["target", "dkim3.mcsv.net"], "gone")
        self.assertEqual(said["target", "dkim.mcsv.net"], "differs")  # an empty name
        self.assertEqual(said["spf", "servers.mcsv.net"], "holds")
        self.assertEqual(said["ptr", "mcsv.net"], "holds")
        self.assertEqual(said["ptr", "rsgsv.net"], "holds")
        # It refuses what is none of its zones: that says nothing of the name.
        self.assertEqual(said["ptr", "mcdlv.net"], "no-answer")

    def test_a_server_that_is_not_there(self):
        answer = self.postern("services", "verify", "mailchimp", "--json", "--dns",
                              "127.0.0.1:9").lines()[0]
        self.assertEqual(answer["no-answer"], len(answer["names"]))
        # Of all names few are asked for where nothing answers.
        answer = self.postern("services", "verify", "--json", "--dns",
                              "127.0.0.1:9").lines()[0]
        self.assertEqual(answer["no-answer"], len(answer["names"]))


class Published(support.Case):
    """What `services NAME` says to publish, published: the service's mail is the domain's
    own, and named. Without it, it is not."""

    DOMAIN = "client.example"
    # What stands in for the words in <> and the digits that # is.
    FILL = {"domain": DOMAIN, "domain-with-dashes": "client-example", "tenant": "clientco",
            "letter": "n", "number": "20260101120000", "key": "MIGfMA0GCSqGSIb3DQEB"}

    def fill(self, text):
        text = re.sub(r"<([^>]+)>", lambda m: self.FILL[m[1]], text)
        return text.replace("#", "7")

    def records(self, service):
        facts = self.postern("services", service, "--json").lines()[0]["facts"]
        self.assertTrue(all(f["verified"] for f in facts if f["key"] == "publish"))
        return [self.fill(f["value"]).split(" ", 2) for f in facts if f["key"] == "publish"]

    def zone(self, records):
        self.write("zone", "$ORIGIN .\n$TTL 3600\n" + "".join(
            f'{name}. {kind} ' + (f'"{value}"' if kind == "TXT" else
                                  f"10 {value}." if kind == "MX" else f"{value}.") + "\n"
            for name, kind, value in records))

    def sends(self, records, service_name):
        """A message as the service sends it with these records in place, or without."""
        keys = [n for n, _, _ in records if n.endswith(f"._domainkey.{self.DOMAIN}")]
        paths = [n for n, kind, _ in records if kind == "CNAME" and n not in keys
                 and n.endswith("." + self.DOMAIN)]
        signer = self.DOMAIN if keys else service_name
        selector = keys[0].split(".")[0] if keys else "s1"
        path = paths[0] if paths else service_name
        good_spf = path.endswith(self.DOMAIN)
        return row(50, "198.18.50.1", "none", "pass" if keys else "fail",
                   "pass" if good_spf else "fail", header_from=self.DOMAIN,
                   results=auth("dkim", signer, "pass", selector=selector)
                   + auth("spf", path, "pass", scope="mfrom"))

    def judge(self, name, records, service_name):
        self.db = self.tmp / f"{name}-{len(records)}.db"
        self.zone(records)
        self.write("r.xml", report(domain=self.DOMAIN, begin=BEGIN, end=BEGIN + DAY - 1,
                                   rows=[self.sends(records, service_name)]))
        now = f"@{BEGIN + DAY}"
        self.postern("--now", now, "client", "add", "Client", "--domain", self.DOMAIN,
                     "--raw", "dmarc@msp.example")
        self.postern("--quiet", "--now", now, "ingest", "r.xml")
        self.postern("--now", now, "enrich", "--zone", self.tmp / "zone")
        answer = self.postern("--now", now, "sources", self.DOMAIN, "--json").lines()[0]
        self.assertEqual(len(answer["senders"]), 1)
        return answer["senders"][0]

    def test_three_services(self):
        for name, own_name, by, aligned in (
                # two CNAMEs for keys; the return-path stays the service's
                ("mailchimp", "mcsv.net", "the CNAME of the domain's DKIM key", (50, 0)),
                # a key as text, and a CNAME for the return-path
                ("postmark", "pm.mtasv.net", "the selector", (50, 50)),
                # CNAMEs for both
                ("sendgrid", "sendgrid.net", "the CNAME of the domain's DKIM key",
                 (50, 50))):
            with self.subTest(name):
                records = self.records(name)
                sender = self.judge(name, records, own_name)
                self.assertEqual((sender["service"], sender["class"], sender["dkim"],
                                  sender["spf"]), (name, "own", *aligned))
                self.assertIn(by.split()[-1], sender["by"])
                before = self.judge(name, [], own_name)
                self.assertEqual((before["service"], before["class"], before["passed"]),
                                 (name, "not-aligned", 0))
