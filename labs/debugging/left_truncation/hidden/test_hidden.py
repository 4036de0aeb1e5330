"""The hidden suite. Everything is whole numbers or bools, so everything is compared exactly."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

IGNORED = -100
NAMES = ["attention_mask", "input_ids", "labels", "position_ids"]


def talk(draw, *sizes):
    """Turns of these (question, answer) sizes, the oldest first."""
    return [{"question": tokens(draw, question), "answer": tokens(draw, answer)} for question, answer in sizes]


def tokens(draw, count):
    return draw.integers(10, 40, count).tolist()


def size(turns):
    return sum(len(turn["question"]) + len(turn["answer"]) + 3 for turn in turns)


def ints(sample, name):
    """One list of a sample, whatever the sample is."""
    assert type(sample) is dict
    assert sorted(sample) == ["input_ids", "labels"]
    assert type(sample[name]) is list
    assert all(type(value) is int for value in sample[name])
    return sample[name]


def assert_sample(actual, expected):
    for name in expected:
        assert ints(actual, name) == expected[name]


def some_samples(draw, *sizes):
    """Samples of these sizes as truncate makes them: several ends each, the first label masked."""
    samples = []
    for count in sizes:
        ids = [1, *tokens(draw, count - 1)]
        ids[count // 2 : count // 2 + 1] = [2]  # an eos in the middle, as after each turn
        samples.append({"input_ids": ids, "labels": [IGNORED, *ids[1:]]})
    return samples


def tensor_of(packed, name):
    assert type(packed) is dict
    assert sorted(packed) == NAMES
    return packed[name]


SIZES = [(6, 5), (3, 2), (9, 4), (5, 3)]


@judges("whole-turns")
@pytest.mark.parametrize("kept", [1, 2, 3])
def test_the_oldest_turns_go_whole(candidate, reference, draw, kept):
    system, turns = tokens(draw, 4), talk(draw, *SIZES)
    for spare in (0, 2):
        max_length = 5 + size(turns[-kept:]) + spare
        actual = ints(candidate.truncate(system, turns, max_length), "input_ids")
        assert actual == reference.truncate(system, turns, max_length)["input_ids"]


@judges("whole-turns")
def test_kept_turns_follow_one_another(candidate, reference, draw):
    # The second is too long, and the first would still fit: a gap would join an answer to a question it never met.
    system, turns = tokens(draw, 2), talk(draw, (2, 1), (12, 9), (4, 3))
    actual = ints(candidate.truncate(system, turns, 22), "input_ids")
    assert actual == reference.truncate(system, turns, 22)["input_ids"]


@judges("system-prompt")
@pytest.mark.parametrize("count", [5, 1, 0])
def test_the_system_prompt_stays(candidate, draw, count):
    system, turns = tokens(draw, count), talk(draw, *SIZES)
    for max_length in (18 + count, 24 + count, 64):
        actual = ints(candidate.truncate(system, turns, max_length), "input_ids")
        assert actual[: count + 2] == [1, *system, 3]


@judges("budget")
@pytest.mark.parametrize("count", [4, 0])
def test_as_many_turns_as_fit_and_no_token_more(candidate, draw, count):
    system, turns = tokens(draw, count), talk(draw, *SIZES)
    for kept in (1, 2, 3, 4):
        exactly = 1 + count + size(turns[-kept:])
        assert len(ints(candidate.truncate(system, turns, exactly), "input_ids")) == exactly
        one_less = 1 + count + size(turns[1 - kept :]) if kept > 1 else exactly - 1
        assert len(ints(candidate.truncate(system, turns, exactly - 1), "input_ids")) == one_less


@judges("question-cut")
@pytest.mark.parametrize("older", [[], [(1, 1), (4, 2)]])
def test_the_newest_question_loses_its_oldest_tokens(candidate, reference, draw, older):
    for left in (7, 4, 1):
        system, turns = tokens(draw, 3), talk(draw, *older, (8, 6))
        max_length = 1 + 3 + 3 + left + 6
        assert_sample(candidate.truncate(system, turns, max_length), reference.truncate(system, turns, max_length))


@judges("labels")
@pytest.mark.parametrize("spare", [0, 5, 30])
def test_every_kept_answer_and_its_end_is_labelled(candidate, reference, draw, spare):
    system, turns = tokens(draw, 4), talk(draw, *SIZES)
    max_length = 5 + size(turns[-2:]) + spare
    actual = ints(candidate.truncate(system, turns, max_length), "labels")
    assert actual == reference.truncate(system, turns, max_length)["labels"]


@judges("does-not-fit")
def test_an_answer_without_room_for_a_token_of_its_question(candidate, draw):
    system, turns = tokens(draw, 3), talk(draw, (2, 2), (8, 6))
    for max_length in (1, 3, 12, 13):
        assert candidate.truncate(system, turns, max_length) is None
    assert candidate.truncate(system, turns, 14) is not None


@judges("does-not-fit")
def test_a_sample_longer_than_a_row(candidate, draw):
    samples = some_samples(draw, 3, 7, 2)
    assert candidate.pack(samples, 6, 0) is None
    assert candidate.pack(samples, 7, 0) is not None


PACKED = [
    ([4, 3, 5, 2, 6], 9),
    ([5, 4], 9),
    ([7, 3, 2, 3], 8),  # the third would still fit into the first row
    ([6], 6),
    ([3], 8),
]


def assert_packed(candidate, reference, draw, sizes, length, *names):
    samples, pad_id = some_samples(draw, *sizes), draw.choice([0, 2, 12])
    actual = candidate.pack(samples, length, pad_id)
    expected = reference.pack(samples, length, pad_id)
    for name in names:
        assert_close(tensor_of(actual, name), expected[name])


@judges("rows")
def test_samples_in_order_and_padding_behind(candidate, reference, draw):
    for sizes, length in PACKED:
        assert_packed(candidate, reference, draw, sizes, length, "input_ids", "labels")


@judges("positions")
def test_positions_begin_anew_with_each_sample(candidate, reference, draw):
    for sizes, length in PACKED[:3]:
        assert_packed(candidate, reference, draw, sizes, length, "position_ids")


@judges("attention")
def test_a_token_sees_its_own_sample_up_to_itself(candidate, reference, draw):
    for sizes, length in PACKED:
        assert_packed(candidate, reference, draw, sizes, length, "attention_mask")


@judges("boundaries")
def test_no_sample_is_predicted_by_the_one_before(candidate, draw):
    samples = [{"input_ids": ids, "labels": list(ids)} for ids in (tokens(draw, 3), tokens(draw, 4), tokens(draw, 2))]
    labels = [label for sample in samples for label in (IGNORED, *sample["labels"][1:])]
    assert_close(tensor_of(candidate.pack(samples, 9, 0), "labels"), torch.tensor([labels]))


@judges("unchanged-input")
def test_arguments_are_left_as_they_were(candidate, draw):
    given = {"system": tokens(draw, 3), "turns": talk(draw, (4, 2), (9, 5))}
    samples = [{"input_ids": ids, "labels": list(ids)} for ids in (tokens(draw, 3), tokens(draw, 4))]
    after = candidate.arguments_afterwards(**given, max_length=15, samples=samples, length=8)
    assert after == {**given, "samples": samples}
