"""The run itself: what it says, who plays what, how it is interrupted."""
import json
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

import mixture
import page
import report
import row as rows
from agent import processes
from checker import Finding
from crew import pick
from promises import Promises
from servers import wait_for
from suite import Suite
from telling import Tap, Telling
from world import FAST

HERE = os.path.dirname(os.path.abspath(__file__))
PROMISES = Promises(interval=0.5, timeout=0.5, fall=2, session=2, tick=0.5)


def make_row(name, scene=None, is_alone=False):
    return SimpleNamespace(name=name, NUMBER="1", TITLE=f"title of {name}",
                           SCENE=scene or {}, IS_ALONE=is_alone)


def make_result(name, findings=(), skipped=None):
    return report.Result(name, "1", f"title of {name}", "Redis",
                         f"run --only {name}", skipped, list(findings),
                         took=2.0)


def make_worker(scene=None, row=None):
    return SimpleNamespace(scene=scene, row=row)


KEPT = Finding("B", "it is not `up` for longer", True, 9.0, 1.5)
BROKEN = Finding("C", "all right again", False, 2.5, None, name="victim")


# --- what it says ---------------------------------------------------------
def told(telling_class, directory, results, capsys):
    names = [make_row(result.name) for result in results]
    telling = telling_class(names, directory, FAST)
    for name, result in zip(names, results):
        telling.begin(name)
        telling.end(result)
    code = telling.sum_up(results)
    return code, capsys.readouterr().out


def test_a_row_is_told_before_it_is_broken_and_when_it_is_through(
        directory, capsys):
    code, out = told(Telling, directory, [make_result("a", [KEPT])], capsys)
    lines = out.splitlines()
    assert lines[0] == "  0:05 left; breaking: 1 title of a"
    assert lines[1].startswith("[1/1]   1 title of a")
    assert lines[1].endswith("kept      2.0 s")
    assert "1 rows kept, 0 broken, 0 skipped" in lines[-1]
    assert code == 0


def test_a_breach_is_told_with_its_numbers_and_how_to_play_it_again(
        directory, capsys):
    code, out = told(Telling, directory,
                     [make_result("a", [KEPT, BROKEN])], capsys)
    assert "C: all right again (bound 2.50 s, seen never)" in out
    assert "again: run --only a" in out
    assert code == 1


def test_the_limits_are_told_beside_the_promises(directory, capsys):
    _, out = told(Telling, directory, [make_result("a", [KEPT])], capsys)
    assert "Not promised:" in out
    assert len(report.limits()) == 2


def test_nothing_played_is_nothing_kept(directory, capsys):
    code, _ = told(Telling, directory, [make_result("a", skipped="no root")],
                   capsys)
    assert code == 1


def test_tap_has_a_plan_a_line_a_row_and_reasons_of_skips(directory, capsys):
    code, out = told(Tap, directory, [
        make_result("a", [KEPT]), make_result("b", [BROKEN]),
        make_result("c", skipped="no root")], capsys)
    lines = [line for line in out.splitlines() if not line.startswith("#")]
    assert lines == ["1..3", "ok 1 - 1 title of a", "not ok 2 - 1 title of b",
                     "ok 3 - 1 title of c # SKIP no root"]
    assert "# C: all right again (bound 2.50 s, seen never)" in out
    assert code == 1


def test_the_time_left_is_what_rows_took_when_they_were_last_played(
        directory, capsys):
    result = make_result("a", [KEPT])
    result.took, result.directory = 75, os.path.join(directory, "a")
    os.mkdir(result.directory)
    report.keep(result, FAST)
    telling = Telling([make_row("a"), make_row("b")], directory, FAST)
    telling.begin(make_row("a"))
    assert "2:30 left" in capsys.readouterr().out


# --- the page -------------------------------------------------------------
def test_a_page_of_nothing_but_skips_and_errors_is_a_page():
    results = [make_result("a", [BROKEN]), make_result("b", skipped="no <b>")]
    results[0].fail("could not be played: <script>\nand a log")
    text = page.make(results, report.held(results), FAST, report.limits())
    assert "no &lt;b&gt;" in text and "<script" not in text
    assert "It has left no logs" in text


