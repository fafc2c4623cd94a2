"""The unit's sandbox of system calls without systemd: its SystemCallFilter,
RestrictAddressFamilies, RestrictNamespaces and MemoryDenyWriteExecute as one
seccomp filter, made of the unit's own lines and of systemd's own groups.

    /usr/bin/python3 sandbox.py UNIT COMMAND...

becomes COMMAND inside of it. Where systemd would answer EPERM, which a program
may pass over in silence, this one kills (SIGSYS): a call that the unit forbids
cannot go unseen. What systemd refuses in another way is refused the same here.
"""
import ctypes
import errno
import functools
import os
import platform
import re
import resource
import shutil
import struct
import subprocess
import sys

KILL_PROCESS, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7fff0000
LOAD, JUMP_IF_EQUAL, JUMP_IF_ANY, AND, RETURN = 0x20, 0x15, 0x45, 0x54, 0x06
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16
ARCHITECTURES = {"x86_64": 0xc000003e, "aarch64": 0xc00000b7}
PROT_WRITE, PROT_EXEC = 2, 4
NEW_NAMESPACES = 0x7e020000  # CLONE_NEW*, but time's, which is clone3's alone
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2


def missing():
    """Why there is no sandbox here, or None."""
    if not shutil.which("systemd-analyze"):
        return "no systemd-analyze: install the package systemd"
    if platform.machine() not in ARCHITECTURES:
        return f"does not know the calls of {platform.machine()}"
    return None


# --- the unit -------------------------------------------------------------
def directives(path):
    """{name: [value of each line]} of a unit."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for name, value in re.findall(r"^(\w+)=(.*)$", file.read(),
                                      re.MULTILINE):
            found.setdefault(name, []).append(value)
    return found


@functools.lru_cache(maxsize=None)
def members(name):
    """The calls of a group as @resources, or the one of that name."""
    if not name.startswith("@"):
        return frozenset({name})
    told = subprocess.run(["systemd-analyze", "syscall-filter", name],
                          check=True, capture_output=True, text=True).stdout
    return frozenset().union(*(members(line.strip())
                               for line in told.splitlines()
                               if re.match(r"    @?[\w-]+$", line)))


def allowed_calls(unit):
    """By name: lines add, those that begin with ~ take away."""
    allowed = set(members("@default"))
    for line in unit["SystemCallFilter"]:
        for name in line.lstrip("~").split():
            if line.startswith("~"):
                allowed -= members(name)
            else:
                allowed |= members(name)
    return allowed


@functools.lru_cache(maxsize=None)
def numbers():
    """{call: number} as the C library's headers have them."""
    text = subprocess.run(["cc", "-E", "-dM", "-"], input="#include "
                          "<sys/syscall.h>\n", check=True, text=True,
                          capture_output=True).stdout
    return {name: int(number) for name, number in
            re.findall(r"^#define __NR_(\w+) (\d+)$", text, re.MULTILINE)}


# --- the filter -----------------------------------------------------------
def step(code, value, if_true=0, if_false=0):
    return struct.pack("HBBI", code, if_true, if_false, value)


def argument(index):
    return step(LOAD, ARGUMENTS_AT + 8 * index)  # its low half


def rule(call, *steps):
    """Judges one call by its arguments: `steps` end with a verdict."""
    return [step(JUMP_IF_EQUAL, numbers()[call], 0, len(steps)), *steps]


def families_rule(unit):
    wanted = unit["RestrictAddressFamilies"][0].split()
    return rule("socket", argument(0), *(
        part for family in wanted for part in (
            step(JUMP_IF_EQUAL, FAMILIES[family], 0, 1), step(RETURN, ALLOW))),
        step(RETURN, ERRNO | errno.EAFNOSUPPORT))


def refuse_bits(call, index, bits, are_all=False):
    """Kills the call when an argument has any of the bits, or all of them."""
    test = [step(AND, bits), step(JUMP_IF_EQUAL, bits, 0, 1)] if are_all \
        else [step(JUMP_IF_ANY, bits, 0, 1)]
    return rule(call, argument(index), *test, step(RETURN, KILL_PROCESS),
                step(RETURN, ALLOW))


def program(unit):
    assert unit["SystemCallArchitectures"] == ["native"]
    assert unit["RestrictNamespaces"] == unit["MemoryDenyWriteExecute"] \
        == ["yes"]
    both = PROT_WRITE | PROT_EXEC
    steps = [step(LOAD, ARCHITECTURE_AT),
             step(JUMP_IF_EQUAL, ARCHITECTURES[platform.machine()], 1, 0),
             step(RETURN, KILL_PROCESS), step(LOAD, NUMBER_AT),
             *families_rule(unit),
             *rule("clone3", step(RETURN, ERRNO | errno.ENOSYS)),
             *refuse_bits("clone", 0, NEW_NAMESPACES),
             *refuse_bits("unshare", 0, NEW_NAMESPACES),
             *refuse_bits("mmap", 2, both, are_all=True),
             *refuse_bits("mprotect", 2, PROT_EXEC)]
    for name in sorted(allowed_calls(unit) & numbers().keys()):
        steps += rule(name, step(RETURN, ALLOW))
    return b"".join([*steps, step(RETURN, KILL_PROCESS)])


def enter(code):
    """From here on, and for all that is started from here."""
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]
    libc = ctypes.CDLL(None, use_errno=True)
    whole = Program(len(code) // 8, code)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or \
            libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(whole)) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def main():
    unit = directives(sys.argv[1])
    code = program(unit)
    for name, limit in (("LimitNOFILE", resource.RLIMIT_NOFILE),
                        ("LimitCORE", resource.RLIMIT_CORE)):
        most = int(unit[name][0])
        resource.setrlimit(limit, (most, most))
    enter(code)
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
