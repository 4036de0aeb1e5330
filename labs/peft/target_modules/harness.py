"""How an answer to this lab is called.

The judge runs these functions over your functions and over its own. The model is the small decoder below. `**shape`
says how it is made; what is left out has the default of `Decoder`:

    layers, hidden, inner     whole numbers
    head                      what the output layer is called; None for a model without one
    tied                      whether the output layer's weight is the embedding's own parameter
    bias                      whether the linear layers have one
    seed                      of all its weights
"""

import torch
from torch import nn

VOCAB = 13


class Attention(nn.Module):
    def __init__(self, hidden, bias):
        super().__init__()
        self.q_proj = nn.Linear(hidden, hidden, bias=bias)
        self.k_proj = nn.Linear(hidden, hidden // 2, bias=bias)
        self.v_proj = nn.Linear(hidden, hidden // 2, bias=bias)
        self.q_proj_gate = nn.Linear(hidden, hidden, bias=bias)
        self.o_proj = nn.Linear(hidden, hidden, bias=bias)

    def forward(self, x):
        mixed = torch.cat((self.k_proj(x), self.v_proj(x)), dim=-1).cumsum(dim=-2)
        return self.o_proj(torch.tanh(self.q_proj(x) * mixed) + self.q_proj_gate(x))


class FeedForward(nn.Module):
    def __init__(self, hidden, inner, bias):
        super().__init__()
        self.seq_proj = nn.Linear(hidden, inner, bias=bias)
        self.experts = nn.ModuleList([nn.Linear(inner, hidden, bias=bias) for _ in range(2)])

    def forward(self, x):
        inner = torch.tanh(self.seq_proj(x))
        return self.experts[0](inner) - self.experts[1](inner * inner)


class Block(nn.Module):
    def __init__(self, hidden, inner, bias):
        super().__init__()
        self.exploratory_norm = nn.LayerNorm(hidden)
        self.self_attn = Attention(hidden, bias)
        self.mlp = FeedForward(hidden, inner, bias)
        self.register_buffer("positions", torch.arange(7.0))

    def forward(self, x):
        x = x + self.self_attn(self.exploratory_norm(x))
        return x + self.mlp(x)


class Decoder(nn.Module):
    """Like a decoder of transformers in what matters here: its names, and `get_output_embeddings`."""

    def __init__(self, layers=2, hidden=6, inner=10, head="lm_head", tied=False, bias=False):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCAB, hidden)
        self.layers = nn.ModuleList([Block(hidden, inner, bias) for _ in range(layers)])
        self.norm = nn.LayerNorm(hidden)
        self.head = head
        if head:
            setattr(self, head, nn.Linear(hidden, VOCAB, bias=False))
            if tied:
                self.get_output_embeddings().weight = self.embed_tokens.weight
        # Registered after the output layer, as towers and extra heads are.
        self.value_proj = nn.Linear(hidden, 1, bias=bias)

    def get_output_embeddings(self):
        """The module that gives the logits, or None."""
        return getattr(self, self.head) if self.head else None

    def forward(self, ids):
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x)
        x = self.norm(x)
        return (self.get_output_embeddings()(x) if self.head else x) + self.value_proj(x)


def found(answer, targets, **shape):
    """The names that find_targets gives."""
    return list(answer.find_targets(_model(**shape), targets))


def refused(answer, targets, **shape):
    """Whether find_targets and add_lora raise ValueError."""
    return {
        "find_targets": _raises(answer.find_targets, _model(**shape), targets),
        "add_lora": _raises(answer.add_lora, _model(**shape), targets, 2, 4),
    }


def new_output(answer, ids, targets, r, alpha, **shape):
    """The output for ids (batch, seq) of a model that has just got its adapters."""
    return answer.add_lora(_model(**shape).to(ids.device), targets, r, alpha).to(ids.device)(ids)


def output(answer, ids, targets, r, alpha, **shape):
    """The same once the adapters have values."""
    return _with_adapters(answer, ids.device, targets, r, alpha, **shape)(ids)


def names_that_train(answer, targets, r, frozen=False, **shape):
    """The names of the parameters that train once the adapters are there; all may have been frozen before."""
    model = answer.add_lora(_model(**shape).requires_grad_(not frozen), targets, r, 4)
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


def counts(answer, trains, **shape):
    """What is counted in a model without adapters in which nothing but the modules `trains` trains."""
    model = _model(**shape).requires_grad_(False)
    for name in trains:
        model.get_submodule(name).requires_grad_(True)
    return list(answer.count_parameters(model))


def counts_with_adapters(answer, targets, r, **shape):
    """What is counted once the adapters are there."""
    return list(answer.count_parameters(answer.add_lora(_model(**shape), targets, r, 4)))


def saved(answer, targets, r, frozen=False, **shape):
    """What is saved of a model with adapters; it may have been frozen for inference before."""
    model = _with_adapters(answer, "cpu", targets, r, 4, **shape).requires_grad_(not frozen)
    return dict(answer.adapter_state_dict(model))


def output_of_a_copy(answer, ids, targets, r, alpha, **shape):
    """Saves the adapters, loads them into a second model made alike, and gives the output of that one."""
    state = answer.adapter_state_dict(_with_adapters(answer, ids.device, targets, r, alpha, **shape))
    state = {name: tensor.clone() for name, tensor in state.items()}
    copy = answer.add_lora(_model(**shape).to(ids.device), targets, r, alpha).to(ids.device)
    copy.load_state_dict(state, strict=False)
    return copy(ids)


def _model(seed=0, **shape):
    model = Decoder(**shape)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / parameter.shape[-1] ** 0.5)
    return model


def _with_adapters(answer, device, targets, r, alpha, seed=0, **shape):
    """A model with adapters whose values come from the seed, too."""
    model = answer.add_lora(_model(seed, **shape).to(device), targets, r, alpha).to(device)
    generator = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if name.endswith((".lora_A", ".lora_B")):
                parameter.copy_(torch.randn(parameter.shape, generator=generator) / parameter.shape[-1] ** 0.5)
    return model


def _raises(function, *arguments):
    try:
        function(*arguments)
    except ValueError:
        return True
    return False
