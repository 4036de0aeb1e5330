"""The numbers in lora.yaml, computed with peft on small or weightless models."""

from __future__ import annotations

from typing import Literal


def trainable_parameters(
    *, hidden: int, layers: int, heads: int, kv_heads: int, r: int, target_modules: list[str]
) -> int:
    """How many parameters LoRA trains in a Llama-type decoder.

    A linear layer W of shape (out, in) gets A of shape (r, in) and B of shape (out, r), without biases:

        r · (in + out)    for each layer that `target_modules` names.

    Under grouped-query attention k_proj and v_proj map to kv_heads · (hidden / heads) features only.
    Source: Hu et al. 2021, section 4.1; peft `tuners/lora/layer.py`.

    The model is built on the meta device: every shape is there, no weight is.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        hidden_size=hidden,
        intermediate_size=4 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    with torch.device("meta"):
        model = get_peft_model(LlamaForCausalLM(config), LoraConfig(r=r, target_modules=target_modules))
    trainable, _total = model.get_nb_trainable_parameters()
    return int(trainable)


def receives_first_gradient(*, init_lora_weights: bool | Literal["gaussian"]) -> str:
    """Which of A and B the first backward pass reaches: the key of the option that says so.

    For y = (W + s·B·A)·x with s = alpha / r and g the gradient of the loss in y:

        dL/dB = s · g · (A·x)ᵀ        dL/dA = s · Bᵀ · g · xᵀ

    B = 0 therefore leaves A without a gradient, whatever A holds. `init_lora_weights` is peft's own
    option: True and "gaussian" start with B = 0, False starts with a random B.
    Source: peft `tuners/lora/layer.py`, `reset_lora_parameters`.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    model = get_peft_model(
        torch.nn.Sequential(torch.nn.Linear(8, 6)),
        LoraConfig(r=2, target_modules=["0"], init_lora_weights=init_lora_weights),
    )
    model(torch.randn(4, 8)).square().sum().backward()
    reached = {
        name.split("lora_")[1][0]
        for name, parameter in model.named_parameters()
        if parameter.grad is not None and parameter.grad.any()
    }
    return {"AB": "a", "A": "b", "": "c", "B": "d"}["".join(sorted(reached))]


def after_unmerge(*, dtype: str) -> str:
    """What `merge_adapter` and `unmerge_adapter` leave of a base weight: the key of the option that says so.

    In place, in the dtype of the base, peft computes

        W' = round(W + s·B·A)        W'' = round(W' - round(s·B·A))

    "a": W'' is W bit by bit. "d": they differ by no more than rounding in float32. "b": they differ, by no
    more than rounding in `dtype`. "c": W cannot be had back from W''.
    Source: peft `tuners/lora/layer.py`, `Linear.merge` and `Linear.unmerge`.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    base = torch.nn.Sequential(torch.nn.Linear(256, 256, bias=False)).to(getattr(torch, dtype))
    before = base[0].weight.detach().double().clone()
    model = get_peft_model(base, LoraConfig(r=8, target_modules=["0"], init_lora_weights=False))
    model.merge_adapter()
    merged = model.base_model.model[0].base_layer.weight.detach().double().abs().max().item()
    model.unmerge_adapter()
    error = (model.base_model.model[0].base_layer.weight.detach().double() - before).abs().max().item()
    if error == 0:
        return "a"
    if error <= merged * torch.finfo(torch.float32).eps:
        return "d"
    return "b" if error <= merged * torch.finfo(getattr(torch, dtype)).eps else "c"
