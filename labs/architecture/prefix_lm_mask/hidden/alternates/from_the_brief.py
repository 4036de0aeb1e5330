# Written from the brief and the starter alone.
"""The attention mask and the position ids of ChatGLM-6B, for batches that are padded on the left."""

import torch


def _first(hit: torch.Tensor) -> torch.Tensor:
    """The index of the first True of each row, (batch, 1); 0 where there is none."""
    return hit.int().argmax(dim=1, keepdim=True)


def _layout(input_ids: torch.Tensor, bos_id: int, pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Per row, (batch, 1): how many pads lead it, and where the first bos is."""
    is_bos = input_ids == bos_id
    if not is_bos.any(dim=1).all():
        raise ValueError("a row has no bos")
    pads = (input_ids == pad_id).long().cumprod(dim=1).sum(dim=1, keepdim=True)
    return pads, _first(is_bos)


def masks(input_ids: torch.Tensor, bos_id: int, pad_id: int) -> torch.Tensor:
    """True where a token must not be seen: bool, (batch, 1, length, length), for input_ids (batch, length)."""
    pads, bos = _layout(input_ids, bos_id, pad_id)
    place = torch.arange(input_ids.shape[1], device=input_ids.device)
    real = place >= pads  # (batch, length)
    context = place < bos
    causal = place[None, :] <= place[:, None]
    sees = (causal | context[:, None, :]) & real[:, None, :] & real[:, :, None]
    return ~sees[:, None]


def position_ids(input_ids: torch.Tensor, bos_id: int, pad_id: int, mask_id: int, gmask_id: int) -> torch.Tensor:
    """Both rows of positions: int64, (batch, 2, length), for input_ids (batch, length)."""
    pads, bos = _layout(input_ids, bos_id, pad_id)
    place = torch.arange(input_ids.shape[1], device=input_ids.device)
    context = place < bos

    is_mask = (input_ids == mask_id) & context
    is_gmask = (input_ids == gmask_id) & context
    has_mask = is_mask.any(dim=1, keepdim=True)
    if not (has_mask | is_gmask.any(dim=1, keepdim=True)).all():
        raise ValueError("a row has neither [MASK] nor [gMASK]")
    mask_place = torch.where(has_mask, _first(is_mask), _first(is_gmask))

    first = torch.where(context, place - pads, mask_place - pads).clamp(min=0)
    second = (place - bos + 1).clamp(min=0)
    return torch.stack([first, second], dim=1)
