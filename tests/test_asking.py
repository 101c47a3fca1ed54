# SPDX-License-Identifier: Apache-2.0
"""How questions are answered: JSON, CSV, tables, exit statuses, options and settings."""
import csv
import hashlib
import io
import os
import pathlib
import re
import sqlite3
import unittest

import compose as c
import terminal
from support import Case, figures

OUTCOME = ["path", "member", "kind", "status", "id", "org", "report_id", "domain",
           "begin", "end", "rows", "messages", "passed", "repairs", "reason",
           "unscanned"]
SUMMARY = ["files", "reports", "new", "duplicate", "superseded", "conflict", "refused",
           "aside", "repaired", "rows", "messages", "passed", "seconds"]
FIGURES = ["reports", "rows", "messages", "passed", "failed"]


class Asking(Case):
    def fill(self):
        """A client with two domains, one nobody owns; 3 reports."""
        self.postern("client", "add", "Acme", "--raw", "rua@msp.example", "--domain",
                     "example.com", "--domain", "quiet.example", "--now", "2025-07-01")
        self.write("in/a.xml", c.report())
        self.write("in/b.xml.gz", c.gz(c.report([c.row(4), c.row("2.0", "2001:db8::1")],
                                                report_id="r-2", begin=c.BEGIN + c.DAY,
                                                end=c.BEGIN + 2 * c.DAY - 1)))
        self.write("in/c.eml", c.report_mail(c.report(
            [c.row(9, dkim="fail")], domain="nobody.example", org="other.example")))
        self.write("in/d.txt", b"nothing\n")
        return self.ingest(self.tmp / "in")

    def csv(self, *args, **how):
        """The rows of a CSV answer as dictionaries."""
        r = self.postern(*args, "--csv", **how)
        self.assertTrue(r.out.endswith("\n"))
        rows = list(csv.reader(io.StringIO(r.out, newline="")))
        for line in rows:
            self.assertEqual(len(line), len(rows[0]), r.out)
        return [dict(zip(rows[0], line)) for line in rows[1:]]


