"""How soon each peer says that a server is dead, or stopped: all of them watch
the same servers at the same time, so each sees the same death.

A victim is killed (or stopped) at a moment that no clock of a peer knows. With
one instance the deaths come one after the other; with more, several
instances die within the same two seconds, each by itself."""
import contextlib
import os
import random
import signal
import time

from servers import wait_for

SPREAD_SECONDS = 2.0
SEEN_SECONDS = 12
HEALED_SECONDS = 30
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
SEED = 20


def batches(count, times, kind):
    """Lists of names: who is struck together. Of stopped servers others than
    of killed ones."""
    if count == 1:
        return [["r0"]] * times
    names = [f"r{i}" for i in range(count)]
    random.Random(SEED).shuffle(names)
    if kind == "stop":
        names.reverse()
    most = min(times, max(1, count // 2))
    chosen = names[:most]
    while len(chosen) < times:
        chosen += names[:min(most, times - len(chosen))]
    return [chosen[i:i + most] for i in range(0, times, most)]


def strike(fleet, names, number):
    """When each was struck."""
    moments = sorted(random.random() * SPREAD_SECONDS for _ in names)
    begun = time.monotonic()
    struck = {}
    for name, moment in zip(names, moments):
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        struck[name] = time.monotonic()
        os.kill(fleet.server(name).pid, number)
    return struck


def heal(fleet, names, kind):
    for name in names:
        if kind == "kill":
            fleet.server(name).restart()
        else:
            fleet.server(name).cont()


def wait_seen(peers, struck):
    """Until all have said it of all, or will not any more."""
    def is_seen():
        return all(peer.ledger.first(name, "down", at)
                   for peer in peers for name, at in struck.items())
    with contextlib.suppress(AssertionError):
        wait_for(is_seen, SEEN_SECONDS, "word of it")


def wait_healed(peers, struck):
    """Until all say up again of those they called down."""
    def is_healed():
        for peer in peers:
            states = peer.ledger.states()
            if any(states.get(name) == "down" for name in struck):
                return False
        return True
    with contextlib.suppress(AssertionError):
        wait_for(is_healed, HEALED_SECONDS, "health")


def time_batch(fleet, peers, names, kind):
    """word of the peer -> milliseconds, None where it said nothing."""
    struck = strike(fleet, names, SIGNALS[kind])
    try:
        wait_seen(peers, struck)
    finally:
        heal(fleet, names, kind)
    wait_healed(peers, struck)
    found = {peer.WORD: [] for peer in peers}
    for peer in peers:
        for name, at in struck.items():
            said = peer.ledger.first(name, "down", at)
            found[peer.WORD].append(said and (said - at) * 1000)
    return found


def time_faults(stage, peers, kind, times):
    """The same over all batches. The peers have begun and are heard."""
    found = {peer.WORD: [] for peer in peers}
    for names in batches(stage.fleet.count, times, kind):
        for word, values in time_batch(stage.fleet, peers, names,
                                       kind).items():
            found[word] += values
    return found
