"""What the source of an answer gives away before it runs: forbidden names, and code that hides what it calls.

This runs in the sandbox before the answer is loaded, so that a source which crashes the parser crashes only its
own process. It is evidence for a reviewer, not proof: names can be put together at run time.
"""

from __future__ import annotations

import ast
import importlib.util
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HIDING_CALLS = {"exec", "eval", "compile", "__import__", "globals", "vars", "breakpoint"}
_HIDING_MODULES = {
    *("importlib", "ctypes", "gc", "inspect", "subprocess", "socket", "marshal", "pickle", "code"),
    "labs",  # the judge's own code
    *("threading", "_thread", "concurrent", "multiprocessing"),  # `CallRecorder` sees one thread
    *("torch.jit", "torch.overrides", "sys.modules"),
    *("operator.attrgetter", "operator.methodcaller"),  # a getattr by another name
}
_HIDING_ATTRIBUTES = {
    *("_getframe", "__globals__", "__subclasses__", "__builtins__", "__closure__", "__dict__"),
    *("__getattribute__", "__getattr__"),
    *("DisableTorchFunction", "DisableTorchFunctionSubclass"),
}


@dataclass(frozen=True)
class Finding:
    """A name in the source and the 1-based line where it stands."""

    name: str
    line: int


def parse(source: bytes, filename: str) -> ast.Module:
    """The syntax tree of `source`. Raises SyntaxError or ValueError for what Python cannot read."""
    tree = ast.parse(source, filename)
    importlib.util.decode_source(source)  # for the comments: Python decodes those where it reads a file, and only there
    return tree


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
    readable = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _names_its_attribute(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and (node.id in _HIDING_CALLS or _is_getattr(node, readable)):
            findings.add(Finding(node.id, node.lineno))
        elif isinstance(node, ast.Attribute) and node.attr in _HIDING_ATTRIBUTES:
            findings.add(Finding(node.attr, node.lineno))
    for chain, line in _library_chains(tree):
        starts = [chain[0], *(".".join(pair) for pair in itertools.pairwise(chain))]
        findings |= {Finding(start, line) for start in starts if start in _HIDING_MODULES}
        findings |= {Finding(part, line) for part in _private_parts_of_torch(chain)}
        if chain[-1] == "*":
            findings.add(Finding("import *", line))
    return sorted(findings, key=lambda f: (f.line, f.name))


def _is_getattr(node: ast.Name, readable: set[int]) -> bool:
    return node.id == "getattr" and id(node) not in readable


def _names_its_attribute(call: ast.Call) -> bool:
    """Whether this is a getattr with the attribute's name written out, which `forbidden_names` reads."""
    return len(call.args) > 1 and isinstance(call.args[1], ast.Constant)


def _private_parts_of_torch(chain: tuple[str, ...]) -> Iterator[str]:
    """`_C` of `torch._C.f`: there the recorder can be switched off, and operators called that it never hears of."""
    if "torch" in chain:
        for part in chain[chain.index("torch") :]:
            if part.startswith("_") and not part.endswith("__"):
                yield part


def _library_chains(tree: ast.Module) -> Iterator[tuple[tuple[str, ...], int]]:
    """What is imported, and attribute chains that begin with something imported, with aliases resolved."""
    aliases = _import_aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield tuple(alias.name.split(".")), node.lineno
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield (*(node.module or "").split("."), alias.name), node.lineno
        elif isinstance(node, ast.Attribute) and (chain := _chain(node)):
            yield (*aliases.get(chain[0], (chain[0],)), *chain[1:]), node.lineno


def _reached_names(tree: ast.Module) -> Iterator[tuple[tuple[str, ...], int]]:
    own = _own_names(tree)
    for chain, line in _library_chains(tree):
        if not (chain[0] in ("self", "cls") and chain[-1] in own):
            yield chain, line
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not _chain(node):
            yield (node.attr,), node.lineno  # an attribute of something computed
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= 200:
            name = tuple(node.value.replace("::", ".").split("."))
            if not (len(name) == 1 and name[0] in own):  # `__all__` of one's own
                yield name, node.lineno


def _own_names(tree: ast.Module) -> set[str]:
    """Functions and classes that the answer defines, and attributes that it sets."""
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {
        node.name if isinstance(node, defined) else node.attr
        for node in ast.walk(tree)
        if isinstance(node, defined) or (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    }


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
