"""What a report consists of. Text that a person typed is raw here, bounded in length; renderers neutralise it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from labs.grading.content import Language, Level, Source, Track
from labs.grading.verdict import Verdict
from quiz.report.untrusted import shorten


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Standing(StrEnum):
    """What has become of a question or lab since it was answered."""

    CURRENT = "current"
    CHANGED = "changed"
    """Its version is another one now: prompt, key and starter are shown as they are today."""
    GONE = "gone"


class Passage(_Part):
    """A text of bounded length."""

    text: str
    markup: Literal["plain", "commonmark"] = "plain"
    """`commonmark` only where every word comes from the bank."""
    left_out: int = 0
    """Characters beyond the bound."""

    @classmethod
    def bounded(cls, text: str, limit: int) -> Self:
        shortened, left_out = shorten(text, limit)
        return cls(text=shortened, left_out=left_out)


class RubricPointMark(_Part):
    """One point of an open question's rubric, as the person judged it themselves."""

    key: str
    kind: Literal["required", "bonus", "fatal"]
    text: str
    said: bool


class QuestionPart(_Part):
    """One question that was shown or answered. What the bank says is absent where the question is gone."""

    id: str
    version: str
    """As answered; as shown where it was not answered."""
    standing: Standing
    track: Track | None = None
    type: str | None = None
    level: Level | None = None
    prompt: str = ""
    """CommonMark."""
    material: Passage | None = None
    """The code, log or gapped text that the prompt is about."""
    attempts: int
    answer: Passage | None
    """The last one; None where there is none."""
    seconds: float | None
    """From showing the question to its last answer."""
    automatic_score: float | None
    """0 to 1, by the key."""
    self_score: float | None
    """0 to 1, by the person's own judgement of the rubric."""
    self_marks: list[RubricPointMark] = []
    key: Passage | None = None
    explanation: str = ""
    """CommonMark."""
    sources: list[Source] = []


class LabPart(_Part):
    """One lab that was opened: its last submission, or the last code where nothing was submitted."""

    id: str
    version: str
    standing: Standing
    track: Track | None = None
    title: str
    checks: int
    """How often the public suite was run."""
    submissions: int
    runs: int
    hints: int
    """How many different hints were taken."""
    seconds: float
    """From opening the lab to the last submission, or to the last event where there is none."""
    verdict: Verdict | None
    """On the last submission; None where there is none, or it cannot be read."""
    code: Passage | None
    diff: Passage | None
    """Unified diff from the lab's starter to `code`; None where the lab is gone."""


class Tally(_Part):
    """Marks of one kind: the sum of scores from 0 to 1, over how many."""

    points: float
    of: int


class Scores(_Part):
    """The marks of a track. The kinds are never added up: who marked what stays visible."""

    track: Track | None
    """None for what is no longer in the bank, and for the total."""
    shown: int
    answered: int
    automatic: Tally | None
    self_given: Tally | None
    unmarked: int
    """Answers to open questions that nobody has marked."""
    labs: Tally | None
    """Automatic, over the labs that were submitted."""


class Report(_Part):
    session: str
    started: datetime
    finished: bool
    person: str
    seconds: float
    """From the session's start to its last event."""
    tool_version: str
    language: Language
    scores: list[Scores]
    total: Scores
    questions: list[QuestionPart]
    labs: list[LabPart]
