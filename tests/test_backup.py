# SPDX-License-Identifier: Apache-2.0
"""Backups: one moment, verified; restored whole, or refused before anything is written."""
import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

import compose as c
import support
from test_kill import many
from test_migration import DATA, holds, schema

TIMEOUT = 1500
BLOCK = 4096
NOW = "2026-11-24"
NOBODY = 65534
needs_root = unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")


def manifest(data, **changes):
    """A backup with other words in its manifest, and the digest that they have."""
    head, rest = data[:BLOCK].split(b"\n", 2)[:2], data[:BLOCK].split(b"\n", 2)[2]
    lines = rest.rstrip(b"\n").decode().split("\n")
    for key, value in changes.items():
        found = [i for i, line in enumerate(lines) if line.split(" ")[0] == key]
        lines[found[0] if found else len(lines):found[0] + 1 if found else len(lines)] = [
            "%s %s" % (key, value)]
    body = "\n".join(lines).encode()
    body += b"\n" * (BLOCK - len(head[0]) - len(head[1]) - 2 - len(body))
    return b"%s\nsha256 %s\n%s%s" % (head[0], hashlib.sha256(body).hexdigest().encode(),
                                     body, data[BLOCK:])


def tree(folder):
    """All that stands below a folder: names, bytes, times."""
    return {p.relative_to(folder).as_posix(): (
        p.stat().st_mtime_ns, hashlib.sha256(p.read_bytes()).hexdigest()
        if p.is_file() else None) for p in sorted(folder.rglob("*"))}


class Backup(support.Case):
    def fill(self, n=30, seed=1):
        many(self.tmp / ("in%d" % seed), n, 4, seed)
        self.ingest("in%d" % seed, "--now", NOW)
        self.postern("client", "add", "Acme %d" % seed, "--domain", "d%d.example" % seed,
                     "--raw", "rua@msp.example")

    def backup(self, name="it.backup", code=0, *more, **how):
        self.postern("backup", name, *more, code=code, **how)
        return self.tmp / name

    def restore_to(self, name, file, *more, code=0, **how):
        """Restores elsewhere, and goes on there."""
        self.db = self.tmp / name
        return self.postern("restore", file, *more, code=code, **how)

    def beside(self, path=None):
        path = path or self.db
        return sorted(p.name for p in path.parent.glob(path.name + "*"))

    def answers(self):
        return [self.postern(*words, "--json", "--now", NOW).json() for words in (
            ("overview",), ("client", "list"), ("reports", "--all"), ("unassigned", "list"))]


