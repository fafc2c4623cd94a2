"""Every lookup hangs."""
from name_rows import failing, heal
from named import SCENE, needs

NUMBER = "20a"
TITLE = "names: getaddrinfo hangs"
__all__ = ["SCENE", "heal", "needs"]
expect, inject = failing("hang")
