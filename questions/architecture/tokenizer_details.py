"""The numbers in tokenizer_details.yaml, counted in a resized model of transformers (meta device)."""

from __future__ import annotations


def added_parameters(*, vocab: int, new_tokens: int, hidden: int, multiple_of: int) -> int:
    """Parameters that `new_tokens` more tokens add to a Llama with an output layer of its own.

        rows = vocab + new_tokens, rounded up to a multiple;    2 · (rows - vocab) · hidden

    Source: transformers `PreTrainedModel.resize_token_embeddings` with `pad_to_multiple_of`.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=8,  # nothing but the embedding and the output layer changes
        num_hidden_layers=1,
        num_attention_heads=1,
    )
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
        before = sum(p.numel() for p in model.parameters())
        # The mean of the old rows cannot be taken without numbers; it changes no shape.
        model.resize_token_embeddings(vocab + new_tokens, pad_to_multiple_of=multiple_of, mean_resizing=False)
    return sum(p.numel() for p in model.parameters()) - before


def added_parameters_of_the_embedding(*, vocab: int, new_tokens: int, hidden: int, multiple_of: int) -> int:
    """Counted in the embedding alone, as if the output layer were tied."""
    return added_parameters(vocab=vocab, new_tokens=new_tokens, hidden=hidden, multiple_of=multiple_of) // 2


def added_parameters_without_padding(*, vocab: int, new_tokens: int, hidden: int, multiple_of: int) -> int:
    """Exactly the new tokens, twice."""
    return 2 * new_tokens * hidden
