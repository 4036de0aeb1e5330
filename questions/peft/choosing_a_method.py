"""What peft says to two methods on one model, for choosing_a_method.yaml."""

from __future__ import annotations


def second_method(*, first: str, second: str) -> str:
    """What `add_adapter` does with a config of another method: the key of the option that says so.

    "a": it refuses, with a ValueError that names both types. "c": it adds the second adapter.
    Source: peft `peft_model.py`, `PeftModel.add_adapter`.
    """
    import peft
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(vocab_size=16, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2)
    prefix = peft.PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4)
    configs = {"prefix": prefix, "lora": peft.LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj"])}
    model = peft.get_peft_model(LlamaForCausalLM(shape), configs[first])
    try:
        model.add_adapter("other", configs[second])
    except ValueError as error:
        if "Cannot combine adapters with different peft types" not in str(error):
            raise
        return "a"
    return "c"
