"""A model split over servers that may go down, the reference.

Alexander Borzunov et al., "Petals: Collaborative Inference and Fine-tuning of Large Models", arXiv:2209.01188: servers
hold consecutive transformer blocks, frozen; a client sends activations through a chain of servers that covers all
blocks, and gradients back through it. What trains (prompts, embeddings, heads) lives with the client:

    forward    x_{k+1} = f_k(x_k)                   x_k is kept: the input of span k
    backward   g_k = (df_k / dx_k)^T g_{k+1}        computed by the server from x_k and g_{k+1}, spans in reverse

When a server goes down, the client has all it needs to go on: the input of the span at hand. In the backward pass it
sends that input forward once more through the servers that step in, since they may split the span otherwise; see
sequential_forward and sequential_backward of petals/client/sequential_autograd.py.
"""

import torch
from torch import nn
from torch.nn import functional as F


def assign_blocks(capacities, n_blocks):
    if sum(capacities) < n_blocks:
        raise ValueError(f"room for {sum(capacities)} blocks, not for {n_blocks}")
    ranges, start = [], 0
    for capacity in capacities:
        end = min(start + capacity, n_blocks)
        ranges.append((start, end))
        start = end
    return ranges


class Server:
    def __init__(self, blocks: nn.ModuleList, start: int) -> None:
        self.blocks = blocks.requires_grad_(False)
        self.start, self.end = start, start + len(blocks)

    @torch.no_grad()
    def forward(self, x, start, end):
        return self._run(x, start, end)

    def backward(self, x, grad, start, end):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            return torch.autograd.grad(self._run(x, start, end), x, grad)[0]  # for x alone: the weights get none

    def _run(self, x, start, end):
        for block in self.blocks[start - self.start : end - self.start]:
            x = block(x)
        return x


class RemoteSequential:
    def __init__(self, servers, n_blocks):
        self.servers, self.n_blocks, self.failed = servers, n_blocks, set()

    def __call__(self, x):
        return _Chain.apply(x, self)

    def forward(self, x, block, end):
        """x through the blocks up to `end`, and what was done: (server, the input, start, end) of each span."""
        done = []
        while block < end:
            server = self._server_for(block)
            stop = min(server.end, end)
            try:
                y = server.forward(x, block, stop)
            except ConnectionError:
                self.failed.add(server)  # x and block are as they were: the next server goes on from here
                continue
            done.append((server, x, block, stop))
            x, block = y, stop
        return x, done

    def backward(self, done, grad):
        todo = list(done)
        while todo:
            server, x, start, end = todo.pop()
            try:
                if server in self.failed:
                    raise ConnectionError
                grad = server.backward(x, grad, start, end)
            except ConnectionError:
                self.failed.add(server)
                todo += self.forward(x, start, end)[1]  # this span alone, by other servers
        return grad

    def _server_for(self, block):
        for server in self.servers:
            if server not in self.failed and server.start <= block < server.end:
                return server
        raise ConnectionError(f"no server that is up holds block {block}")


class _Chain(torch.autograd.Function):
    """All blocks as one function: what passed over the wire has no graph of its own."""

    @staticmethod
    def forward(ctx, x, remote):
        y, ctx.done = remote.forward(x, 0, remote.n_blocks)  # of this call, not of the client
        ctx.remote = remote
        return y

    @staticmethod
    def backward(ctx, grad):
        return ctx.remote.backward(ctx.done, grad), None


def lm_loss(logits, ids):
    # (batch, length, vocabulary) -> (batch * (length - 1), vocabulary): the logits at t are for the token at t + 1
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())  # which leaves -100 out
