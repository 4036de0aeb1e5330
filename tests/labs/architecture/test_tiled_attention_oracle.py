"""The reference of the lab `tiled-attention` against PyTorch's attention, its autograd, and its log-sum-exp."""

import importlib.util
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F

from labs.grading.catalogue import find_lab

SIZES = [(8, 8, 3, False), (8, 8, 3, True), (5, 9, 4, True), (5, 9, 4, False), (6, 6, 64, True), (7, 7, 1, True)]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tiled_attention", find_lab("tiled-attention").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _tensors(length_q: int, length_k: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(length_q * 100 + length_k)
    shapes = [(2, 3, length, 8) for length in (length_q, length_k, length_k)]
    return [torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_() for shape in shapes]


@pytest.mark.parametrize(("length_q", "length_k", "block", "causal"), SIZES)
def test_agrees_with_pytorch_forward_and_backward(reference, length_q, length_k, block, causal):
    q, k, v = _tensors(length_q, length_k)
    visible = torch.ones(length_q, length_k, dtype=torch.bool)
    visible = visible.tril(length_k - length_q) if causal else visible
    theirs = F.scaled_dot_product_attention(q, k, v, attn_mask=visible)
    with torch.no_grad():
        ours, lse = reference.tiled_attention(q, k, v, block, causal)
    torch.testing.assert_close(ours, theirs.detach())
    scores = (q @ k.mT / 8**0.5).masked_fill(~visible, -torch.inf)
    torch.testing.assert_close(lse, scores.logsumexp(-1).detach())
    grad = torch.randn(theirs.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = torch.autograd.grad(theirs, (q, k, v), grad)
    actual = reference.tiled_backward(q.detach(), k.detach(), v.detach(), ours, lse, grad, block, causal)
    for mine, its in zip(actual, expected, strict=True):
        torch.testing.assert_close(mine, its)


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_merged_parts_are_the_whole(reference, cut):
    q, k, v = (t.detach() for t in _tensors(5, 9))
    whole = reference.tiled_attention(q, k, v, 4)
    parts = [reference.tiled_attention(q, k[:, :, s], v[:, :, s], 4) for s in (slice(0, cut), slice(cut, 9))]
    for actual, expected in zip(reference.merge(*parts), whole, strict=True):
        torch.testing.assert_close(actual, expected)
