"""The functions behind the questions as calculators: `calculators.yaml` at the bank's root names them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from labs.grading.content import Content, NonEmpty, Slug, Text
from labs.grading.yaml_source import read_model
from quiz.bank.derive import Outcome, compute, function_job
from quiz.bank.loader import QUESTIONS
from quiz.bank.schema import Parameter

FILE_NAME = "calculators.yaml"
PlacedFunction = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z_0-9]+\.[a-z_0-9]+$")]
"""`track/module.function`."""


class UnfitParameter(ValueError):
    """A parameter that a calculator does not take; the message says what it takes."""


class Calculator(Content):
    name: Slug
    title: Text
    function: PlacedFunction
    params: dict[str, Parameter]
    """What it takes, each with what is taken where nothing else is said."""
    unit: NonEmpty | None = None

    def formula(self, root: Path = QUESTIONS) -> str:
        """What the function says of itself: formula, units and source. It is read, not run."""
        place, name = self.function.split(".")
        tree = ast.parse((root / f"{place}.py").read_text(encoding="utf-8"))
        functions = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
        return inspect.cleandoc(ast.get_docstring(next(functions)) or "")


class Calculators(Content):
    models: dict[Slug, dict[str, int]]
    """Shapes of known models, by the names that the calculators use."""
    calculators: list[Calculator]

    def find(self, name: str) -> Calculator:
        """The calculator of that name. Raises `UnfitParameter`."""
        for calculator in self.calculators:
            if calculator.name == name:
                return calculator
        known = ", ".join(calculator.name for calculator in self.calculators)
        raise UnfitParameter(f"no calculator is called {name!r}; there are: {known}")


def read_calculators(root: Path = QUESTIONS) -> Calculators:
    """Raises `InvalidFile`."""
    return read_model(root / FILE_NAME, Calculators)


def parameters(
    known: Calculators, calculator: Calculator, model: str | None, said: Sequence[str]
) -> dict[str, Parameter]:
    """What to call a calculator with: its own values, those of a known model, and what was typed as `name=value`.

    Raises `UnfitParameter`.
    """
    if model is not None and model not in known.models:
        raise UnfitParameter(f"no model is called {model!r}; there are: {', '.join(known.models)}")
    shape = known.models[model] if model else {}
    params = calculator.params | {name: value for name, value in shape.items() if name in calculator.params}
    for text in said:
        name, equals, value = text.partition("=")
        if not equals or name not in params:
            takes = ", ".join(f"{name}={typed(value)}" for name, value in calculator.params.items())
            raise UnfitParameter(f"{text!r} does not fit; {calculator.name} takes: {takes}")
        params[name] = _read(name, value, calculator.params[name])
    return params


def calculate(
    calculator: Calculator,
    params: Mapping[str, Parameter],
    on_progress: Callable[[str], None] | None = None,
    root: Path = QUESTIONS,
) -> Outcome:
    """Call the function, in a process that may import torch and its like. Takes seconds."""
    place, name = calculator.function.split("/")
    if on_progress:
        on_progress("computing with the libraries themselves")
    (outcome,) = compute([function_job(name, dict(params), root / place)])
    return outcome


def _read(name: str, text: str, like: Parameter) -> Parameter:
    """`text` as the kind of value that `like` is. Raises `UnfitParameter`."""
    try:
        match like:
            case bool():
                return {"true": True, "false": False}[text.casefold()]
            case int():
                return int(text.replace("_", ""))
            case float():
                return float(text)
            case list():
                return [part.strip() for part in text.split(",")]
    except (ValueError, KeyError):
        raise UnfitParameter(f"{name} takes a value like {typed(like)}, not {text!r}") from None
    return text


def typed(value: Parameter) -> str:
    """`value` as one types it."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
