"""Single-turn SFT samples, the reference.

A sample is bos, prompt, answer, eos. The model reads all of it and learns the answer and its end:

    loss = -1/N * sum over the N labelled tokens t of log p(token t | tokens before t)

labels[t] is input_ids[t] itself where t is learned and -100 elsewhere: which logits predict it is the loss's business,
as in transformers (loss/loss_utils.py, ForCausalLMLoss), which shifts labels by one against logits. Whoever shifts
the labels when building them shifts twice, and the model learns the token after the next.

What is padding is known from lengths. It cannot be read off the ids: where pad and eos are the same token, masking
every pad also masks every eos, and the model never learns to stop.
"""

import torch
import torch.nn.functional as F

IGNORED = -100


def build_example(
    prompt: list[int], answer: list[int], bos_id: int, eos_id: int, max_length: int
) -> dict[str, list[int]]:
    room = max_length - len(answer) - 2  # what bos, the answer and eos leave for the prompt
    if room < 0:
        raise ValueError("the answer does not fit: cut, it would teach where not to stop, or nothing")
    kept = prompt[max(0, len(prompt) - room) :]  # the newest tokens; prompt[-room:] would keep all for room = 0
    return {
        "input_ids": [bos_id, *kept, *answer, eos_id],
        "labels": [IGNORED] * (1 + len(kept)) + [*answer, eos_id],
    }


def collate(examples: list[dict[str, list[int]]], pad_id: int) -> dict[str, torch.Tensor]:
    longest = max(len(example["input_ids"]) for example in examples)

    def padded(rows: list[list[int]], value: int) -> torch.Tensor:
        return torch.tensor([row + [value] * (longest - len(row)) for row in rows])  # (batch, longest)

    input_ids = [example["input_ids"] for example in examples]
    return {
        "input_ids": padded(input_ids, pad_id),
        "attention_mask": padded([[1] * len(row) for row in input_ids], 0),
        "labels": padded([example["labels"] for example in examples], IGNORED),
    }


def sft_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    targets = labels[:, 1:].flatten()  # (batch, length) -> (batch * (length - 1),): nothing predicts the first token
    if (targets == IGNORED).all():
        raise ValueError("no label counts: the mean would be 0 / 0")
    # (batch, length, vocabulary) -> (batch * (length - 1), vocabulary): nothing follows the last token.
    # float32: a bfloat16 logarithm of a softmax over a vocabulary keeps two or three digits.
    predictions = logits[:, :-1].flatten(0, 1).float()
    # One mean over all labelled tokens of the batch; the mean of the samples' means would favour short answers.
    return F.cross_entropy(predictions, targets)  # -100 is what it ignores by default
