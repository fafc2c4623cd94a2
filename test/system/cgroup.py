"""A control group of a test's own, as far as this machine lets us make one:
of version 1, or of version 2 where the controller is handed down.

    group = Cgroup("cpu")             an OSError where there is none to be had
    why = cgroup.missing("cpu")       the same as a sentence, or None
"""
import itertools
import os

from servers import wait_for

ROOT = "/sys/fs/cgroup"
UNIFIED = (ROOT, f"{ROOT}/unified")   # alone, or beside version 1
NUMBERS = itertools.count(1)


def hierarchy(controller):
    """(version, where groups with this controller are made)."""
    path = os.path.join(ROOT, controller)
    if os.path.isdir(path) and not os.path.exists(
            os.path.join(ROOT, "cgroup.controllers")):
        return 1, path
    for path in UNIFIED:
        if controller in read_words(os.path.join(
                path, "cgroup.subtree_control")):
            return 2, path
        if controller == "freezer" and os.path.exists(
                os.path.join(path, "cgroup.controllers")):
            return 2, path  # each group of version 2 can be frozen
    raise OSError(f"no cgroup controller {controller} is handed down")


def read_words(path):
    try:
        with open(path) as file:
            return file.read().split()
    except FileNotFoundError:
        return []


def missing(controller, version=None):
    """Why no such group can be made here, found out by making one."""
    try:
        made = Cgroup(controller)
    except OSError as error:
        return f"needs a cgroup with {controller}: {error}"
    made.remove()
    if version is not None and made.version != version:
        return (f"needs the {controller} of cgroup version {version}, here "
                f"it is of version {made.version}")
    return None


class Cgroup:
    """One group. When it is removed its processes go on outside of it."""

    def __init__(self, controller):
        self.version, self.root = hierarchy(controller)
        self.path = os.path.join(
            self.root, f"sentinel-test-{os.getpid()}-{next(NUMBERS)}")
        os.mkdir(self.path)

    # --- members ----------------------------------------------------------
    def add(self, *processes):
        """Takes these in; one that has ended meanwhile is no loss."""
        for process in processes:
            try:
                self._write("cgroup.procs", process.pid)
            except ProcessLookupError:
                pass

    def pids(self):
        return [int(word) for word in
                read_words(os.path.join(self.path, "cgroup.procs"))]

    # --- limits -----------------------------------------------------------
    def limit_cpu(self, percent):
        """Of one CPU."""
        period = 100000
        quota = period * percent // 100
        if self.version == 1:
            self._write("cpu.cfs_period_us", period)
            self._write("cpu.cfs_quota_us", quota)
        else:
            self._write("cpu.max", f"{quota} {period}")

    def throttled(self):
        """How often somebody had to wait for the next period."""
        words = self._read("cpu.stat").split()
        return int(words[words.index("nr_throttled") + 1])

    def limit_pids(self, most):
        self._write("pids.max", most)

    def limit_memory(self, size):
        """Bytes; what its processes took elsewhere is not counted in."""
        self._write("memory.limit_in_bytes" if self.version == 1
                    else "memory.max", size)

    def killed_for_memory(self):
        """How many of its processes the kernel has ended."""
        words = self._read("memory.oom_control" if self.version == 1
                           else "memory.events").split()
        return int(words[words.index("oom_kill") + 1])

    def freeze(self):
        if self.version == 1:
            self._write("freezer.state", "FROZEN")
            wait_for(lambda: "FROZEN" in self._read("freezer.state"), 10,
                     "frozen processes")
        else:
            self._write("cgroup.freeze", 1)
            wait_for(lambda: "frozen 1" in self._read("cgroup.events"), 10,
                     "frozen processes")

    def thaw(self):
        if self.version == 1:
            self._write("freezer.state", "THAWED")
        else:
            self._write("cgroup.freeze", 0)

    def remove(self):
        def try_it():
            for pid in self.pids():
                try:
                    with open(os.path.join(self.root, "cgroup.procs"),
                              "w") as file:
                        file.write(str(pid))
                except ProcessLookupError:
                    pass
            os.rmdir(self.path)
            return True
        wait_for(try_it, 10, "end of the cgroup")

    def _read(self, name):
        with open(os.path.join(self.path, name)) as file:
            return file.read()

    def _write(self, name, value):
        with open(os.path.join(self.path, name), "w") as file:
            file.write(str(value))
