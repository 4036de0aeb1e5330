"""What an imported question gets where its format says nothing: plain placeholders that say what they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from labs.grading.content import Language, Level, Source
from quiz.bank.bounds import MAX_QUESTIONS, MAX_TEXT
from quiz.exchange.outcome import Malformed

M = TypeVar("M", bound=BaseModel)

KEYS = "abcdefgh"
"""Of options and pairs; more than these a question does not have."""
FEWEST_OPTIONS = 3
IMPORTED = "imported"
"""Stands where a misconception is to be named."""
NO_FUNCTION = "imported.no_function"
"""Stands where the function is to be named that computes a number."""

_NOT_TRANSLATED = {Language.EN: "(not translated)", Language.ZH: "（未翻译）"}
NO_EXPLANATION = {"en": "(no explanation given)", "zh": "（未提供解析）"}
NO_FEEDBACK = {"en": "(no feedback given)", "zh": "（未提供反馈）"}
FILL_IN = {"en": "Fill in the gap.", "zh": "请填空。"}
NO_OPTION = {"en": "(filler, never right)", "zh": "（占位选项，永远不对）"}
NO_POINT = {"en": "(rubric point {n}, to be written)", "zh": "（评分要点 {n}，待补充）"}
NO_MODEL_ANSWER = {"en": "(no model answer given)", "zh": "（未提供参考答案）"}


@dataclass
class Filling:
    """Makes questions of one file in one language, all with the same source and the same first topic."""

    language: Language
    topic: str
    """A slug; ids of questions without a name begin with it."""
    source: Source
    _ids: set[str] = field(default_factory=set)

    def text(self, said: str) -> dict[str, str]:
        """`said` in its language, and marked as not translated in the other, where it must be readable too."""
        other = Language.ZH if self.language is Language.EN else Language.EN
        gap = "\n\n" if "\n" in said else " "
        return {self.language: said, other: f"{_NOT_TRANSLATED[other]}{gap}{said}"}

    def explained(self, said: str) -> dict[str, str]:
        return self.text(said) if said.strip() else NO_EXPLANATION

    def question(self, line: int, model: type[M], name: str, parts: Mapping[str, Any]) -> M:
        """A question of `parts`, with everything that its format lacks. Raises `Malformed`."""
        if len(self._ids) >= MAX_QUESTIONS:
            raise Malformed(line, f"more than {MAX_QUESTIONS} questions: split the file")
        common = {
            "id": self._new_id(name),
            "version": 1,
            "level": Level.CORE,
            "topics": [self.topic],
            "explanation": NO_EXPLANATION,
            "sources": [self.source.model_dump()],
        }
        return made(line, model, common | dict(parts))

    def option(self, index: int, text: str, *, correct: bool, feedback: str = "") -> dict[str, Any]:
        option: dict[str, Any] = {"key": KEYS[index], "text": self.text(text), "correct": correct}
        if feedback.strip():
            option["feedback"] = self.text(feedback)
        elif not correct:
            option["feedback"] = NO_FEEDBACK
        return option if correct else option | {"misconception": IMPORTED}

    def filled_up(self, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """At least as many options as a question has here."""
        return options + [
            {
                "key": key,
                "text": {language: f"{text} {n}" for language, text in NO_OPTION.items()},
                "feedback": NO_FEEDBACK,
                "misconception": IMPORTED,
            }
            for n, key in enumerate(KEYS[len(options) : FEWEST_OPTIONS], start=1)
        ]

    def rubric(self) -> list[dict[str, Any]]:
        """Points to be written, as few as an open question may have."""
        return [
            {
                "key": key,
                "kind": "required",
                "text": {language: text.format(n=n) for language, text in NO_POINT.items()},
                "sources": [self.source.model_dump()],
            }
            for n, key in enumerate(KEYS[:3], start=1)
        ]

    def _new_id(self, name: str) -> str:
        """A slug that no other question of the file has."""
        wanted = slug(name.rpartition(".")[2]) or f"{self.topic}-{len(self._ids) + 1}"
        new, n = wanted, 2
        while new in self._ids:
            new, n = f"{wanted}-{n}", n + 1
        self._ids.add(new)
        return new


def slug(name: str) -> str:
    """`name` in lower-case letters, digits and single hyphens; empty where nothing of it can be kept."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-")


def made(line: int, model: type[M], data: Any) -> M:
    """`data` as `model`. Raises `Malformed` with the first thing that is wrong."""
    for text in _texts(data):
        if len(text) > MAX_TEXT:
            raise Malformed(line, f"a text is longer than {MAX_TEXT} characters: shorten it")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Malformed(line, f"{where}: {first['msg']}"[:300]) from error


def _texts(root: Any) -> Iterator[str]:
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, Mapping):
            pending += node.values()
        elif isinstance(node, list):
            pending += node
