"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `**given` is what an encoder is made with:

    sizes        length, layers, heads, kv_heads, head_dim, and projection where there is one
    dropout      left out of the call where it is not given
    parameters   copied into yours, by name: `embedding.weight`, and with a projection `transform.0.weight`,
                 `transform.0.bias`, `transform.2.weight`, `transform.2.bias`; their dtype is the encoder's
"""

import torch
from torch import nn


def prefixes(answer, batch_size, training=False, **given):
    """Keys and values of all layers, in evaluation mode if nothing else is said."""
    encoder = _encoder(answer, **given).train(training)
    return [list(pair) for pair in encoder(batch_size)]


def prefixes_in_both_modes(answer, batch_size, **given):
    """One encoder called twice in training mode, then once in evaluation mode."""
    encoder = _encoder(answer, **given).train()
    train = [[list(pair) for pair in encoder(batch_size)] for _ in range(2)]
    encoder.eval()
    return {"train": train, "eval": [list(pair) for pair in encoder(batch_size)]}


def gradients(answer, batch_size, grads, **given):
    """The gradients of sum(grad * output) over all keys and values, for every parameter of the encoder."""
    encoder = _encoder(answer, **given)
    outputs = [tensor for pair in encoder(batch_size) for tensor in pair]
    torch.autograd.backward(outputs, grads)
    return {name: parameter.grad for name, parameter in encoder.named_parameters()}


def new_parameters(answer, sizes):
    """Every parameter of a new encoder, by name."""
    encoder = answer.PrefixEncoder(**sizes)
    return {name: parameter.detach() for name, parameter in encoder.named_parameters()}


def table(answer, training=False, **given):
    """What is kept for inference."""
    return _table_of(_encoder(answer, **given).train(training))


def prefixes_from_the_table(answer, batch_size, sizes, parameters):
    """What an encoder without a projection gives that holds the table of one with a projection."""
    kept = _table_of(_encoder(answer, sizes, parameters).eval())
    plain = {name: size for name, size in sizes.items() if name != "projection"}
    return prefixes(answer, batch_size, sizes=plain, parameters={"embedding.weight": kept})


def extended(answer, mask, length):
    """The mask with the prefix in front."""
    return answer.extend_mask(mask, length)


def attention(answer, query, key, value, prefix_key, prefix_value, cos, sin, mask):
    """One layer's attention."""
    return answer.attend(query, key, value, (prefix_key, prefix_value), cos, sin, mask)


def what_trains(answer, sizes, frozen=False):
    """The names of the parameters that train, and of those returned, for a model of two layers and an encoder."""
    both = nn.ModuleDict(
        {
            "model": nn.Sequential(nn.Embedding(5, 4), nn.LayerNorm(4), nn.Linear(4, 5)).requires_grad_(not frozen),
            "encoder": answer.PrefixEncoder(**sizes),
        }
    )
    returned = {id(parameter) for parameter in answer.trained_parameters(both["model"], both["encoder"])}
    return {
        "train": sorted(name for name, parameter in both.named_parameters() if parameter.requires_grad),
        "returned": sorted(name for name, parameter in both.named_parameters() if id(parameter) in returned),
    }


def _table_of(encoder):
    kept = encoder.table()
    if kept.requires_grad:
        raise RuntimeError("the table still hangs on the graph: detach it")
    return kept


def _encoder(answer, sizes, parameters, dropout=None):
    encoder = answer.PrefixEncoder(**sizes) if dropout is None else answer.PrefixEncoder(**sizes, dropout=dropout)
    weight = parameters["embedding.weight"]
    encoder = encoder.to(device=weight.device, dtype=weight.dtype)
    encoder.load_state_dict(parameters)
    return encoder
