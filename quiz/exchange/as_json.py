"""JSON that keeps every question whole, in both languages; reading what was written gives the same bank."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from labs.grading.content import Track
from quiz.bank.bounds import MAX_FILES, MAX_QUESTIONS
from quiz.bank.schema import Topic
from quiz.exchange.filling import made
from quiz.exchange.outcome import Exported, Malformed, Note, PlacedTopic

FORMAT = "ropes-bank"
VERSION = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def write_json(topics: Iterable[PlacedTopic]) -> Exported:
    """All of `topics`; what is left behind is the code that their questions name."""
    plain = []
    notes: list[Note] = []
    for placed in topics:
        content = placed.topic.model_dump(mode="json", exclude_defaults=True)
        plain.append({"track": placed.track, "name": placed.name, **content})
        notes += [
            Note(question.id, f"the code of `{question.derived.function}` stays behind")
            for question in placed.topic.questions
            if question.derived
        ]
    document = {"format": FORMAT, "version": VERSION, "topics": plain}
    return Exported(json.dumps(document, indent=1, allow_nan=False) + "\n", notes)


def read_json(text: str) -> list[PlacedTopic]:
    """The topics of a document that `write_json` made. Raises `Malformed`."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise Malformed(error.lineno, f"not valid JSON, {error.msg}: export it again") from error
    except (ValueError, RecursionError) as error:  # a number without end, a nesting without end
        raise Malformed(1, "not valid JSON: export it again") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT or document.get("version") != VERSION:
        raise Malformed(1, f"no bank of questions: it says neither format {FORMAT!r} nor version {VERSION}")
    topics = document.get("topics")
    if not isinstance(topics, list) or not 1 <= len(topics) <= MAX_FILES:
        raise Malformed(1, f"`topics` is a list of 1 to {MAX_FILES}")
    return [_placed(number, topic) for number, topic in enumerate(topics, start=1)]


def _placed(number: int, data: Any) -> PlacedTopic:
    if not isinstance(data, dict):
        raise Malformed(1, f"topic {number} is no mapping")
    content = dict(data)
    track, name = content.pop("track", None), content.pop("name", None)
    if not isinstance(track, str) or track not in set(Track):
        raise Malformed(1, f"topic {number} has no `track` out of {', '.join(Track)}")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Malformed(1, f"topic {number} has no `name` in small letters, digits, - and _")
    questions = content.get("questions")
    if isinstance(questions, list) and len(questions) > MAX_QUESTIONS:
        raise Malformed(1, f"{track}/{name} has more than {MAX_QUESTIONS} questions: split it")
    try:
        return PlacedTopic(Track(track), name, made(1, Topic, content))
    except Malformed as fault:
        raise Malformed(1, f"{track}/{name}: {str(fault).partition(': ')[2]}") from fault
