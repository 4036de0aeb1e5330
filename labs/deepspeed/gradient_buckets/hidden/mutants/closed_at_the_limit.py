# killed-by: filling
# mistake: limit
# A bucket that would be exactly full is taken for too full.
import torch


def buckets(sizes, limit):
    if limit < 1:
        raise ValueError("limit")
    result = []
    current = []
    elements = 0
    for index in reversed(range(len(sizes))):
        if current and elements + sizes[index] >= limit:
            result.append(current)
            current = []
            elements = 0
        current.append(index)
        elements += sizes[index]
    if current:
        result.append(current)
    return result


def average(gradients, limit, all_reduce):
    ranks = len(gradients)
    present = [i for i, g in enumerate(gradients[0]) if g is not None]
    averaged = [None] * len(gradients[0])
    for bucket in buckets([gradients[0][i].numel() for i in present], limit):
        bucket = [present[j] for j in bucket]
        flats = [torch.cat([rank[i].reshape(-1) for i in bucket]) / ranks for rank in gradients]
        mean = all_reduce(flats)
        offset = 0
        for i in bucket:
            count = gradients[0][i].numel()
            averaged[i] = mean[offset : offset + count].reshape(gradients[0][i].shape)
            offset += count
    return averaged


def traffic(sizes, limit, ranks, element_bytes):
    elements = [sum(sizes[i] for i in bucket) for bucket in buckets(sizes, limit)]
    messages = 2 * (ranks - 1)
    return {
        "buckets": len(elements),
        "messages": messages * len(elements),
        "bytes": messages * element_bytes * sum(-(-n // ranks) for n in elements),
        "largest": max(elements, default=0),
    }
