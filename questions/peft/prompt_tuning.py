"""The numbers in prompt_tuning.yaml, read off a small model that peft wraps."""

from __future__ import annotations


def logit_rows(*, batch: int, tokens: int, virtual_tokens: int) -> int:
    """How many rows of logits the loss of a causal language model gets under prompt tuning.

        batch · (virtual_tokens + tokens)

    one for each position of each sequence: the soft prompt stands in front of every sequence, and the model has no
    classification head that would reduce a sequence to one row. Read off the error that one label a sequence raises.
    Source: peft `peft_model.py`, `PeftModelForSequenceClassification.forward`; transformers `loss/loss_utils.py`.
    """
    import re

    import torch
    from peft import PromptTuningConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(vocab_size=16, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2)
    config = PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=virtual_tokens)
    model = get_peft_model(LlamaForCausalLM(shape), config)
    ids = torch.ones(batch, tokens, dtype=torch.long)
    try:
        model(input_ids=ids, labels=torch.zeros(batch, dtype=torch.long))
    except ValueError as error:
        found = re.search(r"input batch_size \((\d+)\)", str(error))
        if found is None:
            raise
        return int(found[1])
    raise AssertionError("one label a sequence was enough for a language model")


def rows_without_the_prompt(*, batch: int, tokens: int, virtual_tokens: int) -> int:
    """Wrong: as if the soft prompt took no positions of its own."""
    return batch * tokens


def rows_with_one_prompt_a_batch(*, batch: int, tokens: int, virtual_tokens: int) -> int:
    """Wrong: as if the whole batch shared one copy of the soft prompt."""
    return batch * tokens + virtual_tokens


def rows_of_a_classifier(*, batch: int, tokens: int, virtual_tokens: int) -> int:
    """Wrong: as if `task_type` had put a classification head on the model."""
    return batch
