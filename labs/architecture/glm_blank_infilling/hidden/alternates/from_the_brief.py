# Written from the brief and the starter alone.
"""A training sample of GLM: a text with blanks, and behind it the spans that fill them."""

import torch


def blank_infilling(
    tokens: torch.Tensor, spans: list[tuple[int, int]], mask_id: int, sop_id: int, eop_id: int
) -> dict[str, torch.Tensor]:
    """Cut `spans` out of `tokens` and put them behind it, in the order in which they are given."""
    length = tokens.shape[0]
    if not spans:
        raise ValueError("no spans")
    for start, end in spans:
        if start >= end:
            raise ValueError(f"empty span ({start}, {end})")
        if start < 0 or end > length:
            raise ValueError(f"span ({start}, {end}) outside of a text of {length} tokens")
    ordered = sorted((start, end) for start, end in spans)
    for (_, end), (start, _) in zip(ordered, ordered[1:]):
        if start < end:
            raise ValueError("spans overlap")

    text = tokens.tolist()

    ids, mask_place = [], {}
    done = 0
    for start, end in ordered:
        ids += text[done:start]
        mask_place[start] = len(ids)
        ids.append(mask_id)
        done = end
    ids += text[done:]

    n_a = len(ids)
    labels = [-100] * n_a
    first = list(range(n_a))
    second = [0] * n_a
    for start, end in spans:
        span = text[start:end]
        ids += [sop_id] + span
        labels += span + [eop_id]
        first += [mask_place[start]] * (len(span) + 1)
        second += range(1, len(span) + 2)

    n = len(ids)
    device = tokens.device
    mask = torch.ones(n, n, dtype=torch.bool, device=device).tril()
    mask[:, :n_a] = True
    return {
        "input_ids": torch.tensor(ids, dtype=torch.int64, device=device),
        "labels": torch.tensor(labels, dtype=torch.int64, device=device),
        "position_ids": torch.tensor([first, second], dtype=torch.int64, device=device),
        "attention_mask": mask,
    }