class Json(Asking):
    def test_ingest(self):
        found, summary = self.fill()
        self.assertEqual(len(found), 4)
        for o in found:
            self.assertEqual(list(o), OUTCOME)
        self.assertEqual(list(summary), SUMMARY)
        o = {pathlib.Path(o["path"]).name: o for o in found}
        self.assertEqual(o["a.xml"], {
            "path": str(self.tmp / "in" / "a.xml"), "member": "", "kind": "aggregate",
            "status": "new", "id": o["a.xml"]["id"], "org": "reporter.example",
            "report_id": "r-1", "domain": "example.com", "begin": c.BEGIN,
            "end": c.BEGIN + c.DAY - 1, "rows": 2, "messages": 8, "passed": 5,
            "repairs": [], "reason": None, "unscanned": None})
        self.assertRegex(o["a.xml"]["id"], r"^[0-9a-f]{12,64}$")
        self.assertEqual(o["c.eml"]["member"], "part 2")
        refused = o["d.txt"]
        self.assertEqual((refused["kind"], refused["status"], refused["rows"]),
                         ("unknown", "refused", 0))
        self.assertTrue(refused["reason"])
        self.repair(o["b.xml.gz"])
        del summary["seconds"]
        self.assertEqual(summary, {
            "files": 4, "reports": 3, "new": 3, "duplicate": 0, "superseded": 0,
            "conflict": 0, "refused": 1, "aside": 0, "repaired": 1, "rows": 5,
            "messages": 23, "passed": 11})

    def repair(self, o):
        """What was mended, where, how it was read."""
        self.assertEqual(len(o["repairs"]), 1)
        r = o["repairs"][0]
        self.assertEqual((r["name"], r["where"], r["found"]),
                         ("count-decimal", "record 2, row/count", "2.0"))

    def test_no_id_where_there_is_no_report(self):
        found, _ = self.ingest(self.write("x", b"nothing"), self.write(
            "y", c.swap(c.report(), "<feedback>", "<!DOCTYPE x>\n<feedback>")))
        for o in found:
            self.assertFalse(o["id"])

    def test_overview(self):
        self.fill()
        o = self.postern("overview", "--json", "--now", "2025-07-05").json()
        self.assertEqual(o["totals"], {"reports": 3, "rows": 5, "messages": 23,
                                       "passed": 11, "failed": 12})
        self.assertEqual(list(o["totals"]), FIGURES)
        domains = {d["domain"]: d for d in o["domains"]}
        self.assertEqual([domains["example.com"][k] for k in FIGURES], [2, 4, 14, 11, 3])
        self.assertEqual(domains["example.com"]["client"], "Acme")
        self.assertEqual([domains["nobody.example"][k] for k in FIGURES],
                         [1, 1, 9, 0, 9])
        for k in FIGURES:
            self.assertEqual(sum(d[k] for d in o["domains"]), o["totals"][k])
        self.assertEqual({s["source"]: s["messages"] for s in o["sources"]},
                         {"192.0.2.1": 18, "192.0.2.2": 3, "2001:db8::1": 2})

    def test_domain_show(self):
        self.fill()
        d = self.postern("domain", "show", "--json", "example.com").json()
        self.assertEqual([(x["day"], x["messages"], x["passed"]) for x in d["days"]],
                         [("2025-07-01", 8, 5), ("2025-07-02", 6, 6)])
        self.assertEqual({s["source"] for s in d["sources"]},
                         {"192.0.2.1", "192.0.2.2", "2001:db8::1"})
        self.assertEqual([(r["org"], r["reports"]) for r in d["reporters"]],
                         [("reporter.example", 2)])
        self.assertEqual(d["policy"]["p"], "none")

    def test_report_show(self):
        found, _ = self.fill()
        o = next(o for o in found if o["report_id"] == "r-2")
        r = self.postern("report", "show", "--json", o["id"]).json()
        for key in ("id", "org", "report_id", "domain", "begin", "end", "messages",
                    "passed"):
            self.assertEqual(r["report"][key], o[key], key)
        self.assertEqual(len(r["deliveries"]), 1)
        self.assertEqual(r["repairs"], o["repairs"])
        self.assertIn("r-2", self.postern("report", "show", o["id"]).out)
        # As few digits as are unique will do.
        self.assertEqual(self.postern("report", "show", "--json", o["id"][:8])
                         .json()["report"]["id"], o["id"])

    def test_repairs_are_all_told(self):
        """One that was met twice is one line, and nothing was left out."""
        o = self.ingest(self.write("a.xml", c.report([c.row("2.0"), c.row("3.0")])))[0][0]
        out = self.postern("report", "show", o["id"]).out
        self.assertIn(", 2 times", out)
        self.assertNotIn("in all", out)

    def test_all_parse(self):
        found, _ = self.fill()
        for words in (("client", "list"), ("client", "show", "Acme"), ("domain", "list"),
                      ("reports",), ("unassigned", "list"), ("config", "show"),
                      ("config", "check"), ("fsck",),
                      ("domain", "add", "new.example", "--client", "Acme"),
                      ("domain", "retire", "new.example"),
                      ("unassigned", "refuse", "nobody.example"),
                      ("client", "retire", "Acme")):
            with self.subTest(words=words):
                r = self.postern(*words, "--json")
                self.assertIsInstance(r.json(), dict)
                self.assertTrue(r.out.endswith("}\n"))


