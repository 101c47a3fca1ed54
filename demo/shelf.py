# SPDX-License-Identifier: Apache-2.0
"""Where things lie below OUTDIR/reports: a Maildir, an mbox, folders of files."""
import os
import re

import clock
from rng import token

MBOX = "archive/first-weeks.mbox"
MBOX_UNTIL = 14  # days of the story
NEW_FROM = 84
FROM_LINE = re.compile(rb"^(>*From )", re.M)


class Shelf:
    def __init__(self, root):
        self.root = root
        self.made = set()
        self.used = set()
        self.mbox = []
        self.count = 0
        self.bytes = 0

    def write(self, path, data):
        if path in self.used:
            raise ValueError(f"{path} is written twice")
        self.used.add(path)
        folder = os.path.dirname(os.path.join(self.root, path))
        if folder not in self.made:
            os.makedirs(folder, exist_ok=True)
            self.made.add(folder)
        with open(os.path.join(self.root, path), "wb") as out:
            out.write(data)
        self.bytes += len(data)
        return path

    def mail(self, data, arrived, day, folder=""):
        """Puts a mail where its time belongs; returns (path, place within an mbox)."""
        self.count += 1
        if day < MBOX_UNTIL and not folder:
            ticket = [None]
            self.mbox.append((arrived, self.count, data, ticket))
            return MBOX, ticket
        base = f"{arrived}.M{self.count:06}P771.mx1,S={len(data)}"
        home = f"maildir/{folder}/" if folder else "maildir/"
        if day >= NEW_FROM and not folder:
            return self.write(f"{home}new/{base}", data), None
        return self.write(f"{home}cur/{base}:2,S", data), None

    def close(self):
        """Writes the mbox, in the order of arrival."""
        self.mbox.sort(key=lambda m: m[:2])
        out = []
        for i, (arrived, _, data, ticket) in enumerate(self.mbox):
            ticket[0] = i + 1
            sender = re.search(rb"^Return-Path: <(.*)>", data, re.M).group(1)
            date = clock.mbox_date(arrived).encode()
            out.append(b"From " + sender + b" " + date + b"\n")
            out.append(FROM_LINE.sub(rb">\1", data))
            out.append(b"\n" if data.endswith(b"\n") else b"\n\n")
        self.write(MBOX, b"".join(out))
        # What a Maildir holds besides mails; a reader passes over it.
        self.write("maildir/dovecot-uidlist", b"3 V1700000000 N9000 G" +
                   token("uidlist").encode() + b"\n")
        self.write("maildir/tmp/1.M1P1.mx1", b"From: x@northgate.example\nSubject: half")
