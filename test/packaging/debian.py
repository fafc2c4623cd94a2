"""A Debian 12 in a directory of its own, for the scripts beside this one."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MIRROR = "http://deb.debian.org/debian"
NAMESPACE = "TEST_PACKAGING_NAMESPACE"


def run(*words, check=True):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}\n"
                             f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


def say(text):
    print(f"{os.path.basename(sys.argv[0])}: {text}", flush=True)


def skip_reason():
    if os.geteuid() != 0:
        return "it needs root"
    if not shutil.which("debootstrap"):
        return "debootstrap is not installed"
    return None


def own_mounts():
    """Goes on in a mount namespace of its own: mounts end with us, however we
    end."""
    if NAMESPACE not in os.environ:
        os.environ[NAMESPACE] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation",
                              "private", sys.executable, *sys.argv])


class Chroot:
    """A Debian of its own: a new one, or a copy of the unpacked `base`."""

    def __init__(self, base):
        self.root = tempfile.mkdtemp(
            prefix=os.path.basename(sys.argv[0]) + "-")
        os.chmod(self.root, 0o755)
        if base:
            run("cp", "-a", base + "/.", self.root)
        else:
            run("debootstrap", "--variant=minbase", "bookworm", self.root,
                MIRROR)
        os.makedirs(self.at("/proc"), exist_ok=True)
        run("mount", "-t", "proc", "proc", self.at("/proc"))
        self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
        shutil.copy("/etc/resolv.conf", self.at("/etc/resolv.conf"))

    def at(self, path):
        return self.root + path

    def write(self, path, text, mode=0o644):
        with open(self.at(path), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.at(path), mode)

    def run(self, *words, check=True):
        return run("chroot", self.root, "env", "DEBIAN_FRONTEND=noninteractive",
                   "LC_ALL=C.UTF-8", *words, check=check)

    def install(self, *names):
        self.run("apt-get", "install", "-qy", "--no-install-recommends",
                 *names)

    def close(self):
        run("umount", self.at("/proc"), check=False)
        shutil.rmtree(self.root)
