# SPDX-License-Identifier: Apache-2.0
"""Ninety days of reports: who saw what, written and put on the shelf."""
from dataclasses import replace

import containers
import world
from clock import DAY, month_text
from facts import Facts, Thing
from model import Report
from reporters import all_reporters
from rng import stream
from traffic import Traffic
from xmlout import render

# Now and then these put all reports of a day into one mail or one zip.
BUNDLES = {"webde": ("mail", 10, 1), "gmx": ("zip", 10, 4)}


class Story:
    def __init__(self, shelf, end_day, seed):
        self.seed = seed
        self.first_day = end_day - world.DAYS + 1
        self.shelf = shelf
        self.facts = Facts(self.first_day, end_day, seed)
        self.traffic = Traffic(stream(seed, "pools"), self.first_day)
        self.reporters = {r.id: r for r in all_reporters()}
        self.domains = {d.name: d for _, d in world.book().values()}
        self.domains |= {d.name: d for d in world.UNASSIGNED} | world.SUBDOMAINS
        self.stems = {}
        self.to = {}
        for client in world.CLIENTS:
            for domain in client.domains:
                self.to[domain.name] = world.addresses(client)[0]

    def rng(self, *labels):
        return stream(self.seed, *labels)

    def run(self):
        for day in range(world.DAYS):
            for reporter in self.reporters.values():
                if day > reporter.last or (day - reporter.phase) % reporter.every:
                    continue
                self.reporter_day(reporter, day)

    def reporter_day(self, reporter, day):
        if day + reporter.days > world.DAYS:
            return
        made = []
        for name in reporter.domains:
            rng = self.rng(reporter.id, name, day)
            report = self.make(reporter, name, day, rng)
            if report:
                made.append((report, rng))
        form, every, at = BUNDLES.get(reporter.id, ("", 1, 0))
        if form and day % every == at and len(made) > 1:
            self.deliver_bundle(form, [r for r, _ in made])
            return
        for report, rng in made:
            self.deliver(report, rng)

    def make(self, reporter, name, day, rng):
        """A report of one window, or None where there was nothing to report."""
        domain = self.domains[name]
        rows = self.traffic.rows(reporter, domain, day, rng, reporter.days)
        if not rows and not reporter.empty:
            return None
        midnight = (self.first_day + day) * DAY
        begin, end = (reporter.window or default_window)(midnight, rng)
        report = Report(reporter, reporter.org, reporter.email,
                        (reporter.ids)(rng, name, begin), name, begin, end,
                        domain.policy_on(day), rows, day,
                        midnight + reporter.days * DAY + rng.between(1200, 32000))
        if "sp" not in report.policy:
            report.policy["sp"] = report.policy["p"]
        report.quirks.update(reporter.quirks)
        if reporter.touch:
            reporter.touch(report, rng)
        return self.finish(report)

    def finish(self, report):
        """Writes the report's text and enters it in the facts."""
        style = report.reporter.style
        changes = {k: v for k, v in report.options.items() if k != "to"}
        report.text = render(report, replace(style, **changes) if changes else style)
        report.options["to"] = self.address_for(report.domain)
        self.facts.reports.append(report)
        return report

    def address_for(self, name):
        default = "dmarc@" + world.REPORTS_HOST
        return self.to.get(world.owner(name, self.to) or "", default)

    def stem(self, report):
        """The reporter's file name; a number more where it is taken."""
        stem = containers.file_stem(report)
        self.stems[stem] = self.stems.get(stem, 0) + 1
        return stem if self.stems[stem] == 1 else f"{stem}!{self.stems[stem]}"

    # --- deliveries ---

    def enter(self, place, report):
        path, ticket = place
        self.facts.things.append(Thing(path, ticket, report))

    def deliver(self, report, rng):
        if rng.chance(report.reporter.files):
            form = rng.pick(containers.FILE_FORMS)
            self.deliver_file(report, form, f"files/{month_text(report.begin // DAY)}")
            return
        self.deliver_mail(report, rng)

    def deliver_file(self, report, form, folder, data=None, stem=""):
        stem = stem or self.stem(report).replace("/", "_")
        data = data if data is not None else containers.file_bytes(report, form, stem)
        path = self.shelf.write(f"{folder}/{stem}.{form}", data)
        self.enter((path, None), report)

    def deliver_mail(self, report, rng, when=None, tag="", folder="", box=""):
        mail = containers.report_mail(report, report.options["to"], when, tag)
        build = containers.BOXES[box or report.reporter.box]
        data = build(report, mail, self.stem(report), rng)
        when = when or report.arrived
        day = when // DAY - self.first_day
        self.enter(self.shelf.mail(data, when, day, folder), report)

    def deliver_bundle(self, form, reports):
        first = reports[0]
        mail = containers.report_mail(first, first.options["to"], None, "bundle")
        stems = [self.stem(r) for r in reports]
        if form == "mail":
            parts = [containers.text_part(first)]
            for report, stem in zip(reports, stems):
                report.quirks.add("many-reports-in-mail")
                parts.append(containers.attachment("application/gzip", stem + ".xml.gz",
                                                   containers.gzip_bytes(report.text)))
        else:
            entries = []
            for report, stem in zip(reports, stems):
                report.quirks.add("zip-many-reports")
                entries.append((stem + ".xml", report.text))
            parts = [containers.attachment("application/zip", "reports.zip",
                                           containers.zip_bytes(entries))]
        place = self.shelf.mail(mail.multipart(parts), first.arrived, first.day + 1)
        for report in reports:
            self.enter(place, report)


def default_window(begin, rng):
    return begin, begin + DAY - 1
