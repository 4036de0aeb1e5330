"""Which questions are asked: by track, by type, by level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from labs.grading.content import Language, Level, Track
from quiz.bank.loader import Entry
from quiz.bank.schema import QUESTION_TYPES
from quiz.report.labels import label
from tui.strings import say

Facet = Literal["tracks", "types", "levels"]
FACETS: dict[Facet, tuple[str, ...]] = {"tracks": tuple(Track), "types": QUESTION_TYPES, "levels": tuple(Level)}
"""What a question can be told apart by, each with its values in the order in which they are shown."""

MOST_NAMED = 2
"""So many values of one facet are named in a description; more are counted."""


@dataclass(frozen=True)
class Selection:
    """Of each facet, the values that are wanted; one that names none leaves every question in."""

    tracks: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    """Ids: the questions on the topic of a lab."""

    def values(self, facet: Facet) -> frozenset[str]:
        wanted: frozenset[str] = getattr(self, facet)
        return wanted

    def with_values(self, facet: Facet, values: Iterable[str]) -> Selection:
        """This selection with other values of one facet."""
        return replace(self, **{facet: frozenset(values)})

    def holds(self, entry: Entry) -> bool:
        return all(
            not wanted or value in wanted
            for wanted, value in (
                (self.tracks, entry.track),
                (self.types, entry.summary.type),
                (self.levels, entry.summary.level),
                (self.questions, entry.id),
            )
        )

    def describe(self, language: Language) -> str:
        """The selection in a few words; nothing for the one that leaves every question in."""
        named = [_describe(facet, self.values(facet), language) for facet in FACETS if self.values(facet)]
        topic = [say("filter.on-topic", language)] if self.questions else []
        return " · ".join([*named, *topic])


def _describe(facet: Facet, wanted: frozenset[str], language: Language) -> str:
    if len(wanted) > MOST_NAMED:
        return say(f"filter.some-{facet}", language, count=len(wanted))
    return label("separator", language).join(label(value, language) for value in FACETS[facet] if value in wanted)


EVERYTHING = Selection()
