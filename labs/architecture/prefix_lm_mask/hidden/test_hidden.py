"""The hidden suite. Everything is whole numbers, so everything is compared exactly.

Each property looks at its own rows and columns, so that a mistake fails the one that names it.
"""

import torch

from labs.grading.suite import assert_close, judges

# (padding, context without its mask token, generated): with one token of context and one generated, too.
ROWS = [(0, 5, 4), (0, 0, 1), (0, 9, 1), (0, 1, 7), (0, 12, 5)]
BATCH = [(0, 7, 5), (4, 5, 3), (9, 1, 2), (2, 2, 8)]


def special(draw):
    """Four different ids: bos, pad, [MASK], [gMASK]."""
    base = draw.integer(100, 1000)
    return [base, base + 1, base + 2, base + 3]


def row(draw, ids, padding, context, generated, mask="gmask"):
    """One row as a list. The mask token stands anywhere in the context; what is generated begins with bos."""
    bos, pad, mask_id, gmask_id = ids
    before = draw.integers(10, 20, context).tolist()
    before.insert(draw.integer(0, context + 1), {"mask": mask_id, "gmask": gmask_id}[mask])
    after = draw.integers(10, 20, generated - 1).tolist()
    return [pad] * padding + before + [bos] + after


def single_rows(draw, **more):
    """Batches of one row each without padding, with the size of the context."""
    for padding, context, generated in ROWS:
        ids = special(draw)
        yield torch.tensor([row(draw, ids, padding, context, generated, **more)]), ids, context + 1


def batch(draw, layout=BATCH):
    ids = special(draw)
    masks = ["gmask", "mask"]
    rows = [row(draw, ids, *sizes, mask=masks[i % 2]) for i, sizes in enumerate(layout)]
    return torch.tensor(rows), ids


def both_masks(candidate, reference, input_ids, ids):
    """Both masks without the axis for heads, the candidate's known to be of the right shape and dtype."""
    actual = candidate.masks(input_ids, ids)
    size, length = input_ids.shape
    assert isinstance(actual, torch.Tensor)
    assert actual.shape == (size, 1, length, length)
    assert actual.dtype == torch.bool
    return actual[:, 0], reference.masks(input_ids, ids)[:, 0]


def both_positions(candidate, reference, input_ids, ids):
    actual = candidate.position_ids(input_ids, ids)
    assert isinstance(actual, torch.Tensor)
    assert actual.shape == (len(input_ids), 2, input_ids.shape[1])
    assert actual.dtype == torch.int64
    return actual, reference.position_ids(input_ids, ids)


@judges("form")
def test_shapes_dtypes_and_the_meaning_of_true(candidate, reference, draw):
    for layout in (BATCH, BATCH[:1]):
        input_ids, ids = batch(draw, layout)
        mask, _ = both_masks(candidate, reference, input_ids, ids)
        both_positions(candidate, reference, input_ids, ids)
        # Without padding in the first row: its first token sees itself and not the last one, which sees all.
        assert [bool(mask[0, i, j]) for i, j in ((0, 0), (0, -1), (-1, 0))] == [False, True, False]


@judges("context")
def test_the_context_sees_the_context(candidate, reference, draw):
    for input_ids, ids, size in single_rows(draw):
        actual, expected = both_masks(candidate, reference, input_ids, ids)
        inner = max(size - 1, 1)
        assert_close(actual[:, :inner, :inner], expected[:, :inner, :inner])


@judges("border")
def test_the_last_token_of_the_context_and_bos(candidate, reference, draw):
    for input_ids, ids, size in single_rows(draw):
        actual, expected = both_masks(candidate, reference, input_ids, ids)
        at = slice(size - 1, size + 1)
        assert_close(actual[:, :, at], expected[:, :, at])
        assert_close(actual[:, at], expected[:, at])


@judges("generated")
def test_what_is_generated_is_causal(candidate, reference, draw):
    for input_ids, ids, size in single_rows(draw):
        actual, expected = both_masks(candidate, reference, input_ids, ids)
        assert_close(actual[:, size:], expected[:, size:])


