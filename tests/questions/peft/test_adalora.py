"""adalora.py against peft's defaults, and the traps that adalora.yaml names."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch

from questions.peft import adalora


def _config(**options: Any) -> Any:
    from peft import AdaLoraConfig

    return AdaLoraConfig(**{"task_type": "CAUSAL_LM", "target_modules": ["q_proj"], "total_step": 1000, **options})


def _model(config: Any) -> Any:
    from peft import get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(vocab_size=8, hidden_size=32, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2)
    return get_peft_model(LlamaForCausalLM(shape), config)


@pytest.mark.parametrize("r", [4, 8, 16])
def test_ranks_run_from_init_r_to_target_r(r: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = _config(r=r)
    assert (config.init_r, config.target_r) == (12, 8)
    assert adalora.ranks(r=r, total_step=1000) == "c"


def test_r_is_ignored_with_a_warning_unless_it_is_8() -> None:
    with pytest.warns(UserWarning, match="`r` is not used"):
        _config(r=16)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _config(r=8)


def test_the_config_wants_total_step_and_room_for_pruning() -> None:
    with pytest.raises(ValueError, match="total_step"):
        _config(total_step=None)
    with pytest.raises(ValueError, match="budgeting phase"):
        _config(tinit=600, tfinal=400)


def test_names_of_t5_do_not_match_llama() -> None:
    with pytest.raises(ValueError, match="not found in the base model"):
        _model(_config(target_modules=["q", "v"]))


def test_pruning_leaves_the_budget_in_uneven_shares() -> None:
    """A short run: the triplets that are left make target_r a module on average, not in each."""
    torch.manual_seed(0)
    model = _model(_config(init_r=6, target_r=3, tinit=1, tfinal=2, total_step=12))
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    ids = torch.randint(0, 8, (4, 6))
    for step in range(12):
        model(input_ids=ids, labels=ids).loss.backward()
        optimizer.step()
        model.base_model.update_and_allocate(step)
        optimizer.zero_grad()
    left = [int((p != 0).sum()) for name, p in model.named_parameters() if "lora_E" in name]
    assert sum(left) == 3 * len(left)
