"""Gradient buckets: few large all-reduces in place of many small ones."""

from collections.abc import Callable

import torch


def buckets(sizes: list[int], limit: int) -> list[list[int]]:
    """The parameters' indices, bucket by bucket, in the order in which they are sent.

    sizes: each parameter's number of elements. limit: elements a bucket. Raises ValueError for a limit below 1.
    """
    raise NotImplementedError("TODO: buckets")


def average(
    gradients: list[list[torch.Tensor | None]],
    limit: int,
    all_reduce: Callable[[list[torch.Tensor]], torch.Tensor],
) -> list[torch.Tensor | None]:
    """The mean over the ranks of each parameter's gradient, with one call of `all_reduce` a bucket.

    gradients: one list for each rank. all_reduce: takes one flat tensor for each rank and returns their sum.
    """
    raise NotImplementedError("TODO: average")


def traffic(sizes: list[int], limit: int, ranks: int, element_bytes: int) -> dict[str, int]:
    """What one rank sends in a ring all-reduce of all buckets: buckets, messages, bytes; and the largest bucket."""
    raise NotImplementedError("TODO: traffic")
