"""Two thousand gradings of all sorts through one service: every verdict is the right one, and nothing grows."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from tempfile import TemporaryDirectory

import pytest

from bench import processes
from labs.grading import endpoint
from labs.grading.catalogue import Lab
from labs.grading.client import Judge
from labs.grading.verdict import Fault
from tests.labs.toy import FIND_SOCKET, RIGHT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

GRADINGS, WARM_UP, BATCH = 2_000, 100, 50
GROWTH_MIB = 2.0
"""What one kind of process may have taken meanwhile; a leak of 1 KiB a grading would show."""

RIGHT_ANSWERS = [
    RIGHT,
    "def double(x):\n    return 2 * x\n",
    "import torch\ndef double(x):\n    return torch.add(x, x)\n",
    "def double(x):\n    y = x.clone()\n    y += x\n    return y\n",
    "print('loud' * 100_000)\n" + RIGHT,
    "import os\ntry:\n    os.fork()\nexcept OSError:\n    pass\n" + RIGHT,
]
WRONG_ANSWERS: list[tuple[str, list[Fault]]] = [
    ("def double(x):\n    return 3 * x\n", []),
    ("def double(x):\n    return (x + x).float()\n", []),
    ("def double(x):\n    return x.add_(x)\n", []),
    ("def double(x):\n    return 'twice'\n", []),
    ("def double(x):\n    raise ValueError\n", [Fault.RAISED]),
    ("def double(x)\n", [Fault.UNREADABLE]),
]
HOSTILE_ANSWERS: list[tuple[str, list[Fault]]] = [
    ("import os\nos._exit(0)\n", [Fault.CRASHED]),
    ("import ctypes\ndef double(x):\n    ctypes.string_at(0)\n", [Fault.CRASHED]),
    ("def double(x):\n    return bytearray(1 << 34)\n", [Fault.MEMORY]),
    (FIND_SOCKET + "def double(x):\n    os.write(sock, b'nonsense' * 100)\n", [Fault.PROTOCOL]),
    ("import os\ndef double(x):\n    os.closerange(3, 64)\n    return x + x\n", [Fault.CRASHED]),
    ("import threading, time\nthreading.Thread(target=time.sleep, args=[1000]).start()\nraise SystemExit\n",
     [Fault.UNREADABLE]),
]  # fmt: skip
ENDLESS = "def double(x):\n    while True:\n        pass\n"
ENDLESS_EVERY = 100
"""Only so often: each runs into its limit, and once more alone."""

Case = tuple[str, bool, list[Fault]]


def cases() -> Iterator[Case]:
    """Answers with what must come of them, no two the same."""
    right = cycle([(source, True, []) for source in RIGHT_ANSWERS])
    wrong = cycle([(source, False, faults) for source, faults in WRONG_ANSWERS])
    hostile = cycle([(source, False, faults) for source, faults in HOSTILE_ANSWERS])
    for number, case in enumerate(zip(right, wrong, hostile, strict=True)):
        for source, passes, faults in case:
            yield f"{source}\n# {number}\n", passes, faults
        if number % ENDLESS_EVERY == ENDLESS_EVERY - 1:
            yield f"{ENDLESS}\n# {number}\n", False, [Fault.TIMEOUT]


def test_two_thousand_gradings_leave_nothing_behind(toy: Lab, hasty: Lab, monkeypatch: pytest.MonkeyPatch, eventually):
    todo = cases()
    tidy = TemporaryDirectory(ignore_cleanup_errors=True)  # a service that is just leaving tidies up, too
    with tidy as folder, Judge(device="cpu") as judge, ThreadPoolExecutor(2) as pool:
        # A service of its own: a folder of pytest can have too long a name for a socket, and others would share it.
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        assert endpoint.socket_path().is_relative_to(folder)

        def misjudged(case: Case) -> list[object]:
            source, passes, faults = case
            lab = hasty if source.startswith(ENDLESS) else toy
            verdict = judge.grade(lab, source.encode())
            return [] if (verdict.passed, verdict.faults) == (passes, faults) else [source, verdict]

        def grade(count: int) -> None:
            for _ in range(count // BATCH):  # not all at once: what waits in the pool would look like growth
                assert [found for found in pool.map(misjudged, islice(todo, BATCH)) if found] == []

        judge.grade(hasty, RIGHT.encode())  # its judge server stands from here on
        grade(WARM_UP)
        before = held(eventually)
        grade(GRADINGS - WARM_UP)
        after = held(eventually)
    for kind, was in before.items():
        now = after[kind]
        print(f"{kind}: {was} -> {now}")
        assert (now.processes, now.descriptors) == (was.processes, was.descriptors), kind
        assert now.private_mib - was.private_mib < GROWTH_MIB, kind


def held(eventually) -> dict[str, processes.Holding]:
    """What each kind of process of the judge holds once it is idle, and what this process does."""
    service = processes.service()
    assert eventually(lambda: processes.is_idle(service))
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # this process has run other tests before: what they freed is not its growth
    return processes.holdings(service) | {"client": processes.holding([os.getpid()])}
