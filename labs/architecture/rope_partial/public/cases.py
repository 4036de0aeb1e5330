"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, SIZES, tensor

# bfloat16 lacks 257, float16 lacks 2049.
POSITIONS = (0, 1, 2, 3, 4, 10, 257, 2049)
COSINES = (1.0, 0.0, -1.0, 0.5)
BASES = st.sampled_from([None, 100.0, 16.0])
HEAD_DIMS = st.sampled_from([4, 8, 12])
STARTS = st.sampled_from(POSITIONS)
FEW = st.integers(1, 2)


@st.composite
def caches(draw):
    shape = (*([draw(FEW)] if draw(st.booleans()) else []), draw(SIZES))
    return {"head_dim": draw(HEAD_DIMS), "positions": tensor(draw, shape, torch.int64, POSITIONS), "base": draw(BASES)}


@st.composite
def rotations(draw, transposed=False, backward=False):
    batch, heads, seq, head_dim, dtype = draw(FEW), draw(FEW), draw(SIZES), draw(HEAD_DIMS), draw(DTYPES)
    x = tensor(draw, (batch, seq, heads, head_dim) if transposed else (batch, heads, seq, head_dim), dtype)
    shape = (*([batch] if draw(st.booleans()) else []), seq, head_dim // 4, 2)
    call = {"x": x, "cache": tensor(draw, shape, values=COSINES)}
    return call | ({"grad": tensor(draw, x.shape, dtype)} if backward else {})


@st.composite
def chunks(draw):
    batch, heads, seq, head_dim = draw(FEW), draw(FEW), draw(SIZES), draw(HEAD_DIMS)
    q, k = tensor(draw, (batch, heads, seq, head_dim)), tensor(draw, (batch, 1, seq, head_dim))
    return {"q": q, "k": k, "start": draw(STARTS), "base": draw(BASES)}


CALLS = {
    "cache": caches(),
    "rotate": rotations(),
    "query_key": chunks(),
    "gradient": rotations(backward=True),
    "rotate_transposed": rotations(transposed=True),
}