class Round(Backup):
    def test_restored_elsewhere(self):
        self.fill()
        self.postern("unassigned", "refuse", "d0.example")
        before, answers = self.db.read_bytes(), self.answers()
        said = self.postern("backup", "it.backup", "--json", "--now", NOW).json()
        file = self.tmp / "it.backup"
        self.assertEqual(self.db.read_bytes(), before)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(said["bytes"], file.stat().st_size)
        m, totals = said["manifest"], self.totals()
        self.assertEqual(m["counts"]["clients"], 1)
        for key in ("reports", "rows", "messages", "passed"):
            self.assertEqual(m["counts"][key], totals[key])
        self.assertEqual(m["packed"]["bytes"], len(file.read_bytes()) - BLOCK)
        self.assertEqual(m["packed"]["sha256"],
                         hashlib.sha256(file.read_bytes()[BLOCK:]).hexdigest())
        r = self.restore_to("new/place/other.db", file, "--json").json()
        self.assertEqual((r["kept"], r["migrated"]), (False, False))
        self.assertEqual(r["manifest"], m)
        self.assertEqual(self.answers(), answers)
        self.postern("fsck", "--quiet")
        self.assertEqual(self.beside(), ["other.db"])
        self.assertEqual(self.db.stat().st_mode & 0o777, 0o600)
        # and it goes on as the first one would have
        again, s = self.ingest("in1", "--now", NOW)
        self.assertEqual(s["rows"], 0)
        self.assertEqual({o["status"] for o in again} & {"new", "superseded"}, set())
        self.fill(5, seed=2)
        self.postern("fsck", "--quiet")

    def test_without_the_program(self):
        self.fill(5)
        file = self.backup()
        packed = subprocess.run("tail -c +%d %s | gunzip" % (BLOCK + 1, file), shell=True,
                                check=True, stdout=subprocess.PIPE).stdout
        plain = self.write("plain.db", packed)
        db = sqlite3.connect(plain)
        self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        db.close()

    def test_the_words(self):
        self.fill(5)
        self.assertRegex(self.postern("backup", "it.backup").out, "read back whole")
        self.assertEqual(self.postern("backup", "--quiet", "b.backup").out, "")
        r = self.restore_to("other.db", "it.backup")
        self.assertIn("other.db: restored as it was on", r.out)
        self.assertIn("1 client with 1 domain", r.out)

    def test_help_is_enough(self):
        text = self.postern("help", db=False).out
        self.assertRegex(text, r"(?m)^  (postern )?backup ")
        self.assertRegex(text, r"(?m)^  (postern )?restore ")
        for status in ("65", "76"):
            self.assertRegex(text, r"(?m)^  %s .*backup" % status)
        for word in ("--replace", "--inspect", "--drill", "--older-build", "76", "65"):
            self.assertIn(word, self.postern("help", "restore", db=False).out)
        self.assertIn("--replace", self.postern("help", "backup", db=False).out)

    def test_while_others_write(self):
        """Each is one moment: what it counts is what it holds."""
        self.fill(60)
        many(self.tmp / "more", 1500, 10, seed=7)
        run = self.start("ingest", "--quiet", "more", "--now", NOW, "--jobs", "2")
        seen, n = [], 0
        while run.poll() is None:
            seen.append(self.postern("backup", "b%d" % n, "--json").json())
            n += 1
        self.assertEqual(run.returncode, 0)
        self.assertGreater(n, 1, "the ingest was too fast for this test")
        whole = self.totals()
        self.assertLess(seen[0]["manifest"]["counts"]["reports"], whole["reports"])
        for i in (0, n // 2, n - 1):
            counts = seen[i]["manifest"]["counts"]
            self.restore_to("r%d.db" % i, "b%d" % i)
            self.postern("fsck", "--quiet")
            self.assertEqual({k: self.totals()[k] for k in ("reports", "rows", "messages")},
                             {k: counts[k] for k in ("reports", "rows", "messages")})
            # and what is missing comes with the same command
            self.ingest("more", "--now", NOW)
            self.assertEqual(self.totals(), whole)

    def test_what_was_removed_is_not_in_it(self):
        """Free pages of the database are not carried along."""
        body = c.report([c.row(5, "192.0.2.77", results=c.auth(
            "dkim", "planted-word.example", "pass"))])
        self.ingest(self.write("a.xml", body), "--now", NOW)
        db = sqlite3.connect(self.db)
        db.execute("PRAGMA secure_delete=OFF")
        db.execute("CREATE TABLE planted (x)")
        db.execute("INSERT INTO planted VALUES ('planted-person-at-acme')")
        db.commit()
        db.execute("DROP TABLE planted")
        db.commit()
        db.close()
        self.assertIn(b"planted-person-at-acme", self.db.read_bytes())
        file = self.backup()
        self.restore_to("other.db", file)
        self.assertNotIn(b"planted-person-at-acme", self.db.read_bytes())


class Files(Backup):
    def test_a_file_that_is_there(self):
        self.fill(5)
        file = self.backup()
        first = file.read_bytes()
        r = self.postern("backup", "it.backup", code=64)
        self.assertIn("--replace", r.err)
        self.assertEqual(file.read_bytes(), first)
        self.fill(5, seed=2)
        self.postern("backup", "--replace", "it.backup")
        self.assertNotEqual(file.read_bytes(), first)
        self.assertEqual(self.beside(file), ["it.backup"])

    def test_only_a_backup_is_replaced(self):
        self.fill(5)
        before = self.db.read_bytes()
        r = self.postern("backup", "--replace", self.db, code=64)
        self.assertIn("no backup", r.err)
        self.assertEqual(self.db.read_bytes(), before)
        self.write("notes.txt", "mine")
        self.postern("backup", "--replace", "notes.txt", code=64)
        self.assertEqual((self.tmp / "notes.txt").read_text(), "mine")

    def test_a_name_that_is_for_leftovers(self):
        """The next backup would remove it."""
        self.fill(5)
        before = tree(self.tmp)
        for name in ("a.postern-part", "a.POSTERN-PART", "a.postern-part-db"):
            for more in ((), ("--replace",)):
                r = self.postern("backup", name, *more, code=64)
                self.assertIn("give another name", r.err)
        self.assertEqual(tree(self.tmp), before)
        (self.tmp / "x.postern-part").mkdir()
        self.backup("x.postern-part/it.backup")

    def test_a_link(self):
        """What it leads to is replaced, and it stays a link."""
        self.fill(5)
        (self.tmp / "disk").mkdir()
        real, link = self.backup("disk/real"), self.tmp / "link"
        first = real.read_bytes()
        link.symlink_to(real)
        self.fill(5, seed=2)
        self.backup("link", 64)
        self.backup("link", 0, "--replace")
        self.assertTrue(link.is_symlink())
        self.assertNotEqual(real.read_bytes(), first)
        self.assertEqual(self.beside(real), ["real"])
        link.unlink()
        link.symlink_to(self.tmp / "nowhere")
        r = self.postern("backup", "link", code=78)
        self.assertIn("leads to no file", r.err)

    def test_no_database(self):
        self.postern("backup", "it.backup", code=66)
        self.assertEqual(list(self.tmp.glob("it.backup*")), [])

    def test_no_folder(self):
        self.fill(5)
        r = self.postern("backup", "none/it.backup", code=66)
        self.assertIn("none/it.backup", r.err)

    def test_no_backup_there(self):
        for words in ((), ("--inspect",), ("--drill",)):
            self.postern("restore", "none.backup", *words, code=66)
        self.postern("restore", ".", code=66)
        os.mkfifo(self.tmp / "pipe")
        self.postern("restore", "pipe", code=66)
        self.assertFalse(self.db.exists())

    def test_a_database_that_is_damaged(self):
        self.fill(40)
        data = bytearray(self.db.read_bytes())
        for at in range(4096 * 4, len(data), 4096 * 3):
            data[at:at + 64] = os.urandom(64)
        self.db.write_bytes(bytes(data))
        r = self.postern("backup", "it.backup", code=65)
        self.assertIn("damaged", r.err)
        self.assertEqual(list(self.tmp.glob("it.backup*")), [])

    def test_leftovers_go_where_it_is_refused(self):
        self.fill(5)
        self.backup("monday.backup")
        self.write("sunday.backup.postern-part", "x")
        self.postern("backup", "monday.backup", code=64)
        self.assertEqual(list(self.tmp.glob("*.postern-part")), [])

    def test_leftovers_go(self):
        """Of a killed run, also one for another day's file; not of one that is at it."""
        self.fill(5)
        for name in ("monday.backup", "tuesday.backup"):
            self.write(name + ".postern-part", "x")
            self.write(name + ".postern-part-db", "x")
        with open(self.tmp / "tuesday.backup.postern-part", "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.backup("wednesday.backup")
            self.assertEqual(sorted(p.name for p in self.tmp.glob("*.backup*")), [
                "tuesday.backup.postern-part", "tuesday.backup.postern-part-db",
                "wednesday.backup"])
            r = self.postern("backup", "tuesday.backup", code=75)
            self.assertIn("another backup", r.err)
        self.backup("tuesday.backup")
        self.assertEqual(sorted(p.name for p in self.tmp.glob("*.backup*")),
                         ["tuesday.backup", "wednesday.backup"])


class Damaged(Backup):
    def setUp(self):
        super().setUp()
        self.fill(12)
        self.file = self.backup()
        self.data = self.file.read_bytes()
        self.place = self.tmp / "there" / "postern.db"
        self.place.parent.mkdir()

    def refused(self, data, words="damaged"):
        bad = self.write("bad.backup", data)
        before = tree(self.place.parent)
        r = self.postern("restore", bad, "--db", self.place, db=False, code=65)
        self.assertRegex(r.err, words)
        self.assertIn("Nothing was changed", r.err)
        self.assertNotIn("Install", r.err)
        self.assertEqual(tree(self.place.parent), before)
        return r

    def test_bit_flips(self):
        rng = random.Random(5)
        n = len(self.data)
        places = [0, 14, 15, 22, 90, 200, BLOCK - 1, BLOCK, BLOCK + 3, BLOCK + 10, n - 9,
                  n - 5, n - 1] + [rng.randrange(n) for _ in range(80)]
        for at in places:
            data = bytearray(self.data)
            data[at] ^= 1 << rng.randrange(8)
            with self.subTest(at=at):
                self.refused(bytes(data))

    def test_cut_short(self):
        n = len(self.data)
        for end in (0, 1, 14, 15, 16, 100, BLOCK - 1, BLOCK, BLOCK + 1, n // 2, n - 1):
            with self.subTest(end=end):
                self.refused(self.data[:end])
                if end > 16:
                    self.postern("restore", "--inspect", "bad.backup", code=65)
        self.refused(self.data + b"x")

    def test_foreign(self):
        for name, data in (("a database", self.db.read_bytes()), ("text", b"hello\n" * 999),
                           ("gzip", c.gz(b"x" * 9999)), ("zeros", bytes(9999))):
            with self.subTest(name):
                self.refused(data, "no backup of Postern")

    def test_what_no_build_writes(self):
        for changes in ({"build": "x"}, {"least_build": "1.2"}, {"schema": "-1"},
                        {"packed_bytes": str(1 << 60)}, {"packed_sha256": "0" * 63},
                        {"host": "\x1b[2J"}, {"format": "0"}, {"rows": "1e3"},
                        {"features": "gzip " * 13 + "gzip"}):
            with self.subTest(changes):
                self.refused(manifest(self.data, **changes))
        self.refused(manifest(self.data, packed_bytes="99"), "longer")

    def test_a_manifest_that_tells_of_another_database(self):
        """The digests fit, the figures do not: seen in the copy, which goes."""
        for changes in ({"rows": "1"}, {"schema": "1"}, {"clients": "2"}):
            with self.subTest(changes):
                self.refused(manifest(self.data, **changes), "not the one")
        self.refused(manifest(self.data, database_bytes="4096"))
        self.refused(manifest(self.data, database_bytes=str(1 << 20)))
        self.refused(manifest(self.data, database_bytes=str(1 << 40)), "less is in it")
        self.refused(manifest(self.data, database_sha256="0" * 64))

    def with_payload(self, plain):
        packed = c.gz(plain)
        sha = hashlib.sha256
        return manifest(self.data[:BLOCK] + packed, packed_bytes=len(packed),
                        packed_sha256=sha(packed).hexdigest(), database_bytes=len(plain),
                        database_sha256=sha(plain).hexdigest())

    def test_another_database_in_it(self):
        other = self.tmp / "foreign.db"
        db = sqlite3.connect(other)
        db.execute("CREATE TABLE t (x)")
        db.commit()
        db.close()
        self.refused(self.with_payload(other.read_bytes()))
        self.refused(self.with_payload(b"no database at all\n" * 500))
        for sql in ("DROP TABLE facts_day; DROP TABLE book_report",
                    "DELETE FROM meta WHERE key = 'schema'",
                    "UPDATE meta SET value = '77.0.0' WHERE key = 'least_build'",
                    "UPDATE meta SET value = 'x' WHERE key = 'build'",
                    "PRAGMA application_id = 7"):
            shutil.copy(self.db, other)
            db = sqlite3.connect(other)
            db.executescript(sql)
            db.close()
            with self.subTest(sql):
                self.refused(self.with_payload(other.read_bytes()), "no whole database")
        plain = bytearray(self.db.read_bytes())
        self.postern("restore", self.write("ok.backup", self.with_payload(bytes(plain))),
                     "--db", self.tmp / "ok.db", db=False)
        plain[4096 * 6:4096 * 7] = os.urandom(4096)
        self.refused(self.with_payload(bytes(plain)))

    def test_a_bomb(self):
        """More comes out than the manifest says: stopped there."""
        packed = c.gz(bytes(50_000_000))
        sha = hashlib.sha256(packed).hexdigest()
        self.refused(manifest(self.data[:BLOCK] + packed, packed_bytes=len(packed),
                              packed_sha256=sha), "more than its manifest")


class Builds(Backup):
    """Which build may restore what."""

    def setUp(self):
        super().setUp()
        self.fill(5)
        self.data = self.backup().read_bytes()
        self.place = self.tmp / "there" / "postern.db"
        self.place.parent.mkdir()

    def restore(self, code, *more, **changes):
        file = self.write("it2.backup", manifest(self.data, **changes))
        return self.postern("restore", file, *more, "--db", self.place, db=False, code=code)

    def too_new(self, needed, **changes):
        r = self.restore(76, **changes)
        self.assertIn("Install Postern %s or later" % needed, r.err)
        self.assertIn("Nothing was changed", r.err)
        self.assertNotIn("damaged", r.err)
        self.assertEqual(list(self.place.parent.iterdir()), [])
        shown = self.postern("restore", "--inspect", "it2.backup", "--json").json()
        self.assertFalse(shown["fits"])
        self.assertIn(needed, shown["problem"])
        return r

    def test_a_later_least_build(self):
        r = self.too_new("77.0.2", least_build="77.0.2", build="77.2.1")
        self.assertIn("written by Postern 77.2.1", r.err)
        self.assertNotIn("--older-build", r.err)
        r = self.restore(76, "--older-build", least_build="77.0.2", build="77.2.1")
        self.assertIn("77.0.2", r.err)

    def test_a_later_schema(self):
        self.too_new("77.0.2", least_build="77.0.2", build="77.0.2", schema="99")
        self.too_new("77.2.1", build="77.2.1", schema="99")

    def test_a_later_format(self):
        """Nothing is known of such a file but what is the same in every format."""
        data = manifest(self.data, format="2", least_build="77.0.0", build="77.2.1",
                        packed_bytes="in other words", more="of it")
        for data in (data, data[:BLOCK], data + b"x"):
            r = self.postern("restore", self.write("it2.backup", data), "--db", self.place,
                             db=False, code=76)
            self.assertIn("Install Postern 77.0.0 or later", r.err)
            shown = self.postern("restore", "--inspect", "it2.backup", "--json").json()
            self.assertEqual(shown["manifest"], {
                "format": 2, "build": "77.2.1", "least_build": "77.0.0"})
        flipped = bytearray(data)
        flipped[300] ^= 1
        self.postern("restore", self.write("it2.backup", bytes(flipped)), code=65)

    def test_an_unknown_feature(self):
        self.too_new("77.2.1", build="77.2.1", features="gzip sealed-box")

    def test_a_later_one_may_write_what_it_likes(self):
        """Format, features and build are looked at first: the other lines, what stands
        behind them, and the size are not judged by rules that may be others today."""
        later = {"build": "77.2.1"}
        for changes in ({**later, "features": "gzip box", "packed_bytes": "in other words"},
                        {**later, "features": "gzip box", "packed_bytes": "99"},
                        {**later, "features": "x" * 64},
                        {**later, "features": "gzip " * 13 + "box"},
                        {**later, "host": "h" * 64},
                        {**later, "rows": "1e3"},
                        {**later, "packed_bytes": "99"},
                        {"build": "77.2.1-" + "x" * 64},
                        {**later, "note": "\n\nanother trailer"}):
            with self.subTest(changes):
                r = self.too_new("77.2.1", **changes)
                self.assertIn("written by Postern 77.2.1", r.err)
        # What it is cannot be told then, so that it is not offered to go on.
        for changes in ({**later, "rows": "1e3"}, {**later, "features": "gzip box"}):
            r = self.restore(76, "--older-build", **changes)
            self.assertNotIn("add --older-build", r.err)
        self.restore(65, "--older-build", **later, packed_bytes="99")

    def test_no_build_is_named_that_would_not_do(self):
        """Of a feature that our own build does not know, as it says."""
        for changes in ({"features": "gzip box"}, {"features": "x" * 64}, {"schema": "99"}):
            with self.subTest(changes):
                r = self.restore(76, **changes)
                self.assertIn("Install a later version of Postern than this one", r.err)
                self.assertNotIn("Install Postern", r.err)

    def made_by_a_later_build(self, changes):
        db = sqlite3.connect(self.db)
        for key, value in changes.items():
            db.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
        db.commit()
        db.close()

    def test_a_database_of_a_later_build(self):
        """One that only added, so that this build works with it: its backup tells of that
        build, which is the one to install."""
        for i, (changes, more) in enumerate((({"build": "77.2.1"}, "add --older-build"),
                                             ({"build": "77.2.1", "schema": "99"}, None))):
            self.made_by_a_later_build(changes)
            made = self.postern("backup", "later%d" % i, "--json").json()["manifest"]
            self.assertEqual(made["build"], "77.2.1")
            r = self.postern("restore", "later%d" % i, "--db", self.place, db=False, code=76)
            self.assertIn("Install Postern 77.2.1 or later" + (", or %s" % more if more else ""),
                          r.err)
        self.postern("restore", "--older-build", "later0", "--db", self.place, db=False)

    def test_a_security_update_strands_nobody(self):
        """Of a later build, in a form that this one knows: said, and let through by name."""
        m = self.postern("restore", "--inspect", "it.backup", "--json").json()["manifest"]
        major, minor, patch = map(int, m["build"].split("."))
        later = "%d.%d.%d" % (major, minor, patch + 1)
        r = self.too_new(later, build=later)
        self.assertIn("--older-build", r.err)
        self.restore(0, "--older-build", build=later)
        self.db = self.place
        self.postern("fsck", "--quiet")

    def test_numbers_are_compared(self):
        """Not as text, and what follows behind a - counts for nothing."""
        m = self.postern("restore", "--inspect", "it.backup", "--json").json()["manifest"]
        self.too_new("10.0.0", least_build="10.0.0", build="10.0.0")
        self.restore(0, build=m["build"] + "-rc1")
        self.restore(0, "--replace", build="0.1.999", least_build="0.1.10")

    def test_lines_nobody_knows(self):
        self.restore(0, colour="green")

    def test_an_earlier_schema(self):
        """Taken as it is, migrated in the copy."""
        shutil.copy(DATA / "schema-1.db", self.tmp / "old.db")
        (self.tmp / "old.db").chmod(0o600)
        self.db = self.tmp / "old.db"
        said = self.postern("backup", "old.backup", "--json").json()
        self.assertEqual((said["manifest"]["schema"], schema(self.db)), (1, 1))
        before = (self.tmp / "old.backup").read_bytes()
        r = self.restore_to("new.db", "old.backup", "--json").json()
        self.assertTrue(r["migrated"])
        self.assertGreater(schema(self.db), 1)
        self.assertEqual((self.tmp / "old.backup").read_bytes(), before)
        for q in json.loads((DATA / "schema-1.json").read_text(encoding="utf-8")):
            q["answer"].pop("notes", None)
            have = self.postern(*q["ask"], "--json", "--now", "2025-09-30").json()
            self.assertEqual(holds(have, q["answer"]), [])
        self.postern("fsck", "--quiet")
        self.postern("restore", "--drill", "old.backup")


class BadDisk(Backup):
    """A disk that cannot be read is no damage of what is on it: come again, status 75."""

    def setUp(self):
        super().setUp()
        self.fill(40)
        self.file = self.backup()

    def fails(self, r, name):
        self.assertRegex(r.err, "disk could not be read|Input/output error")
        self.assertIn(name, r.err)
        self.assertNotIn("damaged", r.err)

    def test_while_the_new_one_is_tested(self):
        for at in (0, 4096 * 3, 4096 * 20):
            with self.subTest(at=at):
                r = self.restore_to("other.db", self.file, code=75,
                                    env=self.bad_disk(".restoring", at))
                self.fails(r, "other.db.restoring")
                self.assertEqual(self.beside(), [])

    def test_while_the_copy_is_tested(self):
        for at in (0, 4096 * 3, 4096 * 20):
            with self.subTest(at=at):
                r = self.postern("backup", "b.backup", code=75,
                                 env=self.bad_disk("-part-db", at))
                self.fails(r, "b.backup.postern-part-db")
                self.assertEqual(list(self.tmp.glob("b.backup*")), [])

    def test_a_copy_that_is_not_whole(self):
        """It is named, and not the database that it was made of."""
        r = self.postern("backup", "b.backup", code=75,
                         env=self.bad_disk("-part-db", 4096 * 3, BAD_ZEROS=1))
        self.assertIn("b.backup.postern-part-db: the copy of the database", r.err)
        self.assertIn("look at the disk", r.err)
        self.assertEqual(list(self.tmp.glob("b.backup*")), [])

    def test_the_backup(self):
        for at in (0, BLOCK + 1):
            self.fails(self.restore_to("other.db", self.file, code=75,
                                       env=self.bad_disk("it.backup", at)), "it.backup")

    def test_the_old_one(self):
        """It cannot be kept: what to do is said, and what is there stays."""
        self.fill(5, seed=2)
        before = tree(self.tmp)
        r = self.postern("restore", "--replace", self.file, code=75,
                         env=self.bad_disk("/postern.db"))
        self.assertIn("the disk fails where the old database lies", r.err)
        self.assertIn("move it away", r.err)
        self.assertEqual(tree(self.tmp), before)

    def test_folders_that_were_made(self):
        """What stands above them has to be on the disk, too."""
        for name in ("above", "above/new", "above/new/folder"):
            shutil.rmtree(self.tmp / "above", ignore_errors=True)
            (self.tmp / "above").mkdir()
            r = self.restore_to("above/new/folder/x.db", self.file, code=75,
                                env=self.bad_disk("", BAD_SYNC="/" + name))
            self.assertRegex(r.err, "cannot be written|did not confirm")

    def test_fsck(self):
        self.fails(self.postern("fsck", code=75, env=self.bad_disk("postern.db", 4096 * 20)),
                   "postern.db")

    def test_fsck_of_what_lies_in_the_wal(self):
        reader = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchall()
        self.fill(40, seed=3)
        size = (self.tmp / "postern.db-wal").stat().st_size
        self.assertGreater(size, 4096 * 20)
        for part in range(1, 9):
            with self.subTest(part):
                self.fails(self.postern("fsck", code=75, env=self.bad_disk(
                    "postern.db-wal", size * part // 10)), "postern.db")


class Inspect(Backup):
    def test_it_touches_nothing(self):
        self.fill(5)
        self.backup("it.backup", 0, "--now", NOW)
        shutil.rmtree(self.tmp / "in1")
        before = tree(self.tmp)
        text = self.postern("restore", "--inspect", "it.backup").out
        said = self.postern("restore", "--inspect", "it.backup", "--json").json()
        self.db = self.tmp / "none" / "x.db"
        self.postern("restore", "--inspect", "it.backup")
        self.assertEqual(tree(self.tmp), before)
        m = said["manifest"]
        self.assertTrue(said["fits"])
        self.assertIsNone(said["problem"])
        self.assertEqual(m["created"], 1795478400)
        self.assertEqual(m["format"], 1)
        self.assertIn("2026-11-24T00:00:00Z", text)
        self.assertIn(m["packed"]["sha256"], text)
        self.assertIn(m["build"], text)
        self.assertIn("can restore it", text)

    def test_one_thing_at_a_time(self):
        self.fill(5)
        self.backup()
        for words in (("--inspect", "--drill"), ("--drill", "--replace"),
                      ("--inspect", "--replace")):
            self.postern("restore", "it.backup", *words, code=64)


class Drill(Backup):
    def test_it_leaves_nothing(self):
        self.fill()
        self.backup()
        before = tree(self.tmp)
        self.assertRegex(self.postern("restore", "--drill", "it.backup").out,
                         r"restores in .* s, and fsck finds it sound in .* s")
        d = self.postern("restore", "--drill", "it.backup", "--json").json()
        self.assertTrue(d["sound"])
        self.assertGreater(d["seconds"], 0)
        self.assertGreaterEqual(d["fsck_seconds"], 0)
        self.assertEqual(tree(self.tmp), before)

    def test_where_there_is_no_database_yet(self):
        self.fill(5)
        self.backup()
        shutil.rmtree(self.tmp / "in1")
        before = tree(self.tmp)
        self.db = self.tmp / "none" / "x.db"
        self.postern("restore", "--drill", "it.backup")
        self.assertEqual(tree(self.tmp), before)

    def test_what_fsck_finds(self):
        self.fill(5)
        db = sqlite3.connect(self.db)
        db.execute("UPDATE facts_day SET messages = messages + 1")
        db.commit()
        db.close()
        self.backup()
        r = self.postern("restore", "--drill", "it.backup", code=70)
        self.assertIn("differs", r.out)
        self.assertEqual(list(self.tmp.glob("*.drill")), [])

    def test_damaged(self):
        self.fill(5)
        data = bytearray(self.backup().read_bytes())
        data[-20] ^= 4
        self.write("it.backup", bytes(data))
        self.postern("restore", "--drill", "it.backup", code=65)
        self.assertEqual(list(self.tmp.glob("*.drill")), [])

    def test_leftovers_go_and_two_do_not_meet(self):
        self.fill(5)
        self.backup()
        self.write("postern.db.drill/postern-drill.db.restoring", "x")
        folder = os.open(self.tmp / "postern.db.drill", os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        r = self.postern("restore", "--drill", "it.backup", code=75)
        self.assertIn("another drill", r.err)
        os.close(folder)
        self.postern("restore", "--drill", "it.backup")
        self.assertEqual(list(self.tmp.glob("*.drill")), [])


    def test_a_folder_of_somebody_else(self):
        self.fill(5)
        self.backup()
        for name in ("photo.jpg", "postern.db", "folder/postern-drill.db"):
            self.write("postern.db.drill/" + name, "mine")
            self.write("postern.db.drill/postern-drill.db", "mine, too")
            before = tree(self.tmp)
            r = self.postern("restore", "--drill", "it.backup", code=64)
            self.assertIn("postern.db.drill", r.err)
            self.assertIn("no drill made", r.err)
            self.assertEqual(tree(self.tmp), before)
            shutil.rmtree(self.tmp / "postern.db.drill")


class Over(Backup):
    """Restoring where a database is."""

    def setUp(self):
        super().setUp()
        self.fill(10)
        self.file = self.backup()
        self.then = self.totals()
        self.fill(10, seed=2)
        self.now = self.totals()

    def test_only_where_it_is_asked_for(self):
        before = tree(self.tmp)
        r = self.postern("restore", self.file, code=64)
        self.assertIn("holds 2 clients", r.err)
        self.assertIn("--replace", r.err)
        self.assertEqual(tree(self.tmp), before)

    def test_the_old_one_is_kept(self):
        r = self.postern("restore", "--replace", self.file)
        self.assertIn("before-restore", r.out)
        self.assertEqual(self.totals(), self.then)
        self.postern("fsck", "--quiet")
        self.assertEqual(self.beside(), ["postern.db", "postern.db.before-restore"])
        # a second one would take the first one's place
        before = tree(self.tmp)
        r = self.postern("restore", "--replace", self.file, code=64)
        self.assertIn("earlier restore", r.err)
        self.assertEqual(tree(self.tmp), before)
        self.db = self.tmp / "postern.db.before-restore"
        self.assertEqual(self.totals(), self.now)
        self.postern("fsck", "--quiet")

    def test_its_wal_is_not_lost(self):
        """What a killed process left in the WAL belongs to the old database."""
        holder = sqlite3.connect(self.db)
        holder.execute("BEGIN")
        holder.execute("SELECT count(*) FROM book_report").fetchone()
        self.fill(5, seed=3)
        now = self.totals()
        copy = {p: p.read_bytes() for p in self.tmp.glob("postern.db*")}
        self.assertGreater(len(copy[self.tmp / "postern.db-wal"]), 10000)
        holder.close()
        for p, data in copy.items():
            p.write_bytes(data)
        self.postern("restore", "--replace", self.file)
        self.assertEqual(self.totals(), self.then)
        self.assertEqual(self.beside(), ["postern.db", "postern.db.before-restore"])
        self.db = self.tmp / "postern.db.before-restore"
        self.assertEqual(self.totals(), now)

    def test_one_that_cannot_be_opened(self):
        bad = b"not a database any more" * 999
        self.db.write_bytes(bad)
        self.write("postern.db-wal", "some wal")
        r = self.postern("restore", self.file, code=64)
        self.assertIn("is there already", r.err)
        self.postern("restore", "--replace", self.file)
        self.assertEqual(self.totals(), self.then)
        self.assertEqual((self.tmp / "postern.db.before-restore").read_bytes(), bad)
        self.assertEqual((self.tmp / "postern.db.before-restore-wal").read_text(), "some wal")
        self.assertEqual(self.beside(), ["postern.db", "postern.db.before-restore",
                                         "postern.db.before-restore-wal"])
        # Its WAL is not left for the next that is kept.
        (self.tmp / "postern.db.before-restore").unlink()
        r = self.postern("restore", "--replace", self.file, code=64)
        self.assertIn("postern.db.before-restore-wal is there from an earlier restore", r.err)
        (self.tmp / "postern.db.before-restore-wal").unlink()
        self.postern("restore", "--replace", self.file)
        self.db = self.tmp / "postern.db.before-restore"
        self.assertEqual(self.totals(), self.then)

    def test_two_at_one_that_cannot_be_opened(self):
        """It cannot be locked, but what is made beside it is."""
        self.db.write_bytes(b"not a database any more" * 999)
        with open(self.write("postern.db.restoring", "x"), "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            before = tree(self.tmp)
            r = self.postern("restore", "--replace", self.file, code=75)
            self.assertIn("another restore", r.err)
            self.assertEqual(tree(self.tmp), before)
        self.postern("restore", "--replace", self.file)
        self.assertEqual(self.totals(), self.then)
        for i in range(6):
            for p in self.tmp.glob("postern.db*"):
                p.unlink()
            self.db.write_bytes(b"not a database any more" * 999)
            runs = []
            for _ in range(3):
                runs.append(self.start("restore", "--replace", "--quiet", self.file,
                                       stderr=subprocess.DEVNULL))
                time.sleep(0.01 * i)
            codes = [p.wait(timeout=60) for p in runs]
            self.assertLessEqual(set(codes), {0, 64, 75})
            self.assertEqual(codes.count(0), 1)
            self.assertEqual(self.totals(), self.then)
            self.assertEqual(self.beside(), ["postern.db", "postern.db.before-restore"])

    def test_an_ingest_of_the_folder_passes_over_it(self):
        self.postern("restore", "--replace", self.file)
        self.write("postern.db.restoring", "a restore was killed")
        (self.tmp / "it.backup").unlink()
        found, _ = self.ingest(".", "--now", NOW)
        self.assertEqual([o["path"] for o in found if "postern.db" in o["path"]], [])

    def a_folder(self):
        """The database in a folder of its own, where somebody else gets at it."""
        folder = self.tmp / "folder"
        folder.mkdir()
        shutil.copy(self.program, self.tmp / "postern")
        shutil.move(self.db, folder / "postern.db")
        self.db = folder / "postern.db"
        for path in (self.tmp, self.tmp.parent, folder):
            path.chmod(0o755)
        self.file.chmod(0o644)
        return folder

    def as_nobody(self, *args):
        return subprocess.run(
            [self.tmp / "postern", *args, "--db", self.db], user=NOBODY, group=NOBODY,
            extra_groups=[], cwd="/", env=self.env(HOME="/nonexistent"),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def owner(self, path=None):
        st = (path or self.db).stat()
        return st.st_uid, st.st_gid, st.st_mode & 0o777

    @needs_root
    def test_whose_it_is(self):
        """Root makes it for whoever has the place; to whom it cannot be given gets nothing
        by the way of his group."""
        folder = self.a_folder()
        os.chown(self.db, NOBODY, 0)
        os.chown(folder, NOBODY, 0)
        self.db.chmod(0o640)
        done = self.as_nobody("restore", "--replace", self.file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.owner(), (NOBODY, NOBODY, 0o600))
        (folder / "postern.db.before-restore").unlink()
        os.chown(self.db, NOBODY, 1)
        self.db.chmod(0o640)
        self.postern("restore", "--replace", self.file)
        self.assertEqual(self.owner(), (NOBODY, 1, 0o640))
        self.restore_to("folder/new.db", self.file)
        self.assertEqual(self.owner(), (NOBODY, 0, 0o600))
        self.db = self.write("empty.db", "")
        self.db.chmod(0o644)
        os.chown(self.db, NOBODY, 1)
        self.postern("restore", self.file)
        self.assertEqual(self.owner(), (NOBODY, 1, 0o600))
        self.restore_to("mine.db", self.file)
        self.assertEqual(self.owner(), (0, 0, 0o600))

    @needs_root
    def test_who_may_not_write(self):
        """Neither the folder nor the database: said, and nothing is done."""
        folder = self.a_folder()
        as_nobody = self.as_nobody
        before = tree(folder)
        for rights, words in ((0o644, "read-only for this user"), (0o600, "opened")):
            self.db.chmod(rights)
            done = as_nobody("restore", "--replace", self.file)
            self.assertEqual(done.returncode, 75, done.stderr)
            self.assertIn(words, done.stderr)
        self.db = folder / "other.db"
        done = as_nobody("restore", self.file)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("cannot be made", done.stderr)
        self.db = folder / "postern.db"
        self.db.chmod(0o644)
        done = as_nobody("backup", folder / "it.backup")
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("it.backup", done.stderr)
        self.assertEqual(tree(folder), before)
        # who may only read the database may still make a backup of it
        elsewhere = self.tmp / "elsewhere"
        elsewhere.mkdir()
        elsewhere.chmod(0o777)
        done = as_nobody("backup", elsewhere / "it.backup")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.postern("restore", "--drill", elsewhere / "it.backup")

    def test_an_empty_file(self):
        self.db.write_bytes(b"")
        self.postern("restore", self.file)
        self.assertEqual(self.totals(), self.then)
        self.assertEqual(self.beside(), ["postern.db"])

    def test_a_link_stays_one(self):
        real = self.tmp / "disk" / "real.db"
        real.parent.mkdir()
        self.db.rename(real)
        self.db.symlink_to(real)
        r = self.postern("restore", "--replace", self.file)
        self.assertIn("kept as %s.before-restore" % real.resolve(), r.out)
        self.assertTrue(self.db.is_symlink())
        self.assertEqual(self.totals(), self.then)
        self.assertEqual(self.beside(real), ["real.db", "real.db.before-restore"])
        self.db.unlink()
        self.db.symlink_to(self.tmp / "nowhere.db")
        self.postern("restore", self.file, code=78)

    def test_its_rights_stay(self):
        self.db.chmod(0o640)
        self.postern("restore", "--replace", self.file)
        self.assertEqual(self.db.stat().st_mode & 0o777, 0o640)

    def test_somebody_has_it_open(self):
        before = self.db.read_bytes()  # later, closing it would drop the holder's locks
        holder = sqlite3.connect(self.db)
        holder.execute("BEGIN")
        holder.execute("SELECT count(*) FROM book_report").fetchone()
        r = self.postern("restore", "--replace", self.file, code=75)
        self.assertIn("locked by another process", r.err)
        holder.close()
        self.assertEqual(self.db.read_bytes(), before)
        self.assertEqual(self.beside(), ["postern.db"])
        self.assertEqual(self.totals(), self.now)

    def test_while_others_want_to_write(self):
        """Whoever waited is told to come again: nothing goes into the old one unseen."""
        many(self.tmp / "more", 400, 10, seed=9)
        shutil.copy(self.db, self.tmp / "whole.db")
        met = set()
        for i in range(8):
            shutil.copy(self.tmp / "whole.db", self.db)
            for p in self.tmp.glob("postern.db.before-restore*"):
                p.unlink()
            restore = self.start("restore", "--replace", "--quiet", self.file)
            time.sleep(0.004 * i)
            runs = [self.start("ingest", "--quiet", "more", "--now", NOW,
                               stderr=subprocess.DEVNULL),
                    self.start("overview", stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)]
            codes = [p.wait(timeout=120) for p in (restore, *runs)]
            self.assertEqual(codes[0], 0)
            met.update(codes[1:])
            self.assertLessEqual(set(codes), {0, 75})
            after = self.totals()
            if codes[1] == 0 and after == self.then:
                # it was done before the lock was taken: then it is in the one that is kept
                self.db = self.tmp / "postern.db.before-restore"
            if codes[1] == 0:
                self.assertGreater(self.totals()["reports"], self.now["reports"])
            self.postern("fsck", "--quiet")
            self.db = self.tmp / "postern.db"
            self.postern("fsck", "--quiet")

    def test_interrupted(self):
        """Ctrl-C at any moment: the old one or the new one, and nothing beside it."""
        shutil.copy(self.db, self.tmp / "whole.db")
        codes = set()
        for i in range(12):
            shutil.copy(self.tmp / "whole.db", self.db)
            for p in self.tmp.glob("postern.db.before-restore*"):
                p.unlink()
            run = self.start("restore", "--replace", "--quiet", self.file,
                             stderr=subprocess.PIPE)
            time.sleep(0.004 * i)
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=60)
            codes.add(run.returncode)
            self.assertIn(run.returncode, (0, 75, -signal.SIGINT), err)
            if run.returncode == 75:
                self.assertIn(b"nothing was changed", err)
            new = run.returncode == 0
            self.assertEqual(self.totals(), self.then if new else self.now)
            self.assertEqual(self.beside(), ["postern.db"] + new * [
                "postern.db.before-restore"])


class Stopped(Backup):
    def stop(self, run, codes=(75,)):
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=10)
        self.assertIn(run.returncode, codes, err)
        if run.returncode == 75:
            self.assertIn(b"stopped; nothing was changed", err)
        return run.returncode

    def test_while_it_waits_for_a_lock(self):
        self.fill(5)
        file = self.backup()
        before = self.db.read_bytes()
        holder = sqlite3.connect(self.db)
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        for words in (("backup", "b.backup"), ("restore", file),
                      ("restore", "--replace", file)):
            run = self.start(*words, stderr=subprocess.PIPE)
            time.sleep(0.7)
            self.assertIsNone(run.poll(), words)
            self.stop(run)
        holder.close()
        self.assertEqual(self.db.read_bytes(), before)
        self.assertEqual(list(self.tmp.glob("b.backup*")), [])
        self.assertEqual(self.beside(), ["postern.db"])

    def is_in_place(self, path):
        try:
            return path.stat().st_size > 0 and self.beside(path) != [
                path.name, path.name + ".restoring"]
        except FileNotFoundError:
            return False

    def test_while_the_drill_is_at_its_fsck(self):
        many(self.tmp / "more", 300, 200, seed=7)
        self.ingest("more", "--now", NOW)
        self.backup()
        made = self.tmp / "postern.db.drill" / "postern-drill.db"
        for _ in range(10):
            run = self.start("restore", "--drill", "it.backup", stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
            while run.poll() is None and not self.is_in_place(made):
                time.sleep(0.001)
            # It may be done before it hears of it.
            if self.stop(run, (0, 75)) == 75:
                break
        self.assertEqual(run.returncode, 75)
        self.assertEqual(list(self.tmp.glob("*.drill")), [])


class Steps(Backup):
    """It ends at its n-th step, for every n."""
    program = support.FAULTS

    def setUp(self):
        super().setUp()
        self.fill(10)
        self.file = self.backup("it.backup", 0, "--now", NOW)
        self.then = self.totals()
        self.fill(6, seed=2)
        self.now = self.totals()
        self.whole = self.write("whole.db", self.db.read_bytes())

    def begin(self, whole):
        for path in self.tmp.glob("postern.db*"):
            path.unlink()
        if whole:
            self.db.write_bytes(whole.read_bytes())

    def at_every_step(self, fault, code, file, whole):
        """`whole`: the database there is before, or None."""
        n, seen = 1, set()
        then = self.then
        while True:
            self.begin(whole)
            done = self.postern("restore", "--replace", "--quiet", file, code=None,
                                env=self.env(**{fault: n}))
            at = "%s=%d" % (fault, n)
            self.assertIn(done.code, (0, code), done)
            new = False
            if whole or (self.db.exists() and self.db.stat().st_size):
                have = self.totals()
                self.assertIn(have, (self.now, then) if whole else (then,), at)
                self.postern("fsck", "--quiet")
                new = have == then
                seen.add(new)
            if done.code == 75:
                self.assertRegex(done.err, "full|did not confirm", at)
                self.assertNotIn("postern.db.restoring", self.beside(), at)
            # The same command again: whatever was left is gone, whatever was kept is kept.
            if not new:
                self.postern("restore", "--replace", "--quiet", file)
                self.assertEqual(self.totals(), then, at)
            self.assertEqual(self.beside(), ["postern.db"] + bool(whole) * [
                "postern.db.before-restore"], at)
            if whole:
                self.db = self.tmp / "postern.db.before-restore"
                self.assertEqual(self.totals(), self.now, at)
                self.db = self.tmp / "postern.db"
            self.postern("fsck", "--quiet")
            if done.code == 0:
                break
            n += 1
        self.assertGreater(n, 6, "so few steps cannot be all there are")
        return seen

    def test_killed(self):
        self.assertEqual(self.at_every_step("POSTERN_KILL_AT", -signal.SIGKILL, self.file,
                                            self.whole), {True, False})

    def test_full(self):
        self.assertEqual(self.at_every_step("POSTERN_FULL_AT", 75, self.file, self.whole),
                         {True, False})

    def test_killed_where_there_was_none(self):
        self.assertEqual(self.at_every_step("POSTERN_KILL_AT", -signal.SIGKILL, self.file,
                                            None), {True})

    def test_full_where_there_was_none(self):
        self.at_every_step("POSTERN_FULL_AT", 75, self.file, None)

    def with_an_earlier_schema(self, fault, code):
        shutil.copy(DATA / "schema-1.db", self.tmp / "old.db")
        self.db = self.tmp / "old.db"
        self.backup("old.backup")
        self.db = self.tmp / "x.db"
        self.postern("restore", "old.backup")
        self.then = self.totals()
        self.db = self.tmp / "postern.db"
        self.assertEqual(self.at_every_step(fault, code, "old.backup", self.whole),
                         {True, False})

    def test_killed_with_an_earlier_schema(self):
        self.with_an_earlier_schema("POSTERN_KILL_AT", -signal.SIGKILL)

    def test_full_with_an_earlier_schema(self):
        self.with_an_earlier_schema("POSTERN_FULL_AT", 75)

    def backup_at_every_step(self, fault, code):
        n = 1
        while True:
            for p in self.tmp.glob("day*"):
                p.unlink()
            self.backup("day0")
            first = (self.tmp / "day0").read_bytes()
            done = self.postern("backup", "--replace", "--quiet", "day0", code=None,
                                env=self.env(**{fault: n}))
            self.assertIn(done.code, (0, code), done)
            if done.code == 75:
                self.assertRegex(done.err, "full")
                self.assertEqual(self.beside(self.tmp / "day0"), ["day0"])
            self.assertTrue(done.code == 0 or (self.tmp / "day0").read_bytes() == first or
                            self.beside(self.tmp / "day0") == ["day0"])
            self.postern("restore", "--drill", "day0")
            self.assertEqual(self.db.read_bytes(), self.whole.read_bytes())
            self.backup("day1")
            self.assertEqual(sorted(p.name for p in self.tmp.glob("day*")), ["day0", "day1"])
            if done.code == 0:
                break
            n += 1
        self.assertGreater(n, 5, "so few steps cannot be all there are")

    def test_backup_killed(self):
        self.backup_at_every_step("POSTERN_KILL_AT", -signal.SIGKILL)

    def test_backup_full(self):
        self.backup_at_every_step("POSTERN_FULL_AT", 75)


class Large(Backup):
    def grow(self, mib):
        """Raw bytes that cannot be packed."""
        rng = random.Random(1)
        pieces = [rng.randbytes(1 << 20) for _ in range(mib)]
        sha = hashlib.sha256(b"".join(pieces)).digest()
        db = sqlite3.connect(self.db)
        db.execute("INSERT INTO book_raw (id, sha8, sha, size, form, done, kept, arrived, path)"
                   " VALUES (99999, 1, ?, ?, 0, 1, 1, 1, '')", (sha, mib << 20))
        for i, piece in enumerate(pieces):
            db.execute("INSERT INTO book_raw_piece VALUES (?, 0, ?, ?)",
                       (99999 * 2**20 + i, len(piece), piece))
        db.commit()
        db.close()

    def test_killed_at_random(self):
        self.fill(20)
        self.grow(30)
        file, then = self.backup(), self.totals()
        self.fill(20, seed=2)
        now, whole = self.totals(), self.write("whole.db", self.db.read_bytes())
        began = time.monotonic()
        self.postern("restore", "--replace", file)
        seconds, killed, rng = time.monotonic() - began, 0, random.Random(3)
        for i in range(40 if support.DEEP else 12):
            for path in self.tmp.glob("postern.db*"):
                path.unlink()
            shutil.copy(whole, self.db)
            run = self.start("restore", "--replace", "--quiet", file)
            time.sleep(rng.uniform(0, seconds * 1.1))
            killed += run.poll() is None
            support.kill_group(run)
            have = self.totals()
            self.assertIn(have, (now, then), "round %d" % i)
            self.postern("fsck", "--quiet")
            if have == now:
                self.postern("restore", "--replace", "--quiet", file)
            self.assertEqual(self.totals(), then)
            self.assertEqual(self.beside(), ["postern.db", "postern.db.before-restore"])
        self.assertGreater(killed, 3)

    def test_backup_killed_at_random(self):
        self.fill(20)
        self.grow(30)
        began = time.monotonic()
        self.backup("first")
        seconds, rng = time.monotonic() - began, random.Random(4)
        for i in range(40 if support.DEEP else 8):
            run = self.start("backup", "day%d" % i, stdout=subprocess.DEVNULL)
            time.sleep(rng.uniform(0, seconds))
            support.kill_group(run)
            if (self.tmp / ("day%d" % i)).exists():
                self.postern("restore", "--drill", "--quiet", "day%d" % i)
        self.postern("fsck", "--quiet")
        self.backup("last")
        self.assertEqual(list(self.tmp.glob("*.postern-part*")), [])
        self.assertEqual(self.beside(), ["postern.db"])

    def test_backup_interrupted(self):
        """Ctrl-C at any moment: a whole backup or none, and nothing beside it."""
        self.fill(20)
        self.grow(30)
        before = self.db.read_bytes()
        began = time.monotonic()
        self.backup("first")
        seconds, codes = time.monotonic() - began, set()
        for i in range(10):
            run = self.start("backup", "day%d" % i, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
            time.sleep(0.02 + seconds * i / 10)
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=60)
            codes.add(run.returncode)
            self.assertIn(run.returncode, (0, 75), err)
            if run.returncode:
                self.assertIn(b"stopped", err)
            self.assertEqual([p.name for p in self.tmp.glob("day%d*" % i)],
                             ["day%d" % i] * (run.returncode == 0))
        self.assertIn(75, codes)
        self.assertEqual(self.db.read_bytes(), before)

    def test_somebody_makes_the_database_meanwhile(self):
        """Between the first look and the lock: what they were told is kept."""
        self.fill(5)
        self.grow(20)
        file = self.backup()
        self.db = self.tmp / "new.db"
        began = time.monotonic()
        self.postern("restore", file)
        seconds, codes = time.monotonic() - began, set()
        for i in range(10):
            for path in self.tmp.glob("new.db*"):
                path.unlink()
            run = self.start("restore", "--quiet", file, stderr=subprocess.DEVNULL)
            time.sleep(seconds * i / 10)
            code = self.postern("client", "add", "Late", code=None).code
            run.wait(timeout=60)
            codes.add((run.returncode, code))
            self.assertIn(run.returncode, (0, 64, 75))
            self.assertIn(code, (0, 75))
            names = [x["client"] for x in self.postern("client", "list", "--json", code=None)
                     .json()["clients"]]
            if code == 0:
                self.assertIn("Late", names, (i, codes))
            self.assertEqual(self.beside(), ["new.db"])
        self.assertGreater(len(codes), 1)

    def test_memory_is_bounded(self):
        """A database of 100 MB is written and read back in a few."""
        self.fill(5)
        self.grow(100)
        self.assertLess(self.peak("backup", "it.backup"), 60 * 1024)
        self.assertGreater((self.tmp / "it.backup").stat().st_size, 100 << 20)
        self.db = self.tmp / "other.db"
        self.assertLess(self.peak("restore", "it.backup"), 60 * 1024)

    @unittest.skipUnless(os.geteuid() == 0, "only root can mount")
    def test_no_room(self):
        """A file system that is too small is told before anything is written."""
        self.fill(60)
        self.backup()
        small = self.tmp / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", small],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("nothing can be mounted here")
        try:
            r = self.restore_to("small/x.db", "it.backup", code=75)
            self.assertIn("room for", r.err)
            self.assertEqual(list(small.iterdir()), [])
            # which takes no look at what is in the backup
            data = bytearray((self.tmp / "it.backup").read_bytes())
            data[-20] ^= 4
            self.write("bad.backup", bytes(data))
            r = self.postern("restore", "bad.backup", code=75)
            self.assertIn("room for", r.err)
            self.db = self.tmp / "postern.db"
            r = self.postern("backup", "small/it.backup", code=75)
            self.assertIn("room for", r.err)
            self.assertEqual(list(small.iterdir()), [])
            # what a killed restore left is no reason
            size = self.db.stat().st_size * 3 // 2 >> 10
            subprocess.run(["mount", "-o", "remount,size=%dk" % size, small], check=True)
            (small / "x.db.restoring").write_bytes(self.db.read_bytes())
            self.restore_to("small/x.db", "it.backup")
            self.assertEqual([p.name for p in small.iterdir()], ["x.db"])
        finally:
            subprocess.run(["umount", "-l", small], check=True)


if __name__ == "__main__":
    unittest.main()
