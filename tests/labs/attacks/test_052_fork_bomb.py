"""052: processes that multiply. Seccomp lets a clone make threads only; a namespace ends with its first process."""

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

# Nine doublings, then sleep: should a layer be missing, this must not end the machine that it is tried on.
BOMB = (
    TRY
    + """
import multiprocessing, pty, signal, subprocess, time
def multiply(fork):
    mother = os.getpid()
    for _ in range(9):
        fork()
    while os.getpid() != mother:
        signal.pause()
clone, fork, vfork = ({"x86_64": a, "aarch64": b} for a, b in ((56, 220), (57, 220), (58, 220)))
flags = 17 | 0x00008000  # a child that has the answer's parent
for way in (os.fork, os.forkpty, pty.fork, lambda: libc("fork"), lambda: syscall(clone, 17, 0, 0, 0, 0),
            lambda: syscall(clone, flags, 0, 0, 0, 0), lambda: syscall(fork, 17, 0, 0, 0, 0),
            lambda: syscall(435, (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17), 64)):
    attempt(multiply, way)
true = [sys.executable, "-c", "import time; time.sleep(99)"]
attempt(subprocess.Popen, true)
attempt(subprocess.Popen, true, close_fds=False)
attempt(os.posix_spawn, sys.executable, true, {})
attempt(os.execv, sys.executable, true)
attempt(syscall, {"x86_64": 59, "aarch64": 221}, os.fsencode(sys.executable), 0, 0)
attempt(syscall, 281 if os.uname().machine == "aarch64" else 322, -100, os.fsencode(sys.executable), 0, 0, 0)
for method in ("fork", "spawn", "forkserver"):
    attempt(lambda: multiprocessing.get_context(method).Process(target=time.sleep, args=(99,)).start())
"""
)
FOREIGN_ABI = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write({code})
ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
def double(x):
    return x + x
"""


def test_no_process_is_made(attack):
    fails(attack(BOMB, RIGHT_IF_DONE))


def test_the_calls_of_a_32_bit_process_are_a_crash(attack):
    """fork by `int 0x80`, past a filter that looks at numbers of 64-bit calls only; on other processors rubbish."""
    fails(attack(FOREIGN_ABI.format(code=rb"b'\xb8\x02\0\0\0\xcd\x80\xc3'")), Fault.CRASHED)


def test_the_calls_of_an_x32_process_are_refused_or_a_crash(attack):
    code = rb"b'\xb8\x39\0\0\x40\x0f\x05\x48\x85\xc0\x78\x01\xc3\x0f\x0b'"  # fork, and an end where it is refused
    fails(attack(FOREIGN_ABI.format(code=code)), Fault.CRASHED)
