"""The numbers in p_tuning.yaml, counted on peft's prompt encoder without weights (meta device)."""

from __future__ import annotations


def encoder_parameters(*, hidden: int, virtual_tokens: int, encoder_hidden: int) -> int:
    """How many parameters P-tuning trains with peft's default encoder, an MLP of three linear layers.

        n·d  +  (d·h + h)  +  (h·h + h)  +  (h·d + d)

    for n virtual tokens, hidden size d and `encoder_hidden_size` h.
    Source: peft `tuners/p_tuning/model.py`, `PromptEncoder`.
    """
    return _count("MLP", hidden, virtual_tokens, encoder_hidden)


def lstm_encoder_parameters(*, hidden: int, virtual_tokens: int, encoder_hidden: int) -> int:
    """Wrong for the default: a bidirectional LSTM of two layers, and an MLP of two linear layers of width 2·h."""
    return _count("LSTM", hidden, virtual_tokens, encoder_hidden)


def with_two_linear_layers(*, hidden: int, virtual_tokens: int, encoder_hidden: int) -> int:
    """Wrong: as if `encoder_num_layers=2` counted the linear layers of the MLP."""
    d, h = hidden, encoder_hidden
    return virtual_tokens * d + (d * h + h) + (h * d + d)


def soft_prompt_alone(*, hidden: int, virtual_tokens: int, encoder_hidden: int) -> int:
    """Wrong here: what prompt tuning trains, and what is saved after P-tuning."""
    return virtual_tokens * hidden


def _count(kind: str, hidden: int, virtual_tokens: int, encoder_hidden: int) -> int:
    import torch
    from peft import PromptEncoder, PromptEncoderConfig

    config = PromptEncoderConfig(
        task_type="CAUSAL_LM",
        num_virtual_tokens=virtual_tokens,
        token_dim=hidden,
        num_transformer_submodules=1,
        encoder_hidden_size=encoder_hidden,
        encoder_reparameterization_type=kind,
    )
    with torch.device("meta"):
        return sum(p.numel() for p in PromptEncoder(config).parameters())
