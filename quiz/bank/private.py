"""A private bank: a folder of questions that somebody else may have written, so nothing in it is trusted.

Files are bounded before they are validated, what acts on a terminal is made visible where texts come in, and code is
data: neither the functions that a question names nor its traces are ever imported here. `ropes bank check` runs them in
the judge's sandbox. A question that varies its parameters is asked with those that are stored.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from labs.grading.content import Text, Track
from labs.grading.yaml_source import InvalidFile, Problem
from quiz.bank.bounds import MAX_FILES, read_untrusted, unreadable
from quiz.bank.index import Index, Summary
from quiz.bank.loader import Bank, Entry, TopicFile, UnknownQuestion
from quiz.bank.schema import Question, Topic
from quiz.bank.variants import as_stored
from quiz.report.untrusted import visible

MAX_PROBLEMS = 5
"""So many are told of one file."""
MAX_MESSAGE = 300
"""Characters of what is told of one."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_QUESTION: TypeAdapter[Question] = TypeAdapter(Question)


class UnusableBank(ValueError):
    """A folder that cannot be loaded as a private bank; the message says why, in one sentence."""


class PrivateBank(Bank):
    """The topics under `root`, ids prefixed with the folder's name: `acme.some-question`.

    A file that cannot be used is left out, and `left_out` says why.
    """

    def __init__(self, root: Path) -> None:
        root = root.expanduser().resolve()
        if not root.is_dir():
            raise UnusableBank(f"{root} is no folder; a bank is a folder with <track>/<topic>.yaml in it")
        if not _NAME.fullmatch(root.name):
            raise UnusableBank(
                f"the folder's name {root.name[:60]!r} begins the ids of its questions: rename it to at most 40 "
                "letters, digits, - and _"
            )
        super().__init__(root)
        self.name = root.name
        self._index = Index(root / f"{root.name}.")  # summaries with the prefix: no other bank's cache
        self._faults: dict[Path, list[Problem]] = {}

    def read(self, file: TopicFile) -> Topic:
        if file not in self._parsed:
            topic = read_untrusted(file.path)
            try:
                shown = [self._shown(question) for question in topic.questions]
            except ValidationError as error:
                first = error.errors(include_url=False, include_context=False, include_input=False)[0]
                raise InvalidFile([Problem(file.path, 1, "", f"as it would be shown: {first['msg']}")]) from error
            title = Text(en=visible(topic.title.en), zh=visible(topic.title.zh))
            self._parsed[file] = topic.model_copy(update={"title": title, "questions": shown})
        return self._parsed[file]

    def find(self, question_id: str) -> Entry:
        for entry in self.entries():
            if entry.id == question_id:
                return entry
        raise UnknownQuestion(f"the bank {self.name} has no question {question_id[:80]!r}; see `ropes bank list`")

    def template(self, entry: Entry) -> Question:
        """The question itself: it has no variants, since its code is not run."""
        return self.question(entry)

    def left_out(self) -> list[Problem]:
        self.entries()
        return [problem for problems in self._faults.values() for problem in problems]

    def _summaries(self, file: TopicFile) -> list[Summary]:
        if file.path in self._faults:
            return []
        try:
            return super()._summaries(file)
        except InvalidFile as invalid:
            self._faults[file.path] = [harmless(problem) for problem in invalid.problems[:MAX_PROBLEMS]]
            return []

    def _shown(self, question: Question) -> Question:
        """`question` with its texts filled in and made harmless, its prefix, and no parameters left to vary."""
        harmless = _QUESTION.validate_python(_visible(as_stored(question).model_dump()))
        changes: dict[str, Any] = {"id": f"{self.name}.{question.id}"}
        if harmless.derived:
            changes["derive"] = harmless.derived.model_copy(update={"vary": {}})
        return harmless.model_copy(update=changes)

    @cached_property
    def _topic_files(self) -> list[TopicFile]:
        found = [TopicFile(track, path) for track in Track for path in sorted((self.root / track).glob("*.yaml"))]
        if len(found) > MAX_FILES:
            raise InvalidFile([Problem(self.root, 1, "", f"more than {MAX_FILES} topics: split the bank")])
        usable = []
        for file in found:
            if fault := unreadable(file.path):
                self._faults[file.path] = [Problem(file.path, 1, "", fault)]
            else:
                usable.append(file)
        return usable


def harmless(problem: Problem) -> Problem:
    """Messages quote what the file says."""
    return replace(problem, field=visible(problem.field)[:MAX_MESSAGE], message=visible(problem.message)[:MAX_MESSAGE])


def _visible(node: Any) -> Any:
    if isinstance(node, str):
        return visible(node)
    if isinstance(node, dict):
        return {key: _visible(value) for key, value in node.items()}
    return [_visible(value) for value in node] if isinstance(node, list) else node
