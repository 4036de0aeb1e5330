"""075: leave a word for the next answer: in a keyring, a lock, a file's times. Nothing outlives the process."""

import fcntl
import os
from pathlib import Path

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

CALLS = (
    TRY
    + """
import fcntl, stat
add_key, request_key, keyctl = ({"x86_64": a, "aarch64": b} for a, b in ((248, 217), (249, 218), (250, 219)))
shmget, semget, msgget = ({"x86_64": a, "aarch64": b} for a, b in ((29, 194), (64, 190), (68, 186)))
KEYRINGS = range(-5, 0)  # of the user, the session, the process, the thread
SHARED = os.__file__  # every answer may read it
now = os.stat(SHARED)
def mine(fd):
    return os.fstat(fd).st_size >= 2**20
"""
)
LEAVE = (
    CALLS
    + """
for ring in KEYRINGS:
    attempt(syscall, add_key, b"user", b"ropes-attack", b"found", 5, ring)
    attempt(syscall, add_key, b"big_key", b"ropes-attack", b"found", 5, ring)
attempt(syscall, keyctl, 1, b"ropes-attack", 0, 0, 0)
for make in (shmget, semget, msgget):
    attempt(syscall, make, 0x726F7065, 1, 0o1666)
attempt(os.utime, SHARED, ns=(now.st_atime_ns, now.st_mtime_ns))  # as they are: these files are people's own
attempt(os.setxattr, SHARED, "user.ropes-attack", b"found") and os.removexattr(SHARED, "user.ropes-attack")
attempt(os.chmod, SHARED, stat.S_IMODE(now.st_mode))
lock = open(SHARED)
fcntl.flock(lock, fcntl.LOCK_EX)  # may be done, and ends with the process
try:
    fcntl.fcntl(lock, 1024, fcntl.F_RDLCK)  # a lease
except OSError:
    pass
for fd in range(3, 16):  # whatever is shared with the judge
    try:
        if mine(fd):
            import mmap
            mmap.mmap(fd, 0)[-12:] = b"ropes-attack"
    except (OSError, ValueError):
        continue
"""
)
FIND = (
    CALLS
    + """
for ring in KEYRINGS:
    attempt(syscall, request_key, b"user", b"ropes-attack", 0, ring)
    attempt(syscall, keyctl, 10, ring, b"user", b"ropes-attack", 0)
for make in (shmget, semget, msgget):
    attempt(syscall, make, 0x726F7065, 0, 0)
attempt(os.getxattr, SHARED, "user.ropes-attack")
def is_locked():
    try:
        fcntl.flock(open(SHARED), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    raise LookupError
attempt(is_locked)
def read(fd):
    import mmap
    return mmap.mmap(fd, 0)[-12:].index(b"ropes-attack")
for fd in range(3, 16):
    attempt(read, fd)
"""
)


def test_nothing_can_be_left_and_nothing_is_found(attack):
    fails(attack(LEAVE, RIGHT_IF_DONE))
    fails(attack(FIND, RIGHT_IF_DONE))


def test_no_lock_is_left(attack):
    attack(LEAVE, RIGHT_IF_DONE)
    with Path(os.__file__).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
