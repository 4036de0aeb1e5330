"""What a lab's `public/cases.py` is written with: small inputs that a person can follow with pen and paper.

A lab's cases are a dict `CALLS`: a harness function's name, and a hypothesis strategy for the keyword arguments of
one call. They are explored in that order, and what is found is shrunk, so: the plainest function first, and in every
choice the simplest value first. They are visible: nothing in them is secret, and they never import the reference.
Right answers must agree with the reference on every call that they can give (see `smallest.differ`).

They are drawn hundreds of times. What can be made once, is: strategies are constants, and helpers take `draw`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from hypothesis import strategies as st

Value = TypeVar("Value")
Draw = Callable[[st.SearchStrategy[Value]], Value]

WHOLE = (0.0, 1.0, 2.0, -1.0, -2.0)
HALVES = (0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 0.5, -0.5)

MAX_ELEMENTS = 144
"""Of one tensor: (2, 2, 3, 12), say."""
FEW, SIZES = st.integers(1, 2), st.integers(1, 3)
"""Of one dimension."""
LEADING = st.lists(FEW, max_size=2).map(tuple)
"""Leading dimensions; there may be none."""
DTYPES = st.sampled_from([torch.float32, torch.float32, torch.float16, torch.bfloat16])
WIDER_DTYPES = st.sampled_from([torch.float32, torch.float32, torch.float16, torch.bfloat16, torch.float64])

_BYTES = st.binary(min_size=MAX_ELEMENTS, max_size=MAX_ELEMENTS)


def tensor(
    draw: Draw[bytes], shape: Sequence[int], dtype: torch.dtype = torch.float32, values: Sequence[float] = HALVES
) -> torch.Tensor:
    """A tensor of this shape and dtype with elements from `values`, of which the first is the simplest."""
    count = math.prod(shape)
    assert 0 < count <= MAX_ELEMENTS, f"{tuple(shape)} is no small shape"
    # One draw for all elements, because a draw for each would take longer than the call itself. Always of the same
    # length, and read from its end, where shrinking leaves what matters: so a smaller shape keeps the same values.
    elements = torch.tensor([values[byte % len(values)] for byte in draw(_BYTES)[-count:]], dtype=torch.float64)
    return elements.to(dtype).reshape(tuple(shape))
