"""Whether this machine stood still meanwhile: by a thread that only sleeps,
and by the kernel's account of what a hypervisor took.

    steadiness = Steadiness()
    mark = steadiness.mark()
    ...
    why = steadiness.trouble_since(mark)    # "" when it ran on
"""
import threading
import time

NAP_SECONDS = 0.05
# A thread that wakes so late had no processor: what has a deadline near that
# says nothing then. Two jobs at a time cost a tenth of it.
LATE_SECONDS = 0.5
STOLEN_SHARE = 0.1
STOLEN_TICKS = 50  # at least: half a second of one processor
STOLEN_FIELD = 7  # of the first line of /proc/stat: user nice system ...


def ticks():
    """(stolen, all) since boot, of all processors."""
    with open("/proc/stat") as file:
        fields = [int(field) for field in file.readline().split()[1:]]
    return fields[STOLEN_FIELD], sum(fields)


class Steadiness:
    def __init__(self):
        self.gaps = []  # (when it ended, seconds)
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        before = time.monotonic()
        while True:
            time.sleep(NAP_SECONDS)
            now = time.monotonic()
            if now - before - NAP_SECONDS >= LATE_SECONDS:
                self.gaps.append((now, now - before))
            before = now

    def mark(self):
        return time.monotonic(), *ticks()

    def trouble_since(self, mark):
        begun, stolen_before, all_before = mark
        worst = max((seconds for ended, seconds in list(self.gaps)
                     if ended > begun), default=0)
        stolen, all_ticks = ticks()
        taken = stolen - stolen_before
        share = taken / max(all_ticks - all_before, 1)
        words = []
        if worst > 0:
            words.append(f"nobody ran for {worst:.1f} s")
        if share >= STOLEN_SHARE and taken >= STOLEN_TICKS:
            words.append(f"{share:.0%} of the processors was taken from us")
        return ", ".join(words)
