"""collectives.py against rings played through message by message."""

from __future__ import annotations

import pytest

from questions.deepspeed import collectives


def _sent_in_a_ring(gpus: int) -> tuple[list[float], list[list[int]]]:
    """The part of the array that each rank sends in a ring all-reduce, and what the ranks hold afterwards."""
    data = [[rank + 1] * gpus for rank in range(gpus)]
    sent = [0.0] * gpus
    for shift, combine in ((0, int.__add__), (1, lambda _old, new: new)):
        for step in range(gpus - 1):
            messages = [(r, (r + shift - step) % gpus, data[r][(r + shift - step) % gpus]) for r in range(gpus)]
            for rank, piece, value in messages:
                sent[rank] += 1 / gpus
                target = data[(rank + 1) % gpus]
                target[piece] = combine(target[piece], value)
    return sent, data


@pytest.mark.parametrize("gpus", [2, 3, 8])
def test_volume_of_a_ring(gpus: int) -> None:
    sent, held = _sent_in_a_ring(gpus)
    assert held == [[gpus * (gpus + 1) // 2] * gpus] * gpus
    for share in sent:
        assert collectives.ring_all_reduce_gb(gpus=gpus, billions=7) == pytest.approx(share * 14)


def test_volumes_of_the_stages() -> None:
    """In many GPUs the ring's all-reduce is what stages 1 and 2 send, and stage 3 half as much again."""
    plain = collectives.ring_all_reduce_gb(gpus=10**6, billions=13)
    for stage, factor in ((1, 1.0), (2, 1.0), (3, 1.5)):
        assert collectives.step_volume_gb(stage=stage, billions=13) == pytest.approx(factor * plain, rel=1e-5)
    assert collectives.accumulated_volume(accumulation=1) * 2 * 13 == collectives.step_volume_gb(stage=2, billions=13)


def test_buckets_by_hand() -> None:
    # 4 MiB each: one closes the first bucket, seven reach 25 MiB.
    assert collectives.ddp_buckets(layers=1 + 7 + 7 + 1, width=1024) == 4
