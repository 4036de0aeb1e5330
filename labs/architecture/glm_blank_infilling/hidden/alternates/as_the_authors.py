# Positions by a running sum over the text, as in the authors' code; the mask in blocks.
import torch


def blank_infilling(tokens, spans, mask_id, sop_id, eop_id):
    ordered = sorted(spans)
    if not ordered or ordered[0][0] < 0 or ordered[-1][1] > len(tokens) or any(s >= e for s, e in ordered):
        raise ValueError("spans")
    if any(right[0] < left[1] for left, right in zip(ordered, ordered[1:])):
        raise ValueError("overlap")
    steps = torch.ones(len(tokens), dtype=torch.int64)
    for s, e in ordered:
        steps[s + 1 : e] = 0
    place = torch.cumsum(steps, 0) - 1
    source, source_places, last = [], [], 0
    for s, e in ordered:
        source += tokens[last:s].tolist() + [mask_id]
        source_places += place[last : s + 1].tolist()
        last = e
    source += tokens[last:].tolist()
    source_places += place[last:].tolist()
    target, places, blocks, targets = [], [], [], []
    for s, e in spans:
        target += [sop_id] + tokens[s:e].tolist()
        targets += tokens[s:e].tolist() + [eop_id]
        places += place[s:e].tolist() + [int(place[s])]
        blocks += list(range(1, e - s + 2))
    a, b = len(source), len(target)
    mask = torch.zeros(a + b, a + b, dtype=torch.bool)
    mask[:a, :a] = True
    mask[a:, :a] = True
    mask[a:, a:] = torch.tril(torch.ones(b, b)) > 0
    return {
        "input_ids": torch.tensor(source + target),
        "labels": torch.tensor([-100] * a + targets),
        "position_ids": torch.tensor([source_places + places, [0] * a + blocks]),
        "attention_mask": mask,
    }
