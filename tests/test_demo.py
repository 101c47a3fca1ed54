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
        self.matrix(planted)
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

    def by_address(self, name):
        """{address: [(class, service, messages), ...]} of what was judged."""
        found = collections.defaultdict(list)
        answer = self.postern("--now", "2026-11-23", "sources", "--json", "--addresses",
                              "--limit", "0", name).lines()[0]
        self.assertFalse(answer["more"])
        for s in answer["senders"]:
            found[s["source"]].append((s["class"], s["service"], s["messages"]))
        return found

    def matrix(self, planted):
        """What each message is by the story, against what it was taken for."""
        matrix, names, nowhere = (collections.Counter() for _ in range(3))
        for name, senders in planted["senders"].items():
            found = self.by_address(name)
            for service_class, _, messages in found.pop(None, []):
                nowhere[service_class] += messages
            for address, stories in senders.items():
                stories = {k: v for k, v in stories.items() if v}
                if not address or not stories:
                    continue
                (story, messages), = stories.items()
                kind, _, who = story.partition(":")
                own = who.startswith(("own-", "scanner-"))
                for service_class, service, n in found.pop(address):
                    matrix[kind, service_class] += n
                    messages -= n
                    if kind == "service":
                        names[service == (None if own else who)] += n
                self.assertEqual(messages, 0, (name, address))
            self.assertEqual([a for a, f in found.items() if any(n for _, _, n in f)], [])
        self.assertEqual(names[False], 0)
        self.assertEqual(dict(matrix), self.expected(planted))
        # Some reporters write no address: then a network says nothing.
        self.assertEqual(+nowhere, {"own": 124, "unknown": 69})

    @staticmethod
    def expected(planted):
        """By the story alone."""
        total = collections.Counter()
        for senders in planted["senders"].values():
            for address, stories in senders.items():
                for story, n in stories.items() if address else ():
                    total[story.partition(":")[0]] += n
        # What a careful reader of the reports would not tell otherwise either.
        strays = {
            # One domain's mail fails both ways now and then, from its own service's
            # hosts: said to be its own that fails, yet not counted as such.
            ("service", "unknown"): 90,
            # A reporter leaves selectors out: whose key it was is not to be seen.
            ("service", "forwarded"): 6,
            ("forwarder", "own"): 3,
            # Passed on without a signature: nothing passes.
            ("forwarder", "unknown"): 140,
            # Too few sources to be spread.
            ("noise", "unknown"): 10,
            # Planted so: it sends in a name of its own.
            ("service", "not-aligned"): planted["failing_service"]["messages"],
        }
        straight = {"service": "own", "forwarder": "forwarded", "list": "maybe-forwarded",
                    "wave": "abuse", "parked-abuse": "abuse", "noise": "abuse",
                    "webform": "unknown"}
        found = dict(strays)
        for kind, service_class in straight.items():
            found[kind, service_class] = total[kind] - sum(
                n for (k, _), n in strays.items() if k == kind)
        return found
