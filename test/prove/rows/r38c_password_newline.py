"""A password file of two lines."""
from password_rows import SCENE, file_row  # noqa: F401  (a row's setting)

NUMBER = "38c"
TITLE = "password file with a newline"


def spoil(path, secret):
    with open(path, "w") as file:
        file.write(f"{secret}\n{secret}\n")


inject, heal = file_row(spoil)
