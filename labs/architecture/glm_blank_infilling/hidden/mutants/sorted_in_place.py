# killed-by: unchanged-input
# mistake: caller-changed
# Keeps a copy of the order for itself and sorts the caller's list.
import torch

IGNORED = -100  # a label that counts for nothing


def blank_infilling(tokens, spans, mask_id, sop_id, eop_id):
    check_spans(spans, len(tokens))
    text = tokens.tolist()
    given = list(spans)
    spans.sort()

    input_ids, blank_at, done = [], {}, 0
    for start, end in sorted(spans):  # part A keeps the order of the text
        input_ids += text[done:start]
        blank_at[start] = len(input_ids)
        input_ids.append(mask_id)
        done = end
    input_ids += text[done:]
    size_a = len(input_ids)

    labels, first, second = [IGNORED] * size_a, list(range(size_a)), [0] * size_a
    for start, end in given:  # part B has the order in which the spans are given
        span = text[start:end]
        input_ids += [sop_id, *span]
        labels += [*span, eop_id]  # the label of a token is the one that follows it
        first += [blank_at[start]] * (len(span) + 1)
        second += range(1, len(span) + 2)

    n = len(input_ids)
    visible = torch.ones(n, n, dtype=torch.bool).tril()  # (n, n): itself and what stands before
    visible[:, :size_a] = True  # (n, size_a): part A is visible to all
    return {
        "input_ids": torch.tensor(input_ids),  # (n,)
        "labels": torch.tensor(labels),  # (n,)
        "position_ids": torch.tensor([first, second]),  # (2, n)
        "attention_mask": visible,
    }


def check_spans(spans, length):
    if not spans:
        raise ValueError("without a span nothing is learned")
    done = 0
    for start, end in sorted(spans):
        if start >= end:
            raise ValueError(f"span ({start}, {end}) is empty")
        if start < done:
            raise ValueError(f"span ({start}, {end}) overlaps another or begins before the text")
        done = end
    if done > length:
        raise ValueError(f"a span ends at {done}, the text at {length}")
