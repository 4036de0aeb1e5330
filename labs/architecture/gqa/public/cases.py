"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, FEW, SIZES, WHOLE, tensor

GROUPS = st.sampled_from([(1, 1), (2, 1), (2, 2), (4, 2), (3, 1), (4, 4)])


@st.composite
def layers(draw, backward=False):
    dtype = torch.float32 if backward else draw(DTYPES)  # gradients are judged in float32
    (heads, kv_heads), head_dim = draw(GROUPS), draw(FEW)
    hidden = heads * head_dim
    call = {"x": tensor(draw, (draw(FEW), draw(SIZES), hidden), dtype, WHOLE), "heads": heads, "kv_heads": kv_heads}
    rows = {"q": hidden, "k": kv_heads * head_dim, "v": kv_heads * head_dim, "o": hidden}
    call |= {name: tensor(draw, (n, hidden), dtype, WHOLE) for name, n in rows.items()}
    return call | ({"grad": tensor(draw, tuple(call["x"].shape), dtype, WHOLE)} if backward else {})


@st.composite
def poolings(draw):
    (heads, kv_heads), head_dim = draw(GROUPS), draw(SIZES)
    weight = tensor(draw, (heads * head_dim, draw(SIZES)), draw(DTYPES), WHOLE)
    return {"weight": weight, "heads": heads, "kv_heads": kv_heads}


CALLS = {"pooled": poolings(), "forward": layers(), "gradients": layers(backward=True)}
