# Segment numbers by running sums: 0 padding, 1 context, 2, 3, ... generated; j is visible where its number is not above.
import torch


def _numbers(ids, bos_id, pad_id):
    begun = (ids != pad_id).cummax(-1).values.to(torch.int64)
    after = (ids == bos_id).cummax(-1).values.to(torch.int64)
    if (after[:, -1] == 0).any():
        raise ValueError("bos")
    return begun, after.cumsum(-1)


def masks(input_ids, bos_id, pad_id):
    begun, count = _numbers(input_ids, bos_id, pad_id)
    hidden = count[:, None, :] > count[:, :, None]
    edge = torch.einsum("bi,bj->bij", begun, begun) == 0
    return (hidden | edge)[:, None, :, :]


def position_ids(input_ids, bos_id, pad_id, mask_id, gmask_id):
    begun, count = _numbers(input_ids, bos_id, pad_id)
    place = begun.cumsum(-1) - begun
    score = 2 * (input_ids == mask_id).long() + (input_ids == gmask_id).long()
    best = score.max(-1)
    if (best.values == 0).any():
        raise ValueError("mask")
    where = (score == best.values[:, None]).long().argmax(-1)
    at_mask = place.gather(1, where[:, None])
    return torch.stack((place.where(count == 0, at_mask), count), 1)
