"""YAML files whose mistakes can be named by file, line and field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
Field = tuple[str | int, ...]

MAX_BYTES = 4 * 1024 * 1024
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a file, where it is, and what would be right."""

    file: Path
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field or '(file)'}: {self.message}"


class InvalidFile(ValueError):
    """A content file that cannot be used; `problems` says where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


def read_model(path: Path, model: type[M]) -> M:
    """Read `path` as YAML and validate it as `model`.

    Raises `InvalidFile` naming file, line and field of every mistake. Of two equal keys YAML keeps the last in
    silence: `duplicate_keys` finds those.
    """
    text = _read_text(path)
    data = _parse(path, text, yaml.load)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidFile(
            [
                Problem(path, line_of(text, e["loc"]), _dotted(e["loc"]), e["msg"])
                for e in error.errors(include_url=False, include_context=False, include_input=False)
            ]
        ) from error


def duplicate_keys(path: Path) -> Iterator[Problem]:
    """Every key that stands twice in one mapping, at any depth; what an alias repeats, once. Raises `InvalidFile`."""
    root = _parse(path, _read_text(path), yaml.compose)
    pending: list[tuple[yaml.Node | None, Field]] = [(root, ())]
    visited: set[int] = set()
    while pending:
        node, field = pending.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    continue  # reading the file refuses it
                here = (*field, key.value)
                if key.value in seen:
                    yield Problem(path, key.start_mark.line + 1, _dotted(here), "this key stands twice")
                seen.add(key.value)
                pending.append((value, here))
        elif isinstance(node, yaml.SequenceNode):
            pending.extend((value, (*field, i)) for i, value in enumerate(node.value))


def line_of(text: str, field: Sequence[str | int]) -> int:
    """The 1-based line of `field` in `text`; of its nearest ancestor where the field itself is missing."""
    node = yaml.compose(text, Loader=_Loader)
    line = 1
    for part in field:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == str(part)]
            if not found:
                continue  # pydantic names union branches in its path; the file does not
            key, node = found[-1]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidFile([Problem(path, 1, "", f"larger than {MAX_BYTES // 2**20} MiB")])
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidFile([Problem(path, 1, "", "not UTF-8")]) from error
    except OSError as error:
        raise InvalidFile([Problem(path, 1, "", error.strerror or "cannot be read")]) from error


def _parse(path: Path, text: str, parse: Callable[..., Any]) -> Any:
    try:
        return parse(text, Loader=_Loader)  # a safe loader, C where it is built
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        message = getattr(error, "problem", None) or str(error)
        raise InvalidFile([Problem(path, line, "", f"not valid YAML: {message}")]) from error
    except (ValueError, RecursionError) as error:  # a date that there is not, a nesting without end
        raise InvalidFile([Problem(path, 1, "", f"not valid YAML: {error}")]) from error


def _dotted(field: Sequence[Any]) -> str:
    return ".".join(map(str, field))
