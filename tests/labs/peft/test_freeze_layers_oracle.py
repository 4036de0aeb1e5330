"""The reference of the lab `freeze-layers` on a small Llama: names from its config, the Trainer's rule, plain AdamW."""

import copy
import importlib.util
from types import ModuleType

import pytest
import torch
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

from labs.grading.catalogue import find_lab

LAYERS = 12


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("freeze_layers_reference", find_lab("freeze-layers").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Llama(nn.Module):
    """A Llama of transformers, with the attributes that the lab's model has."""

    def __init__(self, tied: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        sizes = {"vocab_size": 17, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": LAYERS}
        config = LlamaConfig(**sizes, num_attention_heads=2, attention_bias=True, tie_word_embeddings=tied)
        self.llama = LlamaForCausalLM(config)
        self.drop = nn.Dropout(0.5)

    @property
    def embed_tokens(self):
        return self.llama.model.embed_tokens

    @property
    def layers(self):
        return self.llama.model.layers

    @property
    def norm(self):
        return self.llama.model.norm

    @property
    def lm_head(self):
        return self.llama.lm_head


def _names(last: int, tied: bool, model: nn.Module) -> set[str]:
    """What trains, by the numbers in the names that transformers gives."""
    names = {"llama.model.norm.weight"} | (set() if tied else {"llama.lm_head.weight"})
    for name, _ in model.named_parameters():
        parts = name.split(".")
        if parts[2] == "layers" and int(parts[3]) >= LAYERS - last:
            names.add(name)
    return names


@pytest.mark.parametrize("last", [0, 1, 2, 10, 12])
@pytest.mark.parametrize("tied", [True, False])
def test_trains_the_layers_of_these_numbers(reference, last, tied):
    model = _Llama(tied)
    reference.freeze(model, last)
    assert {name for name, p in model.named_parameters() if p.requires_grad} == _names(last, tied, model)


def test_decays_what_the_trainer_decays(reference, tmp_path):
    model = _Llama()
    reference.freeze(model, 3)
    optimizer = reference.make_optimizer(model, 1e-3, 0.1)
    names = {id(p): name for name, p in model.named_parameters()}
    decayed, spared = ({names[id(p)] for p in group["params"]} for group in optimizer.param_groups)
    trainer = Trainer(model=model, args=TrainingArguments(output_dir=str(tmp_path), use_cpu=True, report_to="none"))
    its = set(trainer.get_decay_parameter_names(model)) & _names(3, False, model)
    assert decayed == its
    assert spared == _names(3, False, model) - its


def test_steps_are_those_of_full_fine_tuning_with_the_rest_put_back(reference):
    ids = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]])
    model, full = _Llama(), _Llama()
    reference.freeze(model, 2)
    trained = _names(2, False, model)
    frozen = {name: p.detach().clone() for name, p in model.named_parameters() if name not in trained}
    optimizer = reference.make_optimizer(model, 1e-2, 0.3)
    groups = [
        {"params": [p for n, p in full.named_parameters() if p.ndim >= 2], "weight_decay": 0.3},
        {"params": [p for n, p in full.named_parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    plain = torch.optim.AdamW(groups, lr=1e-2)
    for _ in range(3):
        for one, its in ((model, optimizer), (full, plain)):
            one.llama(input_ids=ids, labels=ids).loss.backward()
            its.step()
            its.zero_grad()
        with torch.no_grad():
            for name, p in full.named_parameters():
                if name in frozen:
                    p.copy_(frozen[name])
    for (name, ours), theirs in zip(model.named_parameters(), full.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, msg=name)
        assert name in trained or torch.equal(ours, frozen[name])


def test_adamw_decays_what_has_an_old_gradient(reference):
    # What the lab's brief and diagnoses say of torch's AdamW.
    old, none, zero = (nn.Parameter(torch.ones(2), requires_grad=False) for _ in range(3))
    old.grad, zero.grad = torch.ones(2), torch.zeros(2)
    torch.optim.AdamW([old, none, zero], lr=0.1, weight_decay=0.5).step()
    assert not torch.equal(old, torch.ones(2))
    assert torch.equal(none, torch.ones(2))
    torch.testing.assert_close(zero.detach(), torch.full((2,), 0.95))


def test_modes_by_layer(reference):
    model = _Llama()
    reference.freeze(model, 2)
    expected = copy.deepcopy(model).eval()
    for layer in expected.layers[LAYERS - 2 :]:
        layer.train()
    model.train()
    reference.set_mode(model)
    for (name, ours), theirs in zip(model.named_modules(), expected.modules(), strict=True):
        assert ours.training == theirs.training, name
