# SPDX-License-Identifier: Apache-2.0
"""Databases of earlier versions: brought up to date, and answering as they did."""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile

import compose as c
import support
from support import Case

DATA = support.ROOT / "tests" / "data"
NOW = "2025-09-30"


def holds(have, want, where="answer"):
    """What `have` lacks of `want`: later versions may add keys, and nothing else."""
    if isinstance(want, dict) and isinstance(have, dict):
        return [x for k in want for x in (
            holds(have[k], want[k], "%s.%s" % (where, k)) if k in have
            else ["%s.%s is gone" % (where, k)])]
    if isinstance(want, list) and isinstance(have, list) and len(have) == len(want):
        return [x for i, w in enumerate(want)
                for x in holds(have[i], w, "%s[%d]" % (where, i))]
    return [] if have == want else ["%s: %r, not %r" % (where, have, want)]


def schema(path):
    db = sqlite3.connect(path)
    try:
        return db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0]
    finally:
        db.close()


class Old(Case):
    schema = 1
    answers = "schema-1.json"

    def setUp(self):
        super().setUp()
        self.take_old()
        self.old = json.loads((DATA / self.answers).read_text("utf-8"))

    def take_old(self):
        shutil.copy(DATA / f"schema-{self.schema}.db", self.db)
        self.db.chmod(0o600)

    def check_answers(self):
        for q in self.old:
            with self.subTest(ask=q["ask"]):
                # What stood out is found otherwise today.
                q["answer"].pop("notes", None)
                have = self.postern(*q["ask"], "--json", "--now", NOW).json()
                self.assertEqual(holds(have, q["answer"]), [])


class Migration(Old):
    def test_every_answer_stays(self):
        self.check_answers()
        self.assertGreater(schema(self.db), self.schema)
        self.assertEqual(sorted(p.name for p in self.tmp.glob("postern.db*")),
                         ["postern.db"])

    def test_writing_first(self):
        rows = [c.row(1000, "192.0.2.1")]
        before = self.old[0]["answer"]["totals"]
        found, _ = self.ingest(self.write("new.xml", c.report(
            rows, domain="beta.example", report_id="new")), "--now", NOW)
        self.assertEqual(found[0]["status"], "new")
        self.assertGreater(schema(self.db), self.schema)
        self.check_totals(before["reports"] + 1, before["rows"] + 1,
                          before["messages"] + 1000, before["passed"] + 1000)

    def test_the_mails_read_again_add_nothing(self):
        import data.earlier as made
        for name, data in made.inputs():
            self.write("in/" + name, data)
        self.ingest("in", "--now", NOW)
        self.assertEqual(self.totals(), self.old[0]["answer"]["totals"])
        self.postern("fsck", "--quiet")

    def test_fsck_is_enough(self):
        self.postern("fsck")
        self.assertGreater(schema(self.db), self.schema)

    def test_a_read_only_one_says_who_may(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir="/tmp", prefix="postern-test-"))
        self.addCleanup(shutil.rmtree, folder)
        self.db = shutil.move(self.db, folder / "postern.db")
        for path, mode in ((self.db, 0o444), (folder, 0o555)):
            path.chmod(mode)
        self.addCleanup(folder.chmod, 0o700)
        nobody = {"user": 65534} if os.geteuid() == 0 else {}
        try:
            run = self.start("overview", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             **nobody)
        except PermissionError:
            self.skipTest("the program cannot be run by another user")
        out, err = run.communicate(timeout=60)
        self.assertEqual((run.returncode, out), (78, b""), err)
        self.assertIn(b"earlier version", err)
        self.assertIn(b"owner", err)
        self.assertEqual(schema(self.db), self.schema)

    def test_a_newer_one_names_the_build_needed(self):
        db = sqlite3.connect(self.db)
        for key, value in (("schema", 77), ("build", "77.2.1"), ("least_build", "77.0.0")):
            db.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
        db.commit()
        db.close()
        before = self.db.read_bytes()
        for words in (("overview",), ("ingest", "."), ("fsck",), ("fsck", "--mend")):
            r = self.postern(*words, code=78)
            self.assertIn("needs Postern 77.0.0 or later", r.err)
            self.assertIn("Nothing was changed", r.err)
        self.assertEqual(self.db.read_bytes(), before)


class Migration2(Migration):
    schema = 2
    answers = "schema-2.json"


class Migration3(Migration):
    schema = 3
    answers = "schema-2.json"  # it answered as that one did

    def test_what_was_marked_and_looked_up_stays(self):
        answer = self.postern("sources", "acme.example", "--addresses", "--json", "--limit",
                              "0", "--now", NOW).json()
        said = {s["source"]: (s["why"], s["class"], s["host"]) for s in answer["senders"]}
        self.assertEqual(said["192.0.2.3"], ("marked", "not-aligned", None))
        self.assertEqual(said["192.0.2.1"][2], "mail.provider.example")


class Steps(Old):
    program = support.FAULTS

    def at_every_step(self, fault, code):
        n, ended = 1, False
        while not ended:
            self.take_old()
            done = self.postern("overview", "--json", "--now", NOW, code=None,
                                env=self.env(**{fault: n}))
            self.assertIn(done.code, (0, code), done)
            ended = done.code == 0
            if not ended:
                self.assertEqual(schema(self.db), self.schema, "step %d" % n)
            self.assertEqual(holds(self.totals(), self.old[0]["answer"]["totals"]), [])
            self.postern("fsck", "--quiet")
            n += 1
        self.assertGreater(n, 5)
        self.assertEqual(sorted(p.name for p in self.tmp.glob("postern.db*")),
                         ["postern.db"])
        return n

    def test_killed(self):
        self.at_every_step("POSTERN_KILL_AT", -signal.SIGKILL)

    def test_full_disk(self):
        self.at_every_step("POSTERN_FULL_AT", 75)


class Steps2(Steps):
    schema = 2
    answers = "schema-2.json"


class Steps3(Steps):
    schema = 3
    answers = "schema-2.json"


if __name__ == "__main__":
    import unittest
    unittest.main()
