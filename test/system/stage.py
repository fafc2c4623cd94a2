"""Where servers are brought into the states of docs/probing.md, and how a state
is entered into the table of all (states.py).

    @degraded("oom")
    def out_of_memory(stage):
        redis = stage.redis({"maxmemory": 1})
        return Subject(redis.addr, undo=...)

A state is a function that takes a stage, the place that owns its servers, and
gives back a Subject. What a probe must find there is said above it. Real
servers where a server can be brought there; fakes for what no Redis does. Each
stands by itself: all of them fit one stage.
"""
import contextlib
import functools
import itertools
import os
import re
import socket
from collections import namedtuple

import hostile
from certificates import Authority
from servers import Redis

# What a probe must find; `detail` is a pattern of the whole sentence.
Found = namedtuple("Found", "reason state readable writable role conditions "
                   "detail")
MASTER = Found("master", "up", "yes", "yes", "master", [], "")
REPLICA = Found("replica", "up", "yes", "no", "replica", [], "")
STATES = {}
# What to run a program under so that it may open no more than modes allow.
MODES_BIND = [] if os.geteuid() != 0 else [
    "setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def found_in(result):
    """What a result or a node says, by the same words."""
    found = Found(*(result[field] for field in Found._fields))
    return found._replace(conditions=sorted(found.conditions))


def is_as(found, expected):
    return found._replace(detail="") == expected._replace(detail="") \
        and re.fullmatch(expected.detail, found.detail) is not None


class State:
    """One row, or one way into it."""

    def __init__(self, bring, found, healed):
        self.name = bring.__name__
        self.bring = bring
        self.found = found
        self.healed = healed

    def __repr__(self):
        return self.name


class Subject:
    """A server in a state. `access` is what its instance's configuration
    says beside the address; `known` what an agent would remember of it
    (`was_loading`, and the `pid` of its process, or the `process` when that
    will be gone); `then` completes a state
    that takes time, or must be seen halfway first; `undo` heals it, None where nothing
    can."""

    def __init__(self, addr, undo=None, access=None, known=None, then=None):
        self.addr = addr
        self.undo = undo
        self.access = access or {}
        self.known = known or {}
        self.then = then


class Stage:
    """Owns servers and files until it is closed."""

    def __init__(self, directory):
        self.directory = directory
        self.numbers = itertools.count(1)
        self.stack = contextlib.ExitStack()
        self.secrets = []

    def redis(self, *settings, **options):
        return self.own(Redis(*settings, **options)).start()

    def own(self, thing):
        """Something with close()."""
        self.stack.callback(thing.close)
        return thing

    def closed_port(self):
        """A port where nobody listens, nor will: and what gives it free."""
        holder = self.own(socket.socket())
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1], holder.close

    def name(self, what):
        """Nobody else's on this stage."""
        return f"{next(self.numbers)}.{what}"

    def path(self, what):
        """A path of its own, short enough for a socket."""
        return os.path.join(self.directory, self.name(what))

    @functools.cached_property
    def authority(self):
        return Authority(self.directory)

    def secret(self):
        """A password nobody else has: it must be seen nowhere."""
        self.secrets.append("hush-" + os.urandom(12).hex())
        return self.secrets[-1]

    def secret_file(self, secret):
        path = self.path("password")
        write_secret(path, secret)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()


def write_secret(path, secret):
    """At once: nobody reads half of it."""
    with open(path + ".new", "w") as file:
        file.write(f"{secret}\n")
    os.chmod(file.name, 0o600)
    os.rename(file.name, path)


def row(reason, state, readable, writable, role="unknown", conditions=None,
        detail=".+", healed=MASTER):
    """Enters the function below it into the table. The deciding reason is the
    only condition unless more are named."""
    if conditions is None:
        conditions = [] if state == "up" else [reason]
    found = Found(reason, state, readable, writable, role, sorted(conditions),
                  detail)

    def enter(bring):
        STATES[bring.__name__] = State(bring, found, healed)
        return bring
    return enter


def agents_fault(detail):
    return row("agent", "unknown", "unknown", "unknown", detail=detail)


def down(reason, detail=".+", role="unknown"):
    return row(reason, "down", "no", "no", role, detail=detail)


def shut(reason, detail=".+"):
    """The door is shut to us, which says nothing about others."""
    return row(reason, "unknown", "unknown", "unknown", detail=detail)


def degraded(reason, readable="yes", writable="no", role="master", **more):
    return row(reason, "degraded", readable, writable, role, **more)


def fake(stage, serve):
    return Subject(stage.own(hostile.Hostile(serve)).addr)


def setting(redis, *words):
    """Heals by other settings: key, value, key, value..."""
    return lambda: redis.ask("CONFIG", "SET", *words)
