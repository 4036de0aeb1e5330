"""The numbers in evaluation_sets.yaml: the noise of a test set."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.96
"""Standard errors on either side of a mean that hold 95 % of a normal distribution."""


def half_width(*, questions: int, accuracy: float) -> float:
    """Half the width of the 95 % interval around an accuracy, in percentage points, to two decimals.

        1.96 · sqrt(p · (1 - p) / n)

    for n independent questions answered right or wrong; `accuracy` is p in percent.
    Source: Miller 2024, Adding Error Bars to Evals.
    """
    return round(Z_95 * _standard_error(questions, accuracy), 2)


def standard_error(*, questions: int, accuracy: float) -> float:
    """What comes out where one standard error is taken for the 95 % interval."""
    return round(_standard_error(questions, accuracy), 2)


def whole_width(*, questions: int, accuracy: float) -> float:
    """What comes out where the whole interval is given."""
    return round(2 * Z_95 * _standard_error(questions, accuracy), 2)


def without_the_root(*, questions: int, accuracy: float) -> float:
    """What comes out where noise is taken to fall with n instead of its root."""
    p = accuracy / 100
    return round(100 * Z_95 * sqrt(p * (1 - p)) / questions, 2)


def _standard_error(questions: int, accuracy: float) -> float:
    p = accuracy / 100
    return 100 * sqrt(p * (1 - p) / questions)
