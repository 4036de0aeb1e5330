# Pads with F.pad, leaves the prompt out of the loss by cutting the logits behind it, sums and divides.
import torch
from torch import nn
from torch.nn import functional as F


class SoftPrompt(nn.Module):
    def __init__(self, word_embeddings: nn.Embedding, length: int, token_ids=None):
        super().__init__()
        if token_ids is None:
            ids = torch.multinomial(torch.ones(word_embeddings.num_embeddings), length, replacement=True)
        else:
            ids = torch.as_tensor(token_ids)[torch.arange(length) % len(token_ids)]
        start = F.embedding(ids.to(word_embeddings.weight.device), word_embeddings.weight.data)
        self.embedding = nn.Module()
        self.embedding.register_parameter("weight", nn.Parameter(start.float()))

    def forward(self, batch_size: int):
        return self.embedding.weight.repeat(batch_size, 1, 1)


def prepend(prompt, embeds, mask, labels=None):
    soft = prompt(embeds.size(0)).type_as(embeds)
    n = soft.size(1)
    ones = 1 if mask.dtype is not torch.bool else True
    return (
        torch.cat((soft, embeds), 1),
        F.pad(mask, (n, 0), value=ones),
        None if labels is None else F.pad(labels, (n, 0), value=-100),
    )


def forward(model, prompt, ids, mask, labels):
    embeds, longer, _ = prepend(prompt, model.get_input_embeddings()(ids), mask)
    logits = model(inputs_embeds=embeds, attention_mask=longer)
    n = embeds.size(1) - ids.size(1)
    before = logits[:, n - 1 : -1]
    losses = F.cross_entropy(before.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")
    return logits, losses / (labels != -100).sum()


def trained_parameters(model, prompt):
    for p in model.parameters():
        p.requires_grad = False
    return list(prompt.parameters())
