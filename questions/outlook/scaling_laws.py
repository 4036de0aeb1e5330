"""The numbers in scaling_laws.yaml: how a compute budget splits into parameters and tokens."""

from __future__ import annotations

from math import sqrt


def compute_optimal_parameters(*, budget: float, ratio: float) -> float:
    """Parameters, in billions (10^9), of a dense model trained on `ratio` tokens a parameter.

        C = 6 · N · D with D = ratio · N        N = √(C / (6 · ratio))

    `budget` is C in units of 10^21 floating-point operations.
    Source of 6·N·D: transformers `trainer.py`, `Trainer.floating_point_ops`; of the fixed ratio: Hoffmann et al.
    2022, abstract (parameters and tokens are to be scaled equally).
    """
    return sqrt(budget * 1e21 / (6 * ratio)) / 1e9


def forward_pass_only(*, budget: float, ratio: float) -> float:
    """What comes out with 2·N·D, the forward pass alone."""
    return compute_optimal_parameters(budget=budget / 2 * 6, ratio=ratio)


def billions_of_tokens(*, budget: float, ratio: float) -> float:
    """The tokens instead of the parameters."""
    return ratio * compute_optimal_parameters(budget=budget, ratio=ratio)


def without_square_root_of_the_ratio(*, budget: float, ratio: float) -> float:
    """What comes out where the ratio divides N after the root: √(C / 6) / ratio."""
    return compute_optimal_parameters(budget=budget, ratio=1) / ratio
