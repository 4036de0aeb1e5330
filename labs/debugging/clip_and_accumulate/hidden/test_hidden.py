"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged."""

import pytest
import torch

from labs.grading.suite import Mismatch, assert_close, judges

IGNORED = -100
TOLERANCE = 64.0
SIZE, VOCABULARY = 5, 7
UNCLIPPED = 1e6


def clipped(draw, size, *shapes, dtype=torch.float32):
    return [(size * draw.normal(*shape)).to(dtype) for shape in shapes]


def norm_of(gradients):
    return torch.cat([g.double().flatten() for g in gradients]).norm().item()


def exact_clip(reference, gradients, max_norm):
    return reference.clip([None if g is None else g.double() for g in gradients], max_norm)


def assert_clipped(actual, expected, gradients, tolerance=16.0):
    """Compare gradients; those that are None must be so still."""
    if type(actual) is not list or len(actual) != len(expected):
        raise Mismatch("another number of gradients")
    for value, right, given in zip(actual, expected, gradients, strict=True):
        if given is None:
            assert value is None
        else:
            assert_close(value, right, tolerance=tolerance, dtype=given.dtype)


@judges("clipped-together")
def test_one_factor_for_all_gradients(candidate, reference, draw):
    gradients = clipped(draw, 4.0, (3, 4), (7,), (), (1, 5))
    for max_norm in (1.0, 0.1, 5.0, norm_of(gradients) / 1.01):
        actual = candidate.clip(gradients, max_norm)
        assert_clipped(actual["gradients"], exact_clip(reference, gradients, max_norm)["gradients"], gradients)


@judges("clipped-together")
def test_gradients_of_very_different_sizes(candidate, reference, draw):
    gradients = [100 * draw.normal(6), draw.normal(6) / 100, draw.normal(2, 2)]
    actual = candidate.clip(gradients, 2.0)
    assert_clipped(actual["gradients"], exact_clip(reference, gradients, 2.0)["gradients"], gradients)


@judges("clipped-together")
def test_a_millionth_beside_a_tiny_norm(candidate, reference, draw):
    gradients = clipped(draw, 1e-4, (3, 4), (7,))
    actual = candidate.clip(gradients, 1e-5)
    assert_clipped(actual["gradients"], exact_clip(reference, gradients, 1e-5)["gradients"], gradients)


@judges("small-gradients")
def test_what_is_short_enough_stays_as_it_is(candidate, draw):
    for gradients in (clipped(draw, 0.05, (3, 4), (7,)), [torch.zeros(3), torch.zeros(2, 2)]):
        for max_norm in (1.0, max(0.1, 1.01 * norm_of(gradients))):
            assert_clipped(candidate.clip(gradients, max_norm)["gradients"], gradients, gradients, tolerance=0)


@judges("norm")
def test_the_norm_before_clipping_is_returned(candidate, reference, draw):
    for size in (4.0, 0.05, 0.0):
        gradients = clipped(draw, size, (3, 4), (7,), (1,))
        actual = candidate.clip(gradients, 1.0)["norm"]
        expected = exact_clip(reference, gradients, 1.0)["norm"]
        assert_close(actual, expected, tolerance=16.0, dtype=torch.float32)


@judges("norm")
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_gradients(candidate, reference, draw, dtype):
    gradients = [draw.uniform(300, 400, 40, dtype=dtype), draw.uniform(1, 2, 9, dtype=dtype)]
    actual, expected = candidate.clip(gradients, 10.0), exact_clip(reference, gradients, 10.0)
    assert_close(actual["norm"], expected["norm"], tolerance=16.0, dtype=torch.float32)
    assert_clipped(actual["gradients"], expected["gradients"], gradients, tolerance=2.0)


@judges("no-gradient")
def test_parameters_without_a_gradient_do_not_matter(candidate, reference, draw):
    for at in (0, 1, 2):
        gradients = clipped(draw, 4.0, (3,), (4, 2))
        gradients.insert(at, None)
        actual, expected = candidate.clip(gradients, 1.0), exact_clip(reference, gradients, 1.0)
        assert_clipped(actual["gradients"], expected["gradients"], gradients)
        assert_close(actual["norm"], expected["norm"], tolerance=16.0, dtype=torch.float32)


@judges("no-gradient")
def test_without_any_gradient_the_norm_is_zero(candidate):
    assert candidate.norm_without_gradients() == 0


def a_model(draw):
    return {"weight": draw.normal(VOCABULARY, SIZE), "bias": draw.normal(VOCABULARY)}


def batches(draw, *labelled, ignored=0):
    """Micro-batches with so many labelled tokens each, and after them so many that are not."""
    made = []
    for count in labelled:
        labels = torch.cat([draw.integers(0, VOCABULARY, count), torch.full((ignored,), IGNORED)])
        made.append([draw.normal(count + ignored, SIZE), labels])
    return made


def doubled(given):
    """`given` in float64, the micro-batches too."""
    wide = {k: v.double() if isinstance(v, torch.Tensor) else v for k, v in given.items()}
    return wide | {"micro_batches": [[x.double(), labels] for x, labels in given["micro_batches"]]}


def assert_parameters(actual, expected, given, steps=1):
    largest = max(x.abs().max() for x, _ in given["micro_batches"] if len(x))
    for name in ("weight", "bias"):
        scale = given[name].abs() + given["lr"] * steps * largest
        assert_close(actual[name], expected[name], scale=scale, tolerance=TOLERANCE, dtype=torch.float32)


