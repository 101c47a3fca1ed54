# SPDX-License-Identifier: Apache-2.0
"""`postern enrich` against a real name server, and what stands between: servers that are
dead, slow, or lie."""
import ipaddress
import socket
import threading
import time
import unittest

import nsd
import support
from compose import auth, report, row

PLENTY = 50000 if support.DEEP else 1500
TIMEOUT = 600


class Between(threading.Thread):
    """Hands questions on to the real server, but for names that say otherwise: reverse
    names of 198.19.x are dead where x is below 10, slow below 20, and lied about below
    30."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.server = ("127.0.0.1", port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.back.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.who = {}
        threading.Thread(target=self.answers, daemon=True).start()

    @staticmethod
    def question(packet):
        """What an answer shares with its question: number, name, type and class; and the
        name's labels."""
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]])
            at += 1 + packet[at]
        return packet[:2] + packet[12:at + 5], labels

    @staticmethod
    def kind(labels):
        if len(labels) == 6 and labels[2:4] == [b"19", b"198"] and labels[1].isdigit():
            net = int(labels[1])
            return ("dead" if net < 10 else "slow" if net < 20 else
                    "lie" if net < 30 else "")
        return ""

    def run(self):
        while True:
            packet, client = self.socket.recvfrom(4096)
            key, labels = self.question(packet)
            kind = self.kind(labels)
            if kind == "lie":
                # Another question's answer, then rubbish with the right number.
                self.socket.sendto(packet[:2] + b"\x81\x80\0\1\0\1\0\0\0\0\3abc\0", client)
                self.socket.sendto(packet[:2] + b"\x81\x83\0\0\0\7", client)
            elif kind != "dead":
                self.who[key] = (client, kind)
                self.back.sendto(packet, self.server)

    def answers(self):
        while True:
            packet = self.back.recv(4096)
            client, kind = self.who.pop(self.question(packet)[0], (None, ""))
            if kind == "slow":
                threading.Timer(1.0, self.socket.sendto, (packet, client)).start()
            elif client:
                self.socket.sendto(packet, client)


class Case(support.Case):
    def ingest_sources(self, addresses, name="a.xml", results=None):
        self.write(name, report(report_id=name, rows=[
            row(3, a, results=results) for a in addresses]))
        self.postern("--quiet", "ingest", name)


class Zone(Case):
    """What a zone's text answers, on days that are told."""
    REVERSE = "1.0.18.198.in-addr.arpa."

    def setUp(self):
        super().setUp()
        self.write("a.xml", report(report_id="a", rows=[
            row(3, "198.18.0.1", "none", "fail", "fail", results="")]))
        self.postern("--quiet", "ingest", "a.xml")

    def enrich(self, now, *lines, words=()):
        """What was done on that day, where these lines are the zone."""
        self.write("z", "\n".join(("example. TXT x", *lines, "")).encode())
        return self.postern("--now", now, "enrich", "--json", "--zone", "z",
                            *words).lines()[0]

    def sender(self, *words):
        answer = self.postern("sources", "example.com", "--json", *words).lines()[0]
        return [s["sender"] for s in answer["senders"]]

    def host(self, name, address="198.18.0.1"):
        return f"{self.REVERSE} PTR {name}", f"{name} A {address}"

    def test_a_name_that_changes(self):
        self.enrich("2025-06-20", *self.host("mx.first.example."))
        self.assertEqual(self.sender(), ["first.example"])
        self.enrich("2025-06-28", *self.host("mx.second.example."))
        self.assertEqual(self.sender(), ["second.example"])

    def test_a_name_that_is_no_longer_confirmed(self):
        """What is nearest to the day wins, confirmed or not."""
        self.enrich("2025-06-20", *self.host("mx.first.example."))
        self.enrich("2025-06-28", *self.host("mx.liar.example.", "198.18.9.9"))
        self.assertEqual(self.sender(), ["198.18.0.1"])

    def test_a_name_that_vanishes(self):
        self.enrich("2025-06-20", *self.host("mx.first.example."))
        self.assertEqual(self.enrich("2025-06-28")["nothing"], 1)
        self.assertEqual(self.sender(), ["198.18.0.1"])

    def test_a_failure_takes_nothing_back(self):
        names = self.host("mx.first.example.")
        self.enrich("2025-06-20", *names)
        done = self.enrich("2025-06-28", names[0], "mx.first.example. ERROR A SERVFAIL")
        self.assertEqual((done["named"], done["confirmed"]), (1, 0))
        self.assertEqual(self.sender(), ["first.example"])
        # ... and it is asked again the same day
        self.assertEqual(self.enrich("2025-06-28T05:00:00Z", *names)["questions"], 0)
        self.assertEqual(self.enrich("2025-06-28T07:00:00Z", *names)["confirmed"], 1)
        done = self.enrich("2025-07-28", f"{self.REVERSE} ERROR PTR SERVFAIL")
        self.assertEqual(done["failed"], 1)
        self.assertEqual(self.sender(), ["first.example"])

    def test_a_clock_that_was_ahead(self):
        names = self.host("mx.first.example.")
        self.enrich("2099-01-01", *names)
        self.assertEqual(self.enrich("2025-06-28", *names)["confirmed"], 1)
        self.assertEqual(self.enrich("2025-06-28", *names)["questions"], 0)


