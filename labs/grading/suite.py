"""What a lab's suites are written with: `judges`, `assert_close`, and the inputs that `draw` gives.

A test reads as a sentence. It names the property it judges, draws inputs, calls the candidate through the
lab's harness and compares with the reference through the same harness:

    @judges("float32-statistics")
    def test_half_precision_overflow(candidate, reference, draw):
        x = draw.constant(300.0, 2, 8, 64, dtype=torch.float16)
        assert_close(candidate.forward(x), reference.forward(x))

Fixtures: `candidate` and `reference` (the harness functions without their first parameter; `reference` only in
hidden suites), `draw` (seeded inputs), `device` ("cpu" or "cuda": where the candidate's tensors must come back).
Write `candidate` first in a comparison: the reference is computed only after the reply has come. Never hand the
candidate's output to `reference`: where our harness stumbles over it, the judge would be blamed for the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
import torch

from labs.grading.content import Text

Test = TypeVar("Test", bound=Callable[..., None])


def judges(property_name: str) -> Callable[[Test], Test]:
    """Say which property of `lab.yaml` a test judges. Several tests may judge one; the worst outcome counts."""
    return pytest.mark.judges(property_name)


class Mismatch(AssertionError):
    """The candidate's value is not the expected one. Its message is for the suite's author, never for the candidate."""


class Complaint(AssertionError):
    """What is wrong with an answer, in words for its author; shown in public and hidden suites alike.

    For labs whose suites draw no inputs, such as a configuration: the text must hold nothing but what the brief
    and the author's own file say.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def assert_close(
    actual: object,
    expected: torch.Tensor,
    *,
    scale: torch.Tensor | None = None,
    tolerance: float = 4.0,
    dtype: torch.dtype | None = None,
) -> None:
    """Hold `actual` to `expected` in units of its own rounding: |actual - expected| <= tolerance * eps(dtype) * scale.

    expected: the right values, in any dtype as wide as `dtype` (float64 is best).
    scale: the size of what was summed to get each value, broadcastable to expected; |expected| if not given.
    tolerance: how many eps right answers may differ by; choose it well below the nearest wrong answer.
    dtype: what the candidate must return; expected's own dtype if not given.

    Type, shape, dtype and finiteness are compared first and exactly. Integers and booleans must be equal.
    Raises `Mismatch`.
    """
    dtype = dtype or expected.dtype
    if type(actual) is not torch.Tensor:
        raise Mismatch(f"expected a tensor, got {type(actual).__name__}")
    if actual.shape != expected.shape:
        raise Mismatch(f"expected shape {tuple(expected.shape)}, got {tuple(actual.shape)}")
    if actual.dtype != dtype:
        raise Mismatch(f"expected {dtype}, got {actual.dtype}")
    if not dtype.is_floating_point:
        if not torch.equal(actual, expected.to(dtype)):
            raise Mismatch("integer or boolean values differ")
        return
    error = rounding_error(actual, expected, scale=scale)
    if not error <= tolerance:
        raise Mismatch(f"off by {error:.3g} eps, at most {tolerance:g} allowed")


def rounding_error(actual: torch.Tensor, expected: torch.Tensor, *, scale: torch.Tensor | None = None) -> float:
    """The largest |actual - expected| in units of eps(actual.dtype) * scale; inf where only one is finite or NaN.

    Non-finite values must stand in the same places with the same sign: NaN is no wildcard.
    """
    if actual.numel() == 0:
        return 0.0
    a, e = actual.detach().double(), expected.detach().double()
    s = (e.abs() if scale is None else scale.detach().double()).expand_as(e)
    finite = e.isfinite()
    if not torch.equal(finite, a.isfinite()):
        return float("inf")
    if not torch.equal(a[~finite].nan_to_num(), e[~finite].nan_to_num()):
        return float("inf")
    difference = (a - e)[finite].abs()
    # Below the smallest normal number eps no longer scales with the value: spacing is tiny * eps there.
    smallest = torch.finfo(actual.dtype).tiny
    unit = torch.finfo(actual.dtype).eps * s[finite].clamp_min(smallest)
    return float((difference / unit).max()) if difference.numel() else 0.0


class Draw:
    """Inputs for one test, drawn from a seed on the CPU, so that every device judges the same data."""

    def __init__(self, seed: str, test: str) -> None:
        digest = hashlib.sha256(f"{seed}\n{test}".encode()).digest()
        self._generator = torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Standard normal values, drawn in float64 and rounded once to `dtype`."""
        return torch.randn(shape, generator=self._generator, dtype=torch.float64).to(dtype)

    def uniform(self, low: float, high: float, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Values uniform in [low, high)."""
        unit = torch.rand(shape, generator=self._generator, dtype=torch.float64)
        return (low + (high - low) * unit).to(dtype)

    def integers(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """int64 values in [low, high)."""
        return torch.randint(low, high, shape, generator=self._generator)

    def constant(self, value: float, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """The same value everywhere."""
        return torch.full(shape, value, dtype=dtype)

    def integer(self, low: int, high: int) -> int:
        """One Python integer in [low, high)."""
        return int(torch.randint(low, high, (), generator=self._generator))

    def choice(self, values: Sequence[int]) -> int:
        """One of `values`."""
        return values[self.integer(0, len(values))]
