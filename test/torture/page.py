"""The page that the runner shares with what it tortures: which call of which
program is to fail, and how often each was made (test/fault/torture_so.c)."""
import mmap
import os
import struct

PROGRAMS = ("supervisor", "prober", "publisher", "console")
CALLS = ("memory", "open", "socket", "connect", "pipe", "fork", "read",
         "write", "epoll_ctl")
HEAD = struct.Struct("=5I")  # program, call, nth, ever, failed
COUNTS = struct.Struct(f"={len(PROGRAMS) * len(CALLS)}I")


class Page:
    def __init__(self, path):
        self.path = path
        size = HEAD.size + COUNTS.size
        with open(path, "wb") as file:
            file.write(bytes(size))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), size)

    def order(self, program, call, nth, ever):
        """From now on the nth call of that program fails: the counts begin
        anew."""
        self.map[:] = bytes(len(self.map))
        HEAD.pack_into(self.map, 0, PROGRAMS.index(program),
                       CALLS.index(call), nth, int(ever), 0)

    def heal(self):
        """Nothing fails any more; what was counted stands."""
        struct.pack_into("=I", self.map, 8, 0)

    def failed(self):
        """How many calls did."""
        return HEAD.unpack_from(self.map, 0)[4]

    def counts(self):
        """{(program, call): how often}, of those that were made at all."""
        numbers = iter(COUNTS.unpack_from(self.map, HEAD.size))
        return {(program, call): number
                for program in PROGRAMS for call in CALLS
                for number in (next(numbers),) if number}

    def close(self):
        self.map.close()
        os.unlink(self.path)
