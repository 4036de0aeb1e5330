# One record a token: id, label, both positions, its part; the mask by looking at each pair.
import torch


def blank_infilling(tokens, spans, mask_id, sop_id, eop_id):
    x = [int(t) for t in tokens]
    owner = {}
    if not spans:
        raise ValueError
    for number, (start, end) in enumerate(spans):
        if start < 0 or end > len(x) or end <= start:
            raise ValueError("bad span")
        for i in range(start, end):
            if i in owner:
                raise ValueError("overlap")
            owner[i] = number
    records = []
    blank = {}
    for i, token in enumerate(x):
        if i not in owner:
            records.append((token, -100, len(records), 0, "A"))
        elif owner[i] not in blank:
            blank[owner[i]] = len(records)
            records.append((mask_id, -100, len(records), 0, "A"))
    for number, (start, end) in enumerate(spans):
        previous = sop_id
        for j, token in enumerate(x[start:end] + [eop_id]):
            records.append((previous, token, blank[number], j + 1, "B"))
            previous = token
    mask = [[b[4] == "A" or (a[4] == "B" and j <= i) for j, b in enumerate(records)] for i, a in enumerate(records)]
    columns = list(zip(*records))
    return {
        "attention_mask": torch.tensor(mask),
        "position_ids": torch.tensor([columns[2], columns[3]]),
        "labels": torch.tensor(columns[1]),
        "input_ids": torch.tensor(columns[0]),
    }
