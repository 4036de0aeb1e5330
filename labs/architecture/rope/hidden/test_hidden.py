"""The hidden suite. Expected values are the reference's, computed in float64, so that only the answer's rounding
is judged. A rotation gets tables of ours, with angles all round the circle, so that a mistake in the tables does
not show there as well.
"""

import math

import pytest
import torch

from labs.grading.suite import assert_close, judges

FLOATS = [torch.float32, torch.bfloat16, torch.float16]

# In eps of float32 times (1 + angle). In float32 a frequency is off by its exponent's rounding times ln(base), and
# with it the angle: 5 to 9 eps by the usual ways. Angles in half precision are off by thousands.
TABLE_TOLERANCE = 16.0
# In eps of the dtype of x times the norm of the pair: cos and sin, the products and their sum are rounded once each.
ROTATION_TOLERANCE = 4.0


def assert_tables(actual, expected, head_dim, positions, base=10000.0, columns=slice(None)):
    """Hold both tables to the reference's, or some of their columns."""
    frequencies = base ** -(torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
    angles = (positions.double().unsqueeze(-1) * frequencies).repeat_interleave(2, -1)
    angles = torch.cat((angles[..., ::2], angles[..., ::2]), -1)
    for name in ("cos", "sin"):
        table = actual[name]
        assert isinstance(table, torch.Tensor)
        assert_close(
            table[..., columns],
            expected[name][..., columns],
            scale=1 + angles[..., columns],
            tolerance=TABLE_TOLERANCE,
        )
