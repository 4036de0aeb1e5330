"""The reference of the lab `nf4` against published values and brute force; bitsandbytes is not installed."""

import importlib.util
from statistics import NormalDist
from types import ModuleType

import pytest
import torch

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("nf4_reference", find_lab("nf4").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_table_has_quantiles_at_even_probabilities(reference):
    table = reference.nf4_table().double()
    largest = NormalDist().inv_cdf(0.9677083)
    probabilities = torch.tensor([NormalDist().cdf(float(v) * largest) for v in table], dtype=torch.float64)
    below, above = probabilities[:8].diff(), probabilities[7:].diff()
    torch.testing.assert_close(below, torch.full_like(below, (0.9677083 - 0.5) / 7), rtol=1e-5, atol=0)
    torch.testing.assert_close(above, torch.full_like(above, (0.9677083 - 0.5) / 8), rtol=1e-5, atol=0)
    assert table[7] == 0
    assert abs(reference.OFFSET - (1 - (1 / 30 + 1 / 32) / 2)) < 1e-7


@pytest.mark.parametrize("shape", [(3, 64), (7, 19), (1,)])
def test_every_weight_becomes_the_nearest_value(reference, shape):
    torch.manual_seed(0)
    weight, table = torch.randn(shape), reference.nf4_table()
    back = reference.dequantize(*reference.quantize(weight), shape, torch.float32)
    for part, mine in zip(weight.flatten().split(64), back.flatten().split(64), strict=True):
        nearest = (part[:, None] - table * part.abs().max()).abs().amin(dim=1)
        torch.testing.assert_close((part - mine).abs(), nearest, rtol=0, atol=1e-6)


def test_beats_an_even_grid_on_normal_weights(reference):
    torch.manual_seed(0)
    weight = torch.randn(1000, 64)
    back = reference.dequantize(*reference.quantize(weight), weight.shape, torch.float32)
    step = weight.abs().amax(dim=1, keepdim=True) / 7
    even = (weight / step).round() * step
    assert (back - weight).square().mean() < 0.9 * (even - weight).square().mean()


def test_scales_survive_eight_bits(reference):
    torch.manual_seed(0)
    absmax = torch.rand(700) + 2
    codes, scales, mean = reference.quantize_scales(absmax)
    back = reference.dequantize_scales(codes, scales, mean)
    assert (back - absmax).abs().max() <= 0.501 * scales.max()
    assert scales.max() < 0.51 / 127  # half of what the range of 1 would need without the mean taken off


def test_bits_of_the_paper(reference):
    # Section 3: 0.5 bits for each weight come down to 0.127.
    assert reference.bits_per_weight() == 4.5
    assert round(reference.bits_per_weight(64, 256) - 4, 3) == 0.127
