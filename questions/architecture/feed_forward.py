"""The numbers in feed_forward.yaml, counted in models of transformers without weights (meta device)."""

from __future__ import annotations


def feed_forward_percent(*, hidden: int, intermediate: int, heads: int, kv_heads: int) -> float:
    """Share of a Llama decoder layer's parameters that its feed-forward network holds, in percent.

        SwiGLU       3 · hidden · intermediate                     gate, up and down
        attention    2 · hidden² + 2 · hidden · kv_heads · head_dim     q, o; k, v
        norms        2 · hidden

    Source: transformers `LlamaMLP`, `LlamaAttention` and `LlamaDecoderLayer`.
    """
    import torch
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaDecoderLayer

    config = LlamaConfig(
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    with torch.device("meta"):
        layer = LlamaDecoderLayer(config, layer_idx=0)
    whole = sum(p.numel() for p in layer.parameters())
    return 100 * sum(p.numel() for p in layer.mlp.parameters()) / whole


def active_billions(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, experts: int, top_k: int, vocab: int
) -> float:
    """How many billions (10^9) of the parameters of a Mixtral-type model one token uses.

        total - layers · (experts - top_k) · 3 · hidden · intermediate

    Attention, norms, router, embedding and output layer count whole; of the experts, `top_k` of each layer.
    Source: Jiang et al. 2024 (Mixtral of Experts), abstract; transformers `MixtralForCausalLM`.
    """
    import torch
    from transformers import MixtralConfig, MixtralForCausalLM

    config = MixtralConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        num_local_experts=experts,
        num_experts_per_tok=top_k,
    )
    with torch.device("meta"):
        model = MixtralForCausalLM(config)
    total = in_experts = 0
    for name, parameter in model.named_parameters():
        total += parameter.numel()
        in_experts += parameter.numel() if ".experts." in name else 0
    return (total - in_experts + in_experts * top_k / experts) / 1e9
