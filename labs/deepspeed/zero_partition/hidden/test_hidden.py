"""The hidden suite. The right update is a plain AdamW's on whole tensors in float64, written out here: no shards."""

import pytest
import torch

from labs.grading.suite import Mismatch, assert_close, judges

SHAPES = [(3, 5), (7,), (), (1, 1), (2, 1, 3)]
GIVEN = {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-6}


def parameters_of(draw, shapes=SHAPES, dtype=torch.float32):
    return [draw.uniform(0.5, 1.5, *shape, dtype=dtype) for shape in shapes]


def gradients_of(draw, steps, ranks, shapes=SHAPES):
    """Away from zero, where Adam would make much of the last bit."""
    signs = [draw.integers(0, 2, *shape) * 2 - 1 for shape in shapes]
    return [
        [
            [sign * draw.uniform(0.2, 2.0, *shape) for sign, shape in zip(signs, shapes, strict=True)]
            for _ in range(ranks)
        ]
        for _ in range(steps)
    ]


def whole(parameters, gradients, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, max_norm=None):
    """Masters after each step, and momentum and variance at the end, of all parameters in one float64 vector."""
    flat = torch.cat([parameter.double().flatten() for parameter in parameters])
    momentum, variance, masters = torch.zeros_like(flat), torch.zeros_like(flat), []
    for step, of_ranks in enumerate(gradients, 1):
        mean = torch.stack([torch.cat([g.double().flatten() for g in of_rank]) for of_rank in of_ranks]).mean(0)
        if max_norm is not None and mean.norm() > max_norm:
            mean = mean * max_norm / mean.norm()
        momentum = betas[0] * momentum + (1 - betas[0]) * mean
        variance = betas[1] * variance + (1 - betas[1]) * mean**2
        direction = momentum / (1 - betas[0] ** step) / ((variance / (1 - betas[1] ** step)).sqrt() + eps)
        flat = flat * (1 - lr * weight_decay) - lr * direction
        masters.append(flat)
    return masters, momentum, variance


def compare(candidate, parameters, gradients, **given):
    compare_given(candidate, parameters, gradients, GIVEN | given)


def compare_given(candidate, parameters, gradients, given):
    """Compare the parameters after each step with those of a plain AdamW."""
    actual = candidate.train(parameters, gradients, **given)
    masters, _momentum, _variance = whole(parameters, gradients, **given)
    if len(actual["parameters"]) != len(masters):
        raise Mismatch("another number of steps")
    sizes = [parameter.numel() for parameter in parameters]
    for stepped, flat in zip(actual["parameters"], masters, strict=True):
        if len(stepped) != len(parameters):
            raise Mismatch("another number of parameters")
        for tensor, right, like in zip(stepped, flat.split(sizes), parameters, strict=True):
            # One rounding in half precision; float32 rounds in each term of Adam.
            tolerance = 64.0 if like.dtype == torch.float32 else 1.0
            expected = right.view(like.shape)
            assert_close(tensor, expected, tolerance=tolerance, scale=expected.abs() + 0.05, dtype=like.dtype)


