# Written from the brief and the starter alone.
"""Gradient buckets: few large all-reduces in place of many small ones."""

from collections.abc import Callable

import torch


def buckets(sizes: list[int], limit: int) -> list[list[int]]:
    """The parameters' indices, bucket by bucket, in the order in which they are sent.

    sizes: each parameter's number of elements. limit: elements a bucket. Raises ValueError for a limit below 1.
    """
    if limit < 1:
        raise ValueError(f"a bucket needs room for one element at least, not {limit}")
    result: list[list[int]] = []
    filled = 0
    for index in reversed(range(len(sizes))):
        if not result or filled + sizes[index] > limit:
            result.append([])
            filled = 0
        result[-1].append(index)
        filled += sizes[index]
    return result


@torch.no_grad()
def average(
    gradients: list[list[torch.Tensor | None]],
    limit: int,
    all_reduce: Callable[[list[torch.Tensor]], torch.Tensor],
) -> list[torch.Tensor | None]:
    """The mean over the ranks of each parameter's gradient, with one call of `all_reduce` a bucket.

    gradients: one list for each rank. all_reduce: takes one flat tensor for each rank and returns their sum.
    """
    ranks = len(gradients)
    # Divide before the sum, or it may leave float16's range. A power of two rounds nothing (subnormals aside).
    shrink = 1 << (ranks - 1).bit_length()
    present = [index for index, gradient in enumerate(gradients[0]) if gradient is not None]
    result: list[torch.Tensor | None] = [None] * len(gradients[0])
    for bucket in buckets([gradients[0][index].numel() for index in present], limit):
        indices = [present[i] for i in bucket]
        flats = [torch.cat([rank[index].reshape(-1) for index in indices]) / shrink for rank in gradients]
        total = all_reduce(flats)
        mean = (total.float() * (shrink / ranks)).to(total.dtype)
        parts = mean.split([gradients[0][index].numel() for index in indices])
        for index, part in zip(indices, parts, strict=True):
            result[index] = part.reshape(gradients[0][index].shape)
    return result


def traffic(sizes: list[int], limit: int, ranks: int, element_bytes: int) -> dict[str, int]:
    """What one rank sends in a ring all-reduce of all buckets: buckets, messages, bytes; and the largest bucket."""
    elements = [sum(sizes[index] for index in bucket) for bucket in buckets(sizes, limit)]
    messages = 2 * (ranks - 1)
    return {
        "buckets": len(elements),
        "messages": messages * len(elements),
        "bytes": sum(messages * -(-count // ranks) * element_bytes for count in elements),
        "largest": max(elements, default=0),
    }
