# SPDX-License-Identifier: Apache-2.0
"""What comes once: re-sent reports, shared keys, broken ends, what is no report; and the
reports of other kinds."""
from dataclasses import replace

import clock
import containers
import failed
import tls
import world
from clock import DAY
from facts import Thing
from model import replace_row
from reporters import Reporter, hexes, touch_hostile
from rng import token
from xmlout import Style


def enter_all(story):
    resent(story)
    other_containers(story)
    copies(story)
    brands(story)
    other_content(story)
    broken_ends(story)
    policy_change(story)
    hostile(story)
    refused(story)
    failed.enter_all(story)
    tls.enter_all(story)


def plain_reports(story):
    """Those that any container can carry without changing what they show."""
    return [r for r in story.facts.reports
            if r.reporter.style.encoding == "utf-8" and not r.reporter.style.bom]


# --- duplicates ---

def resent(story):
    """Mails that came twice, days apart, with other header fields."""
    rng = story.rng("resent")
    for report in rng.some(plain_reports(story), 48):
        folder = ".Resent" if rng.chance(400) else ""
        later = report.arrived + rng.between(1, 3) * DAY + rng.below(9000)
        story.deliver_mail(report, rng, later, "again", folder,
                           "" if rng.chance(700) else "mixed")


def other_containers(story):
    """The same content with other line ends, another mark, in another container."""
    rng = story.rng("containers")
    forms = (
        ("xml", lambda t: t.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
        ("xml", lambda t: b"\xef\xbb\xbf" + t),
        ("xml", lambda t: t + b" \r\n\t\n"),
        ("xml.gz", lambda t: containers.gzip_bytes(t.rstrip())),
        ("zip", lambda t: containers.zip_bytes([("report.xml", t)])))
    for i, report in enumerate(rng.some(plain_reports(story), 30)):
        form, change = forms[i % len(forms)]
        story.deliver_file(report, form, "files/again", change(report.text),
                           f"again-{i:02}")
    quoted = [r for r in story.facts.reports if r.reporter.id == "fromline"][:1]
    for report in quoted:  # what is `>From ` in the mbox is `From ` here
        story.deliver_file(report, "xml", "files/again", report.text, "from-line")


def copies(story):
    """The very same bytes in two places."""
    rng = story.rng("copies")
    files = [t for t in story.facts.things
             if t.path.startswith("files/2") and t.path.endswith(".zip")]
    for i, thing in enumerate(rng.some(files, 6)):
        with open(f"{story.shelf.root}/{thing.path}", "rb") as source:
            data = source.read()
        story.deliver_file(thing.report, "zip", "files/copies", data, f"copy-{i}")


# --- one key ---

def brands(story):
    """A host whose three brands report under one name, with one id, for one window."""
    base = Reporter("hanamizu", "Hanamizu Hosting, Inc.", "", 25, (), Style(), "mixed",
                    ids=hexes(20), host="hanamizu.example", quirks=("one-key-brands",))
    for day in (33, 61):
        ident = token("hanamizu", day, n=20)
        for brand in ("muumuu", "hetemi", "lollipop"):
            host = f"{brand}.hanamizu.example"
            reporter = replace(base, email=f"dmarc@{host}", host=host)
            rng = story.rng("hanamizu", brand, day)
            reporter = replace(reporter, ids=lambda *_: ident)
            report = story.make(reporter, "larkfield-travel.example", day, rng)
            story.deliver_mail(report, rng)
            if brand == "hetemi" and day == 33:
                story.deliver_mail(report, rng, report.arrived + DAY, "again")


def changed(report, rows):
    return replace(report, rows=rows, quirks=set(report.quirks), options={}, text=b"")


def other_content(story):
    """A reporter that sends its report again with a row more."""
    old = next(r for r in story.facts.reports if r.reporter.id == "enterprise"
               and r.domain == "vale-housing.example" and r.day == 52)
    last = replace_row(old.rows[-1], count=old.rows[-1].count + 3)
    report = story.finish(changed(old, old.rows + [last]))
    story.deliver_file(report, "xml.gz", "files/corrected", None, "corrected")


# --- broken ends ---

def cut_offset(text, rows):
    """A place within the record behind the first `rows` ones."""
    at = -1
    for _ in range(rows):
        at = text.index(b"</record>", at + 1)
    return at + 40


def broken(story, whole, rows, known):
    """A report that ends after `rows` whole rows of another, and its gzip."""
    cut = cut_offset(whole.text, rows)
    part = replace(whole, rows=whole.rows[:rows], quirks=set(), text=whole.text[:cut])
    story.facts.reports.append(part)
    story.facts.incomplete.append((part, whole if known else None))
    data, mark = containers.gzip_bytes(whole.text, "", cut)
    return part, data, data[:mark + 4]


def source_report(story, label, name, day):
    """Microsoft's, but of more mail than it sees on a day."""
    reporter = story.reporters["enterprise"]
    rng = story.rng("broken", label, name, day)
    return replace(reporter, id="broken", share=400), rng


def broken_ends(story):
    def whole_of(label, name, day):
        while clock.weekday(story.first_day + day) > 4:  # enough rows to cut
            day += 1
        reporter, rng = source_report(story, label, name, day)
        return story.make(reporter, name, day, rng)

    def put(report, data, stem):
        story.deliver_file(report, "xml.gz", "files/broken", data, stem)

    whole = whole_of(1, "meridian-logistics.example", 40)
    part, data, head = broken(story, whole, 5, True)
    put(part, head, "1-cut")
    put(whole, data, "1-whole")

    whole = whole_of(2, "meridian-logistics.example", 41)
    part, data, head = broken(story, whole, 6, True)
    put(whole, data, "2-first-whole")
    put(part, head, "2-then-cut")

    # Two cuts and no whole: the longer one counts. One cut alone counts.
    whole = forget(story, whole_of(3, "fernhill-trust.example", 42))
    longer, _, head = broken(story, whole, 7, False)
    put(longer, head, "3-longer")
    shorter, _, head = broken(story, whole, 3, False)
    story.facts.incomplete[-1] = (shorter, longer)
    put(shorter, head, "3-shorter")
    whole = forget(story, whole_of(4, "vale-housing.example", 43))
    alone, _, head = broken(story, whole, 4, False)
    put(alone, head, "4-alone")

    # A mail that ends within its base64; the whole one came by another.
    whole = whole_of(5, "stonebridge-cu.example", 44)
    part, data, head = broken(story, whole, 5, True)
    rng = story.rng("cut mail")
    mail = containers.report_mail(part, part.options["to"], None, "cut")
    lines = mail.multipart([containers.text_part(part), containers.attachment(
        "application/gzip", "cut.xml.gz", head)])
    end = lines.rindex(b"\n\n--")
    story.enter(story.shelf.mail(lines[:end] + b"\n", part.arrived, part.day), part)
    story.deliver_mail(whole, rng, whole.arrived + 3600, "whole")


def forget(story, report):
    """A report that nobody sent whole."""
    story.facts.reports.remove(report)
    return report


# --- others that are reports ---

def policy_change(story):
    """Two reports of the day on which a domain's policy changed."""
    name = "vale-housing.example"
    day = world.POLICY_CHANGE_DAY
    midnight = (story.first_day + day) * DAY
    for part, (begin, end, policy) in enumerate((
            (midnight, midnight + 11 * 3600 - 1, "none"),
            (midnight + 11 * 3600, midnight + DAY - 1, "quarantine"))):
        reporter = replace(story.reporters["fastmail"], id=f"change{part}", share=80,
                           window=lambda *_, b=begin, e=end: (b, e),
                           quirks=("policy-changed-in-day",))
        rng = story.rng("change", part)
        report = story.make(reporter, name, day, rng)
        report.policy["p"] = report.policy["sp"] = policy
        for row in report.rows:
            if not row.passed and not row.reasons:
                row.disposition = policy
        story.deliver_mail(story.finish(forget(story, report)), rng)


def hostile(story):
    """A report for a domain that nobody here owns, with text that means harm."""
    reporter = Reporter("hostile", "", "abuse@evil.example", 400, (), Style(), "mixed",
                        ids=hexes(16), host="evil.example", touch=touch_hostile,
                        quirks=("hostile-text",))
    rng = story.rng("hostile")
    story.deliver_mail(story.make(reporter, "quillby-press.example", 77, rng), rng)


# --- no reports ---

def put_mail(story, day, sender, subject, host, parts, state, why):
    when = (story.first_day + day) * DAY + 40000
    to = "brightwater@" + world.REPORTS_HOST
    mail = containers.Mail(sender, to, subject, when, host, subject + str(day))
    path, ticket = story.shelf.mail(mail.multipart(parts), when, day)
    story.facts.things.append(Thing(path, ticket, None, state, why))


def put_file(story, name, data, state, why):
    path = story.shelf.write(f"files/other/{name}", data)
    story.facts.things.append(Thing(path, None, None, state, why))


def photo(n):
    """A JPEG as far as its first bytes; the rest is chance."""
    body = b"".join(bytes.fromhex(token("photo", i, n=64)) for i in range(n // 32))
    return (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00H\x00H\x00\x00" + body +
            b"\xff\xd9")


def refused(story):
    text = ("Content-Type: text/plain\n", b"Dear friend, cheap watches at our shop.\n")
    html = ("Content-Type: text/html\n",
            b"<html><body>Cheap <b>watches</b></body></html>\n")
    put_mail(story, 21, "offers@watches.example", "Best prices", "watches.example",
             [text, html], "refused", "spam")
    put_mail(story, 47, "ann@openhall-arts.example", "Photo of the stage",
             "openhall-arts.example",
             [("Content-Type: text/plain\n", b"As promised.\n"),
              containers.attachment("image/jpeg", "stage.jpg", photo(3000))],
             "refused", "photo in a mail")
    put_mail(story, 50, "dmarchelp@yahooinc.com",
             "Report Domain: larkfield-travel.example", "yahooinc.com",
             [("Content-Type: text/plain\n", b"This is an aggregate report.\n"),
              containers.attachment("application/gzip", "yahoo.com!larkfield-travel."
                                    "example!1!2.xml.gz", b"unused")],
             "refused", "the body of the gzip is the text `unused`")
    put_file(story, "party.jpg", photo(5000), "refused", "photo")
    put_file(story, "empty.zip", containers.zip_bytes([]), "refused", "empty zip")
    put_file(story, "report.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1528),
             "refused", "Outlook .msg")
    bomb = b'<?xml version="1.0"?>\n<!DOCTYPE feedback [\n<!ENTITY a "lol">\n'
    for i in range(9):
        name, before = b"bcdefghij"[i:i + 1], b"abcdefghij"[i:i + 1]
        bomb += b'<!ENTITY ' + name + b' "' + (b"&" + before + b";") * 10 + b'">\n'
    bomb += (b"]>\n<feedback><report_metadata><org_name>&j;</org_name></report_metadata>"
             b"</feedback>\n")
    put_file(story, "entities.xml", bomb, "refused", "DTD with entities")
