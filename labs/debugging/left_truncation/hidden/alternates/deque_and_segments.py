# Drops turns from the left of a deque while the rendered text is too long; masks through a segment number.
from collections import deque
from itertools import chain

import torch


def render(turn):
    ids = [3] + turn["question"] + [4] + turn["answer"] + [2]
    labels = [-100] * (2 + len(turn["question"])) + turn["answer"] + [2]
    return ids, labels


def truncate(system, turns, max_length):
    left = deque(turns)
    head = [1] + list(system)

    def too_long():
        return len(head) + sum(len(render(t)[0]) for t in left) - max_length

    while len(left) > 1 and too_long() > 0:
        left.popleft()
    if too_long() > 0:
        cut = too_long()
        turn = left.pop()
        if cut >= len(turn["question"]):
            raise ValueError("does not fit")
        left.append({"question": turn["question"][cut:], "answer": turn["answer"]})
    rendered = [render(t) for t in left]
    return {
        "input_ids": head + list(chain.from_iterable(ids for ids, _ in rendered)),
        "labels": [-100] * len(head) + list(chain.from_iterable(labels for _, labels in rendered)),
    }


def pack(samples, length, pad_id):
    ids, labels, segment, position = [[]], [[]], [[]], [[]]
    for number, sample in enumerate(samples):
        n = len(sample["input_ids"])
        if n > length:
            raise ValueError(n)
        if len(ids[-1]) + n > length:
            for column in (ids, labels, segment, position):
                column.append([])
        ids[-1] += sample["input_ids"]
        labels[-1] += [-100] + sample["labels"][1:]
        segment[-1] += [number] * n
        position[-1] += range(n)
    for i in range(len(ids)):
        missing = length - len(ids[i])
        ids[i] += [pad_id] * missing
        labels[i] += [-100] * missing
        position[i] += [0] * missing
        segment[i] += range(-missing, 0)  # each padding is a segment of its own
    segment = torch.tensor(segment)
    mask = (segment.unsqueeze(2) == segment.unsqueeze(1)).tril()
    return {
        "input_ids": torch.tensor(ids),
        "labels": torch.tensor(labels),
        "position_ids": torch.tensor(position),
        "attention_mask": mask,
    }
