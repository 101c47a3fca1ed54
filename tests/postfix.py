# SPDX-License-Identifier: Apache-2.0
"""A Postfix of our own on loopback, which puts all mail into one Maildir."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

MAIN = """compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.postern.invalid
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = static:inbox/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_rate_limit = 0
smtpd_tls_security_level = none
maillog_file = {home}/data/log
maillog_file_prefixes = /tmp
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def is_there():
    return os.geteuid() == 0 and bool(shutil.which("postfix", path="/usr/sbin"))


class Postfix:
    def __init__(self, domains):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="postern-mx-"))
        self.home.chmod(0o755)
        if self.home.parent.name.startswith("postern-run-"):
            self.home.parent.chmod(0o711)  # its processes are another user's
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        owner = shutil._get_uid("postfix"), shutil._get_gid("postfix")
        for name in ("etc", "spool", "data", "mail"):
            (self.home / name).mkdir(mode=0o755)
        os.chown(self.home / "data", *owner)
        os.chown(self.home / "mail", 65534, 65534)
        say = {"home": self.home, "port": self.port, "domains": " ".join(domains),
               "uid": 65534, "gid": 65534}
        (self.home / "etc/main.cf").write_text(MAIN.format(**say), encoding="ascii")
        (self.home / "etc/master.cf").write_text(MASTER.format(**say), encoding="ascii")
        self.control("start")

    def control(self, word):
        done = subprocess.run(["/usr/sbin/postfix", "-c", self.home / "etc", word],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, check=False)
        if done.returncode:
            log = self.home / "data/log"
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            raise RuntimeError(done.stdout + said[-2000:])

    def mails(self):
        new = self.home / "mail/inbox/new"
        return sorted(new.iterdir()) if new.exists() else []

    def wait(self, count, seconds=30):
        """Until so many mails came; the files."""
        until = time.monotonic() + seconds
        while len(self.mails()) < count and time.monotonic() < until:
            time.sleep(0.005)
        return self.mails()

    def stop(self):
        try:
            self.control("stop")
        finally:
            shutil.rmtree(self.home, ignore_errors=True)
