"""What the source of an answer gives away before it runs: forbidden names, and code that hides what it calls.

This runs in the sandbox before the answer is loaded, so that a source which crashes the parser crashes only its
own process. It is evidence for a reviewer, not proof: names can be put together at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HIDING_CALLS = {"exec", "eval", "compile", "__import__", "globals", "breakpoint"}
_HIDING_MODULES = {
    "importlib",
    "ctypes",
    "gc",
    "inspect",
    "subprocess",
    "socket",
    "marshal",
    "pickle",
    "code",
}
_HIDING_ATTRIBUTES = {"_getframe", "__globals__", "__subclasses__", "__builtins__", "modules", "__closure__"}


@dataclass(frozen=True)
class Finding:
    """A name in the source and the 1-based line where it stands."""

    name: str
    line: int


def parse(source: bytes, filename: str) -> ast.Module:
    """The syntax tree of `source`. Raises SyntaxError or ValueError for what Python cannot read."""
    return ast.parse(source, filename)


def forbidden_names(tree: ast.Module, forbidden: Sequence[str]) -> list[Finding]:
    """Where `tree` reaches a forbidden name: as an attribute, an import, or a string (for getattr).

    A bare entry (`rms_norm`) matches the last part of any attribute chain, import or string; a dotted one
    (`nn.RMSNorm`) the end of a chain, with import aliases resolved. Names that the answer defines itself do
    not match: `class RMSNorm` is its own work.
    """
    chains = [tuple(name.split(".")) for name in forbidden]
    findings = {
        Finding(".".join(chain), line)
        for reached, line in _reached_names(tree)
        for chain in chains
        if reached[-len(chain) :] == chain
    }
    return sorted(findings, key=lambda f: (f.line, f.name))


def hidden_calls(tree: ast.Module) -> list[Finding]:
    """Where `tree` uses what can hide a call from `forbidden_names`: exec, importlib, frames, and the like."""
    findings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in _HIDING_CALLS:
            findings.add(Finding(node.id, node.lineno))
        elif isinstance(node, ast.Attribute) and node.attr in _HIDING_ATTRIBUTES:
            findings.add(Finding(node.attr, node.lineno))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for module in modules:
                if module.split(".")[0] in _HIDING_MODULES:
                    findings.add(Finding(module, node.lineno))
    return sorted(findings, key=lambda f: (f.line, f.name))


def _reached_names(tree: ast.Module) -> Iterator[tuple[tuple[str, ...], int]]:
    aliases = _import_aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            chain = _chain(node)
            if chain:
                yield (*aliases.get(chain[0], (chain[0],)), *chain[1:]), node.lineno
            else:
                yield (node.attr,), node.lineno  # an attribute of something computed
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield (*(node.module or "").split("."), alias.name), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= 200:
            yield tuple(node.value.replace("::", ".").split(".")), node.lineno


def _import_aliases(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """What each imported name stands for: `F` for `torch.nn.functional`."""
    aliases: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    aliases[alias.asname] = tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                aliases[alias.asname or alias.name] = (*(node.module or "").split("."), alias.name)
    return aliases


def _chain(node: ast.expr) -> tuple[str, ...]:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()
