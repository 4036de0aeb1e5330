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
def test_adding_and_subtracting_loses_bits_of_some_weights(dtype: torch.dtype) -> None:
    """Second source: the two in-place operations, without peft."""
    before, update = _weight(dtype), _update(0.1)
    merged, after = _there_and_back(before, update)
    error = (after.double() - before.double()).abs()
    assert 0.01 < (error > 0).double().mean() < 0.5, "some are off, most are not"
    assert error.max() <= merged.abs().max().double() * torch.finfo(dtype).eps, "none by more than rounding"


def test_only_a_larger_exponent_loses_bits() -> None:
    """The rule of the explanation; a power of two is the exception, as numbers below it lie closer."""
    before = _weight(torch.bfloat16)
    merged, after = _there_and_back(before, _update(0.1))
    mantissa, exponent = torch.frexp(before.float())
    grew = torch.frexp(merged.float()).exponent > exponent
    kept = ~grew & (mantissa.abs() != 0.5)
    assert (after != before)[kept].double().mean() < 1e-4
    assert (after != before)[grew].double().mean() > 0.1


@pytest.mark.parametrize(("size", "off"), [(0.01, 0.013), (0.1, 0.075)])
def test_how_many_weights_are_off(size: float, off: float) -> None:
    before = _weight(torch.bfloat16)
    _merged, after = _there_and_back(before, _update(size))
    assert (after != before).double().mean().item() == pytest.approx(off, rel=0.1)


def test_a_small_update_does_not_move_most_weights() -> None:
    before = _weight(torch.bfloat16)
    merged, _after = _there_and_back(before, _update(0.001))
    assert (merged == before).double().mean().item() == pytest.approx(0.78, abs=0.01)


def _weight(dtype: torch.dtype) -> torch.Tensor:
    torch.manual_seed(0)
    return (torch.randn(512, 512) * 0.02).to(dtype)


def _update(size: float) -> torch.Tensor:
    """Of rank 8, in float32, with a standard deviation of `size` times that of `_weight`."""
    return torch.randn(512, 8) @ torch.randn(8, 512) / 8**0.5 * 0.02 * size


def _there_and_back(weight: torch.Tensor, update: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    merged = weight.clone()
    merged += update
    after = merged.clone()
    after -= update
    return merged, after


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
