"""The reference of the lab `adamw` against torch's own AdamW."""

import importlib.util
from types import ModuleType

import pytest
import torch

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("adamw_reference", find_lab("adamw").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _leaves(dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = [(), (7,), (3, 5)]
    return [torch.randn(s, generator=generator, dtype=torch.float64).to(dtype).requires_grad_() for s in shapes]


def _step(optimizer: object, leaves: list[torch.Tensor], seed: int, size: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    for i, leaf in enumerate(leaves):
        drawn = size * torch.randn(leaf.shape, generator=generator, dtype=torch.float64).to(leaf.dtype)
        leaf.grad = None if (seed + i) % 3 == 0 else drawn
    optimizer.step()  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [1e-6, 1.0, 100.0])
@pytest.mark.parametrize(
    "options",
    [{}, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.5}, {"lr": 0.3, "weight_decay": 0.0}],
)
def test_agrees_with_torch(reference, size, options):
    ours, theirs = _leaves(), _leaves()
    optimizers = reference.AdamW((p for p in ours), **options), torch.optim.AdamW(theirs, **options)
    for seed in range(8):
        if seed == 4:  # a schedule
            optimizers[0].lr = optimizers[1].param_groups[0]["lr"] = 0.05
        for optimizer, leaves in zip(optimizers, (ours, theirs), strict=True):
            _step(optimizer, leaves, seed, size)
        for our, their in zip(ours, theirs, strict=True):
            torch.testing.assert_close(our, their, rtol=1e-12, atol=1e-14)


def test_defaults_are_torchs(reference):
    ours, theirs = reference.AdamW([]), torch.optim.AdamW(_leaves()).defaults
    assert (ours.lr, tuple(ours.betas), ours.eps, ours.weight_decay) == (
        theirs["lr"],
        tuple(theirs["betas"]),
        theirs["eps"],
        theirs["weight_decay"],
    )


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_in_half_precision_a_step_is_torchs_in_float32_rounded(reference, dtype):
    # torch keeps the moments in the dtype of the parameter; the comparison is with its float32 step, rounded.
    ours, theirs = _leaves(dtype), [p.detach().float().requires_grad_() for p in _leaves(dtype)]
    optimizers = reference.AdamW(ours, lr=0.1, weight_decay=0.5), torch.optim.AdamW(theirs, lr=0.1, weight_decay=0.5)
    for i, leaf in enumerate(ours):
        leaf.grad = torch.full_like(leaf, 1e-3 * (i + 1))
        theirs[i].grad = leaf.grad.float()
    for optimizer in optimizers:
        optimizer.step()
    for our, their in zip(ours, theirs, strict=True):
        torch.testing.assert_close(our, their.to(dtype), rtol=torch.finfo(dtype).eps, atol=0)


def test_by_hand(reference):
    # One step, lr = weight_decay = 0.1, p = 1: without a gradient signal 1 - 0.01; with one, less 0.1. L2 in the
    # gradient would give 0.9 both times.
    for gradient, expected in ((0.0, 0.99), (0.5, 0.89)):
        p = torch.tensor([1.0], requires_grad=True)
        p.grad = torch.tensor([gradient])
        reference.AdamW([p], lr=0.1, weight_decay=0.1).step()
        assert p.item() == pytest.approx(expected, abs=1e-6)
