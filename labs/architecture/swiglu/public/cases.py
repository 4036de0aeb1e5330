"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import DTYPES, LEADING, SIZES, WHOLE, tensor

WIDTHS = {"hidden_size": st.integers(1, 40), "multiple_of": st.sampled_from([1, 2, 4, 10])}


def weights(draw, dtype):
    hidden, width = draw(SIZES), draw(SIZES)
    names = {"gate": (width, hidden), "up": (width, hidden), "down": (hidden, width)}
    return {name: tensor(draw, shape, dtype, WHOLE) for name, shape in names.items()}


@st.composite
def forwards(draw, behind=(), backward=False):
    dtype = draw(DTYPES)
    made = weights(draw, dtype)
    shape = (*draw(LEADING), made["gate"].shape[1])
    call = {"x": tensor(draw, (*shape, *behind), dtype, WHOLE)} | made
    return call | ({"grad": tensor(draw, shape, dtype, WHOLE)} if backward else {})


@st.composite
def checkpoints(draw, *names):
    width, hidden, dtype = draw(SIZES), draw(SIZES), draw(DTYPES)
    *first, last = names
    rows = width * 2 // len(first)
    state = {name: tensor(draw, (rows, hidden), dtype, WHOLE) for name in first}
    return {"state": state | {last: tensor(draw, (hidden, width), dtype, WHOLE)}}


CALLS = {
    "forward": forwards(),
    "width": st.fixed_dictionaries(WIDTHS, optional={"multiplier": st.sampled_from([1.5, 0.5, 1.3])}),
    "from_qwen": checkpoints("w1.weight", "w2.weight", "c_proj.weight"),
    "from_chatglm2": checkpoints("dense_h_to_4h.weight", "dense_4h_to_h.weight"),
    "gradients": forwards(backward=True),
    "forward_transposed": forwards(behind=(2,)),
}
