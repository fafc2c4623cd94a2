"""A world with a network of its own, to be broken.

ZooKeeper, the agent, and all Redis but the victim live in one network
namespace; the victim in another, at the far end of a pair of devices. The
suite's own threads are in the first one, so the oracle goes the same way as
the agent's probes. Nothing of the machine's own network is touched, and both
namespaces end with the processes in them.

    agent, oracle, ZooKeeper  10.77.0.1 near ==== far 10.77.0.2  victim

The agent knows ZooKeeper by an address that nobody else uses, so that it
alone can be cut off. What breaks the way is a rule of nft's.
"""
import contextlib
import ctypes
import os
import re
import shutil
import socket
import subprocess

from servers import LIBC, Redis
from world import World

# All rounds ask everything, so that answers are longer than a packet.
SCENE = {"place": "network", "settings": {"deep_interval": "100ms"},
         "zookeeper": {"clientPortAddress": "0.0.0.0"}}
NEAR, FAR = "10.77.0.1", "10.77.0.2"
AGENTS_ZOOKEEPER = "127.0.0.2"
CLONE_NEWNET = 0x40000000
MINE = "/proc/thread-self/ns/net"
TABLE = "inet prove"
# What the oracle asks is marked, for faults that it must not share.
SO_MARK = getattr(socket, "SO_MARK", 36)
ORACLE = 0x77


def needs():
    """Why this machine cannot do it, or None."""
    missing = [tool for tool in ("ip", "nft") if shutil.which(tool) is None]
    if missing:
        return f"{' and '.join(missing)} not installed " \
            "(packaging/install-deps test)"
    try:
        with contextlib.closing(Namespace()) as space, space.entered():
            run("ip", "link", "add", "probe0", "type", "veth", "peer",
                "name", "probe1")
            run("nft", f"add table {TABLE}")
            run("nft", f"add chain {TABLE} try")
            run("nft", f"add rule {TABLE} try numgen inc mod 10 < 3 drop")
    except OSError as error:
        return f"no network namespace: {error.strerror or error}"
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode().strip().split("\n")[0]
        return f"{' '.join(error.cmd[:3])} fails: {told}"
    return None


def run(*words):
    """In the namespace that the calling thread is in."""
    subprocess.run(words, check=True, capture_output=True, timeout=30)


def call(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class Namespace:
    """A network with nothing but a loopback."""

    def __init__(self):
        outside = os.open(MINE, os.O_RDONLY)
        try:
            call(LIBC.unshare(CLONE_NEWNET))
            self.inside = os.open(MINE, os.O_RDONLY)
            run("ip", "link", "set", "lo", "up")
        finally:
            call(LIBC.setns(outside, CLONE_NEWNET))
            os.close(outside)

    @property
    def name(self):
        """As ip wants it."""
        return f"/proc/{os.getpid()}/fd/{self.inside}"

    @contextlib.contextmanager
    def entered(self):
        """Inside are this thread and what it starts: also its threads."""
        before = os.open(MINE, os.O_RDONLY)
        try:
            call(LIBC.setns(self.inside, CLONE_NEWNET))
            yield
        finally:
            call(LIBC.setns(before, CLONE_NEWNET))
            os.close(before)

    def close(self):
        os.close(self.inside)


class FarRedis(Redis):
    """The victim, in a namespace that is not the suite's."""

    def __init__(self, space, settings):
        super().__init__({"protected-mode": "no", **settings}, host=FAR)
        self.space = space

    def _spawn(self, is_first):
        with self.space.entered():
            super()._spawn(is_first)

    def connect(self, seconds=5):
        peer = socket.socket()
        try:
            with contextlib.suppress(PermissionError):
                peer.setsockopt(socket.SOL_SOCKET, SO_MARK, ORACLE)
            peer.settimeout(seconds)
            peer.connect((self.host, self.port))
        except OSError:
            peer.close()
            raise
        return peer


class Place(World):
    """`cut` breaks the ways, `mend` makes them whole."""

    def _start(self):
        self.near, self.far = Namespace(), Namespace()
        self.stack.callback(self.far.close)
        self.stack.callback(self.near.close)
        self.stack.enter_context(self.near.entered())
        run("ip", "link", "add", "near", "type", "veth", "peer", "name",
            "far", "netns", self.far.name)
        for space, device, address in ((self.near, "near", NEAR),
                                       (self.far, "far", FAR)):
            with space.entered():
                run("ip", "address", "add", f"{address}/24", "dev", device)
                run("ip", "link", "set", device, "up")
                run("nft", f"add table {TABLE}")
                for hook in ("input", "output"):
                    run("nft", f"add chain {TABLE} {hook} "
                        f"{{ type filter hook {hook} priority 0; }}")
        super()._start()

    def _make_redis(self, number):
        if number:
            return super()._make_redis(number)
        return FarRedis(self.far, self.scene.get("redis", {}))

    def _servers_of_agent(self):
        return f"{AGENTS_ZOOKEEPER}:{self.zookeeper.port}"

    def cut(self, space, hook, *rules):
        """`space` is near or far; a rule is as nft wants it."""
        with space.entered():
            for rule in rules:
                run("nft", f"add rule {TABLE} {hook} {rule}")

    def mend(self):
        run("ip", "link", "set", "near", "up", "mtu", "1500")
        for space in (self.near, self.far):
            with space.entered():
                run("nft", f"flush table {TABLE}")
        with self.far.entered():
            run("ip", "link", "set", "far", "up")

    def dropped(self):
        """How many packets the rules with a counter took."""
        told = subprocess.run(["nft", "list", "table", *TABLE.split()],
                              check=True, capture_output=True, text=True,
                              timeout=30).stdout
        return sum(map(int, re.findall(r"counter packets (\d+)", told)))