@unittest.skipUnless(nsd.NSD, "nsd is not there")
class Enrich(Case):
    def setUp(self):
        super().setUp()
        self.reverse, self.forward = [], ["ns A 127.0.0.1\n"]

    def serve(self):
        return nsd.serve(self, {"198.in-addr.arpa": "".join(self.reverse),
                                "example": "".join(self.forward)})

    def host(self, address, name, back=None):
        reverse = ipaddress.ip_address(address).reverse_pointer
        self.reverse.append(f"{reverse}. 600 PTR {name}.\n")
        if back != "":
            self.forward.append(f"{name}. 600 A {back or address}\n")

    def enrich(self, port, *words, **how):
        return self.postern("enrich", "--json", "--dns", f"127.0.0.1:{port}", *words,
                            **how).lines()[0]

    def names(self, domain="example.com"):
        """Class and name of each sender of the domain."""
        answer = self.postern("sources", domain, "--json").lines()[0]
        return {(s["source"], s["sender"]) for s in answer["senders"]}

    def test_names_and_back(self):
        self.host("198.18.0.1", "mx1.host.example")
        self.host("198.18.0.2", "liar.host.example", back="198.18.9.9")
        self.host("198.18.0.3", "gone.host.example", back="")
        self.ingest_sources(["198.18.0.%d" % i for i in range(1, 5)])
        done = self.enrich(self.serve())
        self.assertEqual((done["sources"], done["named"], done["confirmed"],
                          done["nothing"], done["failed"], done["questions"]),
                         (4, 3, 1, 1, 0, 7 + done["keys"]))

    def test_keys(self):
        self.postern("client", "add", "C", "--domain", "example.com", "--raw",
                     "a@reports.example")
        self.forward.append("other A 192.0.2.1\n")
        self.ingest_sources(["198.18.0.1"], results=auth(
            "dkim", "example.com", "pass", selector="s1"))
        self.write("z", b"s1._domainkey.example.com. CNAME s1.domainkey.u7.wl1.sendgrid.net.\n")
        done = self.postern("enrich", "--json", "--zone", "z").lines()[0]
        self.assertEqual((done["keys"], done["led"]), (1, 1))
        answer = self.postern("sources", "example.com", "--json").lines()[0]
        self.assertEqual([(s["service"], s["class"]) for s in answer["senders"]],
                         [("sendgrid", "own")])

    def test_dead_slow_and_lying_servers(self):
        """Time and questions are bounded, and what is right is found."""
        good = [f"198.18.{i // 250}.{i % 250 + 1}" for i in range(PLENTY)]
        for i, address in enumerate(good):
            self.host(address, f"h{i}.host.example")
        bad = [f"198.19.{net}.{i}" for net in range(30) for i in range(1, 21)]
        for address in bad[200:400]:
            self.host(address, "slow-" + address.replace(".", "-") + ".host.example")
        self.ingest_sources(good + bad)
        between = Between(self.serve())
        between.start()
        began = time.monotonic()
        done = self.enrich(between.port, timeout=300)
        took = time.monotonic() - began
        self.assertEqual(done["sources"], len(good) + len(bad))
        # The dead and the lied about are given up for; they are in one /16 with the slow.
        self.assertEqual(done["confirmed"] + done["failed"], len(good) + len(bad), done)
        self.assertGreaterEqual(done["confirmed"], len(good))
        self.assertLessEqual(done["questions"], 2 * len(good) + 2 * len(bad) + done["keys"])
        self.assertLess(took, 60 + PLENTY / 200)
        again = self.enrich(between.port)
        self.assertEqual(again["questions"], 0)

    def test_a_server_that_is_not_there(self):
        self.ingest_sources(["198.18.0.%d" % i for i in range(1, 200)])
        began = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            done = self.enrich(deaf.getsockname()[1])
        self.assertEqual(done["failed"], 199 + done["keys"])
        self.assertLess(time.monotonic() - began, 15)

    def test_faults(self):
        self.ingest_sources(["198.18.0.1"])
        self.write("bad.zone", b"a.example. A nonsense\n")
        self.assertIn("line 1", self.postern("enrich", "--zone", "bad.zone", code=78).err)
        self.postern("enrich", "--zone", "none", code=66)
        self.postern("enrich", "--dns", "nonsense", code=78)
