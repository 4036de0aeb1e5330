"""The numbers in positions.yaml, from the frequencies that transformers gives RoPE."""

from __future__ import annotations


def unfinished_pairs(*, head_dim: int, base: float, context: int) -> int:
    """How many of the head_dim / 2 pairs turn less than once while the position runs over `context` tokens.

    Pair i turns by θ_i = base^(-2i / head_dim) radians a position, so its wavelength in tokens is

        2π / θ_i = 2π · base^(2i / head_dim)

    and it is unfinished where the wavelength is longer than the context.
    Source: Su et al. 2021 (RoFormer), section 3.2.2; transformers `LlamaRotaryEmbedding`, buffer `inv_freq`.
    """
    import math

    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

    config = LlamaConfig(
        hidden_size=head_dim,
        num_attention_heads=1,
        rope_parameters={"rope_type": "default", "rope_theta": base},
    )
    wavelengths = 2 * math.pi / LlamaRotaryEmbedding(config).inv_freq.double()
    return int((wavelengths > context).sum())
