"""The reference of the lab `kv-cache` against DynamicCache in transformers and PyTorch's attention."""

import importlib.util
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from transformers import DynamicCache
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kv_cache", find_lab("kv-cache").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _normal(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def _rotate(x: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    turns = positions.double()[:, None] * 0.7 ** torch.arange(4).double().repeat(2)
    return apply_rotary_pos_emb(x, x, turns.cos()[None], turns.sin()[None])[0]


def _same(ours, theirs, layers):
    for layer in range(layers):
        assert ours.length(layer) == theirs.get_seq_length(layer)


def test_what_is_stored_is_what_dynamic_cache_stores(reference):
    ours, theirs = reference.KVCache(2), DynamicCache()
    for n in (3, 1, 2):
        for layer in range(2):
            k, v = _normal(2, 3, n, 8), _normal(2, 3, n, 8) + 1
            for actual, expected in zip(ours.update(layer, k, v), theirs.update(k, v, layer), strict=True):
                torch.testing.assert_close(actual, expected, rtol=0, atol=0)
    _same(ours, theirs, 2)
    ours.reorder(torch.tensor([1, 1]))
    theirs.reorder_cache(torch.tensor([1, 1]))
    ours.crop(4)
    theirs.crop(-2)  # the library takes how many tokens to drop, as a negative number
    _same(ours, theirs, 2)
    more = _normal(2, 3, 1, 8)
    for actual, expected in zip(ours.update(0, more, more), theirs.update(more, more, 0), strict=True):
        torch.testing.assert_close(actual, expected, rtol=0, atol=0)


@pytest.mark.parametrize("chunks", [[6], [1] * 6, [4, 2], [1, 3, 2]])
def test_decoding_is_attention_over_all_tokens(reference, chunks):
    q, k, v = (_normal(2, 3, 6, 8) + shift for shift in range(3))
    positions = torch.arange(6)
    expected = F.scaled_dot_product_attention(_rotate(q, positions), _rotate(k, positions), v, is_causal=True)
    cache, outputs, start = reference.KVCache(1), [], 0
    for n in chunks:
        now = slice(start, start + n)
        outputs.append(reference.attend(cache, 0, q[:, :, now], k[:, :, now], v[:, :, now], _rotate))
        start += n
    torch.testing.assert_close(torch.cat(outputs, dim=2), expected)


def test_eight_bits_are_pytorchs_affine_codes(reference):
    # Whole numbers of steps from -128 * scale on: PyTorch's affine codes are the same.
    x = torch.cat((torch.tensor([-6.4, 6.35]), torch.linspace(-6.0, 6.0, 14)))
    codes, scale, low = reference.quantize(x)
    theirs = torch.fake_quantize_per_tensor_affine(x, scale.item(), 128, 0, 255)
    torch.testing.assert_close(reference.dequantize(codes, scale, low), theirs, rtol=1e-5, atol=1e-5)
