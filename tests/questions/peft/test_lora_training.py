"""lora_training.py against adapters that peft makes, and the layer by hand against peft's."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from questions.peft import lora_training
from quiz.bank.schema import Question, SpotTheLine


@pytest.mark.parametrize("in_features", [64, 1024])
def test_bound_and_deviation_of_a(in_features: int) -> None:
    torch.manual_seed(0)
    model = get_peft_model(nn.Sequential(nn.Linear(in_features, 8)), LoraConfig(r=64, target_modules=["0"]))
    a = model.base_model.model[0].lora_A["default"].weight
    bound = lora_training.bound_of_a(in_features=in_features, rank=64)
    assert bound == pytest.approx(1 / math.sqrt(in_features))
    assert 0.99 * bound < a.abs().max().item() <= bound
    assert a.std().item() == pytest.approx(lora_training.standard_deviation(in_features=in_features, rank=64), rel=0.05)


def test_layer_by_hand(question: Callable[[str, str], Question]) -> None:
    """As printed neither factor gets a gradient; with both lines mended it is peft's layer."""
    asked = question("peft/lora_training", "lora-layer-by-hand")
    assert isinstance(asked, SpotTheLine)
    lines = asked.code.splitlines()
    broken = _layer(lines)
    broken(torch.randn(3, 6)).square().sum().backward()
    assert not broken.A.grad.any()
    assert not broken.B.grad.any()

    first, second = asked.wrong_lines
    lines[first - 1] = lines[first - 1].replace("torch.zeros(r", "torch.randn(r")
    still = _layer(lines)
    still(torch.randn(3, 6)).square().sum().backward()
    assert still.B.grad.any()
    lines[second - 1] = lines[second - 1].replace("self.drop(y)", "self.drop(x)")
    mended = _layer(lines).eval()
    nn.init.normal_(mended.B)
    x = torch.randn(3, 6)
    merged = mended.base.weight + mended.scale * mended.B @ mended.A
    torch.testing.assert_close(mended(x), nn.functional.linear(x, merged, mended.base.bias))
    nn.init.normal_(still.B)
    assert not torch.allclose(still.eval()(x), nn.functional.linear(x, merged, mended.base.bias))


def _layer(lines: list[str]) -> Any:
    scope: dict[str, Any] = {"nn": nn, "torch": torch}
    exec("\n".join(lines), scope)
    torch.manual_seed(0)
    return scope["LoRALinear"](nn.Linear(6, 6), r=2, alpha=4)
