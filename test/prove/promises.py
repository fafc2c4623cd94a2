"""What is promised, in seconds, of a set of settings.

The formulas are those of docs/promises.md, computed here once more: the
agent's own word for them (/bounds) is not asked.
"""
from dataclasses import dataclass

SLIP = 0.5         # j: a round may begin so much late
GRACE = 0.5        # g: from SIGTERM to SIGKILL of a stuck prober
SPACING = 0.5      # q: between quick retries
PUBLISH = 1.0      # p: for a write to ZooKeeper
DEADMAN = 3.0      # d: a process of ours that does nothing is dead
REPLACE = 4.0      # R = d + 1: it has a successor that works
ISOLATION = 0.2
EXIT = 2.0
HTTP = 0.25        # an honest client, whatever the others do
AT_ONCE = 1.0      # "at once" on a machine that is also the suite's


@dataclass(frozen=True)
class Promises:
    interval: float
    timeout: float
    fall: int
    session: float
    tick: float

    @property
    def B(self):
        return (self.interval + SLIP + 2 * (self.timeout + GRACE)
                + (self.fall - 1) * (SPACING + self.timeout)
                + REPLACE + PUBLISH)

    @property
    def C(self):
        return self.interval + SLIP + self.timeout + PUBLISH

    @property
    def C_replaced(self):
        """C when the publisher had to be replaced."""
        return self.C + REPLACE

    @property
    def D(self):
        return self.timeout + GRACE + ISOLATION

    @property
    def E(self):
        return self.session + self.tick

    def seconds(self, within):
        """`within` as rows write it: the name of a promise, or seconds."""
        names = {"B": self.B, "C": self.C, "CR": self.C_replaced,
                 "D": self.D, "E": self.E, "d": DEADMAN, "exit": EXIT,
                 "now": AT_ONCE}
        return names[within] if isinstance(within, str) else float(within)
