"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import FEW, LEADING, SIZES, WHOLE, tensor


@st.composite
def calls(draw):
    """h, adapters and layers of small whole numbers."""
    n, d, m = draw(SIZES), draw(SIZES), draw(FEW)
    return {
        "h": tensor(draw, (*draw(LEADING), d), values=WHOLE),
        "down": tensor(draw, (n, m, d), values=WHOLE),
        "up": tensor(draw, (n, d, m), values=WHOLE),
        **{name: tensor(draw, (d, d), values=WHOLE) for name in ("query", "key", "value")},
        **{name: tensor(draw, (d,), values=WHOLE) for name in ("query_bias", "key_bias")},
    }


@st.composite
def backwards(draw):
    call = draw(calls())
    return call | {"grad": torch.ones_like(call["h"])}


CALLS = {"weights": calls(), "forward": calls(), "gradients": backwards(), "input_afterwards": calls()}
