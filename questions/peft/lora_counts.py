"""The numbers in lora_counts.yaml: parameters, bytes and operations of LoRA, and the numbers that slips lead to."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def _trained(*, hidden: int, intermediate: int, heads: int, kv_heads: int, vocab: int, **lora: Any) -> dict[str, int]:
    """Trained parameters of a Llama with one layer, by name, as peft makes them. The meta device has no weights."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=1,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    lora = {name: list(value) if isinstance(value, tuple) else value for name, value in lora.items()}
    with torch.device("meta"):
        model = get_peft_model(LlamaForCausalLM(shape), LoraConfig(task_type="CAUSAL_LM", **lora))
    return {name: p.numel() for name, p in model.named_parameters() if p.requires_grad}


def all_linear(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int, rank: int) -> int:
    """LoRA parameters with `target_modules="all-linear"`: r · (in + out) for each linear layer but the output layer.

    Source: peft `tuners/tuners_utils.py`, `_maybe_include_all_linear_layers`; `tuners/lora/layer.py`.
    """
    of_one_layer = _trained(
        hidden=hidden,
        intermediate=intermediate,
        heads=heads,
        kv_heads=kv_heads,
        vocab=vocab,
        r=rank,
        target_modules="all-linear",
    )
    return layers * sum(of_one_layer.values())


def with_output_layer(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int, rank: int
) -> int:
    """As if `all-linear` took the output layer as well."""
    adapted = all_linear(
        hidden=hidden, intermediate=intermediate, layers=layers, heads=heads, kv_heads=kv_heads, vocab=vocab, rank=rank
    )
    return adapted + rank * (hidden + vocab)


def attention_only(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int, rank: int
) -> int:
    """As if only q, k, v and o were adapted, not the three matrices of the feed-forward network."""
    del intermediate, vocab
    narrow = hidden * kv_heads // heads
    return layers * rank * (2 * (hidden + hidden) + 2 * (hidden + narrow))


def all_square(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int, rank: int) -> int:
    """As if all seven matrices were of shape hidden · hidden."""
    del intermediate, heads, kv_heads, vocab
    return layers * 7 * rank * 2 * hidden


def adapter_mb(*, layers: int, in_features: int, out_features: int, rank: int) -> float:
    """MB (10^6 bytes) of the tensors that peft saves for one adapted linear layer of a bf16 base in each of `layers`.

    layers · r · (in + out) · 4 bytes: `get_peft_model` makes the adapter float32, `autocast_adapter_dtype`.
    Source: peft `utils/save_and_load.py`, `get_peft_model_state_dict`; `peft_model.py`.
    """
    import torch
    from peft import LoraConfig, get_peft_model, get_peft_model_state_dict

    with torch.device("meta"):
        base = torch.nn.Sequential(torch.nn.Linear(in_features, out_features, dtype=torch.bfloat16))
        model = get_peft_model(base, LoraConfig(r=rank, target_modules=["0"]))
    saved = get_peft_model_state_dict(model, save_embedding_layers=False)
    return layers * sum(t.numel() * t.element_size() for t in saved.values()) / 1e6


def adapter_mb_in_16_bits(*, layers: int, in_features: int, out_features: int, rank: int) -> float:
    """As if the adapter had the base's 16 bits."""
    return layers * rank * (in_features + out_features) * 2 / 1e6


def matrices_mb(*, layers: int, in_features: int, out_features: int, rank: int) -> float:
    """As if the file held the adapted matrices themselves, in 16 bits."""
    del rank
    return layers * in_features * out_features * 2 / 1e6


def break_even_rank(*, in_features: int, out_features: int) -> float:
    """The rank r at which r · (in + out) = in · out: from there on LoRA trains more than the matrix has."""
    return in_features * out_features / (in_features + out_features)


def smaller_side(*, in_features: int, out_features: int) -> int:
    """The largest rank that the product B·A can have, which is another question."""
    return min(in_features, out_features)


def half_the_input(*, in_features: int, out_features: int) -> float:
    """Right for square matrices only."""
    del out_features
    return in_features / 2