def test_the_timeline_shows_servers_nodes_marks_and_processes(directory):
    lines = {
        "marks": [(0, "begin", {"names": ["one", "two"]}),
                  (1, "injecting", {}), (5, "healed", {}), (8, "end", {})],
        "watch": [(-1, "created", {"name": name, "state": "up"})
                  for name in ("one", "two")]
        + [(3, "changed", {"name": "one", "state": "down",
                           "reason": "timeout"}),
           (6, "changed", {"name": "one", "state": "up", "reason": ""})],
        "oracle": [(-1, "answers", {"name": "one"}),
                   (-1, "answers", {"name": "two"}),
                   (1, "silent", {"name": "one"}),
                   (5, "answers", {"name": "one"})],
        "tree": [(t, "tree", {"count": count, "zombies": 0, "fds": 80})
                 for t, count in ((1, 5), (2, 4), (6, 5))]}
    for log, entries in lines.items():
        with open(os.path.join(directory, f"{log}.jsonl"), "w") as file:
            for t, what, fields in entries:
                file.write(json.dumps({"t": t, "what": what, **fields})
                           + "\n")
    result = make_result("a", [Finding("B", "one", False, 3, 4, 1, "one")])
    result.directory = directory
    text = page.make([result], report.held([result]), FAST, report.limits())
    for word in ("no answer, from +0.00 s to +4.00 s",
                 "down: timeout, from +2.00 s to +5.00 s", "B ends here",
                 "broken at +0.00 s", "mended at +4.00 s",
                 "processes 5, then 4 to 5", "1 more was up"):
        assert word in text, word
    assert "two</p>" not in text  # nothing happened to it


# --- a machine that stands still ------------------------------------------
def make_suite(directory, stalls, is_kept):
    """A suite whose rows are not played: the logs say how the machine did."""
    told = []
    suite = Suite(FAST, directory, told.append)

    def judge(row, result):
        result.directory = directory
        result.findings = [] if is_kept(result.plays) else [BROKEN]
        with open(os.path.join(directory, "tree.jsonl"), "w") as file:
            for t in (0, 0.2, 0.4 + stalls[result.plays - 1]):
                file.write(json.dumps({"t": t, "what": "tree"}) + "\n")
    suite.judge = judge
    row = rows.load(os.path.join(HERE, "rows", "r01_killed.py"))
    suite.run(row)
    return report.Result.of(told[0]["result"])


def test_a_row_broken_while_the_machine_stood_still_is_played_again(directory):
    result = make_suite(directory, [2.5, 0], lambda plays: plays == 2)
    assert (result.is_kept(), result.plays) == (True, 2)
    assert result.stall == pytest.approx(2.7)


def test_a_row_broken_on_a_machine_at_work_is_not_played_again(directory):
    result = make_suite(directory, [0.5], lambda plays: False)
    assert (result.is_kept(), result.plays) == (False, 1)


def test_a_row_kept_on_a_machine_that_stood_still_is_kept(directory):
    result = make_suite(directory, [9], lambda plays: True)
    assert (result.is_kept(), result.plays) == (True, 1)


def test_a_machine_that_stands_still_for_ever_ends_the_playing(directory):
    result = make_suite(directory, [9] * 9, lambda plays: False)
    assert (result.is_kept(), result.plays) == (False, 3)


# --- who plays what -------------------------------------------------------
def test_a_worker_goes_on_in_the_world_it_has():
    todo = [make_row("a", {"fall": 3}), make_row("b"), make_row("c")]
    assert pick(todo, make_worker({}), []).name == "b"


def test_a_worker_without_a_row_for_its_world_takes_a_scene_nobody_has():
    todo = [make_row("a", {"fall": 3}), make_row("b", {"fall": 4})]
    other = make_worker({"fall": 3}, make_row("x"))
    assert pick(todo, make_worker(), [other]).name == "b"


