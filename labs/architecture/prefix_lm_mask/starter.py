"""The attention mask and the position ids of ChatGLM-6B, for batches that are padded on the left."""

import torch


def masks(input_ids: torch.Tensor, bos_id: int, pad_id: int) -> torch.Tensor:
    """True where a token must not be seen: bool, (batch, 1, length, length), for input_ids (batch, length).

    Raises ValueError where a row has no bos.
    """
    raise NotImplementedError("TODO: a prefix that sees itself, then causal")


def position_ids(input_ids: torch.Tensor, bos_id: int, pad_id: int, mask_id: int, gmask_id: int) -> torch.Tensor:
    """Both rows of positions: int64, (batch, 2, length), for input_ids (batch, length).

    Raises ValueError where a row has no bos, or neither of the two mask tokens.
    """
    raise NotImplementedError("TODO: the place of the mask token, and a count from bos on")
