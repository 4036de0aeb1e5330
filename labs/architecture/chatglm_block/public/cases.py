"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import LEADING, WHOLE, tensor

# No two alike: rows that are constant have no variance, and rounding alone would decide.
ROWS = st.lists(st.permutations([1.0, 2.0, -1.0, 4.0]), min_size=1, max_size=2)
LAYERS = st.sampled_from([2, 8, 28])
ZERO = st.booleans()
NORMS = torch.tensor([[1.0], [0.0], [1.0], [0.0]]).expand(4, 4)


def block(draw):
    given = {"norms": NORMS.clone(), "num_layers": draw(LAYERS)}
    if draw(ZERO):
        given["norms"] = tensor(draw, (4, 4), values=(1.0, 2.0, 0.5))
    for name in ("attention", "mlp"):
        given[name] = None if draw(ZERO) else tensor(draw, (4, 4), values=WHOLE) / 8
    return given


@st.composite
def forwards(draw):
    return {"x": torch.tensor(draw(ROWS))} | block(draw)


@st.composite
def leading(draw):
    shape = draw(LEADING)
    return {"x": torch.tensor([1.0, 2.0, -1.0, 4.0]).expand(*shape, 4).clone()} | block(draw)


CALLS = {
    "scale": st.fixed_dictionaries({"num_layers": st.integers(1, 40)}),
    "forward": forwards(),
    "branch_inputs": leading(),
}