class Csv(Asking):
    def test_overview(self):
        self.fill()
        o = self.postern("overview", "--json").json()
        rows = self.csv("overview")
        self.assertEqual({r["domain"]: r["messages"] for r in rows},
                         {d["domain"]: str(d["messages"]) for d in o["domains"]})

    def test_reports(self):
        self.fill()
        rows = self.csv("reports")
        want = self.postern("reports", "--json").json()["reports"]
        self.assertEqual([(r["id"], r["messages"]) for r in rows],
                         [(w["id"], str(w["messages"])) for w in want])

    def test_others(self):
        found, _ = self.fill()
        for words in (("client", "list"), ("client", "show", "Acme"), ("domain", "list"),
                      ("domain", "show", "example.com"), ("unassigned", "list"),
                      ("report", "show", found[0]["id"]), ("config", "show")):
            with self.subTest(words=words):
                self.assertTrue(self.csv(*words))

    def test_ingest(self):
        self.fill()
        rows = self.csv("ingest", self.tmp / "in")
        self.assertEqual(sorted(r["status"] for r in rows),
                         ["duplicate"] * 3 + ["refused"])
        self.assertLessEqual(set(OUTCOME), set(rows[0]))

    def test_not_a_list(self):
        self.postern("fsck", "--csv", code=64)
        self.fill()
        self.postern("overview", "--csv", "--json", code=64)


class Status(Asking):
    """Exit statuses, and errors on standard error alone."""

    def fails(self, code, *args, **how):
        r = self.postern(*args, code=code, **how)
        self.assertEqual(r.out, "")
        self.assertTrue(r.err.startswith("postern: "), r.err)
        return r.err

    def test_usage(self):
        for words in ((), ("frobnicate",), ("ingest",), ("overview", "extra"),
                      ("overview", "--nonsense"), ("--json",), ("client",),
                      ("client", "x"), ("domain", "show"),
                      ("report", "show", "a", "b"),
                      ("overview", "--since"), ("overview", "--json=yes"),
                      ("ingest", "--jobs", "many", "-"), ("overview", "--now", "then"),
                      ("domain", "add", "a.example")):
            with self.subTest(words=words):
                self.fails(64, *words)

    def test_refused_is_no_failure(self):
        self.postern("ingest", self.write("x", b"nothing"), code=0)

    def test_own_database_in_a_folder(self):
        self.db = self.tmp / "in" / "postern.db"
        self.write("in/a.xml", c.report())
        for _ in range(2):
            found, summary = self.ingest(self.tmp / "in")
            self.assertEqual((len(found), summary["refused"]), (1, 0))

    def test_offset_beyond_the_end(self):
        self.fill()
        self.assertIn("Nothing left: ",
                      self.postern("reports", "--offset", "3").out)

    def test_unreadable(self):
        self.assertIn("nowhere", self.fails(66, "ingest", self.tmp / "nowhere"))

    def test_not_there(self):
        self.fill()
        self.fails(64, "report", "show", "xyz!")
        for words in (("report", "show", "0123456789ab"),
                      ("domain", "show", "other.example"), ("client", "show", "x")):
            with self.subTest(words=words):
                self.fails(66, *words)

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_permission(self):
        path = self.write("x", b"nothing")
        path.chmod(0)
        self.assertIn("ermission", self.fails(66, "ingest", path))

    def test_no_database(self):
        for words in (("overview",), ("reports",), ("fsck",), ("report", "show", "abcd"),
                      ("unassigned", "list"), ("client", "list")):
            with self.subTest(words=words):
                self.assertIn("no database", self.fails(66, *words))
        self.assertFalse(self.db.exists())

    def test_foreign(self):
        """Another program's database, and files that are none: left as they are."""
        with sqlite3.connect(self.db) as db:
            db.execute("CREATE TABLE meta (key, value)")
        self.foreign("foreign")
        self.db = self.write("text.db", b"not a database, but as long as one " * 99)
        self.foreign("text")
        self.db = self.tmp
        for words in (("ingest", self.write("a.xml", c.report())), ("overview",)):
            self.assertIn("is a folder", self.fails(78, *words))

    def foreign(self, name):
        before = self.db.read_bytes()
        path = self.write("a.xml", c.report())
        for words in (("ingest", path), ("overview",), ("client", "add", "Acme"),
                      ("fsck",)):
            with self.subTest(name=name, words=words):
                self.assertIn(str(self.db), self.fails(78, *words))
        self.assertEqual(self.db.read_bytes(), before)

    def test_damaged_schema(self):
        """What damage leaves of a database may look like none: a mail server is to keep
        the mail also then."""
        def first_page():
            with open(self.db, "r+b") as f:
                f.write(bytes(4096))

        def no_table(name):
            db = sqlite3.connect(self.db)
            with db:
                db.execute("PRAGMA writable_schema = 1")
                db.execute("DELETE FROM sqlite_schema WHERE name = ?", (name,))
            db.close()

        new = self.write("new.xml", c.report(report_id="r-9"))
        for harm in (first_page, lambda: no_table("book_raw"), lambda: no_table("meta")):
            self.db.unlink(missing_ok=True)
            self.fill()
            harm()
            before = self.db.read_bytes()
            self.assertIn("postern fsck", self.fails(75, "ingest", new))
            self.assertIn("restore", self.fails(65, "fsck"))
            self.assertEqual(self.db.read_bytes(), before)

    def test_newer(self):
        """The sentence names the build that is needed."""
        self.fill()
        db = sqlite3.connect(self.db)
        with db:
            db.execute("UPDATE meta SET value = '99.2.10' WHERE key = 'least_build'")
            db.execute("UPDATE meta SET value = '99.3.0' WHERE key = 'build'")
        db.close()
        for words in (("ingest", self.tmp / "in"), ("overview",), ("fsck",)):
            with self.subTest(words=words):
                self.assertIn("99.2.10", self.fails(78, *words))

    def test_newer_build_that_is_compatible(self):
        self.fill()
        db = sqlite3.connect(self.db)
        with db:
            db.execute("UPDATE meta SET value = '99.3.0' WHERE key = 'build'")
        db.close()
        self.assertEqual(self.totals()["reports"], 3)

    def test_locked(self):
        """Who wants to write waits 30 s, then says so; who reads does not wait."""
        self.fill()
        path = self.write("new.xml", c.report(report_id="r-9"))
        lock = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("BEGIN IMMEDIATE")
        writers = [self.start(*words, stdout=-1, stderr=-1) for words in (
            ("ingest", path), ("client", "add", "Beta"),
            ("unassigned", "refuse", "nobody.example"))]
        self.assertEqual(self.totals()["reports"], 3)
        for process in writers:
            _, err = process.communicate(timeout=90)
            self.assertEqual(process.returncode, 75, err)
            self.assertIn(b"locked", err)
        lock.execute("ROLLBACK")
        self.assertEqual(self.ingest(path)[1]["new"], 1)

    def test_read_only_folder(self):
        self.db = pathlib.Path("/proc/nothing/postern.db")
        self.postern("ingest", self.write("a.xml", c.report()), code=75)


