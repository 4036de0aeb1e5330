"""The visible suite: the example of the paper. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

M, S, E = 90, 91, 92
TOKENS = torch.tensor([1, 2, 3, 4, 5, 6])
SPANS = [[4, 6], [2, 3]]

INPUT_IDS = [1, 2, M, 4, M, S, 5, 6, S, 3]
LABELS = [-100] * 5 + [5, 6, E, 3, E]
POSITIONS = [[0, 1, 2, 3, 4, 4, 4, 4, 2, 2], [0, 0, 0, 0, 0, 1, 2, 3, 1, 2]]


@judges("papers-example")
def test_two_spans_in_the_other_order(candidate):
    actual = candidate.sample(TOKENS, SPANS, [M, S, E])
    assert_close(actual["input_ids"], torch.tensor(INPUT_IDS))
    assert_close(actual["labels"], torch.tensor(LABELS))
    assert_close(actual["position_ids"], torch.tensor(POSITIONS))


@judges("papers-mask")
def test_part_a_sees_part_a_and_part_b_what_came_before(candidate):
    # Five tokens see the five of part A; then one more each, up to the last, which sees all ten.
    actual = candidate.sample(TOKENS, SPANS, [M, S, E])["attention_mask"]
    rows = [5, 5, 5, 5, 5, 6, 7, 8, 9, 10]
    expected = torch.tensor([[j < seen for j in range(10)] for seen in rows])
    assert_close(actual, expected)
