"""The numbers in other_methods.yaml: AdaLoRA's budget, parameters of DoRA and (IA)³, and what slips make of them."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def _trained(method: str, *, hidden: int, intermediate: int, heads: int, kv_heads: int, **options: Any) -> int:
    """Parameters that `method`, a config class of peft, trains in a Llama with one layer on the meta device."""
    import peft
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=8,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=1,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    options = {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}
    with torch.device("meta"):
        model = peft.get_peft_model(LlamaForCausalLM(shape), getattr(peft, method)(task_type="CAUSAL_LM", **options))
    return int(model.get_nb_trainable_parameters()[0])


def budget(*, modules: int, init_r: int, target_r: int, tinit: int, tfinal: int, total_step: int, step: int) -> int:
    """The sum of ranks that AdaLoRA's schedule leaves to all modules at `step`.

        target + (start - target) · (1 - (step - tinit) / (total - tfinal - tinit))³    rounded down,

    and the start before `tinit`, the target in the last `tfinal` steps.
    Source: peft `tuners/adalora/layer.py`, `RankAllocator.budget_schedule`, which is asked here.
    """
    import torch
    from peft import AdaLoraConfig
    from peft.tuners.adalora.layer import RankAllocator

    config = AdaLoraConfig(init_r=init_r, target_r=target_r, tinit=tinit, tfinal=tfinal, total_step=total_step)
    adapted = torch.nn.Module()
    for i in range(modules):
        matrix = torch.nn.Module()
        matrix.lora_A = torch.nn.ParameterDict({"default": torch.empty(init_r, 1)})
        adapted.add_module(str(i), matrix)
    ranks, _masked = RankAllocator(adapted, config, "default").budget_schedule(step)
    return int(ranks)


def budget_falling_evenly(
    *, modules: int, init_r: int, target_r: int, tinit: int, tfinal: int, total_step: int, step: int
) -> float:
    """As if the budget fell in a straight line."""
    left = 1 - (step - tinit) / (total_step - tfinal - tinit)
    return modules * (target_r + (init_r - target_r) * left)


def budget_without_phases(
    *, modules: int, init_r: int, target_r: int, tinit: int, tfinal: int, total_step: int, step: int
) -> float:
    """As if pruning went on from the first step to the last."""
    del tinit, tfinal
    return modules * (target_r + (init_r - target_r) * (1 - step / total_step) ** 3)


def dora(*, hidden: int, intermediate: int, layers: int, rank: int) -> int:
    """Parameters of DoRA on `down_proj`: r · (in + out) as in LoRA, and a magnitude for each output feature.

    Source: peft `tuners/lora/dora.py`, `DoraLinearLayer`: norms of W + s·B·A over the input, one an output feature.
    """
    one = _trained(
        "LoraConfig",
        hidden=hidden,
        intermediate=intermediate,
        heads=32,
        kv_heads=32,
        r=rank,
        use_dora=True,
        target_modules=("down_proj",),
    )
    return layers * one


def dora_without_magnitude(*, hidden: int, intermediate: int, layers: int, rank: int) -> int:
    """LoRA alone."""
    return layers * rank * (intermediate + hidden)


def dora_by_input(*, hidden: int, intermediate: int, layers: int, rank: int) -> int:
    """As if there were a magnitude for each input feature."""
    return (
        dora_without_magnitude(hidden=hidden, intermediate=intermediate, layers=layers, rank=rank)
        + layers * intermediate
    )


def ia3(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int) -> int:
    """Parameters of (IA)³ in a Llama with peft's default modules: `k_proj`, `v_proj`, and `down_proj` at its input.

        layers · (2 · kv_heads · head_dim + intermediate)

    Source: peft `tuners/ia3/layer.py`, `IA3Layer.update_layer`; `utils/constants.py`.
    """
    return layers * _trained("IA3Config", hidden=hidden, intermediate=intermediate, heads=heads, kv_heads=kv_heads)


def ia3_without_groups(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int) -> int:
    """As if keys and values were as wide as the model."""
    del heads, kv_heads
    return layers * (2 * hidden + intermediate)


def ia3_at_the_output(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int) -> int:
    """As if the vector of the feed-forward network stood behind `down_proj`."""
    del intermediate
    return layers * (2 * hidden * kv_heads // heads + hidden)
