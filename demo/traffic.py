# SPDX-License-Identifier: Apache-2.0
"""From the cast to rows: what a reporter saw of a domain on a day."""
import base64
import hashlib

import world
from clock import weekday
from model import Row

RECIPIENTS = ("meadowbank.example", "orchardworks.example", "pinnacle-fm.example",
              "rivertonhomes.example", "silverline.example")


def fill(template, domain, i=0, sel=""):
    """The patterns of services in terms of a domain and the i-th address."""
    base32 = base64.b32encode(hashlib.sha256(domain.encode()).digest())[:32]
    label = domain.split(".")[0].replace("-", "")
    return template.format(domain=domain, dashed=domain.replace(".", "-"), tenant=label,
                           a=10 + i, b=1 + i % 4, sel=sel,
                           w=("am", "db", "eu", "lo", "pr", "ve")[i % 6],
                           base32=base32.decode().lower())


class Variant:
    """One way in which mail of a flow arrives: its results and how often."""
    __slots__ = ("weight", "dkim", "spf", "dkim_ok", "spf_ok", "reasons", "mfrom")

    def __init__(self, weight, dkim, spf, dkim_ok, spf_ok, reasons=(), mfrom=""):
        self.weight = weight
        self.dkim = dkim
        self.spf = spf
        self.dkim_ok = dkim_ok
        self.spf_ok = spf_ok
        self.reasons = list(reasons)
        self.mfrom = mfrom or (spf[0][0] if spf else "")


def service_variants(flow, domain):
    service = world.SERVICES[flow.service]
    bounce = fill(service.bounce if flow.custom else service.bounce_plain, domain)
    signs = (service.sign if flow.custom else service.sign_plain) if flow.dkim else ()
    signs = [(fill(d, domain), fill(s, domain)) for d, s in signs]
    aligned_spf = flow.spf and (bounce == domain or bounce.endswith("." + domain))
    aligned_dkim = any(d == domain or d.endswith("." + domain) for d, _ in signs)
    good = [(d, s, "pass") for d, s in signs]
    spf = [(bounce, "mfrom", "pass")]
    found = [Variant(960, good, spf, aligned_dkim, aligned_spf)]
    if aligned_dkim and aligned_spf:
        broken = [(d, s, "fail") for d, s in signs]
        found.append(Variant(25, broken, spf, False, True))
        slow = [(bounce, "mfrom", "temperror")]
        found.append(Variant(15, good, slow, True, False))
    if flow.both_fail:
        broken = [(d, s, "fail") for d, s in signs]
        found.append(Variant(flow.both_fail, broken, [(bounce, "mfrom", "softfail")],
                             False, False))
    return found


def mailbox_keys(domain):
    """What signs the mail that people of the domain write."""
    service = next(f.service for f in world.book()[domain][1].flows
                   if f.service in ("microsoft365", "google-workspace"))
    return [(fill(d, domain), fill(s, domain)) for d, s in world.SERVICES[service].sign]


def forwarder_variants(flow, domain):
    relay = world.FORWARDERS[flow.service]
    if flow.dkim:
        dkim = [(d, s, "pass") for d, s in mailbox_keys(domain)]
    else:
        dkim = []
    if relay.srs:
        spf = [(relay.domain, "mfrom", "pass")]
    else:
        spf = [(domain, "mfrom", "softfail")]
    return [Variant(1000, dkim, spf, flow.dkim, False)]


def list_variants(flow, domain):
    name = world.LIST.domain
    return [Variant(1000, [(domain, "google", "fail"), (name, "lists", "pass")],
                    [(name, "mfrom", "pass")], False, False,
                    [("mailing_list", "")])]


def abuse_variants(flow, domain):
    other = "bulk-" + hashlib.sha256(domain.encode()).hexdigest()[:6] + ".example"
    return [Variant(600, [], [(domain, "mfrom", "softfail")], False, False),
            Variant(250, [], [(other, "mfrom", "none")], False, False),
            Variant(150, [(other, "default", "pass")], [(other, "mfrom", "pass")],
                    False, False)]


