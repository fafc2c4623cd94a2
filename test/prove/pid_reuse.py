#!/usr/bin/python3
"""An agent where each pid comes again at once: strangers sit on the pid of
everybody who died, and none of them may ever get a signal.

    unshare --pid --fork --mount-proc --kill-child \\
        test/prove/pid_reuse.py SERVERS

This is the first process of its pid namespace. It prints one line of JSON:
how many pids were reused, and which strangers were hurt.
"""
import json
import os
import shutil
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

from agent import Agent  # noqa: E402
from servers import Redis, private_directory, wait_for  # noqa: E402

LAST_PID = "/proc/sys/kernel/ns_last_pid"  # the next fork's is one more
OTHERS_PIDS = 10000    # from here on: nobody else takes what is wanted
FORKS_MOST = 10        # for one pid: another's fork may come between
REST_SECONDS = 1.2     # a helper so old is replaced at once
LAST_SECONDS = 3       # who is to be killed again, is so each second
HELPERS = ("sentinel-prober", "sentinel-publisher", "sentinel-console")


def choose_next(pid):
    """The pid of whoever is forked next, if it is free."""
    with open(LAST_PID, "w") as file:
        file.write(str(pid - 1))


class Strangers:
    """Processes that do nothing, each on a pid that was somebody's."""

    def __init__(self):
        self.pids = []

    def sit_on(self, wanted):
        """Each of these pids is a stranger's now, but for one that a new
        process of the agent's has got first."""
        for pid in wanted:
            for _ in range(FORKS_MOST):
                if self._fork(pid):
                    break

    def _fork(self, wanted):
        """Whether the new one has this pid; else it ends."""
        choose_next(wanted)
        pid = os.fork()
        if pid == 0:
            self._be(os.getpid() == wanted)
        choose_next(OTHERS_PIDS)
        if pid == wanted:
            self.pids.append(pid)
        else:
            os.waitpid(pid, 0)
        return pid == wanted

    def _be(self, is_needed):
        """In the child. A signal that can be held back is, and is seen."""
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while is_needed:
            time.sleep(60)
        os._exit(0)

    def hurt(self):
        """[what was done to whom]."""
        found = []
        for pid in self.pids:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                found.append(f"{pid} ended with status {status}")
                continue
            with open(f"/proc/{pid}/status") as file:
                pending = [line.split() for line in file
                           if line.startswith(("SigPnd", "ShdPnd"))]
            found += [f"{pid} got {name} {mask}" for name, mask in pending
                      if int(mask, 16)]
        return found

    def end(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def is_gone(pid):
    return not os.path.exists(f"/proc/{pid}")


def is_whole(agent):
    """Every helper is there, and the session at work."""
    names = {helper.name for helper in agent.helpers()}
    return names >= {name[:15] for name in HELPERS} \
        and agent.status()["zookeeper"]["state"] == "steady"


def lose_helper(agent, strangers, name, number):
    """Reaped by the supervisor, and its pid a stranger's at once."""
    time.sleep(REST_SECONDS)
    lost = agent.helpers(name)[0]
    lost.signal(number)
    wait_for(lambda: is_gone(lost.pid), 20, f"end of {lost}")
    strangers.sit_on([lost.pid])
    wait_for(lambda: is_whole(agent), 40, "full set of helpers")


def lose_all(agent, strangers):
    """The successor finds its predecessor's files, which name strangers."""
    pids = [member.pid for member in agent.members()]
    agent.kill()
    # An orphan's exit is ours to take; members() does.
    wait_for(lambda: not agent.members() and all(map(is_gone, pids)), 20,
             "end of all")
    strangers.sit_on(pids)
    agent.spawn()
    wait_for(lambda: is_whole(agent), 40, "full set of helpers")


def lose_redis(agent, strangers, redis):
    pid = redis.pid
    redis.kill()
    strangers.sit_on([pid])
    agent.wait_state("one", "down")
    redis.restart()
    agent.wait_state("one", "up")


def play(agent, redis):
    strangers = Strangers()
    try:
        agent.start().wait_state("one", "up")
        wait_for(lambda: is_whole(agent), 40, "full set of helpers")
        for name in HELPERS:
            lose_helper(agent, strangers, name, signal.SIGKILL)
        lose_helper(agent, strangers, "sentinel-prober", signal.SIGSTOP)
        lose_redis(agent, strangers, redis)
        lose_all(agent, strangers)
        time.sleep(LAST_SECONDS)
        agent.terminate()
        return {"reused": len(strangers.pids), "hurt": strangers.hurt()}
    finally:
        strangers.end()


def main():
    directory = private_directory()
    redis = Redis().start()
    agent = Agent(directory, {"one": redis}, sys.argv[1], "/pid-reuse")
    try:
        print(json.dumps(play(agent, redis)))
    finally:
        agent.close()
        redis.close()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
