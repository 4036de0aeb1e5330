"""057: as many folders, links and pipes as a file system has room for. No entry of any kind can be made."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, WRITE, lab_at

HOSTILE = (
    WRITE
    + """
import socket
def bind(path):
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(path)
def once(make, path, *arguments):
    make(path, *arguments)
    os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
for folder in folders():
    path = os.path.join(folder, "ropes-attack-057")
    attempt(once, os.mkdir, path)
    attempt(once, os.mkfifo, path)
    attempt(once, os.mknod, path)
    attempt(once, os.mknod, path, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    attempt(once, bind, path)
    attempt(once, lambda p: os.symlink("/", p), path)
    attempt(once, lambda p: os.link(os.__file__, p), path)
    attempt(once, lambda p: os.link(f"/proc/self/fd/0", p, follow_symlinks=True), path)
"""
)


def test_none_can_be_made(attack, target):
    fails(attack(lab_at(target) + HOSTILE, RIGHT_IF_DONE))
