"""How an answer to this lab is called.

The judge runs these functions over your functions and over its own. Tensors come in on the device that is judged,
and must come back from there. In what follows positions are int64 of shape (seq,) or (batch, seq), cos and sin
are tables of shape (seq, head_dim) or (batch, seq, head_dim), and x is (batch, heads, seq, head_dim). The tables
that a rotation gets are the judge's, not yours: one mistake costs once.
"""


def tables(answer, head_dim, positions, base=None):
    """The tables for these positions; without `base` your function keeps its default."""
    rest = {} if base is None else {"base": base}
    cos, sin = answer.rotary_tables(head_dim, positions, **rest)
    return {"cos": cos, "sin": sin}


def rotate(answer, x, cos, sin):
    """x, rotated."""
    return answer.apply_rotary(x, cos, sin)


def rotate_transposed(answer, x, cos, sin):
    """x (batch, seq, heads, head_dim) seen as (batch, heads, seq, head_dim), as a projection gives it: a view."""
    return answer.apply_rotary(x.transpose(1, 2), cos, sin)


def successive_tables(answer, requests):
    """The tables for each of requests in turn: dicts of head_dim, positions and base."""
    return [tables(answer, r["head_dim"], r["positions"].clone(), r["base"]) for r in requests]


def successive_rotations(answer, requests):
    """The rotations of each of requests in turn: dicts of x, cos and sin."""
    return [rotate(answer, *(r[name].clone() for name in ("x", "cos", "sin"))) for r in requests]


def gradient(answer, x, cos, sin, grad):
    """The gradient of sum(grad * rotated x) for x."""
    x = x.clone().requires_grad_()
    rotate(answer, x, cos, sin).backward(grad)
    return x.grad


def inputs_after_both(answer, positions, x, cos, sin):
    """What positions, x and the tables hold after the tables were made and x was rotated."""
    tables(answer, x.shape[-1], positions)
    rotate(answer, x, cos, sin)
    return {"positions": positions, "x": x, "cos": cos, "sin": sin}
