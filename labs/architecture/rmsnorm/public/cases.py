"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, LEADING, SIZES, WHOLE, WIDER_DTYPES, tensor

# Beside plain values: squares that overflow in float16, squares as small as eps, squares that vanish in float16.
MAGNITUDES = st.sampled_from([1.0, 300.0, 2.0**-10, 2.0**-13])
EPS = st.sampled_from([None, 1.0, 0.5, 2.0**-20])
LARGE_EPS = st.sampled_from([1.0, 0.5, 2.0**-20])
COUNTS = st.integers(1, 3)


def magnified(draw, shape):
    """Values of one of `MAGNITUDES` in any dtype."""
    return (tensor(draw, shape, torch.float64) * draw(MAGNITUDES)).to(draw(WIDER_DTYPES))


@st.composite
def forwards(draw, *behind):
    """x (..., dim, *behind), with a weight of its own dtype or without one."""
    dim = draw(SIZES)
    x = magnified(draw, (*draw(LEADING), dim, *behind))
    weight = tensor(draw, (dim,), draw(WIDER_DTYPES)) if draw(st.booleans()) else None
    return {"x": x, "weight": weight, "eps": draw(EPS)}


@st.composite
def backwards(draw):
    shape, dtype = (*draw(LEADING), draw(SIZES)), draw(DTYPES)
    x, weight, grad = (tensor(draw, s, dtype, WHOLE) for s in (shape, shape[-1:], shape))
    return {"x": x, "weight": weight, "grad": grad, "eps": draw(LARGE_EPS)}


@st.composite
def successions(draw):
    dim = draw(SIZES)
    return {"xs": [tensor(draw, (draw(SIZES), dim)) for _ in range(draw(COUNTS))]}


@st.composite
def fresh_modules(draw):
    return {"x": tensor(draw, (draw(SIZES),))}


@st.composite
def unchanged_inputs(draw):
    dim, dtype = draw(SIZES), draw(DTYPES)
    return {"x": tensor(draw, (dim,), dtype), "weight": tensor(draw, (dim,), dtype)}


CALLS = {
    "forward": forwards(),
    "gradients": backwards(),
    "forward_transposed": forwards(2),
    "successive": successions(),
    "parameters": fresh_modules(),
    "inputs_after_forward": unchanged_inputs(),
}
