"""Gradient buckets, the reference.

DeepSpeed 0.19.8, runtime/zero/stage_1_and_2.py, `reduce_independent_p_g_buckets_and_remove_grads`: as the backward pass
produces gradients, last parameter first, they are laid into a bucket. One that would take it over `reduce_bucket_size`
elements sends the bucket off first, and begins the next.

Pitch Patarasuk and Xin Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations" (2009): on a ring
of N, a buffer is cut into N chunks; N - 1 messages reduce and scatter them, N - 1 more gather them, each of one chunk:

    bytes sent by a rank = 2 (N - 1) * ceil(elements / N) * bytes an element
"""

import torch


def buckets(sizes, limit):
    if limit < 1:
        raise ValueError("a bucket holds at least one element")
    filled: list[list[int]] = []
    room = 0  # no bucket is open yet
    for index in reversed(range(len(sizes))):
        if sizes[index] > room:
            filled.append([])  # also for one that is larger than the limit: it has a bucket of its own
            room = limit
        filled[-1].append(index)
        room -= sizes[index]
    return filled


def average(gradients, limit, all_reduce):
    ranks = len(gradients)
    present = [index for index, gradient in enumerate(gradients[0]) if gradient is not None]
    averaged: list[torch.Tensor | None] = [None] * len(gradients[0])
    for bucket in buckets([gradients[0][index].numel() for index in present], limit):
        indices = [present[place] for place in bucket]
        # Divided before they are summed: in half precision a sum over many ranks may overflow where the mean does not.
        flats = [torch.cat([of_rank[i].reshape(-1) for i in indices]) / ranks for of_rank in gradients]
        mean = all_reduce(flats)  # (elements of the bucket,)
        for index, part in zip(indices, mean.split([gradients[0][i].numel() for i in indices]), strict=True):
            averaged[index] = part.view(gradients[0][index].shape)  # (elements,) -> as the parameter
    return averaged


def traffic(sizes, limit, ranks, element_bytes):
    elements = [sum(sizes[index] for index in bucket) for bucket in buckets(sizes, limit)]
    messages = 2 * (ranks - 1)  # a bucket
    return {
        "buckets": len(elements),
        "messages": messages * len(elements),
        "bytes": messages * sum(-(-n // ranks) for n in elements) * element_bytes,
        "largest": max(elements, default=0),
    }