def assert_shards(shards, right, ranks):
    """Each rank's shard, of equal length, with zeros in the padding."""
    length = -(-len(right) // ranks)
    padded = torch.cat([right, right.new_zeros(ranks * length - len(right))])
    if len(shards) != ranks:
        raise Mismatch("another number of shards")
    for shard, expected in zip(shards, padded.split(length), strict=True):
        assert_close(shard, expected, tolerance=64.0, scale=expected.abs() + 0.05, dtype=torch.float32)


@judges("slices")
def test_which_piece_lies_on_which_rank(candidate, reference, draw):
    calls = [
        {"sizes": draw.integers(1, 30, count).tolist(), "ranks": ranks}
        for count, ranks in [(1, 1), (1, 4), (5, 2), (6, 3), (9, 5), (12, 8)]
    ]
    calls += [{"sizes": [2, 5, 7], "ranks": ranks} for ranks in (1, 2, 3, 4, 7, 14)]
    assert candidate.slices(calls) == reference.slices(calls)


@judges("slices")
def test_more_ranks_than_elements(candidate):
    calls = [{"sizes": [1, 2], "ranks": 5}, {"sizes": [5], "ranks": 4}]
    first = [[[0, 0, 1]], [[1, 0, 1]], [[1, 1, 2]], [], []]
    assert candidate.slices(calls) == [first, [[[0, 0, 2]], [[0, 2, 4]], [[0, 4, 5]], []]]


@judges("same-as-one-process")
@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_training_as_in_one_process(candidate, draw, ranks):
    # 30 elements: shards of 30, 15, 10 and 8, the last with padding.
    compare(candidate, parameters_of(draw), gradients_of(draw, 4, ranks))


@judges("uneven-shards")
@pytest.mark.parametrize(("shapes", "ranks"), [([(13,), (4,)], 4), ([(7,)], 5), ([(1,), (2, 2)], 3), ([(3,)], 4)])
def test_sizes_that_the_ranks_do_not_divide(candidate, draw, shapes, ranks):
    compare(candidate, parameters_of(draw, shapes), gradients_of(draw, 3, ranks, shapes))


@judges("mean")
@pytest.mark.parametrize("ranks", [2, 4])
def test_gradients_are_averaged_over_the_ranks(candidate, draw, ranks):
    # Adam hardly sees a factor; the momentum does.
    parameters, gradients = parameters_of(draw), gradients_of(draw, 2, ranks)
    _masters, momentum, variance = whole(parameters, gradients, **GIVEN)
    actual = candidate.train(parameters, gradients, **GIVEN)
    assert_shards(actual["momentum"], momentum, ranks)
    assert_shards(actual["variance"], variance, ranks)


@judges("adamw")
@pytest.mark.parametrize("given", [{"weight_decay": 0.3}, {"eps": 0.5}, {"betas": (0.5, 0.6)}, {"lr": 0.5}])
def test_the_optimizer_itself(candidate, draw, given):
    compare(candidate, parameters_of(draw), gradients_of(draw, 4, 2), **given)


@judges("adamw")
@pytest.mark.parametrize("size", [1.0, 1e-8])
def test_the_defaults(candidate, draw, size):
    # Where gradients are as small as eps, they show it.
    gradients = [[[g * size for g in of_rank] for of_rank in of_ranks] for of_ranks in gradients_of(draw, 4, 2)]
    compare_given(candidate, parameters_of(draw), gradients, {"lr": 0.05})


@judges("clipping")
@pytest.mark.parametrize("max_norm", [0.3, 1.0, 100.0])
def test_clipping_by_the_norm_of_the_whole(candidate, draw, max_norm):
    # eps is as large as the clipped gradients, or Adam would undo a common factor. The ranks' shards differ in size.
    gradients = gradients_of(draw, 3, 3)
    for of_ranks in gradients:
        for of_rank in of_ranks:
            of_rank[0] *= 20
    given = GIVEN | {"eps": 0.1, "max_norm": max_norm}
    parameters = parameters_of(draw)
    compare(candidate, parameters, gradients, **given)
    assert_shards(
        candidate.train(parameters, gradients, **given)["momentum"], whole(parameters, gradients, **given)[1], 3
    )


@judges("shards")
@pytest.mark.parametrize("ranks", [1, 3, 4])
def test_each_rank_holds_its_shard_alone(candidate, draw, ranks):
    parameters, gradients = parameters_of(draw), gradients_of(draw, 2, ranks)
    masters, momentum, variance = whole(parameters, gradients, **GIVEN)
    actual = candidate.train(parameters, gradients, **GIVEN)
    for name, right in (("masters", masters[-1]), ("momentum", momentum), ("variance", variance)):
        assert_shards(actual[name], right, ranks)


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_parameters_in_half_precision(candidate, draw, dtype):
    compare(candidate, parameters_of(draw, dtype=dtype), gradients_of(draw, 3, 2))


@judges("half-precision")
def test_small_steps_add_up_in_the_masters(candidate, draw):
    # Each step is far below bfloat16's spacing; only the masters see them.
    parameters, gradients = parameters_of(draw, dtype=torch.bfloat16), gradients_of(draw, 10, 2)
    given = GIVEN | {"lr": 4e-4}
    actual = candidate.train(parameters, gradients, **given)
    masters, momentum, _variance = whole(parameters, gradients, **given)
    assert_shards(actual["masters"], masters[-1], 2)
    assert_shards(actual["momentum"], momentum, 2)


@judges("collectives")
@pytest.mark.parametrize(("ranks", "dtype"), [(1, torch.float32), (4, torch.float32), (3, torch.bfloat16)])
def test_what_goes_over_the_wire(candidate, reference, draw, ranks, dtype):
    parameters, gradients = parameters_of(draw, dtype=dtype), gradients_of(draw, 2, ranks)
    actual, expected = candidate.train(parameters, gradients, **GIVEN), reference.train(parameters, gradients, **GIVEN)
    assert actual["calls"] == expected["calls"]


@judges("traffic")
def test_elements_that_a_rank_sends(candidate, reference, draw):
    calls = [
        {"elements": draw.integer(10**3, 10**9), "ranks": ranks, "stage": stage}
        for ranks in (1, 2, 7, 64)
        for stage in (0, 1, 2, 3)
    ]
    assert candidate.sent(calls) == reference.sent(calls)


@judges("unchanged-input")
def test_what_is_given_stays(candidate, draw):
    parameters, gradients = parameters_of(draw), gradients_of(draw, 2, 1)
    after = candidate.inputs_afterwards(parameters, gradients, max_norm=0.5, weight_decay=0.1, **GIVEN)
    for actual, right in zip(after["parameters"], parameters, strict=True):
        assert_close(actual, right, tolerance=0)
    for actual, right in zip(after["gradients"][0][0], gradients[0][0], strict=True):
        assert_close(actual, right, tolerance=0)
