"""What goes wrong in task_types.yaml, run on a small model."""

from __future__ import annotations


def reading(*, auto_class: str, batch: int, tokens: int) -> str:
    """The key of the right reading of a run that gives one label a sequence to this class with LoRA.

    The loss of a language model wants one target a token, batch · tokens of them. If the shapes in the error
    are (batch · tokens) and (batch), the model has no classification head: option "b". "e" if nothing fails.
    """
    return "e" if first_error(auto_class, batch, tokens) is None else "b"


def first_error(auto_class: str, batch: int, tokens: int) -> str | None:
    """The message of the ValueError that the first labelled forward pass raises, or None.

    Source: transformers `loss/loss_utils.py`, `ForCausalLMLoss`; peft `PeftModelForSequenceClassification`.
    """
    import torch
    import transformers
    from peft import LoraConfig, get_peft_model

    config = transformers.LlamaConfig(
        vocab_size=16,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=tokens,
        pad_token_id=0,
    )
    base = getattr(transformers, auto_class).from_config(config)
    model = get_peft_model(base, LoraConfig(task_type="SEQ_CLS", r=2))
    ids = torch.ones(batch, tokens, dtype=torch.long)
    try:
        model(input_ids=ids, labels=torch.zeros(batch, dtype=torch.long))
    except ValueError as error:
        if f"({batch * tokens})" in str(error) and f"({batch})" in str(error):
            return str(error)
        raise
    return None
