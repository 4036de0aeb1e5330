"""The key in adapters.yaml: which modules are in training mode."""

from __future__ import annotations


def mode_after_wrapping(*, base_in_eval: bool, eval_after_wrapping: bool) -> str:
    """The key of what is in training mode once `get_peft_model` has wrapped a model with LoRA and dropout.

    "a": the base and the adapter, "b": the adapter alone, "c": nothing, "d": the base alone.
    Source: peft `tuners/lora/layer.py`, whose new modules start in training mode, as all modules of torch do.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    base = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Dropout(0.1))
    base.train(not base_in_eval)
    model = get_peft_model(base, LoraConfig(r=2, lora_dropout=0.1, target_modules=["0"]))
    if eval_after_wrapping:
        model.eval()
    dropouts = {name: module for name, module in model.named_modules() if isinstance(module, torch.nn.Dropout)}
    adapter = any(module.training for name, module in dropouts.items() if "lora_dropout" in name)
    own = any(module.training for name, module in dropouts.items() if "lora_dropout" not in name)
    return {(True, True): "a", (False, True): "b", (False, False): "c", (True, False): "d"}[own, adapter]
