"""The hidden suite: fresh inputs for every property of the brief.

What is right is what the same block gives without checkpointing, from the same seed: `plain_step` calls no answer. Both
run the same operations, so they may differ by a few eps of the largest value only.
"""

import pytest

from labs.grading.suite import Mismatch, assert_close, judges

NAMES = ["x", "first", "second"]


def a_call(draw, *, batch=5, hidden=6, width=9):
    return {
        "x": draw.normal(batch, hidden),
        "grad": draw.normal(batch, hidden),
        "first": draw.normal(width, hidden) / 2,
        "second": draw.normal(hidden, width) / 2,
    }


def assert_near(actual, expected):
    assert_close(actual, expected, scale=expected.abs().max(), tolerance=16.0)


def assert_gradients(actual, expected):
    for name in NAMES:
        if expected[name] is None:
            if actual[name] is not None:
                raise Mismatch(f"{name} got a gradient")
        else:
            assert_near(actual[name], expected[name])


def check(candidate, reference, call):
    actual, expected = candidate.step(**call), reference.plain_step(**call)
    assert_near(actual["output"], expected["output"])
    assert_gradients(actual["gradients"], expected["gradients"])
    assert actual["needs"] == expected["needs"]


@judges("gradients")
@pytest.mark.parametrize(("batch", "hidden", "width"), [(5, 6, 9), (1, 1, 1), (3, 8, 2)])
def test_as_without_checkpointing(candidate, reference, draw, batch, hidden, width):
    check(candidate, reference, a_call(draw, batch=batch, hidden=hidden, width=width))


@judges("gradients")
@pytest.mark.parametrize("how", [{"gated": True}, {"spare": True}])
def test_an_input_that_comes_from_another_and_a_weight_without_use(candidate, reference, draw, how):
    check(candidate, reference, a_call(draw) | how)


@judges("frozen-inputs")
@pytest.mark.parametrize("frozen", [[], ["first"], ["second"]])
def test_weights_learn_behind_inputs_that_do_not(candidate, reference, draw, frozen):
    check(candidate, reference, a_call(draw) | {"needs_grad": False, "frozen": frozen})


@judges("frozen-weights")
@pytest.mark.parametrize("frozen", [["first"], ["second"], ["first", "second"]])
def test_what_is_frozen_gets_no_gradient(candidate, reference, draw, frozen):
    check(candidate, reference, a_call(draw) | {"frozen": frozen})


@judges("frozen-weights")
def test_where_nothing_needs_a_gradient_nothing_has_one(candidate, reference, draw):
    check(candidate, reference, a_call(draw) | {"frozen": ["first", "second"], "needs_grad": False})


@judges("dropout")
@pytest.mark.parametrize("dropout", [0.2, 0.5])
def test_the_same_elements_are_dropped_again(candidate, reference, draw, dropout):
    check(candidate, reference, a_call(draw, width=40) | {"dropout": dropout})


@judges("dropout")
def test_nothing_is_dropped_in_evaluation_mode(candidate, reference, draw):
    check(candidate, reference, a_call(draw) | {"dropout": 0.5, "evaluation": True})


@judges("random-stream")
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_random_numbers_go_on_as_without(candidate, reference, draw, dropout):
    call = a_call(draw) | {"dropout": dropout}
    assert_close(candidate.step(**call)["next"], reference.plain_step(**call)["next"], tolerance=0)


@judges("other-arguments")
@pytest.mark.parametrize("with_mask", [True, False])
def test_a_mask_and_a_number(candidate, reference, draw, with_mask):
    mask = draw.integers(0, 2, 5).bool() if with_mask else None
    check(candidate, reference, a_call(draw) | {"others": [mask, 0.3]})


@judges("functional")
@pytest.mark.parametrize("needs_grad", [True, False])
def test_gradients_come_through_the_graph(candidate, reference, draw, needs_grad):
    check(candidate, reference, a_call(draw) | {"functional": True, "needs_grad": needs_grad})


@judges("autocast")
def test_the_second_pass_is_in_bfloat16_like_the_first(candidate, reference, draw):
    # What bfloat16 rounds away in the forward pass must not come back: gradients are compared in float32's eps.
    check(candidate, reference, a_call(draw, batch=16, hidden=32, width=32) | {"autocast": True})


@judges("memory")
@pytest.mark.parametrize("width", [4, 64])
def test_nothing_inside_is_kept(candidate, draw, width):
    call = a_call(draw, width=width)
    assert candidate.kept(call["x"], call["first"], call["second"]) <= call["x"].numel()


@judges("calls")
@pytest.mark.parametrize("needs_grad", [True, False])
def test_once_forward_and_once_backward(candidate, draw, needs_grad):
    assert candidate.step(**a_call(draw), needs_grad=needs_grad)["calls"] == [1, 2]


@judges("calls")
def test_once_where_no_gradient_is_wanted(candidate, reference, draw):
    call = a_call(draw)
    actual = candidate.without_gradient(call["x"], call["first"], call["second"])
    assert_near(actual["output"], reference.plain_step(**call)["output"])
    assert actual["requires_grad"] is False
    assert actual["calls"] == 1


@judges("groups")
@pytest.mark.parametrize(("layers", "every"), [(6, 2), (5, 2), (4, 1), (3, 8)])
def test_groups_of_layers(candidate, reference, draw, layers, every):
    call = a_call(draw, width=30)
    stack = {name: [draw.normal(*call[name].shape) / 2 for _ in range(layers)] for name in ("first", "second")}
    call = {"x": call["x"], "grad": call["grad"], "firsts": stack["first"], "seconds": stack["second"]}
    call |= {"every": every, "dropout": 0.3}
    actual, expected = candidate.layers_step(**call), reference.plain_layers_step(**call)
    assert_near(actual["output"], expected["output"])
    for ours, theirs in zip(actual["gradients"], expected["gradients"], strict=True):
        assert_near(ours, theirs)
    # All layers once forward; backward the last group comes first, each group in the order of its layers.
    groups = [list(range(start, min(start + every, layers))) for start in range(0, layers, every)]
    assert actual["order"] == list(range(layers)) + [layer for group in reversed(groups) for layer in group]


@judges("boundary-bytes")
def test_the_bytes_of_the_boundaries(candidate, reference, draw):
    for sizes in [(32, 1, 1, 2048, 4096), (32, 4, 2, 7, 5), (33, 4, 2, 7, 5), (3, 8, 1, 2, 3)]:
        for given in ({}, {"bytes_per_value": 4}):
            actual = candidate.bytes_of_boundaries(*sizes, **given)
            assert type(actual) is int
            assert actual == reference.bytes_of_boundaries(*sizes, **given)
    sizes = [draw.integer(2, 90), draw.integer(2, 9), draw.integer(1, 9), draw.integer(1, 999), draw.integer(1, 99)]
    assert candidate.bytes_of_boundaries(*sizes) == reference.bytes_of_boundaries(*sizes)
