"""What peft makes of the AdaLoRA config in adalora.yaml."""

from __future__ import annotations


def ranks(*, r: int, total_step: int) -> str:
    """How the ranks run from `AdaLoraConfig(r=…, total_step=…)`: the key of the option that says so.

    Read off the adapter that peft builds: the rows of `lora_A` at the start, and the budget of ranks that the
    allocator schedules for the last step, a target module.
    Source: peft `tuners/adalora/config.py`; `tuners/adalora/layer.py`, `RankAllocator.budget_schedule`.
    """
    import warnings

    import torch
    from peft import AdaLoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    small = LlamaConfig(vocab_size=8, hidden_size=64, intermediate_size=8, num_hidden_layers=2, num_attention_heads=4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that `r` is ignored
        config = AdaLoraConfig(
            task_type="CAUSAL_LM", r=r, lora_alpha=32, target_modules=["q_proj", "v_proj"], total_step=total_step
        )
        with torch.device("meta"):
            model = get_peft_model(LlamaForCausalLM(small), config)
    rows = [p.shape[0] for name, p in model.named_parameters() if "lora_A" in name]
    allocator = model.base_model.rankallocator
    budget, _masked = allocator.budget_schedule(total_step)
    start, end = max(rows), budget / len(rows)
    return {(r, r): "a", (r, 8): "b", (12, 8): "c", (8, 8): "d"}[start, end]
