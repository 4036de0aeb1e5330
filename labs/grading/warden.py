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
from labs.grading.frames import Wire
from labs.grading.gpu_memory import MemoryWatch, Unwatchable
from labs.grading.manifest import Limits
from labs.grading.sandbox import layers
from labs.grading.sandbox.plan import Plan
from labs.grading.verdict import Fault

GRACE_SECONDS = 5.0
"""How much longer than its lab's limit an answer may live, should the judge fail to end it in time."""
LOOK_EVERY_SECONDS = 0.05
"""At the memory of an answer on a GPU. What it takes meanwhile is the error of that limit."""


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
        go_ahead, wardens_word = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            os.close(wardens_word)
            if not os.read(go_ahead, 1):  # its memory cannot be watched
                os._exit(1)
            _keep_only(sock_fd, answer_fd, held_by_candidate, *arena, *([] if ruleset is None else [ruleset]))
            candidate.run_and_exit(socket.socket(fileno=sock_fd), answer_fd, arena, task, plan, ruleset)
        watch = None
        try:
            watch = MemoryWatch(pid, task.limits) if task.device == "cuda" else None
            os.write(wardens_word, b"!")
        except Unwatchable as error:
            _refuse(sock_fd, str(error))
        for fd in (sock_fd, answer_fd, held_by_candidate, go_ahead, wardens_word, *arena):
            os.close(fd)
        too_much = _await_end([alive, lifeline], task.limits, watch)
        _kill(pid)
        _, status, usage = os.wait4(pid, 0)
        fault = Fault.MEMORY if too_much else _cause_of_death(status, usage, task.limits)
        with contextlib.suppress(OSError):  # the judge may have its verdict already
            os.write(obituary, fault.encode())
        if not plan.namespaces:
            _end_orphans()
        status = 0
    finally:
        os._exit(status)


def _refuse(sock_fd: int, problem: str) -> None:
    """Tell the judge, in the candidate's place, that there can be no grading."""
    with socket.socket(fileno=os.dup(sock_fd)) as sock:
        Wire(sock).send({"sandboxed": False, "problem": problem}, deadline=time.monotonic() + GRACE_SECONDS)


def _await_end(ends: list[int], limits: Limits, watch: MemoryWatch | None) -> bool:
    """Wait until one of `ends` hangs up or the time is over. True if the answer took too much memory before that."""
    deadline = time.monotonic() + limits.seconds + GRACE_SECONDS
    while (patience := deadline - time.monotonic()) > 0:
        if select.select(ends, [], [], min(patience, LOOK_EVERY_SECONDS) if watch else patience)[0]:
            return False
        if watch and watch.is_exceeded():
            return True
    return False


def _cause_of_death(status: int, usage: resource.struct_rusage, limits: Limits) -> Fault:
    """The kernel kills at the limit of CPU time and does not say so; the time used does.

    Only roughly: the limit is counted in ticks, and on a busy machine a third of them may be somebody else's.
    """
    was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    used_up = usage.ru_utime + usage.ru_stime >= limits.cpu_seconds / 2
    return Fault.TIMEOUT if was_killed and used_up else Fault.CRASHED


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
    """Without a process namespace the kernel ends nothing by itself: what the answer started is ours by now.

    What forks on and on meanwhile is caught between two forks: so nobody is waited for while others live.
    """
    deadline = time.monotonic() + GRACE_SECONDS
    with contextlib.suppress(ChildProcessError):  # there is none any more
        while time.monotonic() < deadline:
            for pid in _children():
                _kill(pid)
            os.waitpid(-1, os.WNOHANG)


def _children() -> list[int]:
    """The kernel may leave one out while others end; it names it the next time."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:  # another system, or a kernel without this list
        return []
