"""What lets somebody guess a key without knowing: its place, its length, and the same question asked twice."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rapidfuzz import fuzz

from labs.grading.content import Language
from quiz.bank.schema import LogDiagnosis, Question, SingleChoice

DEVIATIONS = 2.5
"""How far a count may lie from what chance gives, in standard deviations."""
ALIKE = 92.0
"""Similarity, of 100, from which two prompts of one type ask the same."""

OneCorrect = SingleChoice | LogDiagnosis


def position_faults(questions: Iterable[Question]) -> Iterator[str]:
    """Letters of the key that stand out, among the questions with equally many options."""
    by_size: dict[int, Counter[str]] = {}
    for question in questions:
        if isinstance(question, OneCorrect):
            by_size.setdefault(len(question.options), Counter()).update(question.correct_keys)
    for size, letters in by_size.items():
        total = letters.total()
        for letter in "abcdefgh"[:size]:
            if _stands_out(letters[letter], total, 1 / size):
                yield f"{letters[letter]} of {total} keys with {size} options are {letter!r}: spread them evenly"


def length_faults(questions: Iterable[Question]) -> Iterator[str]:
    """Whether the longest option is the key more often than chance."""
    asked = [question for question in questions if isinstance(question, OneCorrect)]
    for language in Language:
        hits = [question for question in asked if _longest(question, language) in question.correct_keys]
        chance = sum(1 / len(question.options) for question in asked) / max(1, len(asked))
        if len(hits) > len(asked) * chance and _stands_out(len(hits), len(asked), chance):
            names = ", ".join(question.id for question in hits)
            yield f"the longest option ({language}) is the key in {len(hits)} of {len(asked)}: {names}"


def twins(questions: Sequence[Question]) -> Iterator[tuple[Question, Question]]:
    """Pairs of questions that ask nearly the same."""
    by_type: dict[str, list[Question]] = {}
    for question in questions:
        by_type.setdefault(question.type, []).append(question)
    for alike in by_type.values():
        for first, second in combinations(alike, 2):
            if first.id != second.id and fuzz.token_sort_ratio(_asked(first), _asked(second), score_cutoff=ALIKE):
                yield first, second


def _asked(question: Question) -> str:
    options = [option.text.en for option in question.options] if isinstance(question, OneCorrect) else []
    return " ".join([question.prompt.en, getattr(question, "code", ""), *options])


def _longest(question: OneCorrect, language: str) -> str | None:
    """The key of the option that is longer than every other."""
    lengths = sorted(((len(option.text[language]), option.key) for option in question.options), reverse=True)
    return lengths[0][1] if lengths[0][0] > lengths[1][0] else None


def _stands_out(count: int, total: int, chance: float) -> bool:
    return abs(count - total * chance) > DEVIATIONS * math.sqrt(total * chance * (1 - chance)) + 1
