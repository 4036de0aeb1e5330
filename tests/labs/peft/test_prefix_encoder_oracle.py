"""The reference of the lab `prefix-encoder` against peft's encoder, and against a small Llama that peft has tuned."""

import importlib.util
from types import ModuleType

import pytest
import torch
from peft import PrefixTuningConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from labs.grading.catalogue import find_lab

LAYERS, HEADS, KV_HEADS, HEAD_DIM, LENGTH = 3, 4, 2, 4, 5


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prefix_encoder_reference", find_lab("prefix-encoder").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _llama() -> LlamaForCausalLM:
    torch.manual_seed(0)
    sizes = {"vocab_size": 17, "hidden_size": HEADS * HEAD_DIM, "intermediate_size": 12, "num_hidden_layers": LAYERS}
    heads = {"num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS}
    return LlamaForCausalLM(LlamaConfig(**sizes, **heads, attn_implementation="eager")).eval()


def _tuned(projection: int | None):
    more = {} if projection is None else {"prefix_projection": True, "encoder_hidden_size": projection}
    return get_peft_model(_llama(), PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=LENGTH, **more)).eval()


def _ours(reference, tuned, projection):
    encoder = reference.PrefixEncoder(LENGTH, LAYERS, HEADS, KV_HEADS, HEAD_DIM, projection).eval()
    encoder.load_state_dict(tuned.prompt_encoder["default"].state_dict())  # the same names and shapes
    return encoder


@pytest.mark.parametrize("projection", [None, 7])
def test_gives_what_peft_puts_into_the_cache(reference, projection):
    tuned = _tuned(projection)
    encoder = _ours(reference, tuned, projection)
    cache = tuned.get_prompt(batch_size=2)
    assert len(cache.layers) == LAYERS
    for (keys, values), layer in zip(encoder(2), cache.layers, strict=True):
        torch.testing.assert_close(keys, layer.keys)
        torch.testing.assert_close(values, layer.values)
    torch.testing.assert_close(encoder.table(), tuned.get_prompt_embedding_to_save("default"))


@pytest.mark.parametrize("projection", [None, 7])
def test_trains_what_peft_trains(reference, projection):
    tuned, model = _tuned(projection), _llama()
    encoder = _ours(reference, tuned, projection)
    trained = reference.trained_parameters(model, encoder)
    assert sum(p.numel() for p in trained if p.requires_grad) == tuned.get_nb_trainable_parameters()[0]
    assert not any(p.requires_grad for p in model.parameters())


def test_counts_of_7b(reference):
    with torch.device("meta"):
        plain = reference.PrefixEncoder(20, 32, 32, 32, 128)
        projected = reference.PrefixEncoder(20, 32, 32, 32, 128, projection=4096)
    assert sum(p.numel() for p in plain.parameters()) == 20 * 32 * 2 * 4096 == 5_242_880
    assert sum(p.numel() for p in projected.parameters()) == 1_090_867_200


@pytest.mark.parametrize(
    "mask", [[[1, 1, 1, 1], [1, 1, 1, 1]], [[0, 0, 1, 1], [1, 1, 1, 1]], [[1, 1, 1, 0], [0, 1, 1, 1]]], ids=str
)
def test_attends_as_a_tuned_llama_does(reference, mask):
    tuned, mask = _tuned(None), torch.tensor(mask)
    encoder, seen = _ours(reference, tuned, None), []
    for layer in tuned.get_base_model().model.layers:
        layer.self_attn.register_forward_hook(
            lambda module, args, kwargs, output: seen.append((module, kwargs["hidden_states"], output[0])),
            with_kwargs=True,
        )
    with torch.no_grad():
        tuned(input_ids=torch.tensor([[3, 1, 4, 1], [5, 9, 2, 6]]), attention_mask=mask)
        positions = torch.arange(LENGTH + 6)[None]
        cos, sin = tuned.get_base_model().model.rotary_emb(torch.zeros(1), positions)
        assert len(seen) == LAYERS
        for prefix, (module, x, output) in zip(encoder(2), seen, strict=True):
            query, key, value = (
                proj(x).view(2, 4, -1, HEAD_DIM).transpose(1, 2)
                for proj in (module.q_proj, module.k_proj, module.v_proj)
            )
            ours = reference.attend(query, key, value, prefix, cos[0], sin[0], mask)
            ours = module.o_proj(ours.transpose(1, 2).reshape(2, 4, -1))
            torch.testing.assert_close(ours, output)


def test_rotates_as_llama_does(reference):
    x, angles = torch.randn(2, 3, 5, HEAD_DIM), torch.rand(5, HEAD_DIM // 2).repeat(1, 2)
    theirs, _ = apply_rotary_pos_emb(x, x, angles.cos()[None], angles.sin()[None])
    torch.testing.assert_close(reference.rotate(x, angles.cos(), angles.sin()), theirs)
