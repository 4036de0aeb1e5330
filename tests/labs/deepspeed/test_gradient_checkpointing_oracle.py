"""The reference of the lab `gradient-checkpointing` against torch.utils.checkpoint, whose trap is shown as well."""

import importlib.util
from types import ModuleType

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("checkpointing", find_lab("gradient-checkpointing").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _module() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 20), nn.Tanh(), nn.Dropout(0.4), nn.Linear(20, 6))


def _step(run, needs_grad):
    module = _module()
    x = torch.randn(5, 6, generator=torch.Generator().manual_seed(1)).requires_grad_(needs_grad)
    torch.manual_seed(2)
    output = run(module, x)
    output.square().sum().backward()
    return [output.detach(), x.grad, *(p.grad for p in module.parameters()), torch.rand(3)]


@pytest.mark.parametrize("needs_grad", [True, False])
def test_agrees_with_the_librarys(reference, needs_grad):
    ours = _step(reference.checkpoint, needs_grad)
    theirs = _step(lambda module, x: checkpoint(module, x, use_reentrant=False), needs_grad)
    for actual, expected in zip(ours, theirs, strict=True):
        if expected is None:
            assert actual is None
        else:
            torch.testing.assert_close(actual, expected)


def test_the_trap_of_the_reentrant_version(reference):
    module, x = _module(), torch.randn(5, 6)
    with pytest.warns(UserWarning, match="None of the inputs have requires_grad=True"):
        theirs = checkpoint(module, x, use_reentrant=True)
    assert not theirs.requires_grad
    assert reference.checkpoint(module, x).requires_grad
