"""A sentinel-agent under test: its configuration, processes and answers.

The agent runs in a session of its own (setsid), so every process that came
from it can be found by that, whoever its parent has become; and this Python
is a subreaper, so that an orphan of a killed supervisor is seen and reaped.
"""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time

from servers import LIBC, PATIENCE, die_with_parent, free_port, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("SENTINEL_BUILD", "build"))
PR_SET_CHILD_SUBREAPER = 36
HELPERS = ("sentinel-prober", "sentinel-publisher", "sentinel-console")
SANITIZER_WORDS = ("ERROR: AddressSanitizer", "runtime error:",
                   "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer")

LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


# --- processes, from /proc ------------------------------------------------
class Process:
    """One line of /proc/PID/stat: `name` is cut at 15 characters by the
    kernel."""

    def __init__(self, pid):
        with open(f"/proc/{pid}/stat") as file:
            text = file.read()
        self.pid = pid
        self.name = text[text.index("(") + 1:text.rindex(")")]
        fields = text[text.rindex(")") + 2:].split()
        self.state = fields[0]
        self.parent = int(fields[1])
        self.session = int(fields[3])
        self.cpu_ticks = sum(int(field) for field in fields[11:13])
        self.start = int(fields[19])

    def __repr__(self):
        return f"{self.name}[{self.pid}]{self.state}"

    def is_same(self):
        try:
            return Process(self.pid).start == self.start
        except OSError:
            return False

    def is_alive(self):
        try:
            now = Process(self.pid)
            return now.start == self.start and now.state not in "ZX"
        except (OSError, ValueError):
            return False

    def signal(self, number):
        os.kill(self.pid, number)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def processes():
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                found.append(Process(int(entry)))
            except (OSError, ValueError):
                pass
    return found


