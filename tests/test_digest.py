# SPDX-License-Identifier: Apache-2.0
"""`postern digest`: the letters, and that each is sent once."""
import collections
import email
import email.policy
import re
import signal
import time
import unittest

import postfix
import support
from compose import BEGIN, DAY, auth, report, row
from test_readiness import SIGNED, sent

# Thirteen weeks of reports up to a Sunday.
MONDAY = BEGIN + 6 * DAY  # 2025-07-07
WEEKS = 13
NOW = MONDAY + WEEKS * 7 * DAY + 6 * 3600  # the Monday after, in the morning
WEEK = "2025-W40"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


def own(domain, count=20):
    return row(count, "198.18.0.1", "none", "pass", "pass", header_from=domain,
               results=auth("dkim", domain, "pass", selector="google")
               + auth("spf", domain, "pass", scope="mfrom"))


class Words(unittest.TestCase):
    def test_every_key_is_there(self):
        asked = set()
        for path in (support.ROOT / "src").glob("*/*.c"):
            if not path.name.endswith("_test.c"):
                asked |= set(re.findall(r'"((?:letter|sender)\.[a-z.-]*[a-z])"',
                                        path.read_text("utf-8")))
        self.assertGreater(len(asked), 30)
        codes = re.findall(r'^FINDING\(\w+, "([a-z-]+)"', (
            support.ROOT / "src/finding/finding.def").read_text("utf-8"), re.M)
        self.assertGreater(len(codes), 10)
        asked |= {key % code for code in codes for key in (
            "finding.%s.evidence", "finding.%s.remedy", "letter.todo.%s")}
        for path in (support.ROOT / "data" / "lang").glob("*.txt"):
            keys = set(re.findall(r"^([^ :\n]+(?: [^:\n]+)?):", path.read_text("utf-8"), re.M))
            self.assertEqual(asked - keys, set(), path.name)


class Letters(support.Case):
    def setUp(self):
        super().setUp()
        (self.tmp / "in").mkdir()
        self.at("client", "add", "Acme Ltd", "--domain", "example.com", "--raw",
                "dmarc@msp.example", "--digest", "it@acme.example", now=BEGIN)

    def at(self, *words, now=NOW, **how):
        return self.postern("--now", f"@{now}", *words, **how)

    def history(self, rows, domain="example.com", p="reject"):
        for day in range(WEEKS * 7):
            begin = MONDAY + day * DAY
            self.write(f"in/{domain}{day:03}.xml", report(
                rows=rows(day), report_id=f"{domain}{day}", org="google.com", domain=domain,
                p=p, begin=begin, end=begin + DAY - 1))
        self.at("--quiet", "ingest", "in")

    def letter(self, *words, who=("--client", "Acme Ltd"), **how):
        return self.at("digest", *who, "--json", *words, **how).lines()[0]["letters"][0]

    def mails(self, *words, **how):
        out = self.tmp / "out"
        self.at("digest", "--out", out, *words, **how)
        return {f.name: email.message_from_bytes(f.read_bytes(), policy=email.policy.default)
                for f in sorted(out.iterdir())}

    def bad(self, day):
        new = day >= WEEKS * 7 - 6
        return [sent(20, dkim=SIGNED, spf=("example.com", "pass"))] + ([
            sent(9, "198.18.4.1", [("sendgrid.net", "s1", "pass")],
                 ("sendgrid.net", "pass"))] if new else [])


