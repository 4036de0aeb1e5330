"""Verdicts that need not be found again: the same answer to the same lab with the same seed on the same machine."""

from __future__ import annotations

import threading
from collections import OrderedDict

from labs.grading.verdict import Fault, Verdict

MAX_VERDICTS = 1024
_NOT_FOR_GOOD = {Fault.TIMEOUT, Fault.MEMORY, Fault.CRASHED}
"""What another try on a quieter machine might not meet again."""


class VerdictCache:
    """The verdicts found last, by what settles them. Thread-safe.

    Libraries and isolation are those of the one process that it lives in, so they are no part of a key.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._verdicts: OrderedDict[tuple[str, ...], Verdict] = OrderedDict()

    def get(self, *key: str) -> Verdict | None:
        with self._lock:
            if key in self._verdicts:
                self._verdicts.move_to_end(key)
            return self._verdicts.get(key)

    def put(self, verdict: Verdict, *key: str) -> None:
        """Keep `verdict`, unless it tells more of the moment than of the answer."""
        if _NOT_FOR_GOOD & set(verdict.faults):
            return
        with self._lock:
            self._verdicts[key] = verdict
            if len(self._verdicts) > MAX_VERDICTS:
                self._verdicts.popitem(last=False)