def reap(pid):
    """Takes the exit of an orphan that became ours; others are left."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass


# --- configuration --------------------------------------------------------
def scalar(value):
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if re.fullmatch(r"[A-Za-z0-9/._][A-Za-z0-9/._:,-]*", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def to_yaml(value, indent=0):
    """Block YAML of dicts, lists and scalars: all the agent reads."""
    pad = "  " * indent
    lines = []
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, (dict, list)):
                lines.append(f"{pad}{key}:")
                lines.append(to_yaml(item, indent + 1))
            else:
                lines.append(f"{pad}{key}: {scalar(item)}")
    else:
        for item in value:
            body = to_yaml(item, indent + 1)
            lines.append(f"{pad}- {body.lstrip()}")
    return "\n".join(lines)


class Agent:
    """One agent. `settings` is merged over defaults that suit tests: quick
    rounds, a loopback console. Without `zookeeper` it observes only.

        agent = Agent(directory, instances={"one": redis},
                      zookeeper=zk.servers, state="/t/1").start()
    """

    def __init__(self, directory, instances=None, zookeeper=None, state=None,
                 settings=None, text=None, libexec=None, run_dir=None,
                 name="agent", build=None, under=()):
        self.build = build or BUILD
        self.under = under  # a command that becomes the agent
        self.directory = directory
        self.libexec = libexec
        self.run_dir = run_dir or os.path.join(directory, f"{name}.run")
        self.config = os.path.join(directory, f"{name}.yaml")
        self.log = os.path.join(directory, f"{name}.log")
        self.port = free_port()
        self.environment = {}
        self.inherit = ()    # descriptors it is given on top
        self.process = None
        self.sessions = []   # pids of every supervisor we started
        self.exit_code = None
        self.settings = {
            "cluster": "test", "host": "h1", "interval": "500ms",
            "timeout": "400ms", "http": {"listen": f"127.0.0.1:{self.port}"},
        }
        if zookeeper:
            self.settings["zookeeper"] = {"servers": zookeeper,
                                          "session_timeout": "10s"}
            self.settings["publish"] = {"state": state or "/sentinel"}
        self.settings.update(settings or {})
        if instances is not None:
            self.settings["instances"] = [
                {"name": key, "addr": getattr(value, "addr", value)}
                if not isinstance(value, dict) else {"name": key, **value}
                for key, value in instances.items()]
        self.text = text

    # --- life -------------------------------------------------------------
    def write_config(self):
        os.makedirs(self.run_dir, mode=0o700, exist_ok=True)
        with open(self.config, "w") as file:
            file.write(self.text if self.text is not None
                       else to_yaml(self.settings) + "\n")

    def argv(self):
        argv = [*self.under, os.path.join(self.build, "sentinel-agent"),
                "-c", self.config, "--run-dir", self.run_dir]
        if self.libexec:
            argv += ["--libexec", self.libexec]
        return argv

    def spawn(self):
        """Starts it and does not wait for anything."""
        self.write_config()
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("SENTINEL_")}
        environment.update(self.environment)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.argv(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment, start_new_session=True,
                pass_fds=self.inherit,
                preexec_fn=die_with_parent)
        self.sessions.append(self.process.pid)
        return self

    def start(self, seconds=30):
        """Starts it and waits until the console answers. As with systemd,
        whoever was left of the one before is gone first: its port is free."""
        if self.sessions:
            wait_for(lambda: not self.members(), 10, "end of the one before")
        self.spawn()
        wait_for(self.is_answering, seconds, "answer of the console; log:\n"
                 + self.tail())
        return self

    def is_answering(self):
        if self.process.poll() is not None:
            raise AssertionError(
                f"agent exited {self.process.returncode}:\n{self.tail()}")
        return self.get("/goroutines", timeout=2) is not None

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        os.kill(self.pid, number)

    def wait_exit(self, seconds=10):
        """The exit code of the supervisor."""
        self.exit_code = self.process.wait(seconds * PATIENCE)
        return self.exit_code

    def kill(self):
        """kill -9 of the supervisor alone, and it is gone on return."""
        self.process.kill()
        self.process.wait()

    def terminate(self, seconds=15):
        """An orderly end: exit code 0 and no process left."""
        self.signal(signal.SIGTERM)
        code = self.wait_exit(seconds)
        assert code == 0, f"exit code {code}:\n{self.tail()}"
        self.assert_gone()

    def close(self):
        """Ends whatever is left, and complains if that was not orderly."""
        if self.process is None:
            return
        try:
            if self.process.poll() is None:
                for member in self.members():
                    member.signal(signal.SIGCONT)
                self.terminate()
            self.assert_gone()
            self.assert_clean()
        finally:
            for member in self.members():
                try:
                    member.signal(signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if self.process.poll() is None:
                self.kill()
            for member in self.members(zombies=True):
                reap(member.pid)

    # --- processes --------------------------------------------------------
    def members(self, zombies=False):
        """Every process that came from a supervisor we started."""
        found = []
        for process in processes():
            if process.session in self.sessions:
                if process.state in "ZX":
                    if process.pid not in self.sessions:
                        reap(process.pid)
                    if not zombies:
                        continue
                found.append(process)
        return found

    def helpers(self, name=None):
        """The living helpers, oldest first; `name` as of the program."""
        found = [process for process in self.members()
                 if process.pid not in self.sessions
                 and (name is None or process.name == name[:15])]
        return sorted(found, key=lambda process: (process.start,
                                                  process.pid))

    def helper(self, name):
        """Its one living helper of that name."""
        def one():
            found = self.helpers(name)
            return found[0] if len(found) == 1 else None
        return wait_for(one, 10, f"single {name}")

    def assert_gone(self, seconds=5):
        """No process of ours is left, the supervisor included."""
        wait_for(lambda: not self.members(), seconds,
                 f"end of {self.members()}")

    def assert_clean(self):
        """No sanitizer has said anything."""
        with open(self.log, errors="replace") as file:
            text = file.read()
        for word in SANITIZER_WORDS:
            assert word not in text, text[text.index(word) - 200:][:6000]

    def tail(self, size=6000):
        try:
            with open(self.log, errors="replace") as file:
                return file.read()[-size:]
        except FileNotFoundError:
            return ""

    # --- HTTP -------------------------------------------------------------
    def request(self, path, method="GET", timeout=5, over_unix=False,
                headers=None):
        """(status, body as text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=timeout)
        if over_unix:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(timeout)
            connection.sock.connect(os.path.join(self.run_dir,
                                                 "console.sock"))
        try:
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except http.client.HTTPException as error:
            raise OSError(f"{path}: {error!r}") from None
        finally:
            connection.close()

    def get(self, path, **options):
        """The body; parsed when it is JSON. Any status but 200 is an
        OSError, which wait_for tries again."""
        status, body = self.request(path, **options)
        if status != 200:
            raise OSError(f"{path} answered {status}: {body[:500]}")
        return json.loads(body) if body[:1] in "{[" else body

    def status(self):
        return self.get("/status")

    def instance(self, name):
        for instance in self.status()["instances"]:
            if instance["name"] == name:
                return instance
        raise KeyError(name)

    def state(self, name):
        return self.instance(name)["state"]

    def wait_state(self, name, state, seconds=20):
        return wait_for(lambda: self.state(name) == state, seconds,
                        f"state {state} in /status of {name}")

    def wait_ready(self, seconds=30):
        """Until the first full round is published (or done)."""
        wait_for(lambda: self.request("/readyz")[0] == 200, seconds,
                 "ready agent")
        return self

    def wait_settled(self, seconds=20):
        """Until all four kinds of process stand: a shard or none, a spare,
        the publisher (if there is one) and the console."""
        def settled():
            names = [helper.name for helper in self.helpers()]
            if "sentinel-console"[:15] not in names:
                return False
            if "zookeeper" in self.settings \
                    and "sentinel-publisher"[:15] not in names:
                return False
            return "sentinel-prober" in names
        wait_for(settled, seconds, "full set of helpers")
        return self

    def bound_seconds(self):
        """B of the settings in use, computed here and not asked."""
        def seconds(text):
            return int(text[:-2]) / 1000 if text.endswith("ms") \
                else float(text[:-1])
        interval = seconds(self.settings["interval"])
        timeout = seconds(self.settings["timeout"])
        fall = self.settings.get("fall", 2)
        return (interval + 0.5 + 2 * (timeout + 0.5)
                + (fall - 1) * (0.5 + timeout) + 4 + 1)
