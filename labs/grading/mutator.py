"""Small changes to a reference, one at a time: what a suite does not notice, it does not judge.

Operators after Offutt et al., "An Experimental Determination of Sufficient Mutant Operators" (1996): arithmetic,
relational and logical operators, constants and dropped statements; and those of tensor code: dropped terms, axes,
dtypes, casts, keyword arguments, swapped operands, and functions taken for their neighbours.

Two kinds of change are no mistake that a suite could see here, and are left out: without `strict=True` a `zip` is only
less careful about what never happens, and where a tensor lies makes no difference on a machine with a CPU alone.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
_NOT_COMMUTATIVE = (ast.Sub, ast.Div, ast.MatMult, ast.FloorDiv, ast.Mod, ast.Pow)
_PAIRS = "min max, sin cos, sum mean, zeros ones, amin amax, argmin argmax, floor ceil, triu tril, any all"
_NEIGHBOURS = {a: b for pair in map(str.split, _PAIRS.split(",")) for a, b in (pair, pair[::-1])}
_DTYPES = {"float32": "bfloat16", "float64": "float32", "bfloat16": "float16", "float16": "bfloat16", "int64": "int32"}
_UNSEEN_HERE = {"strict", "device"}
"""Keyword arguments, see above."""
_OF_ANOTHER_KIND = {"item", "tolist", "keys", "values", "items", "strip", "split", "parameters", "modules", "append"}
"""Methods whose result is another kind of thing than their receiver: left out, the answer would only crash."""


@dataclass(frozen=True)
class Mutation:
    """One change: the whole changed source, and what was changed."""

    id: str
    """Function, what stood there, what stands there now; the same as long as those lines are the same."""
    line: int
    source: str


def mutations(source: str) -> list[Mutation]:
    """Every mutation of `source`, in the order of its lines. Comments are lost, docstrings and annotations kept."""
    tree = ast.parse(source)
    scopes = _scopes(tree)
    seen: Counter[str] = Counter()
    found = []
    for index, node in enumerate(_code(tree)):
        for new in _changes(node):
            changed = _with(tree, index, new)
            before, after = (" ".join(ast.unparse(n).split())[:60] for n in (node, new))
            name = f"{scopes.get(id(node), 'module')}: {before} -> {after}"
            seen[name] += 1
            numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
            found.append(Mutation(numbered, getattr(node, "lineno", 0), ast.unparse(changed) + "\n"))
    return found


def _code(tree: ast.Module) -> list[ast.AST]:
    """The nodes that run, in a fixed order: no docstrings, annotations, imports, or words of an exception."""
    found: list[ast.AST] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Raise | ast.Assert) or _is_docstring(node):
            return
        if isinstance(node, ast.keyword) and node.arg in _UNSEEN_HERE:
            return
        found.append(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child)

    visit(tree)
    return found


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    yield from _changed_operators(node)
    yield from _changed_values(node)
    yield from _changed_statements(node)
    if isinstance(node, ast.Call):
        yield from _changed_calls(node)


def _changed_operators(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) in _SWAPPED:
                yield ast.BinOp(left, _SWAPPED[type(op)](), right)  # type: ignore[arg-type]
            yield left
            if isinstance(op, ast.Add | ast.Mult):
                yield right
            if isinstance(op, _NOT_COMMUTATIVE):
                yield ast.BinOp(right, op, left)
        case ast.Compare(ops=[op], left=left, comparators=comparators):
            yield ast.Compare(left, [_SWAPPED[type(op)]()], comparators)  # type: ignore[list-item]
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(_SWAPPED[type(op)](), values)  # type: ignore[arg-type]
            yield from values
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand) if not isinstance(operand, ast.Constant):
            yield operand


def _changed_values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            yield ast.UnaryOp(ast.USub(), ast.Constant(value + 1))  # an axis, as a rule
            yield ast.Constant(value - 1)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield from map(ast.Constant, dict.fromkeys((value + 1, value * 2 or 1)))
        case ast.Constant(value=float() as value):
            yield from (ast.Constant(other) for other in (value * 2, 0.0) if other != value)
        case ast.Attribute(value=value, attr=name) if name in _DTYPES:
            yield ast.Attribute(value, _DTYPES[name], ast.Load())


def _changed_statements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.AugAssign() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse


def _changed_calls(call: ast.Call) -> Iterator[ast.AST]:
    match call.func:
        case ast.Attribute(value=receiver, attr=name):
            if name in _NEIGHBOURS:
                yield ast.Call(ast.Attribute(receiver, _NEIGHBOURS[name], ast.Load()), call.args, call.keywords)
            is_a_library = isinstance(receiver, ast.Name) and receiver.id in ("torch", "math", "F", "nn", "super")
            if not is_a_library and name not in _OF_ANOTHER_KIND and not _is_move(call):
                yield receiver
        case ast.Name(id=name) if name in _NEIGHBOURS:
            yield ast.Call(ast.Name(_NEIGHBOURS[name], ast.Load()), call.args, call.keywords)
    for keyword in call.keywords:
        if keyword.arg in _UNSEEN_HERE:
            continue
        yield ast.Call(call.func, call.args, [other for other in call.keywords if other is not keyword])


def _is_move(call: ast.Call) -> bool:
    """Whether this is `x.to(y.device)`."""
    match call:
        case ast.Call(func=ast.Attribute(attr="to"), args=[ast.Attribute(attr="device")]):
            return True
    return False


def _with(tree: ast.Module, index: int, new: ast.AST) -> ast.Module:
    """A copy of `tree` in which the node of that index is `new`."""
    changed = copy.deepcopy(tree)
    old = _code(changed)[index]
    for parent in ast.walk(changed):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, copy.deepcopy(new))
            elif isinstance(value, list) and any(child is old for child in value):
                setattr(parent, name, [copy.deepcopy(new) if child is old else child for child in value])
    return ast.fix_missing_locations(changed)


def _scopes(tree: ast.Module) -> dict[int, str]:
    """The innermost function or class that each node stands in."""
    scopes: dict[int, str] = {}

    def visit(node: ast.AST, scope: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            scope = node.name if scope == "module" else f"{scope}.{node.name}"
        scopes[id(node)] = scope
        for child in ast.iter_child_nodes(node):
            visit(child, scope)

    visit(tree, "module")
    return scopes


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
