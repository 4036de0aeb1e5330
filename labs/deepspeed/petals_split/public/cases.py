"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import FEW, HALVES, SIZES, WHOLE, tensor

CAPACITIES = st.lists(st.integers(0, 3), min_size=1, max_size=3)


@st.composite
def splits(draw):
    capacities = draw(CAPACITIES)
    return {"capacities": capacities, "n_blocks": draw(st.integers(0, sum(capacities) + 1))}


@st.composite
def losses(draw):
    batch, length, size = draw(FEW), draw(st.integers(2, 3)), draw(st.integers(2, 3))
    ids = tensor(draw, (batch, length), values=(0.0, 1.0)).long()
    return {"logits": tensor(draw, (batch, length, size), values=WHOLE), "ids": ids}


@st.composite
def chains(draw):
    n, d = draw(SIZES), draw(FEW)
    x = tensor(draw, (d,), values=HALVES)
    call = {"weights": tensor(draw, (n, d, d), values=HALVES), "servers": [[0, n], [0, n]]}
    return call | {"x": x, "grad": torch.ones_like(x), "lives": [draw(st.integers(-1, 0)), -1]}


CALLS = {"assign_blocks": splits(), "loss": losses(), "run": chains()}
