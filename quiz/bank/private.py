"""A private bank: a folder of questions that somebody else may have written, so nothing in it is trusted.

Files are bounded before they are validated, what acts on a terminal is made visible where texts come in, and code is
data: neither the functions that a question names nor its traces are ever imported or run. A question that varies its
parameters is asked with those that are stored.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from labs.grading.content import Text, Track
from labs.grading.yaml_source import InvalidFile, Problem, read_model
from quiz.bank.index import Index, Summary
from quiz.bank.loader import Bank, Entry, TopicFile, UnknownQuestion
from quiz.bank.schema import Derived, Question, Topic
from quiz.bank.variants import as_stored
from quiz.report.untrusted import visible

MAX_BYTES = 4 * 1024 * 1024
"""Of one file."""
MAX_FILES = 500
MAX_QUESTIONS = 2_000
"""Of one file."""
MAX_TEXT = 20_000
"""Characters of one text."""
MAX_EXPANDED = 16 * 1024 * 1024
"""Characters of one file with its aliases written out, each value counted as one more."""
MAX_PLACEHOLDERS = 50
"""`${...}` in one text."""
MAX_PARAMETER = 200
"""Characters of one parameter."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
                f"the folder's name {root.name[:60]!r} begins the ids of its questions, so it must consist of at most 40 "
                "letters, digits, - and _: rename the folder"
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
            self._faults[file.path] = [Problem(p.file, p.line, visible(p.field), visible(p.message)) for p in invalid.problems]
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
            if fault := _unreadable(file.path):
                self._faults[file.path] = [Problem(file.path, 1, "", fault)]
            else:
                usable.append(file)
        return usable


def read_untrusted(path: Path) -> Topic:
    """A topic as its file has it, with bounds on everything. Raises `InvalidFile`."""
    if fault := _unreadable(path):
        raise InvalidFile([Problem(path, 1, "", fault)])
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        require_bounded(path, content.decode("utf-8"))
    except OSError as error:
        raise InvalidFile([Problem(path, 1, "", error.strerror or "cannot be read")]) from error
    except UnicodeDecodeError as error:
        raise InvalidFile([Problem(path, 1, "", "not UTF-8")]) from error
    topic = read_model(path, Topic)
    if problems := list(_excesses(path, topic)):
        raise InvalidFile(problems)
    return topic


def require_bounded(path: Path, text: str) -> None:
    """Raise `InvalidFile` where `text`, the YAML of `path`, is larger than a bank's file may be, written out or not.

    Looks at the parsed nodes: building their values is what a file of nested aliases or merges makes endless.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise InvalidFile([Problem(path, 1, "", f"larger than {MAX_BYTES // 2**20} MiB: split it")])
    try:
        root = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return  # reading it says what is wrong
    if root is not None:
        _require_bounded_nodes(path, root)


def _require_bounded_nodes(path: Path, root: yaml.Node) -> None:
    """One pass, children first; a node that an alias repeats is counted each time it stands somewhere."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    pending = [root]
    while pending:
        node = pending[-1]
        children = _children(node)
        if id(node) not in sizes and id(node) not in open_nodes:
            open_nodes.add(id(node))
            if any(id(child) in open_nodes for child in children):
                raise _excess(path, node, "an alias inside of what it stands for: write it out")
            pending += [child for child in children if id(child) not in sizes]
            continue
        pending.pop()
        if id(node) in sizes:
            continue
        open_nodes.discard(id(node))
        own = len(node.value) if isinstance(node, yaml.ScalarNode) else 0
        sizes[id(node)] = 1 + own + sum(sizes[id(child)] for child in children)
        if own > MAX_TEXT:
            raise _excess(path, node, f"a text is longer than {MAX_TEXT} characters: shorten it")
        if isinstance(node, yaml.ScalarNode) and node.value.count("${") > MAX_PLACEHOLDERS:
            raise _excess(path, node, f"a text has more than {MAX_PLACEHOLDERS} placeholders: take some out")
        if sizes[id(node)] > MAX_EXPANDED:
            raise _excess(path, node, "its aliases, written out, are too large: repeat less")


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _excess(path: Path, node: yaml.Node, message: str) -> InvalidFile:
    return InvalidFile([Problem(path, node.start_mark.line + 1, "", message)])


def _excesses(path: Path, topic: Topic) -> Iterator[Problem]:
    if len(topic.questions) > MAX_QUESTIONS:
        yield Problem(path, 1, "questions", f"more than {MAX_QUESTIONS}: split the file")
    for question in topic.questions:
        if question.derived and _is_long(question.derived):
            yield Problem(path, 1, question.id, f"a parameter is longer than {MAX_PARAMETER} characters: shorten it")


def _is_long(derived: Derived) -> bool:
    return any(len(str(value)) > MAX_PARAMETER for value in derived.params.values())


def _unreadable(path: Path) -> str:
    """Why `path` is nothing to read from; empty where it is a file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "no regular file"
        path.open("rb").close()
    except OSError as error:
        return error.strerror or "cannot be read"
    return ""


def _visible(node: Any) -> Any:
    if isinstance(node, str):
        return visible(node)
    if isinstance(node, dict):
        return {key: _visible(value) for key, value in node.items()}
    return [_visible(value) for value in node] if isinstance(node, list) else node
