"""The hidden suite. Expected values are the reference's in float64, held to the size of the largest of a result."""

from fractions import Fraction

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]


def an_update(draw, size_in, size_out, r, dtype=torch.float32):
    return {
        "lora_a": draw.normal(r, size_in, dtype=dtype),
        "lora_e": draw.uniform(0.5, 2.0, r, dtype=dtype) * (draw.integers(0, 2, r) * 2 - 1).to(dtype),
        "lora_b": draw.normal(size_out, r, dtype=dtype),
    }


def a_layer(draw, size_in, size_out, r, alpha=None, dtype=torch.float32):
    base = {"weight": draw.normal(size_out, size_in, dtype=dtype), "bias": draw.normal(size_out, dtype=dtype)}
    return base | an_update(draw, size_in, size_out, r, dtype) | {"alpha": r if alpha is None else alpha}


def wide(values):
    if isinstance(values, dict):
        return {k: wide(v) for k, v in values.items()}
    if isinstance(values, list):
        return [wide(v) for v in values]
    return values.double() if isinstance(values, torch.Tensor) else values


def assert_value(actual, expected, dtype=torch.float32, tolerance=64.0):
    assert_close(actual, expected, scale=expected.abs().amax(), tolerance=tolerance, dtype=dtype)


def steps_of_training(draw, count, shapes=((6, 4, 3), (5, 7, 2))):
    """For each step and layer an update and its gradients."""
    layers = [[[an_update(draw, *shape), an_update(draw, *shape)] for shape in shapes] for _ in range(count)]
    for step in layers:
        for _, gradient in step:
            # Gradients of lambda are the larger ones, means of rows and columns the smaller ones: bring them together.
            gradient["lora_e"] = gradient["lora_e"] * 0.7
    return layers


def assert_scores(candidate, reference, steps, **betas):
    actual, expected = candidate.scores(steps, **betas), reference.scores(wide(steps), **betas)
    assert isinstance(actual, list)
    assert len(actual) == len(expected)
    for mine, right in zip(actual, expected, strict=True):
        assert_value(mine, right)


@judges("values")
@pytest.mark.parametrize(("shape", "size_out", "r"), [((3, 5, 24), 20, 4), ((7,), 9, 1), ((1, 1, 8), 8, 8)])
def test_the_base_and_the_update(candidate, reference, draw, shape, size_out, r):
    x, layer = draw.normal(*shape), a_layer(draw, shape[-1], size_out, r)
    assert_value(candidate.forward(x, **layer), reference.forward(x.double(), **wide(layer)))


