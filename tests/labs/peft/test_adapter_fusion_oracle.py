"""The reference of the lab `adapter-fusion` against torch's attention with the adapters as its sequence."""

import importlib.util
from types import ModuleType

import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("adapter_fusion_reference", find_lab("adapter-fusion").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _fusion(reference: ModuleType, n: int, d: int = 6) -> nn.Module:
    """The adapters stand in for any frozen module; each is non-linear and holds its skip connection."""

    class Adapter(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(nn.Linear(d, 3), nn.ReLU(), nn.Linear(3, d))

        def forward(self, h: torch.Tensor) -> torch.Tensor:
            return h + self.inner(h)

    torch.manual_seed(n)
    fusion = reference.AdapterFusion(nn.ModuleList(Adapter() for _ in range(n)), d)
    nn.init.normal_(fusion.value.weight)
    return fusion


@pytest.mark.parametrize("n", [1, 2, 5])
def test_output_and_gradients_agree_with_torch(reference, n):
    fusion, h = _fusion(reference, n), torch.randn(2, 4, 6, requires_grad=True)
    z = torch.stack([adapter(h) for adapter in fusion.adapters], -2)  # (2, 4, n, 6)
    query = fusion.query(h).unsqueeze(-2)
    theirs = scaled_dot_product_attention(query, fusion.key(z), fusion.value(z), scale=1.0).squeeze(-2)
    wanted = [h, fusion.query.weight, fusion.value.weight]
    torch.testing.assert_close(fusion(h), theirs)
    for ours, its in zip(
        torch.autograd.grad(fusion(h).square().sum(), wanted),
        torch.autograd.grad(theirs.square().sum(), wanted),
        strict=True,
    ):
        torch.testing.assert_close(ours, its, rtol=1e-4, atol=1e-4)


def test_one_adapter_is_its_value(reference):
    fusion, h = _fusion(reference, 1), torch.randn(3, 6)
    torch.testing.assert_close(fusion(h), fusion.value(fusion.adapters[0](h)))


def test_permuting_adapters_permutes_their_weights(reference):
    fusion, h = _fusion(reference, 3), torch.randn(3, 6)
    weights, output = fusion.weights(h), fusion(h)
    fusion.adapters = nn.ModuleList(fusion.adapters[i] for i in (2, 0, 1))
    torch.testing.assert_close(fusion.weights(h), weights[:, [2, 0, 1]])
    torch.testing.assert_close(fusion(h), output)


def test_equal_adapters_make_the_query_irrelevant(reference):
    fusion, h = _fusion(reference, 2), torch.randn(3, 6)
    fusion.adapters[1] = fusion.adapters[0]
    torch.testing.assert_close(fusion.weights(h), torch.full((3, 2), 0.5))
    torch.testing.assert_close(fusion(h), fusion.value(fusion.adapters[0](h)))
