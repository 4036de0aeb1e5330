"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import tensor

# No two logits are equal, and no sum of their probabilities is near a p.
LOGITS = st.permutations([2.0, 1.0, 0.0, -1.0]).map(lambda row: torch.tensor([row]))
P = st.sampled_from([0.9, 0.5, 0.05, 1.0])
SETTINGS = st.fixed_dictionaries(
    {"prompt_length": st.just(1), "eos_id": st.integers(0, 3)},
    optional={
        "temperature": st.sampled_from([2.0, 0.5, 0.0]),
        "top_k": st.integers(1, 5),
        "top_p": P,
        "penalty": st.just(1.25),
        "min_new_tokens": st.integers(0, 3),
    },
)


@st.composite
def ids(draw):
    return tensor(draw, (1, draw(st.integers(1, 3))), torch.int64, (0, 1, 2, 3))


CALLS = {
    "penalise": st.fixed_dictionaries({"logits": LOGITS, "ids": ids(), "penalty": st.sampled_from([2.0, 1.25])}),
    "keep_top_k": st.fixed_dictionaries({"logits": LOGITS, "k": st.integers(1, 5)}),
    "keep_top_p": st.fixed_dictionaries({"logits": LOGITS, "p": P}),
    "warp": st.fixed_dictionaries({"logits": LOGITS, "ids": ids(), "settings": SETTINGS}),
}
