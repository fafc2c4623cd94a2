"""One line that says what runs and how long it will still take."""
import sys
import time


class Progress:
    """`seconds`: how long all of it is guessed to take."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds
        self.is_terminal = sys.stdout.isatty()

    def say(self, words):
        left = max(0, int(self.end - time.monotonic()))
        line = f"{words}; about {left // 60}:{left % 60:02} left"
        if self.is_terminal:
            print(f"\r\033[K{line}", end="", flush=True)
        else:
            print(line, flush=True)

    def expect(self, seconds):
        """A better guess of what is left."""
        self.end = time.monotonic() + seconds

    def clear(self):
        if self.is_terminal:
            print("\r\033[K", end="", flush=True)
