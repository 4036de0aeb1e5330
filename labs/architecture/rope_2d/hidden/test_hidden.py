"""The hidden suite. Expected values are the reference's, made in float64, so that only the answer's rounding is judged.

A rotation gets positions of ours, any two rows: a mistake in the answer's positions does not show there.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

BOS = 130

# In eps of float32 times (1 + angle). The rounding of an exponent, times ln(base), is the error of a frequency.
FLOAT32_TOLERANCE = 16.0

# In eps of a coarse dtype: an answer may round cos and sin, both products and their sum.
HALF_TOLERANCE = 4.0


def draw_sequences(draw, seq, contexts, use_gmasks, masks=None):
    """One sequence for each length of context; the mask is anywhere in it but at its end."""
    ids = draw.integers(0, 100, len(contexts), seq)
    for row, context in zip(ids, contexts, strict=True):
        row[context] = BOS
    masks = masks or [draw.integer(0, max(1, context - 1)) for context in contexts]
    return {"input_ids": ids, "bos_token_id": BOS, "mask_positions": masks, "use_gmasks": use_gmasks}


def check_row(candidate, reference, row, **sequences):
    actual = candidate.position_ids(**sequences)
    assert isinstance(actual, torch.Tensor)
    assert actual.shape == (len(sequences["input_ids"]), 2, sequences["input_ids"].shape[1])
    assert_close(actual[:, row], reference.position_ids(**sequences)[:, row])


def draw_qk(draw, batch, heads, seq, head_dim, dtype=torch.float32):
    return {name: draw.normal(batch, heads, seq, head_dim, dtype=dtype) for name in ("q", "k")}


def scale_of(x, positions, base=10000.0):
    """The norm of each pair; where float32 is judged, times (1 + angle)."""
    half = x.shape[-1] // 2
    first, second = x.double().unflatten(-1, (2, 2, -1)).unbind(-2)
    norm = torch.hypot(first, second)  # (batch, heads, seq, 2, h/2)
    if x.dtype == torch.float32:
        angles = positions.double().unsqueeze(-1) * base ** -(torch.arange(0, half, 2).double() / half)
        norm = norm * (1 + angles.transpose(1, 2).unsqueeze(1))
    return torch.stack((norm, norm), dim=-2).flatten(-3)


def check_rotation(candidate, reference, qk, positions, base=None):
    actual = candidate.rotate(**qk, positions=positions, base=base)
    expected = reference.rotate(qk["q"].double(), qk["k"].double(), positions, base=base)
    for name, x in qk.items():
        tolerance = FLOAT32_TOLERANCE if x.dtype == torch.float32 else HALF_TOLERANCE
        scale = scale_of(x, positions, base or 10000.0)
        assert_close(actual[name], expected[name], scale=scale, tolerance=tolerance, dtype=x.dtype)


@judges("mask-positions")
@pytest.mark.parametrize(("seq", "context"), [(9, 5), (12, 2), (6, 5)])
def test_the_answer_stands_at_the_mask(candidate, reference, draw, seq, context):
    check_row(candidate, reference, 0, **draw_sequences(draw, seq, [context], [False]))


@judges("gmask-positions")
@pytest.mark.parametrize("use_gmasks", [[True], [False, True], [True, False]])
def test_a_gmask_counts_on(candidate, reference, draw, use_gmasks):
    contexts = [5, 5][: len(use_gmasks)]
    check_row(candidate, reference, 0, **draw_sequences(draw, 9, contexts, use_gmasks))


@judges("block-positions")
@pytest.mark.parametrize(("seq", "context"), [(9, 5), (7, 1), (6, 5)])
def test_the_answer_counts_from_one(candidate, reference, draw, seq, context):
    check_row(candidate, reference, 1, **draw_sequences(draw, seq, [context], [False]))


@judges("context")
@pytest.mark.parametrize("row", [0, 1])
def test_contexts_of_different_lengths(candidate, reference, draw, row):
    contexts = [6, 2, 9, draw.integer(3, 10)]
    check_row(candidate, reference, row, **draw_sequences(draw, 11, contexts, [False, True, False, False]))


@judges("context")
def test_another_bos_in_the_answer(candidate, reference, draw):
    sequences = draw_sequences(draw, 9, [4], [False])
    sequences["input_ids"][0, 7] = BOS
    check_row(candidate, reference, 1, **sequences)


@judges("rotation")
@pytest.mark.parametrize("head_dim", [8, 20, 64])
def test_each_half_is_a_head_of_its_own(candidate, reference, draw, head_dim):
    check_rotation(candidate, reference, draw_qk(draw, 2, 3, 7, head_dim), draw.integers(0, 60, 2, 2, 7))


@judges("halves")
@pytest.mark.parametrize("row", [0, 1])
def test_a_row_of_zeros_leaves_its_half(candidate, reference, draw, row):
    qk, positions = draw_qk(draw, 2, 3, 7, 16), draw.integers(1, 60, 2, 2, 7)
    positions[:, row] = 0
    actual = candidate.rotate(**qk, positions=positions)
    expected = reference.rotate(qk["q"].double(), qk["k"].double(), positions)
    columns = slice(8 * row, 8 * row + 8)
    for name, x in qk.items():
        assert isinstance(actual[name], torch.Tensor)
        assert_close(actual[name][..., columns], x[..., columns], tolerance=0)
        assert_close(
            actual[name], expected[name], scale=scale_of(x, positions), tolerance=FLOAT32_TOLERANCE, dtype=x.dtype
        )


@judges("base")
def test_the_base_that_is_given(candidate, reference, draw):
    qk, positions = draw_qk(draw, 1, 2, 9, 32), draw.integers(0, 60, 1, 2, 9)
    check_rotation(candidate, reference, qk, positions, base=draw.uniform(100.0, 900.0, 1).item())


@judges("far-positions")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_angles_keep_their_precision_far_out(candidate, reference, draw, dtype):
    # Nine positions are few; with 64 dimensions a half has 16 angles at each of them.
    high = 131_072 if dtype == torch.float32 else 5000
    check_rotation(candidate, reference, draw_qk(draw, 1, 2, 9, 64, dtype), draw.integers(1000, high, 1, 2, 9))


@judges("shapes")
@pytest.mark.parametrize("shape", [(1, 1, 1, 4), (3, 1, 5, 12), (2, 2, 2, 8), (1, 5, 1, 16)])
def test_sizes_of_one_odd_sizes_and_equal_sizes(candidate, reference, draw, shape):
    check_rotation(candidate, reference, draw_qk(draw, *shape), draw.integers(0, 60, shape[0], 2, shape[2]))


@judges("result-dtype")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_dtype_is_kept(candidate, reference, draw, dtype):
    check_rotation(candidate, reference, draw_qk(draw, 2, 3, 7, 16, dtype), draw.integers(0, 20, 2, 2, 7))


@judges("gradient")
def test_gradients_for_query_and_key(candidate, reference, draw):
    qk, grads, positions = (
        draw_qk(draw, 2, 3, 7, 16),
        draw_qk(draw, 2, 3, 7, 16),
        draw.integers(0, 60, 2, 2, 7),
    )
    given = {"positions": positions, "grad_q": grads["q"], "grad_k": grads["k"]}
    actual = candidate.gradients(**qk, **given)
    wide = {name: x.double() if x.is_floating_point() else x for name, x in (qk | given).items()}
    expected = reference.gradients(**wide)
    for name, grad in grads.items():
        scale = scale_of(grad, positions)
        assert_close(actual[name], expected[name], scale=scale, tolerance=FLOAT32_TOLERANCE, dtype=torch.float32)


@judges("unchanged-input")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_inputs_are_left_as_they_were(candidate, draw, dtype):
    inputs = draw_qk(draw, 2, 3, 5, 16, dtype) | {"positions": draw.integers(0, 60, 2, 2, 5)}
    inputs["input_ids"] = draw_sequences(draw, 9, [4, 6], [False, False])["input_ids"]
    after = candidate.inputs_afterwards(**inputs, bos_token_id=BOS)
    for name, before in inputs.items():
        assert_close(after[name], before, tolerance=0)
