"""Seconds by the clock."""

from __future__ import annotations

import time
from collections.abc import Callable


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def repeated(action: Callable[[], object], rounds: int) -> list[float]:
    """Seconds of each round, the shortest first."""
    return sorted(seconds(action) for _ in range(rounds))