def lora_gb(*, billions: float, trained_millions: float) -> float:
    """GB (10^9 bytes) of weights, gradients and Adam states: a frozen bf16 base and a float32 adapter.

    2 bytes a base weight, and 4 + 4 + 8 bytes (weight, gradient, two moments) a trained one.
    Source: peft `peft_model.py`, `autocast_adapter_dtype`; torch `optim/adamw.py`, two moments in the weight's dtype.
    """
    return 2 * billions + 16 * trained_millions / 1000


def full_gb(*, billions: float, trained_millions: float) -> float:
    """All of the model with 16 bytes a parameter: what full fine-tuning would take."""
    del trained_millions
    return 16 * billions


def adapter_gb(*, billions: float, trained_millions: float) -> float:
    """As if the frozen weights took no memory."""
    del billions
    return 16 * trained_millions / 1000


def gb_with_base_gradients(*, billions: float, trained_millions: float) -> float:
    """As if the frozen weights got 16-bit gradients."""
    return 4 * billions + 16 * trained_millions / 1000


def with_saved_modules(*, hidden: int, layers: int, heads: int, rank: int, vocab: int) -> int:
    """Trained with LoRA on q_proj and v_proj and `modules_to_save=["embed_tokens", "lm_head"]`, untied, no GQA.

    layers · 2 · r · 2 · hidden + 2 · vocab · hidden, read from peft.
    Source: peft `utils/other.py`, `ModulesToSaveWrapper`.
    """
    trained = _trained(
        hidden=hidden,
        intermediate=8,  # not adapted
        heads=heads,
        kv_heads=heads,
        vocab=vocab,
        r=rank,
        target_modules=("q_proj", "v_proj"),
        modules_to_save=("embed_tokens", "lm_head"),
    )
    return sum(n * (layers if "lora_" in name else 1) for name, n in trained.items())


def without_saved_modules(*, hidden: int, layers: int, heads: int, rank: int, vocab: int) -> int:
    """The adapter alone."""
    del heads, vocab
    return layers * 2 * rank * 2 * hidden


def saved_modules_as_lora(*, hidden: int, layers: int, heads: int, rank: int, vocab: int) -> int:
    """As if embedding and output layer got matrices of rank r instead of being trained whole."""
    return without_saved_modules(hidden=hidden, layers=layers, heads=heads, rank=rank, vocab=vocab) + 2 * rank * (
        vocab + hidden
    )


def one_saved_module(*, hidden: int, layers: int, heads: int, rank: int, vocab: int) -> int:
    """As if embedding and output layer shared one matrix."""
    alone = without_saved_modules(hidden=hidden, layers=layers, heads=heads, rank=rank, vocab=vocab)
    return alone + vocab * hidden


def step_percent(*, hidden: int, rank: int) -> float:
    """FLOPs of forward and backward of a square linear layer under LoRA, in per cent of training it whole.

        100 · (4 · d² + 6 · 2dr) / (6 · d²)

    Forward, gradient of the input and gradient of the weight cost 2 · d² a token each; a frozen weight saves the third.
    Counted by torch `utils/flop_counter.py` on the meta device.
    """
    from torch import nn

    full = nn.Linear(hidden, hidden, bias=False, device="meta")
    base = nn.Linear(hidden, hidden, bias=False, device="meta").requires_grad_(False)
    down = nn.Linear(hidden, rank, bias=False, device="meta")
    up = nn.Linear(rank, hidden, bias=False, device="meta")
    lora = _flops(lambda x: base(x) + up(down(x)), hidden)
    return 100 * lora / _flops(full, hidden)


def _flops(layer: Any, hidden: int) -> int:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    # The input needs a gradient, as adapters in earlier layers wait for it.
    x = torch.empty(8, hidden, device="meta", requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        layer(x).sum().backward()
    return int(counter.get_total_flops())


def trained_percent(*, hidden: int, rank: int) -> float:
    """The share of trained parameters, as if the rest cost nothing."""
    return 100 * 2 * rank / hidden


def forward_percent(*, hidden: int, rank: int) -> float:
    """As if backward stopped at frozen weights: forward, and the adapter."""
    return 100 * (2 * hidden**2 + 12 * hidden * rank) / (6 * hidden**2)


def added_percent(*, hidden: int, rank: int) -> float:
    """As if freezing saved nothing and the adapter came on top."""
    return 100 * (6 * hidden**2 + 12 * hidden * rank) / (6 * hidden**2)
