"""The numbers in lora_training.yaml: how LoRA's A starts, and what slips make of it."""

from __future__ import annotations


def bound_of_a(*, in_features: int, rank: int) -> float:
    """The entries of A start uniformly between minus and plus this bound: 1 / √in, whatever the rank.

    Kaiming uniform with negative slope a: √(6 / ((1 + a²) · in)), and peft takes a = √5, as `nn.Linear` does.
    Source: peft `tuners/lora/layer.py`, `reset_lora_parameters`; torch `nn/init.py`, `kaiming_uniform_`.
    """
    from torch import nn

    del rank
    gain = nn.init.calculate_gain("leaky_relu", 5**0.5)
    return float(gain * (3 / in_features) ** 0.5)


def bound_for_relu(*, in_features: int, rank: int) -> float:
    """With a = 0, the Kaiming bound before a ReLU."""
    del rank
    return float((6 / in_features) ** 0.5)


def standard_deviation(*, in_features: int, rank: int) -> float:
    """Of the uniform distribution, not its bound: b / √3."""
    return bound_of_a(in_features=in_features, rank=rank) / 3**0.5


def gaussian_deviation(*, in_features: int, rank: int) -> float:
    """Standard deviation under `init_lora_weights="gaussian"`: 1 / r."""
    del in_features
    return 1 / rank
