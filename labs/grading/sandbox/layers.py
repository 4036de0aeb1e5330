"""The layers besides Landlock and seccomp: namespaces, resource limits, privileges."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct
from functools import cache
from pathlib import Path

_CLONE_NEWUTS, _CLONE_NEWIPC = 0x04000000, 0x08000000
_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 24, 36, 38
_CAPABILITY_VERSION_3 = 0x20080522

NOBODY = 65534


def enter_namespaces() -> None:
    """New network, IPC, host-name and process namespaces; the process one holds from the next fork on.

    Its first child is pid 1 of it: when that ends, the kernel ends everything else in there.
    An unprivileged user takes a new user namespace on the way. Raises OSError.
    """
    flags = _CLONE_NEWPID | _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWUTS
    if os.geteuid() == 0:
        _check(_libc().unshare(flags))
        return
    uid, gid = os.geteuid(), os.getegid()
    _check(_libc().unshare(flags | _CLONE_NEWUSER))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def die_with_parent() -> None:
    """SIGKILL this process when its parent ends (Linux; elsewhere nothing happens)."""
    with contextlib.suppress(OSError, AttributeError):
        _check(_libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent has ended (Linux). Raises OSError."""
    _check(_libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def restore_signals() -> None:
    """What a fork of the zygote needs before it can wait for children of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def limit_resources(
    *, cpu_seconds: int, memory_mib: int | None, processes: int, file_mib: int, files: int = 64
) -> None:
    """CPU time, address space beyond what is mapped now, threads, file size, open files; no core dumps.

    memory_mib None leaves the address space alone: CUDA maps far more of it than it uses.
    """
    limits = [
        (resource.RLIMIT_CORE, 1),  # too small for any; 0 would still start a program that `core_pattern` names
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_mib * 2**20),
        (resource.RLIMIT_NOFILE, files),
        # Counted by user, others' processes included: what is there now, and so many more. Root is not counted.
        (resource.RLIMIT_NPROC, _threads_on_this_machine() + processes),
    ]
    if memory_mib is not None:
        limits.append((resource.RLIMIT_AS, _mapped_bytes() + memory_mib * 2**20))
    for which, limit in limits:
        with contextlib.suppress(ValueError, OSError):  # a lower hard limit is in force already
            resource.setrlimit(which, (limit, limit))


def drop_privileges(*, change_user: bool) -> None:
    """Give up every capability (a user namespace gives them to anybody), and with `change_user` root's user and groups.

    Raises OSError.
    """
    if os.geteuid() == 0:
        _give_up_root(change_user=change_user)
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc().capset(header, bytes(24)))


def _give_up_root(*, change_user: bool) -> None:
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        _check(_libc().prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))
    if change_user:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def no_new_privileges() -> None:
    """What Landlock and seccomp ask for before they bind an unprivileged process. Raises OSError."""
    _check(_libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def _threads_on_this_machine() -> int:
    """From /proc/loadavg: cheaper than counting those of one user, and never fewer."""
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].split("/")[1])
    except (OSError, ValueError, IndexError):
        return 4096


def _mapped_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> None:
    if result < 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))
