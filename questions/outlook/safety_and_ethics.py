"""The numbers in safety_and_ethics.yaml: how exposed a planted secret is."""

from __future__ import annotations

from math import log, log2, log10


def exposure_of_digits(*, digits: int, rank: int) -> float:
    """Exposure of a canary in bits.

        exposure = log2(10^digits) - log2(rank)

    The canary holds a code of `digits` decimal digits; `rank` is its place among all 10^digits such codes, by the
    perplexity that the model gives; 1 is the most likely.
    Source: tensorflow/privacy `secret_sharer/exposures.py`, `compute_exposure_interpolation`.
    """
    return log2(10.0**digits) - log2(rank)


def in_nats(*, digits: int, rank: int) -> float:
    """What comes out with natural logarithms."""
    return log(10.0**digits) - log(rank)


def in_decimal_digits(*, digits: int, rank: int) -> float:
    """What comes out with decimal logarithms."""
    return digits - log10(rank)


def candidates_beaten(*, digits: int, rank: int) -> float:
    """The share of codes that are less likely than the canary, in per cent."""
    return 100 * (10.0**digits - rank) / 10.0**digits
