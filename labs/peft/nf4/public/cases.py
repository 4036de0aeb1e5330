"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import DTYPES, SIZES, tensor

ENDS = (0.0, 1.0, -1.0)
"""Of a block of such weights every one is a value of the table, whatever its scale."""
BLOCKS = st.sampled_from([2, 4])


@st.composite
def weights(draw):
    return {"weight": tensor(draw, (draw(SIZES), draw(SIZES)), draw(DTYPES), ENDS), "block": draw(BLOCKS)}


COUNTS = st.fixed_dictionaries({"block": st.sampled_from([64, 32]), "scale_block": st.sampled_from([None, 256])})

CALLS = {"quantized": weights(), "bits": COUNTS}
