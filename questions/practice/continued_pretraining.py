"""The numbers in continued_pretraining.yaml: what LoRA trains when the vocabulary grows."""

from __future__ import annotations

from functools import cache

HIDDEN, LAYERS, OLD_VOCABULARY = 4096, 32, 32000
"""Llama 7B."""


def trained_parameters(*, vocabulary: int, r: int) -> int:
    """Parameters that train in Llama 7B with LoRA on all linear layers and whole embedding and head.

        adapters          32 layers · sum over the seven linear layers of r · (in + out)
        modules_to_save   2 · vocabulary · 4096, embedding and head being separate matrices

    Counted by peft on the meta device; one layer is built and counted 32 times.
    Source: peft `tuners/lora/layer.py` and `utils/other.py`, `ModulesToSaveWrapper`.
    """
    layer, saved = _counted(vocabulary, r)
    return LAYERS * layer + saved


def adapters_only(*, vocabulary: int, r: int) -> int:
    """What comes out where `modules_to_save` is forgotten."""
    layer, _saved = _counted(vocabulary, r)
    return LAYERS * layer


def with_the_new_rows_only(*, vocabulary: int, r: int) -> int:
    """What comes out where only the rows of the new tokens are taken to train."""
    layer, _saved = _counted(vocabulary, r)
    return LAYERS * layer + 2 * (vocabulary - OLD_VOCABULARY) * HIDDEN


def with_the_head_tied(*, vocabulary: int, r: int) -> int:
    """What comes out where embedding and head are taken for one matrix."""
    layer, saved = _counted(vocabulary, r)
    return LAYERS * layer + saved // 2


@cache
def _counted(vocabulary: int, r: int) -> tuple[int, int]:
    """Trained parameters of one layer's adapters, and of embedding and head."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(vocab_size=vocabulary, num_hidden_layers=1)
    adapters = LoraConfig(
        r=r,
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        modules_to_save=["embed_tokens", "lm_head"],
    )
    with torch.device("meta"):
        model = get_peft_model(LlamaForCausalLM(config), adapters)
    trained = {name: p.numel() for name, p in model.named_parameters() if p.requires_grad}
    layer = sum(n for name, n in trained.items() if "lora_" in name)
    return layer, sum(trained.values()) - layer
