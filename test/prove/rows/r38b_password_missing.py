"""A password file that is gone."""
import os

from password_rows import SCENE, file_row  # noqa: F401  (a row's setting)

NUMBER = "38b"
TITLE = "password file missing"


def spoil(path, secret):
    os.unlink(path)


inject, heal = file_row(spoil)
