"""Seccomp: system calls that no answer needs are refused with EPERM.

A deny-list, because torch's own needs vary by version; what it closes is what Landlock leaves open
(UDP, new processes, other processes' memory, keyrings, io_uring) and what would widen the kernel's surface.
`sendto` stays allowed, since `socket.sendall` on the socket that an answer already holds uses it.
"""

from __future__ import annotations

import errno
import os
import socket
from functools import cache

try:  # here and not where it is used: behind Landlock it could no longer be read
    import pyseccomp as seccomp
except (ImportError, RuntimeError):  # another platform, or no libseccomp
    seccomp = None

_DENIED = (
    # reaching out: no new sockets of any family, and none of the ways around the socket calls
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register"),
    # new programs; new processes are denied below, where the flags of clone can be told apart
    *("execve", "execveat", "fork", "vfork"),
    # other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd", "pidfd_send_signal"),
    *("kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "process_madvise", "kcmp", "setpgid", "setsid"),
    *("setpriority", "ioprio_set", "migrate_pages", "move_pages"),
    # what happens in folders that may not be read: Landlock does not stop a watch
    *("inotify_init", "inotify_init1"),
    # other people's files: Landlock leaves their modes, owners, times and attributes open, and truncate before ABI 3
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat", "truncate"),
    *("setxattr", "lsetxattr", "fsetxattr"),
    *("removexattr", "lremovexattr", "fremovexattr"),
    # memory that no limit on the address space counts
    *("memfd_create", "memfd_secret"),
    # state that outlives a grading
    *("add_key", "request_key", "keyctl", "shmget", "shmat", "semget", "msgget", "mq_open"),
    # the kernel's rarely trodden ground
    *(
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "unshare",
        "setns",
        "mount",
        "umount2",
        "pivot_root",
        "chroot",
    ),
    *("move_mount", "open_tree", "fsopen", "fsmount", "init_module", "finit_module", "delete_module"),
    *("kexec_load", "reboot", "swapon", "swapoff", "quotactl", "personality", "open_by_handle_at"),
    *(
        "vmsplice",
        "fanotify_init",
        "lookup_dcookie",
        "acct",
        "iopl",
        "ioperm",
        "settimeofday",
        "clock_settime",
    ),
)
# The same for calls that many a libseccomp does not know by name; their numbers are the same on every architecture.
_FCHMODAT2, _SETXATTRAT, _REMOVEXATTRAT, _FILE_SETATTR = 452, 463, 466, 469
_CLONE_THREAD = 0x00010000
# How a descriptor is made to send a signal, to anybody, when something arrives at it.
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_FIOSETOWN, _SIOCSPGRP = 0x8901, 0x8902
_NEEDED_BY_CUDA = {"socket", "bind", "listen", "memfd_create"}
_TYPE_OF_SOCKET = 0xF


def deny_calls(*, cuda: bool = False) -> None:
    """Install the filter on this thread, for good. Needs no_new_privs or privilege.

    With `cuda`, memfds and Unix sockets that can send nothing without a connection are allowed; `connect` and
    `accept` are not.
    Raises OSError, also where libseccomp is missing.
    """
    calls = prepare(cuda=cuda)
    # A process may signal itself, and nobody else: the one rule that is not the same for all.
    calls.add_rule(seccomp.ERRNO(errno.EPERM), "tgkill", seccomp.Arg(0, seccomp.NE, os.getpid()))
    calls.load()


@cache
def prepare(*, cuda: bool = False) -> seccomp.SyscallFilter:
    """What is the same in every filter: built once, before the fork. Raises OSError where libseccomp is missing."""
    if seccomp is None:
        raise OSError(errno.ENOSYS, "libseccomp is not installed")
    calls = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    for name in _DENIED:
        if cuda and name in _NEEDED_BY_CUDA:
            continue
        number = seccomp.resolve_syscall(seccomp.system_arch(), name)
        if number >= 0:  # negative: this architecture or this libseccomp does not know the call
            calls.add_rule(refuse, number)
    for number in (_FCHMODAT2, _SETXATTRAT, _REMOVEXATTRAT, _FILE_SETATTR):
        calls.add_rule(refuse, number)
    if cuda:
        calls.add_rule(refuse, "socket", seccomp.Arg(0, seccomp.NE, socket.AF_UNIX))
        for datagrams in (socket.SOCK_DGRAM, socket.SOCK_RAW):
            calls.add_rule(refuse, "socket", seccomp.Arg(1, seccomp.MASKED_EQ, _TYPE_OF_SOCKET, datagrams))
    # A process may limit itself, and nobody else.
    for name in ("prlimit64", "sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity"):
        calls.add_rule(refuse, name, seccomp.Arg(0, seccomp.NE, 0))
    for name, commands in (("fcntl", (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX)), ("ioctl", (_FIOSETOWN, _SIOCSPGRP))):
        for command in commands:  # the kernel reads 32 bits of it
            calls.add_rule(refuse, name, seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, command))
    # Threads are torch's business; processes would outlive the answer. clone3 hides its flags from a filter:
    # ENOSYS makes libc fall back to clone.
    calls.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    calls.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    return calls


def sockets_are_denied() -> bool:
    """Whether this thread is behind the filter, by trying."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except PermissionError:
        return True
    return False
