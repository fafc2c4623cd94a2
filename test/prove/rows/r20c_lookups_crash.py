"""Every lookup kills who asks."""
from name_rows import failing, heal
from named import SCENE, needs

NUMBER = "20c"
TITLE = "names: getaddrinfo crashes"
__all__ = ["SCENE", "heal", "needs"]
expect, inject = failing("crash")