@judges("generated")
def test_a_second_bos_changes_nothing(candidate, reference, draw):
    for input_ids, ids, size in single_rows(draw):
        input_ids[0, size + (input_ids.shape[1] - size) // 2 :] = ids[0]
        actual, expected = both_masks(candidate, reference, input_ids, ids)
        assert_close(actual, expected)


@judges("each-row")
def test_rows_with_contexts_of_their_own(candidate, reference, draw):
    input_ids, ids = batch(draw, [(0, 2, 8), (0, 8, 2), (0, 5, 5)])
    actual, expected = both_masks(candidate, reference, input_ids, ids)
    assert_close(actual, expected)
    actual, expected = both_positions(candidate, reference, input_ids, ids)
    assert_close(actual, expected)


@judges("padding")
def test_padding_is_hidden_and_sees_nothing(candidate, reference, draw):
    input_ids, ids = batch(draw)
    actual, expected = both_masks(candidate, reference, input_ids, ids)
    assert_close(actual, expected)


@judges("padding")
def test_a_pad_further_on_is_a_token(candidate, reference, draw):
    input_ids, ids = batch(draw, [(3, 6, 6), (0, 9, 6)])
    input_ids[:, 1 + draw.integer(12, 14)] = ids[1]
    input_ids[1, 4] = ids[1] if input_ids[1, 4] < 100 else input_ids[1, 4]
    actual, expected = both_masks(candidate, reference, input_ids, ids)
    assert_close(actual, expected)


@judges("first-position")
def test_generated_tokens_stand_at_the_mask_token(candidate, reference, draw):
    for mask in ("mask", "gmask"):
        for input_ids, ids, _ in single_rows(draw, mask=mask):
            actual, expected = both_positions(candidate, reference, input_ids, ids)
            assert_close(actual[:, 0], expected[:, 0])


@judges("second-position")
def test_counting_from_bos_on(candidate, reference, draw):
    for input_ids, ids, _ in single_rows(draw):
        actual, expected = both_positions(candidate, reference, input_ids, ids)
        assert_close(actual[:, 1], expected[:, 1])


@judges("mask-token")
def test_which_mask_token_counts(candidate, reference, draw):
    ids = special(draw)
    bos, _, m, g = ids
    x = draw.integers(10, 20, 3).tolist()
    rows = [[g, *x, m, bos, 5, 6], [x[0], m, g, *x[1:], bos, 5, 6], [m, *x[:2], m, bos, 5, 6, 7], [*x, g, g, bos, 5, 6]]
    for each in (rows[:1], rows[1:2], rows[2:3], rows[3:], rows):
        actual, expected = both_positions(candidate, reference, torch.tensor(each), ids)
        assert_close(actual, expected)


@judges("positions-under-padding")
def test_padding_is_not_counted(candidate, reference, draw):
    for layout in (BATCH, BATCH[1:2]):
        input_ids, ids = batch(draw, layout)
        actual, expected = both_positions(candidate, reference, input_ids, ids)
        assert_close(actual, expected)


@judges("positions-under-padding")
def test_a_pad_further_on_is_counted(candidate, reference, draw):
    input_ids, ids = batch(draw, [(3, 6, 6), (0, 9, 6)])
    input_ids[:, 13] = ids[1]
    actual, expected = both_positions(candidate, reference, input_ids, ids)
    assert_close(actual, expected)


@judges("rejections")
def test_rows_that_lack_bos_or_mask_token_are_rejected(candidate, draw):
    ids = special(draw)
    bos, pad, m, g = ids
    good = [10, g, bos, 11]
    for bad in ([10, g, 11, 12], [pad, pad, m, 11]):
        for rows in ([bad], [good, bad]):
            assert candidate.masks(torch.tensor(rows), ids) is None
            assert candidate.position_ids(torch.tensor(rows), ids) is None
    for rows in ([[10, 11, bos, 12]], [good, [10, 11, bos, 12]]):
        assert candidate.position_ids(torch.tensor(rows), ids) is None
        assert candidate.masks(torch.tensor(rows), ids) is not None


@judges("unchanged-input")
def test_input_ids_are_left_as_they_were(candidate, draw):
    input_ids, ids = batch(draw)
    assert_close(candidate.inputs_afterwards(input_ids, ids), input_ids)
