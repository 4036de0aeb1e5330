"""The hidden suite. Which tokens stay is compared exactly, through -inf in the same places; what stays to 4 eps."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

OUT = -float("inf")


def clear_p(logits, low, high):
    """A p between `low` and `high` that no sum of probabilities of any row comes near."""
    mass = logits.double().softmax(-1).sort(descending=True).values.cumsum(-1).flatten()
    candidates = torch.linspace(low, high, 400, dtype=torch.float64)
    return float(candidates[(candidates[:, None] - mass).abs().min(dim=1).values.argmax()])


def settings(prompt_length=3, eos_id=1, **more):
    return {"prompt_length": prompt_length, "eos_id": eos_id, **more}


def assert_warped(candidate, reference, logits, ids, **more):
    given = settings(**more)
    assert_close(candidate.warp(logits, ids, given), reference.warp(logits, ids, given))


@judges("penalty")
@pytest.mark.parametrize("shape", [(3, 17), (1, 5)])
def test_seen_tokens_become_less_likely(candidate, reference, draw, shape):
    logits, ids = 3 * draw.normal(*shape), draw.integers(0, shape[1], shape[0], 6)
    for penalty in (1.3, 1.0, 2.5):
        assert_close(candidate.penalise(logits, ids, penalty), reference.penalise(logits, ids, penalty))


@judges("penalty-once")
def test_a_token_is_penalised_once_and_in_its_own_row(candidate, draw):
    logits = draw.uniform(1, 4, 2, 9) * torch.tensor([1.0, -1.0, 1.0] * 3)
    first, second = torch.tensor([3, 3, 1, 3]), torch.tensor([7, 7, 7, 7])
    expected = logits.clone()
    expected[0, 3] /= 1.7
    expected[0, 1] *= 1.7
    expected[1, 7] *= 1.7
    assert_close(candidate.penalise(logits, torch.stack([first, second]), 1.7), expected)


@judges("penalty-once")
def test_the_prompt_counts_and_no_text_is_no_text(candidate, reference, draw):
    logits, ids = draw.normal(2, 9), torch.tensor([[2, 3, 4, 5], [5, 6, 7, 8]])
    assert_warped(candidate, reference, logits, ids, penalty=1.6)
    assert_close(candidate.penalise(logits, ids[:, :0], 1.6), logits)


@judges("top-k")
@pytest.mark.parametrize("k", [1, 2, 7, 12, 13, 50])
def test_the_k_largest_stay(candidate, reference, draw, k):
    logits = draw.normal(3, 13)
    assert_close(candidate.keep_top_k(logits, k), reference.keep_top_k(logits, k))


@judges("top-p")
@pytest.mark.parametrize("shape", [(3, 9), (1, 40)])
def test_the_smallest_set_that_reaches_p(candidate, reference, draw, shape):
    for low, high in ((0.3, 0.6), (0.6, 0.9), (0.9, 0.97)):
        logits = 1.5 * draw.normal(*shape)
        p = clear_p(logits, low, high)
        assert_close(candidate.keep_top_p(logits, p), reference.keep_top_p(logits, p))


@judges("top-p")
def test_all_of_the_mass_is_all_tokens(candidate, draw):
    logits = draw.normal(2, 12)
    logits[0, 3], logits[1, 7] = 60.0, 40.0  # the others are lost beside it in a float32 sum
    assert_close(candidate.keep_top_p(logits, 1.0), logits)


@judges("one-is-left")
def test_the_likeliest_token_stays(candidate, draw):
    logits = draw.normal(3, 8)
    places = draw.integers(0, 8, 3)
    logits[torch.arange(3), places] = 9.0
    expected = torch.full_like(logits, OUT)
    expected[torch.arange(3), places] = 9.0
    for p in (0.5, 0.05, 1e-6):
        assert_close(candidate.keep_top_p(logits, p), expected)


@judges("order")
@pytest.mark.parametrize("temperature", [0.4, 2.5])
def test_the_temperature_comes_before_top_p(candidate, reference, draw, temperature):
    logits, ids = 1.5 * draw.normal(3, 14), draw.integers(0, 14, 3, 4)
    p = clear_p(logits / temperature, 0.5, 0.9)
    assert_warped(candidate, reference, logits, ids, temperature=temperature, top_p=p)


@judges("order")
def test_top_p_shares_out_what_top_k_leaves(candidate, reference, draw):
    ids = draw.integers(0, 20, 2, 4)
    for k in (4, 7):
        logits = 0.5 * draw.normal(2, 20)  # flat: k of 20 tokens hold little of the whole mass
        p = clear_p(logits.topk(k).values, 0.55, 0.85)
        assert_warped(candidate, reference, logits, ids, top_k=k, top_p=p)


@judges("order")
def test_the_penalty_comes_before_the_cuts(candidate, reference, draw):
    logits = draw.normal(2, 10)
    ids = logits.argsort(descending=True)[:, :3]  # the likeliest tokens have been said already
    assert_warped(candidate, reference, logits, ids, penalty=8.0, top_k=3, temperature=0.7)
    lowered = reference.penalise(logits, ids, 8.0) / 0.7
    assert_warped(candidate, reference, logits, ids, penalty=8.0, temperature=0.7, top_p=clear_p(lowered, 0.4, 0.8))


@judges("temperature")
@pytest.mark.parametrize("temperature", [1.0, 0.1, 3.0])
def test_logits_over_the_temperature(candidate, draw, temperature):
    logits, ids = 4 * draw.normal(2, 11), draw.integers(0, 11, 2, 5)
    assert_close(candidate.warp(logits, ids, settings(temperature=temperature)), logits / temperature)


@judges("greedy")
@pytest.mark.parametrize("more", [{}, {"top_k": 4, "top_p": 0.5}, {"penalty": 9.0, "min_new_tokens": 3}])
@pytest.mark.parametrize("temperature", [0.0, 0])
def test_the_largest_logit_stays(candidate, reference, draw, more, temperature):
    logits = draw.normal(2, 9).abs() + 0.5
    logits[:, 4] = 0.0  # 0 / 0 is NaN
    logits[:, 1] = 6.0  # the end
    logits[0, 5], logits[1, 5] = 5.0, 4.0
    assert_warped(candidate, reference, logits, torch.tensor([[5, 2, 2, 2]] * 2), temperature=temperature, **more)


@judges("minimum-length")
def test_the_end_is_barred_until_enough_is_said(candidate, draw):
    logits = draw.normal(2, 9)
    logits[:, 6] = 5.0
    barred = logits.clone()
    barred[:, 6] = OUT
    for length in (4, 5, 6, 7, 8):
        given = settings(prompt_length=4, eos_id=6, min_new_tokens=2)
        expected = barred if length < 6 else logits
        assert_close(candidate.warp(logits, draw.integers(0, 6, 2, length), given), expected)


@judges("minimum-length")
def test_the_cuts_choose_among_the_other_tokens(candidate, reference, draw):
    logits, ids = draw.normal(2, 9), draw.integers(0, 9, 2, 4)
    logits[:, 6] = 8.0
    without = logits.clone()
    without[:, 6] = OUT
    assert_warped(candidate, reference, logits, ids, eos_id=6, min_new_tokens=5, top_k=1)
    p = clear_p(without, 0.4, 0.8)
    assert_warped(candidate, reference, logits, ids, eos_id=6, min_new_tokens=5, top_p=p)


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_float32_finds_the_token_that_crosses(candidate, reference, draw, dtype):
    # 192 logits, 1/64 apart, are exact in both dtypes; each holds about a hundredth of the mass, or less.
    row = torch.arange(192) / 64
    logits = torch.stack([row[draw.uniform(0, 1, 192).argsort()] for _ in range(2)]).to(dtype)
    ids = draw.integers(0, 192, 2, 3)
    for low in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
        p = clear_p(logits, low, low + 0.02)
        assert_close(candidate.keep_top_p(logits, p), reference.keep_top_p(logits, p))
        assert_warped(candidate, reference, logits, ids, temperature=1.3, top_p=clear_p(logits / 1.3, low, low + 0.02))
    assert_close(candidate.penalise(logits, ids, 1.3), reference.penalise(logits, ids, 1.3))
    assert_close(candidate.keep_top_k(logits, 5), reference.keep_top_k(logits, 5))


@judges("bad-settings")
def test_what_means_nothing_is_rejected(candidate, draw):
    logits, ids = draw.normal(2, 5), draw.integers(0, 5, 2, 3)
    for k in (0, -1):
        assert candidate.rejects_k(logits, k) is True
    for p in (0.0, -0.1, 1.01):
        assert candidate.rejects_p(logits, p) is True
    for more in ({"temperature": -0.5}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.5}):
        assert candidate.rejects_settings(logits, ids, settings(**more)) is True
    for more in ({"temperature": 0.0}, {"top_k": 9}, {"top_p": 1.0}):
        assert candidate.rejects_settings(logits, ids, settings(**more)) is False


@judges("unchanged-input")
def test_arguments_are_left_as_they_were(candidate, draw):
    logits, ids = draw.normal(2, 6), draw.integers(0, 6, 2, 4)
    given = settings(penalty=1.4, temperature=0.5, min_new_tokens=3, top_k=3, top_p=0.8)
    after = candidate.inputs_afterwards(logits, ids, given)
    assert_close(after["logits"], logits)
    assert_close(after["ids"], ids)
