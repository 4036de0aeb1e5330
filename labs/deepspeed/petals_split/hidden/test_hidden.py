"""The hidden suite. Expected values are the reference's in float64 on the whole model, held by one server."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

TOLERANCE = 64.0  # eps of the largest value: some ten products of some ten sums
UP = -1


def a_model(draw, n=6, d=5, shape=(2, 3)):
    return {
        "x": draw.normal(*shape, d),
        "grad": draw.normal(*shape, d),
        "weights": draw.normal(n, d, d) * 0.7 * d**-0.5,
    }


def double(model):
    return {name: tensor.double() for name, tensor in model.items()}


def assert_near(actual, expected):
    assert_close(actual, expected, scale=expected.abs().amax(), tolerance=TOLERANCE, dtype=torch.float32)


def whole(reference, model):
    """The model on a single server that never goes down."""
    return reference.run(**double(model), servers=[[0, len(model["weights"])]], lives=[UP])


@judges("ranges")
def test_ranges_by_capacity(candidate, reference, draw):
    capacities = draw.integers(1, 6, 7).tolist()
    capacities[2] = 0
    for n_blocks in (sum(capacities), sum(capacities) - 1, sum(capacities) // 2, 1):
        actual = candidate.assign_blocks(capacities, n_blocks)
        assert actual == reference.assign_blocks(capacities, n_blocks)


@judges("refusals")
def test_too_little_capacity(candidate, draw):
    capacities = draw.integers(1, 6, 4).tolist()
    assert candidate.assign_blocks(capacities, sum(capacities) + 1) is None


@judges("refusals")
@pytest.mark.parametrize(
    ("servers", "lives"), [([[0, 3], [4, 6]], [UP, UP]), ([[0, 3], [3, 6]], [UP, 0]), ([[0, 5]], [UP])]
)
def test_a_block_that_nobody_holds(candidate, draw, servers, lives):
    assert candidate.run(**a_model(draw), servers=servers, lives=lives)["output"] is None


@judges("server")
@pytest.mark.parametrize("of", [(3, 7), (4, 6)])
def test_a_server_runs_the_blocks_that_are_asked_for(candidate, reference, draw, of):
    model = a_model(draw, n=4)
    actual = candidate.server(**model, start=3, of=of)
    expected = reference.server(**double(model), start=3, of=of)
    assert actual["range"] == [3, 7]
    assert_near(actual["output"], expected["output"])
    assert_near(actual["grad"], expected["grad"])


@judges("frozen")
def test_a_server_keeps_nothing_of_its_own(candidate, draw):
    actual = candidate.server(**a_model(draw, n=3), start=2, of=(2, 5))
    assert (actual["trained"], actual["left"], actual["graph"], actual["marked"]) == (0, 0, False, False)


SPLITS = [[[0, 2], [2, 3], [3, 6]], [[3, 6], [0, 4]], [[0, 1], [1, 6], [0, 6]]]
"""One after the other; out of order and overlapping; with a server to spare."""


@judges("output")
@pytest.mark.parametrize("servers", SPLITS[:2])
def test_output_of_the_chain(candidate, reference, draw, servers):
    model = a_model(draw)
    actual = candidate.run(**model, servers=servers, lives=[UP] * len(servers))
    assert_near(actual["output"], whole(reference, model)["output"])


@judges("gradient")
@pytest.mark.parametrize("servers", SPLITS[1:])
def test_gradient_for_the_input(candidate, reference, draw, servers):
    model = a_model(draw, shape=(1,) if len(servers) == 2 else (2, 3))
    actual = candidate.run(**model, servers=servers, lives=[UP] * len(servers))
    assert_near(actual["grad"], whole(reference, model)["grad"])


FORWARD_FAILURES = [
    ([[0, 3], [3, 6], [2, 5], [4, 6]], [UP, 0, UP, UP]),  # two smaller servers step in for the second
    ([[0, 2], [2, 4], [4, 6], [2, 4], [3, 6]], [UP, 0, 0, UP, UP]),
    ([[0, 3], [3, 6], [3, 5], [2, 6]], [UP, 0, 0, UP]),  # the one that steps in is down as well
]
BACKWARD_FAILURES = [
    ([[0, 2], [2, 6], [0, 4], [4, 6]], [UP, 1, UP, UP]),  # the longer span is done again in two
    ([[0, 6], [0, 3], [2, 5], [5, 6]], [1, UP, UP, UP]),
    ([[0, 3], [3, 6], [3, 6], [3, 6]], [UP, 1, 0, UP]),  # the one that steps in is down as well
    ([[0, 2], [0, 6], [0, 6]], [1, 1, UP]),  # both are down, and the one that steps in holds more than either span
]


@judges("failover-forward")
@pytest.mark.parametrize(("servers", "lives"), FORWARD_FAILURES)
def test_a_server_goes_down_before_it_answers(candidate, reference, draw, servers, lives):
    model = a_model(draw)
    actual, expected = candidate.run(**model, servers=servers, lives=lives), whole(reference, model)
    assert_near(actual["output"], expected["output"])


@judges("failover-backward")
@pytest.mark.parametrize(("servers", "lives"), BACKWARD_FAILURES)
def test_a_server_goes_down_between_the_passes(candidate, reference, draw, servers, lives):
    model = a_model(draw)
    actual, expected = candidate.run(**model, servers=servers, lives=lives), whole(reference, model)
    assert_near(actual["grad"], expected["grad"])


@judges("no-work-twice")
@pytest.mark.parametrize(("servers", "lives"), FORWARD_FAILURES[1:2])
def test_the_forward_pass_goes_on_from_the_failed_block(candidate, draw, servers, lives):
    actual = candidate.run(**a_model(draw), servers=servers, lives=lives)
    once = torch.ones(6, dtype=torch.int64)
    assert_close(actual["forward"], once)
    assert_close(actual["backward"], once)
    assert_close(actual["again"], 0 * once)
    assert actual["down"] == lives.count(0)


@judges("no-work-twice")
@pytest.mark.parametrize(("servers", "lives"), BACKWARD_FAILURES[::3])
def test_the_backward_pass_repeats_the_failed_span_alone(candidate, draw, servers, lives):
    actual = candidate.run(**a_model(draw), servers=servers, lives=lives)
    once = torch.ones(6, dtype=torch.int64)
    start = min(span[0] for span, life in zip(servers, lives, strict=True) if life == 1)
    end = max(span[1] for span, life in zip(servers, lives, strict=True) if life == 1)
    assert_close(actual["forward"], once)
    assert_close(actual["backward"], once)
    assert (actual["again"] <= 1).all()
    assert actual["again"].sum() == actual["again"][start:end].sum()
    assert actual["down"] == len(lives) - lives.count(UP)


@judges("calls-apart")
def test_two_forward_passes_before_the_backward_passes(candidate, reference, draw):
    xs, grads, weights = draw.normal(2, 3, 5), draw.normal(2, 3, 5), draw.normal(4, 5, 5) * 0.3
    servers = [[0, 2], [2, 4]]
    actual = candidate.two_passes(xs, grads, weights, servers)
    assert_near(actual, reference.two_passes(xs.double(), grads.double(), weights.double(), servers))


@judges("loss")
@pytest.mark.parametrize("shape", [(3, 5, 7), (1, 2, 3)])
def test_the_loss_of_the_next_token(candidate, reference, draw, shape):
    logits, ids = draw.normal(*shape) * 2, draw.integers(0, shape[-1], *shape[:2])
    if shape[0] > 1:
        ids[0, 3:] = -100
    actual, expected = candidate.loss(logits, ids), reference.loss(logits.double(), ids)
    assert_near(actual["value"], expected["value"])
    assert_near(actual["grad"], expected["grad"])
