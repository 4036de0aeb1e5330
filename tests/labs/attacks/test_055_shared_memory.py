"""055: memory that outlives its process, or that no limit counts. No way to make any; the judge's own is sealed."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, WRITE, lab_at

HOSTILE = (
    WRITE
    + """
import fcntl, multiprocessing.shared_memory, multiprocessing.synchronize, torch
plant("ropes-attack-055", bytes(2**20))
attempt(multiprocessing.shared_memory.SharedMemory, "ropes-attack-055", create=True, size=2**30)
attempt(multiprocessing.get_context("fork").Semaphore)
attempt(multiprocessing.get_context("fork").Array, "d", 10)
attempt(lambda: torch.ones(2**20).share_memory_())
attempt(torch.from_file, "/dev/shm/ropes-attack-055", shared=True, size=2**20)
name = ctypes.create_string_buffer(b"/ropes-attack-055")
attempt(libc, "shm_open", name, os.O_CREAT | os.O_RDWR, 0o600)
attempt(libc, "sem_open", name, os.O_CREAT, 0o600, 1)
attempt(libc, "mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, 0)
attempt(libc, "shmget", 0x20, 2**20, 0o1666)
attempt(libc, "semget", 0x20, 1, 0o1666)
attempt(libc, "msgget", 0x20, 0o1666)
attempt(os.memfd_create, "ropes-attack-055")
attempt(syscall, 447, 0)  # memfd_secret
for flags in (0o20200000, 0o20000000 | os.O_RDWR):
    attempt(os.open, "/dev/shm", flags | os.O_RDWR, 0o600)  # a file without a name
for fd in range(3, 64):  # what is there of the judge's
    attempt(os.ftruncate, fd, 2**36)
    attempt(os.ftruncate, fd, 0)
    attempt(os.posix_fallocate, fd, 2**30, 2**30)
    attempt(fcntl.fcntl, fd, 1033, 8)  # a seal against the judge's own writing
"""
)


def test_none_can_be_made(attack, target):
    fails(attack(lab_at(target) + HOSTILE, RIGHT_IF_DONE))