class Options(Asking):
    def test_global_before_and_after(self):
        self.fill()
        db = ["--db", self.db]
        answers = {self.postern(*words, db=False).out for words in (
            [*db, "--json", "domain", "list"], ["domain", *db, "list", "--json"],
            ["domain", "list", "--json", *db], ["--json", "domain", "list", *db],
            ["--db=%s" % self.db, "domain", "list", "--json"],
            ["--json", *db, "--quiet", "domain", "--jobs", "1", "list"])}
        self.assertEqual(len(answers), 1)

    def test_end_of_options(self):
        self.write("--json", c.report())
        r = self.postern("--db", self.db, "ingest", "--", "--json", db=False)
        self.assertNotIn("{", r.out)
        self.assertEqual(self.totals()["reports"], 1)

    def test_quiet(self):
        """Nothing but what was asked for, and errors."""
        path = self.write("a.xml", c.report())
        r = self.postern("--quiet", "ingest", path, self.write("x", b"nothing"))
        self.assertEqual((r.out, r.err), ("", ""))
        self.assertEqual(len(self.postern("ingest", "-q", "--json", path).lines()), 2)
        self.assertIn("example.com", self.postern("overview", "--quiet").out)
        self.assertTrue(self.postern("ingest", "-q", self.tmp / "none", code=66).err)

    def test_help(self):
        for words in (("help",), ("--help",), ("ingest", "--help"), ("help", "ingest"),
                      ("help", "client", "add"), ("client", "add", "--help"), ("-h",)):
            with self.subTest(words=words):
                r = self.postern(*words)
                self.assertIn("postern", r.out)
                self.assertEqual(r.err, "")
        self.assertFalse(self.db.exists())
        for command in ("ingest", "overview", "domain show", "reports", "report show",
                        "client add", "unassigned refuse", "fsck", "config check"):
            self.assertIn(command, self.postern("help").out)

    def test_help_lists_only_what_is_taken(self):
        for command, forms in (("backup", "--json"), ("fsck", "--json"), ("reparse", "--json"),
                               ("overview", "--json --csv"), ("man", "")):
            out = self.postern("help", command).out
            found = re.findall(r"^  (--json|--csv) ", out, re.M)
            self.assertEqual(" ".join(found), forms, command)
        found = re.findall(r"^  (--json|--csv) ", self.postern("help").out, re.M)
        self.assertEqual(found, ["--json", "--csv"])

    def test_repairs_can_be_read(self):
        data = c.tls_report([c.tls_policy(failed=5, details=[c.tls_detail(sessions=7)])])
        for columns in (80, 120):
            self.db = self.tmp / ("%d.db" % columns)
            code, out = terminal.run(self, "ingest", self.write("a.json", data), "--progress",
                                     "never", columns=columns,
                                     env=self.env(TERM="xterm", NO_COLOR="1"))
            self.assertEqual(code, 0)
            table = out[out.index("HOW IT WAS READ"):]
            self.assertNotIn("\u2026", table)
            words = set(table.split())
            self.assertLessEqual(set("that add up to another number of sessions than the "
                                     "summary's may have failed for several reasons".split()),
                                 words)
            for line in out.split("\n"):
                self.assertLessEqual(terminal.width(line), columns)

    def test_one_and_none(self):
        out = self.postern("ingest", self.write("a.xml", c.report([c.row(1)]))).out
        self.assertIn("grew by 1 row and 1 message,", out)
        (self.tmp / "empty").mkdir()
        out = self.postern("ingest", self.tmp / "empty").out
        self.assertIn("No file or mail was found in what was given", out)

    def test_version(self):
        self.assertRegex(self.postern("--version").out, r"\b\d+\.\d+\.\d+\b")

    def test_man(self):
        out = self.postern("man").out
        self.assertIn(".TH", out)
        self.assertIn(".SH", out)

    def test_now(self):
        self.ingest(self.write("a.xml", c.report()), "--now", "2025-07-05T01:02:03Z")
        r = self.postern("reports", "--json").json()["reports"][0]
        shown = self.postern("report", "show", "--json", r["id"]).json()
        self.assertIn(str(c.BEGIN + 4 * c.DAY + 3723), str(shown))

    def test_colour(self):
        """On a terminal, and not with NO_COLOR; elsewhere only where it is asked for."""
        self.fill()
        paint = "\x1b["
        self.assertNotIn(paint, self.postern("overview").out)
        self.assertIn(paint, self.postern("overview", "--color", "always").out)
        self.assertIn(paint, terminal.run(self, "overview")[1])
        self.assertNotIn(paint, terminal.run(self, "overview", "--color", "never")[1])
        self.assertNotIn(paint, terminal.run(self, "overview", env=self.env(
            TERM="xterm", NO_COLOR="1"))[1])
        for form in ("--json", "--csv"):
            self.assertNotIn(paint, self.postern("overview", form, "--color",
                                                 "always").out)

    def test_tables_fit(self):
        found, _ = self.fill()
        long = "a-very-long-name." * 8 + "example"
        self.ingest(self.write("long", c.report(
            [c.row(123456789, "2001:db8:1111:2222:3333:4444:5555:%x" % i)
             for i in range(9)], domain=long, org="The Organisation " * 6)))
        for columns in (80, 132):
            for words in (("overview",), ("domain", "show", "example.com"),
                          ("domain", "show", long), ("reports",), ("client", "list"),
                          ("client", "show", "Acme"), ("domain", "list"),
                          ("unassigned", "list"), ("report", "show", found[0]["id"])):
                with self.subTest(columns=columns, words=words):
                    code, out = terminal.run(self, *words, columns=columns,
                                             env=self.env(TERM="xterm", NO_COLOR="1"))
                    self.assertEqual(code, 0)
                    # From a heading in capitals to the next empty line.
                    tables = re.findall(r"^  [A-Z][A-Z =,.\u2026]+\n(?:.+\n)+", out, re.M)
                    self.assertTrue(tables)
                    self.assertEqual([li for t in tables for li in t.split("\n")
                                      if terminal.width(li) > columns], [])

    def test_sparkline(self):
        self.fill()
        self.assertRegex(self.postern("domain", "show", "example.com").out,
                         "[\u2581-\u2588]")

    def test_progress(self):
        """On a terminal a line that is written over; nothing with --quiet."""
        self.fill()
        code, out = terminal.run(self, "ingest", self.tmp / "in", "--progress", "auto")
        self.assertEqual(code, 0)
        code, out = terminal.run(self, "--quiet", "ingest", self.tmp / "in")
        self.assertEqual((code, out), (0, ""))
        code, out = terminal.run(self, "fsck")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"0 of \d+ MiB of the file itself read")
        self.assertRegex(out, r"(\d+) of \1 reports looked at \(100 %\)")
        for calm in ("--quiet",), ("--progress", "never"):
            code, out = terminal.run(self, "fsck", *calm)
            self.assertEqual((code, "looked at (" in out), (0, False))


