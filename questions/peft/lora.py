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
