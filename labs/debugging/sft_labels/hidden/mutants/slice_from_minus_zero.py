# killed-by: truncation
# mistake: cut-in-the-wrong-place
# prompt[-room:] keeps the whole prompt where there is no room at all.
import torch
import torch.nn.functional as F

IGNORED = -100


def build_example(prompt, answer, bos_id, eos_id, max_length):
    room = max_length - len(answer) - 2
    if room < 0:
        raise ValueError("the answer does not fit")
    prompt = prompt[-room:]
    input_ids = [bos_id] + prompt + answer + [eos_id]
    labels = [IGNORED] * (len(prompt) + 1) + answer + [eos_id]
    return {"input_ids": input_ids, "labels": labels}


def collate(examples, pad_id):
    longest = max(len(example["input_ids"]) for example in examples)
    input_ids, attention_mask, labels = [], [], []
    for example in examples:
        padding = longest - len(example["input_ids"])
        input_ids.append(example["input_ids"] + [pad_id] * padding)
        attention_mask.append([1] * len(example["input_ids"]) + [0] * padding)
        labels.append(example["labels"] + [IGNORED] * padding)
    batch = {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
    return {name: torch.tensor(rows) for name, rows in batch.items()}


def sft_loss(logits, labels):
    logits = logits[:, :-1].float()
    labels = labels[:, 1:]
    if (labels == IGNORED).all():
        raise ValueError("no label counts")
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
