"""chatglm.py against tensors: the mask, the position ids and the block, built as the model builds them."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from questions.architecture import chatglm

SAMPLES = [(1, 1), (9, 4), (14, 10)]


def _mask(context: int, total: int) -> torch.Tensor:
    allowed = torch.ones(total, total).tril()
    allowed[:, :context] = 1
    return allowed


@pytest.mark.parametrize(("prompt", "reply"), SAMPLES)
def test_masks_have_as_many_entries_as_tensors(prompt: int, reply: int) -> None:
    total = prompt + 2 + reply
    sample = {"prompt": prompt, "reply": reply}
    assert chatglm.allowed_mask_entries(**sample) == _mask(prompt + 1, total).sum()
    assert chatglm.mask_entries_with_sop_in_context(**sample) == _mask(prompt + 2, total).sum()
    assert chatglm.causal_mask_entries(**sample) == _mask(0, total).sum()
    assert chatglm.full_mask_entries(**sample) == total**2


@pytest.mark.parametrize(("prompt", "reply"), [(5, 2), (2, 5), (300, 800)])
def test_a_table_one_row_shorter_is_too_short(prompt: int, reply: int) -> None:
    rows = chatglm.rotary_table_rows(prompt=prompt, reply=reply)
    first = torch.arange(prompt + 2 + reply).clamp(max=prompt)
    second = (torch.arange(prompt + 2 + reply) - prompt).clamp(min=0)
    ids = torch.stack([first, second])
    F.embedding(ids, torch.zeros(rows, 1))
    with pytest.raises(IndexError):
        F.embedding(ids, torch.zeros(rows - 1, 1))


@pytest.mark.parametrize("layers", [1, 28, 40])
def test_a_block_of_zeros(layers: int) -> None:
    torch.manual_seed(0)
    x, alpha = 3 + 7 * torch.randn(2, 512), (2 * layers) ** 0.5
    h = alpha * F.layer_norm(x, (512,))
    out = alpha * F.layer_norm(h, (512,))
    torch.testing.assert_close(
        out.pow(2).mean(-1).sqrt(), torch.full((2,), chatglm.identity_block_rms(layers=layers)), rtol=1e-3, atol=0
    )


def test_infilling_moves_tokens_and_adds_two_marks_a_span() -> None:
    for masked in (6, 60):
        assert chatglm.infilling_length(tokens=400, masked=masked, spans=6) == 412
    # x1 x2 [M] x4 [M] | [S] x5 x6 [S] x3
    assert chatglm.infilling_length(tokens=6, masked=3, spans=2) == 10
