# The loss by hand from log-probabilities; tokens picked by modulo; tensors filled in place.
import random

import torch
from torch import nn


class SoftPrompt(nn.Module):
    def __init__(self, word_embeddings, length, token_ids=None):
        super().__init__()
        vocabulary, dim = word_embeddings.weight.shape
        if token_ids is None:
            chosen = random.choices(range(vocabulary), k=length)
        else:
            chosen = [token_ids[i % len(token_ids)] for i in range(length)]
        self.embedding = nn.Embedding(length, dim, device=word_embeddings.weight.device, dtype=torch.float32)
        with torch.no_grad():
            for i, token in enumerate(chosen):
                self.embedding.weight[i] = word_embeddings.weight[token]

    def forward(self, batch_size):
        return torch.stack([self.embedding.weight] * batch_size)


def prepend(prompt, embeds, mask, labels=None):
    batch, seq, dim = embeds.shape
    n = len(prompt.embedding.weight)
    longer = embeds.new_empty(batch, n + seq, dim)
    longer[:, :n] = prompt(batch)
    longer[:, n:] = embeds
    longer_mask = mask.new_ones(batch, n + seq)
    longer_mask[:, n:] = mask
    if labels is None:
        return longer, longer_mask, None
    longer_labels = labels.new_full((batch, n + seq), -100)
    longer_labels[:, n:] = labels
    return longer, longer_mask, longer_labels


def forward(model, prompt, ids, mask, labels):
    x, mask, labels = prepend(prompt, model.get_input_embeddings()(ids), mask, labels)
    logits = model(x, mask)
    counted = labels[:, 1:] != -100
    log_p = logits[:, :-1].log_softmax(dim=-1)
    picked = log_p.gather(-1, labels[:, 1:].clamp_min(0).unsqueeze(-1)).squeeze(-1)
    return logits, -picked[counted].mean()


def trained_parameters(model, prompt):
    model.requires_grad_(False)
    return [prompt.embedding.weight]
