"""The numbers in experts.yaml: experts that a batch reads, and tokens that find an expert full."""

from __future__ import annotations


def experts_read(*, experts: int, top_k: int, batch: int) -> float:
    """How many of `experts` experts at least one of `batch` tokens picks, on average.

        experts · (1 - (1 - top_k / experts)^batch)

    Each token picks `top_k` different experts, every set equally likely, independently of the other tokens.
    Source: transformers `MixtralTopKRouter` (top-k without repetition); the rest is counting.
    """
    return experts * (1 - (1 - top_k / experts) ** batch)


def experts_without_overlap(*, experts: int, top_k: int, batch: int) -> float:
    """The same as if no two tokens ever met at an expert while there is a free one."""
    return float(min(experts, top_k * batch))


def experts_by_independent_routes(*, experts: int, top_k: int, batch: int) -> float:
    """The same as if a token might pick one expert twice."""
    return experts * (1 - (1 - 1 / experts) ** (top_k * batch))


def experts_by_first_choice(*, experts: int, top_k: int, batch: int) -> float:
    """The same with one expert for each token."""
    del top_k
    return experts * (1 - (1 - 1 / experts) ** batch)


def dropped_routes(*, tokens: int, experts: int, top_k: int, capacity_factor: float, routed: int) -> int:
    """How many of `routed` routes to one expert find it full.

        capacity = ⌈tokens / experts · top_k · capacity_factor⌉

    Source: DeepSpeed's own `_capacity`, as `topkgating` and `top2gating` call it (`deepspeed/moe/sharded_moe.py`).
    """
    return max(routed - _capacity(tokens, experts, top_k * capacity_factor), 0)


def dropped_without_top_k(*, tokens: int, experts: int, top_k: int, capacity_factor: float, routed: int) -> int:
    """The same as if each token took one route."""
    del top_k
    return max(routed - _capacity(tokens, experts, capacity_factor), 0)


def dropped_without_factor(*, tokens: int, experts: int, top_k: int, capacity_factor: float, routed: int) -> int:
    """The same with room for the fair share alone."""
    del capacity_factor
    return max(routed - _capacity(tokens, experts, top_k), 0)


def capacity_itself(*, tokens: int, experts: int, top_k: int, capacity_factor: float, routed: int) -> int:
    """The routes that are served, taken for those that are dropped."""
    del routed
    return _capacity(tokens, experts, top_k * capacity_factor)


def _capacity(tokens: int, experts: int, factor: float) -> int:
    import torch
    from deepspeed.moe.sharded_moe import _capacity as capacity

    gates = torch.empty(tokens, experts, device="meta")
    return int(capacity(gates, torch.tensor(factor), torch.tensor(0)))
