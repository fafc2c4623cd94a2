"""A prober's own life: when the host starves it, what it refuses, how it
ends, and what it leaves behind."""
import contextlib
import json
import os
import resource
import signal
import subprocess

from agent import BUILD
from driver import DEEP, DRIVER, drive, prober_of, row
from hostile import REPLIES, Hostile, after_request
from servers import free_port, wait_for


def drive_asleep(answer):
    """One probe during which the prober is stopped until long after its
    deadline; meanwhile the server sends `answer`."""
    drivers = []

    def serve(fake, peer):
        peer.recv(4096)
        prober = prober_of(drivers[0].pid)
        os.kill(prober, signal.SIGSTOP)
        peer.sendall(answer)
        fake.ended.wait(1.2)
        os.kill(prober, signal.SIGCONT)
        fake.hold(peer)

    with Hostile(serve) as fake:
        drivers.append(subprocess.Popen(
            [DRIVER, *DEEP, "--timeout-ms", "400", fake.addr],
            stdout=subprocess.PIPE, text=True))
        result = json.loads(drivers[0].stdout.readline())
        assert drivers[0].wait() == 0
        drivers[0].stdout.close()
    return result


def test_answer_that_came_while_we_slept_counts():
    assert row(drive_asleep(REPLIES)) == ("master", "up", "yes", "yes")


def test_silence_while_we_slept_is_no_evidence():
    result = drive_asleep(b"")
    assert row(result) == ("agent", "unknown", "unknown", "unknown")
    assert "CPU" in result["detail"]


def test_without_descriptors_nobody_is_called_down(start_redis):
    redis = start_redis()
    with Hostile(Hostile.hold) as silent:
        results, end, code = drive(
            "--timeout-ms", 300, *[silent.addr] * 30, redis.addr,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, (24, 24)))
    assert code == 0 and len(results) == 31
    ours = [r for r in results if r["reason"] == "agent"]
    assert ours and {row(r) for r in ours} == \
        {("agent", "unknown", "unknown", "unknown")}
    assert "oo many open files" in ours[0]["detail"]
    assert redis.addr in [r["addr"] for r in ours]


def test_more_than_it_can_hold_is_refused(start_redis):
    with Hostile(Hostile.hold) as silent:
        results, end, code = drive("--timeout-ms", 5000,
                                   *[silent.addr] * 513)
    assert (end["end"], end["code"], code) == ("exit", 70, 70)


def test_one_task_twice_is_refused():
    with Hostile(Hostile.hold) as silent:
        results, end, code = drive("--same-task", silent.addr, silent.addr)
    assert (end["end"], end["code"], results) == ("exit", 70, [])


def test_end_of_its_channel_ends_it(start_redis):
    redis = start_redis()
    results, end, code = drive("--no-retire", redis.addr)
    assert (end["end"], end["code"], len(results)) == ("exit", 0, 1)


def test_retire_waits_for_running_probes(start_redis):
    with Hostile(Hostile.hold) as silent:
        results, end, code = drive("--retire-early", "--timeout-ms", 300,
                                   silent.addr)
    assert [result["reason"] for result in results] == ["timeout"]
    assert (end["end"], end["code"]) == ("exit", 0)


def test_nothing_is_left_after_many_rounds(start_redis):
    redis = start_redis()
    dead = f"127.0.0.1:{free_port()}"
    with Hostile(after_request(b"+PO", Hostile.reset)) as fake:
        process = subprocess.Popen(
            [DRIVER, "--deep", "--repeat", "40", "--gap-ms", "5",
             "--wait-at-end", redis.addr, dead, fake.addr],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lines = [json.loads(process.stdout.readline()) for _ in range(120)]
        assert len(lines) == 120
        prober = prober_of(process.pid)
        wait_for(lambda: count_sockets(prober) == 1,
                 what="its channel to be the one socket left")
        process.stdin.close()
        end = json.loads(process.stdout.readline())
        assert (end["end"], end["code"]) == ("exit", 0)
        assert process.wait() == 0


def count_sockets(pid):
    count = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            link = os.readlink(f"/proc/{pid}/fd/{name}")
            count += link.startswith("socket:") and name != "2"
    return count


def test_started_by_hand_it_says_who_starts_it():
    run = subprocess.run([os.path.join(BUILD, "sentinel-prober")],
                         capture_output=True, text=True, timeout=20)
    assert run.returncode == 64
    assert "started by sentinel-agent" in run.stderr
