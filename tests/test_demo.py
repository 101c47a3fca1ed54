# SPDX-License-Identifier: Apache-2.0
"""The demo's planted facts come out of the commands exactly (demo/check)."""
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
