"""What a report says of one question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labs.grading.content import Language
from labs.grading.yaml_source import InvalidFile
from quiz.bank.loader import Bank, Entry, UnknownQuestion
from quiz.bank.schema import Cloze, LogDiagnosis, Open, Question, SpotTheLine, Trace
from quiz.bank.variants import recorded_variant
from quiz.marking import InvalidResponse, RubricMark, mark, mark_points
from quiz.presentation import key_text, response_text
from quiz.records.store import Event, EventKind
from quiz.report.parts import Passage, QuestionPart, RubricPointMark, Standing

MAX_ANSWER = 20_000
"""Characters of one answer."""
MAX_KEY = 100_000
QUESTION_KINDS = frozenset({EventKind.ANSWERED, EventKind.SELF_MARKED})
"""What happens to questions only."""
_MADE_OF_OPTIONS = frozenset({"single", "multiple", "log-diagnosis", "ordering", "matching"})
"""Types whose answers consist of the bank's own words."""


def find_question(bank: Bank, question_id: str) -> Entry | None:
    """The question, or None where the bank no longer has it, or the file it stood in cannot be read."""
    try:
        return bank.find(question_id)
    except (UnknownQuestion, InvalidFile):
        return None


def question_part(entry: Entry | None, events: Sequence[Event], language: Language) -> QuestionPart:
    """The report on the question of `events`, at least one, the last answer counting; `entry` as the bank has it."""
    answers = [event for event in events if event.kind is EventKind.ANSWERED]
    last = answers[-1] if answers else None
    shown = [e for e in events if e.kind is EventKind.SHOWN and (last is None or e.id < last.id)]
    version = (last or events[-1]).version
    question = _as_asked(entry, last) if entry else None
    self_mark = _self_mark(question, events, last) if question and last else None
    recorded = QuestionPart(
        id=events[0].item,
        version=version,
        standing=Standing.GONE,
        attempts=len(answers),
        answer=_answer(question, last, language) if last else None,
        seconds=(last.at - shown[-1].at).total_seconds() if last and shown else None,
        automatic_score=_score(last.data.get("score")) if last else None,
        self_score=self_mark.score if self_mark else None,
    )
    if entry is None or question is None:
        return recorded
    return recorded.model_copy(
        update={
            "standing": Standing.CURRENT if version == str(question.version) else Standing.CHANGED,
            "track": entry.track,
            "type": question.type,
            "level": question.level,
            "prompt": question.prompt[language],
            "material": _material(question, language),
            "self_marks": _rubric(question, self_mark, language),
            "key": _key(question, language),
            "explanation": question.explanation[language],
            "sources": question.sources,
        }
    )


def _as_asked(entry: Entry, answer: Event | None) -> Question:
    """The question with the numbers that it was answered with."""
    asked = recorded_variant(entry.template, answer.data["variant"]) if answer and "variant" in answer.data else None
    return asked or entry.question


def _answer(question: Question | None, event: Event, language: Language) -> Passage:
    response: Any = event.data.get("response")
    if question is None:
        return Passage.bounded(_as_typed(response), MAX_ANSWER)
    passage = Passage.bounded(response_text(question, response, language), MAX_ANSWER)
    if question.type in _MADE_OF_OPTIONS and _fits(question, response):
        return passage.model_copy(update={"markup": "commonmark"})
    return passage


def _as_typed(response: object) -> str:
    """A response without its question: its one field's value where it is a text, else the whole as Python shows it."""
    values = list(response.values()) if isinstance(response, dict) else [response]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else repr(response)


def _fits(question: Question, response: Any) -> bool:
    try:
        mark(question, response)
    except InvalidResponse:
        return False
    return True


def _score(score: object) -> float | None:
    return float(score) if isinstance(score, int | float) and 0 <= score <= 1 else None


def _key(question: Question, language: Language) -> Passage:
    commonmark = question.type in _MADE_OF_OPTIONS or isinstance(question, Open)
    passage = Passage.bounded(key_text(question, language), MAX_KEY)
    return passage.model_copy(update={"markup": "commonmark" if commonmark else "plain"})


def _material(question: Question, language: Language) -> Passage | None:
    match question:
        case Trace() | SpotTheLine():
            lines = question.code.splitlines()
            numbered = (f"{number:>{len(str(len(lines)))}}  {line}" for number, line in enumerate(lines, 1))
            return Passage(text="\n".join(numbered))
        case LogDiagnosis():
            return Passage(text=question.log)
        case Cloze():
            return Passage(text=question.text[language].replace("{{", "[").replace("}}", "]"), markup="commonmark")
        case _:
            return None


def _self_mark(question: Question, events: Sequence[Event], answer: Event) -> RubricMark | None:
    """The person's last judgement of their last answer."""
    judgements = [e for e in events if e.kind is EventKind.SELF_MARKED and e.id > answer.id]
    if not judgements or not isinstance(question, Open):
        return None
    try:
        return mark_points(question, judgements[-1].data.get("points", {}))
    except (InvalidResponse, AttributeError):
        return None


def _rubric(question: Question, mark: RubricMark | None, language: Language) -> list[RubricPointMark]:
    if mark is None or not isinstance(question, Open):
        return []
    return [
        RubricPointMark(key=p.key, kind=p.kind, text=p.text[language], said=mark.points[p.key]) for p in question.rubric
    ]