class Settings(Asking):
    def shown(self, name, *args, env=None):
        answer = self.postern("config", "show", "--json", *args, env=env).json()
        s = {s["name"]: s for s in answer["settings"]}
        return str(s[name]["value"]), s[name]["from"]

    def test_precedence(self):
        """Option, environment, file, default."""
        conf = self.write("postern.conf", "# ours\njobs = 3\nunassigned.days = 30\n")
        env = self.env(POSTERN_JOBS="5")
        self.assertEqual(self.shown("jobs")[0], "0")
        self.assertEqual(self.shown("jobs", "--config", conf)[0], "3")
        self.assertEqual(self.shown("jobs", "--config", conf, env=env)[0], "5")
        self.assertEqual(self.shown("jobs", "--config", conf, "--jobs", "7", env=env)[0],
                         "7")
        self.assertEqual(self.shown("unassigned.days", "--config", conf, env=env)[0],
                         "30")
        self.assertEqual(self.shown("unassigned.days")[0], "90")
        places = [self.shown("jobs", "--config", conf, *more, env=e)[1]
                  for more, e in (((), None), ((), env), (("--jobs", "7"), env))]
        self.assertIn("postern.conf:2", places[0])
        self.assertIn("POSTERN_JOBS", places[1])
        self.assertIn("--jobs", places[2])

    def test_database(self):
        """--db, else the setting, else below $XDG_DATA_HOME, else ~/.local/share."""
        path = self.write("a.xml", c.report())
        one = self.tmp / "one.db"
        self.postern("ingest", path, db=False, env=self.env(POSTERN_DB=one))
        self.assertTrue(one.exists())
        self.postern("ingest", path, db=False)
        self.assertTrue((self.tmp / "data/postern/postern.db").exists())
        env = self.env()
        del env["XDG_DATA_HOME"]
        self.postern("ingest", path, db=False, env=env)
        where = self.tmp / ".local/share/postern/postern.db"
        self.assertTrue(where.exists())
        self.assertEqual(where.stat().st_mode & 0o077, 0)

    def test_check(self):
        good = self.write("good.conf", "unassigned.max = 5 GiB\n"
                          "reports.address = a@b.example\n\n# end\n")
        self.postern("config", "check", "--config", good)
        for i, (text, word) in enumerate((
                ("jobs = many\n", "jobs"), ("# x\nnosuch = 1\n", "nosuch"),
                ("unassigned.days = 0\n", "unassigned.days"), ("jobs\n", "name = value"),
                ("reports.address = nobody\n", "reports.address"),
                ("color = pink\n", "pink"),
                ("unassigned.max = 5 GB\n", "unassigned.max"))):
            with self.subTest(text=text):
                bad = self.write("bad%d.conf" % i, text)
                r = self.postern("config", "check", "--config", bad, code=78)
                said = r.out + r.err
                self.assertIn(word, said)
                self.assertIn("bad%d.conf:%d" % (i, text.count("\n")), said)
                # No command goes on with settings that are wrong.
                self.postern("overview", "--config", bad, code=78)

    def test_no_such_file(self):
        self.assertIn("nowhere.conf", self.postern(
            "config", "check", "--config", self.tmp / "nowhere.conf", code=None).err)

    def test_bad_environment(self):
        r = self.postern("config", "check", env=self.env(POSTERN_JOBS="many"), code=78)
        self.assertIn("POSTERN_JOBS", r.out + r.err)

    def test_show_in_words(self):
        out = self.postern("config", "show").out
        for name in ("db", "jobs", "reports.address", "unassigned.days",
                     "unassigned.max"):
            self.assertIn(name, out)
        self.assertIn("10 GiB", out)


