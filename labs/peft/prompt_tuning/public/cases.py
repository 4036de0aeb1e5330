"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, FEW, SIZES, WHOLE, tensor

IDS = st.lists(st.integers(0, 2), min_size=1, max_size=3)


@st.composite
def starts(draw):
    table = tensor(draw, (3, 2), draw(DTYPES), WHOLE)
    return {"table": table, "length": draw(SIZES), "token_ids": draw(IDS), "batch_size": draw(FEW)}


@st.composite
def prepends(draw):
    batch, seq, dtype = draw(FEW), draw(SIZES), draw(DTYPES)
    call = {
        "prompt": tensor(draw, (draw(SIZES), 2), values=WHOLE),
        "embeds": tensor(draw, (batch, seq, 2), dtype, WHOLE),
    }
    call["mask"] = tensor(draw, (batch, seq), draw(st.sampled_from([torch.int64, torch.bool])), (1, 0))
    return call | {"labels": tensor(draw, (batch, seq), torch.int64, (1, 0, -100)) if draw(st.booleans()) else None}


@st.composite
def runs(draw):
    shape = draw(FEW), draw(st.integers(1, 3))
    call = {"prompt": tensor(draw, (draw(FEW), 2), values=WHOLE), "ids": tensor(draw, shape, torch.int64, (0, 1, 2))}
    call["mask"] = tensor(draw, shape, torch.int64, (1, 1, 0))
    labels = tensor(draw, shape, torch.int64, (1, 0, -100, 2))
    labels[0, -1] = 1  # the mean of no label at all is NaN
    return call | {"labels": labels, "vocabulary": 3}


CALLS = {"new_prompt": starts(), "prepended": prepends(), "run": runs(), "gradient": runs()}
