"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, LEADING, SIZES, WIDER_DTYPES, tensor

COSINES = (1.0, 0.0, -1.0, 0.5)
HEAD_DIMS = st.sampled_from([2, 4, 6])
FEW = st.integers(1, 2)


@st.composite
def rotations(draw, transposed=False, backward=False):
    batch, heads, seq, head_dim, dtype = draw(FEW), draw(FEW), draw(SIZES), draw(HEAD_DIMS), draw(WIDER_DTYPES)
    x = tensor(draw, (batch, seq, heads, head_dim) if transposed else (batch, heads, seq, head_dim), dtype)
    table = (*([batch] if draw(st.booleans()) else []), seq, head_dim // 2)
    call = {"x": x, "cos": tensor(draw, table, values=COSINES), "sin": tensor(draw, table, values=COSINES)}
    return call | ({"grad": tensor(draw, x.shape, dtype)} if backward else {})


@st.composite
def heads(draw):
    return {"x": tensor(draw, (*draw(LEADING), draw(HEAD_DIMS)), draw(DTYPES))}


@st.composite
def projections(draw):
    head_dim, rest = draw(HEAD_DIMS), draw(st.sampled_from([(2,), (1,), (3,), ()]))
    return {"weight": tensor(draw, (draw(SIZES) * head_dim, *rest), torch.float32), "head_dim": head_dim}


CALLS = {
    "rotate": rotations(),
    "to_half": heads(),
    "to_interleaved": heads(),
    "projection": projections(),
    "gradient": rotations(backward=True),
    "rotate_transposed": rotations(transposed=True),
}
