"""/debug/procs, /debug/heap, /debug/fds, /tasks and /goroutines: what a leak
is found with."""
import os
import signal
import socket
import time

from agent import Process
from servers import wait_for

ROLES = {"supervisor", "publisher", "console", "prober"}


def procs(agent, path="/debug/procs"):
    return agent.get(path)["procs"]


def by_role(agent, role, path="/debug/procs"):
    return next(proc for proc in procs(agent, path) if proc["role"] == role)


def have_told(agent):
    """The processes, once each has told its vitals; else None."""
    found = procs(agent)
    told = all(proc["told_ms_ago"] is not None for proc in found)
    return found if told and {proc["role"] for proc in found} >= ROLES \
        else None


def test_every_process_is_told_with_what_it_costs(
        zookeeper, start_redis, make_agent):
    agent = make_agent({"one": start_redis()},
                       zookeeper.servers).start().wait_ready()
    found = wait_for(lambda: have_told(agent), 30, "vitals of all")
    for proc in found:
        assert Process(proc["pid"]).session in agent.sessions
        assert proc["rss_kb"] > proc["pss_kb"] > 0, proc
        assert proc["threads"] >= 1 and proc["fds"] >= 5, proc
        assert proc["starts"] >= 1 and proc["restarts"] >= 0, proc
    assert by_role(agent, "supervisor")["pid"] == agent.pid
    # The publisher's library has threads of its own.
    assert by_role(agent, "publisher")["threads"] >= 3

    heap = agent.get("/debug/heap")
    assert {proc["role"] for proc in heap["procs"]} == ROLES
    assert set(heap["console"]) >= {"in_use_bytes", "free_bytes",
                                    "mapped_bytes", "free_blocks"}
    for path in ("/debug/procs?text", "/debug/heap?text", "/debug/fds?text"):
        text = agent.request(path)[1]
        for role in ROLES:
            assert role in text, path


def test_descriptors_are_listed_with_their_ends(start_redis, make_agent):
    agent = make_agent({"one": start_redis()}).start().wait_ready()
    with socket.create_connection(("127.0.0.1", agent.port)) as client:
        here = f"127.0.0.1:{client.getsockname()[1]}"
        there = f"127.0.0.1:{agent.port}"

        def seen():
            console = by_role(agent, "console", "/debug/fds")
            return any(entry["what"] == f"tcp {there} {here} established"
                       for entry in console["list"])
        wait_for(seen, 10, f"connection {here}")
        console = by_role(agent, "console", "/debug/fds")
    assert console["total"] == sum(console["fds"].values())
    whats = {entry["what"]: entry["type"] for entry in console["list"]}
    assert whats[f"tcp {there} listens"] == "socket"
    assert whats["anon_inode:[eventpoll]"] == "anon"
    assert os.path.join(agent.run_dir, "console.sock") in " ".join(whats)
    numbers = [entry["fd"] for entry in console["list"]]
    assert numbers == sorted(set(numbers)) and numbers[:3] == [0, 1, 2]


def test_connections_that_pile_up_are_seen_in_two_looks(
        start_redis, make_agent):
    """The walk-through of docs/leaks.md, with clients that never close."""
    agent = make_agent({"one": start_redis()}).start().wait_ready()

    there = f"tcp 127.0.0.1:{agent.port} "

    def open_to_clients():
        console = by_role(agent, "console", "/debug/fds")
        count = sum(entry["what"].startswith(there)
                    and entry["what"].endswith(" established")
                    for entry in console["list"])
        assert console["fds"]["socket"] >= count
        return count
    clients = [socket.create_connection(("127.0.0.1", agent.port))
               for _ in range(20)]
    try:
        wait_for(lambda: open_to_clients() >= 20, 4, "20 more connections")
    finally:
        for client in clients:
            client.close()
    wait_for(lambda: open_to_clients() <= 2, 20, "connections closed again")


def test_tasks_name_what_the_kernel_says_they_wait_in(
        start_redis, make_agent):
    redis = start_redis()
    agent = make_agent({"one": redis}, settings={"timeout": "3s"})
    agent.start().wait_ready()
    redis.stop()  # its probes wait, and their prober with them

    def probe():
        tasks = agent.get("/tasks")["tasks"]
        return next((task for task in tasks if task["kind"] == "probe"
                     and task["pid"] > 0), None)
    task = wait_for(probe, 20, "probe in flight")
    assert task["instance"] == "one" and task["deadline_ms"] == 3500
    # One letter of state at least; a place where we may trace.
    assert task["kernel"][:1] in tuple("RSD"), task

    def block():
        text = agent.request("/goroutines?debug=2")[1]
        return text if "\n    instance one round " in text else None
    text = wait_for(block, 20, "block of the probe")
    assert "    pid " in text and "    kernel " in text
    for service in ("console", "prober"):
        assert f" [service {service}, " in text
    redis.cont()


def test_a_prober_that_died_is_told_among_the_endings(
        start_redis, make_agent):
    agent = make_agent({"one": start_redis()}).start().wait_ready()
    agent.wait_settled()
    prober = agent.helpers("sentinel-prober")[0]
    prober.signal(signal.SIGKILL)

    def ending():
        return next((end for end in agent.get("/tasks")["endings"]
                     if end["pid"] == prober.pid), None)
    end = wait_for(ending, 20, "ending of the prober")
    assert end["role"] == "prober" and "SIGKILL" in end["why"]
    assert abs(end["at"] / 1000 - time.time()) < 600
    assert end in agent.get("/debug/procs")["endings"]
    assert str(prober.pid) in agent.request("/debug/procs?text")[1]

    def replaced():
        found = [proc for proc in procs(agent) if proc["role"] == "prober"]
        return found and all(proc["pid"] != prober.pid and
                             proc["restarts"] >= 1 for proc in found)
    wait_for(replaced, 20, "successor, counted")
