"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged.

The logits of a token are kept apart: rounding must not decide which expert is chosen.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]
HIDDEN, WIDTH, EXPERTS = 12, 10, 5
# Where logits are in the hundreds, one eps of them is some hundred eps of their exponential: a right answer may
# subtract a logsumexp that has been rounded.
LARGE = 2048
NAMES = ["gate", "gate_proj", "up_proj", "down_proj"]


def draw_weights(draw, hidden=HIDDEN, width=WIDTH, experts=EXPERTS):
    """A router whose logits are of the order of two, and experts whose outputs are of the order of one."""
    return {
        "gate": draw.normal(experts, hidden) * 2 / hidden**0.5,
        "gate_proj": draw.normal(experts, width, hidden) * 2 / hidden**0.5,
        "up_proj": draw.normal(experts, width, hidden) / hidden**0.5,
        "down_proj": draw.normal(experts, hidden, width) / width**0.5,
    }


def draw_tokens(draw, gate, *shape, gap=0.02):
    """Tokens, no two of whose logits are nearer than `gap`."""
    count = int(torch.tensor(shape).prod())
    x = draw.normal(20 * count + 200, gate.shape[1])
    logits = (x.double() @ gate.double().T).sort(-1).values
    return x[(logits.diff(dim=-1) > gap).all(-1)][:count].reshape(*shape, gate.shape[1])


def draw_logits(draw, *shape, dtype=torch.float32, step=0.75):
    """Logits at least 0.5 apart, in random order, all different also in half precision."""
    order = draw.uniform(0, 1, *shape).argsort(-1)
    return (order * step + draw.uniform(0, step / 3, *shape) - shape[-1] / 3).to(dtype)


def double(weights):
    return {name: weight.double() for name, weight in weights.items()}


def largest(tensor):
    return tensor.abs().max()


def assert_layer(candidate, reference, x, weights, top_k):
    actual = candidate.forward(x, top_k=top_k, **weights)
    expected = reference.forward(x.double(), top_k=top_k, **double(weights))
    # Terms are of the order of one; those of a single token may cancel.
    assert_close(actual, expected, scale=1 + largest(expected), tolerance=32, dtype=torch.float32)


@judges("selection")
@pytest.mark.parametrize(("experts", "top_k"), [(5, 2), (8, 3)])
def test_the_largest_logits(candidate, reference, draw, experts, top_k):
    gate = draw_weights(draw, experts=experts)["gate"]
    x = draw_tokens(draw, gate, 3, 7)
    actual = candidate.route(x, gate, top_k)
    assert_close(actual["experts"], reference.route(x.double(), gate.double(), top_k)["experts"])


@judges("weights")
@pytest.mark.parametrize(("experts", "top_k"), [(5, 2), (4, 4)])
def test_weights_of_the_chosen(candidate, reference, draw, experts, top_k):
    gate = draw_weights(draw, experts=experts)["gate"]
    x = draw_tokens(draw, gate, 3, 7)
    actual = candidate.route(x, gate, top_k)
    expected = reference.route(x.double(), gate.double(), top_k)["weights"]
    assert_close(actual["weights"], expected, tolerance=32, dtype=torch.float32)


