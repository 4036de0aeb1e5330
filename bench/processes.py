"""The processes of a judge service and what they hold, read from /proc. Linux only."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from labs.grading import endpoint


@dataclass(frozen=True)
class Holding:
    """What processes of one kind hold together while nothing is graded."""

    processes: int
    descriptors: int
    private_mib: float


def service() -> int:
    """The pid of the judge service of this user and this installation. Raises LookupError."""
    socket = os.fsencode(endpoint.socket_path())
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                if b"labs.grading.service" in command and socket in command:
                    return int(entry.name)
    raise LookupError("no judge service is running")


def standing(service: int) -> dict[str, list[int]]:
    """The processes that a service keeps between two gradings, by kind."""
    zygotes = children(service)
    return {
        "service": [service],
        "zygote": zygotes,
        "judge server": [pid for zygote in zygotes for pid in children(zygote) if in_session(pid, zygote)],
    }


def gradings(service: int) -> dict[str, list[int]]:
    """The two processes of each grading that is running just now: the answer's, and its judge's."""
    kept = standing(service)
    servers = kept["judge server"]
    wardens = [pid for zygote in kept["zygote"] for pid in children(zygote) if pid not in servers]
    return {
        "candidate": [pid for warden in wardens for pid in children(warden)],
        "judge": [pid for server in servers for pid in children(server)],
    }


def holdings(service: int) -> dict[str, Holding]:
    """What each kind of process holds, and how many of them there are."""
    return {kind: holding(pids) for kind, pids in standing(service).items()}


def holding(pids: list[int]) -> Holding:
    return Holding(len(pids), sum(map(descriptors, pids)), sum(map(private_mib, pids)))


def is_idle(service: int) -> bool:
    """Whether nothing but the standing processes is there."""
    return not any(gradings(service).values())


def children(pid: int) -> list[int]:
    """Those of a process that may end while it is looked at."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return sorted(found)


def in_session(pid: int, session: int) -> bool:
    try:
        return os.getsid(pid) == session
    except ProcessLookupError:
        return False


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def private_mib(pid: int) -> float:
    """What only this process holds: Private_Clean and Private_Dirty of all its mappings. Raises OSError."""
    rollup = _rollup(pid)
    return rollup["Private_Clean"] + rollup["Private_Dirty"]


def pss_mib(pid: int) -> float:
    """Its proportional share: what it shares with n processes counts a n-th. Raises OSError."""
    return _rollup(pid)["Pss"]


def _rollup(pid: int) -> dict[str, float]:
    """/proc/PID/smaps_rollup in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(amount.split()[0]) / 1024 for name, _, amount in (line.partition(":") for line in lines)}
