"""masks_and_evaluation.py against torch's cross-entropy."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from questions.debugging import masks_and_evaluation


def test_perplexity_over_padding_is_that_of_one_mean() -> None:
    losses = torch.tensor([2.4] * 3 + [0.1] * 5, dtype=torch.float64)
    other = losses.expm1().log()  # logits 0 and z cost class 0 ln(1 + e^z)
    logits = torch.stack((torch.zeros_like(other), other), dim=-1)
    labels = torch.zeros(8, dtype=torch.long)
    reported = F.cross_entropy(logits, labels).exp().item()
    sizes = {"real": 3, "padded": 5, "real_loss": 2.4, "padding_loss": 0.1}
    assert masks_and_evaluation.perplexity_over_padding(**sizes) == pytest.approx(reported)
    labels[3:] = -100
    assert masks_and_evaluation.true_perplexity(**sizes) == pytest.approx(F.cross_entropy(logits, labels).exp().item())
