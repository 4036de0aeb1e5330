"""How an answer to this lab is called.

The judge runs these functions over your `causal_attention` and over its own. q is (batch, heads, length_q, dim), k
(batch, heads, length_k, dim), v (batch, heads, length_k, dim_v), keep (batch, length_k) of bool, or None.
"""


def forward(answer, q, k, v, keep=None):
    """The output; `keep` is left out of the call where there is none."""
    return answer.causal_attention(q, k, v) if keep is None else answer.causal_attention(q, k, v, keep)


def forward_of_views(answer, q, k, v, keep=None):
    """The same for tensors of (batch, length, heads, dim), handed over as transposed views: not contiguous."""
    return answer.causal_attention(*(t.transpose(1, 2) for t in (q, k, v)), keep=keep)


def gradients(answer, q, k, v, grad, keep=None):
    """The gradients of sum(grad * output), for q, k and v."""
    q, k, v = (t.clone().requires_grad_() for t in (q, k, v))
    answer.causal_attention(q, k, v, keep).backward(grad)
    return {"q": q.grad, "k": k.grad, "v": v.grad}


def inputs_afterwards(answer, q, k, v, keep):
    """What the four inputs hold after a call."""
    answer.causal_attention(q, k, v, keep)
    return {"q": q, "k": k, "v": v, "keep": keep}
