"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges

LN3 = math.log(3)


@judges("hand-worked-routing")
def test_two_of_three_experts(candidate):
    # Logits 0, ln 3 and -1: experts 1 and 0 are chosen, with weights 3 / 4 and 1 / 4.
    x, gate = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0], [LN3, 0.0], [-1.0, 5.0]])
    actual = candidate.route(x, gate, 2)
    assert_close(actual["experts"], torch.tensor([[1, 0]]))
    assert_close(actual["weights"], torch.tensor([[0.75, 0.25]]))
    # Expert 0 gives SiLU(1) * 1 in its first output, expert 1 SiLU(1) * 4, expert 2 would give far more.
    ones = torch.tensor([[[1.0, 0.0]]]).expand(3, 1, 2).contiguous()
    up = ones * torch.tensor([1.0, 4.0, 1000.0])[:, None, None]
    down = torch.tensor([[1.0], [0.0]]).expand(3, 2, 1).contiguous()
    actual = candidate.forward(x, gate=gate, gate_proj=ones, up_proj=up, down_proj=down, top_k=2)
    expected = torch.tensor([[(0.75 * 4 + 0.25) / (1 + math.exp(-1)), 0.0]])
    assert_close(actual, expected)


@judges("hand-worked-loss")
def test_two_tokens_and_two_experts(candidate):
    # Probabilities (3/4, 1/4) and (1/2 + 1/4, 1/4): both choose expert 0. f = (1, 0), P = (3/4, 1/4): 2 * 3 / 4.
    logits = torch.tensor([[LN3, 0.0], [LN3 + 1, 1.0]])
    assert_close(candidate.loss(logits, 1), torch.tensor(1.5))
    # With the choices spread evenly f = (1/2, 1/2), and the loss is 1. A third token that does not count is as none.
    logits = torch.tensor([[LN3, 0.0], [0.0, LN3], [9.0, 0.0]])
    assert_close(candidate.loss(logits, 1, mask=torch.tensor([True, True, False])), torch.tensor(1.0))
