"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, SIZES, tensor

# Multiples of a 127th of the largest: codes are exact, and no quotient is near a half but by intention.
WEIGHTS = (127.0, 0.0, -127.0, 2.0, -1.0, 0.5, 1.5, -2.5)


@st.composite
def weights(draw):
    weight = tensor(draw, (draw(SIZES), draw(SIZES)), draw(DTYPES), WEIGHTS)
    keep = weight.abs().amax(dim=1, keepdim=True) == 127  # other rows become zero
    return {"weight": weight * keep}


@st.composite
def layers(draw):
    rows, columns = draw(SIZES), draw(SIZES)
    x = tensor(draw, (2, columns), draw(DTYPES))
    codes = tensor(draw, (rows, columns), torch.int8, (1, 0, -1, 127))
    return {"x": x, "codes": codes, "scale": tensor(draw, (rows,), torch.float32, (1.0, 0.5, 2.0))}


TENSORS = st.fixed_dictionaries(
    {
        "name": st.just("w"),
        "dtype": st.sampled_from(["int8", "float32", "float16", "bfloat16"]),
        "elements": st.integers(1, 4),
        "trains": st.booleans(),
    }
)

CALLS = {
    "quantize": weights(),
    "int8_linear": layers(),
    "audit": st.fixed_dictionaries({"tensors": st.lists(TENSORS, min_size=1, max_size=2)}),
}
