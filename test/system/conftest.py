"""What every system test may ask for: servers, agents, watchers.

The fixtures hand out factories; what they made is ended after the test in
reverse order, also when the test failed or the run was interrupted.
"""
import contextlib
import itertools
import os
import shutil
import signal
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from agent import BUILD, Agent  # noqa: E402
from nobody import AS_NOBODY, need_nobody, own  # noqa: E402
from servers import Ensemble, Redis, ZooKeeper, private_directory  # noqa: E402
from watch import Watch  # noqa: E402

NUMBERS = itertools.count(1)


def pytest_configure(config):
    """An ended run ends its fixtures: SIGTERM is an interrupt here."""
    def interrupt(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, interrupt)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Puts the agents' logs under a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for agent in getattr(item, "agents", []):
            report.sections.append((f"log of {agent.config}",
                                    agent.tail(12000)))


@pytest.fixture
def workspace():
    """A private directory with a short path (unix sockets live there)."""
    directory = private_directory()
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def zookeeper():
    """The ZooKeeper all tests share; never kill or stop this one."""
    server = ZooKeeper()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def own_zookeeper():
    """A ZooKeeper of the test's own, to kill and stop."""
    server = ZooKeeper()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def ensemble():
    servers = Ensemble()
    try:
        yield servers.start()
    finally:
        servers.close()


@pytest.fixture
def start_redis():
    """start_redis(...) as Redis(...), started, closed after the test."""
    with contextlib.ExitStack() as stack:
        def start(*args, **options):
            redis = Redis(*args, **options)
            stack.callback(redis.close)
            return redis.start()
        yield start


@pytest.fixture
def state_path():
    """A state tree of the test's own on the shared ZooKeeper."""
    return f"/t/{os.getpid()}-{next(NUMBERS)}"


@pytest.fixture
def make_agent(request, workspace, state_path):
    """make_agent(...) as Agent(workspace, ...), not yet started; it is ended
    after the test, and nothing of it may be left."""
    request.node.agents = []
    with contextlib.ExitStack() as stack:
        def make(*args, **options):
            options.setdefault("state", state_path)
            options.setdefault("name", f"agent{len(request.node.agents)}")
            agent = Agent(workspace, *args, **options)
            request.node.agents.append(agent)
            stack.callback(agent.close)
            return agent
        yield make


@pytest.fixture
def make_nobodys(make_agent, workspace):
    """make_nobodys(...): an agent that will run as nobody."""
    def make(*args, **options):
        need_nobody(BUILD)
        agent = make_agent(*args, under=AS_NOBODY, **options)
        os.makedirs(agent.run_dir, mode=0o700)
        own(workspace, agent.run_dir)
        return agent
    return make


@pytest.fixture
def watch(state_path):
    """watch(zookeeper) follows this test's state tree."""
    with contextlib.ExitStack() as stack:
        def start(server, root=state_path):
            watcher = Watch(server.servers, root)
            stack.callback(watcher.close)
            return watcher
        yield start
