# SPDX-License-Identifier: Apache-2.0
"""demo.zone: the records that the story's names have, one a line, all names absolute."""
import ipaddress
from base64 import b64encode

import world
from rng import token
from traffic import fill

SPKI = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
EXPONENT = bytes.fromhex("0203010001")


def key(*labels):
    """A public key of the right form to which nobody has the private one."""
    digits = "".join(token("key", *labels, i, n=64) for i in range(8))
    modulus = bytearray.fromhex(digits)
    modulus[0] |= 0x80
    modulus[-1] |= 1
    return b64encode(SPKI + bytes(modulus) + EXPONENT).decode()


def text(value):
    pieces = [value[i:i + 250] for i in range(0, len(value), 250)]
    return " ".join(f'"{p}"' for p in pieces)


class Zone:
    def __init__(self):
        self.lines = set()

    def add(self, name, kind, value, ttl=3600):
        self.lines.add(f"{name}. {ttl} IN {kind} {value}\n")

    def txt(self, name, value):
        self.add(name, "TXT", text(value))

    def host(self, address, name):
        ip = ipaddress.ip_address(address)
        self.add(ip.reverse_pointer, "PTR", name + ".")
        self.add(name, "AAAA" if ip.version == 6 else "A", address)

    def text(self):
        return "".join(sorted(self.lines))


def dmarc(policy, raw):
    tags = [f"p={policy['p']}"]
    if "sp" in policy and policy["sp"] != policy["p"]:
        tags.append(f"sp={policy['sp']}")
    return "v=DMARC1; " + "; ".join(tags) + f"; rua=mailto:{raw}"


def domain_records(zone, client, domain):
    raw, _ = world.addresses(client)
    name = domain.name
    zone.txt("_dmarc." + name, dmarc(domain.policy_on(world.DAYS), raw))
    home = raw.rpartition("@")[2]
    if home != name and not name.endswith("." + home):
        zone.txt(f"{name}._report._dmarc.{home}", "v=DMARC1")
    if domain.parked:
        zone.txt(name, "v=spf1 -all")
        zone.txt("*._domainkey." + name, "v=DKIM1; p=")
        zone.add(name, "MX", "0 .")
        return
    spf = ["v=spf1"]
    for flow in domain.flows:
        if flow.kind == "service":
            service_records(zone, domain, flow, spf)
    zone.txt(name, " ".join(spf + ["~all"]))
    zone.add(name, "MX", f"10 {mail_host(domain)}.")


def mail_host(domain):
    for flow in domain.flows:
        if flow.service == "microsoft365":
            return domain.name.replace(".", "-") + ".mail.protection.outlook.com"
        if flow.service == "google-workspace":
            return "smtp.google.com"
    return world.MSP_HOST


def service_records(zone, domain, flow, spf):
    service = world.SERVICES[flow.service]
    name = domain.name
    bounce = fill(service.bounce, name)
    if not flow.custom:
        if service.include and service.bounce_plain == "{domain}":
            spf.append("include:" + service.include)
        return
    if bounce == name:
        if service.include:
            spf.append("include:" + service.include)
        else:
            spf += [f"{'ip6' if ':' in a else 'ip4'}:{a}" for a in world.pool(service.id)]
    elif bounce.endswith("." + name):
        zone.txt(bounce, f"v=spf1 include:{service.include} ~all")
    if flow.dkim and service.sign:
        d, selector = (fill(t, name) for t in service.sign[0])
        at = f"{selector}._domainkey.{d}"
        if service.cname:
            target = fill(service.cname, name, sel=selector)
            zone.add(at, "CNAME", target + ".")
            zone.txt(target, "v=DKIM1; k=rsa; p=" + key(target))
        else:
            zone.txt(at, "v=DKIM1; k=rsa; p=" + key(at))


def pools(zone, traffic):
    for service in world.SERVICES.values():
        members = world.pool(service.id)
        for i, address in enumerate(members):
            zone.host(address, fill(service.ptr, "northgate.example", i))
        if service.include:
            nets = " ".join(f"{'ip6' if ':' in a else 'ip4'}:{a}" for a in members)
            zone.txt(service.include, f"v=spf1 {nets} ~all")
        for d, selector in service.sign[1:] + service.sign_plain:
            if "{" not in d:
                zone.txt(f"{selector}._domainkey.{d}", "v=DKIM1; k=rsa; p=" + key(d))
    for relay in [*world.FORWARDERS.values(), world.LIST]:
        for i, address in enumerate(relay.addresses):
            zone.host(address, fill(relay.ptr, "northgate.example", i))
        zone.txt(relay.domain, "v=spf1 " + " ".join(
            f"{'ip6' if ':' in a else 'ip4'}:{a}" for a in relay.addresses) + " -all")
    zone.txt(f"lists._domainkey.{world.LIST.domain}",
             "v=DKIM1; k=rsa; p=" + key(world.LIST.domain))
    for kind in ("noise", "parked-abuse", "wave"):
        for i, address in enumerate(traffic.pools[kind]):
            if i % 3 and ":" not in address:  # many have no name at all
                zone.host(address, "host-" + address.replace(".", "-") +
                          ".dyn.farnet.example")


def build(traffic):
    zone = Zone()
    for client in world.CLIENTS:
        for domain in client.domains:
            domain_records(zone, client, domain)
    for name, domain in sorted(world.SUBDOMAINS.items()):
        client = world.book()[world.owner(name, world.book())][0]
        domain_records(zone, client, domain)
    pools(zone, traffic)
    zone.host("192.0.2.25", world.MSP_HOST)
    return zone.text()
