# SPDX-License-Identifier: Apache-2.0
"""What is planted, summed from the model's own objects as they are written."""
import clock
import failed
import quirks
import tls
import world
from clock import DAY


class Sum:
    __slots__ = ("reports", "rows", "messages", "passed")

    def __init__(self):
        self.reports = self.rows = self.messages = self.passed = 0

    def add_report(self, report):
        self.reports += 1
        self.rows += len(report.rows)
        self.messages += report.messages
        self.passed += report.passed

    def add_row(self, row):
        self.rows += 1
        self.messages += row.count
        self.passed += row.count if row.passed else 0

    def plain(self, reports=True):
        found = {"reports": self.reports} if reports else {}
        return found | {"rows": self.rows, "messages": self.messages,
                        "passed": self.passed, "failed": self.messages - self.passed}


def bucket(table, key):
    if key not in table:
        table[key] = Sum()
    return table[key]


class Thing:
    """One delivery: a report of any kind, or what a reader refuses."""
    __slots__ = ("path", "ticket", "report", "state", "why")

    def __init__(self, path, ticket, report=None, state="", why=""):
        self.path = path
        self.ticket = ticket
        self.report = report
        self.state = state  # of things that are no report: refused
        self.why = why

    @property
    def kind(self):
        return self.report.kind if self.report else "unknown"

    def order(self):
        return self.path.split("/"), self.ticket[0] if self.ticket else 0


def days_of(report):
    """The days of the story's calendar on which a report's messages count."""
    first = report.begin // DAY
    seconds = report.end - report.begin
    if seconds <= 26 * 3600 or seconds > 31 * DAY:
        return first, 1
    return first, (report.end - 1) // DAY - first + 1


def shares(report):
    """(day, messages, passed) of a report, as the rule for long windows has it."""
    first, n = days_of(report)
    for i in range(n):
        messages = passed = 0
        for k, row in enumerate(report.rows):
            share = row.count // n + (1 if (i - k) % n < row.count % n else 0)
            messages += share
            passed += share if row.passed else 0
        yield first + i, messages, passed


