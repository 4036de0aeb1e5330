"""Samples for single-turn SFT: one sample's ids and labels, a padded batch, and the loss. It runs, and it is broken."""

import torch
import torch.nn.functional as F

IGNORED = -100  # a label that counts for nothing


def build_example(prompt, answer, bos_id, eos_id, max_length):
    """Ids and labels of one sample.

    prompt, answer: lists of token ids, without special tokens.
    Returns {"input_ids", "labels"}: bos, prompt, answer, eos, at most `max_length`, as lists of the same length.
    """
    input_ids = [bos_id, *prompt, *answer, eos_id]
    labels = [IGNORED] * len(prompt) + [*answer, eos_id, IGNORED]
    return {"input_ids": input_ids[:max_length], "labels": labels[:max_length]}


def collate(examples, pad_id):
    """A batch of what `build_example` returns, padded on the right to the longest.

    Returns {"input_ids", "attention_mask", "labels"}: int64 tensors of shape (batch, longest).
    """
    longest = max(len(example["input_ids"]) for example in examples)
    input_ids, labels = [], []
    for example in examples:
        padding = longest - len(example["input_ids"])
        input_ids.append(example["input_ids"] + [pad_id] * padding)
        labels.append(example["labels"] + [pad_id] * padding)
    input_ids, labels = torch.tensor(input_ids), torch.tensor(labels)
    labels[labels == pad_id] = IGNORED
    return {"input_ids": input_ids, "attention_mask": (input_ids != pad_id).long(), "labels": labels}


def sft_loss(logits, labels):
    """The mean cross-entropy of the next token.

    logits: (batch, length, vocabulary), float32, bfloat16 or float16. labels: (batch, length), int64.
    Returns a float32 tensor without dimensions.
    """
    logits = logits[:, :-1].float()
    labels = labels[:, 1:]
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
