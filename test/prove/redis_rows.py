"""What the rows about Redis have in common: a scene whose victim may be
debugged and is asked everything in each round, and ways into trouble.

A state of the table is stated once, in test/system/states*.py; here a server
that was well turns into it under the eyes of a running agent.
"""
import contextlib

import hostile
from agent import BUILD
from servers import PATIENCE, wait_for
from states import STATES, found_in, is_as

SCENE = {
    "redis": {"enable-debug-command": "yes", "enable-protected-configs": "yes",
              "rdbcompression": "no"},
    "settings": {"deep_interval": "100ms"},
}
UNIX = "calm2"        # the one of a world that is behind a unix socket
# The sanitizer's shadow is not ours.
MEMORY_MOST_KB = float("inf") if "address" in BUILD else 64 * 1024


def others(world, name):
    return [other for other in world.redis if other != name]


@contextlib.contextmanager
def turning(world, state, passing=()):
    """Inside, the victim turns into this state of the table. Its node says so
    in time and in every field, and nothing else on the way but `up` and what
    is `passing`."""
    found = STATES[state].found
    world.quiet(world.calm)
    mark = world.watch.mark()
    yield
    world.expect(world.victim, found.state,
                 "B" if found.state == "down" else "C", [found.reason])
    world.wait_expected()
    world.check(f"the node says all that the table says of {state}",
                comes_true(lambda: is_as(
                    found_in(world.watch.nodes()[world.victim]), found),
                    world.promises.C))
    strange = set(world.watch.states(world.victim, mark)) \
        - {"up", found.state, *passing}
    world.check(f"on its way to {state} it said nothing else", not strange)


def comes_true(predicate, seconds):
    """Whether it does, so soon; for a check, where a miss is no error of the
    row."""
    try:
        return bool(wait_for(predicate, seconds))
    except AssertionError:
        return False


def impostor(serve, state, reason, is_pong=False):
    """inject, expect and heal of a row in which something else takes the
    victim's port and serves so; `is_pong`: the oracle takes its word for an
    answer."""
    fakes = []

    def inject(world):
        redis = world.redis[world.victim]
        redis.kill()
        fakes.append(hostile.Hostile(serve, port=redis.port))

    def expect(world):
        world.quiet(world.calm)
        if is_pong:
            world.exempt([world.victim])
        world.expect(world.victim, state, "B" if state == "down" else "C",
                     [reason])

    def heal(world):
        peak_kb = max([peak_memory_kb(prober.pid) for prober in
                       world.agent.helpers("sentinel-prober")], default=0)
        world.check(f"a prober took {peak_kb} KiB, never 64 MiB",
                    peak_kb < MEMORY_MOST_KB)
        while fakes:
            fakes.pop().close()
        world.redis[world.victim].restart()
    return inject, expect, heal


def peak_memory_kb(pid):
    """0 when it ended meanwhile."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def ask(redis, *words):
    """A command that must succeed."""
    reply = redis.ask(*words)
    assert reply == b"+OK\r\n", reply


def info(redis, field, section="everything"):
    """A number of INFO; `redis` may be an open connection, too."""
    text = redis.ask("INFO", section).decode()
    for line in text.splitlines():
        if line.startswith(f"{field}:"):
            return line.split(":", 1)[1]
    raise KeyError(field)


def check_calm(world, tries, what):
    """While `tries()` is asked again some rounds later: one more a round at
    most. A round may be under way at either end."""
    def rounds():
        return world.agent.instance(world.victim)["counters"]["rounds"]
    begun, before = rounds(), tries()
    world.rounds(4)
    more, passed = tries() - before, rounds() - begun
    world.check(f"{what}: {more} in {passed} rounds, one each at most",
                0 < more <= passed + 1)


def stretched(seconds):
    """A fault's own length, for a machine that is known to be slow."""
    return seconds * PATIENCE


class Control:
    """A connection that is kept, for when no other one is let in."""

    def __init__(self, redis):
        self.peer = redis.connect()
        self.file = self.peer.makefile("rb")

    def ask(self, *words):
        request = b"*%d\r\n" % len(words)
        for word in words:
            data = str(word).encode()
            request += b"$%d\r\n%s\r\n" % (len(data), data)
        self.peer.sendall(request)
        line = self.file.readline()
        if line.startswith(b"$"):
            return self.file.read(int(line[1:]) + 2)
        return line

    def close(self):
        self.file.close()
        self.peer.close()
