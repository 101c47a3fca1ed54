# SPDX-License-Identifier: Apache-2.0
"""The demo's planted facts come out of the commands exactly (demo/check)."""
import collections
import json
import shlex
import subprocess
import sys

import support

TIMEOUT = 400


class Demo(support.Case):
    def generate(self, name):
        out = self.tmp / name
        subprocess.run([sys.executable, support.ROOT / "demo/generate", "--end",
                        "2026-11-22", out], check=True, stdout=subprocess.DEVNULL)
        return out

    def test_planted_facts(self):
        out = self.generate("demo")
        for jobs in ("1", "3") if support.DEEP else ("2",):
            done = subprocess.run(
                [sys.executable, support.ROOT / "demo/check", support.POSTERN, out,
                 "--jobs", jobs, "--db", self.tmp / ("check%s.db" % jobs)],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env=self.env())
            self.assertEqual(done.returncode, 0, done.stdout[-4000:])

    def test_the_same_bytes_for_the_same_day(self):
        a, b = self.generate("a"), self.generate("b")
        done = subprocess.run(["diff", "-rq", a, b], stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.stdout, "")

    def test_senders(self):
        """Services, forwarders, abuse: as planted, once the DNS was asked."""
        out = self.generate("demo")
        planted = json.loads((out / "planted.json").read_text(encoding="utf-8"))
        for line in (out / "setup.commands").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                self.postern(*shlex.split(line), "--now", "2026-11-23")
        self.postern("--quiet", "--now", "2026-11-23", "ingest", out / "reports")
        asked = self.postern("--now", "2026-11-23", "enrich", "--json", "--zone",
                             out / "demo.zone").lines()[0]
        self.assertEqual(asked["confirmed"], asked["named"])
        self.assertGreater(asked["led"], 0)
        classes = collections.Counter()
        for name in sorted({*planted["domains"], *planted["services"], *planted["noise"]}):
            answer = self.postern("--now", "2026-11-23", "sources", "--json",
                                  name).lines()[0]
            classes.update(answer["classes"])
            self.services(name, answer, planted)
        self.matrix(classes, planted)
        self.findings(planted)
        # Nothing is asked twice before its time.
        again = self.postern("--now", "2026-11-23", "enrich", "--json", "--zone",
                             out / "demo.zone").lines()[0]
        self.assertEqual((again["questions"], again["fresh"]),
                         (0, asked["sources"] + asked["keys"]))

    def found(self, now, *words):
        """{(code, domain, subject): finding} as of that day."""
        answer = self.postern("--now", now, "findings", "--json", *words).lines()[0]
        return {(f["code"], f["domain"], f["subject"]): f for f in answer["findings"]}

    def findings(self, planted):
        """What was planted is found, as of the day after it; nothing like it elsewhere."""
        today = self.found("2026-11-23")
        kinds = collections.defaultdict(dict)
        for (code, domain, subject), f in today.items():
            kinds[code][domain, subject] = f
        new, failing = planted["new_sender"], planted["failing_service"]
        self.assertEqual(
            {(d, s): f["since"] for (d, s), f in kinds["new-sender"].items()},
            {(new["domain"], "HubSpot"): new["first_day"]})
        self.assertEqual(
            {(d, s): f["messages"] for (d, s), f in kinds["not-aligned"].items()},
            {(failing["domain"], "Twilio SendGrid"): failing["messages"]})
        silent = planted["silent_reporter"]
        self.assertEqual(
            {d for d, s in kinds["reporter-silent"] if s == silent["org"]},
            set(silent["domains"]))
        self.assertEqual({d for d, _ in kinds["parked-mail"]},
                         {planted["parked_abuse"]["domain"]})
        self.assertEqual({d for d, _ in kinds["unassigned"]},
                         set(planted["unassigned_domains"]))
        self.assertFalse({"own-failing", "policy-weakened", "gone-sender"} & set(kinds))
        wave = planted["wave"]
        begun = self.found(wave["days"][-1], "--domain", wave["domain"])[
            "abuse-begun", wave["domain"], None]
        self.assertEqual(begun["since"], wave["days"][0])
        self.assertAlmostEqual(begun["messages"], wave["messages"],
                               delta=wave["messages"] // 50)

    def services(self, name, answer, planted):
        found, want = collections.Counter(), collections.Counter()
        for sender in answer["senders"]:
            if sender["class"] in ("own", "not-aligned"):
                found[sender["service"] or "own", sender["class"]] += sender["messages"]
        for service, facts in planted["services"].get(name, {}).items():
            own = service.startswith(("own-", "scanner-"))
            failing = (name, service) == (planted["failing_service"]["domain"],
                                          planted["failing_service"]["service"])
            want["own" if own else service,
                 "not-aligned" if failing else "own"] += facts["messages"]
        # What a forwarder of unknown name passes on without a return-path of its own
        # looks like the domain's own servers, where those sign.
        relayed = sum(facts["messages"] for f in planted["forwarders"].values()
                      for domain, facts in f["domains"].items() if domain == name)
        own = "own", "own"
        self.assertLessEqual(found[own] - want[own], relayed, name)
        self.assertGreaterEqual(found[own], want[own], name)
        del found[own], want[own]
        # Of one domain some own mail fails both ways: it is not taken for own by that.
        for service in set(found) | set(want):
            self.assertAlmostEqual(found[service], want[service],
                                   delta=1 + want[service] // 400, msg=name)

    def matrix(self, classes, planted):
        def sum_of(key):
            return sum(v["messages"] for v in planted[key].values())
        abuse = (planted["wave"]["messages"] + planted["parked_abuse"]["messages"]
                 + sum_of("noise"))
        forwarded = sum(facts["messages"] for f in planted["forwarders"].values()
                        for facts in f["domains"].values())
        services = sum(facts["messages"] for d in planted["services"].values()
                       for facts in d.values())
        # No message of a service is taken for abuse or unknown, or the reverse.
        own = classes["own"] + classes["not-aligned"]
        self.assertGreaterEqual(own, services - 150)
        self.assertLessEqual(own, services + 0.15 * forwarded)
        self.assertLessEqual(classes["abuse"], abuse)
        self.assertGreaterEqual(classes["abuse"], 0.995 * abuse)
        self.assertLessEqual(classes["forwarded"], forwarded)
        self.assertGreaterEqual(classes["forwarded"], 0.8 * forwarded)
        self.assertAlmostEqual(classes["maybe-forwarded"],
                               planted["mailing_list"]["messages"], delta=20)
        self.assertEqual(sum(classes.values()), services + abuse + forwarded
                         + planted["mailing_list"]["messages"] + sum_of("web_forms"))
