# SPDX-License-Identifier: Apache-2.0
"""The cast: a managed service provider's clients, their domains, who sends as them.

All addresses are from the ranges for benchmarks and documentation, all domains of
clients from .example. The domains that services sign with and bounce to are their real,
published ones; `service` ids are those of the catalogue of known senders.
"""
from dataclasses import dataclass, field

MSP_HOST = "mx1.northgate.example"
REPORTS_HOST = "reports.northgate.example"
DAYS = 90

# Days of the story, counted from the first (0) to the last (DAYS - 1).
WAVE_DAYS = (68, 69, 70)
NEW_SENDER_FROM = DAYS - 5
SILENT_AFTER = DAYS - 1 - 12
POLICY_CHANGE_DAY = 45


@dataclass(frozen=True)
class Service:
    id: str
    name: str
    v4: tuple = ()  # (network prefix with one dot left, how many)
    v6: tuple = ()
    ptr: str = ""  # {a} {b}: numbers of the address, {w}: a word
    sign: tuple = ()  # (d=, selector), aligned and own
    sign_plain: tuple = ()  # the same without a custom domain
    bounce: str = "{domain}"
    bounce_plain: str = "{domain}"
    include: str = ""
    cname: str = ""  # where the client's selector points, "" for a TXT of its own

    def addresses(self):
        found = []
        for prefix, n in (self.v4 and (self.v4,)):
            found += [f"{prefix}.{10 + i}" for i in range(n)]
        for prefix, n in (self.v6 and (self.v6,)):
            found += [f"{prefix}::{0x100 + i:x}" for i in range(n)]
        return tuple(found)


SES_TOKEN = "shh3fegwg5fppqsuzphvschd53n6ihuv"

SERVICES = {s.id: s for s in (
    Service("microsoft365", "Microsoft 365", ("198.18.16", 18), ("2001:db8:2a01:f403", 8),
            "mail-{w}outbound{a}.outbound.protection.outlook.com",
            (("{domain}", "selector1"),), (("{tenant}.onmicrosoft.com",
             "selector2-{tenant}-onmicrosoft-com"),),
            include="spf.protection.outlook.com",
            cname="{sel}-{dashed}._domainkey.{tenant}.n-v1.dkim.mail.microsoft"),
    Service("google-workspace", "Google Workspace", ("198.18.4", 16),
            ("2001:db8:4860:4864", 8), "mail-{w}-f{a}.google.com",
            (("{domain}", "google"),), (("{dashed}.20230601.gappssmtp.com", "20230601"),),
            include="_spf.google.com"),
    Service("mailchimp", "Mailchimp", ("198.18.20", 9), (), "mail{a}.atl{b}.mcsv.net",
            (("{domain}", "k2"), ("mailchimpapp.net", "k1")), (("mcsv.net", "k1"),),
            "mail{a}.atl{b}.mcsv.net", "mail{a}.atl{b}.mcsv.net",
            "servers.mcsv.net", "dkim2.mcsv.net"),
    Service("sendgrid", "Twilio SendGrid", ("198.18.24", 7), (),
            "{w}.outbound-mail.sendgrid.net", (("{domain}", "s1"),
             ("sendgrid.info", "smtpapi")), (("sendgrid.net", "smtpapi"),),
            "em4182.{domain}", "sendgrid.net", "sendgrid.net",
            "s1.domainkey.u4182.wl116.sendgrid.net"),
    Service("amazonses", "Amazon SES", ("198.18.28", 9), (),
            "a{a}-{b}.smtp-out.eu-west-1.amazonses.com",
            (("{domain}", "{base32}"), ("amazonses.com", SES_TOKEN)),
            (("amazonses.com", SES_TOKEN),),
            "eu-west-1.amazonses.com", "eu-west-1.amazonses.com", "amazonses.com",
            "{sel}.dkim.amazonses.com"),
    Service("hubspot", "HubSpot", ("198.18.32", 6), (), "bf{a}x.hubspotemail.net",
            (("{domain}", "hs1-24100512"), ("bf05x.hubspotemail.net", "hs1")), (),
            "bf05x.hubspotemail.net", "bf05x.hubspotemail.net",
            "24100512.spf05.hubspotemail.net", "{dashed}.hs05a.dkim.hubspotemail.net"),
    Service("zendesk", "Zendesk", ("198.18.36", 4), (),
            "mta-out{a}.pod{b}.euw1.zdsys.com", (("{domain}", "zendesk1"),), (),
            "{domain}", "{domain}", "mail.zendesk.com",
            "zendesk1._domainkey.zendesk.com"),
    Service("salesforce", "Salesforce", ("198.18.40", 5), (),
            "smtp{a}-ia4-sp{b}.mta.salesforce.com", (("{domain}", "sf1"),), (),
            "{domain}", "{domain}", "_spf.salesforce.com",
            "sf1.k4t9zq.custdkim.salesforce.com"),
    Service("mailgun", "Mailgun", ("198.18.44", 4), (), "m{a}-{b}.mailgun.net",
            (("mg.{domain}", "pdk1"),), (), "mg.{domain}", "mg.{domain}", "mailgun.org",
            "pdk1._domainkey.8c2f1a.dkim1.eu.mgsend.org"),
    Service("postmark", "Postmark", ("198.18.48", 4), (), "mta{a}-ord.mtasv.net",
            (("{domain}", "20240311101522pm"), ("pm.mtasv.net", "pm20240101")), (),
            "pm-bounces.{domain}", "pm.mtasv.net", "spf.mtasv.net"),
    Service("brevo", "Brevo", ("198.18.52", 4), (), "fb.d.sender-sib.com",
            (("{domain}", "brevo1"),), (), "fb.d.sender-sib.com", "fb.d.sender-sib.com",
            "spf.brevo.com", "b1.{dashed}.dkim.brevo.com"),
    Service("klaviyo", "Klaviyo", ("198.18.56", 5), (), "mta{a}.klaviyomail.com",
            (("{domain}", "kl"),), (), "send.{domain}", "send.{domain}",
            "spf.klaviyodns.com", "kl1.domainkey.71204.klaviyodns.com"),
    Service("own-meridian", "own server (tracking)", ("192.0.2", 3), (),
            "track{a}.meridian-logistics.example", (("{domain}", "trk2024"),)),
    Service("own-tallis", "own server", (), (), "mail.tallis-builders.example"),
    Service("own-larkfield", "own server (bookings)", ("203.0.113", 2), (),
            "booking{a}.larkfield-travel.example", (("{domain}", "book"),)),
    Service("scanner-vale", "office scanner", (), (), "scan.vale-housing.example"),
    Service("webhost", "web form at a shared host", (), (), "cp{a}.hostwell.example"),
)}

