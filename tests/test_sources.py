# SPDX-License-Identifier: Apache-2.0
"""`postern sources`: who sends as a domain."""
import mmdb
import support
from compose import BEGIN, DAY, auth, report, row

OWN = "example.com"


def sent(count, source, dkim=(), spf=None, reason=""):
    """A row as a receiver judges: `dkim` of (domain, selector, result), `spf` (domain,
    result)."""
    results = "".join(auth("dkim", d, r, selector=s) for d, s, r in dkim)
    if spf:
        results += auth("spf", spf[0], spf[1], scope="mfrom")
    good_dkim = any(d == OWN and r == "pass" for d, _, r in dkim)
    good_spf = bool(spf) and spf == (OWN, "pass")
    return row(count, source, "none", "pass" if good_dkim else "fail",
               "pass" if good_spf else "fail", reason=reason, results=results)


class Base(support.Case):
    def setUp(self):
        super().setUp()
        home = [(OWN, "google", "pass")]
        self.write("a.xml", report(report_id="a", domain=OWN, rows=[
            sent(100, "198.18.0.1", home, (OWN, "pass")),
            # SendGrid by its own signature; nobody needs to ask the DNS
            sent(40, "198.18.1.1", [("sendgrid.net", "s1", "pass")],
                 ("sendgrid.net", "pass")),
            # ... and a liar who writes it
            sent(7, "203.0.113.50", [("sendgrid.net", "s1", "fail")], (OWN, "fail")),
        ]))
        self.write("b.xml", report(report_id="b", domain=OWN, begin=BEGIN + 20 * DAY,
                                   end=BEGIN + 21 * DAY - 1, rows=[
            sent(5, "198.18.2.1", home, ("list.example.net", "pass"),
                 "<reason><type>mailing_list</type></reason>"),
            *[sent(2, f"{net}.0.113.9", (), (OWN, "fail"))
              for net in ("20", "30", "40", "50", "60")]]))
        self.ingest("a.xml", "b.xml")

    def ask(self, *words, **how):
        return self.postern("sources", OWN, *words, **how)

    def senders(self, *words):
        answer = self.ask("--json", *words).lines()[0]
        return answer, {(s["sender"], s["class"]): s for s in answer["senders"]}


class Sources(Base):
    def test_classes(self):
        answer, found = self.senders()
        self.assertEqual({key: s["messages"] for key, s in found.items()}, {
            ("Google Workspace", "own"): 100, ("Twilio SendGrid", "not-aligned"): 40,
            ("list.example.net", "forwarded"): 5, ("unrelated networks", "abuse"): 17})
        self.assertEqual(answer["classes"], {
            "own": 100, "not-aligned": 40, "forwarded": 5, "maybe-forwarded": 0,
            "unknown": 0, "abuse": 17})
        self.assertEqual((answer["messages"], answer["passed"]), (162, 105))

    def test_overview_names_hosts(self):
        """By a network that is read in a source; what is only a hint names nobody."""
        self.write("c.xml", report(report_id="c", domain=OWN, rows=[
            sent(9, "209.85.220.41"), sent(8, "198.2.130.1")]))
        self.ingest("c.xml")
        for words in (("overview",), ("domain", "show", OWN)):
            answer = self.postern(*words, "--json", "--limit", "0").lines()[0]
            named = {s["source"]: s["service"] for s in answer["sources"]}
            self.assertEqual((named["209.85.220.41"], named["198.2.130.1"],
                              named["198.18.0.1"]), ("Google Workspace", None, None))
        self.assertRegex(self.postern("overview").out, r"209\.85\.220\.41 +Google Workspace")

    def test_evidence(self):
        _, found = self.senders()
        sender = found["Twilio SendGrid", "not-aligned"]
        self.assertEqual((sender["service"], sender["evidence"], sender["trust"],
                          sender["why"]), ("sendgrid", "sendgrid.net", "sure", "other-name"))
        self.assertIsNone(found["unrelated networks", "abuse"]["service"])
        self.assertEqual(found["unrelated networks", "abuse"]["sources"], 6)

    def test_narrower(self):
        answer, found = self.senders("--class", "abuse")
        self.assertEqual([s["class"] for s in answer["senders"]], ["abuse"])
        answer, found = self.senders("--service", "sendgrid")
        self.assertEqual([(s["sender"], s["messages"]) for s in answer["senders"]],
                         [("198.18.1.1", 40)])
        answer, _ = self.senders("--class", "abuse", "--addresses", "--limit", "2")
        self.assertEqual([(s["sender"], s["messages"], s["host"])
                          for s in answer["senders"]],
                         [("203.0.113.50", 7, None), ("20.0.113.9", 2, None)])
        _, found = self.senders("--new-since", "2025-07-10")
        self.assertEqual(set(found), {("list.example.net", "forwarded")})
        # Only what the days show is judged: without its home it is no forwarder.
        _, found = self.senders("--since", "2025-07-10", "--class", "forwarded")
        self.assertEqual(found, {})

    def test_a_result_changes_no_judgement(self):
        answer, found = self.senders("--result", "fail")
        self.assertEqual({key: s["messages"] for key, s in found.items()}, {
            ("Twilio SendGrid", "not-aligned"): 40, ("unrelated networks", "abuse"): 17})
        self.assertEqual((answer["messages"], answer["passed"]), (57, 0))
        answer, found = self.senders("--result", "pass")
        self.assertEqual({key: s["messages"] for key, s in found.items()}, {
            ("Google Workspace", "own"): 100, ("list.example.net", "forwarded"): 5})

    def test_marks(self):
        self.postern("source", "mark", "20.0.113.9", "own", "--domain", OWN, code=66)
        self.postern("client", "add", "C", "--domain", OWN, "--raw", "a@reports.example")
        self.assertIn("is the domain's own from now on", self.postern(
            "source", "mark", "20.0.113.9", "own", "--domain", OWN.upper()).out)
        self.postern("source", "mark", "Twilio SendGrid", "abuse", "--domain", OWN)
        _, found = self.senders()
        self.assertEqual({key: s["messages"] for key, s in found.items()
                          if s["why"] == "marked"},
                         {("own servers", "own"): 2, ("Twilio SendGrid", "abuse"): 40})
        self.postern("source", "mark", "sendgrid", "none", "--domain", OWN)
        self.assertIn(("Twilio SendGrid", "not-aligned"), self.senders()[1])
        self.postern("source", "mark", "nobody", "own", "--domain", OWN, code=66)
        self.postern("source", "mark", "sendgrid", "good", "--domain", OWN, code=64)
        self.postern("source", "mark", "sendgrid", "own", code=64)

    def test_text(self):
        text = self.ask().out
        self.assertIn("162 messages; 100 own; 40 not-aligned; 5 forwarded; 17 abuse", text)
        self.assertRegex(text, r"Twilio SendGrid +not-aligned +40 +0 %")
        self.assertIn("if it is yours, set up DKIM", text.replace("\n", " "))

    def test_nothing(self):
        self.assertIn("No report counts for it", self.ask("--since", "2026-01-01").out)
        self.postern("sources", "nobody.example", code=66)
        self.ask("--class", "good", code=64)
        self.ask("--service", "nobody", code=66)
        self.postern("sources", "", code=64)


