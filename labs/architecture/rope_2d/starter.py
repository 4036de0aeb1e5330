"""The two-dimensional positions of ChatGLM-6B, and the rotation of each half of a head by its own row of them."""

import torch


def glm_position_ids(
    input_ids: torch.Tensor, bos_token_id: int, mask_positions: list[int], use_gmasks: list[bool]
) -> torch.Tensor:
    """input_ids: int64, (batch, seq). Returns int64, (batch, 2, seq): place in the text, place in the answer."""
    raise NotImplementedError("TODO: both rows of each sequence")


def apply_rotary_2d(
    q: torch.Tensor, k: torch.Tensor, position_ids: torch.Tensor, base: float = 10000.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """q, k: (batch, heads, seq, head_dim); position_ids: int64, (batch, 2, seq). Returns both in shape and dtype."""
    raise NotImplementedError("TODO: rotate each half by its row")
