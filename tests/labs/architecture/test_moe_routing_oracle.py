"""The reference of the lab `moe-routing` against Mixtral of transformers, and against Switch's own loss."""

import importlib.util
from types import ModuleType

import pytest
import torch
from transformers import MixtralConfig
from transformers.models.mixtral.modeling_mixtral import MixtralSparseMoeBlock, load_balancing_loss_func
from transformers.models.switch_transformers import modeling_switch_transformers as switch

from labs.grading.catalogue import find_lab

HIDDEN, WIDTH = 12, 10


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("moe_routing_reference", find_lab("moe-routing").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _randn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _mixtral(experts, top_k):
    config = MixtralConfig(
        hidden_size=HIDDEN, intermediate_size=WIDTH, num_local_experts=experts, num_experts_per_tok=top_k
    )
    config._experts_implementation = "eager"
    block = MixtralSparseMoeBlock(config)
    with torch.no_grad():
        for i, parameter in enumerate(block.parameters()):
            parameter.copy_(_randn(*parameter.shape, seed=i + 1) * 0.5)
    gate_proj, up_proj = block.experts.gate_up_proj.detach().chunk(2, dim=1)
    weights = {"gate": block.gate.weight, "gate_proj": gate_proj, "up_proj": up_proj}
    weights["down_proj"] = block.experts.down_proj
    return block, {name: weight.detach().clone().requires_grad_() for name, weight in weights.items()}


@pytest.mark.parametrize(("experts", "top_k"), [(4, 1), (5, 2), (8, 3), (3, 3)])
def test_mixtrals_layer_and_its_gradients(reference, experts, top_k):
    block, weights = _mixtral(experts, top_k)
    x, its_x = (_randn(2, 7, HIDDEN).requires_grad_() for _ in range(2))
    _, scores, indices = block.gate(its_x)
    ours = reference.route(x.reshape(-1, HIDDEN), weights["gate"], top_k)
    assert torch.equal(ours[1], indices)
    torch.testing.assert_close(ours[0], scores)

    grad = _randn(2, 7, HIDDEN, seed=99)
    actual, expected = reference.moe(x, **weights, top_k=top_k), block(its_x)
    torch.testing.assert_close(actual, expected)
    actual.backward(grad)
    expected.backward(grad)
    torch.testing.assert_close(x.grad, its_x.grad)
    torch.testing.assert_close(weights["gate"].grad, block.gate.weight.grad)
    fused = torch.cat((weights["gate_proj"].grad, weights["up_proj"].grad), dim=1)
    torch.testing.assert_close(fused, block.experts.gate_up_proj.grad)
    torch.testing.assert_close(weights["down_proj"].grad, block.experts.down_proj.grad)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_mixtrals_layer_in_half_precision(reference, dtype):
    block, weights = _mixtral(5, 2)
    x = _randn(40, 1, HIDDEN).to(dtype)
    actual = reference.moe(x, **{name: w.detach().to(dtype) for name, w in weights.items()}, top_k=2)
    expected = block.to(dtype)(x)
    assert actual.dtype == expected.dtype == dtype
    torch.testing.assert_close(actual, expected, atol=0.05, rtol=0.02)


@pytest.mark.parametrize("top_k", [1, 2, 4])
def test_mixtrals_loss(reference, top_k):
    logits, mask = _randn(3, 8, 4), torch.arange(8) >= torch.tensor([[0], [3], [7]])
    theirs = load_balancing_loss_func((logits.reshape(-1, 4),), 4, top_k)
    torch.testing.assert_close(reference.load_balancing_loss(logits, top_k), theirs)
    theirs = load_balancing_loss_func((logits.reshape(-1, 4),), 4, top_k, attention_mask=mask.long())
    torch.testing.assert_close(reference.load_balancing_loss(logits, top_k, mask), theirs)
    torch.testing.assert_close(reference.load_balancing_loss(logits, top_k, mask.long()), theirs)


def test_switchs_loss_for_one_choice(reference):
    logits = _randn(1, 20, 6)
    theirs = switch.load_balancing_loss_func(logits.softmax(-1), logits.argmax(-1))
    torch.testing.assert_close(reference.load_balancing_loss(logits, 1), theirs)


def test_even_routing_gives_top_k(reference):
    # Each token prefers the next expert, in turn: choices and probabilities are even.
    logits = torch.stack([torch.tensor([3.0, 2.0, 1.0, 0.0]).roll(i) for i in range(4)])
    for top_k in (1, 2, 3, 4):
        torch.testing.assert_close(reference.load_balancing_loss(logits, top_k), torch.tensor(float(top_k)))
