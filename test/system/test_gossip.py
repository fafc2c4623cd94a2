"""What a helper says can cost only that helper: garbage, half a frame, a
flood, nothing. The fleet is up; then one helper is lost, and the one started
in its place talks nonsense for one life, before its hello or after it."""
import os
import re
import signal
import time

import pytest

from impostor import FORMAT, HELPERS, Impostors
from servers import wait_for

LOG_FOLD_SECONDS = 10  # a line said again in that time is only counted
BEFORE_HELLO = {
    "nothing": "pass",
    "garbage": "say(os.urandom(256))",
    "half a frame": "say(hello[:6])",
    "exit": "sys.exit(7)",
    "end of stream": "os.close(3)",
}
AFTER_HELLO = {
    "garbage": "say(b'\\xff' + os.urandom(255))",
    "half a frame, then the end": "say(hello[:6]); sys.exit(0)",
    "a kind nobody has": "say(frame(255))",
    "a kind of another direction": "say(frame(11))",
    "another one's generation": "say(frame({hello}, number=generation + 1))",
    "a body too long": "say(frame({hello}, b'x'))",
    "a frame too long": "say(b'\\xff\\xff\\xff\\x7f' + hello[4:])",
    "a flood of zeros": "while True: say(bytes(65536))",
    "a flood of hellos": "while True: say(hello * 5000)",
    "abort": "os.abort()",
}


@pytest.fixture
def fleet(zookeeper, start_redis, make_agent, watch, workspace):
    return Fleet(zookeeper, start_redis, make_agent, watch, workspace)


class Fleet:
    def __init__(self, zookeeper, start_redis, make_agent, watch, workspace):
        self.impostors = Impostors(workspace)
        self.redis = {"one": start_redis(), "two": start_redis()}
        self.watch = watch(zookeeper)
        self.agent = make_agent(self.redis, zookeeper.servers,
                                libexec=self.impostors.libexec)
        self.agent.start()
        for name in self.redis:
            self.watch.wait_state(name, "up", 30)
        self.agent.wait_ready().wait_settled()

    def service(self, kind, note=None):
        """What /status says of the helpers of this kind."""
        return [service for service in self.agent.status()["services"]
                if service["kind"] == kind
                and (note is None or service["note"] == note)]

    def lose(self, name, number=signal.SIGKILL):
        """Takes away the helper at work, so that another one is started."""
        note = "shard" if name == "prober" else None
        lost = wait_for(lambda: self.service(name, note), 30,
                        f"{name} at work")[0]
        os.kill(lost["pid"], number)

    def is_alive(self, impostor):
        return impostor in [member.pid for member in self.agent.members()]

    def wait_healed(self, impostor):
        """The impostor is gone, and everything stands as before."""
        wait_for(lambda: not self.is_alive(impostor), 40,
                 "end of the impostor")
        self.agent.wait_settled(60)
        count = self.agent.status()["round"]["number"]
        wait_for(lambda: self.agent.status()["round"]["number"] >= count + 3,
                 60, "three more rounds")
        wait_for(lambda: not [task for task in
                              self.agent.get("/tasks")["tasks"]
                              if task["kind"] == "zombie"], 30, "no zombie")
        for name in HELPERS:
            wait_for(lambda name=name: self.is_served(name, impostor), 60,
                     f"{name} at work")

    def is_served(self, name, impostor):
        pids = [service["pid"] for service in self.service(name)]
        return pids and not {0, impostor} & set(pids)


def promote(fleet, impostor):
    """It stands in waiting: what a stopped prober leaves undone is its."""
    wait_for(lambda: not fleet.is_alive(impostor)
             or impostor in [service["pid"] for service
                             in fleet.service("prober", "spare")], 30,
             "spare")
    if fleet.is_alive(impostor):
        fleet.lose("prober", signal.SIGSTOP)


