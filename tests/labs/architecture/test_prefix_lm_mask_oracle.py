"""The reference of the lab `prefix-lm-mask` against the mask builder of transformers, and against unpadded rows."""

import importlib.util
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from transformers.masking_utils import blockwise_overlay, causal_mask_function, or_masks, sdpa_mask

from labs.grading.catalogue import find_lab

B, P, M, G = 90, 3, 91, 92
ROWS = [[11, 12, 13, 14, G, B, 21, 22], [11, M, 13, B, 21], [G, B], [G, 11, M, 12, B, P, 21, B, 22]]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prefix_lm_mask_reference", find_lab("prefix-lm-mask").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _batch():
    length = max(map(len, ROWS)) + 1
    return torch.tensor([[P] * (length - len(row)) + row for row in ROWS])


def _is_token(batch):
    length = batch.shape[1]
    return torch.tensor([[i >= length - len(row) for i in range(length)] for row in ROWS])


def test_a_causal_rule_and_a_block_that_sees_itself(reference):
    batch, is_token = _batch(), _is_token(_batch())
    # As PaliGemma has it: tokens of one block, numbered from 0, see each other; -1 is in no block.
    blocks = torch.tensor(
        [[-1] * (batch.shape[1] - len(r)) + [0] * r.index(B) + [-1] * (len(r) - r.index(B)) for r in ROWS]
    )
    theirs = sdpa_mask(
        len(batch),
        batch.shape[1],
        batch.shape[1],
        mask_function=or_masks(causal_mask_function, blockwise_overlay(blocks)),
        attention_mask=is_token,
        allow_is_causal_skip=False,
    )
    ours = reference.masks(batch, B, P)
    rows = is_token[:, None, :, None].expand_as(ours)  # transformers leaves the rows of padding as they come
    assert torch.equal(~ours[rows], theirs[rows])
    assert ours[~rows].all()


def test_a_padded_row_is_the_row_alone(reference):
    batch = _batch()
    mask, positions = reference.masks(batch, B, P), reference.position_ids(batch, B, P, M, G)
    for i, row in enumerate(ROWS):
        alone, n = torch.tensor([row]), len(row)
        assert torch.equal(mask[i, :, -n:, -n:], reference.masks(alone, B, P)[0])
        assert torch.equal(positions[i, :, -n:], reference.position_ids(alone, B, P, M, G)[0])
        assert not positions[i, :, :-n].any()


def test_the_context_is_encoded_without_the_answer(reference):
    row = ROWS[0]
    x = torch.randn(1, 1, len(row), 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    visible = ~reference.masks(torch.tensor([row]), B, P)
    whole = F.scaled_dot_product_attention(x, x, x, attn_mask=visible)
    context = x[:, :, : row.index(B)]
    torch.testing.assert_close(whole[:, :, : row.index(B)], F.scaled_dot_product_attention(context, context, context))
    causal = F.scaled_dot_product_attention(x, x, x, is_causal=True)
    torch.testing.assert_close(whole[:, :, row.index(B) :], causal[:, :, row.index(B) :])


def test_positions_by_hand(reference):
    # Eight tokens, a context of five, the mask token in fifth place.
    actual = reference.position_ids(torch.tensor(ROWS[:1]), B, P, M, G)
    assert actual.tolist() == [[[0, 1, 2, 3, 4, 4, 4, 4], [0, 0, 0, 0, 0, 1, 2, 3]]]
    assert int((~reference.masks(torch.tensor(ROWS[:1]), B, P)).sum()) == 46
    # [MASK] behind [gMASK] counts all the same.
    actual = reference.position_ids(torch.tensor(ROWS[3:]), B, P, M, G)
    assert actual[0, 0].tolist() == [0, 1, 2, 3, 2, 2, 2, 2, 2]


def test_rejections(reference):
    with pytest.raises(ValueError, match="bos"):
        reference.masks(torch.tensor([[1, G, B], [1, G, 2]]), B, P)
    with pytest.raises(ValueError, match="mask token"):
        reference.position_ids(torch.tensor([[1, G, B], [1, 2, B]]), B, P, M, G)