class Week(Letters):
    def test_a_bad_week(self):
        self.history(self.bad)
        made = self.letter()
        self.assertEqual((made["period"], made["to"], made["messages"], made["todo"]),
                         (WEEK, "it@acme.example", 7 * 20 + 6 * 9, 1))
        for text in ("194 messages in your name (140 the week before)",
                     "72.2 % of your own mail passes the check (100 % the week before)",
                     "Twilio SendGrid sends as example.com since 30 September 2025",
                     "a service, not in your name, new",
                     "Do you use Twilio SendGrid?", "protected: nothing more to do",
                     "Made of 7 reports by 1 mailbox provider"):
            self.assertIn(text, made["text"])
            if "(" not in text:
                self.assertIn(text, made["html"])

    def test_a_good_week(self):
        self.history(lambda day: [own("example.com")], p="none")
        made = self.letter()
        self.assertIn("Nothing is lost by it: on trial", made["text"])
        self.assertIn('_dmarc.example.com. TXT "v=DMARC1; p=quarantine; t=y; pct=0; '
                      'rua=mailto:dmarc@msp.example"', made["text"])
        self.assertIn("100 % of your own mail passes the check (100 % the week before)", made["text"])

    def test_a_quiet_week(self):
        self.history(lambda day: [own("example.com")])
        made = self.letter()
        self.assertEqual(made["todo"], 0)
        self.assertIn("A quiet time: nothing new, and nothing to do", made["text"])

    def test_no_reports(self):
        made = self.letter()
        self.assertIn("Nobody reports on example.com since", made["text"])
        self.assertEqual(made["messages"], 0)

    def test_periods(self):
        self.history(self.bad)
        # The week before shows nothing of what came after it.
        before = self.letter("--week", "2025-W39")
        self.assertEqual((before["messages"], before["todo"]), (140, 0))
        self.assertIn("A quiet time", before["text"])
        month = self.letter("--month", "2025-09")
        self.assertEqual((month["period"], month["messages"]), ("2025-09", 30 * 20 + 9))
        self.assertIn("September 2025", month["text"])
        # Made on Wednesday, it is the same letter.
        self.assertEqual(self.letter(now=NOW + 2 * DAY)["text"], self.letter()["text"])
        for words, says in ((("--week", "2025-W53"), "--week is"),
                            (("--week", "2025-W41", "--month", "2025-09"), "not both"),
                            (("--week", "2030-W01"), "still to come"),
                            (("--all",), "--client NAME or --all")):
            self.assertIn(says, self.at("digest", "--client", "Acme Ltd", *words,
                                        code=64).err)

    def test_german(self):
        self.history(self.bad)
        made = self.letter("--language", "de")
        for text in ("194 Nachrichten in Ihrem Namen (in der Woche davor 140)",
                     "72,2 % Ihrer eigenen Post bestehen die Prüfung", "Was zu tun",
                     "Twilio SendGrid? Dann sollte", "seit dem 30. September 2025"):
            self.assertIn(text, made["text"])
        self.assertNotIn("What to do", made["text"] + made["html"])

    def test_template(self):
        self.history(self.bad)
        self.write("words.txt", "letter.subject: Ihr Bericht, {client}\n"
                                "letter.closing: Viele Grüße, {provider} <b>\n")
        self.write("logo.png", PNG)
        env = self.env(POSTERN_DIGEST_TEMPLATE=self.tmp / "words.txt",
                       POSTERN_DIGEST_LOGO=self.tmp / "logo.png",
                       POSTERN_DIGEST_NAME="Müller & Söhne",
                       POSTERN_DIGEST_FROM="post@mueller.example")
        mail = list(self.mails("--client", "Acme Ltd", env=env).values())[0]
        self.assertEqual(mail["subject"], "Ihr Bericht, Acme Ltd")
        self.assertEqual(mail["from"], "Müller & Söhne <post@mueller.example>")
        self.assertEqual(mail["to"], "it@acme.example")
        html = mail.get_body(("html",)).get_content()
        self.assertIn("Viele Grüße, Müller &amp; Söhne &lt;b&gt;", html)
        picture = [p for p in mail.walk() if p.get_content_type() == "image/png"][0]
        self.assertEqual(picture.get_content(), PNG)
        self.assertIn("cid:" + picture["content-id"].strip("<>"), html)
        self.write("words.txt", "letter.subject: x\nnonsense\n")
        got = self.at("digest", "--client", "Acme Ltd", env=env, code=78)
        self.assertIn("template, line 2", got.err)
        self.write("logo.png", b"GIF89a")
        self.write("words.txt", "")
        self.assertIn("neither PNG nor JPEG",
                      self.at("digest", "--client", "Acme Ltd", env=env, code=78).err)

    def test_all(self):
        self.history(self.bad)
        self.at("client", "add", "../../etc/Évil", "--domain", "other.example", "--raw",
                "dmarc@msp.example", now=BEGIN)
        self.history(lambda day: [own("other.example", 5)], domain="other.example")
        mails = self.mails("--all")
        self.assertEqual(list(mails), [f"acme-ltd-1-{WEEK}.eml", f"all-{WEEK}.eml",
                                       f"etc-vil-2-{WEEK}.eml"])
        text = mails[f"all-{WEEK}.eml"].get_body(("plain",)).get_content()
        self.assertIn("229 messages", text)  # of both
        self.assertIn("Acme Ltd: Twilio SendGrid sends as example.com", text)
        self.assertRegex(text, r"\.\./\.\./etc/Évil +35 +100 % +0 +0")
        ids = {m["message-id"] for m in mails.values()}
        self.assertEqual(len(ids), 3)
        self.assertEqual(ids, {m["message-id"] for m in self.mails("--all").values()})


