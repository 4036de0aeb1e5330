# Written from the brief and the starter alone.
"""Conversations cut to a budget, and samples packed into rows."""

import torch

IGNORED = -100  # a label that counts for nothing
BOS, EOS, USER, ASSISTANT = 1, 2, 3, 4


def truncate(system, turns, max_length):
    """Ids and labels of a conversation, without its oldest turns where it is too long.

    system: a list of token ids. turns: dicts with "question" and "answer", lists of token ids, the oldest turn first.
    Returns {"input_ids", "labels"}, two lists of the same length, at most `max_length`.
    Raises ValueError where the newest turn does not fit.
    """
    room = max_length - 1 - len(system)  # BOS
    newest = turns[-1]
    question_room = room - len(newest["answer"]) - 3  # USER, ASSISTANT, EOS
    if question_room < 1:
        raise ValueError("the newest turn does not fit")
    kept = [{"question": newest["question"][-question_room:], "answer": newest["answer"]}]
    room = question_room - len(kept[0]["question"])
    for turn in reversed(turns[:-1]):
        room -= len(turn["question"]) + len(turn["answer"]) + 3
        if room < 0:
            break
        kept.insert(0, turn)

    input_ids = [BOS, *system]
    labels = [IGNORED] * len(input_ids)
    for turn in kept:
        input_ids += [USER, *turn["question"], ASSISTANT, *turn["answer"], EOS]
        labels += [IGNORED] * (len(turn["question"]) + 2) + [*turn["answer"], EOS]
    return {"input_ids": input_ids, "labels": labels}


def pack(samples, length, pad_id):
    """Samples one behind the other in rows of `length`, padded on the right.

    Returns input_ids, labels and position_ids, int64 (rows, length), and attention_mask, bool (rows, length, length):
    whether the token of the second dimension sees that of the third.
    Raises ValueError for a sample that is longer than a row.
    """
    rows = [[]]
    for sample in samples:
        if len(sample["input_ids"]) > length:
            raise ValueError("a sample is longer than a row")
        if sum(len(other["input_ids"]) for other in rows[-1]) + len(sample["input_ids"]) > length:
            rows.append([])
        rows[-1].append(sample)

    input_ids = torch.full((len(rows), length), pad_id)
    labels = torch.full((len(rows), length), IGNORED)
    position_ids = torch.zeros(len(rows), length, dtype=torch.int64)
    attention_mask = torch.eye(length, dtype=torch.bool).repeat(len(rows), 1, 1)  # padding sees itself
    for i, row in enumerate(rows):
        start = 0
        for sample in row:
            size = len(sample["input_ids"])
            stop = start + size
            input_ids[i, start:stop] = torch.tensor(sample["input_ids"])
            labels[i, start + 1 : stop] = torch.tensor(sample["labels"][1:], dtype=torch.int64)
            position_ids[i, start:stop] = torch.arange(size)
            attention_mask[i, start:stop, start:stop] = torch.ones(size, size, dtype=torch.bool).tril()
            start = stop
    return {
        "input_ids": input_ids,
        "labels": labels,
        "position_ids": position_ids,
        "attention_mask": attention_mask,
    }
