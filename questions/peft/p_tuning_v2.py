"""The numbers in p_tuning_v2.yaml: ChatGLM2's prefix, and how its training script lays out data."""

from __future__ import annotations


def prefix_table(*, pre_seq_len: int, layers: int, hidden: int, heads: int, kv_groups: int) -> int:
    """How many parameters the prefix of a ChatGLM2-shaped model has without projection.

        pre_seq_len · layers · 2 · kv_groups · (hidden / heads)

    Counted by peft on transformers' GLM, whose attention has the same shape; ChatGLM2's own `PrefixEncoder` is a table
    of the same size.
    """
    import torch
    from peft import PrefixTuningConfig, get_peft_model
    from transformers import GlmConfig, GlmForCausalLM

    shape = GlmConfig(
        vocab_size=8,
        pad_token_id=0,
        eos_token_id=1,
        hidden_size=hidden,
        intermediate_size=8,  # the prefix does not depend on it
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_groups,
        head_dim=hidden // heads,
    )
    with torch.device("meta"):
        config = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=pre_seq_len)
        trainable, _total = get_peft_model(GlmForCausalLM(shape), config).get_nb_trainable_parameters()
    return int(trainable)


def prefix_of_all_heads(*, pre_seq_len: int, layers: int, hidden: int, heads: int, kv_groups: int) -> int:
    """Wrong for ChatGLM2: right for ChatGLM-6B, where every head has its own keys and values."""
    return pre_seq_len * layers * 2 * hidden


def prefix_of_keys_alone(*, pre_seq_len: int, layers: int, hidden: int, heads: int, kv_groups: int) -> int:
    """Wrong: one vector a layer instead of a key and a value."""
    return pre_seq_len * layers * kv_groups * hidden // heads


def prompt_at_the_input(*, pre_seq_len: int, layers: int, hidden: int, heads: int, kv_groups: int) -> int:
    """Wrong: prompt tuning, which trains input embeddings only."""
    return pre_seq_len * hidden


def epochs(*, samples: int, steps: int, micro_batch: int, accumulation: int) -> float:
    """How often a run of `steps` optimizer steps on one GPU sees its `samples`.

    steps · micro_batch · accumulation / samples
    """
    return steps * micro_batch * accumulation / samples


def epochs_of_micro_steps(*, samples: int, steps: int, micro_batch: int, accumulation: int) -> float:
    """Wrong: as if `max_steps` counted micro-batches."""
    return steps * micro_batch / samples


def runs_an_epoch(*, samples: int, steps: int, micro_batch: int, accumulation: int) -> float:
    """Wrong: upside down, how many such runs would make one epoch."""
    return samples / (steps * micro_batch * accumulation)


def dialogue_tokens(*, turns: int, question: int, answer_tokens: int) -> int:
    """Tokens that go through the model when each turn is a line of its own that repeats the turns before it.

    sum over t = 1 … turns of t · (question + answer_tokens)  =  (question + answer_tokens) · turns · (turns + 1) / 2
    """
    return sum(t * (question + answer_tokens) for t in range(1, turns + 1))


def dialogue_once(*, turns: int, question: int, answer_tokens: int) -> int:
    """Wrong here: the dialogue as a single sequence."""
    return turns * (question + answer_tokens)


def dialogue_of_questions(*, turns: int, question: int, answer_tokens: int) -> int:
    """Wrong: as if the history held the earlier questions without their answers."""
    return sum(t * question + answer_tokens for t in range(1, turns + 1))


def end_among_the_labels(*, pad: int, eos: int) -> str:
    """What becomes of the end token if labels are masked by the padding id: the key of the option that says so.

    Context and padding get `pad` as their label, the answer and `eos` their ids; then every `pad` becomes -100.
    "a": the end is learned as before. "c": its label is gone too.
    """
    context, answer, length = 4, [21, 22, 23], 10
    labels = [pad] * context + [*answer, eos]
    labels += [pad] * (length - len(labels))
    return "a" if eos in [-100 if label == pad else label for label in labels] else "c"


def mismatch(*, saved: list[int], configured: list[int]) -> str:
    """Why a saved prefix does not load: the key of the option that says so.

    torch names both shapes. If they differ in the first number, the lengths of the prefixes differ ("b"); in the
    second, the models do ("d").
    """
    import torch

    def prefix(shape: list[int]) -> torch.nn.Embedding:
        return torch.nn.Embedding(*shape, device="meta")

    try:
        prefix(configured).load_state_dict(prefix(saved).state_dict())
    except RuntimeError as error:
        if f"torch.Size({saved})" not in str(error) or f"torch.Size({configured})" not in str(error):
            raise
        return "b" if saved[0] != configured[0] else "d"
    raise AssertionError("the shapes agree")
