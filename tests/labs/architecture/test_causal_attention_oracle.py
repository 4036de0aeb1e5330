"""The reference of the lab `causal-attention` against PyTorch's attention and Llama's in transformers."""

import importlib.util
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from transformers.models.llama.modeling_llama import eager_attention_forward

from labs.grading.catalogue import find_lab

LENGTHS = [(5, 5), (2, 6), (1, 4), (6, 3)]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("causal_attention", find_lab("causal-attention").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _inputs(length_q: int, length_k: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(length_q * 10 + length_k)
    shapes = [(2, 3, length_q, 8), (2, 3, length_k, 8), (2, 3, length_k, 8)]
    return [torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_() for shape in shapes]


def _masks(length_q: int, length_k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """keep, with the first sequence padded on the left, and which keys each query sees, by the definition."""
    keep = torch.ones(2, length_k, dtype=torch.bool)
    keep[0, : length_k // 2] = False
    visible = torch.zeros(2, 1, length_q, length_k, dtype=torch.bool)
    for b in range(2):
        for i in range(length_q):
            for j in range(length_k):
                visible[b, 0, i, j] = j <= i + length_k - length_q and keep[b, j]
    return keep, visible


@pytest.mark.parametrize(("length_q", "length_k"), LENGTHS)
def test_agrees_with_pytorch_forward_and_backward(reference, length_q, length_k):
    inputs = _inputs(length_q, length_k)
    keep, visible = _masks(length_q, length_k)
    ours = reference.causal_attention(*inputs, keep)
    theirs = F.scaled_dot_product_attention(*inputs, attn_mask=visible)
    assert theirs[~visible.any(-1).expand(-1, 3, -1)].eq(0).all()  # fully masked rows are zero in the library, too
    torch.testing.assert_close(ours, theirs)
    grad = torch.randn(ours.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    ours_back = torch.autograd.grad(ours, inputs, grad)
    for actual, expected in zip(ours_back, torch.autograd.grad(theirs, inputs, grad), strict=True):
        torch.testing.assert_close(actual, expected)


@pytest.mark.parametrize(("length_q", "length_k"), LENGTHS)
def test_agrees_with_llama_where_a_key_is_visible(reference, length_q, length_k):
    inputs = [t.detach().float() for t in _inputs(length_q, length_k)]
    keep, visible = _masks(length_q, length_k)
    mask = torch.zeros(visible.shape).masked_fill(~visible, torch.finfo(torch.float32).min)
    module = nn.Module().eval()
    module.num_key_value_groups = 1
    theirs = eager_attention_forward(module, *inputs, mask, scaling=8**-0.5)[0].transpose(1, 2)
    seen = visible.any(-1).expand(-1, 3, -1)
    torch.testing.assert_close(reference.causal_attention(*inputs, keep)[seen], theirs[seen])
