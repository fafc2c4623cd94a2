"""Who resumes our session finds a server of HTTP."""
from lied_to import SCENE, inject

NUMBER = "16b"
TITLE = "ZooKeeper: an HTTP server in its place"
__all__ = ["SCENE"]
inject = inject("an http server")
