"""Reading a topic that somebody else may have written: every size is bounded before anything is built of it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import yaml

from labs.grading.yaml_source import InvalidFile, Problem, read_model
from quiz.bank.schema import Derived, Topic

MAX_BYTES = 4 * 1024 * 1024
"""Of one file."""
MAX_FILES = 500
MAX_QUESTIONS = 2_000
"""Of one file."""
MAX_TEXT = 20_000
"""Characters of one text."""
MAX_EXPANDED = 16 * 1024 * 1024
"""Characters of one file with its aliases written out, each value counted as one more."""
MAX_DEPTH = 30
"""Of values inside values."""
MAX_PLACEHOLDERS = 50
"""`${...}` in one text."""
MAX_PARAMETER = 200
"""Characters of one parameter."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_untrusted(path: Path) -> Topic:
    """A topic as its file has it, with bounds on everything. Raises `InvalidFile`."""
    if fault := unreadable(path):
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
        _require_shallow(path, text)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError:
        return  # reading it says what is wrong
    if root is not None:
        _require_bounded_nodes(path, root)


def _require_shallow(path: Path, text: str) -> None:
    """Event by event: the C loader builds nodes by recursion, and a deep file would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise InvalidFile([Problem(path, line, "", f"nested deeper than {MAX_DEPTH} levels: no topic is")])


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


def unreadable(path: Path) -> str:
    """Why `path` is nothing to read from; empty where it is a file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "no regular file"
        path.open("rb").close()
    except OSError as error:
        return error.strerror or "cannot be read"
    return ""
