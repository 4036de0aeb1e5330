"""The numbers in spikes.yaml: Adam's update under a jump of the gradient, and loss scales in fp16."""

from __future__ import annotations


def update_at_the_jump(*, factor: int, beta1: float, beta2: float) -> float:
    """Adam's update in units of the learning rate when a long-constant gradient g jumps to `factor` · g.

    Both moments stood at g and g²; bias correction and eps play no part any more:

        (beta1 + (1 - beta1) · factor) / sqrt(beta2 + (1 - beta2) · factor²)

    Source: Kingma & Ba 2015, algorithm 1; torch `optim/adam.py`.
    """
    return _first_moment(factor, beta1) / _second_moment(factor, beta2) ** 0.5


def update_with_the_old_denominator(*, factor: int, beta1: float, beta2: float) -> float:
    """The wrong rule: the jump enters the first moment only."""
    return _first_moment(factor, beta1)


def update_is_always_one(*, factor: int, beta1: float, beta2: float) -> float:
    """The wrong rule: Adam normalises, so each update has the length of the learning rate."""
    return 1.0


def update_without_the_root(*, factor: int, beta1: float, beta2: float) -> float:
    """The wrong rule: the first moment over the second, without its root."""
    return _first_moment(factor, beta1) / _second_moment(factor, beta2)


def _first_moment(factor: int, beta1: float) -> float:
    return beta1 + (1 - beta1) * factor


def _second_moment(factor: int, beta2: float) -> float:
    return beta2 + (1 - beta2) * factor**2


def smallest_scale_power(*, exponent: int) -> int:
    """The least k such that a gradient of 10^-exponent, times 2^k, is not 0 in fp16.

    Read off torch: the product is rounded to the nearest multiple of 2^-24, the smallest subnormal number,
    so that it survives if it is more than half of it.
    """
    import torch

    gradient = torch.tensor(10.0**-exponent, dtype=torch.float64)
    return next(k for k in range(64) if (gradient * 2.0**k).half() != 0)


def power_for_normal_numbers(*, exponent: int) -> int:
    """Another question: the least k that lifts the gradient to the normal numbers, from 2^-14 on."""
    return next(k for k in range(64) if 10.0**-exponent * 2**k >= 2.0**-14)


def power_for_epsilon(*, exponent: int) -> int:
    """The wrong limit: the machine epsilon 2^-10, a spacing near 1, taken for the smallest number."""
    return next(k for k in range(64) if 10.0**-exponent * 2**k >= 2.0**-10)
