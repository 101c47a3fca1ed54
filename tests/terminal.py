# SPDX-License-Identifier: Apache-2.0
"""Runs the program on a terminal of a given width, and measures what came out."""
import errno
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

# The colours that the program itself paints with, and the line that it writes over.
OWN = re.compile(r"\x1b\[(?:0|1|2|31|32|33|K|2K)?m?")


def hidden(text):
    """The characters in `text` that could move a cursor, reorder or hide text."""
    bad = []
    for ch in text:
        n = ord(ch)
        kind = unicodedata.category(ch)
        if ch != "\n" and (kind in ("Cc", "Cf", "Zl", "Zp", "Cs") or n == 0xfeff):
            bad.append("U+%04X" % n)
    return bad


def width(line):
    """Columns that a line takes."""
    total = 0
    for ch in line:
        if unicodedata.combining(ch) or unicodedata.category(ch) in ("Mn", "Me"):
            continue
        total += 2 if unicodedata.east_asian_width(ch) in "WF" else 1
    return total


def _read_all(fd):
    out = b""
    while True:
        try:
            some = os.read(fd, 65536)
        except OSError as e:
            if e.errno != errno.EIO:
                raise
            some = b""
        if not some:
            return out
        out += some


def run(case, *args, columns=80, env=None):
    """(exit status, all that came out, without CR before LF)."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = case.start(*args, env=env or case.env(TERM="xterm"), stdout=slave,
                         stderr=slave)
    os.close(slave)
    out = _read_all(master)
    os.close(master)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        case.fail("no end: %r" % (args,))
    out = out.replace(b"\r\n", b"\n")
    return process.returncode, out.decode("utf-8", "surrogateescape")
