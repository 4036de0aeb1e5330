# Recursion for the turns, plain loops over pairs of tokens for the mask.
import torch


def truncate(system, turns, max_length):
    ids, labels = [1, *system], [-100] * (len(system) + 1)
    for turn in turns:
        for token in [3, *turn["question"], 4]:
            ids.append(token)
            labels.append(-100)
        for token in [*turn["answer"], 2]:
            ids.append(token)
            labels.append(token)
    if len(ids) <= max_length:
        return {"input_ids": ids, "labels": labels}
    if len(turns) > 1:
        return truncate(system, turns[1:], max_length)
    only = turns[0]
    if len(only["question"]) == 1:
        raise ValueError("no question left")
    return truncate(system, [{"question": only["question"][1:], "answer": only["answer"]}], max_length)


def pack(samples, length, pad_id):
    places, row, column = [], 0, 0
    for number, sample in enumerate(samples):
        size = len(sample["input_ids"])
        if size > length:
            raise ValueError("sample too long")
        if column + size > length:
            row, column = row + 1, 0
        places += [(row, column + k, number, k) for k in range(size)]
        column += size
    shape = (row + 1, length)
    ids = torch.full(shape, pad_id, dtype=torch.long)
    labels = torch.full(shape, -100, dtype=torch.long)
    positions = torch.zeros(shape, dtype=torch.long)
    mask = torch.zeros(row + 1, length, length, dtype=torch.bool)
    for r, c, number, k in places:
        ids[r, c] = samples[number]["input_ids"][k]
        positions[r, c] = k
        if k > 0:
            labels[r, c] = samples[number]["labels"][k]
        for back in range(k + 1):
            mask[r, c, c - back] = True
    for r in range(row + 1):
        for c in range(length):
            mask[r, c, c] = True
    return {"input_ids": ids, "labels": labels, "position_ids": positions, "attention_mask": mask}
