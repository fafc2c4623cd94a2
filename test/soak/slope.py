"""Does a series grow? The slope of many samples, and how sure it is.

Samples that follow each other resemble each other, so a plain regression is
too sure of itself. Each life of a process is cut into blocks; the mean of a
block is one point, and the points of all lives share one slope, each life
with a level of its own (a replaced process begins anew).
"""
import math
from dataclasses import dataclass

BLOCKS = 12           # points a life, at most
LEAST_IN_BLOCK = 3    # samples
WARM_UP = 0.15        # of a life: buffers grow to their size
# Student's t, two-sided 99.8 %: one wrong alarm in a thousand series.
T_TABLE = {3: 10.21, 4: 7.17, 5: 5.89, 6: 5.21, 7: 4.79, 8: 4.50, 9: 4.30,
           10: 4.14, 12: 3.93, 15: 3.73, 20: 3.55, 30: 3.39, 60: 3.23}
T_MANY = 3.09
LEAST_FREEDOM = min(T_TABLE)


@dataclass(frozen=True)
class Slope:
    """Growth per round; surely not below `low`, nor above `high`."""
    estimate: float
    low: float
    high: float
    points: int


def student(freedom):
    """The table's value for as many degrees of freedom, or for fewer."""
    if freedom > max(T_TABLE):
        return T_MANY if freedom > 200 else T_TABLE[max(T_TABLE)]
    return T_TABLE[max(key for key in T_TABLE if key <= freedom)]


def blocks(life):
    """[(round, value)] of one life as block means, its warm-up left out."""
    if not life:
        return []
    begin = life[0][0] + WARM_UP * (life[-1][0] - life[0][0])
    warm = [sample for sample in life if sample[0] >= begin]
    count = min(BLOCKS, len(warm) // LEAST_IN_BLOCK)
    found = []
    for number in range(count):
        part = warm[number * len(warm) // count:
                    (number + 1) * len(warm) // count]
        found.append(tuple(sum(column) / len(part)
                           for column in zip(*part)))
    return found


def slope(lives):
    """The common slope of [(round, value)] lists, or None: too little was
    seen to say anything."""
    centred, levels = [], 0
    for life in lives:
        points = blocks(life)
        if len(points) < 2:
            continue
        levels += 1
        mean_x = sum(x for x, _ in points) / len(points)
        mean_y = sum(y for _, y in points) / len(points)
        centred += [(x - mean_x, y - mean_y) for x, y in points]
    freedom = len(centred) - levels - 1
    if freedom < LEAST_FREEDOM:
        return None
    spread = sum(x * x for x, _ in centred)
    estimate = sum(x * y for x, y in centred) / spread
    residual = sum((y - estimate * x) ** 2 for x, y in centred)
    error = math.sqrt(residual / freedom / spread)
    reach = student(freedom) * error
    return Slope(estimate, estimate - reach, estimate + reach, len(centred))


def verdict(found, tolerance):
    """"leaks": it surely grows by more than `tolerance` a round. "steady": it
    surely does not. "undecided": this soak was too short to tell."""
    if found is None:
        return "undecided"
    if found.low > tolerance:
        return "leaks"
    return "steady" if found.high <= 2 * tolerance else "undecided"
