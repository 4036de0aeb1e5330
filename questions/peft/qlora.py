"""The numbers in qlora.yaml: what a base model quantised to NF4 takes."""

from __future__ import annotations


def quantised_gb(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, block: int, second_block: int
) -> float:
    """GB (10^9 bytes) of a Llama's linear layers in NF4 with double quantisation, the output layer left out.

    Bits a weight, with 8-bit constants for blocks of `block` weights and a 32-bit constant for each
    `second_block` of those:

        4 + 8 / block + 32 / (block · second_block)

    Source: Dettmers et al. 2023 (QLoRA), paragraph Double Quantization; shapes: transformers
    `LlamaForCausalLM` on the meta device.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    with torch.device("meta"):
        decoder = LlamaForCausalLM(config).model  # without lm_head, which stays in 16 bits
    weights = sum(m.weight.numel() for m in decoder.modules() if isinstance(m, torch.nn.Linear))
    bits = 4 + 8 / block + 32 / (block * second_block)
    return weights * bits / 8 / 1e9
