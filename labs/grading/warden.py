"""The trusted parent of one answer: gives it namespaces, ends it when its time is over or nobody asks any more,
and says what it died of.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import time
from pathlib import Path
from typing import Any, NoReturn

from labs.grading import candidate
from labs.grading.manifest import Limits
from labs.grading.sandbox import layers
from labs.grading.sandbox.plan import Plan
from labs.grading.verdict import Fault

GRACE_SECONDS = 5.0
"""How much longer than its lab's limit an answer may live, should the judge fail to end it in time."""


def run_and_exit(task_data: dict[str, Any], fds: list[int], plan: Plan, ruleset: int | None) -> NoReturn:
    """Fork the candidate, wait for its end, and leave.

    `fds`: the candidate's socket, its answer, our lifeline, our line to the judge, and the arena if there is one.
    The dispatcher holds the other end of the lifeline: it hangs up to have the candidate ended, and sees the
    lifeline close when nothing of the candidate is left. To the judge goes one word, the fault of which it died.
    """
    sock_fd, answer_fd, lifeline, obituary, *arena = fds
    task = candidate.Task.from_data(task_data)
    status = 1
    try:
        os.setsid()
        if plan.namespaces:
            layers.enter_namespaces()
        else:
            with contextlib.suppress(OSError):
                layers.adopt_orphans()
        alive, held_by_candidate = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            _keep_only(sock_fd, answer_fd, held_by_candidate, *arena, *([] if ruleset is None else [ruleset]))
            candidate.run_and_exit(socket.socket(fileno=sock_fd), answer_fd, arena, task, plan, ruleset)
        for fd in (sock_fd, answer_fd, held_by_candidate, *arena):
            os.close(fd)
        select.select([alive, lifeline], [], [], task.limits.seconds + GRACE_SECONDS)
        _kill(pid)
        _, _, usage = os.wait4(pid, 0)
        with contextlib.suppress(OSError):  # the judge may have its verdict already
            os.write(obituary, _cause_of_death(usage, task.limits).encode())
        if not plan.namespaces:
            _end_orphans()
        status = 0
    finally:
        os._exit(status)


def _cause_of_death(usage: resource.struct_rusage, limits: Limits) -> Fault:
    """The kernel kills at the limit of CPU time and does not say so; the time used does."""
    used_up = usage.ru_utime + usage.ru_stime >= limits.cpu_seconds - 0.1
    return Fault.TIMEOUT if used_up else Fault.CRASHED


def _keep_only(*kept: int) -> None:
    """Close every inherited descriptor but `kept`; the standard streams lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    previous = 2
    for fd in sorted(kept):
        os.closerange(previous + 1, fd)
        previous = fd
    os.closerange(previous + 1, os.sysconf("SC_OPEN_MAX"))


def _kill(pid: int) -> None:
    """End the candidate and its group; the group may not exist yet, or no longer."""
    for end in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)


def _end_orphans() -> None:
    """Without a process namespace the kernel ends nothing by itself: what the answer started is ours by now."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        pids = [int(pid) for pid in children.read_text().split()] if children.exists() else []
        if not pids:
            return
        for pid in pids:
            _kill(pid)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
