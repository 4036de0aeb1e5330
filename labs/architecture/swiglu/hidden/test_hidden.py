"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged.

An error is measured against the sum of the absolute values of all terms. |SiLU(z)| <= |z| and |SiLU'| < 1.1, so where
every tensor is replaced by its absolute values and SiLU by the identity, that sum comes out.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]

# In eps of the sum of all terms: in float32 the order of summing counts; half precision rounds five times by eps / 2.
TOLERANCE = {torch.float32: 16.0, torch.bfloat16: 4.0, torch.float16: 4.0}


def draw_weights(draw, hidden, width, dtype=torch.float32):
    """Weights under which gates are of the order of one for inputs of the order of one."""
    gate, up = (draw.normal(width, hidden) / hidden**0.5 for _ in range(2))
    return {"gate": gate.to(dtype), "up": up.to(dtype), "down": (draw.normal(hidden, width) / width**0.5).to(dtype)}


def draw_positive_weights(draw, hidden, width, dtype):
    """The same for dtypes whose eps is coarse: nothing cancels, and all gates are between one and four."""
    shapes = {"gate": (width, hidden), "up": (width, hidden), "down": (hidden, width)}
    return {name: draw.uniform(1 / shape[1], 2 / shape[1], *shape, dtype=dtype) for name, shape in shapes.items()}


def absolute(*tensors):
    return [t.double().abs() for t in tensors]


def assert_forward(actual, reference, x, weights):
    expected = reference.forward(x.double(), **{name: w.double() for name, w in weights.items()})
    size, gate, up, down = absolute(x, *weights.values())
    scale = ((size @ gate.T) * (size @ up.T)) @ down.T
    assert_close(actual, expected, scale=scale, tolerance=TOLERANCE[x.dtype], dtype=x.dtype)


def gradient_scales(x, gate, up, down, grad):
    """The sums of the absolute values of all terms of each gradient."""
    x, gate, up, down, grad = absolute(*(t.reshape(-1, t.shape[-1]) for t in (x, gate, up, down, grad)))
    gates, ups, hidden = x @ gate.T, x @ up.T, grad @ down
    # SiLU' depends on the gate, too, and |SiLU''| <= 1/2: an error of the gate counts once more.
    to_gate, to_up = hidden * ups * (1 + gates), hidden * gates
    return {"x": to_gate @ gate + to_up @ up, "gate": to_gate.T @ x, "up": to_up.T @ x, "down": grad.T @ (gates * ups)}


def check_gradients(candidate, reference, draw, *names):
    x, weights, grad = draw.normal(3, 5, 12), draw_weights(draw, 12, 20), draw.normal(3, 5, 12)
    actual = candidate.gradients(x, **weights, grad=grad)
    wide = {name: w.double() for name, w in weights.items()}
    expected = reference.gradients(x.double(), **wide, grad=grad.double())
    scales = gradient_scales(x, **weights, grad=grad)
    for name in names:
        scale = scales[name].reshape(expected[name].shape)
        assert_close(actual[name], expected[name], scale=scale, tolerance=16.0, dtype=torch.float32)


def assert_state(actual, expected):
    assert isinstance(actual, dict)
    assert actual.keys() == expected.keys()
    for name, weight in expected.items():
        assert_close(actual[name], weight, tolerance=0)


@judges("values")
@pytest.mark.parametrize(("hidden", "width"), [(24, 40), (17, 7), (1, 3)])
def test_down_of_gated_up(candidate, reference, draw, hidden, width):
    x, weights = draw.normal(2, 5, hidden), draw_weights(draw, hidden, width)
    assert_forward(candidate.forward(x, **weights), reference, x, weights)


@judges("large-gates")
def test_gates_far_from_zero(candidate, reference, draw):
    # One gate a token, its own element of x: from -200 to 200.
    x, eye = draw.uniform(-200.0, 200.0, 40, 8), torch.eye(8)
    x[0], x[1] = 200.0, -200.0
    weights = {"gate": eye, "up": eye, "down": eye}
    assert_forward(candidate.forward(x, **weights), reference, x, weights)


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_the_dtype_of_the_module_is_kept(candidate, reference, draw, dtype):
    x, weights = draw.uniform(1.0, 2.0, 2, 5, 24, dtype=dtype), draw_positive_weights(draw, 24, 40, dtype)
    assert_forward(candidate.forward(x, **weights), reference, x, weights)
    # One gate an output: no rounding is averaged away.
    x, eye = draw.uniform(1.0, 4.0, 40, 8, dtype=dtype), torch.eye(8, dtype=dtype)
    weights = {"gate": eye, "up": eye, "down": eye}
    assert_forward(candidate.forward(x, **weights), reference, x, weights)


