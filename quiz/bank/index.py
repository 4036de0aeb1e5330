"""What is known of every question without parsing its file: an index, kept in a cache between two runs.

Parsing YAML takes most of the time that loading a bank does. So what a list of questions shows, and a filter or a
search asks for, is kept beside size and time of the file that it came from; a file that has changed is read anew. The
cache holds nothing that the files do not, and one that is lost, spoilt or not writable costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from quiz.bank.schema import QUESTION_TYPES, Question

FORMAT = 1
"""Changes with what is kept."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One question as a list shows it."""

    id: str
    type: str
    level: str
    topics: tuple[str, ...]
    prompt_en: str
    prompt_zh: str

    def says(self, text: str) -> bool:
        """Whether the id, a topic or the prompt in either language contains `text`, without case."""
        wanted = text.casefold()
        return any(wanted in part.casefold() for part in (self.id, *self.topics, self.prompt_en, self.prompt_zh))


def summary(question: Question) -> Summary:
    prompt = question.prompt
    return Summary(question.id, question.type, question.level, tuple(question.topics), prompt.en, prompt.zh)


class Index:
    """The summaries of the files under one root, as they were when they were last read."""

    def __init__(self, root: Path) -> None:
        name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
        self._path = cache_folder() / f"bank-{name}.json"
        self._known: dict[str, tuple[list[int], list[Summary]]] | None = None
        self._changed = False

    def get(self, file: Path) -> list[Summary] | None:
        """What is known of `file`, if it has not changed since."""
        if self._known is None:
            self._known = self._read()
        stamp, summaries = self._known.get(str(file), ([], []))
        return summaries if stamp == _stamp(file) else None

    def put(self, file: Path, summaries: Sequence[Summary]) -> None:
        assert self._known is not None, "get first"
        self._known[str(file)] = (_stamp(file), list(summaries))
        self._changed = True

    def save(self) -> None:
        """Keep what is new. Nothing is said where that fails."""
        if not self._changed or self._known is None:
            return
        plain = {
            file: [stamp, [[s.id, s.type, s.level, s.topics, s.prompt_en, s.prompt_zh] for s in summaries]]
            for file, (stamp, summaries) in self._known.items()
        }
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._path.parent, delete=False, encoding="utf-8") as file:
                json.dump({"format": FORMAT, "files": plain}, file, ensure_ascii=False)
            os.replace(file.name, self._path)  # whoever reads meanwhile gets the one or the other
            self._changed = False

    def _read(self) -> dict[str, tuple[list[int], list[Summary]]]:
        try:
            kept = json.loads(self._path.read_bytes())
            if kept["format"] != FORMAT:
                return {}
            return {file: (stamp, list(map(_summary, rows))) for file, (stamp, rows) in kept["files"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}


def cache_folder() -> Path:
    """Where what can be made anew is kept: below `ROPES_HOME`, or the platform's cache folder."""
    home = os.environ.get("ROPES_HOME")
    return Path(home).expanduser() / "cache" if home else platformdirs.user_cache_path("ropes", appauthor=False)


def _summary(row: list[object]) -> Summary:
    name, kind, level, topics, en, zh = row
    if kind not in QUESTION_TYPES or not isinstance(topics, list):
        raise ValueError("not a summary")
    return Summary(str(name), str(kind), str(level), tuple(map(str, topics)), str(en), str(zh))


def _stamp(file: Path) -> list[int]:
    try:
        found = file.stat()
    except OSError:
        return []
    return [found.st_mtime_ns, found.st_size]
