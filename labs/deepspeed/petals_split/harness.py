"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. A model is `weights` (n, d, d): block b computes
x + tanh(x @ weights[b].T). A swarm is that model held by `servers`, pairs [start, end] of which each holds the blocks
start to end - 1; `lives` says how many requests each answers before it goes down for good, -1 where it never does.
These servers are the harness's own, so that your client and your `Server` are judged apart.
"""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(weight.clone())

    def forward(self, x):
        return x + (x @ self.weight.T).tanh()


class Peer:
    """A server as the client sees it: `start`, `end` and two requests, each of which may raise ConnectionError."""

    def __init__(self, weights, start, end, lives, log):
        self.start, self.end = start, end
        self._weights, self._lives, self._log = weights, lives, log

    def forward(self, x, start, end):
        self._request("forward", start, end)
        with torch.no_grad():
            return self._run(x.detach(), start, end)

    def backward(self, x, grad, start, end):
        self._request("backward", start, end)
        with torch.enable_grad():
            x = x.detach().clone().requires_grad_()
            return torch.autograd.grad(self._run(x, start, end), x, grad.detach())[0]

    def _request(self, kind, start, end):
        if not self.start <= start < end <= self.end:
            raise ValueError(f"this server holds blocks {self.start} to {self.end - 1}")
        if self._lives == 0:
            self._log.append(("down", start, end))
            raise ConnectionError("this server is down")
        self._lives -= 1
        self._log.append((kind, start, end))

    def _run(self, x, start, end):
        for weight in self._weights[start:end]:
            x = x + (x @ weight.T).tanh()
        return x


def assign_blocks(answer, capacities, n_blocks):
    """The ranges, as lists, or None where a ValueError is raised."""
    try:
        return [[int(start), int(end)] for start, end in answer.assign_blocks(list(capacities), n_blocks)]
    except ValueError:
        return None


def server(answer, weights, start, x, grad, of):
    """What a `Server` that holds `weights` from block `start` on answers for the blocks `of`, and what it leaves.

    `trained` and `left`: how many of its weights require a gradient, and how many have one afterwards. `marked`:
    whether x requires one by then, which it does not before.
    """
    blocks = nn.ModuleList(Block(weight) for weight in weights)
    held = answer.Server(blocks, start)
    output, grad_x = held.forward(x, *of), held.backward(x, grad, *of)
    return {
        "range": [int(held.start), int(held.end)],
        "output": output,
        "grad": grad_x,
        "graph": bool(output.requires_grad or grad_x.requires_grad),
        "trained": sum(block.weight.requires_grad for block in blocks),
        "left": sum(block.weight.grad is not None for block in blocks),
        "marked": x.requires_grad,
    }


def run(answer, x, grad, weights, servers, lives):
    """One forward and one backward pass; `output` or `grad` is None where a ConnectionError comes out.

    How often each block was run, (n,): `forward` in the forward pass, `again` and `backward` in the backward pass.
    `down`: how many requests met a server that is down.
    """
    remote, log = _swarm(answer, weights, servers, lives)
    x = x.clone().requires_grad_()
    output, log_of_forward, found = None, [], None
    try:
        output = remote(x)
        log_of_forward = log.copy()
        if output.requires_grad:
            output.backward(grad)
        found = torch.zeros_like(x) if x.grad is None else x.grad
    except ConnectionError:
        log_of_forward = log_of_forward or log.copy()
    later = log[len(log_of_forward) :]
    return {
        "output": None if output is None else output.detach(),
        "grad": found,
        "forward": _count(log_of_forward, "forward", len(weights)),
        "again": _count(later, "forward", len(weights)),
        "backward": _count(later, "backward", len(weights)),
        "down": sum(kind == "down" for kind, *_ in log),
    }


def two_passes(answer, xs, grads, weights, servers):
    """Two forward passes, xs (2, ..., d), before the two backward passes in the same order. The gradients."""
    remote, _ = _swarm(answer, weights, servers, [-1] * len(servers))
    leaves = [x.clone().requires_grad_() for x in xs]
    outputs = [remote(x) for x in leaves]
    for output, grad in zip(outputs, grads, strict=True):
        if output.requires_grad:
            output.backward(grad)
    return torch.stack([torch.zeros_like(x) if x.grad is None else x.grad for x in leaves])


def loss(answer, logits, ids):
    """The loss, and its gradient for the logits."""
    logits = logits.clone().requires_grad_()
    value = answer.lm_loss(logits, ids)
    return {"value": value.detach(), "grad": torch.autograd.grad(value, logits)[0]}


def _swarm(answer, weights, servers, lives):
    log = []
    peers = [Peer(weights, *span, life, log) for span, life in zip(servers, lives, strict=True)]
    return answer.RemoteSequential(peers, len(weights)), log


def _count(log, kind, n):
    counts = torch.zeros(n, dtype=torch.int64)
    for what, start, end in log:
        if what == kind:
            counts[start:end] += 1
    return counts
