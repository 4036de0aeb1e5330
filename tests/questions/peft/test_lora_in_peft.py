"""What lora_in_peft.yaml says of peft besides its derived keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, OPTConfig, OPTForCausalLM

from questions.peft import lora_in_peft

SHAPE: dict[str, Any] = {
    "vocab_size": 32,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}


def test_loading_to_train_is_not_the_fault_of_the_file() -> None:
    assert lora_in_peft.reading_of_no_parameters(is_trainable=False) == "c"
    assert lora_in_peft.reading_of_no_parameters(is_trainable=True) == "a"


def test_preparing_does_not_quantise_but_casts() -> None:
    shape = OPTConfig(vocab_size=8, hidden_size=8, ffn_dim=8, num_hidden_layers=1, num_attention_heads=1)
    assert shape.pad_token_id == 1
    model = prepare_model_for_kbit_training(OPTForCausalLM(shape).to(torch.bfloat16))
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert get_peft_model(model, LoraConfig(task_type="CAUSAL_LM")).targeted_module_names


def test_a_list_of_token_indices_leaves_the_output_layer_frozen() -> None:
    def trained(indices: Any) -> set[str]:
        config = LoraConfig(task_type="CAUSAL_LM", trainable_token_indices=indices)
        model = get_peft_model(LlamaForCausalLM(LlamaConfig(**SHAPE)), config)
        return {
            name.split(".")[-4]
            for name, p in model.named_parameters()
            if p.requires_grad and "trainable_tokens" in name
        }

    assert trained([30, 31]) == {"embed_tokens"}
    assert trained({"embed_tokens": [30, 31], "lm_head": [30, 31]}) == {"embed_tokens", "lm_head"}


def test_a_resized_vocabulary_is_saved_and_must_be_resized_before_loading(tmp_path: Path) -> None:
    LlamaForCausalLM(LlamaConfig(**SHAPE)).save_pretrained(tmp_path / "base")

    def base(tokens: int) -> Any:
        model = AutoModelForCausalLM.from_pretrained(tmp_path / "base")
        model.resize_token_embeddings(tokens)
        return model

    get_peft_model(base(38), LoraConfig(task_type="CAUSAL_LM")).save_pretrained(tmp_path / "adapter")
    with pytest.raises(RuntimeError, match="size mismatch"):
        PeftModel.from_pretrained(base(32), tmp_path / "adapter")
    PeftModel.from_pretrained(base(38), tmp_path / "adapter")
