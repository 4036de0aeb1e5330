"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import DTYPES, FEW, SIZES, WHOLE, tensor


@st.composite
def forwards(draw):
    dtype, dim, length_q, causal = draw(DTYPES), draw(FEW), draw(SIZES), draw(st.booleans())
    length_k = length_q + draw(st.integers(0, 3))
    shapes = {"q": length_q, "k": length_k, "v": length_k}
    call = {name: tensor(draw, (1, 1, length, dim), dtype, WHOLE) for name, length in shapes.items()}
    return call | {"block": draw(SIZES), "causal": causal}


@st.composite
def merges(draw):
    rows, dim = draw(SIZES), draw(FEW)
    return {name: [tensor(draw, (1, 1, rows, dim)), tensor(draw, (1, 1, rows))] for name in ("first", "second")}


CALLS = {"merged": merges(), "forward": forwards()}
