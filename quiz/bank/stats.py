"""What the bank holds, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from labs.grading.content import Language, Level, Track
from quiz.bank.inventory import Coverage, covered, read_inventory
from quiz.bank.loader import Bank
from quiz.bank.schema import QUESTION_TYPES

FIND_THE_ERROR = "find-the-error"
"""The topic of questions whose task is to find a mistake."""


class Stats(BaseModel):
    """Numbers of questions. Tracks, types and levels that have none are listed with 0: gaps shall show."""

    model_config = ConfigDict(frozen=True)

    questions: int
    tracks: dict[str, int]
    types: dict[str, int]
    levels: dict[str, int]
    languages: dict[str, int]
    topics: dict[str, int]
    """Questions that name each topic, most frequent first."""
    derived: float
    """Share of questions whose key code computes, 0 to 1; 0 for an empty bank."""
    sourced: float
    """Share of questions that name at least one source, 0 to 1; 0 for an empty bank."""
    varying: int
    """Questions with fresh variants."""
    find_the_error: int
    """Questions whose task is to find a mistake."""
    coverage: dict[str, Coverage]
    """Of the inventory: its rows, and its topics."""


def stats(bank: Bank) -> Stats:
    """Count the whole bank. Raises `InvalidFile`."""
    entries = bank.entries()
    questions = [entry.question for entry in entries]
    total = len(questions) or 1
    topics = Counter(topic for q in questions for topic in q.topics)
    return Stats(
        questions=len(questions),
        tracks=_count(Track, (entry.track for entry in entries)),
        types=_count(QUESTION_TYPES, (q.type for q in questions)),
        levels=_count(Level, (q.level for q in questions)),
        languages=_count(Language, (language for q in questions for language in Language if q.prompt[language])),
        topics=dict(sorted(topics.items(), key=lambda item: (-item[1], item[0]))),
        derived=sum(q.is_derived for q in questions) / total,
        sourced=sum(bool(q.sources) for q in questions) / total,
        varying=sum(bool(q.derived and q.derived.vary) for q in questions),
        find_the_error=sum(q.type == "spot-the-line" or FIND_THE_ERROR in q.topics for q in questions),
        coverage=covered(read_inventory(bank.root), questions),
    )


def _count(names: Iterable[str], found: Iterable[str]) -> dict[str, int]:
    counts = Counter(found)
    return {str(name): counts[name] for name in names}