def webform_variants(flow, domain):
    return [Variant(1000, [], [("cp10.hostwell.example", "mfrom", "none")], False, False)]


MAKERS = {"service": service_variants, "forwarder": forwarder_variants,
          "list": list_variants, "webform": webform_variants, "wave": abuse_variants,
          "parked-abuse": abuse_variants, "noise": abuse_variants}


def abuse_pool(kind, rng):
    """Where unwanted mail comes from: a wave from all over, the rest from fewer."""
    if kind == "wave":
        nets = rng.some(range(256), 184)
        return tuple(f"198.19.{net}.{rng.between(2, 250)}"
                     for net in nets for _ in range(2))
    if kind == "parked-abuse":
        return tuple(f"198.18.{rng.between(240, 247)}.{i * 5 + 3}" for i in range(42))
    v4 = [f"198.18.{200 + i % 32}.{rng.between(2, 250)}" for i in range(110)]
    v6 = [f"2001:db8:bad:{i + 1:x}::{rng.between(2, 250):x}" for i in range(10)]
    return tuple(v4 + v6)


class Traffic:
    def __init__(self, rng, first_day):
        self.first_day = first_day
        self.pools = {}
        for kind in ("wave", "parked-abuse", "noise"):
            found = []
            for address in abuse_pool(kind, rng):
                if address not in found:
                    found.append(address)
            self.pools[kind] = tuple(found)
        self.variants = {}

    def pool_of(self, flow):
        if flow.kind == "forwarder":
            return world.FORWARDERS[flow.service].addresses
        if flow.kind == "list":
            return world.LIST.addresses
        return self.pools.get(flow.kind) or world.pool(flow.service)

    def variants_of(self, flow, domain):
        key = (id(flow), domain)
        if key not in self.variants:
            self.variants[key] = MAKERS[flow.kind](flow, domain)
        return self.variants[key]

    def rows(self, reporter, domain, day, rng, days=1):
        """What `reporter` counts of `domain` on a day of the story, most first."""
        policy = domain.policy_on(day)
        found = []
        for flow in domain.flows:
            if not flow.first <= day <= flow.last:
                continue
            tenths = flow.week[weekday(self.first_day + day)]
            expect = flow.daily * tenths * reporter.share / 10000 * days
            n = rng.round(expect * (0.7 + 0.6 * rng.random()))
            if n:
                found += self.flow_rows(flow, domain, n, rng, policy, reporter)
        found.sort(key=lambda r: (-r.count, r.source))
        return found

    def flow_rows(self, flow, domain, n, rng, policy, reporter):
        pool = self.pool_of(flow)
        per, width = {"noise": (1, 40), "wave": (12, 400)}.get(
            flow.kind, (reporter.grain, reporter.width))
        width = min(len(pool), 1 + n // per, width)
        sources = rng.some(pool, width)
        shares = rng.split(n, width)
        variants = self.variants_of(flow, domain.name)
        scale = sum(v.weight for v in variants)
        for source, share in zip(sources, shares):
            if not share:
                continue
            at = rng.below(scale)
            for variant in variants:
                at -= variant.weight
                if at < 0:
                    break
            yield self.row(flow, variant, source, share, domain.name, policy, rng)

    def row(self, flow, variant, source, count, domain, policy, rng):
        ok = variant.dkim_ok or variant.spf_ok
        disposition = "none" if ok or variant.reasons else policy["p"]
        header_from = f"{flow.sub}.{domain}" if flow.sub else domain
        return Row(source, source, count, variant.dkim_ok, variant.spf_ok, disposition,
                   header_from, variant.mfrom, rng.pick(RECIPIENTS), list(variant.dkim),
                   list(variant.spf), list(variant.reasons), (flow.kind, flow.service))
