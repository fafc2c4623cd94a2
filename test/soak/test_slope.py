"""The arithmetic of the soak: what it calls a leak, and what it does not."""
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from slope import blocks, slope, verdict  # noqa: E402


def life(begin, count, per_round, noise, seed=1, level=1000, every=10):
    rng = random.Random(seed)
    return [(begin + number * every,
             level + per_round * number * every + rng.gauss(0, noise))
            for number in range(count)]


def test_a_growth_under_the_noise_of_a_sample_is_a_leak():
    # 16 bytes a round are 32 of the heap; one sample is wrong by 4 KiB.
    found = slope([life(0, 600, 32, 4096)])
    assert 24 < found.estimate < 40
    assert verdict(found, 8) == "leaks"


def test_noise_alone_is_steady_for_any_seed():
    wrong = [seed for seed in range(300)
             if verdict(slope([life(0, 600, 0, 4096, seed)]), 8) == "leaks"]
    assert wrong == []


def test_a_process_that_is_replaced_is_judged_by_its_lives():
    # Each begins at its level again: the saw's teeth hide no growth.
    lives = [life(begin, 60, 32, 200, begin) for begin in range(0, 3000, 600)]
    assert verdict(slope(lives), 8) == "leaks"
    flat = [life(begin, 60, 0, 200, begin, level=1000 + begin)
            for begin in range(0, 3000, 600)]
    assert verdict(slope(flat), 8) == "steady"


def test_growth_that_ends_is_warm_up_and_no_leak():
    samples = [(x, 50000 * min(1, x / 500)) for x in range(0, 6000, 10)]
    assert verdict(slope([samples]), 8) != "leaks"


def test_a_descriptor_each_hundred_rounds_is_a_leak():
    samples = [(x, 40 + x // 100) for x in range(0, 1200, 10)]
    assert verdict(slope([samples]), 0.003) == "leaks"


def test_a_descriptor_that_comes_and_goes_is_none():
    samples = [(x, 40 + x % 3) for x in range(0, 1200, 10)]
    assert verdict(slope([samples]), 0.003) == "steady"


def test_too_little_is_undecided():
    assert verdict(slope([]), 8) == "undecided"
    assert verdict(slope([life(0, 6, 0, 1)]), 8) == "undecided"
    assert verdict(slope([life(0, 60, 0, 40000)]), 8) == "undecided"


def test_a_block_is_the_mean_of_its_samples_after_the_warm_up():
    points = blocks([(x, 2 * x) for x in range(100)])
    assert len(points) == 12
    assert points[0][0] >= 15 and points[-1][0] < 100
    assert all(abs(y - 2 * x) < 1e-9 for x, y in points)
