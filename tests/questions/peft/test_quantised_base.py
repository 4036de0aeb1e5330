"""quantised_base.py against arithmetic by hand."""

from __future__ import annotations

import pytest
import torch

from questions.peft import quantised_base


@pytest.mark.parametrize(("largest", "code"), [(9, 6), (20, 3), (100, 1)])
def test_codes_of_the_round_trip(largest: float, code: int) -> None:
    assert quantised_base.int8_round_trip(value=0.4, largest=largest) == pytest.approx(code * largest / 127)


def test_double_quantisation_of_65_billion_weights() -> None:
    saved = quantised_base.double_quantisation_gb(billions=65, block=64, second_block=256)
    assert saved == pytest.approx(65 * 0.373 / 8, rel=1e-3)
    assert saved == pytest.approx(3, rel=0.02)


@pytest.mark.parametrize("kv_heads", [8, 32])
def test_two_bytes_for_what_is_not_quantised(kv_heads: int) -> None:
    shape = {"hidden": 4096, "intermediate": 14336, "layers": 32, "heads": 32, "kv_heads": kv_heads}
    expected = 2 * (2 * 128256 * 4096 + 65 * 4096) / 1e9
    assert quantised_base.upcast_gb(**shape, vocab=128256) == pytest.approx(expected)


def test_formats_of_the_glossary() -> None:
    assert torch.finfo(torch.float16).max == 65504
    assert torch.finfo(torch.float16).eps == 2**-10
    assert torch.finfo(torch.bfloat16).eps == 2**-7
    assert torch.finfo(torch.float32).eps == 2**-23
    assert torch.finfo(torch.bfloat16).smallest_normal == torch.finfo(torch.float32).smallest_normal
