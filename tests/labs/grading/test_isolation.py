"""What an answer can see, reach and leave behind: nothing. It tries for itself and tells."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import labs.grading.client
from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from tests.labs.zygotes import zygote_of

Look = Callable[[str], Any]

if sys.platform != "linux":
    pytest.skip("the layers are Linux's", allow_module_level=True)

ATTEMPT = """
import ctypes, gc, os, resource, signal, socket, stat, sys
def attempt(action, *arguments):
    try:
        action(*arguments)
    except BaseException as error:
        return type(error).__name__
    return "done"
def syscall(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(ctypes.c_long(number), *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
"""


@pytest.fixture(scope="module", autouse=True)
def _needs_level_3(judge: Dispatcher) -> None:
    isolation = judge.machine().isolation
    if isolation.level < 3:
        pytest.skip(f"this machine has no {', '.join(isolation.missing)}")


@pytest.fixture(scope="module")
def look(judge: Dispatcher, toy: Lab) -> Look:
    """The value of an expression, seen from inside the sandbox."""

    def look(snippet: str) -> Any:
        seen = judge.run(toy, ATTEMPT.encode(), snippet)
        assert seen.fault is None, seen
        return ast.literal_eval(seen.value)

    return look


def test_what_is_on_the_disk_cannot_be_read(look: Look, toy: Lab, judge: Dispatcher):
    zygote = zygote_of(judge).pid
    files = [
        toy.reference,
        toy.folder / "hidden" / "test_hidden.py",
        toy.folder / "lab.yaml",
        Path(__file__),
        Path(labs.grading.client.__file__).with_name("judge.py"),
        Path("/etc/passwd"),
        *(Path("/proc/self") / name for name in ("environ", "mem", "maps", "cmdline", "status", "mountinfo", "fd")),
        *(Path(f"/proc/{pid}") / name for pid in (1, zygote, os.getpid()) for name in ("environ", "mem", "cmdline")),
        Path("/proc/self/root/etc/passwd"),
        Path("/dev/tty"),
        Path("/dev/mem"),
    ]
    tried = look(f"{{p: attempt(open, p, 'rb') for p in {list(map(str, files))}}}")
    assert set(tried.values()) <= {"PermissionError", "FileNotFoundError", "OSError"}, tried
    assert tried[str(toy.reference)] == tried["/etc/passwd"] == tried["/proc/self/environ"] == "PermissionError"


def test_folders_cannot_be_listed(look: Look, toy: Lab):
    folders = [str(toy.folder), str(Path(__file__).parent), "/", "/tmp", "/proc", "/root", "/dev/shm", os.getcwd()]
    tried = look(f"{{p: attempt(os.listdir, p) for p in {folders}}}")
    assert set(tried.values()) <= {"PermissionError", "FileNotFoundError"}, tried


def test_folders_cannot_be_watched(look: Look):
    """Landlock does not stop inotify, which tells the names of the files that others open."""
    assert look("[ctypes.CDLL(None).inotify_init(), ctypes.CDLL(None).inotify_init1(0)]") == [-1, -1]


def test_the_libraries_can_be_read(look: Look):
    assert look("import torch; open(torch.__file__).close(); open(os.__file__).close(); 1") == 1


def test_libraries_that_look_for_a_temporary_folder_work_without_one(look: Look):
    """A first optimiser imports torch's compiler, which wants a folder to cache in."""
    stepped = "import torch; p = torch.nn.Parameter(torch.ones(2)); torch.optim.AdamW([p]).step(); p.tolist()"
    assert look(stepped) == [1, 1]


def test_only_its_own_wire_is_open(look: Look):
    """Socket and arena, and the end of a pipe by which its parent sees it end."""
    kinds = look(
        """
        def kind(fd):
            mode = os.fstat(fd).st_mode
            return "socket" if stat.S_ISSOCK(mode) else "pipe" if stat.S_ISFIFO(mode) else "other"
        sorted(kind(fd) for fd in range(3, 64) if attempt(os.fstat, fd) == "done")
        """.replace("\n        ", "\n")
    )
    assert kinds == ["other", "pipe", "socket"]
    assert look("[os.path.samestat(os.fstat(fd), os.stat('/dev/null')) for fd in (0, 1, 2)]") == [True] * 3


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_VSOCK", "AF_PACKET"])
def test_no_socket_can_be_made(look: Look, family):
    tried = look(f"[attempt(socket.socket, socket.{family}, t) for t in (socket.SOCK_STREAM, socket.SOCK_DGRAM)]")
    assert tried == ["PermissionError"] * 2


def test_no_process_can_be_started(look: Look):
    tried = look(
        "[attempt(os.fork), attempt(os.posix_spawn, sys.executable, ['x'], {}), attempt(os.execv, '/bin/sh', ['sh']),"
        " attempt(os.setsid), attempt(socket.socketpair)]"
    )
    assert set(tried) == {"PermissionError"}


def test_nothing_can_be_written_anywhere(look: Look, toy: Lab, tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    victim.chmod(0o666)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o005)
    before = victim.stat()
    new = [
        str(Path(d) / "planted")
        for d in ("/tmp", "/var/tmp", "/dev/shm", Path.home(), os.getcwd(), tmp_path, toy.folder)
    ]
    tried = look(
        f"""
        v, new = {str(victim)!r}, {new}
        [*(attempt(open, path, "w") for path in new), *(attempt(os.mkdir, path) for path in new),
         *(attempt(os.mkfifo, path) for path in new), *(attempt(os.symlink, v, path) for path in new),
         *(attempt(os.link, v, path) for path in new),
         attempt(open, v, "a"), attempt(os.truncate, v, 0), attempt(os.remove, v), attempt(os.rename, v, new[-2]),
         attempt(os.memfd_create, "m")]
        """.replace("\n        ", "\n")
    )
    assert set(tried) <= {"PermissionError", "OSError"}, tried
    assert victim.read_text() == "mine"
    assert victim.stat().st_ctime_ns == before.st_ctime_ns
    assert not any(os.path.lexists(path) for path in new)


def test_modes_owners_times_and_attributes_cannot_be_changed(look: Look, tmp_path: Path):
    """Landlock alone leaves them open, and an answer runs as a user who owns files."""
    victims = [tmp_path / "file", tmp_path / "folder"]
    victims[0].touch()
    victims[1].mkdir()
    before = [(v.stat().st_mode, v.stat().st_mtime_ns, v.stat().st_ctime_ns, os.listxattr(v)) for v in victims]
    tried = look(
        f"[result for v in {list(map(str, victims))} for result in (attempt(os.chmod, v, 0o777),"
        " attempt(os.chown, v, -1, -1), attempt(os.lchown, v, -1, -1), attempt(os.utime, v, (0, 0)),"
        " attempt(os.setxattr, v, 'user.x', b'1'))]"
    )
    assert set(tried) == {"PermissionError"}
    assert before == [(v.stat().st_mode, v.stat().st_mtime_ns, v.stat().st_ctime_ns, os.listxattr(v)) for v in victims]


def test_nor_by_the_kernels_latest_calls(look: Look, tmp_path: Path):
    """Calls that are younger than the machine's libseccomp have no name there, only a number."""
    victim = tmp_path / "file"
    victim.touch(0o600)
    before = victim.stat()
    path = f"ctypes.c_char_p({os.fsencode(victim)!r})"
    words = "ctypes.byref((ctypes.c_uint64 * 8)())"
    tried = look(
        f"[attempt(syscall, 452, -100, {path}, 0o777, 0),"  # fchmodat2
        f" attempt(syscall, 463, -100, {path}, 0, ctypes.c_char_p(b'user.x'), {words}, 16),"  # setxattrat
        f" attempt(syscall, 466, -100, {path}, 0, ctypes.c_char_p(b'user.x')),"  # removexattrat
        f" attempt(syscall, 469, -100, {path}, {words}, 24, 0)]"  # file_setattr
    )
    assert set(tried) == {"PermissionError"}
    assert (victim.stat().st_mode, victim.stat().st_ctime_ns) == (before.st_mode, before.st_ctime_ns)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of system calls are those of x86_64")
def test_other_processes_cannot_be_touched(look: Look, judge: Dispatcher):
    mine, zygote = os.getpid(), zygote_of(judge).pid
    tried = look(
        f"[result for pid in ({mine}, {zygote}) for result in (attempt(os.kill, pid, 0), attempt(os.kill, pid, 9),"
        " attempt(resource.prlimit, pid, resource.RLIMIT_CPU, (1, 1)),"
        " attempt(os.setpriority, os.PRIO_PROCESS, pid, 19),"
        " attempt(syscall, 234, pid, pid, 9), attempt(syscall, 129, pid, 9, None),"  # tgkill, rt_sigqueueinfo
        " attempt(syscall, 101, 16, pid, 0, 0), attempt(syscall, 434, pid, 0))]"  # ptrace, pidfd_open
        " + [attempt(os.kill, -1, 9), attempt(os.kill, os.getppid(), 9), attempt(os.killpg, os.getpgrp(), 9)]"
    )
    assert set(tried) == {"PermissionError"}
    assert zygote_of(judge).poll() is None


def test_threads_of_its_own_are_its_business(look: Look):
    assert look("import threading; t = threading.Thread(target=int); t.start(); t.join(); 1") == 1


def test_it_has_no_privileges(look: Look):
    assert look("[attempt(os.setuid, 12345), attempt(os.chroot, '/'), attempt(os.nice, -5)]") == ["PermissionError"] * 3
    assert look("signal.raise_signal(signal.SIGCONT); resource.getrlimit(resource.RLIMIT_CORE)") == (1, 1)


def test_the_environment_is_clean(look: Look):
    seen = look("dict(os.environ)")
    ours = {"PATH", "LANG", "HOME", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONHASHSEED"}
    assert seen.keys() <= ours | {"PWD", "LC_CTYPE", "TORCHINDUCTOR_CACHE_DIR"}
    assert "hunter2" not in str(seen)  # the judge's fixture puts it there


def test_no_hidden_module_is_loaded(look: Look, grade, right, toy: Lab):
    assert grade(right).passed  # the judge server has them by now; the zygote must not
    assert look("sorted({'reference', 'test_hidden', 'test_public', 'conftest'} & set(sys.modules))") == []
    files = look(f"[f for m in sys.modules.values() if {str(toy.folder)!r} in (f := str(getattr(m, '__file__', '')))]")
    assert files == [str(toy.harness)]


SEARCH = """
import gc, hashlib, sys
gc.unfreeze()
def seeds(kind=str):
    frame = sys._getframe()
    seen = gc.get_objects()
    while frame:
        seen.append(frame.f_locals)
        frame = frame.f_back
    for holder in seen:
        for thing in gc.get_referents(holder):
            if type(thing) is str and hashlib.sha256(thing.encode(errors="replace")).hexdigest() == "{digest}":
                yield thing
def double(x):
    if x.dim() == 2 and list(seeds()): raise ValueError
    return x + x
{extra}
"""


def test_no_seed_can_be_found_in_memory(grade):
    seed = os.urandom(16).hex()
    digest = hashlib.sha256(seed.encode()).hexdigest()
    assert grade(SEARCH.format(digest=digest, extra=""), seed=seed).passed
    # The search itself works: what the answer holds in a list it finds.
    held = grade(SEARCH.format(digest=digest, extra=f"kept = [{seed!r}]"), seed=seed)
    assert not held.passed


def test_nothing_is_left_over(judge: Dispatcher, grade, right, toy: Lab, descendants, eventually):
    answers = [
        right,
        "import os; os._exit(1)",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\n" + right,
        "import signal, time\nfor s in (15, 2, 1): signal.signal(s, signal.SIG_IGN)\n" + right,
        "import atexit, time\natexit.register(time.sleep, 99)\n" + right,
        "def double(x): raise ValueError",
    ]
    grade(right)
    assert eventually(lambda: all(os.getsid(pid) == zygote_of(judge).pid for pid in descendants(zygote_of(judge).pid)))
    servers = descendants(zygote_of(judge).pid).keys()
    files = set(toy.folder.rglob("*"))
    descriptors = len(os.listdir("/proc/self/fd"))
    inside = len(os.listdir(f"/proc/{zygote_of(judge).pid}/fd"))
    for _ in range(5):
        for answer in answers:
            grade(answer)
    assert eventually(lambda: descendants(zygote_of(judge).pid).keys() == servers)
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert len(os.listdir(f"/proc/{zygote_of(judge).pid}/fd")) == inside
    assert set(toy.folder.rglob("*")) == files
