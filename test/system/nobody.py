"""Agents that are another user's than the tests'."""
import os
import stat

import pytest

NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
             "--clear-groups")


def need_nobody(*paths):
    """Skips where the agent cannot be another user's."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to become somebody else")
    for path in paths:
        while path != "/":
            if not os.stat(path).st_mode & stat.S_IXOTH:
                pytest.skip(f"others may not pass through {path}")
            path = os.path.dirname(path)


def own(directory, *others):
    for path in (directory, *others):
        os.chown(path, NOBODY, NOBODY)
