"""The numbers in lr_schedules.yaml: learning rates of DeepSpeed's schedulers."""

from __future__ import annotations


def warmup_lr(*, peak: float, warmup_num_steps: int, calls: int, warmup_type: str) -> float:
    """The learning rate after `calls` calls of `WarmupLR.step`, with `warmup_min_lr` 0.

    The first call is step 0, so the last one is step s = calls - 1. With n = warmup_num_steps, while s < n:

        log        peak · ln(s + 1) / ln(n)
        linear     peak · s / n

    From step n on it stays at `peak`.
    Source: DeepSpeed `runtime/lr_schedules.py`, `WarmupLR`.
    """
    import torch
    from deepspeed.runtime.lr_schedules import WarmupLR

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = WarmupLR(optimizer, warmup_max_lr=peak, warmup_num_steps=warmup_num_steps, warmup_type=warmup_type)
    for _ in range(calls):
        scheduler.step()
    return float(optimizer.param_groups[0]["lr"])
