"""Chromium without a window, driven over its DevTools protocol by a pipe: no
port, no driver program, no library.

    with Browser() as browser:
        tab = browser.open("http://127.0.0.1:6060/")
        tab.value("document.title")

What a tab asked of the network and complained of is kept from its first
moment: `requests`, `complaints`. Whatever is not loopback cannot be reached:
no name resolves.
"""
import base64
import collections
import json
import os
import select
import shutil
import signal
import subprocess
import time

from servers import PATIENCE, die_with_parent, private_directory, wait_for

PROGRAM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--headless=new", "--remote-debugging-pipe", "--no-sandbox",
         "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-default-apps", "--disable-extensions",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
         "--force-color-profile=srgb", "--hide-scrollbars",
         "--font-render-hinting=none"]
READ_BYTES = 1 << 16
OURS, THEIRS = 3, 4  # the descriptors Chromium expects its pipe at


class CannotStart(Exception):
    """There is no Chromium here, or it does not come up."""


def start(directory, read_end, write_end):
    """Chromium with its commands at 3 and its answers at 4, and all that it
    writes in the directory."""
    def place():
        die_with_parent()
        os.setsid()
        high = [os.dup2(fd, fd + 100) for fd in (read_end, write_end)]
        os.dup2(high[0], OURS)
        os.dup2(high[1], THEIRS)
    return subprocess.Popen(
        [PROGRAM, *FLAGS, f"--user-data-dir={directory}"],
        env={**os.environ, "TMPDIR": directory}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        close_fds=False, preexec_fn=place)


class Browser:
    def __init__(self):
        if not os.access(PROGRAM, os.X_OK):
            raise CannotStart(f"{PROGRAM} is not installed")
        self.directory = private_directory()
        self.tabs = {}
        self.answers = {}
        self.number = 0
        self.rest = b""
        command_read, self.command_write = os.pipe()
        self.answer_read, answer_write = os.pipe()
        self.process = start(self.directory, command_read, answer_write)
        os.close(command_read)
        os.close(answer_write)
        try:
            self.version = self.call("Browser.getVersion")["product"]
        except (OSError, AssertionError) as error:
            self.close()
            raise CannotStart(f"{PROGRAM} does not come up: {error}") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends it and all that came from it: they are a session."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.command_write)
        os.close(self.answer_read)
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- messages ---------------------------------------------------------
    def read(self, seconds):
        """Takes in what comes within that time, at least a piece of it."""
        if not select.select([self.answer_read], [], [], seconds)[0]:
            return
        piece = os.read(self.answer_read, READ_BYTES)
        if not piece:
            raise OSError("Chromium has ended")
        *whole, self.rest = (self.rest + piece).split(b"\0")
        for text in whole:
            message = json.loads(text)
            if "id" in message:
                self.answers[message["id"]] = message
            elif message.get("sessionId") in self.tabs:
                self.tabs[message["sessionId"]].note(message)

    def call(self, method, session=None, **arguments):
        """What the method returned; an error of it is an OSError."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": arguments}
        if session is not None:
            message["sessionId"] = session
        os.write(self.command_write, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + 30 * PATIENCE
        while self.number not in self.answers:
            if time.monotonic() > end:
                raise OSError(f"no answer to {method}")
            self.read(0.1)
        answer = self.answers.pop(self.number)
        if "error" in answer:
            raise OSError(f"{method}: {answer['error']}")
        return answer["result"]

    # --- tabs -------------------------------------------------------------
    def open(self, url, **options):
        """A new tab at that address, loaded."""
        target = self.call("Target.createTarget", url="about:blank")
        session = self.call("Target.attachToTarget", flatten=True,
                            targetId=target["targetId"])["sessionId"]
        tab = Tab(self, session)
        self.tabs[session] = tab
        tab.prepare(**options)
        tab.go(url)
        return tab


class Tab:
    def __init__(self, browser, session):
        self.browser = browser
        self.session = session
        self.requests = []    # (id, URL), in their order
        self.failures = []    # of the network
        self.complaints = []  # of the page: errors, refusals of its policy
        self.happened = collections.Counter()

    def call(self, method, **arguments):
        return self.browser.call(method, self.session, **arguments)

    def note(self, message):
        method, about = message["method"], message["params"]
        self.happened[method] += 1
        if method == "Network.requestWillBeSent":
            self.requests.append((about["requestId"],
                                  about["request"]["url"]))
        elif method == "Network.loadingFailed":
            self.failures.append((about["requestId"], about["errorText"]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(about["exceptionDetails"]["text"])
        elif method == "Log.entryAdded":
            entry = about["entry"]
            if entry["level"] in ("warning", "error"):
                self.complaints.append(f"{entry['source']}: {entry['text']}")
        elif method == "Runtime.consoleAPICalled":
            if about["type"] in ("warning", "error", "assert"):
                self.complaints.append(str(about["args"]))

    def prepare(self, width=1280, height=900, is_dark=False, script=True,
                mobile=False, scale=1):
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=scale, mobile=mobile)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if is_dark else "light"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)

    def go(self, url):
        loads = self.happened["Page.loadEventFired"]
        self.call("Page.navigate", url=url)

        def loaded():
            self.browser.read(0.01)
            return self.happened["Page.loadEventFired"] > loads
        wait_for(loaded, 20, f"load of {url}")

    def value(self, expression):
        """What an expression of the page is worth; also with scripts off."""
        result = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def text(self, selector="body"):
        """What a reader sees there."""
        return self.value("document.querySelector("
                          f"{json.dumps(selector)}).innerText")

    def picture(self, path, full=True):
        """A PNG of it, of the whole document or of what is seen first."""
        answer = self.call("Page.captureScreenshot", format="png",
                           captureBeyondViewport=full)
        with open(path, "wb") as file:
            file.write(base64.b64decode(answer["data"]))
