"""A helper of the agent's that is somebody else: Python in its place, which
speaks on descriptor 3 as the program would, and talks nonsense for one life.

    impostors = Impostors(directory)      the agent's --libexec is .libexec
    impostors.plant("prober", NONSENSE["garbage"], is_after_hello=False)
"""
import os
import re

from agent import BUILD, ROOT

WRAPPER = """#!/usr/bin/python3 -S
import os, sys, time
real = {real!r}
try:
    os.unlink({armed!r})
except FileNotFoundError:
    os.execv(real, [real] + sys.argv[1:])
with open({misbehaved!r} + ".new", "w") as file:
    file.write(str(os.getpid()))
os.rename({misbehaved!r} + ".new", {misbehaved!r})
generation = int(sys.argv[sys.argv.index("--generation") + 1])

def frame(kind, body=b"", number=generation):
    return ((5 + len(body)).to_bytes(4, "little")
            + number.to_bytes(4, "little") + bytes([kind]) + body)

def say(data):
    while data:
        data = data[os.write(3, data):]

hello = frame({hello}, ({format}).to_bytes(4, "little"))
if {is_after_hello}:
    say(hello)
    if {waits}:
        os.read(3, 4096)
{misbehave}
time.sleep(60)
"""
with open(os.path.join(ROOT, "include", "wire", "message.h")) as header:
    FORMAT = int(re.search(r"MESSAGE_FORMAT (\d+)u", header.read()).group(1))
# name -> (its hello, whether the supervisor will speak to it)
HELPERS = {"prober": (3, True), "publisher": (13, True),
           "console": (20, False)}
NONSENSE = {
    "nothing": "pass",
    "garbage": "say(b'\\xff' + os.urandom(255))",
    "half a frame": "say(hello[:6])",
    "a flood": "while True: say(bytes(65536))",
}


class Impostors:
    """A directory of helpers in which one may be an impostor."""

    def __init__(self, directory):
        self.libexec = os.path.join(directory, "libexec")
        self.armed = os.path.join(directory, "armed")
        self.misbehaved = os.path.join(directory, "misbehaved")
        os.makedirs(self.libexec, exist_ok=True)
        for name in HELPERS:
            if not os.path.lexists(self.path(name)):
                os.symlink(self.real(name), self.path(name))

    def path(self, name):
        return os.path.join(self.libexec, f"sentinel-{name}")

    def real(self, name):
        return os.path.join(BUILD, f"sentinel-{name}")

    def plant(self, name, misbehave, is_after_hello, hello_format=FORMAT):
        """The next helper of that name is an impostor, the one after not."""
        hello, waits = HELPERS[name]
        path = self.path(name)
        with open(path + ".new", "w") as file:
            file.write(WRAPPER.format(
                real=self.real(name), armed=self.armed,
                misbehaved=self.misbehaved, hello=hello, format=hello_format,
                waits=waits, is_after_hello=is_after_hello,
                misbehave=misbehave.replace("{hello}", str(hello))))
        os.chmod(path + ".new", 0o755)
        os.rename(path + ".new", path)
        with open(self.armed, "w"):
            pass

    def started(self):
        """Its pid, once it was started; an OSError before."""
        with open(self.misbehaved) as file:
            return int(file.read())

    def forget(self):
        """So that `started` tells of the next one."""
        if os.path.exists(self.misbehaved):
            os.unlink(self.misbehaved)