class Places(Base):
    """Countries and networks, from files of the user's."""

    def files(self, ases):
        self.write("as.mmdb", mmdb.build(
            {net: {"autonomous_system_number": n, "autonomous_system_organization": name}
             for net, (n, name) in ases.items()}, "GeoLite2-ASN"))
        self.write("country.mmdb", mmdb.build(
            {"198.18.1.0/24": {"country": {"iso_code": "US"}},
             "20.0.0.0/8": {"country": {"iso_code": "BR"}}}, "GeoLite2-Country"))
        return self.env(POSTERN_GEO_AS=self.tmp / "as.mmdb",
                        POSTERN_GEO_COUNTRY=self.tmp / "country.mmdb")

    def senders(self, *words, env=None):
        answer = self.ask("--json", *words, env=env).lines()[0]
        return answer, {(s["sender"], s["class"]): s for s in answer["senders"]}

    def test_places(self):
        env = self.files({"198.18.1.0/24": (11377, "Twilio SendGrid")})
        _, found = self.senders(env=env)
        sender = found["Twilio SendGrid", "not-aligned"]
        self.assertEqual((sender["country"], sender["as"], sender["as_name"]),
                         ("US", 11377, "Twilio SendGrid"))
        self.assertIn("most from US, AS11377 Twilio SendGrid", self.ask(env=env).out)
        own = found["Google Workspace", "own"]
        self.assertEqual((own["country"], own["as"], own["as_name"]), (None, 0, None))

    def test_one_network_is_not_all_over(self):
        """Five /16 of one provider are one network: nobody knows whose mail that is."""
        apart = {f"{n}.0.0.0/8": (n, f"Net {n}") for n in (20, 30, 40, 50, 60)}
        apart["203.0.0.0/8"] = (203, "Net 203")
        answer, _ = self.senders(env=self.files(apart))
        self.assertEqual(answer["classes"]["abuse"], 17)
        one = {net: (64500, "One") for net in apart}
        answer, _ = self.senders(env=self.files(one))
        self.assertEqual((answer["classes"]["abuse"], answer["classes"]["unknown"]), (0, 17))

    def test_damaged_files(self):
        env = self.files({"198.18.1.0/24": (11377, "Twilio SendGrid")})
        whole = (self.tmp / "as.mmdb").read_bytes()
        for data in (b"", b"no database", whole[:len(whole) // 2], whole[:-40]):
            self.write("as.mmdb", data)
            self.assertIn("as.mmdb cannot be used", self.ask(env=env, code=78).err)
        # Its search tree and its data point anywhere: nothing is known, and nothing worse.
        for at in range(0, len(whole) - 60, 7):
            self.write("as.mmdb", whole[:at] + b"\xff" * 5 + whole[at + 5:])
            self.assertIn(self.ask(env=env, code=None).code, (0, 78))
        # What brings no answer does not stop reports from coming in.
        self.ingest("a.xml", env=env)
