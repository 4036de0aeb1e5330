"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import SIZES, tensor

TOKENS = st.lists(st.integers(3, 5), max_size=3)
GIVEN = st.fixed_dictionaries(
    {
        "prompt": TOKENS,
        "answer": st.lists(st.integers(3, 5), min_size=1, max_size=2),
        "bos_id": st.just(1),
        "eos_id": st.just(2),
        "max_length": st.integers(3, 8),
    }
)
FITTING = GIVEN.map(lambda given: given | {"max_length": max(given["max_length"], len(given["answer"]) + 2)})


@st.composite
def losses(draw):
    batch, length = draw(SIZES), draw(st.integers(2, 4))
    labels = tensor(draw, (batch, length), torch.int64, (-100, 0, 1))
    labels[-1, -1] = draw(st.integers(0, 1))
    return {"logits": tensor(draw, (batch, length, 2)), "labels": labels}


CALLS = {
    "build_example": st.fixed_dictionaries({"given": FITTING}),
    "rejects_example": st.fixed_dictionaries({"given": GIVEN}),
    "batch": st.fixed_dictionaries(
        {"samples": st.lists(FITTING, min_size=1, max_size=2), "pad_id": st.sampled_from([2, 0])}
    ),
    "sft_loss": losses(),
    "gradient": losses(),
}
