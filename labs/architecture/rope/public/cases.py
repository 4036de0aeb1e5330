"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import FEW, HALVES, SIZES, WIDER_DTYPES, tensor

# bfloat16 lacks 257, float16 lacks 5001; a table of 4096 rows ends before it.
POSITIONS = (0, 1, 2, 3, 10, 257, 5001)
VALUES = (*HALVES, 257.0)
COSINES = (1.0, 0.0, -1.0, 0.5)
BASES = st.sampled_from([None, 100.0, 16.0])
GIVEN_BASES = st.sampled_from([100.0, 16.0])
HEAD_DIMS = st.sampled_from([2, 4])
COUNTS = st.integers(1, 3)


def table(draw, bases):
    """A request for tables, for positions (seq,) or (batch, seq)."""
    shape = (*([draw(FEW)] if draw(st.booleans()) else []), draw(SIZES))
    return {"head_dim": draw(HEAD_DIMS), "positions": tensor(draw, shape, torch.int64, POSITIONS), "base": draw(bases)}


def rotation(draw, dtype, *, transposed=False):
    """x (batch, heads, seq, head_dim) with tables for all its sequences or for each."""
    batch, heads, seq, head_dim = draw(FEW), draw(FEW), draw(FEW), draw(HEAD_DIMS)
    shape = (batch, seq, heads, head_dim) if transposed else (batch, heads, seq, head_dim)
    x = tensor(draw, shape, dtype, VALUES)
    half = (*([batch] if draw(st.booleans()) else []), seq, head_dim // 2)
    cos, sin = tensor(draw, half, values=COSINES), tensor(draw, half, values=COSINES)
    # Both halves of a row are the same, as in the tables that the lab asks for.
    return {"x": x, "cos": torch.cat((cos, cos), dim=-1), "sin": torch.cat((sin, sin), dim=-1)}


@st.composite
def tables(draw):
    return table(draw, BASES)


@st.composite
def rotations(draw, transposed=False):
    return rotation(draw, draw(WIDER_DTYPES), transposed=transposed)


@st.composite
def backwards(draw):
    call = rotation(draw, draw(WIDER_DTYPES))
    return call | {"grad": tensor(draw, call["x"].shape, call["x"].dtype, VALUES)}


@st.composite
def successions(draw, request):
    return {"requests": [request(draw) for _ in range(draw(COUNTS))]}


@st.composite
def unchanged_inputs(draw):
    call = rotation(draw, torch.float32)
    return {"positions": tensor(draw, call["x"].shape[-2:-1], torch.int64, POSITIONS)} | call


CALLS = {
    "tables": tables(),
    "rotate": rotations(),
    "gradient": backwards(),
    "rotate_transposed": rotations(transposed=True),
    "successive_tables": successions(lambda draw: table(draw, GIVEN_BASES)),
    "successive_rotations": successions(lambda draw: rotation(draw, torch.float32)),
    "inputs_after_both": unchanged_inputs(),
}
