"""The keys of lora.yaml on scale and merging, against arithmetic without peft."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from questions.peft import lora
from quiz.bank.schema import Question, Trace


def test_scale_is_alpha_over_r_or_over_its_root(question: Callable[[str, str], Question]) -> None:
    asked = question("peft/lora", "lora-scale")
    assert isinstance(asked, Trace)
    assert [float(line) for line in asked.answer.split()] == [32 / 16, 32 / 64, 32 / 64**0.5]


@pytest.mark.parametrize(("dtype", "key"), [("bfloat16", "b"), ("float16", "b"), ("float32", "d")])
def test_what_is_left_after_unmerging(dtype: str, key: str) -> None:
    assert lora.after_unmerge(dtype=dtype) == key


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_adding_and_subtracting_loses_bits(dtype: torch.dtype) -> None:
    """Second source: the two in-place operations, without peft."""
    torch.manual_seed(0)
    weight = (torch.randn(256, 256) * 0.02).to(dtype)
    update = torch.randn(256, 8) @ torch.randn(8, 256) * 0.001
    before = weight.clone()
    weight += update
    largest = weight.abs().max()
    weight -= update.to(dtype)
    error = (weight.double() - before.double()).abs()
    assert (error > 0).double().mean() > 0.1, "a good part is off"
    assert error.max() <= largest.double() * torch.finfo(dtype).eps, "none by more than rounding"


def test_rounds_add_up() -> None:
    """Switching between adapters by merging: the error of ten rounds exceeds that of one."""
    torch.manual_seed(0)
    start = (torch.randn(64, 64) * 0.02).bfloat16()
    weight, errors = start.clone(), []
    for _ in range(10):
        update = (torch.randn(64, 4) @ torch.randn(4, 64) * 0.01).bfloat16()
        weight += update
        weight -= update
        errors.append((weight.double() - start.double()).square().mean().item())
    assert errors[-1] > 2 * errors[0]


def test_the_adapter_on_a_bf16_base_is_float32_by_default() -> None:
    from peft import LoraConfig, get_peft_model

    model = get_peft_model(torch.nn.Sequential(torch.nn.Linear(8, 8).bfloat16()), LoraConfig(r=2, target_modules=["0"]))
    layer = model.base_model.model[0]
    assert layer.lora_A["default"].weight.dtype == torch.float32
    assert layer.base_layer.weight.dtype == torch.bfloat16
