"""The numbers in parallelism.yaml: collectives of tensor parallelism, bubbles of a pipeline."""

from __future__ import annotations


def tensor_parallel_all_reduces(*, layers: int, micro_batches: int) -> int:
    """All-reduces of a step under Megatron's tensor parallelism, without recomputation or sequence parallelism.

    A column-parallel linear followed by a row-parallel one costs one all-reduce forward (of the output) and one
    backward (of the input's gradient). A decoder layer has two such pairs, attention and feed-forward:
    4 · layers for each micro-batch.
    Source: Shoeybi et al. 2019 (Megatron-LM); Colossal-AI documentation, 1D Tensor Parallelism.
    """
    return 4 * layers * micro_batches


def all_reduces_forward_alone(*, layers: int, micro_batches: int) -> int:
    """The backward pass forgotten."""
    return 2 * layers * micro_batches


def all_reduces_of_every_matrix(*, layers: int, micro_batches: int) -> int:
    """As if each of the seven matrices of a Llama layer needed one in each direction."""
    return 14 * layers * micro_batches


def bubble_percent(*, stages: int, micro_batches: int) -> float:
    """The share of its slots, in percent, in which a stage of DeepSpeed's pipeline computes nothing.

        (p - 1) / (m + p - 1)

    Counted in the steps of `TrainSchedule`, which gives a forward and a backward pass one slot each.
    Source: DeepSpeed `runtime/pipe/schedule.py`, `TrainSchedule.steps`.
    """
    from deepspeed.runtime.pipe.schedule import BackwardPass, ForwardPass, TrainSchedule

    slots = list(TrainSchedule(micro_batches=micro_batches, stages=stages, stage_id=0).steps())
    idle = [slot for slot in slots if not any(isinstance(c, ForwardPass | BackwardPass) for c in slot)]
    return 100 * len(idle) / len(slots)


def bubble_against_ideal_percent(*, stages: int, micro_batches: int) -> float:
    """(p - 1) / m: idle time as a share of the useful time, not of the whole."""
    return 100 * (stages - 1) / micro_batches


def bubble_without_micro_batches_percent(*, stages: int, micro_batches: int) -> float:
    """(p - 1) / p: as if the batch went through in one piece."""
    return 100 * (stages - 1) / stages
