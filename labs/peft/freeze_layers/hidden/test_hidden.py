"""The hidden suite. Names, settings and frozen bits must agree exactly; gradients and trained weights are held to the
reference's, which run through the same harness.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

IDS = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]])


def a_shape(draw, **more):
    """A decoder whose head has a weight of its own."""
    return {"layers": draw.integer(3, 6), "hidden": draw.integer(3, 7), "seed": draw.integer(0, 1 << 30)} | more


@judges("what-trains")
@pytest.mark.parametrize("last", [1, 2, 3])
def test_the_last_layers_norm_and_head(candidate, reference, draw, last):
    shape = a_shape(draw, last=last, frozen=last == 2)
    assert candidate.what_trains(**shape) == reference.what_trains(**shape)


@judges("what-trains")
def test_layer_one_of_twelve(candidate, reference, draw):
    shape = a_shape(draw, layers=12, hidden=3, last=10)
    assert candidate.what_trains(**shape) == reference.what_trains(**shape)


@judges("none-or-all")
@pytest.mark.parametrize(("last", "tied"), [(0, False), (0, True), (4, False)])
def test_no_layer_and_every_layer(candidate, reference, draw, last, tied):
    shape = a_shape(draw, layers=4, last=last, tied=tied)
    assert candidate.what_trains(**shape) == reference.what_trains(**shape)


@judges("tied-head")
@pytest.mark.parametrize("last", [1, 2])
def test_a_tied_head_stays_frozen(candidate, reference, draw, last):
    shape = a_shape(draw, last=last, tied=True)
    assert candidate.what_trains(**shape) == reference.what_trains(**shape)


@judges("out-of-range")
@pytest.mark.parametrize("last", [-1, 4, 100])
def test_numbers_that_no_model_has(candidate, draw, last):
    assert candidate.refused(**a_shape(draw, layers=3, last=last)) is True


@judges("again")
@pytest.mark.parametrize("lasts", [[1, 3], [3, 1], [0, 2, 1]])
def test_the_last_call_counts(candidate, reference, draw, lasts):
    shape = a_shape(draw, lasts=lasts)
    assert candidate.what_trains_then(**shape) == reference.what_trains_then(**shape)


@judges("gradients")
@pytest.mark.parametrize("leftover", [True, False])
def test_gradients_of_what_trains_alone(candidate, reference, draw, leftover):
    shape = a_shape(draw, ids=IDS, last=2, leftover=leftover)
    actual, expected = candidate.gradients(**shape), reference.gradients(**shape)
    assert actual["left"] == []
    assert set(actual["grads"]) == set(expected["grads"])
    for name, grad in expected["grads"].items():
        if grad is None:
            assert actual["grads"][name] is None
        else:
            assert_close(actual["grads"][name], grad, scale=grad.abs() + 1.0, tolerance=64.0)


@judges("optimizer")
@pytest.mark.parametrize(("last", "tied"), [(1, False), (2, True), (0, False), (3, False)])
def test_the_optimizer_holds_what_trains_once(candidate, reference, draw, last, tied):
    shape = a_shape(draw, last=last, tied=tied, lr=0.01, weight_decay=0.1)
    assert candidate.optimized(**shape)["names"] == reference.optimized(**shape)["names"]


@judges("decay")
def test_matrices_decay(candidate, reference, draw):
    lr, weight_decay = (float(draw.uniform(0.01, 0.5, 1)) for _ in range(2))
    shape = a_shape(draw, last=2, lr=lr, weight_decay=weight_decay)
    actual, expected = (side.optimized(**shape)["settings"] for side in (candidate, reference))
    assert isinstance(actual, dict)
    assert {name: actual.get(name) for name in expected} == expected


@judges("frozen-bits")
@pytest.mark.parametrize(("last", "tied"), [(1, False), (2, True), (0, False)])
def test_frozen_weights_and_buffers_stay(candidate, reference, draw, last, tied):
    shape = a_shape(draw, ids=IDS, last=last, tied=tied, lr=0.1, weight_decay=0.5, steps=3)
    actual = candidate.state_after_steps(**shape)
    expected = reference.state_after_steps(**shape)
    for name, tensor in expected["after"].items():
        if torch.equal(tensor, expected["before"][name]):
            assert_close(actual["after"][name], tensor, tolerance=0)


@judges("steps")
@pytest.mark.parametrize("last", [1, 2])
def test_what_trains_moves_as_adamw_moves_it(candidate, reference, draw, last):
    shape = a_shape(draw, ids=IDS, last=last, lr=0.1, weight_decay=0.5, steps=3)
    actual = candidate.state_after_steps(**shape)
    for name, tensor in reference.state_after_steps(**shape)["after"].items():
        # Where a gradient is next to nothing AdamW still takes whole steps of lr: its rounding counts.
        assert_close(actual["after"][name], tensor, scale=tensor.abs() + 1.0, tolerance=512.0)


@judges("mode")
@pytest.mark.parametrize(("last", "training"), [(1, True), (2, False), (0, True)])
def test_only_layers_that_train_are_in_training_mode(candidate, reference, draw, last, training):
    shape = a_shape(draw, last=last, training=training)
    assert candidate.modes(**shape) == reference.modes(**shape)
