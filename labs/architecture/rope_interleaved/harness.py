"""How an answer to this lab is called.

The judge runs these functions over your functions and over its own. x is (batch, heads, seq, head_dim), cos and sin
are (seq, head_dim / 2) or (batch, seq, head_dim / 2). Each function gets inputs of the judge's, never a result of
another one of yours: one mistake costs once.
"""


def rotate(answer, x, cos, sin):
    """x, rotated."""
    return answer.apply_rotary_interleaved(x, cos, sin)


def rotate_transposed(answer, x, cos, sin):
    """x (batch, seq, heads, head_dim) seen as (batch, heads, seq, head_dim), as a projection gives it: a view."""
    return answer.apply_rotary_interleaved(x.transpose(1, 2), cos, sin)


def gradient(answer, x, cos, sin, grad):
    """The gradient of sum(grad * rotated x) for x."""
    x = x.clone().requires_grad_()
    rotate(answer, x, cos, sin).backward(grad)
    return x.grad


def to_half(answer, x):
    """P x, for x (..., d)."""
    return answer.interleaved_to_half(x)


def to_interleaved(answer, x):
    """The inverse of P, for x (..., d)."""
    return answer.half_to_interleaved(x)


def projection(answer, weight, head_dim):
    """The converted weight (heads * head_dim, in), or bias (heads * head_dim,)."""
    return answer.convert_projection(weight, head_dim)


def inputs_afterwards(answer, x, cos, sin, weight):
    """What all inputs hold after each function was called; head_dim is that of x."""
    rotate(answer, x, cos, sin)
    to_half(answer, x)
    to_interleaved(answer, x)
    projection(answer, weight, x.shape[-1])
    return {"x": x, "cos": cos, "sin": sin, "weight": weight}