FIXED_ADDRESSES = {
    "own-tallis": ("192.0.2.80", "2001:db8:7a11::25"),
    "scanner-vale": ("192.0.2.120",),
    "webhost": ("203.0.113.200", "203.0.113.201"),
}


@dataclass(frozen=True)
class Relay:
    """Who passes mail on: a forwarder or a mailing list."""
    id: str
    name: str
    addresses: tuple
    ptr: str
    domain: str
    srs: bool = False  # rewrites the envelope sender to its own domain


FORWARDERS = {r.id: r for r in (
    Relay("alumni", "alumni forwarding of Westmoor University",
          ("198.51.100.40", "198.51.100.41", "2001:db8:a1::40"),
          "fwd{a}.alumni.westmoor.example", "alumni.westmoor.example"),
    Relay("hostwell", "redirects at the hosting company Hostwell",
          ("203.0.113.90", "203.0.113.91", "203.0.113.92"),
          "relay{a}.hostwell.example", "hostwell.example", True),
    Relay("club", "a club's role addresses", ("198.51.100.77",),
          "mail.rowingclub.example", "rowingclub.example"),
)}
LIST = Relay("arts-network", "discussion list of the arts network",
             ("198.51.100.60", "2001:db8:115::60"), "lists{a}.artsnet.example",
             "lists.artsnet.example")


@dataclass(frozen=True)
class Flow:
    """One stream of mail that shows under a domain."""
    kind: str  # service forwarder list webform wave parked-abuse noise
    daily: int
    service: str = ""  # id of the service or relay
    custom: bool = True  # signs and bounces with the client's domain
    dkim: bool = True
    spf: bool = True
    week: tuple = (10, 10, 10, 10, 10, 3, 2)  # tenths a weekday, from Monday
    first: int = 0
    last: int = DAYS - 1
    sub: str = ""  # header_from is <sub>.<domain>
    both_fail: int = 0  # per mille of its rows that fail both ways


