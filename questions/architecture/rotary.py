"""The numbers in rotary.yaml: positions as bf16 holds them, and scores with a cache that lost its oldest keys."""

from __future__ import annotations


def position_error(*, position: int) -> int:
    """By how much a position changes when it is cast to bf16 and back.

    bf16 has 8 significant bits: between 2^n and 2^(n+1) its numbers are 2^(n-7) apart, and the cast rounds to the
    nearest. The fastest pair of RoPE turns by 1 radian a position, so its angle is off by as many radians.
    Source: torch's own cast; transformers `LlamaRotaryEmbedding.forward` keeps positions and angles in float32.
    """
    import torch

    return abs(position - int(torch.tensor(position).to(torch.bfloat16)))


def position_error_in_fp16(*, position: int) -> int:
    """The same for fp16, which has 11 significant bits."""
    import torch

    return abs(position - int(torch.tensor(position).to(torch.float16)))


def position_error_in_float32(*, position: int) -> int:
    """The same for float32, whose range bf16 has, but not its precision."""
    import torch

    return abs(position - int(torch.tensor(position).to(torch.float32)))


def position_spacing(*, position: int) -> int:
    """The distance of neighbouring bf16 numbers there, taken for the error."""
    return 2 ** (position.bit_length() - 8)


def position_after_eviction(*, cached: int, dropped: int, key_at: int) -> str:
    """Where the next query must stand after `dropped` of `cached` keys left the cache: the key of the option.

    Keys are stored as rotated. A choice is right if the score of a key that stayed is what it was with all keys:
    "a": the count of all tokens so far, "c": the length of the cache now, "b": both, "d": neither.
    Source: transformers `apply_rotary_pos_emb` of Llama (rotation before the cache).
    """
    import torch
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

    torch.manual_seed(0)
    rope = LlamaRotaryEmbedding(LlamaConfig(hidden_size=64, num_attention_heads=1))
    query, key = torch.randn(2, 1, 1, 1, 64)

    def turned(x: torch.Tensor, position: int) -> torch.Tensor:
        cos, sin = rope(x, torch.tensor([[position]]))
        return apply_rotary_pos_emb(x, x, cos, sin)[0]

    stored = turned(key, key_at)
    expected = (turned(query, cached) * stored).sum()
    places = {"a": cached, "c": cached - dropped}
    right = [o for o, at in places.items() if torch.isclose((turned(query, at) * stored).sum(), expected, atol=1e-4)]
    return {"a": "a", "c": "c", "ac": "b", "": "d"}["".join(right)]
