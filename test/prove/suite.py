"""Plays rows one after the other, in worlds that are kept while they fit."""
import os
import shutil
import time
import traceback
from dataclasses import asdict

import report
from checker import Finding, check
from promises import EXIT
from servers import PATIENCE
from story import stall
from world import FAST, make

# Who sleeps 0.2 s and wakes a second late was given no processor: sessions of
# 2 s end on such a machine, whatever the agent does.
STALL_SECONDS = 1.0
MOST_PLAYS = 3


class Suite:
    """`send` takes the messages of crew.py."""

    def __init__(self, pace, output, send):
        self.pace = pace
        self.output = output
        self.send = send
        self.world = None
        self.last = None  # the result of the row played last in this world
        os.makedirs(output, exist_ok=True)

    def run(self, row):
        """One row, to its result. An interrupt leaves none."""
        result = report.Result(row.name, row.NUMBER, row.TITLE, row.LAYER,
                               row.replay(self.pace is FAST))
        result.skipped = row.needs()
        if result.skipped is None:
            self.judge(row, result)
            while self.is_unjust(result):
                self.leave()
                result.begin_again()
                self.judge(row, result)
        self.send({"result": asdict(result)})
        if row.IS_SPENT or not result.is_kept():
            self.leave()

    def is_unjust(self, result):
        """Is it broken on a machine that stood still meanwhile? Then nothing
        is said by it, and it is played once more: but not for ever."""
        if result.is_kept() or result.plays >= MOST_PLAYS:
            return False
        result.stall = stall(result.directory)
        return result.stall > STALL_SECONDS

    def judge(self, row, result):
        result.directory = os.path.join(self.output, row.name)
        shutil.rmtree(result.directory, ignore_errors=True)
        begun = time.monotonic()
        try:
            self.play(row, result)
            result.promises = self.world.promises
            result.findings = check(result.directory, result.promises,
                                    PATIENCE)
        except Exception as error:  # the row itself, or no health
            result.fail(f"could not be played: {error}")
            result.trace = traceback.format_exc()
        result.took = time.monotonic() - begun
        report.keep(result, self.pace)

    def play(self, row, result):
        world = self.enter(row.SCENE)
        self.last = result
        with world.record(result.directory):
            mark = world.log["marks"].add
            world.wait_healthy()
            mark("begin", row=row.name, names=list(world.redis),
                 spent=row.IS_SPENT, isolated=row.IS_ISOLATED,
                 faults=row.FAULTS)
            try:
                world.expected = []
                began = mark("injecting")
                row.expect(world)
                row.inject(world)
                mark("injected", began)
                world.wait_expected()
            finally:
                row.heal(world)
                healed = mark("healed")
            if not row.IS_SPENT:
                world.wait_recovered(healed)
            mark("end")

    def enter(self, scene):
        if self.world is not None and self.world.scene != scene:
            self.leave()
        if self.world is None:
            self.world = make(scene, self.pace)
        return self.world

    def leave(self):
        """Ends the world. How its agent ended is a finding of the row that
        was played last; the agent's log is kept beside a broken one's."""
        if self.world is None:
            return
        world, self.world = self.world, None
        result, self.last = self.last, None
        world.close()
        if result is None:
            return
        seconds = world.exit_seconds  # None: it was no more
        finding = Finding(
            "exit", world.complaint or "the agent's last process is gone",
            not world.complaint and (seconds or 0) <= EXIT * PATIENCE,
            EXIT, seconds)
        result.findings.append(finding)
        self.send({"ended": result.name, "finding": asdict(finding)})
        if not result.is_kept() and os.path.isdir(result.directory):
            with open(os.path.join(result.directory, "agent.log"),
                      "w") as file:
                file.write(world.agent_log)
        report.keep(result, self.pace)