@judges("shapes")
@pytest.mark.parametrize("shape", [(12,), (1, 1, 12), (5, 1, 7), (2, 3, 2, 5)])
def test_any_leading_dimensions(candidate, reference, draw, shape):
    x, weights = draw.normal(*shape), draw_weights(draw, shape[-1], 9)
    assert_forward(candidate.forward(x, **weights), reference, x, weights)


@judges("shapes")
def test_a_view_that_is_not_contiguous(candidate, reference, draw):
    x, weights = draw.normal(3, 12, 5), draw_weights(draw, 12, 20)
    assert_forward(candidate.forward_transposed(x, **weights), reference, x.transpose(-1, -2), weights)


@judges("input-gradient")
def test_gradient_for_the_input(candidate, reference, draw):
    check_gradients(candidate, reference, draw, "x")


@judges("weight-gradient")
def test_gradients_for_the_weights(candidate, reference, draw):
    check_gradients(candidate, reference, draw, "gate", "up", "down")


@judges("width")
def test_two_thirds_up_to_a_multiple(candidate, reference, draw):
    # 96 and 384 give multiples already, 256 and 1024. 13.33 and 10.67 are cut, to 13 and 10: a multiple of 1 shows it.
    sizes = [(5, 1), (4, 1), (96, 256), (384, 64), (4096, 256), (draw.integer(100, 9000), draw.integer(2, 300))]
    for hidden, multiple in sizes:
        actual = candidate.width(hidden, multiple_of=multiple)
        assert type(actual) is int
        assert actual == reference.width(hidden, multiple_of=multiple)


@judges("width")
def test_the_default_multiple(candidate, reference, draw):
    for hidden in (1, 5120, draw.integer(100, 9000)):
        assert candidate.width(hidden) == reference.width(hidden)


@judges("width-multiplier")
def test_a_multiplier_before_rounding_up(candidate, reference, draw):
    for hidden, multiple, multiplier in [(8192, 4096, 1.3), (4096, 1024, 1.3), (48, 7, 0.5), (100, 1, 1.3)]:
        given = {"multiple_of": multiple, "multiplier": multiplier}
        assert candidate.width(hidden, **given) == reference.width(hidden, **given)


@judges("from-qwen")
@pytest.mark.parametrize(("hidden", "width", "dtype"), [(6, 10, torch.float32), (8, 8, torch.bfloat16)])
def test_qwens_names(candidate, reference, draw, hidden, width, dtype):
    shapes = {"w1.weight": (width, hidden), "w2.weight": (width, hidden), "c_proj.weight": (hidden, width)}
    state = {name: draw.normal(*shape, dtype=dtype) for name, shape in shapes.items()}
    assert_state(candidate.from_qwen(state), reference.from_qwen(state))


@judges("from-chatglm2")
@pytest.mark.parametrize(("hidden", "width", "dtype"), [(6, 10, torch.float32), (8, 8, torch.float16)])
def test_chatglm2s_fused_weight(candidate, reference, draw, hidden, width, dtype):
    shapes = {"dense_h_to_4h.weight": (2 * width, hidden), "dense_4h_to_h.weight": (hidden, width)}
    state = {name: draw.normal(*shape, dtype=dtype) for name, shape in shapes.items()}
    assert_state(candidate.from_chatglm2(state), reference.from_chatglm2(state))


@judges("parameters")
def test_three_weights_and_no_bias(candidate):
    shapes = {name: tuple(p.shape) for name, p in candidate.parameters(6, 10).items()}
    assert shapes == {"gate_proj.weight": (10, 6), "up_proj.weight": (10, 6), "down_proj.weight": (6, 10)}


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    inputs = {
        "x": draw.normal(4, 6),
        "qwen": {name: draw.normal(6, 6) for name in ("w1.weight", "w2.weight", "c_proj.weight")},
        "chatglm2": {"dense_h_to_4h.weight": draw.normal(20, 6), "dense_4h_to_h.weight": draw.normal(6, 10)},
    }
    after = candidate.inputs_afterwards(**inputs, **draw_weights(draw, 6, 10))
    assert_close(after["x"], inputs["x"], tolerance=0)
    assert_state(after["qwen"], inputs["qwen"])
    assert_state(after["chatglm2"], inputs["chatglm2"])
