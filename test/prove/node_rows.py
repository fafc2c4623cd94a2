"""What a stranger with ZooKeeper's rights may write where our nodes are."""
import json

MIB = 1000 * 1000  # what ZooKeeper takes, with room for the path
FUTURE_MS = 4102444800000  # the year 2100
# What lies about a server, or is no JSON at all. Nothing of it may be believed
# but a `since` of the past.
HOSTILE = {
    "brackets in brackets": b"[" * 400 + b"]" * 400,
    "1 MB of text": b'"' + b"a" * (MIB - 2) + b'"',
    "nothing": b"",
    "a NUL and bytes that are no text": b"\x00\xff\xfe{}\x1b[2J",
    "JSON of another shape": b'[{"state":["up"]},null,1e999]',
    "a lie from the future": json.dumps(
        {"state": "up", "reason": "master", "since": FUTURE_MS,
         "agent": "0123456789abcdef", "v": 1}).encode(),
    "a number too large": b'{"since":' + b"9" * 400 + b',"state":"up"}',
}


def data_of(world, name):
    return world.watch.client.get(path_of(world, name))[0]


def path_of(world, name):
    return f"{directory_of(world)}/{name}"


def directory_of(world):
    """The host's, where every node of this agent is."""
    return world.watch.node(world.victim).path.rsplit("/", 1)[0]
