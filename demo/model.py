# SPDX-License-Identifier: Apache-2.0
"""A report as the demo knows it: what it says, and what is true of it."""
from dataclasses import dataclass, field, replace


@dataclass(slots=True)
class Row:
    source: str  # as written
    address: str  # what a reader must make of it, "" where it is none
    count: int
    dkim_ok: bool  # aligned
    spf_ok: bool
    disposition: str
    header_from: str
    envelope_from: str
    envelope_to: str
    dkim: list  # of (domain, selector, result)
    spf: list  # of (domain, scope, result)
    reasons: list  # of (type, comment)
    story: tuple  # (kind of flow, service or relay)
    dkim_word: str = ""  # as written in policy_evaluated, None: left out
    spf_word: str = ""

    def __post_init__(self):
        self.dkim_word = "pass" if self.dkim_ok else "fail"
        self.spf_word = "pass" if self.spf_ok else "fail"

    @property
    def passed(self):
        return self.dkim_ok or self.spf_ok


def replace_row(row, **changes):
    new = replace(row, **changes)
    if "dkim_ok" not in changes and "spf_ok" not in changes:
        new.dkim_word, new.spf_word = row.dkim_word, row.spf_word
    return new


@dataclass
class Report:
    reporter: object
    org: str
    email: str
    report_id: str
    domain: str  # policy domain, lower case
    begin: int
    end: int
    policy: dict
    rows: list
    day: int  # of the story, 0 the first
    arrived: int
    quirks: set = field(default_factory=set)
    # What a reader cannot know for sure, and a test therefore does not compare.
    loose: frozenset = frozenset()
    written_domain: str = ""
    begin_text: str = ""
    end_text: str = ""
    options: dict = field(default_factory=dict)  # for the writer
    text: bytes = b""  # as the reporter wrote it
    kind = "aggregate"

    @property
    def messages(self):
        return sum(r.count for r in self.rows)

    @property
    def passed(self):
        return sum(r.count for r in self.rows if r.passed)

    def key(self):
        return (self.org or self.email.rpartition("@")[2], self.domain, self.report_id,
                self.begin, self.end)
