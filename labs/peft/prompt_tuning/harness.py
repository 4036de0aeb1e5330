"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `table` (vocabulary, dim) is the weight of the word
embeddings, `prompt` (length, dim) what is copied into yours. The model is the small decoder below, with weights from
a seed; like those of transformers it has `get_input_embeddings()` and takes `inputs_embeds` and `attention_mask`.
"""

import torch
from torch import nn


class Decoder(nn.Module):
    """One layer of causal attention over what the mask leaves, with positions that count what the mask leaves."""

    def __init__(self, vocabulary, dim, seed=0):
        super().__init__()
        self.words = nn.Embedding(vocabulary, dim)
        self.positions = nn.Embedding(64, dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocabulary)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator))

    def get_input_embeddings(self):
        return self.words

    def forward(self, inputs_embeds, attention_mask):
        """inputs_embeds (batch, seq, dim), attention_mask (batch, seq), 0 for padding. Returns logits."""
        seq, real = inputs_embeds.shape[1], attention_mask.bool()
        x = inputs_embeds + self.positions((real.long().cumsum(dim=1) - 1).clamp_min(0))
        q, k, v = self.qkv(self.norm(x)).chunk(3, dim=-1)
        seen = torch.ones(seq, seq, dtype=torch.bool, device=x.device).tril() & real[:, None, :]
        scores = (q @ k.mT / q.shape[-1] ** 0.5).masked_fill(~seen, -1e4)
        return self.head(x + scores.softmax(dim=-1) @ v)


def new_prompt(answer, table, length, token_ids=None, batch_size=1):
    """The parameters of a new prompt by name, and what it gives for a batch."""
    words = _words(table)
    made = answer.SoftPrompt(words, length) if token_ids is None else answer.SoftPrompt(words, length, token_ids)
    parameters = {name: parameter.detach() for name, parameter in made.named_parameters()}
    return {"parameters": parameters, "given": made(batch_size)}


def table_after_training(answer, table, length, token_ids=None):
    """The word embeddings once every element of the prompt has been set to 7."""
    words = _words(table)
    made = answer.SoftPrompt(words, length) if token_ids is None else answer.SoftPrompt(words, length, token_ids)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.fill_(7.0)
    return words.weight.detach()


def prepended(answer, prompt, embeds, mask, labels=None):
    """Embeddings, mask and labels with the prompt in front."""
    made = _prompt(answer, prompt)
    return list(answer.prepend(made, embeds, mask) if labels is None else answer.prepend(made, embeds, mask, labels))


def run(answer, prompt, ids, mask, labels, vocabulary, seed=0):
    """Logits and loss of a model with weights from the seed."""
    model = _model(vocabulary, prompt, seed)
    logits, loss = answer.forward(model, _prompt(answer, prompt), ids, mask, labels)
    return {"logits": logits, "loss": loss}


def gradient(answer, prompt, ids, mask, labels, vocabulary, seed=0):
    """The gradient of the loss for the prompt."""
    made = _prompt(answer, prompt)
    _, loss = answer.forward(_model(vocabulary, prompt, seed).requires_grad_(False), made, ids, mask, labels)
    loss.backward()
    return made.embedding.weight.grad


def what_trains(answer, frozen=False):
    """The names of the parameters that train, and of those returned, for a model and a prompt."""
    model = Decoder(7, 4).requires_grad_(not frozen)
    both = nn.ModuleDict({"model": model, "prompt": answer.SoftPrompt(model.get_input_embeddings(), 3)})
    returned = {id(parameter) for parameter in answer.trained_parameters(both["model"], both["prompt"])}
    return {
        "train": sorted(name for name, parameter in both.named_parameters() if parameter.requires_grad),
        "returned": sorted(name for name, parameter in both.named_parameters() if id(parameter) in returned),
    }


def _words(table):
    words = nn.Embedding(*table.shape, device=table.device, dtype=table.dtype)
    with torch.no_grad():
        words.weight.copy_(table)
    return words


def _model(vocabulary, prompt, seed):
    return Decoder(vocabulary, prompt.shape[1], seed).to(device=prompt.device, dtype=prompt.dtype)


def _prompt(answer, prompt):
    made = answer.SoftPrompt(_words(torch.zeros(3, prompt.shape[1], device=prompt.device)), len(prompt))
    made = made.to(device=prompt.device, dtype=prompt.dtype)
    made.load_state_dict({"embedding.weight": prompt})
    return made
