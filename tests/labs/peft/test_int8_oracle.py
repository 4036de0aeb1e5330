"""The reference of the lab `int8` against torch's quantisation, and the audit on what peft makes of a model."""

import importlib.util
from types import ModuleType

import pytest
import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import OPTConfig, OPTForCausalLM

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("int8_reference", find_lab("int8").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("shape", [(5, 64), (1, 3), (17, 1)])
def test_codes_are_those_of_torch(reference, shape):
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    codes, scale = reference.quantize(weight)
    theirs = torch.fake_quantize_per_channel_affine(weight, scale, torch.zeros(shape[0]), 0, -127, 127)
    torch.testing.assert_close(reference.dequantize(codes, scale), theirs)
    assert bool((codes.abs().amax(1) == 127).all())
    assert bool(((theirs - weight).abs() <= scale[:, None] * 0.5001).all())


def test_the_layer_is_torchs_linear_on_dequantised_weights(reference):
    generator = torch.Generator().manual_seed(1)
    weight, x, bias = (torch.randn(s, generator=generator) for s in ((6, 9), (2, 4, 9), (6,)))
    codes, scale = reference.quantize(weight)
    theirs = torch.nn.functional.linear(x, reference.dequantize(codes, scale), bias)
    torch.testing.assert_close(reference.int8_linear(x, codes, scale, bias), theirs)
    # Close to the layer that was never quantised.
    assert float((theirs - torch.nn.functional.linear(x, weight, bias)).abs().max()) < 0.1


def _tensors(model: torch.nn.Module) -> list[dict[str, object]]:
    return [
        {"name": n, "dtype": str(p.dtype).removeprefix("torch."), "elements": p.numel(), "trains": p.requires_grad}
        for n, p in model.named_parameters()
    ]


def test_a_helper_with_int8_in_mind_quantises_nothing(reference):
    config = OPTConfig(
        vocab_size=32, hidden_size=16, ffn_dim=16, num_hidden_layers=1, num_attention_heads=2, word_embed_proj_dim=16
    )
    model = OPTForCausalLM(config).half()
    before = reference.audit(_tensors(model))
    assert before["problems"] == ["not-quantized", "half-trains"]
    prepared = prepare_model_for_kbit_training(model)
    after = reference.audit(_tensors(prepared))
    assert after["problems"] == ["not-quantized", "nothing-trains"]
    assert after["bytes"] == 2 * before["bytes"]  # float16 became float32
    adapted = get_peft_model(prepared, LoraConfig(r=2, target_modules=["q_proj", "v_proj"]))
    assert reference.audit(_tensors(adapted))["problems"] == ["not-quantized"]
    trained = sum(p.numel() for p in adapted.parameters() if p.requires_grad)
    assert reference.audit(_tensors(adapted))["trained"] == trained
