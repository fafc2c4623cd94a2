"""Where the prover's own tests find it, and what they may ask for."""
import os
import shutil
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))
sys.path.insert(0, HERE)

from servers import private_directory  # noqa: E402


@pytest.fixture
def directory():
    path = private_directory()
    yield path
    shutil.rmtree(path, ignore_errors=True)
