"""What an export and an import give: the result, and what could not be carried over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labs.grading.content import Track
from quiz.bank.schema import Question, Topic


@dataclass(frozen=True)
class Note:
    """One sentence on what was lost or changed on the way."""

    question: str
    """The question's id; empty where it is true of all."""
    sentence: str

    def __str__(self) -> str:
        return f"{self.question or 'all questions'}: {self.sentence}"


@dataclass(frozen=True)
class Exported:
    text: str
    notes: Sequence[Note]


@dataclass(frozen=True)
class Imported:
    questions: Sequence[Question]
    notes: Sequence[Note]


@dataclass(frozen=True)
class PlacedTopic:
    """A topic and where it belongs: `<track>/<name>.yaml`."""

    track: Track
    name: str
    topic: Topic


class Malformed(ValueError):
    """A file that is not what it is said to be. One sentence: where, what is wrong, what to do."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line
