"""Variants of a numeric question: the same question with other parameters, its texts filled in."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from quiz.bank.schema import Numeric, Parameter, Question

_PLACEHOLDER = re.compile(r"\$\{([a-z_][a-z0-9_]*)\}")


def drawn(question: Numeric, seed: str) -> dict[str, Parameter]:
    """The parameters of one variant. The same `seed` gives the same variant on every machine."""
    params = dict(question.derive.params)
    for name, values in question.derive.vary.items():
        digest = hashlib.sha256(f"{seed}\n{question.id}\n{name}".encode()).digest()
        params[name] = values[int.from_bytes(digest[:8], "big") % len(values)]
    return params


def variant(template: Numeric, params: dict[str, Parameter], answer: float) -> Numeric:
    """`template` with other parameters and the key that its function computes from them, its texts filled in."""
    derive = template.derive.model_copy(update={"params": params})
    return _filled(template.model_copy(update={"derive": derive, "answer": answer}))


def recorded_variant(template: Question, data: object) -> Question | None:
    """The variant that a record names as `{"params": ..., "answer": ...}`; None where it names none that fits."""
    if not isinstance(template, Numeric) or not isinstance(data, dict):
        return None
    params, answer = data.get("params"), data.get("answer")
    if not isinstance(params, dict) or params.keys() != template.derive.params.keys():
        return None
    if not isinstance(answer, int | float):
        return None
    try:
        return variant(template, params, answer)
    except ValueError:
        return None


def as_stored(question: Question) -> Question:
    """`question` with its texts filled in from the parameters that are stored with it."""
    return _filled(question) if isinstance(question, Numeric) and question.derive.vary else question


def _filled(question: Numeric) -> Numeric:
    values = {**question.derive.params, "answer": question.answer}
    plain = _fill(question.model_dump(include={"prompt", "explanation", "unit", "pitfalls"}), values)
    return Numeric.model_validate(question.model_dump() | plain)


def _fill(node: Any, values: dict[str, Any]) -> Any:
    if isinstance(node, str):
        return _PLACEHOLDER.sub(lambda found: _text(values[found[1]]) if found[1] in values else found[0], node)
    if isinstance(node, dict):
        return {key: _fill(value, values) for key, value in node.items()}
    return [_fill(value, values) for value in node] if isinstance(node, list) else node


def _text(value: object) -> str:
    """A parameter as a text shows it: a whole float without its fraction, a list with commas."""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else f"{value:.10g}"
    return str(value)
