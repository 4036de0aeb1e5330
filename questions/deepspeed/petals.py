"""The numbers in petals.yaml: what a client of a Petals swarm trains."""

from __future__ import annotations


def deep_prompt_parameters(*, prefix: int) -> int:
    """Parameters that a client trains of BLOOM-176B (70 blocks, width 14336) with `tuning_mode="deep_ptune"`.

        prefix · hidden            prompt embeddings before the first block
        prefix · blocks · hidden   one addition for each block

    Source: petals `src/petals/client/ptune.py`, `PTuneMixin.init_prompts`.
    """
    hidden, blocks = _bloom()
    return prefix * hidden + prefix * blocks * hidden


def shallow_prompt_parameters(*, prefix: int) -> int:
    """With `tuning_mode="ptune"`: the input alone."""
    return prefix * _bloom()[0]


def key_value_prefix_parameters(*, prefix: int) -> int:
    """Prefix tuning as peft counts it: keys and values in every block."""
    hidden, blocks = _bloom()
    return prefix * blocks * 2 * hidden


def _bloom() -> tuple[int, int]:
    """Width and number of blocks of BLOOM-176B."""
    from transformers import BloomConfig

    config = BloomConfig(hidden_size=14336, n_layer=70, n_head=112)
    return config.hidden_size, config.num_hidden_layers
