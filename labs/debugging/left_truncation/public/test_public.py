"""The visible suite: short conversations and rows. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

SYSTEM = [10]
TURNS = [{"question": [21, 22], "answer": [31]}, {"question": [23, 24, 25], "answer": [32, 33]}]
NEWEST = [3, 23, 24, 25, 4, 32, 33, 2]
NEWEST_LABELS = [-100] * 5 + [32, 33, 2]


@judges("budget")
def test_all_turns_fit(candidate):
    expected = {
        "input_ids": [1, 10, 3, 21, 22, 4, 31, 2, *NEWEST],
        "labels": [-100] * 6 + [31, 2, *NEWEST_LABELS],
    }
    assert candidate.truncate(SYSTEM, TURNS, 16) == expected


@judges("budget")
def test_the_oldest_turn_goes(candidate):
    expected = {"input_ids": [1, 10, *NEWEST], "labels": [-100, -100, *NEWEST_LABELS]}
    assert candidate.truncate(SYSTEM, TURNS, 15) == expected


@judges("budget")
def test_the_newest_question_is_cut_on_the_left(candidate):
    expected = {"input_ids": [1, 10, 3, 25, 4, 32, 33, 2], "labels": [-100] * 5 + [32, 33, 2]}
    assert candidate.truncate(SYSTEM, TURNS, 8) == expected
    assert candidate.truncate(SYSTEM, TURNS, 7) is None


SAMPLES = [{"input_ids": [1, 5], "labels": [-100, 5]}, {"input_ids": [1, 6], "labels": [1, 6]}]


@judges("packing")
def test_two_samples_in_a_row(candidate):
    actual = candidate.pack(SAMPLES, 5, 0)
    assert_close(actual["input_ids"], torch.tensor([[1, 5, 1, 6, 0]]))
    assert_close(actual["labels"], torch.tensor([[-100, 5, -100, 6, -100]]))
    assert_close(actual["position_ids"], torch.tensor([[0, 1, 0, 1, 0]]))
    seen = [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]]
    assert_close(actual["attention_mask"], torch.tensor([seen]).bool())
