# Loops over positions everywhere, and takes the logarithms itself in float64.
import torch


def build_example(prompt, answer, bos_id, eos_id, max_length):
    prompt = list(prompt)
    while 1 + len(prompt) + len(answer) + 1 > max_length:
        if not prompt:
            raise ValueError("too long")
        del prompt[0]
    ids, labels = [], []
    for token, counts in [(bos_id, 0), *((t, 0) for t in prompt), *((t, 1) for t in answer), (eos_id, 1)]:
        ids.append(token)
        labels.append(token if counts else -100)
    return {"labels": labels, "input_ids": ids}


def collate(examples, pad_id):
    shape = len(examples), max(len(e["labels"]) for e in examples)
    ids = torch.full(shape, pad_id, dtype=torch.int64)
    mask = torch.zeros(shape, dtype=torch.int64)
    labels = torch.full(shape, -100, dtype=torch.int64)
    for row, example in enumerate(examples):
        for column, (token, label) in enumerate(zip(example["input_ids"], example["labels"])):
            ids[row, column], mask[row, column], labels[row, column] = token, 1, label
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def sft_loss(logits, labels):
    total, count = 0.0, 0
    for row in range(labels.shape[0]):
        for t in range(1, labels.shape[1]):
            if labels[row, t] != -100:
                scores = logits[row, t - 1].double()
                total = total + torch.logsumexp(scores, 0) - scores[labels[row, t]]
                count += 1
    if not count:
        raise ValueError("nothing to learn")
    return (total / count).float()
