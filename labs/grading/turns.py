"""Who may grade now: so many at a time, and one that must not be disturbed alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Turns:
    """At most `places` at a time share the machine. Who waits to be alone goes before all who come later."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._running = 0
        self._waiting_alone = 0
        self._changed = threading.Condition()

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Wait for a place."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < self._places and not self._waiting_alone)
            self._running += 1
        try:
            yield
        finally:
            self._leave(1)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody else is here, and keep everybody out meanwhile."""
        with self._changed:
            self._waiting_alone += 1
            self._changed.wait_for(lambda: not self._running)
            self._waiting_alone -= 1
            self._running = self._places
        try:
            yield
        finally:
            self._leave(self._places)

    def _leave(self, places: int) -> None:
        with self._changed:
            self._running -= places
            self._changed.notify_all()
