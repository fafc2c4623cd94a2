"""The programs the test suite runs: started, ended, their orphans reaped."""
import ctypes
import os
import signal
import subprocess
import tempfile
import threading

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None)


def adopt_orphans():
    """Who loses its parent in a test becomes our child."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def children():
    """(pid, name, state) of each child of ours, adopted ones too."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as file:
                text = file.read()
        except (OSError, ValueError):
            continue
        state, parent = text[text.rindex(")") + 2:].split()[:2]
        if int(parent) == os.getpid():
            name = text[text.index("(") + 1:text.rindex(")")]
            found.append((int(entry), name, state))
    return found


class Running:
    """The processes under way, so that an interrupt can end them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.processes = set()
        self.is_over = False

    def run(self, job, temporary):
        environment = {**os.environ, **job.environment, "TMPDIR": temporary,
                       "CMOCKA_MESSAGE_OUTPUT": "TAP", "CI": "1",
                       "PYTHONDONTWRITEBYTECODE": "1"}
        with tempfile.TemporaryFile("w+", errors="replace",
                                    dir="build") as output:
            with self.lock:
                if self.is_over:
                    return -signal.SIGTERM, "not started: interrupted"
                process = subprocess.Popen(
                    job.argv, stdin=subprocess.DEVNULL, stdout=output,
                    stderr=output, env=environment, start_new_session=True,
                    preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG,
                                                  signal.SIGTERM))
                self.processes.add(process)
            note = ""
            try:
                process.wait(job.seconds)
            except subprocess.TimeoutExpired:
                note = f"\nstill running after {job.seconds} s: ended\n"
                self.end(process)
            with self.lock:
                self.processes.discard(process)
            output.seek(0)
            return process.returncode, output.read() + note

    def end(self, process):
        """Asks it to clean up, then does not ask."""
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def reap_orphans(self):
        """Takes the exits of what lost its parent in a test."""
        with self.lock:
            ours = {process.pid for process in self.processes}
        for pid, name, state in children():
            if state == "Z" and pid not in ours:
                try:
                    os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    pass  # a Popen took it just now

    def end_all(self):
        with self.lock:
            self.is_over = True
            under_way = list(self.processes)
        for process in under_way:
            self.end(process)
