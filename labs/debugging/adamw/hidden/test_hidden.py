"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged.

Where one part of the update is judged the parameter starts at zero without decay, or the gradient is zero: then the
value after the step is that part alone.
"""

import pytest
import torch

from labs.grading.suite import Mismatch, assert_close, judges

TOLERANCE = 16.0
SHAPES = [(), (1,), (7,), (3, 5), (1, 2, 3)]


def zeros(*sizes):
    return [torch.zeros(size) for size in sizes]


def normal(draw, *shapes):
    return [draw.normal(*shape) for shape in shapes]


def exact(reference, function, parameters, gradients, **options):
    return getattr(reference, function)(
        [p.double() for p in parameters],
        [[None if g is None else g.double() for g in step] for step in gradients],
        **options,
    )


def assert_trajectory(actual, expected, scales=None, tolerance=TOLERANCE, dtype=torch.float32):
    """Compare the parameters after each step; `scales` has a size for each parameter, or is None for its own."""
    if type(actual) is not list or len(actual) != len(expected):
        raise Mismatch("another number of steps")
    for step, right in zip(actual, expected, strict=True):
        for i, (value, wanted) in enumerate(zip(step, right, strict=True)):
            scale = None if scales is None else scales[i].double()
            assert_close(value, wanted, scale=scale, tolerance=tolerance, dtype=dtype)


def assert_exact(candidate, reference, parameters, gradients, lr_sum=None, **options):
    """Hold a trajectory to the exact one, measured by the parameter and, where given, by the sum of the rates."""
    actual = candidate.trajectory(parameters, gradients, **options)
    expected = exact(reference, "trajectory", parameters, gradients, **options)
    scales = None if lr_sum is None else [p.abs() + lr_sum for p in parameters]
    assert_trajectory(actual, expected, scales)


@judges("values")
def test_five_steps_of_several_parameters(candidate, reference, draw):
    parameters, gradients = normal(draw, *SHAPES), [normal(draw, *SHAPES) for _ in range(5)]
    assert_exact(candidate, reference, parameters, gradients, lr_sum=0.25, lr=0.05, weight_decay=0.2)


@judges("values")
def test_defaults(candidate, reference, draw):
    parameters, gradients = [draw.normal(6) / 100], [normal(draw, (6,)) for _ in range(4)]
    assert_exact(candidate, reference, parameters, gradients, lr_sum=0.004)


@judges("bias-correction")
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.99)])
def test_the_first_steps_are_as_long_as_later_ones(candidate, reference, draw, betas):
    gradient = draw.uniform(0.5, 2, 9)
    assert_exact(candidate, reference, zeros(9), [[gradient]] * 4, lr=0.1, betas=betas, weight_decay=0.0)


@judges("epsilon")
@pytest.mark.parametrize("eps", [1e-8, 1e-6, 1e-3, 1.0])
def test_eps_beside_the_root_of_a_tiny_gradient(candidate, reference, draw, eps):
    gradient = draw.uniform(5e-7, 2e-6, 9)
    assert_exact(candidate, reference, zeros(9), [[gradient]] * 3, lr=0.1, eps=eps, weight_decay=0.0)


@judges("epsilon")
def test_a_gradient_of_zero_moves_nothing(candidate, draw):
    parameters = normal(draw, (5,))
    actual = candidate.trajectory(parameters, [[torch.zeros(5)]] * 2, weight_decay=0.0)
    assert_trajectory(actual, [parameters, parameters])


@judges("moments")
def test_running_means_of_changing_gradients(candidate, reference, draw):
    for betas in ((0.9, 0.999), (0.8, 0.95), (0.0, 0.9), (0.95, 0.5)):
        gradients = [[draw.normal(9) * size] for size in (1.0, 3.0, 0.1, 1.0, 0.5, 2.0)]
        assert_exact(candidate, reference, zeros(9), gradients, lr_sum=0.6, lr=0.1, betas=betas, weight_decay=0.0)


@judges("decay")
def test_decay_alone(candidate, reference, draw):
    for lr, weight_decay in ((0.1, 0.1), (0.5, 1.0), (0.01, 3.0)):
        parameters, gradients = normal(draw, (9,)), [[torch.zeros(9)]] * 3
        assert_exact(candidate, reference, parameters, gradients, lr=lr, weight_decay=weight_decay)


@judges("decay")
@pytest.mark.parametrize("size", [1e-4, 1.0, 100.0])
def test_decay_is_not_scaled_by_the_gradient(candidate, reference, draw, size):
    parameters, gradients = normal(draw, (9,)), [[size * draw.normal(9)] for _ in range(3)]
    assert_exact(candidate, reference, parameters, gradients, lr_sum=0.6, lr=0.2, weight_decay=0.8)


@judges("learning-rate")
def test_the_present_learning_rate_counts(candidate, reference, draw):
    lrs = [0.0, 0.1, 0.3, 0.02]
    parameters, gradients = normal(draw, (9,)), [[draw.normal(9)] for _ in lrs]
    assert_exact(candidate, reference, parameters, gradients, lr_sum=0.42, lrs=lrs, weight_decay=0.5)


@judges("own-state")
def test_a_parameter_without_a_gradient_stands_still(candidate, reference, draw):
    # The second gets its first gradient at the third step, and the first has none at the second.
    shapes = [(4,), (4,)]
    parameters, gradients = normal(draw, *shapes), [normal(draw, *shapes) for _ in range(5)]
    gradients[0][1] = gradients[1][1] = gradients[1][0] = None
    assert_exact(candidate, reference, parameters, gradients, lr_sum=0.5, lr=0.1, weight_decay=0.3)


@judges("own-state")
def test_two_optimizers_share_nothing(candidate, reference, draw):
    parameters, gradients = normal(draw, (4,), (2, 3)), [normal(draw, (4,), (2, 3)) for _ in range(3)]
    actual = candidate.two_optimizers(parameters, gradients, lr=0.1)
    expected = exact(reference, "two_optimizers", parameters, gradients, lr=0.1)
    scales = [p.abs() + 0.3 for p in parameters]
    assert_trajectory([actual["first"], actual["second"]], [expected["first"], expected["second"]], scales)


@judges("half-precision")
@pytest.mark.parametrize(("dtype", "size"), [(torch.float16, 1e-3), (torch.bfloat16, 1e-3), (torch.bfloat16, 1.0)])
def test_moments_in_float32(candidate, reference, draw, dtype, size):
    # From zero: the first value is the update, rounded once. In float16 the second moment of 1e-3 would be zero.
    parameters = [torch.zeros(200, dtype=dtype)]
    gradients = [[draw.uniform(0.5 * size, 2 * size, 200, dtype=dtype)]]
    actual = candidate.trajectory(parameters, gradients, lr=0.3, eps=0.5 * size, weight_decay=0.0)
    expected = exact(reference, "trajectory", parameters, gradients, lr=0.3, eps=0.5 * size, weight_decay=0.0)
    assert_trajectory(actual, expected, tolerance=0.75, dtype=dtype)


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_parameters_keep_their_dtype(candidate, reference, draw, dtype):
    parameters = [draw.uniform(0.5, 1, 9, dtype=dtype)]
    gradients = [[draw.normal(9, dtype=dtype)] for _ in range(3)]
    actual = candidate.trajectory(parameters, gradients, lr=0.1, weight_decay=0.5)
    expected = reference.trajectory(parameters, gradients, lr=0.1, weight_decay=0.5)
    assert_trajectory(actual, expected, [p + 0.3 for p in parameters], tolerance=3.0, dtype=dtype)


@judges("zero-grad")
def test_after_zero_grad_a_step_does_nothing(candidate, draw):
    actual = candidate.after_zero_grad(normal(draw, (4,), (2, 3)), normal(draw, (4,), (2, 3)), lr=0.1)
    assert_trajectory([actual["after"]], [actual["before"]], tolerance=0)


@judges("unchanged-gradient")
def test_gradients_are_left_as_they_were(candidate, draw):
    gradients = normal(draw, (4,), (2, 3))
    actual = candidate.gradients_afterwards(normal(draw, (4,), (2, 3)), gradients, weight_decay=0.5)
    assert_trajectory([actual], [gradients], tolerance=0)