class Send(Letters):
    """--send: once a week, whatever happens."""

    CLIENTS = 4

    def setUp(self):
        super().setUp()
        for i in range(2, self.CLIENTS + 1):
            self.at("client", "add", f"Client {i}", "--domain", f"d{i}.example", "--raw",
                    "dmarc@msp.example", "--digest", f"it@d{i}.example", now=BEGIN)
        self.box = self.tmp / "box"
        self.box.mkdir()
        self.put_program("cat >$(mktemp %s/XXXXXX)" % self.box)

    def put_program(self, script):
        path = self.tmp / "sendmail"
        path.write_text("#!/bin/sh\n" + script + "\n", encoding="utf-8")
        path.chmod(0o700)

    def way(self):
        return self.env(POSTERN_DIGEST_FROM="post@msp.example",
                        POSTERN_SMTP_SENDMAIL=self.tmp / "sendmail")

    def send(self, *words, **how):
        return self.at("digest", "--all", "--send", *words, env=self.way(), **how)

    def received(self):
        return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default)
                for f in self.box.iterdir()]

    def test_once(self):
        said = self.send("--json").lines()[0]
        self.assertEqual((said["sent"], said["before"]), (self.CLIENTS + 1, 0))
        self.assertEqual(sorted(m["to"] for m in self.received()), [
            "it@acme.example", "it@d2.example", "it@d3.example", "it@d4.example",
            "post@msp.example"])
        said = self.send("--json").lines()[0]
        self.assertEqual((said["sent"], said["before"]), (0, self.CLIENTS + 1))
        self.assertIn("was sent already", self.send().out)
        self.assertEqual(len(self.received()), self.CLIENTS + 1)
        self.assertEqual(self.send("--json", now=NOW + 7 * DAY).lines()[0]["sent"],
                         self.CLIENTS + 1)
        self.send("--again")
        self.assertEqual(len({m["message-id"] for m in self.received()}),
                         2 * (self.CLIENTS + 1))

    def test_not_accepted(self):
        # One is refused and one may be tried later; the others are sent.
        self.put_program('case "$5" in it@d2.example) echo no such user >&2; exit 67;; '
                     "it@d3.example) exit 75;; esac; cat >$(mktemp %s/XXXXXX)" % self.box)
        got = self.send("--json", code=75)
        said = got.lines()[0]
        self.assertEqual((said["sent"], said["later"], said["refused"]), (3, 1, 1))
        self.assertIn("no such user", [x["said"] for x in said["letters"]])
        self.put_program("cat >$(mktemp %s/XXXXXX)" % self.box)
        self.assertEqual(self.send("--json").lines()[0]["sent"], 2)
        self.assertEqual(len({m["to"] for m in self.received()}), self.CLIENTS + 1)

    def test_no_address(self):
        self.at("client", "add", "Mute", "--domain", "mute.example", "--raw",
                "dmarc@msp.example", now=BEGIN)
        self.assertIn("Mute: has no address", self.send().out)
        self.assertIn("digest.from", self.at("digest", "--all", "--send", code=64).err)

    def test_two_at_once(self):
        self.put_program("touch %s; cat >/dev/null; exec sleep 20" % (self.tmp / "begun"))
        first = self.start("--now", f"@{NOW}", "digest", "--all", "--send", env=self.way())
        until = time.monotonic() + 20
        while not (self.tmp / "begun").exists() and time.monotonic() < until:
            time.sleep(0.02)
        got = self.send(code=75)
        self.assertIn("another run is sending", got.err)
        support.kill_group(first)

    def killed(self, script, count):
        """Runs until all were accepted; each run but the last is killed by the program
        that it calls. Returns how often that was needed."""
        for runs in range(1, count):
            self.put_program(script)
            if self.send(code=None).code != -signal.SIGKILL:
                return runs
        self.fail("it does not end")

    def test_killed_before_it_is_accepted(self):
        mark = self.tmp / "mark"
        # The first of each recipient is killed before anything is kept.
        runs = self.killed('m=%s-$5; if [ ! -e $m ]; then touch $m; kill -9 $PPID; exit 0; fi; '
                           "cat >$(mktemp %s/XXXXXX)" % (mark, self.box), 20)
        self.assertEqual(runs, self.CLIENTS + 2)
        self.assertEqual(len(self.received()), self.CLIENTS + 1)

    def test_killed_after_it_is_accepted(self):
        mark = self.tmp / "mark"
        self.killed("m=%s-$5; cat >$(mktemp %s/XXXXXX); if [ ! -e $m ]; then touch $m; "
                    "kill -9 $PPID; fi" % (mark, self.box), 20)
        got = self.received()
        # None is missing; what came twice has one Message-ID.
        self.assertEqual(len({m["to"] for m in got}), self.CLIENTS + 1)
        self.assertEqual(len({m["message-id"] for m in got}), self.CLIENTS + 1)
        self.assertEqual(len(got), 2 * (self.CLIENTS + 1))