def talk(fleet, name, speech, is_after_hello):
    others = [service for other in HELPERS if other != name
              for service in fleet.service(other)]
    mark = fleet.watch.mark()
    fleet.impostors.plant(name, speech, is_after_hello)
    fleet.lose(name)
    impostor = wait_for(fleet.impostors.started, 30, "impostor")
    if name == "prober" and is_after_hello:
        promote(fleet, impostor)
    fleet.wait_healed(impostor)
    if name == "prober" and is_after_hello:
        # Two faults in one round: that may cost certainty, never truth.
        assert not fleet.watch.refresh().since(mark, "deleted")
        for instance in fleet.redis:
            fleet.watch.wait_state(instance, "up")
            assert "down" not in fleet.watch.states(instance)
    else:
        fleet.watch.refresh().assert_quiet(mark)
    now = {service["pid"] for other in HELPERS if other != name
           for service in fleet.service(other)}
    assert {service["pid"] for service in others} == now


@pytest.mark.parametrize("speech", BEFORE_HELLO)
@pytest.mark.parametrize("name", HELPERS)
def test_who_never_says_hello_is_replaced(fleet, name, speech):
    talk(fleet, name, BEFORE_HELLO[speech], False)


@pytest.mark.parametrize("speech", AFTER_HELLO)
@pytest.mark.parametrize("name", HELPERS)
def test_who_talks_nonsense_is_replaced(fleet, name, speech):
    talk(fleet, name, AFTER_HELLO[speech], True)


@pytest.mark.parametrize("speech", ["pass", "say(hello[:6])"],
                         ids=["nothing", "half a frame"])
def test_a_prober_that_falls_silent_is_replaced(fleet, speech):
    talk(fleet, "prober", speech, True)


# An order's body: its id, its verb ("probe"), a name, no operator, no reason.
ORDERS = """
order = frame(22, b"\\1\\0\\0\\0\\3" + b"\\3\\0one" + bytes(4))
for _ in range(5000):
    say(order)
"""


def test_a_console_that_floods_the_supervisor_with_orders_is_replaced(fleet):
    talk(fleet, "console", ORDERS, True)
    log = fleet.agent.tail(1000000)
    assert 'said="a flood of orders"' in log


# An upgrade that was unpacked, and no restart.
ANOTHER_BUILD = """#!/usr/bin/python3 -S
import os, sys, time
if "--role" in sys.argv:
    os.execv({real!r}, [{real!r}] + sys.argv[1:])
with open({tries!r}, "a") as file:
    file.write("one more\\n")
generation = int(sys.argv[sys.argv.index("--generation") + 1])
body = ({format}).to_bytes(4, "little") + b"and what no one knows"
os.write(3, (5 + len(body)).to_bytes(4, "little")
         + generation.to_bytes(4, "little") + bytes([{hello}]) + body)
time.sleep(60)
"""
TOLD = (f"event=helper_of_another_build helper={{}} pid=\\d+"
        f" format={FORMAT + 1} ours={FORMAT} hint=\"restart the agent\"")


@pytest.mark.parametrize("name", HELPERS)
def test_a_program_of_another_build_is_told_and_tried_again(fleet, name):
    path, real = fleet.impostors.path(name), fleet.impostors.real(name)
    tries_file = fleet.impostors.misbehaved
    with open(path + ".new", "w") as file:
        file.write(ANOTHER_BUILD.format(real=real, tries=tries_file,
                                        hello=HELPERS[name][0],
                                        format=FORMAT + 1))
    os.chmod(path + ".new", 0o755)
    os.rename(path + ".new", path)
    mark, begun = fleet.watch.mark(), time.monotonic()
    note = "shard" if name == "prober" else None
    os.kill(fleet.service(name, note)[0]["pid"], signal.SIGKILL)

    def told():
        with open(fleet.agent.log) as file:
            return len(re.findall(TOLD.format(name), file.read()))

    def tries():
        with open(tries_file) as file:
            return len(file.readlines())
    wait_for(told, 30, "line of log")
    wait_for(lambda: tries() >= 4, 60, "tries")
    assert told() <= 1 + (time.monotonic() - begun) // LOG_FOLD_SECONDS
    os.symlink(real, path + ".new")
    os.rename(path + ".new", path)
    fleet.wait_healed(0)
    if name == "console":
        fleet.watch.refresh().assert_quiet(mark)
    for instance in fleet.redis:
        fleet.watch.wait_state(instance, "up")
        assert "down" not in fleet.watch.states(instance)
    assert "spoke_nonsense" not in fleet.agent.tail(1000000)
