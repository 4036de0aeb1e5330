"""056: fill the disk. No file can be made or opened for writing."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, WRITE, lab_at

HOSTILE = (
    WRITE
    + """
import logging, torch
plant("ropes-attack-056", bytes(2**20))
for folder in folders():
    path = os.path.join(folder, "ropes-attack-056")
    attempt(os.open, folder, os.O_RDWR | 0o20200000, 0o600)  # O_TMPFILE: without a name
    attempt(libc, "open", os.fsencode(path), os.O_CREAT | os.O_RDWR, 0o600)
    attempt(libc, "fopen", os.fsencode(path), b"w") and os.unlink(path)
    attempt(lambda: torch.save(torch.ones(2**20), path)) and os.unlink(path)
    attempt(lambda: __import__("sqlite3").connect(path).execute("create table t (x)")) and os.unlink(path)
    made = attempt(tempfile.mkstemp, dir=folder, prefix="ropes-attack")
    made and os.unlink(made[1])
attempt(tempfile.TemporaryFile)
attempt(logging.FileHandler, "ropes-attack-056") and os.unlink("ropes-attack-056")
for module in list(sys.modules.values()):
    if path := getattr(module, "__file__", None):
        attempt(open, path, "ab")
for fd in range(64):  # what is open already
    attempt(os.posix_fallocate, fd, 2**36, 2**20)
    attempt(os.ftruncate, fd, 2**36)
"""
)


def test_nothing_can_be_written(attack, target):
    fails(attack(lab_at(target) + HOSTILE, RIGHT_IF_DONE))
