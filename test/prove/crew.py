"""Shares the rows among workers: this program once more, with --work.

A worker plays one row at a time in worlds of its own (suite.py). It is a
session of its own, so that a terminal's interrupt ends neither its servers
nor its row in the middle; it is asked to end in order instead. It reads the
names of rows from its input and writes messages to its output, lines of JSON:

    {"result": {...}}                       a row was played
    {"ended": NAME, "finding": {...}}       how the world of that row ended
"""
import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading

from report import Result, finding_of

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run")
END_SECONDS = 120  # for healing a row and ending its servers


class Worker:
    """`row` is under way, None while idle; `scene` is that of its world."""

    def __init__(self, arguments, inbox):
        self.row = None
        self.scene = None
        self.process = subprocess.Popen(
            [sys.executable, RUN, "--work", *arguments], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True, preexec_fn=lambda: LIBC.prctl(
                PR_SET_PDEATHSIG, signal.SIGTERM))
        self.reader = threading.Thread(target=self._read, args=(inbox,),
                                       daemon=True)
        self.reader.start()

    def _read(self, inbox):
        for line in self.process.stdout:
            inbox.put((self, json.loads(line)))
        inbox.put((self, None))

    def play(self, row):
        self.row, self.scene = row, row.SCENE
        self._write(f"{row.name}\n")

    def dismiss(self):
        """It ends its world and itself."""
        self._write("")
        self.process.stdin.close()

    def interrupt(self):
        self.process.send_signal(signal.SIGTERM)

    def _write(self, text):
        try:
            self.process.stdin.write(text)
            self.process.stdin.flush()
        except OSError:
            pass  # its end is told by its reader


class Crew:
    """Plays every row of `todo` and tells what came of each."""

    def __init__(self, todo, size, arguments, telling):
        self.todo = list(todo)
        self.size = min(size, len(todo))
        self.arguments = arguments
        self.telling = telling
        self.inbox = queue.Queue()
        self.workers = []
        self.results = []

    def play(self):
        """False if it was interrupted."""
        try:
            for _ in range(self.size):
                self._hire()
            while self.workers:
                self._handle(*self.inbox.get())
            return True
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self.telling.interrupted()
            self._end()
            return False

    def _hire(self):
        worker = Worker(self.arguments, self.inbox)
        self.workers.append(worker)
        self._employ(worker)

    def _employ(self, worker):
        row = pick(self.todo, worker, self.workers)
        if row is not None:
            self.todo.remove(row)
            self.telling.begin(row)
            worker.play(row)
        elif not self.todo or len(self.workers) > 1:
            worker.dismiss()  # the last one stays for rows that go alone
        return row

    def _handle(self, worker, message):
        if message is None:
            self._bury(worker)
        elif "ended" in message:
            self._add(message["ended"], finding_of(message["finding"]))
        else:
            result = Result.of(message["result"])
            worker.row = None
            self.results.append(result)
            self.telling.end(result)
            self._employ(worker)

    def _bury(self, worker):
        """It is gone. With a row under way, that was not in order."""
        worker.process.wait()
        self.workers.remove(worker)
        if worker.row is not None:
            row = worker.row
            result = Result(row.name, row.NUMBER, row.TITLE)
            result.fail("the suite's own worker ended: "
                        f"exit code {worker.process.returncode}")
            self.results.append(result)
            self.telling.end(result)
        if self.todo and not self.workers:
            self._hire()

    def _add(self, name, finding):
        """A finding that came when the row had been told already."""
        for result in self.results:
            if result.name == name:
                result.findings.append(finding)

    def _end(self):
        """All of them heal, end their servers, and go."""
        for worker in self.workers:
            worker.interrupt()
        for worker in self.workers:
            try:
                worker.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                worker.process.kill()


def pick(todo, worker, workers):
    """The next row for this worker, or None: one that fits its world, or of
    a scene nobody has; alone what wants to be alone."""
    others = [other for other in workers if other is not worker]
    if any(other.row is not None and other.row.IS_ALONE for other in others):
        return None
    shared = [row for row in todo if not row.IS_ALONE]
    if not shared:
        return todo[0] if todo and not others else None
    taken = [other.scene for other in others]
    return next((row for row in shared if row.SCENE == worker.scene), None) \
        or next((row for row in shared if row.SCENE not in taken), shared[0])
