"""A link where the password file was."""
import os

from password_rows import SCENE, file_row  # noqa: F401  (a row's setting)

NUMBER = "38e"
TITLE = "password file a link"


def spoil(path, secret):
    os.rename(path, path + ".away")
    os.symlink(path + ".away", path)


inject, heal = file_row(spoil)
