"""attention_cost.py against simulation and a hand formula."""

from __future__ import annotations

import pytest
import torch

from questions.architecture import attention_cost


def test_spread_of_inner_products() -> None:
    generator = torch.Generator().manual_seed(0)
    q, k = (3 * torch.randn(20_000, 64, generator=generator) for _ in range(2))
    expected = attention_cost.score_deviation(head_dim=64, deviation=3.0)
    assert (q * k).sum(dim=1).std().item() == pytest.approx(expected, rel=0.02)


def test_counted_flops_are_those_of_the_explanation() -> None:
    d, m, length = 4096, 11008, 24704
    linear, quadratic = 4 * 2 * d * d + 3 * 2 * d * m, 2 * 2 * length * d
    assert linear == quadratic, "the length at which both parts are equal, named in the explanation"
    assert attention_cost.quadratic_percent(hidden=d, intermediate=m, heads=32, length=length) == pytest.approx(50)
