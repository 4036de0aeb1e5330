# Moves the labels instead of cutting the logits, as transformers does, and pads with torch's own helper.
import torch
from torch.nn.functional import cross_entropy, pad
from torch.nn.utils.rnn import pad_sequence


def build_example(prompt, answer, bos_id, eos_id, max_length):
    target = answer + [eos_id]
    source = [bos_id, *prompt]
    too_many = len(source) + len(target) - max_length
    if too_many > len(prompt):
        raise ValueError(f"{too_many} tokens too many")
    if too_many > 0:
        source = source[:1] + source[1 + too_many :]
    return {"input_ids": source + target, "labels": len(source) * [-100] + target}


def collate(examples, pad_id):
    def rows(name, value):
        return pad_sequence([torch.tensor(e[name]) for e in examples], batch_first=True, padding_value=value)

    lengths = torch.tensor([len(e["input_ids"]) for e in examples])
    mask = torch.arange(int(lengths.max()))[None] < lengths[:, None]
    return {"input_ids": rows("input_ids", pad_id), "attention_mask": mask.long(), "labels": rows("labels", -100)}


def sft_loss(logits, labels):
    targets = pad(labels, (0, 1), value=-100)[..., 1:]
    count = (targets != -100).sum()
    if count == 0:
        raise ValueError("no targets")
    losses = cross_entropy(logits.float().transpose(1, 2), targets, ignore_index=-100, reduction="sum")
    return losses / count