@unittest.skipUnless(postfix.is_there(), "needs Postfix and root")
class Smtp(Letters):
    """Through a real Postfix to a Maildir."""

    CLIENTS = 40

    def setUp(self):
        super().setUp()
        names = ["acme.example", "msp.example"]
        for i in range(2, self.CLIENTS + 1):
            names.append(f"d{i}.example")
            self.at("client", "add", f"Client {i}", "--domain", f"d{i}.example", "--raw",
                    "dmarc@msp.example", "--digest", f"it@d{i}.example", now=BEGIN)
        self.mx = postfix.Postfix(names)
        self.addCleanup(self.mx.stop)
        self.way = self.env(POSTERN_DIGEST_FROM="post@msp.example", POSTERN_SMTP_TLS="none",
                            POSTERN_SMTP_URL=f"smtp://127.0.0.1:{self.mx.port}")

    def send(self, **how):
        return self.at("digest", "--all", "--send", "--json", env=self.way, **how)

    def read(self, files):
        return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default)
                for f in files]

    def test_all_arrive(self):
        self.history(self.bad)
        self.assertEqual(self.send().lines()[0]["sent"], self.CLIENTS + 1)
        got = self.read(self.mx.wait(self.CLIENTS + 1))
        self.assertEqual(len({m["to"] for m in got}), self.CLIENTS + 1)
        acme = [m for m in got if m["to"] == "it@acme.example"][0]
        self.assertEqual(acme["return-path"], "<post@msp.example>")
        self.assertEqual(acme.get_body(("plain",)).get_content().rstrip(),
                         self.letter(env=self.way)["text"].rstrip())

    def test_killed_between_two(self):
        first = self.start("--now", f"@{NOW}", "digest", "--all", "--send", env=self.way)
        self.mx.wait(3)
        support.kill_group(first)
        before = self.send().lines()[0]["before"]
        self.assertGreater(before, 0)
        self.assertLess(before, self.CLIENTS)
        self.mx.wait(self.CLIENTS + 1)
        time.sleep(0.5)  # one more may be on its way
        got = self.read(self.mx.mails())
        self.assertEqual(len({m["to"] for m in got}), self.CLIENTS + 1)
        ids = collections.Counter(m["message-id"] for m in got)
        self.assertEqual(len(ids), self.CLIENTS + 1)
        self.assertLessEqual(len(got), self.CLIENTS + 2)

    def test_refused(self):
        self.at("client", "add", "Gone", "--domain", "gone.example", "--raw",
                "dmarc@msp.example", "--digest", "it@elsewhere.example", now=BEGIN)
        said = self.send(code=None).lines()[0]
        self.assertEqual(said["sent"], self.CLIENTS + 1)
        self.assertEqual((said["refused"], said["later"]), (1, 0))
        self.assertTrue(any("elay access denied" in x["said"] for x in said["letters"]))

    def test_no_server(self):
        self.mx.control("stop")
        got = self.send(code=75)
        self.assertEqual(got.lines()[0]["later"], self.CLIENTS + 1)
        self.mx.control("start")
        self.assertEqual(self.send().lines()[0]["sent"], self.CLIENTS + 1)
