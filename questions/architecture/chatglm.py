"""The numbers in chatglm.yaml: GLM's samples, ChatGLM-6B's mask, position ids and residuals."""

from __future__ import annotations


def allowed_mask_entries(*, prompt: int, reply: int) -> int:
    """Pairs (query, key) that ChatGLM-6B's prefix mask lets through in one sample.

    The sample is `prompt` tokens, [gMASK], <sop>, `reply` tokens. With c = prompt + 1 tokens before <sop> and T in all,

        T · c  +  (T - c)(T - c + 1) / 2        the context is seen by all; <sop> and the reply are causal

    Source: `ChatGLMPreTrainedModel.get_masks` of ChatGLM-6B (context length = index of <sop>).
    """
    return _entries(context=prompt + 1, total=prompt + 2 + reply)


def causal_mask_entries(*, prompt: int, reply: int) -> int:
    """The pairs of a plain causal mask over the same tokens, as in ChatGLM2-6B and Llama."""
    return _entries(context=0, total=prompt + 2 + reply)


def full_mask_entries(*, prompt: int, reply: int) -> int:
    """All pairs, as in an encoder."""
    return _entries(context=prompt + 2 + reply, total=prompt + 2 + reply)


def mask_entries_with_sop_in_context(*, prompt: int, reply: int) -> int:
    """The pairs if <sop> counted as part of the context."""
    return _entries(context=prompt + 2, total=prompt + 2 + reply)


def _entries(*, context: int, total: int) -> int:
    return sum(1 for query in range(total) for key in range(total) if key < context or key <= query)


def rotary_table_rows(*, prompt: int, reply: int) -> int:
    """Rows of the cos/sin table that one training sample of ChatGLM-6B needs: the largest position id plus 1.

    The sample is `prompt` tokens, [gMASK], <sop>, `reply` tokens.

        first ids    0 … prompt (its last one is [gMASK]); <sop> and the reply repeat the id of [gMASK]
        second ids   0 before <sop>; 1 for <sop>, then 2 … reply + 1

    Both halves of a head look up the same table.
    Source: `get_position_ids` and `SelfAttention.forward` of ChatGLM-6B.
    """
    first = list(range(prompt + 1)) + [prompt] * (1 + reply)
    second = [0] * (prompt + 1) + list(range(1, reply + 2))
    return max(first + second) + 1


def rows_with_one_position_per_token(*, prompt: int, reply: int) -> int:
    """Rows for ordinary positions 0, 1, 2, … over the whole sample."""
    return prompt + 2 + reply


def rows_for_the_first_ids(*, prompt: int, reply: int) -> int:
    """Rows for the first ids alone."""
    return prompt + 1


def rows_with_second_ids_from_zero(*, prompt: int, reply: int) -> int:
    """Rows if <sop> had second id 0 and the reply 1, 2, …"""
    return max(prompt, reply) + 1


def identity_block_rms(*, layers: int) -> float:
    """RMS of what a ChatGLM-6B block returns if its attention and its MLP return zeros, gains 1 and biases 0.

        h = alpha · LN(x) + 0;    out = alpha · LN(h) + 0;    alpha = √(2 · layers)

    LN undoes the scale of h, so that alpha enters once. Source: `GLMBlock.forward` of ChatGLM-6B.
    """
    return float((2 * layers) ** 0.5)


def rms_if_alpha_compounds(*, layers: int) -> float:
    """The number if the second LayerNorm were overlooked: alpha²."""
    return float(2 * layers)


def rms_with_one_branch_per_layer(*, layers: int) -> float:
    """The number with alpha = √layers: one residual a layer instead of two."""
    return float(layers**0.5)


def rms_of_plain_post_norm(*, layers: int) -> float:
    """The number of a post-norm block, LN(x + 0), whatever the depth."""
    return 1.0


def infilling_length(*, tokens: int, masked: int, spans: int) -> int:
    """Length of GLM's training sequence for a text of `tokens` tokens of which `spans` spans, `masked` tokens, are cut.

        part A   tokens - masked + spans      each span becomes one [MASK]
        part B   masked + spans               each span follows a start token

    Source: GLM `blocklm_utils.py`, `make_block_data`.
    """
    part_a = ["text"] * (tokens - masked) + ["[MASK]"] * spans
    part_b = ["text"] * masked + ["[S]"] * spans
    return len(part_a + part_b)


def infilling_length_without_start_tokens(*, tokens: int, masked: int, spans: int) -> int:
    """The length if spans followed one another without a start token."""
    return infilling_length(tokens=tokens, masked=masked, spans=spans) - spans


def infilling_length_of_part_a(*, tokens: int, masked: int, spans: int) -> int:
    """The corrupted text alone, as an encoder sees it."""
    return tokens - masked + spans


def infilling_length_with_a_mask_per_token(*, tokens: int, masked: int, spans: int) -> int:
    """The length if each cut token left its own [MASK], as in BERT."""
    return tokens + masked + spans