@judges("router-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_softmax_in_float32(candidate, reference, draw, dtype):
    # The router picks entries of x, so that its logits are exact in half precision, too.
    x, gate = draw_logits(draw, 20, 6, dtype=dtype), torch.eye(6, dtype=dtype)
    actual = candidate.route(x, gate, 3)
    expected = reference.route(x.double(), gate.double(), 3)
    assert_close(actual["experts"], expected["experts"])
    assert_close(actual["weights"], expected["weights"], tolerance=32, dtype=torch.float32)


@judges("router-precision")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_large_logits(candidate, reference, draw, dtype):
    x, gate = draw_logits(draw, 20, 6, dtype=dtype, step=4.0), torch.eye(6, dtype=dtype)
    x = x + 400 * torch.tensor([1, -1], dtype=dtype).repeat(10)[:, None]
    actual = candidate.route(x, gate, 4)
    expected = reference.route(x.double(), gate.double(), 4)
    assert_close(actual["weights"], expected["weights"], tolerance=LARGE, dtype=torch.float32)


@judges("output")
@pytest.mark.parametrize("top_k", [1, 3])
def test_the_weighted_sum(candidate, reference, draw, top_k):
    weights = draw_weights(draw)
    assert_layer(candidate, reference, draw_tokens(draw, weights["gate"], 14), weights, top_k)


@judges("crowded-expert")
def test_all_tokens_to_the_same_experts(candidate, reference, draw):
    weights = draw_weights(draw)
    x = draw.uniform(0.5, 1.5, 3, 10, HIDDEN)
    # The second and the fourth expert for every token, whatever it is; nobody goes to the others.
    weights["gate"] = torch.tensor([-1.0, 0.5, -1.5, 0.25, -2.0])[:, None] * draw.uniform(0.99, 1.01, EXPERTS, HIDDEN)
    assert_layer(candidate, reference, x, weights, 2)
    assert_layer(candidate, reference, x, weights, 1)


@judges("shapes")
def test_any_shape_and_any_top_k(candidate, reference, draw):
    for shape, hidden, width, experts, top_k in (
        ((), 12, 10, 5, 2),
        ((1,), 7, 3, 3, 3),
        ((1, 1), 12, 1, 4, 1),
        ((2, 1, 3), 5, 6, 2, 2),
        ((4, 3), 1, 4, 1, 1),
    ):
        weights = draw_weights(draw, hidden, width, experts)
        x = draw_tokens(draw, weights["gate"], *shape)
        assert_layer(candidate, reference, x, weights, top_k)
        actual = candidate.route(x, weights["gate"], top_k)
        expected = reference.route(x.double(), weights["gate"].double(), top_k)
        assert_close(actual["experts"], expected["experts"])
        assert_close(actual["weights"], expected["weights"], tolerance=32, dtype=torch.float32)


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_the_dtype_of_x(candidate, reference, draw, dtype):
    # The first entries of x are its logits; what the experts sum is positive, so that nothing cancels.
    x = draw_logits(draw, 2, 9, EXPERTS, dtype=dtype).abs() + 0.25
    gate = torch.eye(EXPERTS, dtype=dtype)
    apart = x.sort(-1).values.diff(dim=-1).min(-1, keepdim=True).values > 0.2
    x = torch.where(apart, x, torch.arange(1, EXPERTS + 1).to(dtype))
    shapes = {"gate_proj": (WIDTH, EXPERTS), "up_proj": (WIDTH, EXPERTS), "down_proj": (EXPERTS, WIDTH)}
    weights = {name: draw.uniform(0.1, 0.3, EXPERTS, *shape, dtype=dtype) for name, shape in shapes.items()}
    weights["gate"] = gate
    actual = candidate.forward(x, top_k=2, **weights)
    expected = reference.forward(x.double(), top_k=2, **double(weights))
    assert_close(actual, expected, tolerance=8, dtype=dtype)


@judges("gradients")
@pytest.mark.parametrize("top_k", [1, 2])
def test_gradients_of_the_layer(candidate, reference, draw, top_k):
    weights = draw_weights(draw)
    x, grad = draw_tokens(draw, weights["gate"], 2, 6), draw.normal(2, 6, HIDDEN)
    actual = candidate.gradients(x, top_k=top_k, grad=grad, **weights)
    expected = reference.gradients(x.double(), top_k=top_k, grad=grad.double(), **double(weights))
    for name in ["x", *NAMES]:
        if name == "gate" and top_k == 1:
            continue  # one choice has the weight one, whatever the logits: nothing is to be learnt
        assert_close(actual[name], expected[name], scale=largest(expected[name]), tolerance=64, dtype=torch.float32)


@judges("loss-values")
@pytest.mark.parametrize(
    ("experts", "top_k", "dtype"), [(6, 1, torch.float16), (6, 2, torch.bfloat16), (4, 3, torch.float32)]
)
def test_the_loss(candidate, reference, draw, experts, top_k, dtype):
    for shape in ((30,), (2, 7), ()):
        logits = draw_logits(draw, *shape, experts, dtype=dtype)
        actual = candidate.loss(logits, top_k)
        assert_close(actual, reference.loss(logits.double(), top_k), tolerance=32, dtype=torch.float32)


@judges("loss-values")
def test_a_router_that_always_chooses_the_same(candidate, reference, draw):
    logits = torch.tensor([300.0, 250.0, -10.0, 240.0]).expand(9, 4) + draw.uniform(0, 1, 9, 4)
    logits = logits.clamp(min=230)
    for top_k in (1, 2):
        actual = candidate.loss(logits, top_k)
        assert_close(actual, reference.loss(logits.double(), top_k), tolerance=LARGE, dtype=torch.float32)


@judges("loss-mask")
def test_what_does_not_count(candidate, reference, draw):
    logits = draw_logits(draw, 4, 8, 5)
    mask = torch.arange(8) >= torch.tensor([[0], [3], [7], [5]])
    # Padding is all alike, as it is where it is computed: it would pull the loss far off.
    logits = torch.where(mask[..., None], logits, torch.tensor([0.0, 1.0, 2.0, 3.0, 9.0]))
    for keep in (mask, (~mask).long(), torch.ones_like(mask)):
        actual = candidate.loss(logits, 2, mask=keep)
        expected = reference.loss(logits.double(), 2, mask=keep)
        assert_close(actual, expected, tolerance=32, dtype=torch.float32)


@judges("loss-gradient")
@pytest.mark.parametrize("top_k", [1, 2])
def test_gradient_of_the_loss(candidate, reference, draw, top_k):
    logits = draw_logits(draw, 3, 6, 5)
    for mask in ({}, {"mask": torch.arange(6) >= torch.tensor([[0], [2], [5]])}):
        actual = candidate.loss_gradient(logits, top_k, **mask)
        expected = reference.loss_gradient(logits.double(), top_k, **mask)
        assert_close(actual, expected, scale=largest(expected), tolerance=64, dtype=torch.float32)


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    dtype = torch.float32  # where a cast makes no copy
    weights = {name: weight.to(dtype) for name, weight in draw_weights(draw).items()}
    given = {"x": draw.normal(2, 6, HIDDEN, dtype=dtype), "logits": draw_logits(draw, 12, 5, dtype=dtype)}
    given |= {"mask": torch.arange(12) > 3, **weights}
    after = candidate.inputs_afterwards(top_k=2, **given)
    for name, tensor in given.items():
        assert_close(after[name], tensor, tolerance=0)
