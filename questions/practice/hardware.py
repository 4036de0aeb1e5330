"""The numbers in hardware.yaml: time on a card from its data sheet."""

from __future__ import annotations

SECONDS_AN_HOUR = 3600
FORWARD, BACKWARD = 2, 4
"""Floating-point operations for each parameter and token: a multiplication and an addition, twice that backwards."""


def training_hours(*, parameters_b: float, tokens_b: float, tflops: float, utilisation: float) -> float:
    """Hours that one card trains a dense model, to two decimals.

        hours = 6 · N · D / (utilisation · peak) / 3600

    `parameters_b` and `tokens_b` in 10^9, `tflops` in 10^12 operations a second.
    Source of the factor 6: Bahdanau 2022, The FLOPs Calculus of Language Model Training; attention over the
    context is left out.
    """
    return _hours(FORWARD + BACKWARD, parameters_b, tokens_b, tflops * utilisation)


def hours_at_peak(*, parameters_b: float, tokens_b: float, tflops: float, utilisation: float) -> float:
    """What comes out where the data sheet's peak is taken for the speed of training."""
    return _hours(FORWARD + BACKWARD, parameters_b, tokens_b, tflops)


def hours_of_the_forward_pass(*, parameters_b: float, tokens_b: float, tflops: float, utilisation: float) -> float:
    """What comes out where the backward pass is forgotten."""
    return _hours(FORWARD, parameters_b, tokens_b, tflops * utilisation)


def _hours(per_parameter: int, parameters_b: float, tokens_b: float, sustained_tflops: float) -> float:
    operations = per_parameter * parameters_b * 1e9 * tokens_b * 1e9
    return round(operations / (sustained_tflops * 1e12) / SECONDS_AN_HOUR, 2)
