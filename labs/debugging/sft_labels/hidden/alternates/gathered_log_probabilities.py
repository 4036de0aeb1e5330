# Log-probabilities of all tokens, gathered at the targets and weighted with a mask; samples padded first, masked by length.
import torch

IGNORED = -100


def build_example(prompt, answer, bos_id, eos_id, max_length):
    answer = [*answer, eos_id]
    if len(answer) + 1 > max_length:
        raise ValueError("no room")
    prompt = (prompt[::-1])[: max_length - 1 - len(answer)][::-1]
    ids = [bos_id, *prompt, *answer]
    first = len(ids) - len(answer)
    return {"input_ids": ids, "labels": [t if i >= first else IGNORED for i, t in enumerate(ids)]}


def collate(examples, pad_id):
    lengths = [len(e["input_ids"]) for e in examples]
    batch = torch.empty(3, len(examples), max(lengths), dtype=torch.long)
    batch[0], batch[1], batch[2] = pad_id, 0, IGNORED
    for i, (example, n) in enumerate(zip(examples, lengths)):
        batch[0, i, :n] = torch.tensor(example["input_ids"])
        batch[1, i, :n] = 1
        batch[2, i, :n] = torch.tensor(example["labels"])
    return dict(zip(("input_ids", "attention_mask", "labels"), batch))


def sft_loss(logits, labels):
    weights = (labels[:, 1:] != IGNORED).float()
    if weights.sum() == 0:
        raise ValueError("all labels are masked")
    log_probabilities = logits.to(torch.float32).log_softmax(-1)[:, :-1]
    picked = log_probabilities.gather(2, labels[:, 1:].clamp(min=0).unsqueeze(2)).squeeze(2)
    return -(picked * weights).sum() / weights.sum()
