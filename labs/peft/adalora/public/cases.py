"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import FEW, LEADING, WHOLE, tensor


def update(draw, r=None, size_in=2, size_out=2):
    r = r or draw(FEW)
    return {
        "lora_a": tensor(draw, (r, size_in), values=WHOLE),
        "lora_e": tensor(draw, (r,), values=WHOLE),
        "lora_b": tensor(draw, (size_out, r), values=WHOLE),
    }


@st.composite
def calls(draw):
    call = {"x": tensor(draw, (*draw(LEADING), 2), values=WHOLE), "weight": tensor(draw, (2, 2), values=WHOLE)}
    bias = tensor(draw, (2,), values=WHOLE) if draw(st.booleans()) else None
    return call | update(draw) | {"bias": bias, "alpha": draw(st.sampled_from([2, 4]))}


@st.composite
def penalties(draw):
    return {"updates": [update(draw) for _ in range(draw(FEW))]}


@st.composite
def allocations(draw):
    updates = [update(draw, 2) for _ in range(draw(FEW))]
    order = draw(st.permutations(range(2 * len(updates))))
    scores = list(torch.tensor(order, dtype=torch.float32).split(2))
    return {"updates": updates, "scores": scores, "keep": draw(st.integers(0, len(order)))}


SCHEDULES = st.fixed_dictionaries(
    {
        "step": st.integers(0, 16),
        "initial": st.sampled_from([12, 24]),
        "target": st.sampled_from([8, 4]),
        "tinit": st.sampled_from([0, 2, 4]),
        "tfinal": st.sampled_from([0, 4]),
        "total": st.just(16),
    }
)

CALLS = {"forward": calls(), "budget": SCHEDULES, "orthogonality": penalties(), "allocated": allocations()}
