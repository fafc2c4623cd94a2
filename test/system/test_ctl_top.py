"""`sentinelctl top` on a real terminal: sorted, folded, live, and the terminal
as it was before, however it ends."""
import os
import shutil
import signal
import subprocess

import pytest

from agent import BUILD, Agent
from servers import PATIENCE, Redis, free_port, private_directory, wait_for
from terminal import Terminal

CTL = os.path.join(BUILD, "sentinelctl")
DOWN, UP = "cache-that-is-down", ["apple", "birch"]


class Scene:
    """An agent with two servers that are up and one that is down."""

    def __init__(self):
        self.directory = private_directory()
        self.redis = {name: Redis().start() for name in UP}
        instances = {name: server.addr for name, server in self.redis.items()}
        instances[DOWN] = f"127.0.0.1:{free_port()}"
        self.agent = Agent(self.directory, instances,
                           settings={"timeout": "3s"}).start().wait_ready()
        self.agent.wait_state(DOWN, "down")

    def close(self):
        self.agent.close()
        for server in self.redis.values():
            server.close()
        shutil.rmtree(self.directory)


@pytest.fixture(scope="module")
def scene():
    made = Scene()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def open_terminal(scene, workspace):
    opened = []

    def make(width=100, height=24, **environment):
        opened.append(Terminal(workspace, {
            "SENTINEL_AGENT_RUN_DIR": scene.agent.run_dir, **environment},
            width, height))
        return opened[-1]
    yield make
    for terminal in opened:
        terminal.close()


def start_top(terminal, *words):
    """Runs it between two looks at the terminal's settings."""
    terminal.type("clear; stty -g >before; " + " ".join([CTL, "top", *words])
                  + "; echo ended $?; stty -g >after")
    terminal.wait_text("q quits")
    return terminal


def assert_restored(terminal, code):
    """The screen, the cursor, the folding and the keys are the shell's."""
    terminal.wait_text(f"ended {code}")
    assert "q quits" not in terminal.screen()
    assert terminal.asked("alternate_on") == "0"
    assert terminal.asked("cursor_flag") == "1"
    assert terminal.asked("wrap_flag") == "1"
    # What is typed is echoed: the line says so itself.
    terminal.type("diff before after && echo the very same")
    terminal.wait_text("$ diff before after && echo the very same")
    wait_for(lambda: "the very same" in terminal.lines(), 20,
             "the terminal's settings as they were")


@pytest.fixture(autouse=True)
def in_workspace(workspace, monkeypatch):
    monkeypatch.chdir(workspace)


def names_shown(terminal):
    words = [line.split()[:1] for line in terminal.lines()]
    return [word[0] for word in words if word and word[0] in [DOWN, *UP]]


# --- what is on it -----------------------------------------------------------
@pytest.mark.parametrize("width", [60, 200])
def test_the_screen_is_folded_to_its_width(open_terminal, width):
    terminal = start_top(open_terminal(width))
    screen = terminal.wait_text("down")
    assert all(len(line) <= width for line in screen.splitlines())
    assert ("LAST OK" in screen) == (width == 200)
    for word in ("NAME", "STATE", "DETAIL", "connection", "2 of 3 up",
                 "Supervisor turned"):
        assert word in screen
    # The detail is whole, over lines if need be.
    assert "refused: nobody listens" in " ".join(screen.split())


def test_a_line_as_wide_as_the_screen_keeps_its_last_letter(open_terminal):
    """The first one that is folded is as wide as can be."""
    whole = start_top(open_terminal(200)).screen().splitlines()[0].rstrip()
    words = whole.split(" Agent ")[0]
    terminal = start_top(open_terminal(len(words)))
    wait_for(lambda: terminal.screen().splitlines()[0].rstrip() == words, 20,
             f"the line {words!r}")


def test_the_worst_stands_first_and_keys_sort(open_terminal):
    terminal = start_top(open_terminal())
    wait_for(lambda: names_shown(terminal) == [DOWN, *UP], 20, "worst first")
    terminal.press("n")
    wait_for(lambda: names_shown(terminal) == [*UP, DOWN], 20, "names")
    terminal.wait_text("[name]")
    terminal.press("r")
    wait_for(lambda: names_shown(terminal) == [DOWN, *reversed(UP)], 20,
             "names turned round")
    terminal.press("s")
    terminal.wait_text("[state]")


def test_an_order_can_be_asked_for_at_once(open_terminal):
    terminal = start_top(open_terminal(), "--sort", "name")
    assert names_shown(terminal) == [*UP, DOWN]


