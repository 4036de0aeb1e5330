"""Answering the bank blind: a sheet of questions without keys, and what a filled one comes to.

The sheet is YAML. Below each question stands `answer:`, to be filled with what its type asks for: a letter, a list of
letters or of line numbers, a number, a mapping of letters, a mapping of gaps, or text. Options, items and right sides
stand in an order that says nothing; items and right sides have capital letters in that order, because their own would
give the key away. An answer that is left empty is not marked; open questions are not on the sheet.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from labs.grading.content import Content, NonEmpty
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
from quiz.marking import InvalidResponse, mark
from quiz.presentation import key_text, presentation
from quiz.response import Response

SEED = "blind"
_FIELDS: dict[str, str] = {
    "single": "choice",
    "log-diagnosis": "choice",
    "multiple": "choices",
    "numeric": "value",
    "ordering": "order",
    "matching": "pairs",
    "cloze": "gaps",
    "trace": "output",
    "spot-the-line": "lines",
}
"""Of a response, by type of question."""


class Filled(Content):
    """One question of a filled sheet; what else the sheet says of it is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: NonEmpty
    version: int
    answer: Any = None


class Outcome(BaseModel):
    """What came of one answer on the sheet."""

    model_config = ConfigDict(frozen=True)

    id: str
    version: int
    answer: str
    agreed: bool
    problem: str = ""


def sheet(questions: Iterable[Question], language: str) -> str:
    """A sheet with the closed ones among `questions`, in one language, ready to be filled in."""
    entries = [_entry(question, language) for question in questions if not isinstance(question, Open)]
    return yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=120)


def outcomes(filled: Iterable[Filled], questions: Iterable[Question]) -> list[Outcome]:
    """What a filled sheet comes to: an answer agrees where it gets full marks."""
    known = {question.id: question for question in questions}
    return [_outcome(entry, known.get(entry.id)) for entry in filled if entry.answer is not None]


def _outcome(entry: Filled, question: Question | None) -> Outcome:
    said = {"id": entry.id, "version": entry.version, "answer": str(entry.answer)[:200], "agreed": False}
    if question is None or question.version != entry.version:
        return Outcome(**said, problem="the bank has no such version of it")
    try:
        return Outcome(**said | {"agreed": mark(question, _response(question, entry.answer)).score == 1.0})
    except InvalidResponse as error:
        return Outcome(**said, problem=error.text.en)


def _response(question: Question, answer: Any) -> Response:
    """The response that an answer on the sheet stands for; YAML reads numbers as numbers, marking wants them typed."""
    field = _FIELDS[question.type]
    own = {letter: key for key, letter in _letters(question).items()}
    if field == "order" and isinstance(answer, list):
        return {field: [own.get(str(letter), letter) for letter in answer]}
    if field == "pairs" and isinstance(answer, dict):
        return {field: {left: own.get(str(letter), letter) for left, letter in answer.items()}}
    if field in ("value", "output"):
        return {field: str(answer)}
    if field in ("choices", "lines") and not isinstance(answer, list):
        return {field: [answer]}
    if field == "gaps" and isinstance(answer, dict):
        return {field: {str(name): str(text) for name, text in answer.items()}}
    return {field: answer}


def _letters(question: Question) -> dict[str, str]:
    """The letter under which an item or a right side stands on the sheet, by its key."""
    return {key: string.ascii_uppercase[i] for i, key in enumerate(presentation(question, SEED))}


def _entry(question: Question, language: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": question.id, "version": question.version, "type": question.type}
    entry["prompt"] = question.prompt[language]
    order = presentation(question, SEED)
    match question:
        case SingleChoice() | MultipleChoice() | LogDiagnosis():
            if isinstance(question, LogDiagnosis):
                entry["log"] = question.log
            texts = {option.key: option.text[language] for option in question.options}
            entry["options"] = {key: texts[key] for key in order}
        case Numeric():
            entry["unit"] = question.unit[language] if question.unit else ""
        case Ordering():
            texts = {item.key: item.text[language] for item in question.items}
            entry["items"] = {letter: texts[key] for key, letter in _letters(question).items()}
        case Matching():
            entry["left"] = {pair.key: pair.left[language] for pair in question.pairs}
            right = {pair.key: pair.right[language] for pair in question.pairs}
            entry["right"] = {letter: right[key] for key, letter in _letters(question).items()}
        case Cloze():
            entry["text"] = question.text[language]
        case Trace():
            entry["code"] = question.code
        case SpotTheLine():
            numbered = enumerate(question.code.splitlines(), start=1)
            entry["code"] = "\n".join(f"{number:3}  {line}" for number, line in numbered)
        case Open():
            pass
    return entry | {"answer": None}


def disagreement(question: Question, outcome: Outcome, language: str) -> str:
    """One line on an answer that is not the key."""
    key = " / ".join(key_text(question, language).splitlines())
    return f"{outcome.id}: answered {outcome.answer!r}, the key is {key!r} {outcome.problem}".rstrip()
