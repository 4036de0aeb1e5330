# The definition, pair by pair.
import torch


def _parts(row, bos_id, pad_id):
    if bos_id not in row:
        raise ValueError("no bos")
    start = next(i for i, t in enumerate(row) if t != pad_id)
    return start, row.index(bos_id)


def masks(input_ids, bos_id, pad_id):
    b, n = input_ids.shape
    hidden = torch.ones((b, 1, n, n), dtype=torch.bool, device=input_ids.device)
    for k, row in enumerate(input_ids.tolist()):
        start, border = _parts(row, bos_id, pad_id)
        for i in range(start, n):
            for j in range(start, n):
                if j < border or j <= i:
                    hidden[k, 0, i, j] = False
    return hidden


def position_ids(input_ids, bos_id, pad_id, mask_id, gmask_id):
    result = input_ids.new_zeros(input_ids.shape[0], 2, input_ids.shape[1])
    for k, row in enumerate(input_ids.tolist()):
        start, border = _parts(row, bos_id, pad_id)
        for wanted in (mask_id, gmask_id):
            if wanted in row:
                place = row.index(wanted) - start
                break
        else:
            raise ValueError("no mask token")
        for i in range(start, len(row)):
            result[k, 0, i] = i - start if i < border else place
            result[k, 1, i] = max(0, i - border + 1)
    return result
