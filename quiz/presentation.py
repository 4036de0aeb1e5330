"""How a question is laid out and how keys and responses read as text, the same in the app and in reports."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
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
from quiz.response import (
    InvalidResponse,
    Response,
    read_choice,
    read_choices,
    read_gaps,
    read_lines,
    read_order,
    read_pairs,
    read_text,
)

Choice = SingleChoice | MultipleChoice | LogDiagnosis

_NOTHING = {"en": "(nothing)", "zh": "（未作答）"}


def presentation(question: Question, seed: str) -> list[str]:
    """The order in which to show options, items or right sides, by key; empty for types that have none.

    The same `seed` gives the same order on every machine. Items to be ordered never stand in the right order.
    """
    match question:
        case SingleChoice() | MultipleChoice() | LogDiagnosis():
            return _shuffled([o.key for o in question.options], question.id, seed)
        case Matching():
            return _shuffled([p.key for p in question.pairs], question.id, seed)
        case Ordering():
            right = [i.key for i in question.items]
            shown = _shuffled(right, question.id, seed)
            return shown if shown != right else [*shown[1:], shown[0]]
        case _:
            return []


def key_text(question: Question, language: str) -> str:
    """The right answer, readable without the question's layout. Not escaped: whoever shows it does that."""
    match question:
        case SingleChoice() | LogDiagnosis() | MultipleChoice():
            return _chosen(question, question.correct_keys, language)
        case Numeric():
            return _number(question, language)
        case Ordering():
            return _ordered(question, [i.key for i in question.items], language)
        case Matching():
            return _paired(question, {p.key: p.key for p in question.pairs}, language)
        case Cloze():
            return _filled(question, {name: gap.accept[0] for name, gap in question.gaps.items()}, language)
        case Trace():
            return question.answer
        case SpotTheLine():
            return f"{_lines(question, question.wrong_lines)}\n{question.correction[language]}"
        case Open():
            return question.model_answer[language]
        case _:
            assert_never(question)


def response_text(question: Question, response: Response, language: str) -> str:
    """What was answered, readable without the question's layout. Not escaped: whoever shows it does that.

    A response that does not fit, given to another version of the question, say, is shown as the JSON it is.
    """
    try:
        return _response_text(question, response, language) or _NOTHING[language]
    except InvalidResponse:
        as_json = json.dumps(response, ensure_ascii=False, skipkeys=True, default=str)
        return as_json.encode("utf-8", "replace").decode()


def _response_text(question: Question, response: Response, language: str) -> str:
    match question:
        case SingleChoice() | LogDiagnosis():
            return _chosen(question, {read_choice(response, [o.key for o in question.options])}, language)
        case MultipleChoice():
            return _chosen(question, read_choices(response, [o.key for o in question.options]), language)
        case Numeric():
            return read_text(response, "value").strip()
        case Ordering():
            return _ordered(question, read_order(response, [i.key for i in question.items]), language)
        case Matching():
            return _paired(question, read_pairs(response, [p.key for p in question.pairs]), language)
        case Cloze():
            return _filled(question, read_gaps(response, question.gaps), language)
        case Trace():
            return read_text(response, "output")
        case SpotTheLine():
            return _lines(question, read_lines(response, len(question.code.splitlines())))
        case Open():
            return read_text(response, "text")
        case _:
            assert_never(question)


def _shuffled(keys: list[str], question_id: str, seed: str) -> list[str]:
    """Sorted by a digest, which no release of Python will ever order differently."""
    return sorted(keys, key=lambda key: hashlib.sha256(f"{seed}\n{question_id}\n{key}".encode()).digest())


def _chosen(question: Choice, keys: Collection[str], language: str) -> str:
    return "\n".join(o.text[language] for o in question.options if o.key in keys)


def _number(question: Numeric, language: str) -> str:
    whole = question.answer.is_integer() and abs(question.answer) < 2**53
    number = str(int(question.answer)) if whole else f"{question.answer:.10g}"
    return f"{number} {question.unit[language]}" if question.unit else number


def _ordered(question: Ordering, order: list[str], language: str) -> str:
    text = {item.key: item.text[language] for item in question.items}
    return "\n".join(f"{i}. {text[key]}" for i, key in enumerate(order, start=1))


def _paired(question: Matching, pairs: Mapping[str, str], language: str) -> str:
    right = {pair.key: pair.right[language] for pair in question.pairs}
    return "\n".join(
        f"{pair.left[language]} → {right[pairs[pair.key]]}" for pair in question.pairs if pair.key in pairs
    )


def _filled(question: Cloze, gaps: Mapping[str, str], language: str) -> str:
    """The text with what stands in its gaps, or an empty string where nothing was filled in."""
    if not any(gap.strip() for gap in gaps.values()):
        return ""
    return re.sub(r"\{\{([1-9])\}\}", lambda gap: f"[{gaps.get(gap[1], '').strip() or '…'}]", question.text[language])


def _lines(question: SpotTheLine, lines: Collection[int]) -> str:
    code = question.code.splitlines()
    return "\n".join(f"{line}: {code[line - 1].strip()}" for line in sorted(lines))
