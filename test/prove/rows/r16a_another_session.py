"""Who resumes our session is given another one."""
from lied_to import SCENE, inject

NUMBER = "16a"
TITLE = "ZooKeeper: a resume answered with another session"
__all__ = ["SCENE"]
inject = inject("another session")
