# Slices and torch.cat; the mask from the kind and the place of each token.
import torch


def blank_infilling(tokens, spans, mask_id, sop_id, eop_id):
    n_text = tokens.numel()
    taken = torch.zeros(n_text, dtype=torch.long)
    if len(spans) == 0:
        raise ValueError("spans")
    for s, e in spans:
        if not 0 <= s < e <= n_text:
            raise ValueError("span")
        taken[s:e] += 1
    if taken.max() > 1:
        raise ValueError("overlap")
    firsts = torch.zeros(n_text, dtype=torch.bool)
    firsts[[s for s, _ in spans]] = True
    keep = (taken == 0) | firsts
    corrupted = torch.where(firsts, torch.full_like(tokens, mask_id), tokens)[keep]
    place = keep.long().cumsum(0) - 1
    a = corrupted.numel()
    sop, eop = tokens.new_tensor([sop_id]), tokens.new_tensor([eop_id])
    ids = torch.cat([corrupted] + [torch.cat([sop, tokens[s:e]]) for s, e in spans])
    labels = torch.cat([torch.full_like(corrupted, -100)] + [torch.cat([tokens[s:e], eop]) for s, e in spans])
    first = torch.cat([torch.arange(a)] + [place[s].expand(e - s + 1) for s, e in spans])
    second = torch.cat([torch.zeros(a, dtype=torch.long)] + [torch.arange(1, e - s + 2) for s, e in spans])
    at = torch.arange(ids.numel())
    visible = (at[None, :] < a) | ((at[None, :] <= at[:, None]) & (at[:, None] >= a))
    return {
        "input_ids": ids,
        "labels": labels,
        "position_ids": torch.stack((first, second)),
        "attention_mask": visible,
    }
