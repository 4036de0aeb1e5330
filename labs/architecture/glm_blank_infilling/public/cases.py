"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

IDS = [90, 91, 92]
SPANS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2)), min_size=1, max_size=3)


@st.composite
def samples(draw):
    """A text of up to five tokens, and spans of one or two, of which some calls are rejected."""
    tokens = torch.arange(1, 1 + draw(st.integers(1, 5)))
    return {"tokens": tokens, "spans": [[start, start + size] for start, size in draw(SPANS)], "ids": IDS}


CALLS = {"sample": samples()}
