"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, FEW, SIZES, WHOLE, tensor

KEEPS = st.none() | st.lists(st.booleans(), min_size=6, max_size=6)


@st.composite
def calls(draw, backward=False):
    dtype = torch.float32 if backward else draw(DTYPES)  # gradients are judged in float32
    batch, heads = draw(FEW), draw(FEW)
    length_q, length_k, dim, dim_v = draw(SIZES), draw(SIZES), draw(SIZES), draw(SIZES)
    call = {
        "q": tensor(draw, (batch, heads, length_q, dim), dtype, WHOLE),
        "k": tensor(draw, (batch, heads, length_k, dim), dtype, WHOLE),
        "v": tensor(draw, (batch, heads, length_k, dim_v), dtype, WHOLE),
    }
    if backward:
        call["grad"] = tensor(draw, (batch, heads, length_q, dim_v), dtype, WHOLE)
    keep = draw(KEEPS)
    return call if keep is None else call | {"keep": torch.tensor(keep[: batch * length_k]).reshape(batch, length_k)}


CALLS = {"forward": calls(), "gradients": calls(backward=True)}
