"""The reference of the lab `clip-and-accumulate` against torch's clipping and transformers' loss of one big batch."""

import copy
import importlib.util
from types import ModuleType

import pytest
import torch
from torch import nn
from transformers.loss.loss_utils import fixed_cross_entropy

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    path = find_lab("clip-and-accumulate").reference
    spec = importlib.util.spec_from_file_location("clip_and_accumulate_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _with_gradients(size: float, dtype: torch.dtype) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    parameters = [nn.Parameter(torch.zeros(shape, dtype=dtype)) for shape in ((), (7,), (3, 5), (2,))]
    for parameter in parameters[:-1]:
        parameter.grad = (size * torch.randn(parameter.shape, generator=generator)).to(dtype)
    return parameters


@pytest.mark.parametrize("size", [0.0, 0.01, 4.0, 1e4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("max_norm", [0.5, 10.0])
def test_clips_as_torch_does(reference, size, dtype, max_norm):
    ours, theirs = _with_gradients(size, dtype), _with_gradients(size, dtype)
    norm = reference.clip_gradients((p for p in ours), max_norm)
    torch.testing.assert_close(norm, torch.nn.utils.clip_grad_norm_(theirs, max_norm))
    for our, their in zip(ours, theirs, strict=True):
        if their.grad is None:
            assert our.grad is None
        else:
            torch.testing.assert_close(our.grad, their.grad)


def _batches(*sizes: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(1)
    made = []
    for size in sizes:
        labels = torch.randint(0, 6, (size,), generator=generator)
        labels[1::3] = -100
        made.append((torch.randn(size, 4, generator=generator, dtype=torch.float64), labels))
    return made


@pytest.mark.parametrize("max_norm", [0.1, 1e6])
@pytest.mark.parametrize("loss_scale", [1.0, 1024.0])
def test_a_group_is_one_big_batch(reference, max_norm, loss_scale):
    ours = nn.Linear(4, 6, dtype=torch.float64)
    theirs = copy.deepcopy(ours)
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.5)
    batches, losses, norms = _batches(9, 1, 4, 6, 2), [], []
    for group in (batches[:2], batches[2:4], batches[4:]):
        x, labels = (torch.cat(part) for part in zip(*group, strict=True))
        loss = fixed_cross_entropy(theirs(x), labels, num_items_in_batch=(labels != -100).sum())
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        norms.append(torch.nn.utils.clip_grad_norm_(theirs.parameters(), max_norm).item())
        optimizer.step()
    report = reference.train(ours, batches, 2, 0.5, max_norm, loss_scale)
    assert report["losses"] == pytest.approx(losses, rel=1e-12)
    assert report["norms"] == pytest.approx(norms, rel=1e-12)
    for our, their in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(our, their, rtol=1e-12, atol=1e-12)
