"""Who resumes our session is sent a length of two gigabytes."""
from lied_to import SCENE, inject

NUMBER = "16d"
TITLE = "ZooKeeper: a huge length"
__all__ = ["SCENE"]
inject = inject("a huge length")
