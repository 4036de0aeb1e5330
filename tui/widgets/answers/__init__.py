"""How each type of question is answered: one widget a type, and which belongs to which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from quiz.bank.schema import (
    Cloze,
    LogDiagnosis,
    Matching,
    MultipleChoice,
    Numeric,
    Open,
    Ordering,
    Question,
    SingleChoice,
    SpotTheLine,
    Trace,
)
from tui.widgets.answers.answer import Answer
from tui.widgets.answers.choice import MultipleChoiceAnswer, SingleChoiceAnswer
from tui.widgets.answers.cloze import ClozeAnswer
from tui.widgets.answers.fields import NumericAnswer, TraceAnswer
from tui.widgets.answers.matching import MatchingAnswer
from tui.widgets.answers.open import OpenAnswer
from tui.widgets.answers.ordering import OrderingAnswer
from tui.widgets.answers.spot_line import SpotTheLineAnswer

__all__ = ["Answer", "answer_widget"]


def answer_widget(question: Question, order: Sequence[str]) -> Answer:
    """The widget that takes the answer to `question`; `order` is what `quiz.presentation` says of it."""
    match question:
        case SingleChoice() | LogDiagnosis():
            return SingleChoiceAnswer(question, order)
        case MultipleChoice():
            return MultipleChoiceAnswer(question, order)
        case Numeric():
            return NumericAnswer(question)
        case Ordering():
            return OrderingAnswer(question, order)
        case Matching():
            return MatchingAnswer(question, order)
        case Cloze():
            return ClozeAnswer(question)
        case Trace():
            return TraceAnswer(question)
        case SpotTheLine():
            return SpotTheLineAnswer(question)
        case Open():
            return OpenAnswer(question)
        case _:
            assert_never(question)
