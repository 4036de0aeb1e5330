"""adapter_layers.py against the formulas of its docstrings, written out, and the traps of an adapter's start."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from questions.peft import adapter_layers


@pytest.mark.parametrize(("bottleneck", "layers"), [(32, 12), (64, 12), (128, 24)])
def test_houlsby_puts_two_bottlenecks_into_each_layer(bottleneck: int, layers: int) -> None:
    one = 768 * bottleneck + bottleneck + bottleneck * 768 + 768
    assert adapter_layers.houlsby_parameters(hidden=768, bottleneck=bottleneck, layers=layers) == 2 * layers * one


@pytest.mark.parametrize("adapters", [3, 16])
def test_fusion_does_not_grow_with_the_adapters(adapters: int) -> None:
    assert adapter_layers.fusion_parameters(hidden=768, layers=12, adapters=adapters) == 12 * (3 * 768**2 + 2 * 768)


@pytest.mark.parametrize(("spread", "residual", "near"), [(0.0, True, True), (0.5, True, False), (0.0, False, False)])
def test_an_adapter_starts_as_the_identity_only_with_residual_and_small_up(
    spread: float, residual: bool, near: bool
) -> None:
    torch.manual_seed(0)
    down, up, x = nn.Linear(16, 4), nn.Linear(4, 16), torch.randn(5, 16)
    nn.init.normal_(up.weight, std=spread)
    nn.init.zeros_(up.bias)
    y = up(nn.functional.gelu(down(x))) + (x if residual else 0)
    assert torch.allclose(y, x, atol=1e-3) == near
