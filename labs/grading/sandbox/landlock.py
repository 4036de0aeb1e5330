"""Landlock: the kernel's file-system (and TCP, signal, abstract socket) fence for one process.

Source: the kernel's userspace API page on Landlock, https://docs.kernel.org/userspace-api/landlock.html.
It binds only the calling thread and what it starts, so it is applied right after a fork. It does not stop `stat`,
UDP or descriptors that are open already.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

# The three system calls have the same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14  # since ABI 3
_IOCTL_DEV = 1 << 15  # since ABI 5
_FS_BITS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_BIND_AND_CONNECT = 0b11  # since ABI 4
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # since ABI 6


class _RulesetAttr(ctypes.Structure):
    _fields_ = [
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _PathBeneathAttr(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def abi_version() -> int:
    """The kernel's Landlock ABI. Raises OSError where there is none."""
    return _syscall(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION)


def build_ruleset(readable: Iterable[Path], writable: Iterable[Path] = ()) -> int:
    """A ruleset (as a descriptor) that denies everything but reading `readable` and writing `writable`.

    Folders are granted with all that lies beneath them; paths that do not exist are passed over.
    Raises OSError where the kernel has no Landlock.
    """
    abi = abi_version()
    handled = _handled(abi)
    attr = _RulesetAttr(
        handled,
        _TCP_BIND_AND_CONNECT if abi >= 4 else 0,
        _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
    )
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = _syscall(_CREATE_RULESET, ctypes.byref(attr), size, 0)
    for path in readable:
        _grant(ruleset, path, _READ_FILE, _READ_DIR)
    for path in writable:
        _grant(ruleset, path, (_READ_FILE | _WRITE_FILE | _IOCTL_DEV) & handled, 0)
    return ruleset


def allow_writing_below(ruleset: int, folder: Path) -> None:
    """Let what steps behind `ruleset` from now on read and write the files of `folder`. Raises OSError."""
    _grant(ruleset, folder, (_READ_FILE | _WRITE_FILE | _TRUNCATE) & _handled(abi_version()), 0)


def restrict_self(ruleset: int) -> None:
    """Put this thread behind `ruleset`, for good. Needs no_new_privs. Raises OSError."""
    _syscall(_RESTRICT_SELF, ruleset, 0)


def _handled(abi: int) -> int:
    """All that this kernel can deny in the file system."""
    return (1 << _FS_BITS_BY_ABI.get(abi, 16)) - 1


def _grant(ruleset: int, path: Path, file_access: int, folder_access: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        access = file_access | (folder_access if path.is_dir() else 0)
        rule = _PathBeneathAttr(access, fd)
        _syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(fd)


def _syscall(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    result: int = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))
    return result
