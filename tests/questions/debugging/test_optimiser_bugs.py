"""optimiser_bugs.py against a numerical minimum, and the claims of optimiser_bugs.yaml about its code."""

from __future__ import annotations

import pytest
import torch

from questions.debugging import optimiser_bugs


@pytest.mark.parametrize("batch", [200, 500, 4000])
def test_share_of_the_best_rate_by_search(batch: int) -> None:
    """With |G|² = GᵀHG = 1 and tr(HΣ) = 1000 the change of loss is -ε + ε²/2 · (1 + 1000 / batch)."""
    rates = torch.linspace(0, 1.5, 150_001, dtype=torch.float64)
    best = rates[(-rates + rates**2 / 2 * (1 + 1000 / batch)).argmin()].item()
    assert optimiser_bugs.share_of_the_best_rate(batch=batch, noise_scale=1000) == pytest.approx(best, abs=1e-4)


def _adamw_by_hand(p: torch.Tensor, g: torch.Tensor, *, faulty: bool) -> torch.Tensor:
    """The first step of adamw-by-hand, as shown or corrected."""
    lr, eps, decay = 1e-3, 1e-8, 0.01
    m, v = 0.1 * g, 0.001 * g * g
    m_hat, v_hat = m / (1 - 0.9), v / (1 - 0.999)
    if faulty:
        return p * (1 - decay) - lr * m_hat / (v_hat + eps).sqrt()
    return p * (1 - lr * decay) - lr * m_hat / (v_hat.sqrt() + eps)


def test_adamw_by_hand_is_right_only_when_corrected() -> None:
    weight = torch.nn.Parameter(torch.ones(3, dtype=torch.float64))
    weight.grad = torch.tensor([0.01, 1e-6, 1.0], dtype=torch.float64)
    start, gradient = weight.detach().clone(), weight.grad.clone()
    torch.optim.AdamW([weight], lr=1e-3).step()
    torch.testing.assert_close(_adamw_by_hand(start, gradient, faulty=False), weight.detach())
    assert not torch.allclose(_adamw_by_hand(start, gradient, faulty=True), weight.detach())
    tiny = 1e-3 * 1e-6 / (1e-12 + 1e-8) ** 0.5
    assert tiny == pytest.approx(1e-3 / 100, rel=0.01)
