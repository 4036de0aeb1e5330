# Lists and a loop over rows, as in the released tokenizer: the unpadded row first, then padding around it.
import torch
import torch.nn.functional as F


def _strip(row, pad_id):
    n = 0
    while n < len(row) and row[n] == pad_id:
        n += 1
    return row[n:], n


def masks(input_ids, bos_id, pad_id):
    out = []
    for row in input_ids.tolist():
        tokens, pads = _strip(row, pad_id)
        context = tokens.index(bos_id)  # raises ValueError itself
        seen = torch.ones(len(tokens), len(tokens)).tril()
        seen[:, :context] = 1
        out.append(F.pad((seen < 0.5).to(torch.uint8), (pads, 0, pads, 0), value=1).bool())
    return torch.stack(out).unsqueeze(1).to(input_ids.device)


def position_ids(input_ids, bos_id, pad_id, mask_id, gmask_id):
    out = []
    for row in input_ids.tolist():
        tokens, pads = _strip(row, pad_id)
        context = tokens.index(bos_id)
        mask = tokens.index(mask_id if mask_id in tokens else gmask_id)
        rest = len(tokens) - context
        out.append([[0] * pads + list(range(context)) + [mask] * rest, [0] * (pads + context) + list(range(1, rest + 1))])
    return torch.tensor(out, device=input_ids.device)
