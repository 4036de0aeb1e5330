"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import DTYPES, FEW, WHOLE, tensor

CHUNKS = st.lists(st.integers(1, 2), min_size=1, max_size=3)


@st.composite
def updates(draw):
    layers, dtype, batch = draw(FEW), draw(DTYPES), draw(FEW)
    steps = []
    for _ in range(draw(st.integers(1, 3))):
        shape = (batch, 1, draw(FEW), 2)
        steps.append([draw(st.integers(0, layers - 1)), tensor(draw, shape, dtype), tensor(draw, shape, dtype)])
    return {"layers": layers, "steps": steps}


@st.composite
def decodings(draw):
    chunks, dtype = draw(CHUNKS), draw(DTYPES)
    shape = (draw(FEW), draw(FEW), 1, sum(chunks), 2)
    call = {name: tensor(draw, shape, dtype, WHOLE) for name in ("q", "k", "v")}
    return call | {"chunks": chunks, "rotary": draw(st.booleans())}


CALLS = {"updates": updates(), "decode": decodings()}
