"""The numbers in collectives.yaml: what GPUs send each other in a step."""

from __future__ import annotations


def ring_all_reduce_gb(*, gpus: int, billions: int) -> float:
    """GB (10^9 bytes) that each GPU sends in one ring all-reduce of `billions`·10^9 bf16 gradients.

        2 · (N - 1) / N · S

    A reduce-scatter and an all-gather of N - 1 steps each, every step sending one of N pieces.
    Source: NCCL tests, doc/PERFORMANCE.md, AllReduce.
    """
    return 2 * (gpus - 1) / gpus * billions * 2


def one_phase_gb(*, gpus: int, billions: int) -> float:
    """The reduce-scatter alone."""
    return (gpus - 1) / gpus * billions * 2


def everything_to_everyone_gb(*, gpus: int, billions: int) -> float:
    """As if each GPU sent its whole array to each of the others."""
    return float((gpus - 1) * billions * 2)


def step_volume_gb(*, stage: int, billions: int) -> float:
    """GB (10^9 bytes) that each of many GPUs sends in one step without accumulation, in 16 bits.

        stages 1 and 2   reduce-scatter of gradients + all-gather of weights           2 Ψ elements
        stage 3          all-gather for forward and for backward + reduce-scatter      3 Ψ elements

    For N GPUs, times (N - 1) / N.
    Source: Rajbhandari et al. 2020 (ZeRO); torch `distributed/fsdp/api.py`, ShardingStrategy, for stage 3.
    """
    return (3 if stage == 3 else 2) * billions * 2.0


def step_volume_without_one_phase_gb(*, stage: int, billions: int) -> float:
    """One collective forgotten: the all-gather after the step, in stage 3 that of the backward pass."""
    return (2 if stage == 3 else 1) * billions * 2.0


def step_volume_in_fp32_gb(*, stage: int, billions: int) -> float:
    """Four bytes an element."""
    return (3 if stage == 3 else 2) * billions * 4.0


def accumulated_volume(*, accumulation: int) -> int:
    """Ψ elements that each of many GPUs sends in one optimizer step under stage 2 with accumulation.

    Gradients are sharded, so every micro-batch reduces its own; weights are gathered once.
    Source: DeepSpeed `runtime/engine.py`, `allreduce_gradients`.
    """
    return accumulation + 1


def accumulated_volume_once(*, accumulation: int) -> int:
    """As if gradients were reduced at the boundary alone."""
    return 2


def accumulated_volume_of_all(*, accumulation: int) -> int:
    """As if the weights were gathered after each micro-batch as well."""
    return 2 * accumulation


def ddp_buckets(*, layers: int, width: int) -> int:
    """The all-reduces of a later backward pass of DDP with default buckets: `layers` fp32 weights of width².

    torch itself assigns tensors to buckets: the first closes at 1 MiB, the others at 25 MiB.
    Source: torch `nn/parallel/distributed.py`, `_BucketCapacityConfig`, and
    `torch.distributed._compute_bucket_assignment_by_size`.
    """
    import torch
    import torch.distributed as dist
    from torch.nn.parallel.distributed import _DEFAULT_BUCKET_CAP_MB

    weights = [torch.empty(width, width, device="meta") for _ in range(layers)]
    limits = [dist._DEFAULT_FIRST_BUCKET_BYTES, int(_DEFAULT_BUCKET_CAP_MB * 2**20)]
    buckets, _limits = dist._compute_bucket_assignment_by_size(weights, limits)
    return len(buckets)


def one_bucket_a_tensor(*, layers: int, width: int) -> int:
    """As if each gradient were reduced by itself."""
    return layers


def one_bucket_for_all(*, layers: int, width: int) -> int:
    """As if all gradients were reduced at once, after the backward pass."""
    return 1
