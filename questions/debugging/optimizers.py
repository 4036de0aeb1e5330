"""The keys in optimizers.yaml: single steps of torch's optimizers, and schedules of transformers."""

from __future__ import annotations


def weight_after_one_step(*, optimizer: str, weight: float, gradient: float, lr: float, weight_decay: float) -> float:
    """One weight after the first step of `optimizer`, "Adam" or "AdamW", at torch's default betas and eps.

    After one step both moments are bias-corrected to the gradient itself, so the step is lr · g / (|g| + eps).

        Adam     w - lr · g' / (|g'| + eps)    with g' = g + weight_decay · w: L2 in the gradient
        AdamW    w · (1 - lr · weight_decay) - lr · g / (|g| + eps): decay beside the gradient

    Source: Loshchilov & Hutter 2019, algorithm 2; torch `optim/adam.py`.
    """
    import torch

    parameter = torch.nn.Parameter(torch.tensor([weight], dtype=torch.float64))
    parameter.grad = torch.full_like(parameter, gradient)
    getattr(torch.optim, optimizer)([parameter], lr=lr, weight_decay=weight_decay).step()
    return parameter.item()


def effect_of_eps(*, eps: float, intended: float, gradient: float) -> str:
    """The key of what `eps` instead of the `intended` one does to the first step of AdamW.

    The first step is lr · g / (|g| + eps). "a": less than a tenth as long, "b": as long, within 1%,
    "c": not finite, "d": more than ten times as long. Raises ValueError for anything between.
    Source: torch `optim/adam.py`, the denominator of the update.
    """
    import math

    step = _first_step(eps, gradient)
    if not math.isfinite(step):
        return "c"
    ratio = step / _first_step(intended, gradient)
    if abs(ratio - 1) < 0.01:
        return "b"
    if 0.1 <= ratio <= 10:
        raise ValueError(f"a step {ratio:.3g} times as long has no option")
    return "a" if ratio < 1 else "d"


def _first_step(eps: float, gradient: float) -> float:
    import torch

    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    parameter.grad = torch.full_like(parameter, gradient)
    torch.optim.AdamW([parameter], lr=1.0, weight_decay=0.0, eps=eps).step()
    return -parameter.item()


def schedule_reading(*, warmup_steps: int, max_steps: int, peak: float) -> str:
    """The key of the right reading of a run with transformers' cosine schedule.

    "b": the warm-up is not over when the run is, so that the rate never reaches its peak. "a": it does, and
    the schedule explains nothing.
    Source: transformers `optimization.py`, `get_cosine_schedule_with_warmup`.
    """
    return "b" if max(learning_rates(warmup_steps, max_steps, peak)) < peak else "a"


def learning_rates(warmup_steps: int, max_steps: int, peak: float) -> list[float]:
    """The rate of each optimizer step, from the first on: peak · i / warmup_steps while i < warmup_steps."""
    import torch
    from transformers import get_cosine_schedule_with_warmup

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    schedule = get_cosine_schedule_with_warmup(optimizer, warmup_steps, max_steps)
    rates = []
    for _ in range(max_steps):
        rates.append(float(schedule.get_last_lr()[0]))
        optimizer.step()
        schedule.step()
    return rates
