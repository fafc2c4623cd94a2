"""A password file that the group may read."""
import os

from password_rows import SCENE, file_row  # noqa: F401  (a row's setting)

NUMBER = "38a"
TITLE = "password file group-readable"


def spoil(path, secret):
    os.chmod(path, 0o640)


inject, heal = file_row(spoil)