@dataclass(frozen=True)
class Domain:
    name: str
    parked: bool = False
    policy: tuple = (("p", "none"),)
    policy_later: tuple = ()  # from POLICY_CHANGE_DAY on
    flows: tuple = ()
    tenant: str = ""

    def policy_on(self, day):
        late = self.policy_later and day >= POLICY_CHANGE_DAY
        return dict(self.policy_later if late else self.policy)


@dataclass(frozen=True)
class Client:
    name: str
    slug: str
    domains: tuple = field(default=())
    raw: str = ""
    digest: str = ""


DAILY = (10, 10, 10, 10, 10, 10, 10)
WEEKLY = (0, 0, 60, 10, 0, 0, 0)


def m365(daily, **more):
    return Flow("service", daily, "microsoft365", **more)


def google(daily, **more):
    return Flow("service", daily, "google-workspace", **more)


def svc(service, daily, **more):
    return Flow("service", daily, service, **more)


def fwd(relay, daily, **more):
    return Flow("forwarder", daily, relay, **more)


def noise(daily):
    return Flow("noise", daily, week=DAILY)


QUARANTINE = (("p", "quarantine"), ("sp", "quarantine"))
REJECT = (("p", "reject"), ("sp", "reject"))

PARKED = dict(parked=True, policy=REJECT)

