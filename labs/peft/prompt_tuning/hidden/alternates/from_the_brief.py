# Written from the brief and the starter alone.
"""Prompt tuning: a few trained vectors in front of the embeddings of the input."""

import torch
from torch import nn
from torch.nn import functional as F


class SoftPrompt(nn.Module):
    """`length` virtual tokens. They start as embeddings of the given tokens, or of tokens drawn at random."""

    def __init__(self, word_embeddings: nn.Embedding, length: int, token_ids: list[int] | None = None) -> None:
        super().__init__()
        table = word_embeddings.weight.detach()
        if token_ids is None:
            ids = torch.randint(table.shape[0], (length,), device=table.device)
        else:
            ids = torch.tensor([token_ids[i % len(token_ids)] for i in range(length)], device=table.device)
        self.embedding = nn.Embedding.from_pretrained(table[ids].float(), freeze=False)  # indexing copies

    def forward(self, batch_size: int) -> torch.Tensor:
        """The virtual tokens for every sequence: (batch_size, length, dim), in float32."""
        return self.embedding.weight.unsqueeze(0).expand(batch_size, -1, -1)


def prepend(
    prompt: SoftPrompt, embeds: torch.Tensor, mask: torch.Tensor, labels: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """embeds: (batch, seq, dim); mask, labels: (batch, seq). Returns the three with the prompt in front."""
    virtual = prompt(embeds.shape[0]).to(embeds.dtype)
    batch, length = virtual.shape[:2]
    embeds = torch.cat((virtual, embeds), dim=1)
    mask = torch.cat((mask.new_ones(batch, length), mask), dim=1)
    if labels is not None:
        labels = torch.cat((labels.new_full((batch, length), -100), labels), dim=1)
    return embeds, mask, labels


def forward(
    model: nn.Module, prompt: SoftPrompt, ids: torch.Tensor, mask: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """ids, mask, labels: (batch, seq). Returns the logits (batch, length + seq, vocabulary) and the loss, a scalar."""
    embeds, mask, labels = prepend(prompt, model.get_input_embeddings()(ids), mask, labels)
    logits = model(inputs_embeds=embeds, attention_mask=mask)
    loss = F.cross_entropy(logits[:, :-1].flatten(0, 1).float(), labels[:, 1:].flatten(), ignore_index=-100)
    return logits, loss


def trained_parameters(model: nn.Module, prompt: SoftPrompt) -> list[nn.Parameter]:
    """Freeze the model and return what an optimizer gets: the prompt."""
    model.requires_grad_(False)
    prompt.requires_grad_(True)
    return list(prompt.parameters())
