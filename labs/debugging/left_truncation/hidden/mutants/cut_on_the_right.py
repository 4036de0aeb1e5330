# killed-by: whole-turns
# mistake: cut-by-tokens
# Renders everything and keeps the first max_length tokens: the newest turn goes.
import torch

IGNORED = -100
BOS, EOS, USER, ASSISTANT = 1, 2, 3, 4


def truncate(system, turns, max_length):
    room = max_length - 1 - len(system)
    turns = [[list(turn["question"]), list(turn["answer"])] for turn in turns]
    question, answer = turns[-1]
    too_many = len(question) + len(answer) + 3 - room
    if too_many >= len(question):
        raise ValueError("the newest turn does not fit")
    turns[-1][0] = question[max(0, too_many) :]
    kept = turns

    input_ids = [BOS, *system]
    labels = [IGNORED] * len(input_ids)
    for question, answer in kept:
        input_ids += [USER, *question, ASSISTANT, *answer, EOS]
        labels += [IGNORED] * (len(question) + 2) + [*answer, EOS]
    return {"input_ids": input_ids[:max_length], "labels": labels[:max_length]}


def pack(samples, length, pad_id):
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
    attention_mask = torch.eye(length, dtype=torch.bool).repeat(len(rows), 1, 1)
    for i, row in enumerate(rows):
        start = 0
        for sample in row:
            stop = start + len(sample["input_ids"])
            input_ids[i, start:stop] = torch.tensor(sample["input_ids"])
            labels[i, start:stop] = torch.tensor(sample["labels"])
            labels[i, start] = IGNORED
            position_ids[i, start:stop] = torch.arange(stop - start)
            attention_mask[i, start:stop, start:stop] = torch.ones(stop - start, stop - start, dtype=torch.bool).tril()
            start = stop
    return {
        "input_ids": input_ids,
        "labels": labels,
        "position_ids": position_ids,
        "attention_mask": attention_mask,
    }
