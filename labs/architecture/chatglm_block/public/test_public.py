"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges


@judges("scale-of-28-layers")
def test_28_layers(candidate):
    assert math.isclose(candidate.scale(28), 7.483314773547883, rel_tol=1e-9)


@judges("hand-worked-values")
def test_two_dimensions(candidate):
    # LN of two numbers is (1, -1) or (-1, 1), but for eps. Two layers: alpha = 2. a = (1, -1), attention gives
    # (-3, 0), h = 2 (1, -1) + (-3, 0) = (-1, -2). Its norm is (1, -1), and with the second bias m = (4, 2). The
    # MLP gives (4, 0), y = 2 (4, 2) + (4, 0).
    norms = torch.tensor([[1.0, 1.0], [0.0, 0.0], [1.0, 1.0], [3.0, 3.0]])
    attention, mlp = torch.tensor([[-3.0, 0.0], [0.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    x = torch.tensor([[0.5, -0.5]])
    actual = candidate.forward(x, norms=norms, attention=attention, mlp=mlp, num_layers=2)
    assert_close(actual, torch.tensor([[12.0, 4.0]]), tolerance=1024)