def test_a_row_that_wants_to_be_alone_waits_until_all_others_have_gone():
    alone, worker = make_row("a", is_alone=True), make_worker()
    other = make_worker({}, make_row("x"))
    assert pick([alone, make_row("b")], worker, [worker, other]).name == "b"
    assert pick([alone], worker, [worker, other]) is None
    assert pick([alone], worker, [worker]).name == "a"


def test_nothing_is_played_beside_a_row_that_is_alone():
    other = make_worker({}, make_row("x", is_alone=True))
    assert pick([make_row("b")], make_worker(), [other]) is None


# --- mixtures -------------------------------------------------------------
def test_a_seed_is_a_mixture_of_rows_that_get_along():
    found = rows.load_all()
    for seed in range(200):
        mixed, again = mixture.make(found, seed), mixture.make(found, seed)
        assert (mixed.TITLE, mixed.PARTS) == (again.TITLE, again.PARTS)
        assert 1 <= len(mixed.PARTS) <= 3
        layers = [row.LAYER for row in found if row.name in mixed.PARTS
                  and row.LAYER != "Redis"]
        assert len(layers) == len(set(layers))
    assert len({mixture.make(found, seed).TITLE for seed in range(50)}) > 5


def test_every_part_of_a_mixture_has_a_server_of_its_own_and_is_healed():
    calls = []

    def part(name, is_failing=False):
        def heal(world):
            calls.append((f"heal {name}", world.victim))
            if is_failing:
                raise OSError("gone")
        return SimpleNamespace(
            name=name, TITLE=name, LAYER="Redis", IS_MIXABLE=True, SCENE={},
            needs=lambda: None, heal=heal,
            inject=lambda world: calls.append((name, world.victim)))
    world = SimpleNamespace(victim="victim", promises=SimpleNamespace(
        interval=0))
    mixture.rest, rest = lambda *_: None, mixture.rest
    try:
        mixed = next(mixed for mixed in (mixture.make(
            [part("a", True), part("b"), part("c")], seed)
            for seed in range(100)) if len(mixed.PARTS) == 3)
        mixed.inject(world)
        with pytest.raises(OSError):
            mixed.heal(world)
    finally:
        mixture.rest = rest
    injected = dict(calls[:3])
    assert len(set(injected.values())) == 3
    assert {(f"heal {name}", victim) for name, victim in injected.items()} \
        == set(calls[3:])
    assert world.victim == "victim"


# --- what is written of them ----------------------------------------------
def test_the_page_of_the_prover_lists_every_row_there_is():
    listed = text_of(os.path.join(report.ROOT, "docs", "prove.md"))
    listed = [line for line in listed.split("## The rows")[1].splitlines()
              if line.startswith("|")]
    assert listed == rows.table(rows.load_all()), \
        "put the output of `test/prove/run --table` below its last heading"


# --- an interrupt ---------------------------------------------------------
def test_an_interrupt_mends_what_is_broken_ends_all_and_says_what_was_found(
        directory):
    process = subprocess.Popen(
        [os.path.join(HERE, "run"), "--fast", "--only",
         "r01_killed,r02_stopped", "--output", directory,
         "--at-once", "1"], stdout=subprocess.PIPE, text=True)
    try:
        marks = os.path.join(directory, "r02_stopped", "marks.jsonl")
        wait_for(lambda: '"injecting"' in text_of(marks), 60,
                 "row under way")
        before = set(descendants(process.pid))
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == 130, out
    assert "interrupted, not judged: 2 " in out
    assert "1 rows kept, 0 broken" in out
    assert '"healed"' in text_of(marks)
    wait_for(lambda: not before & {member.pid for member in processes()
                                   if member.state not in "ZX"}, 20,
             f"end of {before}")


def text_of(path):
    with open(path) as file:
        return file.read()


def descendants(pid):
    """Every process that came from it."""
    children = [member.pid for member in processes()
                if member.parent == pid]
    return children + [each for child in children
                       for each in descendants(child)]


def test_a_run_of_no_row_at_all_fails(directory):
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, "run"), "--fast", "--only",
         "nothing", "--output", directory], capture_output=True, text=True)
    assert done.returncode == 1
    assert "0 rows kept" in done.stdout