def test_it_follows_the_terminals_size(open_terminal):
    terminal = start_top(open_terminal(200))
    terminal.wait_text("LAST OK")
    terminal.resize(60, 24)
    wait_for(lambda: "LAST OK" not in terminal.screen() and
             "q quits" in terminal.screen(), 20, "a narrow screen")
    terminal.resize(200, 5)
    wait_for(lambda: "q quits" in terminal.lines()[-1] or
             "q quits" in terminal.lines()[-2], 20, "a low screen")


def test_it_is_live(open_terminal, scene):
    terminal = start_top(open_terminal(), "--interval", "100ms")
    terminal.wait_text("2 of 3 up")
    scene.redis["apple"].kill()
    try:
        terminal.wait_text("1 of 3 up", 30)
    finally:
        scene.redis["apple"].restart()
    terminal.wait_text("2 of 3 up", 30)


def test_an_agent_that_falls_silent_leaves_old_news(open_terminal, scene):
    terminal = start_top(open_terminal(), "--interval", "100ms")
    console = scene.agent.helper("sentinel-console")
    console.signal(signal.SIGSTOP)  # its dead-man strikes, another comes
    terminal.wait_text("Old news", 30)
    assert DOWN in terminal.screen()
    wait_for(lambda: "Old news" not in terminal.screen(), 30, "fresh news")


# --- how it ends -------------------------------------------------------------
def test_q_ends_it_and_leaves_the_terminal_as_it_was(open_terminal):
    terminal = start_top(open_terminal())
    assert terminal.asked("alternate_on") == "1"
    terminal.press("q")
    assert_restored(terminal, 0)


def test_an_interrupt_leaves_the_terminal_as_it_was(open_terminal):
    terminal = start_top(open_terminal())
    terminal.press("C-c")
    # The shell takes an interrupt for its whole line, and goes on with none.
    wait_for(lambda: terminal.asked("alternate_on") == "0", 20, "the shell")
    terminal.type("echo ended $?; stty -g >after")
    assert_restored(terminal, 130)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(open_terminal, number):
    terminal = start_top(open_terminal())
    terminal.child("sentinelctl").signal(number)
    assert_restored(terminal, 128 + number)


def test_it_goes_to_the_background_and_comes_back(open_terminal):
    terminal = start_top(open_terminal())
    terminal.press("C-z")
    terminal.wait_text("Stopped")
    assert terminal.asked("alternate_on") == "0"
    assert terminal.asked("cursor_flag") == "1"
    terminal.type("fg")
    terminal.wait_text("q quits")
    terminal.press("q")
    wait_for(lambda: terminal.asked("alternate_on") == "0", 20, "the shell")


# --- where nothing can be redrawn ----------------------------------------------
def test_a_dumb_terminal_gets_it_once(open_terminal):
    terminal = open_terminal()
    terminal.type(f"TERM=dumb {CTL} top; echo ended $?")
    screen = terminal.wait_text("ended 0")
    assert DOWN in screen and "q quits" not in screen


def test_a_narrow_terminal_gets_all_columns_when_it_wants_them(open_terminal):
    terminal = open_terminal(width=60, height=50)

    def lines():  # as they were written, not as the screen breaks them
        return [line.rstrip() for line in
                terminal.tmux("capture-pane", "-p", "-J").splitlines()]
    terminal.type(f"clear; {CTL} status; echo ended $?")
    terminal.wait_text("ended 1")
    assert max(len(line) for line in lines()) <= 60
    terminal.type(f"clear; {CTL} status -o wide; echo wide $?")
    terminal.wait_text("wide 1")
    assert any("RUN ID" in line for line in lines())


def test_a_pipe_gets_it_once(scene):
    ran = subprocess.run(
        [CTL, "top", "--sort", "name"], capture_output=True, text=True,
        timeout=30 * PATIENCE, env={**os.environ,
                         "SENTINEL_AGENT_RUN_DIR": scene.agent.run_dir})
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.index("apple") < ran.stdout.index(DOWN)
    assert "\033" not in ran.stdout


def test_no_agent_is_told_before_the_screen_is_taken(open_terminal):
    terminal = open_terminal(SENTINEL_AGENT_RUN_DIR="/nonexistent")
    terminal.type(f"{CTL} top; echo ended $?")
    screen = terminal.wait_text("ended 2")
    assert "sentinelctl: no answer" in screen
