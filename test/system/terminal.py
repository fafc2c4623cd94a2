"""A terminal of a test's own: a shell in tmux, whose screen can be read."""
import os
import shlex
import subprocess

from agent import processes
from servers import wait_for


class Terminal:
    """A shell of `width` columns and `height` lines in `directory`.

        terminal.type("ls"); terminal.wait_text("file"); terminal.close()
    """

    def __init__(self, directory, environment, width=100, height=24):
        self.socket = os.path.join(directory, "tmux")
        kept = {key: value for key, value in os.environ.items()
                if key in ("PATH", "LLVM_PROFILE_FILE")
                or key.endswith("SAN_OPTIONS")}
        kept.update({"HOME": directory, "HISTFILE": "", "PS1": "$ "},
                    **environment)
        words = [f"{key}={value}" for key, value in kept.items()]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width),
                  "-y", str(height), "env", "-i", *words,
                  "TERM=screen-256color",
                  "bash", "--norc", "--noprofile", "-i")
        wait_for(lambda: "$" in self.screen(), 20, "prompt of the shell")

    def tmux(self, *words):
        ran = subprocess.run(["tmux", "-S", self.socket, *words],
                             capture_output=True, text=True, timeout=60)
        if ran.returncode != 0:
            raise OSError(f"tmux {shlex.join(words)}: {ran.stderr}")
        return ran.stdout

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def lines(self):
        return [line.rstrip() for line in self.screen().splitlines()]

    def asked(self, form):
        """One of tmux' own words on the pane, "cursor_flag" say."""
        return self.tmux("display-message", "-p", f"#{{{form}}}").strip()

    def press(self, *keys):
        """Keys as tmux names them: "q", "C-c", "Enter"."""
        self.tmux("send-keys", *keys)

    def type(self, line):
        self.tmux("send-keys", "-l", line)
        self.press("Enter")

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait_text(self, text, seconds=20):
        return wait_for(lambda: text in self.screen() and self.screen(),
                        seconds, f"{text!r} on\n{self.screen()}")

    def child(self, name):
        """The shell's one child of that name."""
        shell = int(self.asked("pane_pid"))
        found = [process for process in processes()
                 if process.parent == shell and process.name == name[:15]]
        return found[0] if len(found) == 1 else None

    def close(self):
        try:
            self.tmux("kill-server")
        except OSError:
            pass
