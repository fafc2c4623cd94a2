"""Libraries with a fault, put before the real ones (LD_PRELOAD): test/fault."""
import os

from agent import BUILD


def path(name):
    return os.path.join(BUILD, "test", "fault", f"{name}.so")


def missing(name):
    """Why it cannot be used here, or None."""
    if not os.path.exists(path(name)):
        return f"needs {path(name)}: make test-programs"
    if "address" in BUILD:
        return "needs a build without a sanitizer, which wants to come first"
    return None


def preload(name):
    """For the environment of a scene."""
    return {"LD_PRELOAD": "{build}/test/fault/" + name + ".so"}


def write(where, text):
    """At once: nobody reads half an order."""
    with open(where + ".new", "w") as file:
        file.write(text)
    os.rename(where + ".new", where)
