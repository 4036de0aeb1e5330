"""The source of a library's class or function, found and read without importing the library.

An import would cost seconds and would bring torch into the app; a search through the syntax trees of the modules on
the way costs a tenth of one.
"""

from __future__ import annotations

import ast
import importlib.metadata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from itertools import islice
from pathlib import Path
from textwrap import dedent

MAX_DETOURS = 64
"""So many modules are read at most: thousands lie behind the stars of some libraries' first module."""

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class SourceNotFound(LookupError):
    """The library is not installed here, or has no class or function of this name."""

    def __init__(self, name: str, version: str = "") -> None:
        self.name, self.library = name, name.partition(".")[0]
        self.version = version
        """Empty where the library is not installed."""
        super().__init__(f"{self.library} {version} has no {name}" if version else f"{self.library} is not installed")


@dataclass(frozen=True)
class LibrarySource:
    """A class, a function or a method, as the installed version of its library defines it."""

    object: str
    """By the full name that it was asked for."""
    library: str
    version: str
    path: str
    """Relative to the folder that the library is installed in."""
    first_line: int
    last_line: int
    code: str
    """Decorators and docstring included, without common indentation."""


def find_source(name: str) -> LibrarySource:
    """The source of the class, function or method called `name`: `peft.tuners.lora.layer.Linear.forward`.

    Raises `SourceNotFound`.
    """
    library = name.partition(".")[0]
    try:
        version = importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        raise SourceNotFound(name) from None
    top = PathFinder.find_spec(library)  # what is imported already may describe itself otherwise: transformers does
    if top is None or not top.submodule_search_locations:
        raise SourceNotFound(name)
    found = _find(top, name)
    if found is None:
        raise SourceNotFound(name, version)
    file, node = found
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    last = node.end_lineno or node.lineno
    with file.open(encoding="utf-8") as lines:
        code = dedent("".join(islice(lines, first - 1, last)))
    path = file.relative_to(Path(top.submodule_search_locations[0]).parent).as_posix()
    return LibrarySource(name, library, version, path, first, last, code)


def _find(top: ModuleSpec, name: str) -> tuple[Path, ast.stmt] | None:
    """File and statement that define `name`, which begins with the name of the package `top`."""
    pending, seen = [name], set[str]()
    while pending and len(seen) < MAX_DETOURS:
        wanted = pending.pop(0)
        if wanted in seen or not wanted.startswith(f"{top.name}."):
            continue
        seen.add(wanted)
        module, attributes = _module_of(top, wanted.split(".")[1:])
        if module is None or not attributes:
            continue
        file = Path(str(module.origin))
        body = ast.parse(file.read_bytes()).body
        if statement := _definition(body, attributes):
            return file, statement
        pending = [*_exports(body, module, attributes), *pending]
    return None


def _module_of(top: ModuleSpec, parts: list[str]) -> tuple[ModuleSpec | None, list[str]]:
    """The module that the longest beginning of `parts` names, and the parts that are left."""
    module = top
    for number, part in enumerate(parts):
        inner = PathFinder.find_spec(f"{module.name}.{part}", module.submodule_search_locations or [])
        if inner is None:
            return _if_readable(module), parts[number:]
        module = inner
    return _if_readable(module), []


def _if_readable(module: ModuleSpec) -> ModuleSpec | None:
    return module if module.has_location and str(module.origin).endswith(".py") else None


def _definition(body: list[ast.stmt], attributes: list[str]) -> ast.stmt | None:
    """What defines the first of `attributes` in `body`, and the others inside of it; an assignment where nothing else.

    The last definition counts: the ones before it are overloads, or versions for other platforms.
    """
    first, rest = attributes[0], attributes[1:]
    statements = list(_statements(body))
    named = [s for s in statements if isinstance(s, _DEFINITIONS) and s.name == first]
    if named:
        return _definition(named[-1].body, rest) if rest else named[-1]
    assigned = [s for s in statements if first in _assigned(s)]
    return assigned[-1] if assigned and not rest else None


def _assigned(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _statements(body: Sequence[ast.AST]) -> Iterator[ast.stmt]:
    """The statements of `body`, and those under its `if`, `try` and `with`: they bind names in the same scope."""
    for node in body:
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, _DEFINITIONS):
            for inner in ("body", "handlers", "orelse", "finalbody"):
                yield from _statements(getattr(node, inner, []))


def _exports(body: list[ast.stmt], module: ModuleSpec, attributes: list[str]) -> Iterator[str]:
    """Full names under which `from … import …` may bring the first of `attributes` into `module`: named ones first."""
    imports = [s for s in _statements(body) if isinstance(s, ast.ImportFrom)]
    for wanted in (attributes[0], "*"):
        for statement in imports:
            for alias in statement.names:
                if wanted in (alias.asname, alias.name) and (wanted == alias.asname or not alias.asname):
                    original = attributes[0] if wanted == "*" else alias.name
                    yield ".".join([_imported_from(statement, module), original, *attributes[1:]])


def _imported_from(statement: ast.ImportFrom, module: ModuleSpec) -> str:
    """The full name of the module that `statement`, which stands in `module`, imports from."""
    package = module.name if module.submodule_search_locations else module.name.rpartition(".")[0]
    for _ in range(statement.level - 1):
        package = package.rpartition(".")[0]
    return ".".join(part for part in (package if statement.level else "", statement.module) if part)
