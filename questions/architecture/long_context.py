"""The numbers in long_context.yaml: Qwen-1's dynamic NTK and its logn factor."""

from __future__ import annotations

import math


def qwen_ntk_base(*, length: int, trained: int, head_dim: int, base: int) -> float:
    """The RoPE base that Qwen-1 uses for an input of `length` tokens, trained on `trained`.

        alpha = max(2^⌈log2(length / trained) + 1⌉ - 1, 1)        base' = base · alpha^(d / (d - 2))

    d is the head size. Source: Qwen's modeling_qwen.py, `get_ntk_alpha` and `update_rotary_pos_emb_cache`.
    """
    alpha = max(2 ** math.ceil(math.log2(length / trained) + 1) - 1, 1)
    return _scaled(base, alpha, head_dim)


def ntk_base_without_steps(*, length: int, trained: int, head_dim: int, base: int) -> float:
    """The same without rounding up: alpha = 2 · length / trained - 1, which grows with every token."""
    return _scaled(base, 2 * length / trained - 1, head_dim)


def ntk_base_by_ratio(*, length: int, trained: int, head_dim: int, base: int) -> float:
    """The same with alpha = length / trained."""
    return _scaled(base, length / trained, head_dim)


def ntk_base_without_exponent(*, length: int, trained: int, head_dim: int, base: int) -> float:
    """base · alpha: the exponent d / (d - 2) is forgotten."""
    del head_dim
    return base * max(2 ** math.ceil(math.log2(length / trained) + 1) - 1, 1)


def _scaled(base: float, alpha: float, head_dim: int) -> float:
    return float(base * alpha ** (head_dim / (head_dim - 2)))


def logn_factor(*, position: int, trained: int) -> float:
    """What Qwen-1 multiplies a query by, at a position counted from 1, after training on `trained` tokens.

        log(position) / log(trained)    beyond the trained length, else 1

    Source: Qwen's modeling_qwen.py, `logn_list` in `QWenAttention`.
    """
    return math.log(position) / math.log(trained) if position > trained else 1.0


def ratio_of_lengths(*, position: int, trained: int) -> float:
    """position / trained, taken for the factor."""
    return position / trained


def logarithm_of_the_ratio(*, position: int, trained: int) -> float:
    """1 + log(position / trained), taken for the factor."""
    return 1 + math.log(position / trained)


def root_of_the_ratio(*, position: int, trained: int) -> float:
    """√(position / trained), taken for the factor."""
    return math.sqrt(position / trained)


def why_not_extended(*, max_positions: int, trained: int, factor: float) -> str:
    """What keeps YaRN from acting in a config without `rope_type`: the key of the option that says so.

    Two changes are tried, each alone: "b" if another `original_max_position_embeddings` makes the slowest pair
    `factor` times slower, "c" if naming the type does, "a" if neither does and a smaller factor would.
    Source: transformers `RotaryEmbeddingConfigMixin` and `LlamaRotaryEmbedding`.
    """
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

    def slowdown(**changes: object) -> float:
        parameters = {"rope_theta": 10000.0, "factor": factor, "original_max_position_embeddings": trained} | changes
        config = LlamaConfig(
            hidden_size=128, num_attention_heads=1, max_position_embeddings=max_positions, rope_parameters=parameters
        )
        return 10000.0 ** (-126 / 128) / LlamaRotaryEmbedding(config).inv_freq[-1].item()

    tried = {
        "b": slowdown(original_max_position_embeddings=max_positions),
        "c": slowdown(rope_type="yarn"),
        "a": factor * slowdown(factor=2.0) / 2,
    }
    (key,) = (option for option, times in tried.items() if math.isclose(times, factor, rel_tol=1e-3))
    return key
