"""The numbers in attention_cost.yaml: FLOPs counted by torch on weightless layers, and the spread of raw scores."""

from __future__ import annotations


def quadratic_percent(*, hidden: int, intermediate: int, heads: int, length: int) -> float:
    """Share of a Llama decoder layer's matrix FLOPs that grows with the square of `length`, in percent.

    Forward pass over one sequence, multi-head attention that computes the whole score matrix (eager), a multiply-add
    counted as 2:

        scores and weighted values      4 · length² · hidden
        q, k, v, o                      8 · length · hidden²
        gate, up, down                  6 · length · hidden · intermediate

    Source: torch's own `FlopCounterMode` over transformers' `LlamaDecoderLayer` on the meta device; only the first
    line is batched matrix products (`bmm`).
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaDecoderLayer

    config = LlamaConfig(
        hidden_size=hidden, intermediate_size=intermediate, num_attention_heads=heads, num_key_value_heads=heads
    )
    config._attn_implementation = "eager"
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        cos = torch.empty(1, length, hidden // heads)
        LlamaDecoderLayer(config, 0)(torch.empty(1, length, hidden), position_embeddings=(cos, cos))
    flops = counter.get_flop_counts()["Global"]
    return 100 * flops[torch.ops.aten.bmm] / sum(flops.values())


def quadratic_percent_of_scores_alone(*, hidden: int, intermediate: int, heads: int, length: int) -> float:
    """The same with q·k alone: the product of the weights with the values is forgotten."""
    del heads
    return _percent(2 * length**2 * hidden, 8 * length * hidden**2 + 6 * length * hidden * intermediate)


def quadratic_percent_with_two_matrices(*, hidden: int, intermediate: int, heads: int, length: int) -> float:
    """The same with a feed-forward network of two matrices, as before SwiGLU."""
    del heads
    return _percent(4 * length**2 * hidden, 8 * length * hidden**2 + 4 * length * hidden * intermediate)


def quadratic_percent_per_head(*, hidden: int, intermediate: int, heads: int, length: int) -> float:
    """The same with the products of every head as expensive as one over the whole width."""
    return _percent(4 * heads * length**2 * hidden, 8 * length * hidden**2 + 6 * length * hidden * intermediate)


def _percent(quadratic: float, linear: float) -> float:
    return 100 * quadratic / (quadratic + linear)


def score_deviation(*, head_dim: int, deviation: float) -> float:
    """Standard deviation of q·k before scaling, for independent components of mean 0 and standard deviation s.

        √head_dim · s²

    A product of two such components has mean 0 and variance s⁴, and variances of independent terms add.
    Source: Vaswani et al. 2017, section 3.2.1, footnote 4 (s = 1).
    """
    return head_dim**0.5 * deviation**2


def score_variance(*, head_dim: int, deviation: float) -> float:
    """The variance, taken for the standard deviation."""
    return head_dim * deviation**4


def score_deviation_of_one_factor(*, head_dim: int, deviation: float) -> float:
    """√head_dim · s: as if only one of q and k were spread."""
    return head_dim**0.5 * deviation


def score_deviation_that_adds(*, head_dim: int, deviation: float) -> float:
    """head_dim · s²: as if standard deviations added, not variances."""
    return head_dim * deviation**2
