# torch.block_diag over the samples of a row; the number of kept turns from a running sum of sizes.
from itertools import accumulate

import torch
import torch.nn.functional as F

BOS, EOS, USER, ASSISTANT, NOT = 1, 2, 3, 4, -100


def truncate(system, turns, max_length):
    budget = max_length - len(system) - 1
    sizes = [len(t["question"]) + len(t["answer"]) + 3 for t in turns][::-1]
    count = sum(total <= budget for total in accumulate(sizes))
    start = 0
    if count == 0:
        count, start = 1, sizes[0] - budget
        if len(turns[-1]["question"]) - start < 1:
            raise ValueError("no room")
    ids, labels = [BOS] + system, [NOT] * (1 + len(system))
    for turn in turns[-count:]:
        question = turn["question"][start:]
        ids = ids + [USER] + question + [ASSISTANT] + turn["answer"] + [EOS]
        labels = labels + [NOT] * (len(question) + 2) + turn["answer"] + [EOS]
    return {"labels": labels, "input_ids": ids}


def pack(samples, length, pad_id):
    if any(len(s["input_ids"]) > length for s in samples):
        raise ValueError("too long")
    rows = []
    for s in samples:
        if not rows or sum(len(o["input_ids"]) for o in rows[-1]) + len(s["input_ids"]) > length:
            rows.append([])
        rows[-1].append(s)

    def row_of(row):
        lengths = [len(s["input_ids"]) for s in row]
        spare = length - sum(lengths)
        blocks = [torch.ones(n, n).tril() for n in lengths] + [torch.eye(spare)]
        ids = torch.cat([torch.tensor(s["input_ids"]) for s in row])
        labels = torch.cat([torch.tensor([NOT] + s["labels"][1:]) for s in row])
        positions = torch.cat([torch.arange(n) for n in lengths])
        return (
            F.pad(ids, (0, spare), value=pad_id),
            F.pad(labels, (0, spare), value=NOT),
            F.pad(positions, (0, spare)),
            torch.block_diag(*blocks).bool(),
        )

    names = "input_ids", "labels", "position_ids", "attention_mask"
    return {name: torch.stack(part) for name, part in zip(names, zip(*map(row_of, rows)))}