def assert_trained(candidate, reference, given, steps=1):
    actual = candidate.train(**given)
    assert_parameters(actual, reference.train(**doubled(given)), given, steps)


@judges("token-mean")
@pytest.mark.parametrize("ignored", [0, 3])
def test_micro_batches_act_as_one_batch(candidate, reference, draw, ignored):
    for labelled in ((9, 1), (1, 4, 12), (3, 3), (6,)):
        given = a_model(draw) | {"accumulation": len(labelled), "lr": 0.5, "max_norm": UNCLIPPED}
        given["micro_batches"] = batches(draw, *labelled, ignored=ignored)
        one = [[torch.cat(part) for part in zip(*given["micro_batches"], strict=True)]]
        whole = doubled(given | {"micro_batches": one, "accumulation": 1})
        assert_parameters(candidate.train(**given), reference.train(**whole), given)


@judges("groups")
def test_one_step_for_each_group_and_one_for_the_rest(candidate, reference, draw):
    for count, accumulation in ((4, 2), (5, 2), (3, 1), (2, 4), (7, 3)):
        sizes = [draw.integer(1, 8) for _ in range(count)]
        given = a_model(draw) | {"accumulation": accumulation, "lr": 0.5, "max_norm": UNCLIPPED}
        given["micro_batches"] = batches(draw, *sizes)
        assert_trained(candidate, reference, given, steps=-(-count // accumulation))


@judges("clip-once")
@pytest.mark.parametrize("max_norm", [0.3, 0.05])
def test_the_gradient_of_the_group_is_clipped(candidate, reference, draw, max_norm):
    given = a_model(draw) | {"accumulation": 3, "lr": 2.0, "max_norm": max_norm}
    given["micro_batches"] = batches(draw, 6, 2, 9, 1, 5)
    assert_trained(candidate, reference, given, steps=2)


@judges("unscaled")
@pytest.mark.parametrize("max_norm", [0.2, UNCLIPPED])
@pytest.mark.parametrize("loss_scale", [1024.0, 0.25])
def test_the_loss_scale_leaves_no_trace(candidate, reference, draw, max_norm, loss_scale):
    given = a_model(draw) | {"accumulation": 2, "lr": 0.5, "max_norm": max_norm, "loss_scale": loss_scale}
    given["micro_batches"] = batches(draw, 5, 2, 3)
    actual = candidate.train(**given)
    assert_parameters(actual, reference.train(**doubled(given)), given, steps=2)


@judges("fresh-gradients")
def test_each_group_begins_without_a_gradient(candidate, reference, draw):
    given = a_model(draw) | {"accumulation": 2, "lr": 0.5, "max_norm": UNCLIPPED}
    given["micro_batches"] = batches(draw, 3, 4, 2, 5)
    assert_trained(candidate, reference, given, steps=2)
    assert_trained(candidate, reference, given | {"stale": draw.normal(VOCABULARY, SIZE)}, steps=2)


@judges("frozen")
def test_a_frozen_parameter_stays(candidate, reference, draw):
    given = a_model(draw) | {"accumulation": 2, "lr": 0.5, "max_norm": 0.2, "bias_trains": False}
    given["micro_batches"] = batches(draw, 3, 4, 2)
    actual = candidate.train(**given)
    assert_close(actual["bias"], given["bias"], tolerance=0)
    assert_parameters(actual, reference.train(**doubled(given)), given, steps=2)


@judges("empty-group")
def test_a_group_without_a_label_makes_no_step(candidate, reference, draw):
    given = a_model(draw) | {"accumulation": 2, "lr": 0.5, "max_norm": UNCLIPPED}
    given["micro_batches"] = [
        *batches(draw, 0, 0, ignored=3),  # no label at all
        *batches(draw, 0, 4, ignored=2),  # one micro-batch has some
        *batches(draw, 0, ignored=1),
    ]
    actual = candidate.train(**given)
    expected = reference.train(**doubled(given))
    assert_parameters(actual, expected, given)
    assert_report(actual["report"], expected["report"])


def assert_report(actual, expected):
    if type(actual) is not dict or sorted(actual) != ["losses", "norms"]:
        raise Mismatch("another report")
    for name in ("losses", "norms"):
        if type(actual[name]) is not list or not all(type(value) is float for value in actual[name]):
            raise Mismatch("no list of floats")
        values, right = (torch.tensor(report[name], dtype=torch.float64) for report in (actual, expected))
        # In eps of float32, of the value or of one, the size of a logit.
        scale = TOLERANCE * torch.finfo(torch.float32).eps / torch.finfo(torch.float64).eps * (1 + right.abs())
        assert_close(values, right, scale=scale, tolerance=1.0)


@judges("report")
@pytest.mark.parametrize("max_norm", [0.2, UNCLIPPED])
def test_losses_and_norms_of_each_step(candidate, reference, draw, max_norm):
    given = a_model(draw) | {"accumulation": 2, "lr": 0.5, "max_norm": max_norm, "loss_scale": 16.0}
    given["micro_batches"] = batches(draw, 6, 1, 3, 5, 4, ignored=1)
    actual = candidate.train(**given)
    assert_report(actual["report"], reference.train(**doubled(given))["report"])
