"""qlora.py against hand formulas, and the printed script against real training of a small model."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from questions.peft import qlora
from quiz.bank.schema import Question, SpotTheLine


@pytest.mark.parametrize(("block", "second_block"), [(64, 256), (32, 128)])
@pytest.mark.parametrize("kv_heads", [8, 2])
def test_bits_of_all_linear_layers(block: int, second_block: int, kv_heads: int) -> None:
    hidden, intermediate, layers, heads = 64, 160, 3, 8
    narrow = kv_heads * hidden // heads
    weights = layers * (2 * hidden**2 + 2 * hidden * narrow + 3 * hidden * intermediate)
    codes, constants, of_constants = 4 * weights, 8 * weights / block, 32 * weights / block / second_block
    gb = qlora.quantised_gb(
        hidden=hidden,
        intermediate=intermediate,
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        block=block,
        second_block=second_block,
    )
    assert gb * 1e9 * 8 == pytest.approx(codes + constants + of_constants)


def test_numbers_of_the_explanation() -> None:
    weights = 32 * (4 * 4096**2 + 3 * 4096 * 11008)
    assert weights == 6_476_005_376
    assert weights * 4 / 8e9 == pytest.approx(3.24, abs=0.005)
    assert weights * 4.5 / 8e9 == pytest.approx(3.64, abs=0.005)
    assert pytest.approx(0.373, abs=0.0005) == 0.5 - (8 / 64 + 32 / (64 * 256))
    assert pytest.approx(0.52, abs=0.005) == 2 * 2 * 32000 * 4096 / 1e9
    assert pytest.approx(3.9, abs=0.05) == 3.34 + 0.52, "the model answer on training through 4 bits"


def test_qlora_script(question: Callable[[str, str], Question]) -> None:
    """As printed nothing moves, nor with one line moved; with both moved, the adapter trains."""
    asked = question("peft/qlora", "qlora-script")
    assert isinstance(asked, SpotTheLine)
    lines = asked.code.splitlines()
    optimizer, prepare = (lines[n - 1] for n in asked.wrong_lines)
    wrap = lines[4]
    assert wrap.startswith("model = get_peft_model")

    for order, trains in (
        ((optimizer, wrap, prepare), False),
        ((wrap, optimizer, prepare), False),
        ((optimizer, prepare, wrap), False),
        ((prepare, wrap, optimizer), True),
    ):
        code = "\n".join([*lines[:3], *order, *lines[6:]])
        assert _moves(code) is trains, order


def _moves(code: str) -> bool:
    """Whether running the script changes any parameter."""
    import peft
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=16, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    base = LlamaForCausalLM(config)
    base.is_loaded_in_4bit = True  # no quantised weights on a CPU; peft prepares it as if it had them

    def from_pretrained(*_args: Any, **_kwargs: Any) -> LlamaForCausalLM:
        return base

    ids = torch.arange(12).reshape(2, 6)
    namespace: dict[str, Any] = {
        "torch": torch,
        "path": "",
        "BitsAndBytesConfig": dict,
        "AutoModelForCausalLM": SimpleNamespace(from_pretrained=from_pretrained),
        "LoraConfig": peft.LoraConfig,
        "get_peft_model": peft.get_peft_model,
        "prepare_model_for_kbit_training": peft.prepare_model_for_kbit_training,
        "loader": [{"input_ids": ids, "labels": ids}] * 2,
    }
    before = {name: p.detach().clone() for name, p in base.named_parameters()}
    exec(code, namespace)
    for name, parameter in namespace["model"].named_parameters():
        if "lora_B" in name and parameter.any():  # B starts at zero
            return True
        plain = name.removeprefix("base_model.model.").replace(".base_layer", "")
        if plain in before and not torch.equal(parameter, before[plain]):
            return True
    return False