class Facts:
    def __init__(self, first_day, end_day, seed):
        self.first_day, self.end_day, self.seed = first_day, end_day, seed
        self.things = []
        self.reports = []  # different contents, in the order of making
        self.incomplete = []  # (report, whole or None)
        self.tls, self.failures = [], []  # of other kinds: in none of the sums
        self.names = world.book()

    def owner(self, report):
        return world.owner(report.domain, self.names)

    # --- statuses ---

    def statuses(self):
        """What a first ingest prints for each thing, read in sorted order."""
        seen, keys, wholes = set(), set(), {id(r): w for r, w in self.incomplete}
        counts = {s: 0 for s in ("new", "duplicate", "superseded", "conflict",
                                 "refused")}
        rows = []
        for thing in sorted(self.things, key=Thing.order):
            report = thing.report
            if report is None:
                status = thing.state
            elif id(report) in seen:
                status = "duplicate"
            elif id(report) in wholes:
                whole = wholes[id(report)]
                status = "superseded" if whole and id(whole) in seen else "new"
            else:
                status = "conflict" if report.key() in keys else "new"
                keys.add(report.key())
            if report is not None:
                seen.add(id(report))
            counts[status] += 1
            rows.append((thing, status))
        return counts, rows

    def counted(self):
        gone = {id(r) for r, whole in self.incomplete if whole is not None}
        return [r for r in self.reports if id(r) not in gone]

    # --- the file ---

    def check_distinct(self):
        """The facts hold only where no two reports have the same content by chance."""
        texts = {r.text.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").rstrip()
                 for r in self.reports}
        if len(texts) != len(self.reports):
            raise ValueError("two reports of the model have the same content")

    def planted(self):
        self.check_distinct()
        counts, rows = self.statuses()
        counted = self.counted()
        found = {
            "made_of": {"first_day": clock.day_text(self.first_day),
                        "end": clock.day_text(self.end_day), "days": world.DAYS,
                        "seed": self.seed},
            "how_counted": HOW,
            "ingest": self.ingest(counts),
        }
        found |= self.sums(counted)
        found |= self.stories(counted)
        found |= self.conflicts()
        found |= self.quirk_table()
        found |= self.others(counted, rows)
        found["tls"] = tls.planted(self.tls, self.names)
        found["failure_reports"] = failed.planted(self.failures, self.names)
        return found, rows

    def ingest(self, counts):
        loose = ("new", "superseded")
        fixed = {k: v for k, v in counts.items() if k not in loose}
        return {"deliveries": len(self.things), "sorted_order": counts,
                "any_order": fixed | {"new_or_superseded": sum(counts[k] for k in loose)}}

    def sums(self, counted):
        total, unassigned = Sum(), Sum()
        domains, days, sources, extra = {}, {}, {}, {}
        for report in counted:
            owner = self.owner(report)
            total.add_report(report)
            (bucket(domains, owner) if owner else unassigned).add_report(report)
            entry = extra.setdefault(owner or "", {"policy": {}, "org": {}, "sub": {},
                                                   "src": set(), "last": {}})
            bucket(entry["policy"], report.domain).add_report(report)
            org = report.org or report.email.rpartition("@")[2]
            bucket(entry["org"], org).add_report(report)
            day = clock.day_text(days_of(report)[0])
            entry["last"][org] = max(day, entry["last"].get(org, ""))
            for row in report.rows:
                bucket(sources, row.address).add_row(row)
                bucket(entry["sub"], row.header_from.lower()).add_row(row)
                entry["src"].add(row.address)
            for day, messages, passed in shares(report):
                at = days.setdefault((owner or "", day), [0, 0])
                at[0] += messages
                at[1] += passed
        noaddress = sources.pop("", Sum())
        return {"totals": total.plain(), "unassigned": unassigned.plain(),
                "unassigned_domains": self.plain(extra.get("", {}).get("policy", {})),
                "clients": self.client_sums(domains),
                "domains": {name: self.domain_entry(name, domains, extra, days)
                            for name in sorted(self.names)},
                "sources": {a: sources[a].plain(False) for a in sorted(sources)},
                "without_address": noaddress.plain(False),
                "days": self.day_sums(days)}

    @staticmethod
    def plain(table, reports=True):
        return {key: table[key].plain(reports) for key in sorted(table)}

    def client_sums(self, domains):
        found = {}
        for client in world.CLIENTS:
            total = Sum()
            for domain in client.domains:
                part = domains.get(domain.name, Sum())
                for name in Sum.__slots__:
                    setattr(total, name, getattr(total, name) + getattr(part, name))
            found[client.name] = total.plain()
        return found

    def domain_entry(self, name, domains, extra, days):
        client, domain = self.names[name]
        entry = extra.get(name)
        found = {"client": client.name, "use": "parked" if domain.parked else "sending"}
        found |= domains.get(name, Sum()).plain()
        if entry:
            found["policy_domains"] = self.plain(entry["policy"])
            found["reporters"] = self.plain(entry["org"])
            for org, last in entry["last"].items():
                found["reporters"][org]["last_day"] = last
            found["header_from"] = self.plain(entry["sub"], False)
            found["sources"] = len(entry["src"])
            found["days"] = {clock.day_text(d): v for (o, d), v in sorted(days.items())
                             if o == name}
        return found

    @staticmethod
    def day_sums(days):
        found = {}
        for (_, day), (messages, passed) in sorted(days.items(), key=lambda i: i[0][1]):
            at = found.setdefault(clock.day_text(day), [0, 0])
            at[0] += messages
            at[1] += passed
        return found

    # --- stories ---

    def stories(self, counted):
        """Who sends: per domain and story, from the rows' own notes."""
        table, sources, first, senders = {}, {}, {}, {}
        for report in counted:
            owner = self.owner(report) or report.domain
            for row in report.rows:
                key = (owner, *row.story)
                at = senders.setdefault(owner, {}).setdefault(row.address, {})
                who = ":".join(row.story)
                at[who] = at.get(who, 0) + row.count
                bucket(table, key).add_row(row)
                sources.setdefault(key, set()).add(row.address)
                first.setdefault(key, set()).add(report.day)
        def entry(key):
            days = first[key]
            return table[key].plain(False) | {
                "sources": len(sources[key] - {""}),
                "first_day": clock.day_text(self.first_day + min(days)),
                "last_day": clock.day_text(self.first_day + max(days))}
        def of(kind):
            return [k for k in sorted(table) if k[1] == kind]
        services = {}
        for key in of("service"):
            services.setdefault(key[0], {})[key[2]] = entry(key)
        forwarders = {}
        for key in of("forwarder"):
            relay = world.FORWARDERS[key[2]]
            at = forwarders.setdefault(relay.id, {"name": relay.name, "domains": {}})
            at["addresses"] = list(relay.addresses)
            at["domains"][key[0]] = entry(key)
        wave = of("wave")[0]
        nets = {a.rpartition(".")[0] for a in sources[wave]}
        parked = of("parked-abuse")[0]
        new = ("fernhill-trust.example", "service", "hubspot")
        failing = ("larkfield-travel.example", "service", "sendgrid")
        ready = "harbour-legal.example"
        lists = of("list")[0]
        return {
            "services": services, "forwarders": forwarders,
            "senders": {owner: {a: senders[owner][a] for a in sorted(senders[owner])}
                        for owner in sorted(senders)},
            "mailing_list": {"domain": lists[0], "list": world.LIST.domain,
                             "addresses": list(world.LIST.addresses),
                             "reason": "mailing_list"} | entry(lists),
            "wave": {"domain": wave[0], "networks_24": len(nets),
                     "days": [clock.day_text(self.first_day + d)
                              for d in sorted(first[wave])]} | entry(wave),
            "parked_abuse": {"domain": parked[0]} | entry(parked),
            "new_sender": {"domain": new[0], "service": new[2]} | entry(new),
            "failing_service": {"domain": failing[0], "service": failing[2],
                                "why": "signs and bounces with its own domain only"}
            | entry(failing),
            "web_forms": {k[0]: entry(k) for k in of("webform")},
            "noise": {k[0]: entry(k) for k in of("noise")},
            "ready": {"domain": ready, "policy": "quarantine",
                      "since": clock.day_text(self.first_day)},
            "policy_change": {
                "domain": "vale-housing.example", "from": "none", "to": "quarantine",
                "day": clock.day_text(self.first_day + world.POLICY_CHANGE_DAY)},
            "silent_reporter": self.silent(counted),
        }

    def silent(self, counted):
        reports = [r for r in counted if r.org == "Yahoo"]
        return {"org": "Yahoo", "reports": len(reports),
                "domains": sorted({r.domain for r in reports}),
                "last_day": clock.day_text(max(r.begin for r in reports) // DAY)}

    # --- one key, broken ends, quirks, the rest ---

    def conflicts(self):
        keys, parts = {}, {id(r) for r, _ in self.incomplete}
        for report in self.reports:
            if id(report) not in parts:
                keys.setdefault(report.key(), []).append(report)
        names = ("org", "domain", "report_id", "begin", "end")
        clashes = [dict(zip(names, key)) | {"members": [
            {"email": r.email, "rows": len(r.rows), "messages": r.messages,
             "passed": r.passed} for r in members]}
            for key, members in keys.items() if len(members) > 1]
        broken = [dict(zip(names, report.key())) | {
            "rows": len(report.rows), "messages": report.messages,
            "passed": report.passed,
            "whole": whole is not None, "counts": whole is None}
            for report, whole in self.incomplete]
        return {"conflicts": clashes, "incomplete": broken}

    def quirk_table(self):
        found = {}
        everything = self.reports + self.tls + self.failures
        for name, words in quirks.ALL.items():
            with_it = [r for r in everything if name in r.quirks]
            if not with_it:
                raise ValueError(f"no report has the quirk {name}")
            found[name] = {"what": words, "repair": quirks.REPAIR.get(name),
                           "reports": len(with_it),
                           "for_example": [[r.org, r.report_id, r.domain]
                                           for r in with_it[:2]]}
        return {"quirks": found}

    def others(self, counted, rows):
        null = [r for r in counted if not r.messages]
        ids = {}
        for report in counted:
            if "same-id-windows" in report.quirks:
                ids.setdefault((report.org, report.domain, report.report_id),
                               set()).add(report.begin)
        repeated = [[*key, len(begins)] for key, begins in ids.items() if len(begins) > 1]
        return {
            "null_reports": {"reports": len(null), "no_record": sum(
                1 for r in null if not r.rows),
                "domains": sorted({r.domain for r in null})},
            "one_id_several_windows": repeated,
            "refused": [[t.path, t.why] for t, s in rows if s == "refused"],
        }

    def expected(self, rows):
        """A line a delivery: what `ingest --json` says of it."""
        parts = {id(r) for r, _ in self.incomplete}
        for thing, status in rows:
            report = thing.report
            line = {"path": thing.path, "mail": thing.ticket[0] if thing.ticket else None,
                    "kind": thing.kind, "status": status}
            if report is None:
                yield line | {"why": thing.why}
                continue
            if thing.kind == "tls":
                line["domains"] = report.domains
            yield line | {
                "org": report.org, "report_id": report.report_id,
                "domain": report.domain, "begin": report.begin, "end": report.end,
                "rows": len(report.rows), "messages": report.messages,
                "passed": report.passed, "complete": id(report) not in parts,
                "quirks": sorted(report.quirks),
                "loose": sorted(report.loose)}


HOW = [
    "A report counts once, however often and in whatever container it came: content "
    "without byte order mark, CR before LF and white space at its end.",
    "Complete reports with one key (organisation, policy domain, id, begin, end) and "
    "different content all count; the first to come is new, the others are conflicts.",
    "A report that breaks off counts with its whole rows until a complete one with its "
    "key holds all of them; of two that break off, the longer counts.",
    "domains: by the longest entry of the book that owns the policy domain. unassigned: "
    "no entry does. totals hold both.",
    "rows of a report with count 0 are rows; they hold no messages.",
    "any_order: a report that breaks off and comes before its whole is new, after it "
    "superseded; which it is depends on the order, their sum does not.",
    "TLS and failure reports are in none of the sums but their own: tls counts sessions, "
    "failure_reports incidents.",
    "days: a window of more than 26 hours is spread over its days; times that no reader "
    "can be sure of (loose in expected.jsonl) are left to it.",
]
