"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged.

A norm mixes a row, so an error is measured against the largest absolute value of its row.
"""

import math

import pytest
import torch

from labs.grading.suite import assert_close, judges

# In eps of the largest value of a row. Half precision rounds norms, products and sums, seven times in all.
TOLERANCE = {torch.float32: 64.0, torch.bfloat16: 8.0, torch.float16: 8.0}


def a_block(draw, hidden, num_layers, dtype=torch.float32, branches=("attention", "mlp")):
    """What a block is made with: gains from a half to one and a half, biases of either sign, large branches."""
    gains, biases = draw.uniform(0.5, 1.5, 2, hidden), draw.uniform(-0.5, 0.5, 2, hidden)
    block = {"norms": torch.stack((gains[0], biases[0], gains[1], biases[1])).to(dtype), "num_layers": num_layers}
    for name in ("attention", "mlp"):
        weight = (draw.normal(hidden, hidden) * math.sqrt(num_layers / hidden)).to(dtype)
        block[name] = weight if name in branches else None
    return block


def in_float64(block):
    return {name: value.double() if isinstance(value, torch.Tensor) else value for name, value in block.items()}


def row_size(expected):
    return expected.abs().amax(dim=-1, keepdim=True)


def check(candidate, reference, x, block, mask=None):
    actual = candidate.forward(x, **block, mask=mask)
    expected = reference.forward(x.double(), **in_float64(block), mask=None if mask is None else mask.double())
    assert_close(actual, expected, scale=row_size(expected), tolerance=TOLERANCE[x.dtype], dtype=x.dtype)


@judges("scale")
def test_square_root_of_twice_the_layers(candidate, reference, draw):
    for num_layers in (1, 28, 70, draw.integer(2, 200)):
        actual = candidate.scale(num_layers)
        assert isinstance(actual, float)
        assert math.isclose(actual, reference.scale(num_layers), rel_tol=1e-9)


@judges("values")
@pytest.mark.parametrize(
    ("shape", "num_layers"), [((3, 2, 16), 28), ((5, 24), 3), ((1, 1, 7), 12), ((8,), 1), ((2, 3, 2, 9), 50)]
)
def test_the_whole_block(candidate, reference, draw, shape, num_layers):
    check(candidate, reference, draw.normal(*shape) * 3 + 1, a_block(draw, shape[-1], num_layers))


@judges("first-residual")
@pytest.mark.parametrize("num_layers", [4, 28])
def test_the_mlp_gives_zeros(candidate, reference, draw, num_layers):
    check(candidate, reference, draw.normal(4, 16) * 3, a_block(draw, 16, num_layers, branches=["attention"]))


@judges("second-residual")
@pytest.mark.parametrize("branches", [["mlp"], []])
def test_attention_gives_zeros(candidate, reference, draw, branches):
    check(candidate, reference, draw.normal(4, 16) * 3, a_block(draw, 16, 28, branches=branches))


@judges("branch-inputs")
def test_each_branch_sees_its_normalised_input_once(candidate, reference, draw):
    x, block = draw.normal(4, 16) * 3 + 1, a_block(draw, 16, 28)
    actual = candidate.branch_inputs(x, **block)
    expected = reference.branch_inputs(x.double(), **in_float64(block))
    for name in ("attention", "mlp"):
        assert isinstance(actual[name], list)
        assert len(actual[name]) == 1
        right = expected[name][0]
        assert_close(actual[name][0], right, scale=row_size(right), tolerance=64, dtype=torch.float32)


@judges("layer-norms")
@pytest.mark.parametrize("which", [0, 1])
def test_gain_and_bias_of_each_norm(candidate, reference, draw, which):
    # Far from the mean of zero, and with one norm plain: what is wrong with the other shows by itself.
    block = a_block(draw, 16, 8)
    plain = slice(2, 4) if which == 0 else slice(0, 2)
    block["norms"][plain] = torch.tensor([[1.0], [0.0]])
    check(candidate, reference, draw.normal(4, 16) + 5, block)


@judges("eps")
@pytest.mark.parametrize("eps", [None, 1e-3])
def test_eps_of_the_first_norm(candidate, reference, draw, eps):
    check(candidate, reference, draw.normal(4, 16) * 3e-3, a_block(draw, 16, 8) | {"eps": eps})


@judges("eps")
@pytest.mark.parametrize("eps", [None, 1e-3])
def test_eps_of_the_second_norm(candidate, reference, draw, eps):
    # A first norm with tiny gain and bias gives the second a tiny input.
    block = a_block(draw, 16, 8) | {"eps": eps}
    block["norms"][:2] *= 1e-3
    check(candidate, reference, draw.normal(4, 16), block)


@judges("attention-mask")
def test_the_mask_reaches_attention(candidate, reference, draw):
    mask = draw.uniform(0.0, 1.0, 4, 1)
    check(candidate, reference, draw.normal(4, 16), a_block(draw, 16, 8), mask=mask)


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_dtype_is_kept(candidate, reference, draw, dtype):
    x, block = draw.normal(4, 16, dtype=dtype), a_block(draw, 16, 8, dtype)
    check(candidate, reference, x, block)
    seen = candidate.branch_inputs(x, **block)
    for name in ("attention", "mlp"):
        assert isinstance(seen[name], list)
        assert [t.dtype for t in seen[name]] == [dtype]


@judges("gradient")
def test_gradients_for_the_input_and_the_norms(candidate, reference, draw):
    x, grad, block = draw.normal(3, 2, 12), draw.normal(3, 2, 12), a_block(draw, 12, 6)
    actual = candidate.gradients(x, grad, **block)
    expected = reference.gradients(x.double(), grad.double(), **in_float64(block))
    for name, right in expected.items():
        assert_close(actual[name], right, scale=right.abs().max(), tolerance=256, dtype=torch.float32)


@judges("parameters")
def test_two_norms_with_gain_and_bias(candidate):
    parameters = candidate.parameters(6)
    starts = {"weight": torch.ones(6), "bias": torch.zeros(6)}
    norms = ("input_layernorm", "post_attention_layernorm")
    assert parameters.keys() == {f"{norm}.{name}" for norm in norms for name in starts}
    for norm in norms:
        for name, start in starts.items():
            assert_close(parameters[f"{norm}.{name}"], start, tolerance=0)


@judges("unchanged-input")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_x_is_left_as_it_was(candidate, draw, dtype):
    x = draw.normal(4, 16, dtype=dtype)
    assert_close(candidate.inputs_afterwards(x, **a_block(draw, 16, 8, dtype)), x, tolerance=0)
