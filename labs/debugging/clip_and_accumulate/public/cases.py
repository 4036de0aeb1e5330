"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import SIZES, WHOLE, tensor


@st.composite
def clips(draw):
    sizes = draw(st.lists(SIZES, min_size=1, max_size=3))
    gradients = [tensor(draw, (size,), values=WHOLE) for size in sizes]
    missing = [None] * draw(st.integers(0, 1))
    return {"gradients": missing + gradients, "max_norm": draw(st.sampled_from([1.0, 0.5, 4.0]))}


@st.composite
def runs(draw):
    batches = []
    for tokens in draw(st.lists(SIZES, min_size=1, max_size=3)):
        batches.append([tensor(draw, (tokens, 1)), tensor(draw, (tokens,), torch.int64, (0, 1, -100))])
    return {
        "weight": tensor(draw, (2, 1)),
        "bias": tensor(draw, (2,)),
        "micro_batches": batches,
        "accumulation": draw(SIZES),
        "lr": 1.0,
        "max_norm": draw(st.sampled_from([100.0, 0.25])),
        "loss_scale": draw(st.sampled_from([1.0, 8.0])),
    }


CALLS = {"clip": clips(), "train": runs()}
