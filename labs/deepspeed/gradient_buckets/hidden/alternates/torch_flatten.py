from itertools import accumulate

from torch._utils import _flatten_dense_tensors, _unflatten_dense_tensors


class Bucket:
    def __init__(self, limit):
        self.limit, self.members, self.elements = limit, [], 0

    def takes(self, size):
        return not self.members or self.elements + size <= self.limit

    def add(self, index, size):
        self.members.append(index)
        self.elements += size


def _fill(sizes, limit):
    if limit < 1:
        raise ValueError("limit must be at least 1")
    filled = []
    for index in range(len(sizes) - 1, -1, -1):
        if not filled or not filled[-1].takes(sizes[index]):
            filled.append(Bucket(limit))
        filled[-1].add(index, sizes[index])
    return filled


def buckets(sizes, limit):
    return [bucket.members for bucket in _fill(sizes, limit)]


def average(gradients, limit, all_reduce):
    kept = [i for i, g in enumerate(gradients[0]) if g is not None]
    out = dict.fromkeys(range(len(gradients[0])))
    for bucket in buckets([gradients[0][i].numel() for i in kept], limit):
        ours = [[of_rank[kept[j]].contiguous() for j in bucket] for of_rank in gradients]
        total = all_reduce([_flatten_dense_tensors([t / len(gradients) for t in tensors]) for tensors in ours])
        for j, tensor in zip(bucket, _unflatten_dense_tensors(total, ours[0])):
            out[kept[j]] = tensor
    return list(out.values())


def traffic(sizes, limit, ranks, element_bytes):
    filled = _fill(sizes, limit)
    chunks = [-(-b.elements // ranks) for b in filled]
    *_, total = accumulate(chunks, initial=0)
    hops = (ranks - 1) + (ranks - 1)
    largest = max((b.elements for b in filled), default=0)
    return dict(buckets=len(filled), messages=hops * len(filled), bytes=hops * total * element_bytes, largest=largest)
