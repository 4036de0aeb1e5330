"""A training sample of GLM: a text with blanks, and behind it the spans that fill them."""

import torch


def blank_infilling(
    tokens: torch.Tensor, spans: list[tuple[int, int]], mask_id: int, sop_id: int, eop_id: int
) -> dict[str, torch.Tensor]:
    """Cut `spans` out of `tokens` and put them behind it, in the order in which they are given.

    tokens: int64, (length,). spans: pairs (start, end), tokens[start:end].
    Returns input_ids (n,), labels (n,), position_ids (2, n), all int64, and attention_mask (n, n), bool, True where
    a token may be seen.
    Raises ValueError for no span, an empty one, one outside the text, and two that overlap.
    """
    raise NotImplementedError("TODO: part A, part B, labels, both positions, the mask")
