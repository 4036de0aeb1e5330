"""Left truncation and packing, the reference.

The newest turn is what a sample teaches, and the system prompt is what every turn stands under. So what is too long
loses its oldest whole turns, between the two; at last the newest question loses its oldest tokens, which is what
`enable_truncation(direction="left")` of tokenizers does to a text. The answer and its eos are never cut.

Packed, several samples share a row, and nothing may tell: with s(i) the sample of token i and p(i) its place in it,

    token i sees token j    if and only if    s(i) = s(j) and p(j) <= p(i)

position_ids are p(i), as in transformers' DataCollatorWithFlattening (which masks the first label of each sample, too:
after the shift it would be predicted by the last token of the sample before). The causal mask alone lets a sample
read all that stand before it in its row.
"""

import torch

IGNORED = -100
BOS, EOS, USER, ASSISTANT = 1, 2, 3, 4


def truncate(system: list[int], turns: list[dict], max_length: int) -> dict[str, list[int]]:
    room = max_length - 1 - len(system)  # behind bos and the system prompt
    newest = turns[-1]
    for_question = room - len(newest["answer"]) - 3  # user, assistant, eos
    if for_question < 1:
        raise ValueError("the newest answer does not fit with a token of its question")
    kept = [{"question": newest["question"][-for_question:], "answer": newest["answer"]}]
    room -= _size(kept[0])
    for turn in reversed(turns[:-1]):
        room -= _size(turn)
        if room < 0:
            break  # and no older turn either, however short: the kept ones are contiguous
        kept.insert(0, turn)

    input_ids, labels = [BOS, *system], [IGNORED] * (1 + len(system))
    for turn in kept:
        prompt, answer = [USER, *turn["question"], ASSISTANT], [*turn["answer"], EOS]
        input_ids += prompt + answer
        labels += [IGNORED] * len(prompt) + answer
    return {"input_ids": input_ids, "labels": labels}


def _size(turn: dict) -> int:
    return len(turn["question"]) + len(turn["answer"]) + 3


def pack(samples: list[dict[str, list[int]]], length: int, pad_id: int) -> dict[str, torch.Tensor]:
    rows: list[list[dict[str, list[int]]]] = []
    used = length  # no row is open yet
    for sample in samples:
        size = len(sample["input_ids"])
        if size > length:
            raise ValueError("a sample is longer than a row")
        if used + size > length:
            rows.append([])
            used = 0
        rows[-1].append(sample)
        used += size

    shape = len(rows), length
    input_ids, labels = torch.full(shape, pad_id), torch.full(shape, IGNORED)
    position_ids = torch.zeros(shape, dtype=torch.int64)
    itself = torch.eye(length, dtype=torch.bool)  # a softmax over nothing would be NaN, also for padding
    attention_mask = itself.repeat(len(rows), 1, 1)  # (rows, length, length)
    for i, row in enumerate(rows):
        start = 0
        for sample in row:
            size = len(sample["input_ids"])
            here = slice(start, start + size)
            input_ids[i, here] = torch.tensor(sample["input_ids"])
            labels[i, here] = torch.tensor(sample["labels"])
            labels[i, start] = IGNORED
            position_ids[i, here] = torch.arange(size)
            attention_mask[i, here, here] = torch.ones(size, size).tril()  # a causal block for each sample
            start = here.stop
    return {
        "input_ids": input_ids,
        "labels": labels,
        "position_ids": position_ids,
        "attention_mask": attention_mask,
    }
