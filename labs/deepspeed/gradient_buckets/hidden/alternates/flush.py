"""A bucket that is sent when the next gradient does not fit, as the backward pass goes."""

import torch


def buckets(sizes, limit):
    if limit <= 0:
        raise ValueError(limit)
    done, bucket, elements = [], [], 0
    for index, size in reversed(list(enumerate(sizes))):
        if bucket and elements + size > limit:
            done.append(bucket)
            bucket, elements = [], 0
        bucket.append(index)
        elements += size
    if bucket:
        done.append(bucket)
    return done


def average(gradients, limit, all_reduce):
    n = len(gradients)
    first = gradients[0]
    order = [i for i, g in enumerate(first) if g is not None]
    result = [None] * len(first)
    for bucket in buckets([first[i].numel() for i in order], limit):
        flats = []
        for rank in gradients:
            parts = [rank[order[j]].flatten() for j in bucket]
            flats.append(torch.cat(parts).mul(1 / n))
        total = all_reduce(flats)
        offset = 0
        for j in bucket:
            like = first[order[j]]
            result[order[j]] = total[offset : offset + like.numel()].reshape(like.shape)
            offset += like.numel()
    return result


def traffic(sizes, limit, ranks, element_bytes):
    messages = nbytes = largest = count = 0
    for bucket in buckets(sizes, limit):
        elements = sum(sizes[i] for i in bucket)
        chunk = (elements + ranks - 1) // ranks
        for _ in range(2 * (ranks - 1)):
            messages += 1
            nbytes += chunk * element_bytes
        largest = max(largest, elements)
        count += 1
    return {"buckets": count, "messages": messages, "bytes": nbytes, "largest": largest}
