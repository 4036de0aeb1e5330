"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import WHOLE, tensor

EXPERTS = 3
ORDERS = st.permutations([0.0, 1.0, 2.0])
TOKENS = st.integers(1, 3)
TOP_K = st.integers(1, EXPERTS)


def logits(draw, tokens):
    """Rows of three logits, all different."""
    return torch.tensor([draw(ORDERS) for _ in range(tokens)])


@st.composite
def routes(draw):
    """Tokens whose entries are their logits."""
    return {"x": logits(draw, draw(TOKENS)), "gate": torch.eye(EXPERTS), "top_k": draw(TOP_K)}


@st.composite
def layers(draw):
    call = draw(routes())
    for name, shape in {"gate_proj": (3, 1, 3), "up_proj": (3, 1, 3), "down_proj": (3, 3, 1)}.items():
        call[name] = tensor(draw, shape, values=WHOLE)
    return call


@st.composite
def losses(draw):
    tokens = draw(TOKENS)
    call = {"logits": logits(draw, tokens), "top_k": draw(TOP_K)}
    return call | ({"mask": torch.arange(tokens) < draw(st.integers(1, tokens))} if draw(st.booleans()) else {})


CALLS = {"route": routes(), "loss": losses(), "forward": layers(), "loss_gradient": losses()}
