"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

LOGITS = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
IDS = torch.tensor([[0, 3, 0]])
OUT = -float("inf")


@judges("one-control")
def test_a_penalty_lowers_both_signs(candidate):
    assert_close(candidate.penalise(LOGITS, IDS, 1.2), torch.tensor([[2 / 1.2, 1.0, 0.0, -1.2]]))


@judges("one-control")
def test_two_of_four(candidate):
    assert_close(candidate.keep_top_k(LOGITS, 2), torch.tensor([[2.0, 1.0, OUT, OUT]]))


@judges("one-control")
def test_the_token_that_crosses_p(candidate):
    # The softmax is 0.644, 0.237, 0.087, 0.032: two tokens have 0.881, three 0.968.
    assert_close(candidate.keep_top_p(LOGITS, 0.9), torch.tensor([[2.0, 1.0, 0.0, OUT]]))


@judges("together")
@pytest.mark.parametrize(("temperature", "kept"), [(0.5, 2), (1.0, 3), (2.0, 4)])
def test_a_higher_temperature_leaves_more_tokens(candidate, temperature, kept):
    settings = {"prompt_length": 3, "eos_id": 3, "temperature": temperature, "top_p": 0.9}
    expected = LOGITS / temperature
    expected[:, kept:] = OUT
    assert_close(candidate.warp(LOGITS, IDS, settings), expected)
