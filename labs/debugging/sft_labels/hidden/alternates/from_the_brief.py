# Written from the brief and the starter alone.
"""Samples for single-turn SFT: one sample's ids and labels, a padded batch, and the loss."""

import torch
import torch.nn.functional as F

IGNORED = -100  # a label that counts for nothing


def build_example(prompt, answer, bos_id, eos_id, max_length):
    """Ids and labels of one sample.

    prompt, answer: lists of token ids, without special tokens.
    Returns {"input_ids", "labels"}: bos, prompt, answer, eos, at most `max_length`, as lists of the same length.
    """
    room = max_length - len(answer) - 2
    if room < 0:
        raise ValueError(f"the answer does not fit into {max_length} tokens")
    prompt = prompt[max(0, len(prompt) - room) :]
    input_ids = [bos_id, *prompt, *answer, eos_id]
    labels = [IGNORED] * (1 + len(prompt)) + [*answer, eos_id]
    return {"input_ids": input_ids, "labels": labels}


def collate(examples, pad_id):
    """A batch of what `build_example` returns, padded on the right to the longest.

    Returns {"input_ids", "attention_mask", "labels"}: int64 tensors of shape (batch, longest).
    """
    longest = max(len(example["input_ids"]) for example in examples)
    input_ids, attention_mask, labels = [], [], []
    for example in examples:
        size = len(example["input_ids"])
        padding = longest - size
        input_ids.append(example["input_ids"] + [pad_id] * padding)
        attention_mask.append([1] * size + [0] * padding)
        labels.append(example["labels"] + [IGNORED] * padding)
    batch = {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
    return {name: torch.tensor(rows, dtype=torch.int64) for name, rows in batch.items()}


def sft_loss(logits, labels):
    """The mean cross-entropy of the next token.

    logits: (batch, length, vocabulary), float32, bfloat16 or float16. labels: (batch, length), int64.
    Returns a float32 tensor without dimensions.
    """
    logits = logits[:, :-1].float()
    labels = labels[:, 1:]
    if (labels == IGNORED).all():
        raise ValueError("no label is left")
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
