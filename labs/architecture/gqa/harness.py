"""How an answer to this lab is called.

The judge runs these functions over your module and functions and over its own. x is (batch, length, hidden). The
weights are copied into your module, which takes their dtype: q (heads * head_dim, hidden), k and v
(kv_heads * head_dim, hidden), o (hidden, heads * head_dim). Where `head_dim` is hidden / heads it is left out of the
call.
"""

import torch


def forward(answer, x, q, k, v, o, heads, kv_heads):
    """The output for x."""
    with torch.no_grad():
        return _layer(answer, q, k, v, o, heads, kv_heads)(x)


def gradients(answer, x, q, k, v, o, heads, kv_heads, grad):
    """The gradients of sum(grad * output), for x and for the four weights."""
    layer = _layer(answer, q, k, v, o, heads, kv_heads)
    x = x.clone().requires_grad_()
    layer(x).backward(grad)
    modules = {"q": layer.q_proj, "k": layer.k_proj, "v": layer.v_proj, "o": layer.o_proj}
    return {"x": x.grad} | {name: module.weight.grad for name, module in modules.items()}


def parameters(answer, hidden_size, heads, kv_heads, **given):
    """The shape of every parameter that trains in a new module, by name; `head_dim` may be given."""
    layer = answer.GroupedQueryAttention(hidden_size, heads, kv_heads, **given)
    return {name: list(p.shape) for name, p in layer.named_parameters() if p.requires_grad}


def is_refused(answer, hidden_size, heads, kv_heads):
    """Whether a new module of these sizes raises ValueError."""
    try:
        answer.GroupedQueryAttention(hidden_size, heads, kv_heads)
    except ValueError:
        return True
    return False


def pooled(answer, weight, heads, kv_heads):
    """The pooled weight, and what the argument holds afterwards."""
    return {"pooled": answer.pool_kv_heads(weight, heads, kv_heads), "weight": weight}


def cache_bytes(answer, *sizes, **given):
    """The bytes; `bytes_per_value` is left out of the call where it is not given."""
    return answer.kv_cache_bytes(*sizes, **given)


def _layer(answer, q, k, v, o, heads, kv_heads):
    hidden, head_dim = q.shape[1], q.shape[0] // heads
    given = {} if head_dim * heads == hidden else {"head_dim": head_dim}
    layer = answer.GroupedQueryAttention(hidden, heads, kv_heads, **given).to(device=q.device, dtype=q.dtype)
    with torch.no_grad():
        for module, weight in ((layer.q_proj, q), (layer.k_proj, k), (layer.v_proj, v), (layer.o_proj, o)):
            module.weight.copy_(weight)
    return layer
