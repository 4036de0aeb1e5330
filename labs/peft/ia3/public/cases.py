"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, LEADING, SIZES, WHOLE, tensor

STEPS = st.lists(st.sampled_from(["merge", "unmerge"]), min_size=1, max_size=4)


@st.composite
def calls(draw, new=False):
    """x, a base and a vector of small whole numbers, so that nothing is rounded."""
    size_out, size_in, dtype, feedforward = draw(SIZES), draw(SIZES), draw(DTYPES), draw(st.booleans())
    call = {
        "x": tensor(draw, (*draw(LEADING), size_in), dtype, WHOLE),
        "weight": tensor(draw, (size_out, size_in), dtype, WHOLE),
        "bias": tensor(draw, (size_out,), dtype, WHOLE) if draw(st.booleans()) else None,
        "feedforward": feedforward,
    }
    return call if new else call | {"vector": tensor(draw, (size_in if feedforward else size_out,), values=WHOLE)}


@st.composite
def backwards(draw):
    call = draw(calls())
    shape = (*call["x"].shape[:-1], len(call["weight"]))
    return call | {"grad": torch.ones(shape, dtype=call["x"].dtype)}


@st.composite
def steps(draw):
    return {"steps": draw(STEPS)} | draw(calls())


CALLS = {
    "forward": calls(),
    "gradients": backwards(),
    "new_layer": calls(True),
    "outputs_after": steps(),
    "inputs_afterwards": calls(),
}
