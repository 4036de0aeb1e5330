"""lora_counts.py against hand formulas and small real models; what the explanations say besides."""

from __future__ import annotations

import pytest
import torch

from questions.peft import lora_counts


@pytest.mark.parametrize("kv_heads", [8, 2])
@pytest.mark.parametrize("rank", [2, 5])
def test_all_linear_is_seven_matrices_a_layer(kv_heads: int, rank: int) -> None:
    hidden, inner, layers, heads = 64, 160, 3, 8
    narrow = kv_heads * hidden // heads
    attention = 2 * (hidden + hidden) + 2 * (hidden + narrow)
    expected = layers * rank * (attention + 3 * (hidden + inner))
    shape = {"hidden": hidden, "intermediate": inner, "layers": layers, "heads": heads, "kv_heads": kv_heads}
    assert lora_counts.all_linear(**shape, vocab=32, rank=rank) == expected
    assert lora_counts.attention_only(**shape, vocab=32, rank=rank) == layers * rank * attention


def test_numbers_of_the_explanations() -> None:
    assert 4 * 8192 + 3 * (4096 + 11008) == 78_080
    assert 4096 + 4608 == 8704
    assert 32 * 2 * 8 * 8192 == 4_194_304
    assert pytest.approx(17, rel=0.02) == 4_194_304 * 4 / 1e6
    assert pytest.approx(13.5, rel=0.01) == 2 * 6.74
    assert (40e6 * 4, 40e6 * 8) == (0.16e9, 0.32e9)


@pytest.mark.parametrize("rank", [8, 64])
def test_an_adapter_file_is_float32(rank: int) -> None:
    mb = lora_counts.adapter_mb(layers=28, in_features=4096, out_features=4608, rank=rank)
    assert mb == pytest.approx(28 * rank * (4096 + 4608) * 4 / 1e6)


def test_saved_modules_are_trained_whole() -> None:
    trained = lora_counts.with_saved_modules(hidden=64, layers=3, heads=4, rank=2, vocab=50)
    assert trained == 3 * 2 * 2 * (64 + 64) + 2 * 50 * 64


@pytest.mark.parametrize("out_features", [1024, 11008])
def test_at_the_break_even_rank_both_train_the_same(out_features: int) -> None:
    rank = lora_counts.break_even_rank(in_features=4096, out_features=out_features)
    assert rank * (4096 + out_features) == pytest.approx(4096 * out_features)


def test_memory_is_the_frozen_base_and_sixteen_bytes_a_trained_parameter() -> None:
    assert lora_counts.lora_gb(billions=6.74, trained_millions=20) == pytest.approx((2 * 6.74e9 + 16 * 20e6) / 1e9)


@pytest.mark.parametrize(("hidden", "rank"), [(4096, 8), (2048, 64)])
def test_two_thirds_of_the_products_remain(hidden: int, rank: int) -> None:
    expected = 100 * (4 * hidden**2 + 12 * hidden * rank) / (6 * hidden**2)
    assert lora_counts.step_percent(hidden=hidden, rank=rank) == pytest.approx(expected)


@pytest.mark.parametrize(("targets", "share"), [("all-linear", 0.88), (None, 0.71)])
def test_activations_hardly_shrink(targets: str | None, share: float) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=64, hidden_size=256, intermediate_size=688, num_hidden_layers=4, num_attention_heads=4
    )
    full = _stored_bytes(LlamaForCausalLM(shape))
    lora = _stored_bytes(get_peft_model(LlamaForCausalLM(shape), LoraConfig(r=8, target_modules=targets)))
    assert lora / full == pytest.approx(share, abs=0.01)


def _stored_bytes(model: torch.nn.Module) -> int:
    """Bytes that autograd keeps for backward, parameters left out."""
    parameters = {p.data_ptr() for p in model.parameters()}
    kept: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.data_ptr() not in parameters:
            kept[tensor.data_ptr()] = tensor  # held, so that no address is used twice
        return tensor

    ids = torch.ones(2, 128, dtype=torch.long)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model.train()(input_ids=ids, labels=ids)
    return sum(t.numel() * t.element_size() for t in kept.values())