@judges("scale")
@pytest.mark.parametrize(("r", "alpha"), [(4, 16), (8, 0.5)])
def test_alpha_over_r_also_where_lambda_is_zero(candidate, reference, draw, r, alpha):
    x, layer = draw.normal(5, 12), a_layer(draw, 12, 10, r, alpha)
    layer["lora_e"][: r // 2] = 0.0  # a pruned triplet does not change the scale of the others
    assert_value(candidate.forward(x, **layer), reference.forward(x.double(), **wide(layer)))


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_the_dtype_of_the_base_is_kept(candidate, reference, draw, dtype):
    x, layer = draw.normal(4, 12, dtype=dtype), a_layer(draw, 12, 10, 3, dtype=dtype)
    assert_value(candidate.forward(x, **layer), reference.forward(x.double(), **wide(layer)), dtype, 8.0)


@judges("new-layer")
@pytest.mark.parametrize(("r", "dtype"), [(1, torch.float32), (6, torch.float32), (3, torch.bfloat16)])
def test_a_new_layer_is_its_base_and_every_lambda_learns(candidate, draw, r, dtype):
    x, weight = draw.normal(50, 16, dtype=dtype), draw.normal(12, 16, dtype=dtype)
    actual = candidate.new_layer(x, draw.normal(50, 12, dtype=dtype), weight, None, r, 4)
    assert_value(actual["output"], x.double() @ weight.double().T, dtype, 16.0)
    made = actual["parameters"]
    assert isinstance(made, dict)
    assert set(made) == {"lora_A", "lora_E", "lora_B"}
    assert_close(made["lora_E"], torch.zeros(r, 1, dtype=dtype), tolerance=0)
    for name, shape in (("lora_A", (r, 16)), ("lora_B", (12, r))):
        assert isinstance(made[name], torch.Tensor)
        assert (made[name].shape, made[name].dtype) == (shape, dtype)
        assert torch.linalg.matrix_rank(made[name].double(), rtol=1e-3) == r
    assert isinstance(actual["gradient"], torch.Tensor)
    assert (actual["gradient"] != 0).all()


@judges("gradients")
@pytest.mark.parametrize("name", ["x", "lora_A", "lora_E", "lora_B"])
def test_gradients(candidate, reference, draw, name):
    x, grad, layer = draw.normal(2, 5, 12), draw.normal(2, 5, 10), a_layer(draw, 12, 10, 3, alpha=6)
    expected = reference.gradients(x.double(), grad.double(), **wide(layer))[name]
    assert_value(candidate.gradients(x, grad, **layer)[name], expected)


@judges("orthogonality")
@pytest.mark.parametrize("shapes", [[(6, 9, 3)], [(5, 4, 2), (3, 8, 1), (4, 4, 4)]])
def test_both_factors_of_all_layers(candidate, reference, draw, shapes):
    updates = [an_update(draw, *shape) for shape in shapes]
    actual, expected = candidate.orthogonality(updates), reference.orthogonality(wide(updates))
    assert_value(actual["penalty"], expected["penalty"])
    assert isinstance(actual["gradients"], list)
    for mine, right in zip(actual["gradients"], expected["gradients"], strict=True):
        for a, e in zip(mine, right, strict=True):
            assert_value(a, e)


@judges("orthogonality")
def test_no_penalty_where_both_are_orthogonal(candidate, draw):
    update = an_update(draw, 9, 7, 4)
    update["lora_a"] = torch.linalg.qr(draw.normal(9, 4))[0].T.contiguous()
    update["lora_b"] = torch.linalg.qr(draw.normal(7, 4))[0].contiguous()
    assert_close(candidate.orthogonality([update])["penalty"], torch.zeros(()), scale=torch.ones(()), tolerance=64.0)


@judges("budget")
def test_the_cubic_schedule(candidate, draw):
    for tinit, tfinal in ((0, 0), (draw.integer(2, 15), draw.integer(2, 15))):
        initial, target, total = draw.integer(60, 200), draw.integer(1, 50), tinit + tfinal + draw.integer(5, 30)
        for step in range(total + 1):
            left = Fraction(total - tfinal - step, total - tfinal - tinit)
            exact = target + (initial - target) * min(max(left, Fraction(0)), Fraction(1)) ** 3
            if exact.denominator > 1 or step <= tinit or step > total - tfinal:  # floats may miss a whole number
                actual = candidate.budget(
                    step=step, initial=initial, target=target, tinit=tinit, tfinal=tfinal, total=total
                )
                assert type(actual) is int
                assert actual == int(exact)


@judges("budget")
@pytest.mark.parametrize(("tinit", "tfinal", "total"), [(10, 10, 20), (5, 30, 20)])
def test_a_schedule_without_steps(candidate, tinit, tfinal, total):
    given = {"step": 3, "initial": 12, "target": 8, "tinit": tinit, "tfinal": tfinal, "total": total}
    assert candidate.budget(**given) == "ValueError"


@judges("triplet-score")
@pytest.mark.parametrize("shapes", [((6, 4, 3), (5, 7, 2)), ((1, 9, 1),)])
def test_scores_after_one_step(candidate, reference, draw, shapes):
    assert_scores(candidate, reference, steps_of_training(draw, 1, shapes))


@judges("smoothing")
@pytest.mark.parametrize("given", [{}, {"betas": [0.6, 0.9]}])
def test_scores_after_some_steps(candidate, reference, draw, given):
    assert_scores(candidate, reference, steps_of_training(draw, 4), **given)


@judges("allocation")
@pytest.mark.parametrize("keep", [0, 1, 4, 9])
def test_the_highest_scores_of_all_layers_stay(candidate, reference, draw, keep):
    ranks = [3, 2, 4]
    updates = [an_update(draw, 5, 4, r) for r in ranks]
    # Layers differ in size of score, so that a share for each layer is another choice.
    scores = [draw.uniform(0.0, 1.0, r) * size for r, size in zip(ranks, (1.0, 3.0, 0.3), strict=True)]
    actual, expected = (side.allocated(updates, scores, keep) for side in (candidate, reference))
    assert isinstance(actual, list)
    for mine, right in zip(actual, expected, strict=True):
        assert_close(mine["lora_E"], right["lora_E"], tolerance=0)


@judges("only-lambda")
def test_rows_and_columns_stay_and_lambda_goes_on_learning(candidate, reference, draw):
    updates = [an_update(draw, 5, 4, 3) for _ in range(2)]
    scores = [draw.uniform(0.0, 1.0, 3) for _ in range(2)]
    actual, expected = (side.allocated(updates, scores, 2) for side in (candidate, reference))
    assert isinstance(actual, list)
    for mine, right in zip(actual, expected, strict=True):
        for name in ("lora_A", "lora_B"):
            assert_close(mine[name], right[name], tolerance=0)
        assert_value(mine["gradient"], right["gradient"].double())