CLIENTS = (
    Client("Brightwater Dental Group", "brightwater", (
        Domain("brightwater-dental.example", flows=(
            m365(260), svc("mailchimp", 60, week=WEEKLY, sub="news"),
            svc("sendgrid", 130), fwd("club", 6), noise(5))),
        Domain("brightwaterdental.example", **PARKED),
        Domain("bw-smiles.example", flows=(google(45), noise(2))),
    )),
    Client("Larkfield Travel Ltd", "larkfield", (
        Domain("larkfield-travel.example", flows=(
            google(380), svc("sendgrid", 210, custom=False, week=DAILY),
            svc("mailchimp", 150, week=WEEKLY), svc("own-larkfield", 90, week=DAILY),
            fwd("hostwell", 14), noise(9))),
        Domain("larkfield.example", **PARKED),
        Domain("larkfield-cruises.example", flows=(
            google(70), svc("brevo", 60, week=WEEKLY), noise(2))),
        Domain("larkfieldtravel.example", **PARKED),
    )),
    Client("Stonebridge Credit Union", "stonebridge", (
        Domain("stonebridge-cu.example", flows=(
            m365(320), svc("amazonses", 280, week=DAILY), svc("zendesk", 60),
            Flow("wave", 5200, week=DAILY, first=WAVE_DAYS[0], last=WAVE_DAYS[-1]),
            noise(14))),
        Domain("stonebridge-loans.example", flows=(m365(60), svc("salesforce", 50))),
        Domain("stonebridge-youth.example", flows=(m365(16), noise(3))),
        Domain("mystonebridge.example", **PARKED),
    )),
    Client("Harbour Legal LLP", "harbour", (
        Domain("harbour-legal.example", policy=QUARANTINE, flows=(
            m365(420), svc("postmark", 60), fwd("club", 10), fwd("alumni", 5))),
        Domain("harbour-conveyancing.example", policy=QUARANTINE, flows=(
            m365(80), noise(3))),
        Domain("harbourlegal.example", **PARKED),
    )),
    Client("Fernhill Academy Trust", "fernhill", (
        Domain("fernhill-trust.example", flows=(
            google(520), svc("hubspot", 160, first=NEW_SENDER_FROM, week=DAILY),
            fwd("alumni", 18), noise(8))),
        Domain("fernhill-primary.example", flows=(google(140), noise(2))),
        Domain("fernhill-sixthform.example", flows=(google(110), fwd("alumni", 5))),
        Domain("fernhill-alumni.example", policy=QUARANTINE, flows=(
            svc("mailchimp", 60, week=WEEKLY), fwd("alumni", 40), google(20))),
    )),
    Client("Openhall Community Arts", "openhall", (
        Domain("openhall-arts.example", flows=(
            google(150), Flow("list", 30, "arts-network", week=DAILY), noise(4))),
        Domain("openhall-festival.example", flows=(
            google(30), svc("mailchimp", 70, week=WEEKLY), noise(2))),
        Domain("openhall.example", **PARKED),
    )),
    Client("Kestrel Holdings plc", "kestrel", (
        Domain("kestrel-energy.example", policy=QUARANTINE, flows=(
            m365(260), svc("salesforce", 110), fwd("hostwell", 8), noise(6))),
        Domain("kestrel-group.example", policy=REJECT, flows=(m365(90), noise(4))),
        Domain("kestrel-holdings.example", parked=True, policy=REJECT, flows=(
            Flow("parked-abuse", 95, week=DAILY),)),
        Domain("kestrelholdings.example", **PARKED),
    )),
    Client("Tallis & Sons Builders", "tallis", (
        Domain("tallis-builders.example", flows=(
            svc("own-tallis", 120, dkim=False), fwd("club", 6, dkim=False),
            Flow("webform", 12, "webhost", week=DAILY), noise(5))),
        Domain("tallis-joinery.example", flows=(svc("own-tallis", 40, dkim=False),)),
        Domain("repairs.vale-housing.example", flows=(
            svc("mailgun", 70, week=DAILY), noise(1))),
    )),
    Client("Meridian Logistics BV", "meridian", (
        Domain("meridian-logistics.example", policy=REJECT, flows=(
            m365(620, both_fail=3), svc("own-meridian", 420, week=DAILY),
            svc("amazonses", 240, week=DAILY), fwd("hostwell", 16), noise(22))),
        Domain("meridian-freight.example", flows=(m365(120), noise(3))),
        Domain("meridian-track.example", policy=QUARANTINE, flows=(
            svc("amazonses", 200, week=DAILY),)),
        Domain("meridianlogistics.example", **PARKED),
    )),
    Client("Copperfield Bakery", "copperfield", (
        Domain("copperfield-bakery.example", flows=(
            google(80), svc("klaviyo", 130, week=WEEKLY), noise(4))),
        Domain("xn--copperfield-caf-pnb.example", flows=(google(30), noise(1))),
    )),
    Client("Ashdown Veterinary Practice", "ashdown", (
        Domain("ashdown-vets.example", flows=(
            m365(130), svc("postmark", 80, week=DAILY), noise(4))),
        Domain("ashdown-petcare.example", flows=(
            m365(36, custom=False), noise(1))),
    )),
    Client("Vale Housing Association", "vale", (
        Domain("vale-housing.example", policy_later=QUARANTINE, flows=(
            m365(420), svc("mailgun", 140, week=DAILY),
            Flow("service", 24, "scanner-vale", dkim=False), noise(9))),
        Domain("vale-homes.example", flows=(m365(70), noise(2))),
        Domain("vale-tenants.example", flows=(
            svc("mailchimp", 80, week=WEEKLY), m365(24))),
        Domain("valehousing.example", **PARKED),
    )),
)

# Reported, but in nobody's book: a client that left.
UNASSIGNED = (Domain("quillby-press.example", flows=(google(60), noise(4))),)
# Policy domains of their own that a domain in the book owns.
SUBDOMAINS = {
    "news.brightwater-dental.example": Domain(
        "news.brightwater-dental.example", policy=QUARANTINE,
        flows=(svc("mailchimp", 40, week=WEEKLY),)),
    "tickets.openhall-festival.example": Domain(
        "tickets.openhall-festival.example", flows=(svc("brevo", 60, week=DAILY),)),
}


def addresses(client):
    """The client's two groups: raw reports, digests."""
    if client.slug == "meridian":  # keeps its reports in its own house
        house = "@meridian-logistics.example"
        return "dmarc-reports" + house, "post-room" + house
    raw = f"{client.slug}@{REPORTS_HOST}"
    return raw, f"mail-admins@{client.domains[0].name}"


def book():
    """Every domain in the book by name, with its client."""
    return {d.name: (c, d) for c in CLIENTS for d in c.domains}


def owner(name, names):
    """The longest entry that owns a policy domain, or None."""
    labels = name.lower().split(".")
    for i in range(len(labels)):
        candidate = ".".join(labels[i:])
        if candidate in names:
            return candidate
    return None


def pool(service_id):
    return FIXED_ADDRESSES.get(service_id) or SERVICES[service_id].addresses()
