"""What another user of the host tries, run as that user: argv names the run
directory, a file that is secret, and our processes. Says as JSON what it got.

    setpriv --reuid=65534 ... intruder.py RUN_DIR SECRET PID...
"""
import contextlib
import ctypes
import json
import os
import signal
import socket
import sys

OF_A_PROCESS = ("environ", "maps", "mem", "fd", "cwd", "root", "exe", "stack",
                "syscall", "auxv", "map_files")
IN_RUN_DIR = ("board", "session", "session.lock", "agent.lock", "history",
              "console.sock", "maint")
PTRACE_SEIZE = 0x4206


def read(path):
    """As a file, a directory, or a link."""
    for look in (lambda: open(path, "rb").read(1), lambda: os.listdir(path),
                 lambda: os.readlink(path)):
        with contextlib.suppress(OSError):
            if look():
                return True
    return False


def write(path):
    with contextlib.suppress(OSError), open(path, "ab"):
        return True
    return False


def connect(path):
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as peer:
        peer.connect(path)
        return True
    return False


def make(path):
    with contextlib.suppress(OSError):
        os.symlink("/etc/passwd", path)
        return True
    return False


def can_signal(pid):
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGCONT)
        return True
    return False


def trace(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.ptrace(PTRACE_SEIZE, pid, None, None) == 0


def tries(run_dir, secret, pids):
    yield "read the secret", read(secret)
    yield "list the run directory", read(run_dir)
    yield "plant a link there", make(os.path.join(run_dir, "planted"))
    yield "connect to the socket", connect(f"{run_dir}/console.sock")
    for name in IN_RUN_DIR:
        yield f"read {name}", read(os.path.join(run_dir, name))
        yield f"write {name}", write(os.path.join(run_dir, name))
    for pid in pids:
        yield f"signal {pid}", can_signal(pid)
        yield f"trace {pid}", trace(pid)
        for name in OF_A_PROCESS:
            yield f"read {name} of {pid}", read(f"/proc/{pid}/{name}")


def main():
    run_dir, secret = sys.argv[1:3]
    found = dict(tries(run_dir, secret, [int(pid) for pid in sys.argv[3:]]))
    # One that must work, so that it is seen to try.
    found["read its own environment"] = read("/proc/self/environ")
    json.dump({"tried": len(found),
               "got": [what for what, is_got in found.items() if is_got]},
              sys.stdout)


if __name__ == "__main__":
    main()
