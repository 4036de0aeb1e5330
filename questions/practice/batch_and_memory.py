"""The numbers in batch_and_memory.yaml: room beside sharded model states, and a cosine with a floor."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

WEIGHTS, GRADIENTS, MOMENTS, MASTER = 2, 2, 8, 4
"""Bytes a parameter under mixed-precision Adam; all in fp32, without a master copy, makes 16 as well."""


def left_gb(*, gpus: int, card_gb: int) -> float:
    """GB (10^9 bytes) of each card that the sharded model states of Llama 7B leave free, to two decimals.

    card - 16 · Ψ / gpus,   Ψ counted on the meta device

    Source: Rajbhandari et al. 2020 (ZeRO), section 3.1, for the 16 bytes; FSDP `full_shard` and ZeRO stage 3
    shard weights, gradients and optimizer states.
    """
    return _left(card_gb, (WEIGHTS + GRADIENTS + MOMENTS + MASTER) / gpus)


def left_beside_the_weights_gb(*, gpus: int, card_gb: int) -> float:
    """What comes out where only the 16-bit weights are counted."""
    return _left(card_gb, WEIGHTS / gpus)


def left_beside_whole_optimizer_gb(*, gpus: int, card_gb: int) -> float:
    """What comes out where weights and gradients are sharded, the optimizer states not."""
    return _left(card_gb, MOMENTS + MASTER + (WEIGHTS + GRADIENTS) / gpus)


def left_without_gradients_gb(*, gpus: int, card_gb: int) -> float:
    """What comes out where gradients are forgotten."""
    return _left(card_gb, (WEIGHTS + MOMENTS + MASTER) / gpus)


def _left(card_gb: int, bytes_a_parameter: float) -> float:
    return round(card_gb - bytes_a_parameter * llama_7b() / 1e9, 2)


@cache
def llama_7b() -> int:
    """Parameters of Llama 7B and Llama 2 7B, whose shapes are the defaults of `LlamaConfig`."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    with torch.device("meta"):
        return sum(p.numel() for p in LlamaForCausalLM(LlamaConfig()).parameters())


def cosine_with_floor(*, step: int, peak: float, warmup: int, total: int) -> float:
    """Learning rate after `step` steps in units of 10^-5, to three decimals: cosine down to 10 % of the peak.

        rate = peak · (0.1 + 0.9 · (1 + cos(π · (step - warmup) / (total - warmup))) / 2)

    Read off the schedule of transformers.
    Source: transformers `optimization.py`, `get_cosine_with_min_lr_schedule_with_warmup`.
    """
    from transformers.optimization import get_cosine_with_min_lr_schedule_with_warmup as cosine

    return _at(step, peak, lambda optimizer: cosine(optimizer, warmup, total, min_lr_rate=0.1))


def cosine_to_zero(*, step: int, peak: float, warmup: int, total: int) -> float:
    """What comes out of `get_cosine_schedule_with_warmup`, which has no floor."""
    from transformers.optimization import get_cosine_schedule_with_warmup as cosine

    return _at(step, peak, lambda optimizer: cosine(optimizer, warmup, total))


def straight_to_the_floor(*, step: int, peak: float, warmup: int, total: int) -> float:
    """What comes out where the rate is taken to fall in a straight line."""
    return round(peak * 1e5 * (1 - 0.9 * (step - warmup) / (total - warmup)), 3)


def cosine_from_step_zero(*, step: int, peak: float, warmup: int, total: int) -> float:
    """What comes out where the warm-up is counted into the cosine."""
    from transformers.optimization import get_cosine_with_min_lr_schedule_with_warmup as cosine

    return _at(step, peak, lambda optimizer: cosine(optimizer, 0, total, min_lr_rate=0.1))


def _at(step: int, peak: float, schedule: Callable[[Any], Any]) -> float:
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    (factor,) = schedule(optimizer).lr_lambdas
    return round(peak * factor(step) * 1e5, 3)
