"""The hidden suite. Everything is whole numbers, so everything is compared exactly.

Each property looks at its own tensor, or at its own part of one, so that a mistake fails the one that names it.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

NAMES = ["attention_mask", "input_ids", "labels", "position_ids"]

# Spans as (start, size) over a text of 14 tokens, in the order of part B.
LAYOUTS = [
    [(9, 3), (2, 4)],
    [(2, 4), (9, 3)],
    [(5, 2), (11, 1), (1, 3), (8, 2)],
    [(3, 6)],
]
EDGES = [
    (1, [(0, 1)]),
    (7, [(0, 7)]),
    (8, [(7, 1)]),
    (8, [(0, 3)]),
    (9, [(4, 2), (2, 2)]),
    (9, [(0, 2), (2, 3), (5, 4)]),
]

REJECTED = [
    [],
    [[4, 4]],
    [[5, 4]],
    [[-1, 2]],
    [[-3, -1]],
    [[12, 15]],
    [[2, 5], [4, 7]],
    [[4, 7], [9, 11], [2, 5]],
    [[3, 5], [3, 5]],
    [[1, 9], [3, 4]],
    [[6, 8], [1, 2], [3, 3]],
]


def text(draw, length=14):
    """A text in which tokens occur again, and the three special ids."""
    special = draw.integer(100, 1000)
    return draw.integers(3, 9, length), [special, special + 1, special + 2]


def pairs(layout):
    return [[start, start + size] for start, size in layout]


def both(candidate, reference, tokens, layout, ids):
    """The candidate's sample, of which nothing but its names is known, and the right one, with the size of part A."""
    actual = candidate.sample(tokens, pairs(layout), ids)
    assert isinstance(actual, dict)
    assert sorted(actual) == NAMES
    return actual, reference.sample(tokens, pairs(layout), ids), len(tokens) - sum(s for _, s in layout) + len(layout)


def samples(candidate, reference, draw):
    """`both` for every layout, each over another text."""
    for layout in LAYOUTS:
        tokens, ids = text(draw)
        yield both(candidate, reference, tokens, layout, ids)


def assert_part(actual, expected, *where):
    """Hold one part of a tensor to the right one. Where the whole has another shape, no part can be right."""
    assert isinstance(actual, torch.Tensor)
    assert actual.shape == expected.shape
    assert_close(actual[where], expected[where])


@judges("part-a")
def test_the_text_with_one_mask_for_each_span(candidate, reference, draw):
    for actual, expected, size_a in samples(candidate, reference, draw):
        assert isinstance(actual["input_ids"], torch.Tensor)
        assert actual["input_ids"].dim() == 1
        assert_close(actual["input_ids"][:size_a], expected["input_ids"][:size_a])


@judges("part-b")
def test_the_spans_in_the_given_order(candidate, reference, draw):
    for actual, expected, size_a in samples(candidate, reference, draw):
        assert isinstance(actual["input_ids"], torch.Tensor)
        assert actual["input_ids"].dim() == 1
        size_b = len(expected["input_ids"]) - size_a
        assert_close(actual["input_ids"][-size_b:], expected["input_ids"][-size_b:])


@judges("labels")
def test_each_token_from_the_one_before(candidate, reference, draw):
    for actual, expected, _ in samples(candidate, reference, draw):
        assert_close(actual["labels"], expected["labels"])


@judges("first-position")
def test_a_span_stands_where_its_blank_is(candidate, reference, draw):
    for actual, expected, _ in samples(candidate, reference, draw):
        assert_part(actual["position_ids"], expected["position_ids"], 0)


@judges("second-position")
def test_counting_inside_each_span(candidate, reference, draw):
    for actual, expected, _ in samples(candidate, reference, draw):
        assert_part(actual["position_ids"], expected["position_ids"], 1)


@judges("attention-of-part-a")
def test_part_a_sees_part_a(candidate, reference, draw):
    for actual, expected, size_a in samples(candidate, reference, draw):
        assert_part(actual["attention_mask"], expected["attention_mask"], slice(size_a))


@judges("attention-of-part-b")
def test_part_b_sees_part_a_and_what_came_before(candidate, reference, draw):
    for actual, expected, size_a in samples(candidate, reference, draw):
        assert_part(actual["attention_mask"], expected["attention_mask"], slice(size_a, None))


@judges("edges")
@pytest.mark.parametrize(("length", "layout"), EDGES, ids=str)
def test_spans_at_the_ends_and_side_by_side(candidate, reference, draw, length, layout):
    tokens, ids = text(draw, length)
    actual, expected, _ = both(candidate, reference, tokens, layout, ids)
    for name in NAMES:
        assert_close(actual[name], expected[name])


@judges("rejections")
def test_what_is_no_set_of_spans_is_rejected(candidate, draw):
    tokens, ids = text(draw)
    for spans in REJECTED:
        assert candidate.sample(tokens, spans, ids) is None


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    tokens, ids = text(draw)
    after = candidate.inputs_afterwards(tokens, pairs(LAYOUTS[2]), ids)
    assert_close(after["tokens"], tokens)
    assert after["spans"] == pairs(LAYOUTS[2])
