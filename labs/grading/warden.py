"""The trusted parent of one answer: gives it namespaces, and ends it when its time is over or nobody asks any more."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from typing import Any, NoReturn

from labs.grading import candidate
from labs.grading.sandbox import layers
from labs.grading.sandbox.plan import Plan

GRACE_SECONDS = 5.0
"""How much longer than its lab's limit an answer may live, should the judge fail to end it in time."""


def run_and_exit(task_data: dict[str, Any], fds: list[int], plan: Plan, ruleset: int | None) -> NoReturn:
    """Fork the candidate, wait for its end, and leave. `fds`: the candidate's socket, its answer, our lifeline.

    The client holds the other end of the lifeline: it hangs up to have the candidate ended, and sees the
    lifeline close when nothing of the candidate is left.
    """
    sock_fd, answer_fd, lifeline = fds
    task = candidate.Task(**task_data)
    status = 1
    try:
        os.setsid()
        if plan.namespaces:
            layers.enter_namespaces()
        alive, held_by_candidate = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            _keep_only(sock_fd, answer_fd, held_by_candidate, *([] if ruleset is None else [ruleset]))
            candidate.run_and_exit(socket.socket(fileno=sock_fd), answer_fd, task, plan, ruleset)
        for fd in (sock_fd, answer_fd, held_by_candidate):
            os.close(fd)
        select.select([alive, lifeline], [], [], task.seconds + GRACE_SECONDS)
        _kill(pid)
        os.waitpid(pid, 0)
        status = 0
    finally:
        os._exit(status)


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
