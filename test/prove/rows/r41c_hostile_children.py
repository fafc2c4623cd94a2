"""Strange children beside our nodes, hundreds of them, some of 1 MB: a new
publisher reads them all and moves none, nor any of ours."""
import os
import subprocess

from kazoo.exceptions import NoNodeError
from node_rows import MIB, directory_of
from operator_rows import reload
from redis_rows import MEMORY_MOST_KB, peak_memory_kb

NUMBER = "41c"
TITLE = "hostile children of our directory, 1 MB"
COUNT = 600
LARGE = 3
ODD = ["a b", "\u202eevil", "%s%n%x", "victim ", ".agent2", "x" * 240,
       "\u00e9" * 60, "';--", "<script>"]


def names():
    return ODD + [f"stranger{number}" for number in range(COUNT)]


def inject(world):
    world.quiet()
    client, place = world.watch.client, directory_of(world)
    for number, name in enumerate(names()):
        data = b'"' + b"a" * (MIB - 2) + b'"' if number < LARGE else b"{}"
        client.create(f"{place}/{name}", data, ephemeral=number % 2 == 0)
    told = reload(world)
    world.check("the reload is taken", told["ok"])
    world.wait_healthy()
    world.rounds(2)
    left = set(client.get_children(place))
    world.check("no stranger's node was touched", left >= set(names()))
    publisher = world.agent.helper("sentinel-publisher")
    peak_kb = peak_memory_kb(publisher.pid)
    world.check(f"the publisher took {peak_kb} KiB, never 64 MiB",
                0 < peak_kb < MEMORY_MOST_KB)
    world.check("`sentinelctl ls` shows nothing that paints a terminal",
                is_plain(listing(world)))


def listing(world):
    said = subprocess.run(
        [os.path.join(world.agent.build, "sentinelctl"), "ls", "--zookeeper",
         world.zookeeper.servers, "--root", world.watch.root],
        capture_output=True, timeout=60)
    return said.stdout + said.stderr


def is_plain(text):
    return b"victim" in text and not any(
        byte < 0x20 and byte != 0x0a for byte in text) \
        and "\u202e".encode() not in text


def heal(world):
    client = world.watch.client
    place = directory_of(world)
    for name in names():
        try:
            client.delete(f"{place}/{name}")
        except NoNodeError:
            pass
