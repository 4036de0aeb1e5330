# Written from the brief and the starter alone.
"""A model split over servers that may go down: frozen blocks there, gradients for the client here."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd.function import once_differentiable


def assign_blocks(capacities: list[int], n_blocks: int) -> list[tuple[int, int]]:
    """The half-open range of blocks that each server holds, in the servers' order. Raises ValueError."""
    if sum(capacities) < n_blocks:
        raise ValueError(f"{n_blocks} blocks do not fit into {sum(capacities)} places")
    ranges, start = [], 0
    for capacity in capacities:
        end = min(start + capacity, n_blocks)
        ranges.append((start, end))
        start = end
    return ranges


class Server:
    """Holds the consecutive blocks from `start` on, frozen. Has `start` and `end`."""

    def __init__(self, blocks: nn.ModuleList, start: int) -> None:
        self.blocks = blocks
        self.start = start
        self.end = start + len(blocks)
        for p in blocks.parameters():
            p.requires_grad_(False)
            p.grad = None

    def _run(self, x: torch.Tensor, start: int, end: int) -> torch.Tensor:
        for block in self.blocks[start - self.start : end - self.start]:
            x = block(x)
        return x

    def forward(self, x: torch.Tensor, start: int, end: int) -> torch.Tensor:
        """x through the blocks start to end - 1 of the whole model; x and the result (..., d)."""
        with torch.no_grad():
            return self._run(x.detach().clone(), start, end)

    def backward(self, x: torch.Tensor, grad: torch.Tensor, start: int, end: int) -> torch.Tensor:
        """The gradient for x, (..., d), where `grad` is that of forward(x, start, end)."""
        with torch.enable_grad():
            x = x.detach().clone().requires_grad_()
            y = self._run(x, start, end)
        (result,) = torch.autograd.grad(y, x, grad.detach())
        return result.detach()


class _Chain(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, client):
        ctx.client = client
        y, ctx.spans = client._forward(x.detach().clone(), 0, client.n_blocks)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        return ctx.client._backward(ctx.spans, grad), None


class RemoteSequential:
    """The whole model as the client sees it."""

    def __init__(self, servers: list, n_blocks: int) -> None:
        self.servers = list(servers)
        self.n_blocks = n_blocks
        self._failed = set()  # indices into servers

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """x through all blocks, (..., d), differentiable in x. Raises ConnectionError."""
        return _Chain.apply(x, self)

    def _pick(self, block: int) -> int:
        for i, server in enumerate(self.servers):
            if i not in self._failed and server.start <= block < server.end:
                return i
        raise ConnectionError(f"no server left for block {block}")

    def _forward(self, x, start, end):
        """x through blocks start to end - 1, and the spans (server, input, start, end) that it went through."""
        spans = []
        while start < end:
            i = self._pick(start)
            stop = min(self.servers[i].end, end)
            try:
                y = self.servers[i].forward(x, start, stop)
            except ConnectionError:
                self._failed.add(i)
                continue
            spans.append((i, x, start, stop))
            x, start = y, stop
        return x, spans

    def _backward(self, spans, grad):
        todo = list(spans)  # the graph may be retained: leave the saved spans alone
        while todo:
            i, x, start, end = todo.pop()
            if i not in self._failed:
                try:
                    grad = self.servers[i].backward(x, grad, start, end)
                    continue
                except ConnectionError:
                    self._failed.add(i)
            todo += self._forward(x, start, end)[1]
        return grad


def lm_loss(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """The mean next-token loss of logits (batch, length, vocabulary) for ids (batch, length)."""
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), ignore_index=-100)
