"""The reference of the lab `houlsby-adapter` against adapters hooked into a BERT layer of transformers.

No installed library has Houlsby's adapters. The authors put them behind the two dense layers whose outputs BERT adds
to its inputs; hooks there adapt transformers' layer without any code of ours in its forward.
"""

import importlib.util
from types import ModuleType

import pytest
import torch
from torch import nn
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertLayer

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("houlsby_reference", find_lab("houlsby-adapter").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _bert_layer(dim: int = 16) -> BertLayer:
    torch.manual_seed(0)
    sizes = {"hidden_size": dim, "intermediate_size": 24, "num_attention_heads": 2}
    layer = BertLayer(BertConfig(**sizes, attn_implementation="eager")).eval()
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.3)
    return layer


class _Attention(nn.Module):
    def __init__(self, layer: BertLayer) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer.attention.output.dense(self.layer.attention.self(x)[0])


class _AsInTheLab(nn.Module):
    """The same BERT layer, with the attributes that the lab's layers have."""

    def __init__(self, layer: BertLayer) -> None:
        super().__init__()
        self.attention = _Attention(layer)
        self.norm_1 = layer.attention.output.LayerNorm
        self.mlp = nn.Sequential(layer.intermediate, layer.output.dense)
        self.norm_2 = layer.output.LayerNorm


@pytest.mark.parametrize("bottleneck", [1, 4, 20])
def test_output_agrees_with_hooks_in_a_bert_layer(reference, bottleneck):
    bert = _bert_layer()
    ours = reference.AdaptedLayer(_AsInTheLab(bert), bottleneck)
    adapters = [ours.after_attention, ours.after_mlp]
    for parameter in nn.ModuleList(adapters).parameters():
        nn.init.normal_(parameter, std=0.5)
    x = torch.randn(2, 5, 16)
    actual = ours(x)
    for dense, adapter in zip([bert.attention.output.dense, bert.output.dense], adapters, strict=True):

        def hook(_module, _inputs, output, adapter=adapter):
            bent = nn.functional.gelu(output @ adapter.down.weight.T + adapter.down.bias)
            return output + bent @ adapter.up.weight.T + adapter.up.bias

        dense.register_forward_hook(hook)
    expected = bert(x)
    torch.testing.assert_close(actual, expected[0] if isinstance(expected, tuple) else expected)


def test_adapter_agrees_with_loops(reference):
    torch.manual_seed(0)
    adapter = reference.Adapter(5, 3).double()
    for parameter in adapter.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(5, dtype=torch.float64)
    expected = x + adapter.up.bias
    for m in range(3):
        z = adapter.down.bias[m] + sum(adapter.down.weight[m, d] * x[d] for d in range(5))
        unit = torch.distributions.Normal(0.0, 1.0).cdf(z) * z
        expected = expected + adapter.up.weight[:, m] * unit
    torch.testing.assert_close(adapter(x), expected, rtol=1e-6, atol=1e-6)


def test_count_of_bert_base(reference):
    # d = 768 and m = 64: 2 * 64 * 768 + 768 + 64 a piece, two in each of twelve layers.
    one = sum(p.numel() for p in reference.Adapter(768, 64).parameters())
    assert one == 99_136
    assert 24 * one == 2_379_264
