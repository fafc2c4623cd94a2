"""No name server answers."""
from name_rows import failing, heal
from named import SCENE, needs

NUMBER = "20b"
TITLE = "names: getaddrinfo fails"
__all__ = ["SCENE", "heal", "needs"]
expect, inject = failing("again")
