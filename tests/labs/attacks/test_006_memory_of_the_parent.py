"""006: read the memory of the parent and of other processes. Seccomp refuses the calls, Landlock /proc.

Its own namespace has no other process to name either, and it runs as another user.
"""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import SWEEP

HOSTILE = (
    SWEEP
    + """
PTRACE_ATTACH, PTRACE_DETACH, PTRACE_PEEKDATA = 16, 17, 2

class Piece(ctypes.Structure):
    _fields_ = [("address", ctypes.c_void_p), ("size", ctypes.c_size_t)]

def by_call(pid):
    def read(address, size):
        into = ctypes.create_string_buffer(size)
        here, there = Piece(ctypes.addressof(into), size), Piece(address, size)
        count = LIBC.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        if count < 0:
            raise OSError(ctypes.get_errno(), "refused")
        return into.raw[:count]
    return read

def by_file(pid):
    memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    return lambda address, size: os.pread(memory, size, address)

def by_ptrace(pid):
    if LIBC.ptrace(PTRACE_ATTACH, pid, None, None) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return by_file(pid)

def others():
    pids = {os.getppid(), *range(2, 64)}
    try:
        pids |= {int(name) for name in os.listdir("/proc") if name.isdigit()}
    except OSError:
        pass
    return sorted(pids - {0, os.getpid()}, key=lambda pid: pid != os.getppid())

def somewhere(pid):
    try:
        with open(f"/proc/{pid}/maps") as mapped:
            return next(int(line.split("-")[0], 16) for line in mapped if " rw" in line)
    except (OSError, StopIteration):
        return id(object)  # a fork has its memory where its parent has it

def look(x=None):
    for pid in others():
        # Strangers are not attached to, since that would stop them where nothing prevents it: the parent will do.
        for way in (by_call, by_file, by_ptrace) if pid == os.getppid() else (by_call, by_file):
            try:
                read = way(pid)
                read(somewhere(pid), 16)
            except OSError:
                continue
            if found := sweep(read, pid):
                return found
    return b""
"""
)


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_in_a_plain_fork(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
