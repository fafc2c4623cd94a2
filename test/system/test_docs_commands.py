"""What pages tell to type is there: verbs, flags, targets, paths of the console
and programs are known, and each piece of configuration is one."""
import glob
import os
import re
import shlex
import socket
import subprocess

import pytest

from agent import BUILD, ROOT, to_yaml

PAGES = sorted(glob.glob(os.path.join(ROOT, "*.md"))
               + glob.glob(os.path.join(ROOT, "docs", "*.md")))
# Of a page: lines indented as code, and those between fences of a shell.
INDENTED = re.compile(r"^    (?:\$ |sudo )*(\S.*)$", re.MULTILINE)
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"(?:localhost|127\.0\.0\.1)(?::6060)?(/[^\s'\"]*)")
OURS = re.compile(r"^(cluster|zookeeper|publish|instances|http):", re.MULTILINE)
ETC = "/etc/sentinel-agent"
CREDENTIALS = "/run/credentials/sentinel-agent.service"
# What a piece lacks to be a whole configuration.
SECRET = re.compile(r"\b(?:\w+_file|ca|cert|key): ([^\s,}]+)")
REST = {
    "zookeeper": {"servers": "127.0.0.1:2181"},
    "instances": [{"name": "other", "addr": "127.0.0.1:6379",
                   "advertise": "10.0.0.7:6379"}],
}


def commands(first):
    """(page, words) of each command that begins with this word."""
    found = []
    for page in PAGES:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        shell = "".join(block for language, block in FENCED.findall(text)
                        if language == "sh")
        lines = INDENTED.findall(FENCED.sub("", text)) + shell.splitlines()
        for line in "\n".join(lines).replace("\\\n", " ").splitlines():
            # What a line does may be told beside it, without a #.
            for part in re.split(r" && | \| ", re.split(" {2,}", line)[0]):
                if part.removeprefix("sudo ").split()[:1] == [first]:
                    found.append((os.path.basename(page),
                                  words_of(part.removeprefix("sudo "))))
    assert found
    return found


def words_of(command):
    try:
        return shlex.split(command, comments=True)
    except ValueError:  # a quotation that goes on in the next line
        return command.split()


def one_a_line(found):
    return {"argvalues": found, "ids": [
        f"{page}: {' '.join(words)}" for page, words in found]}


@pytest.mark.parametrize("page, words", **one_a_line(
    commands("sentinelctl") + commands("sentinel-agent")))
def test_our_programs_take_the_command(page, words):
    """With --help nothing is done, and what is wrong is told all the same."""
    plain = [word for word in words if not word.startswith(">")]
    is_paper = any(word.startswith("--print-") for word in plain)
    ran = subprocess.run(
        [os.path.join(BUILD, plain[0]), *plain[1:],
         *([] if is_paper else ["--help"])],
        capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, f"{page}: {ran.stderr}"


@pytest.mark.parametrize("page, words", **one_a_line(commands("make")))
def test_make_has_the_target(page, words):
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
        targets = re.findall(r"^([\w-]+):", file.read(), re.MULTILINE)
    wanted = [word for word in words[1:] if not re.search(r"[=/]", word)]
    assert set(wanted) <= set(targets), page


def first_line(agent, path):
    """Of the answer: a stream has no end."""
    with socket.create_connection(("127.0.0.1", agent.port), 20) as wire:
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                     "Connection: close\r\n\r\n".encode())
        with wire.makefile() as answer:
            return answer.readline().strip()


def test_the_console_answers_each_path_that_is_told(start_redis, make_agent):
    agent = make_agent({"cache-1": start_redis()}).start().wait_ready()
    paths = {path for _, words in commands("curl") if "POST" not in words
             for path in CONSOLE.findall(" ".join(words))}
    assert len(paths) > 10
    for path in sorted(paths):
        assert first_line(agent, path) == "HTTP/1.1 200 OK", path


def pieces():
    """(page, text) of each piece of our configuration."""
    found = []
    for page in PAGES:
        with open(page, encoding="utf-8") as file:
            found += [(os.path.basename(page), block)
                      for language, block in FENCED.findall(file.read())
                      if language == "yaml" and OURS.search(block)]
    return found


@pytest.mark.parametrize("page, text", pieces(),
                         ids=[page for page, _ in pieces()])
def test_each_piece_of_configuration_is_right(page, text, workspace):
    for key, value in REST.items():
        if not re.search(rf"^{key}:", text, re.MULTILINE):
            text += to_yaml({key: value}) + "\n"
    for directory in (ETC, CREDENTIALS):
        text = text.replace(directory, workspace)
    for name in SECRET.findall(text):  # relative ones lie beside the file
        with open(os.open(os.path.join(workspace, name),
                          os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write("probe:secret\n")
    path = os.path.join(workspace, "piece.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    ran = subprocess.run([os.path.join(BUILD, "sentinel-agent"), "-t", "-c",
                          path], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, ""), page
