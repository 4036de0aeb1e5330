"""The numbers in prompt_methods.yaml, counted by peft on models without weights (meta device)."""

from __future__ import annotations


def prefix_parameters(*, hidden: int, layers: int, heads: int, kv_heads: int, virtual_tokens: int) -> int:
    """How many parameters prefix tuning without projection trains in a Llama-type decoder.

        virtual_tokens · layers · 2 · kv_heads · head_dim

    a key and a value for each virtual token in each layer, as wide as the model's own keys and values.
    Source: Li & Liang 2021; peft `utils/other.py`, `_prepare_prompt_learning_config`.
    """
    import torch
    from peft import PrefixTuningConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=8,
        hidden_size=hidden,
        intermediate_size=8,  # prefix tuning does not touch the feed-forward network
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    prefix = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=virtual_tokens)
    with torch.device("meta"):
        model = get_peft_model(LlamaForCausalLM(config), prefix)
    trainable, _total = model.get_nb_trainable_parameters()
    return int(trainable)