class Refused(Asking):
    """`postern refused`: what an ingest refused, asked for afterwards."""

    def fill(self):
        self.write("in/1.xml", c.report())
        self.write("in/a\x1b[2J.xml", b"nothing\n")
        self.ingest(self.tmp / "in", "--now", "2025-07-02")
        self.write("in/b.eml", c.mail(c.text("x\n"), c.part(
            c.gz(c.swap(c.report(), "<feedback>", "<!DOCTYPE x>\n<feedback>")), name="b.gz")))
        self.postern("--quiet", "ingest", self.tmp / "in", "--now", "2025-07-04T10:11:12Z")

    def test_json(self):
        self.fill()
        said = self.postern("refused", "--json").json()
        self.assertEqual(list(said), ["all", "refused"])
        self.assertEqual(said["all"], 2)
        self.assertEqual([r["path"] for r in said["refused"]],
                         [str(self.tmp / "in/b.eml"), str(self.tmp / "in/a\x1b[2J.xml")])
        newest, oldest = said["refused"]
        self.assertEqual(list(newest), ["arrived", "status", "kind", "path", "member", "id",
                                        "reason", "domain", "sha256", "size", "kept",
                                        "removed"])
        self.assertEqual(newest["arrived"], 1751623872)
        self.assertEqual((newest["status"], newest["kind"], newest["kept"]),
                         ("refused", "aggregate", True))
        self.assertIn("part 2", newest["member"])
        self.assertIn("DOCTYPE", newest["reason"])
        data = (self.tmp / "in/b.eml").read_bytes()
        self.assertEqual((newest["sha256"], newest["size"]),
                         (hashlib.sha256(data).hexdigest(), len(data)))
        self.assertEqual((oldest["kind"], oldest["kept"], oldest["id"], oldest["domain"],
                          oldest["removed"]), ("unknown", False, None, None, None))

    def test_days_and_limit(self):
        self.fill()
        for options, all_, paths in (
                (["--since", "2025-07-03"], 1, ["b"]), (["--until", "2025-07-03"], 1, ["a"]),
                (["--limit", "1"], 2, ["b"]), (["--since", "2025-07-05"], 0, []),
                (["--since", "2025-07-02", "--until", "2025-07-04"], 2, ["b", "a"])):
            with self.subTest(options=options):
                said = self.postern("refused", "--json", *options).json()
                self.assertEqual(said["all"], all_)
                self.assertEqual([pathlib.Path(r["path"]).name[0] for r in said["refused"]],
                                 paths)
        self.postern("refused", "--since", "2025-07-05", "--until", "2025-07-04", code=64)

    def test_text(self):
        self.fill()
        out = self.postern("refused").out
        self.assertRegex(out, r"^2025-07-04T10:11:12Z  refused  .*b\.eml, part 2.*: .*DOCTYPE")
        self.assertIn(r"a\x1b[2J.xml", out)
        self.assertNotIn("\x1b", out)
        self.assertIn("2 refused or kept aside in all", out)
        self.assertIn("postern reparse", out)
        out = self.postern("refused", "--limit", "1").out
        self.assertIn("... and 1 more", out)
        self.assertEqual(self.postern("refused", "--since", "2025-07-05").out,
                         "Nothing was refused or kept aside.\n")

    def test_csv(self):
        self.fill()
        rows = self.csv("refused")
        self.assertEqual([r["kept"] for r in rows], ["true", "false"])

    def test_refused_domain(self):
        self.write("in/1.xml", c.report())
        self.ingest(self.tmp / "in")
        self.postern("unassigned", "refuse", "example.com")
        self.ingest(self.write("2.xml", c.report(report_id="r-2")))
        said = self.postern("refused", "--json").json()["refused"]
        self.assertEqual([r["domain"] for r in said], ["example.com"])
        self.assertIn("postern domain add", self.postern("refused").out)


