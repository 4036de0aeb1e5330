# killed-by: border
# mistake: border-off-by-one
# Counts bos as the last token of the context.
import torch


def masks(input_ids, bos_id, pad_id):
    pads, bos = padding(input_ids, pad_id), first(input_ids, bos_id, "bos")  # (batch, 1) each
    at = torch.arange(input_ids.shape[1], device=input_ids.device)  # (length,)
    is_token, is_context = at >= pads, at <= bos  # (batch, length) each
    causal = at <= at[:, None]  # (length, length): [i, j], j not behind i
    visible = is_context[:, None, :] | causal  # (batch, 1, length) | (length, length) -> (batch, length, length)
    visible &= is_token[:, None, :] & is_token[:, :, None]  # neither end is padding
    return ~visible[:, None]  # (batch, 1, length, length)


def position_ids(input_ids, bos_id, pad_id, mask_id, gmask_id):
    pads, bos = padding(input_ids, pad_id), first(input_ids, bos_id, "bos")  # (batch, 1) each
    is_mask = input_ids == mask_id  # (batch, length)
    is_mask = torch.where(is_mask.any(-1, keepdim=True), is_mask, input_ids == gmask_id)
    place = first(is_mask, True, "mask token")  # (batch, 1)
    at = torch.arange(input_ids.shape[1], device=input_ids.device)  # (length,)
    row_1 = torch.where(at < bos, at, place) - pads  # (batch, length)
    row_2 = at - bos + 1  # (batch, length)
    return torch.stack([row_1, row_2], dim=1).clamp(min=0)  # (batch, 2, length); what is negative is 0


def padding(input_ids, pad_id):
    """How many pads each row begins with, (batch, 1): a product is 1 as long as all factors are."""
    return (input_ids == pad_id).cumprod(-1).sum(-1, keepdim=True)


def first(rows, value, name):
    """The place of the first `value` in each row, (batch, 1)."""
    found = rows == value  # (batch, length)
    if not found.any(-1).all():
        raise ValueError(f"a row has no {name}")
    return found.int().argmax(-1, keepdim=True)  # the first of several maxima
