"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import LEADING, SIZES, WHOLE, tensor

STEPS = st.lists(st.sampled_from(["merge", "unmerge"]), min_size=1, max_size=4)
SQUARES = (1.0, 2.0, -1.0, -2.0)


@st.composite
def calls(draw):
    """A weight of which every row, and one of the update, is 3-4-5 or longer: no norm is zero."""
    size_out = draw(SIZES)
    return {
        "x": tensor(draw, (*draw(LEADING), 2), values=WHOLE),
        "weight": torch.tensor([[3.0, 4.0]]).repeat(size_out, 1),
        "bias": tensor(draw, (size_out,), values=WHOLE) if draw(st.booleans()) else None,
        "lora_a": tensor(draw, (1, 2), values=(0.0, 1.0)),
        "lora_b": tensor(draw, (size_out, 1), values=(0.0, 1.0, 2.0)),
        "magnitude": tensor(draw, (size_out,), values=SQUARES),
        "alpha": draw(st.sampled_from([1, 2])),
    }


@st.composite
def backwards(draw):
    call = draw(calls())
    return call | {"grad": torch.ones(*call["x"].shape[:-1], len(call["weight"]))}


@st.composite
def steps(draw):
    return {"steps": draw(STEPS)} | draw(calls())


CALLS = {"forward": calls(), "gradients": backwards(), "outputs_after": steps()}
