"""A password file with a NUL in it."""
from password_rows import SCENE, file_row  # noqa: F401  (a row's setting)

NUMBER = "38d"
TITLE = "password file with a NUL"


def spoil(path, secret):
    with open(path, "wb") as file:
        file.write(secret.encode() + b"\0" + secret.encode())


inject, heal = file_row(spoil)
