"""Mutations that are written down as changing nothing: reference and mutation agree on a thousand draws.

Those under `same` agree bit for bit, those under `rounding` up to what rounding does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from labs.grading.catalogue import Lab, all_labs
from labs.grading.mutation_score import equivalents
from labs.grading.mutator import mutations
from labs.grading.proxies import Reference, load_module, load_reference

DRAWS = 1_000
ROUNDING = 8.0
"""Eps of the result's dtype, or of float32 where that is finer, relative to the largest value."""
Same = Callable[[object, object], bool]


def written_down(kind: str) -> list[object]:
    return [
        pytest.param(lab, name, id=f"{lab.id}: {name}")
        for lab in all_labs()
        for name in getattr(equivalents(lab), kind)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("lab", "name"), written_down("same"))
def test_it_changes_no_bit(lab: Lab, name: str, tmp_path: Path) -> None:
    hold_to_the_reference(lab, name, tmp_path, same)


@pytest.mark.slow
@pytest.mark.parametrize(("lab", "name"), written_down("rounding"))
def test_it_changes_rounding_alone(lab: Lab, name: str, tmp_path: Path) -> None:
    hold_to_the_reference(lab, name, tmp_path, close)


def hold_to_the_reference(lab: Lab, name: str, tmp_path: Path, agree: Same) -> None:
    changed = tmp_path / "changed.py"
    changed.write_text({m.id: m.source for m in mutations(lab.reference.read_text(encoding="utf-8"))}[name])
    mutation = Reference(load_module(lab.harness, "harness"), load_module(changed, "changed"))
    reference = load_reference(lab)
    calls = load_module(lab.cases, "cases").CALLS
    for function, arguments in calls.items():
        agree_on(function, arguments, reference, mutation, agree, draws=-(-DRAWS // len(calls)))


def agree_on(
    function: str,
    arguments: SearchStrategy[dict[str, Any]],
    first: Reference,
    second: Reference,
    is_same: Same,
    *,
    draws: int,
) -> None:
    @settings(
        max_examples=draws,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(arguments)
    def agree(kwargs: dict[str, Any]) -> None:
        assert is_same(outcome(first, function, kwargs), outcome(second, function, kwargs))

    agree()


def outcome(subject: Reference, function: str, kwargs: dict[str, Any]) -> object:
    """What a call returns, or what it raises; drawn numbers are the same each time."""
    torch.manual_seed(0)
    try:
        return getattr(subject, function)(**kwargs)
    except Exception as error:
        return str(error)


def same(a: object, b: object) -> bool:
    """Equal in type, shape, dtype and every bit."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        bits = [t.detach().contiguous().reshape(-1).view(torch.uint8) for t in (a, b)]
        return a.dtype == b.dtype and a.shape == b.shape and torch.equal(*bits)
    return _alike(a, b, same)


def close(a: object, b: object) -> bool:
    """Equal in type, shape and dtype, and but for rounding in value."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor) and a.is_floating_point():
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        eps = max(torch.finfo(a.dtype).eps, torch.finfo(torch.float32).eps)
        largest = float(a.detach().double().abs().max()) if a.numel() else 0.0
        return torch.allclose(a.double(), b.double(), rtol=0, atol=ROUNDING * eps * largest, equal_nan=True)
    if isinstance(a, torch.Tensor):
        return same(a, b)
    if isinstance(a, float) and isinstance(b, float):
        return a == pytest.approx(b, rel=1e-6, nan_ok=True)
    return _alike(a, b, close)


def _alike(a: object, b: object, agree: Same) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(agree(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(agree, a, b))
    return type(a) is type(b) and (a == b or str(a) == str(b) == "nan")


def test_the_comparison_sees_a_single_bit() -> None:
    x = torch.tensor([1.0, -0.0])
    assert same([x], [x.clone()])
    assert not same([x], [x + 0.0])
    assert not same({"a": x}, {"a": x.double()})
    assert close([x, 1.0, "a"], [x * (1 + 2e-7), 1.0, "a"])
    assert not close([x], [x * 1.001])
    assert not close([1], [2])
