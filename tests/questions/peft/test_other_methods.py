"""other_methods.py against hand formulas, and the AdaLoRA loop against a run of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from questions.peft import other_methods

SCHEDULE = {"modules": 64, "init_r": 12, "target_r": 8, "tinit": 100, "tfinal": 200, "total_step": 1000}


@pytest.mark.parametrize(("step", "ranks"), [(0, 768), (100, 768), (450, 544), (800, 512), (1000, 512)])
def test_budget(step: int, ranks: int) -> None:
    assert other_methods.budget(**SCHEDULE, step=step) == ranks


def test_budget_is_cubic_between_the_phases() -> None:
    for step in (275, 625):
        left = 1 - (step - 100) / 700
        assert other_methods.budget(**SCHEDULE, step=step) == int(512 + 256 * left**3)


def test_dora_and_ia3_by_hand() -> None:
    assert other_methods.dora(hidden=64, intermediate=96, layers=3, rank=2) == 3 * (2 * (64 + 96) + 64)
    ia3 = other_methods.ia3(hidden=64, intermediate=96, layers=3, heads=8, kv_heads=2)
    assert ia3 == 3 * (2 * 2 * 8 + 96)


@pytest.mark.parametrize("in_time", [True, False])
def test_allocating_needs_the_gradients(in_time: bool) -> None:
    from peft import AdaLoraConfig, get_peft_model
    from transformers import OPTConfig, OPTForCausalLM

    shape = OPTConfig(vocab_size=8, hidden_size=8, ffn_dim=8, num_hidden_layers=1, num_attention_heads=1)
    config: Any = AdaLoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"], total_step=10)
    model = get_peft_model(OPTForCausalLM(shape), config)
    ids = torch.ones(1, 3, dtype=torch.long)
    model(input_ids=ids, labels=ids).loss.backward()
    if in_time:
        model.base_model.update_and_allocate(0)
        return
    model.zero_grad()
    with pytest.raises(TypeError):
        model.base_model.update_and_allocate(0)


def test_prefix_tuning_refuses_checkpointing_and_merging() -> None:
    from peft import PrefixTuningConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(vocab_size=8, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    prefix = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2)
    with pytest.raises(AttributeError):
        get_peft_model(LlamaForCausalLM(shape), prefix).merge_and_unload()
    checkpointed = LlamaForCausalLM(shape)
    checkpointed.activation_checkpointing_enable()
    with pytest.raises(ValueError, match="PREFIX_TUNING does not work with gradient checkpointing"):
        get_peft_model(checkpointed, prefix)