class Raw(Asking):
    """`report show --raw` gives back the very bytes that came."""

    def check(self, data, **how):
        found, _ = self.ingest(*([self.write("x", data)] if not how else ["-"]), **how)
        o = next(o for o in found if o["id"])
        self.assertEqual(self.postern("report", "show", "--raw", o["id"]).raw, data)

    def test_forms(self):
        for i, data in enumerate((
                c.report(), c.report().replace(b"\n", b"\r\n") + b"  ", c.gz(c.report()),
                c.gz(c.report()) + b"\r\n", c.zipped(("a.xml", c.report())),
                c.report_mail(c.report()), c.report_mail(c.report(), newline=b"\n"))):
            with self.subTest(i=i):
                self.db = self.tmp / ("%d.db" % i)
                self.check(data)

    def test_stdin(self):
        self.check(c.report_mail(c.report()), stdin=c.report_mail(c.report()))

    def test_many_pieces(self):
        rows = [c.row(1 + i % 7, "192.0.2.%d" % (i % 250), extra="<n>%d</n>\n" % i)
                for i in range(7000)]
        data = c.report(rows)
        self.assertGreater(len(data), 3 << 20)
        self.check(data)

    def test_incomplete(self):
        self.check(c.gz(c.report([c.row(i, "192.0.2.%d" % i) for i in range(250)]))[:900])

    def test_mail_of_an_mbox(self):
        mail = c.report_mail(c.report(), newline=b"\n")
        found, _ = self.ingest(self.write("box", c.mbox(c.mail(c.text("x\n")), mail)))
        o = next(o for o in found if o["id"])
        raw = self.postern("report", "show", "--raw", o["id"]).raw
        self.assertTrue(raw.endswith(mail) or raw == mail, raw[:200])

    def test_duplicate_keeps_the_first(self):
        """Another container of a report that is held needs no second copy."""
        first = c.gz(c.report())
        o = self.ingest(self.write("a", first))[0][0]
        self.ingest(self.write("b", c.report()))
        self.assertEqual(self.postern("report", "show", "--raw", o["id"]).raw, first)

    def test_terminal(self):
        """Raw bytes are hostile: not onto a terminal."""
        o = self.ingest(self.write("a", c.gz(c.report())))[0][0]
        code, out = terminal.run(self, "report", "show", "--raw", o["id"])
        self.assertNotIn("\x1f\x8b", out)
        self.assertNotEqual(code, 0)


if __name__ == "__main__":
    unittest.main()
