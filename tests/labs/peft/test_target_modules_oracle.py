"""The reference of the lab `target-modules` against peft, on a small Llama of transformers."""

import importlib.util
from types import ModuleType

import pytest
import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from transformers import LlamaConfig, LlamaForCausalLM

from labs.grading.catalogue import find_lab

TARGETS = [
    ["q_proj", "v_proj"],
    ["self_attn.o_proj", "lm_head"],
    ["model.layers.1.mlp.down_proj"],
    ["1.self_attn.q_proj", "layers.10.mlp.up_proj"],
    "all-linear",
]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("target_modules_reference", find_lab("target-modules").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _llama(tied: bool = False, layers: int = 2) -> LlamaForCausalLM:
    torch.manual_seed(0)
    sizes = {"vocab_size": 17, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": layers}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1}
    return LlamaForCausalLM(LlamaConfig(**sizes, **heads, attention_bias=True, tie_word_embeddings=tied)).eval()


def _pefts(model: LlamaForCausalLM, targets: list[str] | str, r: int = 3, alpha: int = 6):
    return get_peft_model(model, LoraConfig(r=r, lora_alpha=alpha, target_modules=targets)).eval()


def _layers(tuned) -> list[str]:
    return [name for name, module in tuned.get_base_model().named_modules() if isinstance(module, LoraLayer)]


@pytest.mark.parametrize("targets", TARGETS, ids=str)
def test_finds_what_peft_finds(reference, targets):
    assert reference.find_targets(_llama(layers=12), targets) == _layers(_pefts(_llama(layers=12), targets))


def test_finds_nothing_where_peft_finds_nothing(reference):
    with pytest.raises(ValueError, match="query_key_value"):
        reference.find_targets(_llama(), ["query_key_value"])
    with pytest.raises(ValueError, match="query_key_value"):
        _pefts(_llama(), ["query_key_value"])


@pytest.mark.filterwarnings("ignore:Model with `tie_word_embeddings=True`")
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("targets", [TARGETS[0], TARGETS[1], "all-linear"], ids=str)
def test_counts_what_peft_counts(reference, targets, tied):
    tuned = _pefts(_llama(tied), targets)
    ours = reference.add_lora(_llama(tied), targets, 3, 6)
    trained, whole = reference.count_parameters(ours)
    its_trained, its_whole = tuned.get_nb_trainable_parameters()
    assert trained == its_trained
    # peft counts the same; where lm_head is wrapped and tied, the shared weight is still one parameter in both.
    assert whole == its_whole


@pytest.mark.parametrize("targets", [TARGETS[0], "all-linear"], ids=str)
def test_saves_what_peft_saves_and_computes_the_same(reference, targets):
    tuned = _pefts(_llama(), targets)
    ours = reference.add_lora(_llama(), targets, 3, 6)
    its_state = get_peft_model_state_dict(tuned)
    state = reference.adapter_state_dict(ours)
    assert {f"base_model.model.{name}.weight" for name in state} == set(its_state)
    values = {name: torch.randn_like(tensor) for name, tensor in state.items()}
    ours.load_state_dict(values, strict=False)
    tuned.load_state_dict(
        {f"base_model.model.{name}.default.weight": tensor for name, tensor in values.items()}, strict=False
    )
    ids = torch.tensor([[1, 5, 9, 2]])
    with torch.no_grad():
        logits = ours(ids).logits
        torch.testing.assert_close(logits, tuned(ids).logits)
        assert not torch.allclose(logits, _llama()(ids).logits)


def test_counts_of_llama_2_7b(reference):
    config = LlamaConfig(vocab_size=32000, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32)
    with torch.device("meta"):
        model = reference.add_lora(LlamaForCausalLM(config), ["q_proj", "v_proj"], 8, 16)
    # 32 layers, two square layers of 4096 in each: 32 * 2 * 8 * (4096 + 4096).
    assert reference.count_parameters(model) == (4_194_304, 6_738_415_616 + 4_194_304)
