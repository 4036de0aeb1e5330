"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

B, P, M, G = IDS = [90, 3, 91, 92]
CONTEXT = st.lists(st.sampled_from([11, 12, M, G]), max_size=2)
GENERATED = st.lists(st.sampled_from([21, P, B]), max_size=2)


@st.composite
def batches(draw):
    """One or two rows of up to five tokens each, padded on the left to the longest."""
    rows = [[*draw(CONTEXT), G, B, *draw(GENERATED)] for _ in range(draw(st.integers(1, 2)))]
    length = max(map(len, rows)) + draw(st.integers(0, 1))
    return {"input_ids": torch.tensor([[P] * (length - len(row)) + row for row in rows]), "ids": IDS}


CALLS = {"masks": batches(), "position_ids": batches()}
