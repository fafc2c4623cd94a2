"""Who resumes our session is sent a length below nothing."""
from lied_to import SCENE, inject

NUMBER = "16c"
TITLE = "ZooKeeper: a negative length"
__all__ = ["SCENE"]
inject = inject("a length below nothing")
