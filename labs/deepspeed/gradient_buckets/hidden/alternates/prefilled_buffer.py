"""A buffer for each rank that gradients are copied into; sums in float32 inside the buffer's scale."""

import math

import torch


def buckets(sizes, limit):
    if not limit >= 1:
        raise ValueError("limit")

    def split(rest):
        if not rest:
            return []
        taken = 1
        while taken < len(rest) and sum(sizes[i] for i in rest[: taken + 1]) <= limit:
            taken += 1
        return [rest[:taken], *split(rest[taken:])]

    return split(list(range(len(sizes)))[::-1])


def average(gradients, limit, all_reduce):
    ranks = len(gradients)
    names = [i for i in range(len(gradients[0])) if gradients[0][i] is not None]
    averaged = [None for _ in gradients[0]]
    for bucket in buckets([math.prod(gradients[0][i].shape) for i in names], limit):
        members = [names[i] for i in bucket]
        like = gradients[0][members[0]]
        length = sum(gradients[0][i].numel() for i in members)
        buffers = [like.new_empty(length) for _ in range(ranks)]
        for buffer, of_rank in zip(buffers, gradients):
            at = 0
            for i in members:
                n = of_rank[i].numel()
                buffer[at : at + n].view(of_rank[i].shape).copy_(of_rank[i])
                at += n
            buffer.div_(ranks)
        whole = all_reduce(buffers)
        at = 0
        for i in members:
            averaged[i] = torch.empty_like(gradients[0][i], memory_format=torch.contiguous_format)
            averaged[i].copy_(whole.narrow(0, at, averaged[i].numel()).view_as(averaged[i]))
            at += averaged[i].numel()
    return averaged


def traffic(sizes, limit, ranks, element_bytes):
    held = [sum(sizes[i] for i in b) for b in buckets(sizes, limit)]
    return {
        "buckets": len(held),
        "messages": 2 * (ranks - 1) * len(held),
        "bytes": sum(2 * (ranks - 1) * math.ceil(n / ranks) * element_bytes for n in held),
        "largest": max([0, *held]),
    }
