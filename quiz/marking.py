"""Marking. A closed question is marked by its key; an open one only by a person.

The policy, the same everywhere in ropes; a score runs from 0 to 1:

- single, log-diagnosis, numeric, trace: all or nothing.
- multiple, spot-the-line: (right ones chosen - wrong ones chosen) / right ones there are, at least 0, so that
  choosing everything is no way to a mark.
- ordering: Kendall's tau, at least 0: pairs of items in the right order minus pairs in the wrong order, over
  all pairs. One item out of place costs its own pairs and no more; half of the pairs right is worth nothing.
- matching: the share of pairs that are right. cloze: the share of gaps.
- open: required points met over required points; each bonus point counts like one of them, up to a full mark;
  a fatal misconception makes it 0.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from itertools import combinations
from typing import assert_never

from pydantic import BaseModel, ConfigDict, Field

from quiz.bank.schema import (
    Cloze,
    Item,
    LogDiagnosis,
    Matching,
    MultipleChoice,
    Numeric,
    Open,
    Option,
    Ordering,
    Pair,
    Question,
    RubricPoint,
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
    read_number,
    read_order,
    read_pairs,
    read_text,
)

__all__ = ["InvalidResponse", "Mark", "RubricMark", "mark", "mark_points"]

SAME_NUMBER = 1e-9
"""Relative difference below which a typed decimal and a stored float are one number, tolerance or not."""


class Mark(BaseModel):
    """What a response is worth by the question's key."""

    model_config = ConfigDict(frozen=True)

    score: float | None = Field(ge=0, le=1)
    """None for an open question: nobody has marked it yet."""
    parts: dict[str, bool] = {}
    """Whether each part was right: chosen option, left side, gap or line, by its key or number; a number that a known
    misconception leads to, by the misconception's name."""


class RubricMark(BaseModel):
    """What a person made of an open answer, point by point."""

    model_config = ConfigDict(frozen=True)

    score: float = Field(ge=0, le=1)
    points: dict[str, bool]
    """For every rubric point, whether the answer says it."""


def mark(question: Question, response: Response) -> Mark:
    """Mark `response` by the question's key. Raises `InvalidResponse` where it does not fit the question."""
    match question:
        case SingleChoice() | LogDiagnosis():
            choice = read_choice(response, _keys(question.options))
            right = choice in question.correct_keys
            return Mark(score=float(right), parts={choice: right})
        case MultipleChoice():
            return _mark_selection(read_choices(response, _keys(question.options)), question.correct_keys)
        case SpotTheLine():
            lines = read_lines(response, len(question.code.splitlines()))
            return _mark_selection(set(map(str, lines)), set(map(str, question.wrong_lines)))
        case Numeric():
            return _mark_number(question, read_number(response))
        case Trace():
            accepted = {_without_space(output) for output in (question.answer, *question.accept)}
            return Mark(score=float(_without_space(read_text(response, "output")) in accepted))
        case Ordering():
            keys = _keys(question.items)
            return Mark(score=_kendall_tau(read_order(response, keys), keys))
        case Matching():
            pairs = read_pairs(response, _keys(question.pairs))
            return _mark_share({p.key: pairs.get(p.key) == p.key for p in question.pairs})
        case Cloze():
            gaps = read_gaps(response, question.gaps)
            return _mark_share(
                {
                    name: _folded(gaps.get(name, "")) in set(map(_folded, gap.accept))
                    for name, gap in question.gaps.items()
                }
            )
        case Open():
            read_text(response, "text")
            return Mark(score=None)
        case _:
            assert_never(question)


def mark_points(question: Open, points: Mapping[str, bool]) -> RubricMark:
    """The mark of an open answer whose rubric `points` a person has judged; a point left out was not said.

    Raises `InvalidResponse` for a point that the rubric does not have.
    """
    keys = _keys(question.rubric)
    if any(key not in keys or type(said) is not bool for key, said in points.items()):
        raise InvalidResponse("Judge the points of this rubric, each met or not met.", "请按本题的评分点逐点判断。")
    said = {key: points.get(key, False) for key in keys}
    count = {
        kind: sum(said[p.key] for p in question.rubric if p.kind == kind) for kind in ("required", "bonus", "fatal")
    }
    required = sum(p.kind == "required" for p in question.rubric)
    score = 0.0 if count["fatal"] else min(1.0, (count["required"] + count["bonus"]) / required)
    return RubricMark(score=score, points=said)


def _keys(parts: Collection[Option | Item | Pair | RubricPoint]) -> list[str]:
    return [part.key for part in parts]


def _mark_selection(chosen: Collection[str], right: Collection[str]) -> Mark:
    parts = {part: part in right for part in sorted(chosen)}
    hits = sum(parts.values())
    return Mark(score=max(0.0, (hits - (len(parts) - hits)) / len(right)), parts=parts)


def _mark_share(parts: dict[str, bool]) -> Mark:
    return Mark(score=sum(parts.values()) / len(parts), parts=parts)


def _kendall_tau(order: list[str], right: list[str]) -> float:
    place = {key: i for i, key in enumerate(order)}
    signs = [1 if place[first] < place[second] else -1 for first, second in combinations(right, 2)]
    return max(0.0, sum(signs) / len(signs))


def _mark_number(question: Numeric, value: float) -> Mark:
    if _is_close(question, value, question.answer):
        return Mark(score=1.0)
    fallen_for = [p for p in question.pitfalls if p.value is not None and _is_close(question, value, p.value)]
    return Mark(score=0.0, parts={pitfall.misconception: False for pitfall in fallen_for[:1]})


def _is_close(question: Numeric, value: float, wanted: float) -> bool:
    relative = max(question.tolerance.relative, SAME_NUMBER) * abs(wanted)
    return abs(value - wanted) <= max(relative, question.tolerance.absolute)


def _without_space(output: str) -> str:
    """Full-width brackets and commas, as a Chinese input method types them, count as the narrow ones."""
    return "".join(unicodedata.normalize("NFKC", output).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
