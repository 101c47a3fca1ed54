# SPDX-License-Identifier: Apache-2.0
"""An nsd of our own on loopback, which answers from the zones that a test writes."""
import shutil
import signal
import socket
import subprocess
import time

NSD = shutil.which("nsd") or shutil.which("/usr/sbin/nsd")
HEAD = "@ 3600 IN SOA ns.example. a.example. 1 3600 600 86400 600\n@ IN NS ns.example.\n"
CONF = """server:
  ip-address: 127.0.0.1@{port}
  username: ""
  zonesdir: "{here}"
  database: ""
  pidfile: "{here}/nsd.pid"
  xfrdfile: "{here}/xfrd.state"
  zonelistfile: "{here}/zone.list"
  logfile: "{here}/nsd.log"
  server-count: 1
  round-robin: yes
remote-control:
  control-enable: no
"""
ZONE = """zone:
  name: "{name}"
  zonefile: "{number}.zone"
"""
ASK_ROOT = b"\0\1\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1"


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(case, zones):
    """Serves {name: text behind the head} until the test ends; the port."""
    port = free_port()
    conf = CONF.format(port=port, here=case.tmp)
    for number, (name, text) in enumerate(zones.items()):
        conf += ZONE.format(name=name, number=number)
        case.write(f"{number}.zone", (HEAD + text).encode())
    case.write("nsd.conf", conf.encode())
    nsd = subprocess.Popen([NSD, "-d", "-c", case.tmp / "nsd.conf"],
                           stderr=subprocess.DEVNULL)
    case.addCleanup(nsd.wait)
    case.addCleanup(nsd.send_signal, signal.SIGTERM)
    for _ in range(200):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.2)
            try:
                s.sendto(ASK_ROOT, ("127.0.0.1", port))
                s.recv(512)
                case.assertNotIn("error:", (case.tmp / "nsd.log").read_text("ascii"))
                return port
            except OSError:
                time.sleep(0.05)
    case.fail("nsd does not answer")
    return None
