# SPDX-License-Identifier: Apache-2.0
"""The catalogue of services, as it is asked for."""
import pathlib
import re

import support

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
