"""The visible suite: two batches that can be followed by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

B, P, M, G = IDS = [90, 3, 91, 92]

# A context of five, of which the last is [gMASK], and three generated tokens.
ROW = torch.tensor([[11, 12, 13, 14, G, B, 21, 22]])
# The same padded to nine, and a row with [MASK] in third place.
BATCH = torch.tensor([[P, 11, 12, 13, 14, G, B, 21, 22], [11, 12, M, 14, B, 21, 22, 23, 24]])


def hidden_but(*seen):
    """A mask of rows that see the columns from the first to before the last number."""
    return torch.tensor([[not first <= j < last for j in range(len(seen))] for first, last in seen])


@judges("one-row")
def test_a_context_of_five_in_eight(candidate):
    # 5 * 5 + 6 + 7 + 8 entries may be seen.
    expected = hidden_but(*[(0, 5)] * 5, (0, 6), (0, 7), (0, 8))
    assert_close(candidate.masks(ROW, IDS), expected[None, None])
    assert_close(candidate.position_ids(ROW, IDS), torch.tensor([[[0, 1, 2, 3, 4, 4, 4, 4], [0, 0, 0, 0, 0, 1, 2, 3]]]))


@judges("two-rows")
def test_the_same_row_padded_beside_another(candidate):
    padded = hidden_but((0, 0), *[(1, 6)] * 5, (1, 7), (1, 8), (1, 9))
    other = hidden_but(*[(0, 4)] * 4, (0, 5), (0, 6), (0, 7), (0, 8), (0, 9))
    assert_close(candidate.masks(BATCH, IDS), torch.stack([padded, other])[:, None])
    first = [[0, 0, 1, 2, 3, 4, 4, 4, 4], [0, 1, 2, 3, 2, 2, 2, 2, 2]]
    second = [[0, 0, 0, 0, 0, 0, 1, 2, 3], [0, 0, 0, 0, 1, 2, 3, 4, 5]]
    expected = torch.tensor([first, second]).transpose(0, 1)
    assert_close(candidate.position_ids(BATCH, IDS), expected)
