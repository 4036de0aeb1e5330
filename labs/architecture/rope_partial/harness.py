"""How an answer to this lab is called.

The judge runs these functions over your functions and over its own. positions are int64 of shape (seq,) or
(batch, seq), a cache is (seq, head_dim / 4, 2) or (batch, seq, head_dim / 4, 2), x is (batch, heads, seq, head_dim).
The cache that a rotation gets is the judge's, not yours: one mistake costs once.
"""


def cache(answer, head_dim, positions, base=None):
    """The cache for these positions; without `base` your function keeps its default."""
    rest = {} if base is None else {"base": base}
    return answer.rope_cache(head_dim, positions, **rest)


def rotate(answer, x, cache):
    """x, with the first half of each head rotated."""
    return answer.apply_partial_rotary(x, cache)


def rotate_transposed(answer, x, cache):
    """x (batch, seq, heads, head_dim) seen as (batch, heads, seq, head_dim), as a projection gives it: a view."""
    return answer.apply_partial_rotary(x.transpose(1, 2), cache)


def gradient(answer, x, cache, grad):
    """The gradient of sum(grad * rotated x) for x."""
    x = x.clone().requires_grad_()
    rotate(answer, x, cache).backward(grad)
    return x.grad


def query_key(answer, q, k, start, base=None):
    """q and k of a chunk that begins at position `start`, rotated."""
    rest = {} if base is None else {"base": base}
    q, k = answer.rotate_query_key(q, k, start, **rest)
    return {"q": q, "k": k}


def inputs_afterwards(answer, positions, x, cache):
    """What positions, x and the cache hold after each function was called."""
    answer.rope_cache(x.shape[-1], positions)
    rotate(answer, x, cache)
    answer.rotate_query_key(x, x, 3)
    return {"positions": positions, "x": x, "cache": cache}
