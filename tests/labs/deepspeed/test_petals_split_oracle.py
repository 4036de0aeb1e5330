"""The reference of the lab `petals-split` against the same blocks in one process, and transformers' loss."""

import importlib.util
from types import ModuleType

import pytest
import torch
from torch import nn
from transformers.loss.loss_utils import ForCausalLMLoss

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("petals_split_reference", find_lab("petals-split").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Flaky:
    """A server of the reference that goes down after some requests."""

    def __init__(self, server, lives: int) -> None:
        self.server, self.lives = server, lives
        self.start, self.end = server.start, server.end

    def forward(self, *request):
        self._live()
        return self.server.forward(*request)

    def backward(self, *request):
        self._live()
        return self.server.backward(*request)

    def _live(self) -> None:
        if self.lives == 0:
            raise ConnectionError
        self.lives -= 1


def _blocks(n: int, d: int) -> nn.ModuleList:
    torch.manual_seed(n)
    return nn.ModuleList(nn.TransformerEncoderLayer(d, 2, 8, dropout=0.0, batch_first=True) for _ in range(n))


@pytest.mark.parametrize("capacities", [[6], [2, 2, 2], [1, 4, 0, 1]])
@pytest.mark.parametrize("lives", [-1, 0, 1])
def test_output_and_prompt_gradient_agree_with_one_process(reference, capacities, lives):
    blocks, prompts = _blocks(6, 4), torch.randn(2, 3, 4, requires_grad=True)
    expected = nn.Sequential(*blocks)(prompts)
    (gradient,) = torch.autograd.grad(expected.square().sum(), prompts)
    ranges = reference.assign_blocks(capacities, 6)
    servers = [reference.Server(blocks[start:end], start) for start, end in ranges]
    spare = [reference.Server(blocks[start:end], start) for start, end in ((0, 3), (2, 5), (4, 6))]
    remote = reference.RemoteSequential([Flaky(servers[0], lives), *servers[1:], *spare], 6)
    output = remote(prompts)
    torch.testing.assert_close(output, expected)
    output.square().sum().backward()
    torch.testing.assert_close(prompts.grad, gradient, rtol=1e-4, atol=1e-4)
    assert all(parameter.grad is None for parameter in blocks.parameters())


def test_the_loss_agrees_with_transformers(reference):
    logits, ids = torch.randn(3, 5, 7), torch.randint(0, 7, (3, 5))
    ids[1, 2:] = -100
    torch.testing.assert_close(reference.lm_loss(logits, ids), ForCausalLMLoss(logits, ids, vocab_size=7))
