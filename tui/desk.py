"""What every screen works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from labs.grading.catalogue import Lab
from labs.grading.client import Judge
from labs.grading.content import Track
from quiz.bank.loader import Bank, Entry
from quiz.records.store import EventKind
from tui.journal import Journal
from tui.selection import EVERYTHING, Selection

JudgeFactory = Callable[[], Judge]


class JudgeService:
    """The judge, started by whoever needs it first. Every method may block: call them from threads."""

    def __init__(self, factory: JudgeFactory) -> None:
        self._factory = factory
        self._lock = Lock()
        self._judge: Judge | None = None

    def get(self) -> Judge:
        """The one judge of this app. Raises `JudgeFault` where it cannot start; the next call tries again."""
        with self._lock:
            if self._judge is None:
                self._judge = self._factory()
            return self._judge

    def close(self) -> None:
        with self._lock:
            if self._judge is not None:
                self._judge.close()
                self._judge = None


@dataclass
class Desk:
    """The bank, the labs, the session and the judge."""

    bank: Bank
    labs: Sequence[Lab]
    journal: Journal
    judge: JudgeService
    filter: Selection = EVERYTHING
    """What the filter screen was left at."""

    def answered(self, selection: Selection = EVERYTHING) -> list[Entry]:
        """The questions of `selection` that this session has answered."""
        return [entry for entry in self._entries(selection) if self._is_answered(entry)]

    def pending(self, selection: Selection = EVERYTHING) -> list[Entry]:
        """The questions of `selection` that this session has not answered yet."""
        return [entry for entry in self._entries(selection) if not self._is_answered(entry)]

    def tracks(self) -> list[Track]:
        """The tracks that have questions, in their order."""
        present = {file.track for file in self.bank.topics()}
        return [track for track in Track if track in present]

    def _entries(self, selection: Selection) -> list[Entry]:
        return [entry for entry in self.bank.entries() if selection.holds(entry)]

    def _is_answered(self, entry: Entry) -> bool:
        return bool(self.journal.of(entry.id, EventKind.ANSWERED))
