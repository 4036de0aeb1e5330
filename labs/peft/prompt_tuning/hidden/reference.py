"""Prompt tuning, the reference: a few trained vectors in front of the embeddings of the input.

Brian Lester et al., "The Power of Scale for Parameter-Efficient Prompt Tuning", arXiv:2104.08691, section 2: the model
is frozen, and P (n, dim) is all that is trained:

    [P ; E(x)]  of shape (n + seq, dim)  goes through the model

Section 3.2 compares starts: P begins as embeddings of tokens drawn from the vocabulary, or of given ones, such as the
words that describe the task. As peft does it, too few are repeated and too many are cut.

The virtual tokens are attended to like any others, so the mask says 1. Nobody asks the model to predict them, so
their labels are -100, which `cross_entropy` leaves out. The last of them predicts the first token of the input.
"""

import torch
from torch import nn
from torch.nn import functional as F


class SoftPrompt(nn.Module):
    def __init__(self, word_embeddings: nn.Embedding, length: int, token_ids: list[int] | None = None) -> None:
        super().__init__()
        if token_ids is None:
            start = torch.randint(word_embeddings.num_embeddings, (length,))
        else:
            start = torch.tensor(token_ids).repeat(length)[:length]  # more than enough, then cut
        rows = word_embeddings.weight[start.to(word_embeddings.weight.device)]  # (length, dim), a copy
        # In float32, like peft: steps of an optimizer are lost in half precision.
        self.embedding = nn.Embedding.from_pretrained(rows.float(), freeze=False)

    def forward(self, batch_size: int) -> torch.Tensor:
        return self.embedding.weight.expand(batch_size, -1, -1)  # (length, dim) -> (batch, length, dim)


def prepend(
    prompt: SoftPrompt, embeds: torch.Tensor, mask: torch.Tensor, labels: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    virtual = prompt(len(embeds)).to(embeds.dtype)  # cat alone would widen embeddings in half precision
    shape = virtual.shape[:2]
    embeds = torch.cat((virtual, embeds), dim=1)  # (batch, length + seq, dim)
    mask = torch.cat((mask.new_ones(shape), mask), dim=1)  # (batch, length + seq)
    if labels is not None:
        labels = torch.cat((labels.new_full(shape, -100), labels), dim=1)
    return embeds, mask, labels


def forward(
    model: nn.Module, prompt: SoftPrompt, ids: torch.Tensor, mask: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    embeds, mask, labels = prepend(prompt, model.get_input_embeddings()(ids), mask, labels)
    logits = model(inputs_embeds=embeds, attention_mask=mask)
    # The logits at position i predict the token at i + 1: (batch, length + seq - 1, vocabulary) against as many labels.
    loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
    return logits, loss


def trained_parameters(model: nn.Module, prompt: SoftPrompt) -> list[nn.Parameter]:
    model.requires_grad_(False)
    return list(prompt.parameters())
