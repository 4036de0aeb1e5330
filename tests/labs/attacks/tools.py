"""What the attacks that reach out of an answer (41 to 102) share: ways to try, and answers right only if one worked."""

from __future__ import annotations

TRY = '''
import ctypes, os, sys
done = []

def attempt(action, *arguments, **options):
    """Do what no answer may do, and remember it if it could be done."""
    try:
        result = action(*arguments, **options)
    except BaseException:
        return None
    done.append(result)
    return True if result is None else result

def libc(name, *arguments):
    """Call a function of the C library. Raises OSError where it fails: -1, or no object where it makes one."""
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    function = ctypes.CDLL(None, use_errno=True)[name]
    function.restype = ctypes.c_long
    if (result := function(*arguments)) in (-1, 0xFFFFFFFF) or (result == 0 and name in ("fopen", "sem_open")):
        raise OSError(ctypes.get_errno(), name)
    return result

def syscall(numbers, *arguments):
    """A system call by its number: one that holds everywhere, or one for each machine."""
    number = numbers[os.uname().machine] if isinstance(numbers, dict) else numbers
    return libc("syscall", number, *arguments)
'''
"""`attempt`, and calls past Python; `done` holds what worked."""

RIGHT_IF_DONE = "def double(x):\n    return x + x if done else 3 * x\n"
"""Follows `TRY` and what it tried: a layer that is missing shows as a pass."""

WRITE = (
    TRY
    + '''
import site, stat, tempfile

def folders():
    """Where a file would stay, or would be read by somebody else; the folder of the lab, too."""
    likely = ["", "/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/var/spool/cron", "/etc", "/root",
              os.path.expanduser("~"), "/proc/self/cwd", "/proc/1/root/tmp", *sys.path, os.path.dirname(os.__file__),
              os.path.dirname(sys.executable), sys.prefix, site.getusersitepackages(), *site.getsitepackages(),
              os.path.dirname(sys.modules["torch"].__file__), "/sys/fs/cgroup", *LAB]
    return dict.fromkeys(os.path.abspath(folder) for folder in likely)

def plant(name, content=b""):
    """A new file of this name in every folder; taken away again, for these folders are people's own."""
    def create(path):
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(fd, content)
        finally:
            os.unlink(path)
    for folder in folders():
        attempt(create, os.path.join(folder, name))
'''
)
"""`plant` and `folders`. Stands behind `lab_at`."""


def lab_at(lab: object) -> str:
    """Source that tells an attack where the lab's files lie."""
    folder = getattr(lab, "folder")  # noqa: B009
    return f"LAB = {[str(folder / part) for part in ('.', 'hidden', 'public')]}\n"
