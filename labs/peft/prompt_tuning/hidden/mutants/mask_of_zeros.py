# killed-by: mask
# mistake: mask-wrong
# Masks the virtual tokens: nobody sees them.
import math

import torch
from torch import nn
from torch.nn import functional as F


class SoftPrompt(nn.Module):
    def __init__(self, word_embeddings, length, token_ids=None):
        super().__init__()
        table = word_embeddings.weight
        self.embedding = nn.Embedding(length, table.shape[1])
        if token_ids is None:
            ids = torch.randint(0, table.shape[0], (length,))
        else:
            repeats = math.ceil(length / len(token_ids))
            ids = torch.tensor((list(token_ids) * repeats)[:length])
        rows = table[ids.to(table.device)].detach().clone().to(torch.float32)
        self.embedding.weight = nn.Parameter(rows)

    def forward(self, batch_size):
        return self.embedding.weight.unsqueeze(0).expand(batch_size, -1, -1)


def prepend(prompt, embeds, mask, labels=None):
    batch_size = embeds.shape[0]
    soft = prompt(batch_size).to(embeds.dtype)
    length = soft.shape[1]
    embeds = torch.cat([soft, embeds], dim=1)
    ones = torch.zeros(batch_size, length, dtype=mask.dtype, device=mask.device)
    mask = torch.cat([ones, mask], dim=1)
    if labels is not None:
        ignored = torch.full((batch_size, length), -100, dtype=labels.dtype, device=labels.device)
        labels = torch.cat([ignored, labels], dim=1)
    return embeds, mask, labels


def forward(model, prompt, ids, mask, labels):
    embeds, mask, labels = prepend(prompt, model.get_input_embeddings()(ids), mask, labels)
    logits = model(inputs_embeds=embeds, attention_mask=mask)
    shifted = logits[:, :-1].reshape(-1, logits.shape[-1])
    loss = F.cross_entropy(shifted, labels[:, 1:].reshape(-1), ignore_index=-100)
    return logits, loss


def trained_parameters(model, prompt):
    for p in model.parameters():
        p.requires_grad = False
    return list(prompt.parameters())
