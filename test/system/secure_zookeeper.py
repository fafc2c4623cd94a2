"""ZooKeeper with a port for mutual TLS, and the haproxy before it as
docs/zookeeper-tls.md has it: the test runs what the page shows.

haproxy is Debian's, unpacked by packaging/get-haproxy; where that could not
be had, what needs it skips.
"""
import glob
import itertools
import os
import re
import shutil
import socket
import ssl

import pytest

from agent import ROOT
from servers import Server, ZooKeeper, free_port

UNPACKED = os.path.join(ROOT, "build/haproxy/usr")
PAGE = os.path.join(ROOT, "docs/zookeeper-tls.md")
# Debian's netty-all is but a part of it.
NETTY_JARS = ["codec", "handler", "transport", "buffer", "common", "resolver"]
# The page's: where haproxy listens, and for whom.
PAGE_MEMBERS = [("127.0.0.1:2181", "zk1.example.org:2281"),
                ("127.0.0.1:2182", "zk2.example.org:2281"),
                ("127.0.0.1:2183", "zk3.example.org:2281")]


def block(language):
    """The one block of that language on the page."""
    with open(PAGE) as file:
        found = re.findall(f"^```{language}\n(.*?)^```$", file.read(),
                           re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"{len(found)} blocks of {language} in {PAGE}"
    return found[0]


def join(path, *parts):
    """Certificate and key in one file, as both programs want them."""
    with open(path, "w", opener=lambda name, flags:
              os.open(name, flags, 0o600)) as whole:
        for part in parts:
            with open(part) as file:
                whole.write(file.read())


class SecureZooKeeper(ZooKeeper):
    """One more port, which asks every client for a certificate of
    `authority`. The plain one stays, for the test's own questions."""

    def __init__(self, authority, certificate):
        super().__init__()
        self.authority = authority
        store = os.path.join(self.directory, "server.pem")
        join(store, certificate.certificate, certificate.key)
        self.settings = dict(line.split("=", 1)
                             for line in block("properties").split())
        for key in self.settings:
            if key.endswith("keyStore.location"):
                self.settings[key] = store
            if key.endswith("trustStore.location"):
                self.settings[key] = authority.file
        self.settings["secureClientPortAddress"] = "127.0.0.1"

    @property
    def secure_port(self):
        return self.settings["secureClientPort"]

    def prepare(self, is_first):
        if is_first:
            self.settings["secureClientPort"] = free_port()
        argv, executable = super().prepare(is_first)
        jars = argv.index("-cp") + 1
        argv[jars] = ":".join([argv[jars]] + [
            f"/usr/share/java/netty-{jar}.jar" for jar in NETTY_JARS])
        return argv, executable

    def answers(self):
        """Its secure port is the last to be opened."""
        with socket.create_connection(("127.0.0.1", self.secure_port), 1):
            return super().answers()

    def greet(self, own=None):
        """What a client hears over TLS, with its `own` certificate or
        without one."""
        context = ssl.create_default_context(cafile=self.authority.file)
        context.check_hostname = False
        if own:
            context.load_cert_chain(own.certificate, own.key)
        with socket.create_connection(("127.0.0.1", self.secure_port),
                                      10) as plain, \
                context.wrap_socket(plain) as peer:
            peer.sendall(b"srvr")
            return peer.recv(4096)


class Haproxy(Server):
    """The page's three ways to three members. `members` are the ports of zk1
    and so on; those not given are ports nobody listens at. `ca` is the file
    it believes, `own` the certificate it shows."""

    def __init__(self, members, ca, own):
        program = os.path.join(UNPACKED, "sbin/haproxy")
        self.program = program if os.path.exists(program) \
            else shutil.which("haproxy")
        if self.program is None:
            pytest.skip("no haproxy: packaging/get-haproxy did not get it")
        super().__init__()
        self.members = members
        self.ports = []
        shutil.copy(ca, os.path.join(self.directory, "ca.pem"))
        self.show(own)

    def show(self, own):
        join(os.path.join(self.directory, "host.pem"), own.certificate,
             own.key)

    @property
    def servers(self):
        """As the agent's configuration writes it."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def prepare(self, is_first):
        if is_first:
            self.ports = [free_port() for _ in PAGE_MEMBERS]
        text = replace(block("haproxy"), "/etc/haproxy/zookeeper",
                       self.directory)
        ways = itertools.zip_longest(PAGE_MEMBERS, self.ports, self.members)
        for (local, remote), port, member in ways:
            text = replace(text, local, f"127.0.0.1:{port}")
            text = replace(text, remote,
                           f"127.0.0.1:{member or free_port()}")
        path = os.path.join(self.directory, "haproxy.cfg")
        with open(path, "w") as file:
            file.write("global\n    log stderr format raw local0\n" + text)
        libraries = ":".join(glob.glob(f"{UNPACKED}/lib/*"))
        return ["/usr/bin/env", f"LD_LIBRARY_PATH={libraries}", self.program,
                "-db", "-f", path], None

    def answers(self):
        with socket.create_connection(("127.0.0.1", self.ports[0]), 1):
            return True


def replace(text, old, new):
    assert old in text, f"no {old} in the haproxy block of {PAGE}"
    return text.replace(old, new)
