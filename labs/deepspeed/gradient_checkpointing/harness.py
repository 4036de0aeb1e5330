"""How an answer to this lab is called.

The judge runs these functions over your functions and over its own. A block computes
scale * second(dropout(tanh(first(x)))) + x, with rows of a mask set to zero where there is one; x is (batch, hidden),
first (width, hidden), second (hidden, width). It counts how often it runs.
"""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, first, second, dropout=0.0, frozen=(), log=None, spare=False):
        super().__init__()
        self.first, self.second = nn.Parameter(first.clone()), nn.Parameter(second.clone())
        if spare:
            self.spare = nn.Parameter(first.new_ones(3))  # trains, but nothing is computed with it
        for name in frozen:
            getattr(self, name).requires_grad_(False)
        self.dropout = nn.Dropout(dropout)
        self.calls = 0
        self.log = [] if log is None else log

    def forward(self, x, mask=None, scale=None):
        self.calls += 1
        self.log.append(self)
        inner = torch.tanh(nn.functional.linear(x, self.first))
        inner = nn.functional.linear(self.dropout(inner), self.second)
        inner = inner if mask is None else inner.masked_fill(mask[:, None], 0.0)
        return (inner if scale is None else inner * scale) + x


def step(answer, x, grad, first, second, others=(), **how):
    """One forward and one backward pass through a checkpointed block; `how` as in `plain_step`."""
    return _step(answer.checkpoint, x, grad, first, second, others, **how)


def plain_step(answer, x, grad, first, second, others=(), **how):
    """The same without checkpointing. Nothing of the answer is called.

    others: a mask and a scale. how: dropout, frozen (names), needs_grad (whether x does), autocast (to bfloat16 in the
    forward pass), functional (the gradients by `torch.autograd.grad`), evaluation (the mode of the block), gated (the
    scale is a tensor computed from x), spare (the block has a weight that it does not use).
    """
    return _step(lambda module, *inputs: module(*inputs), x, grad, first, second, others, **how)


def _step(
    run,
    x,
    grad,
    first,
    second,
    others,
    dropout=0.0,
    frozen=(),
    needs_grad=True,
    autocast=False,
    functional=False,
    evaluation=False,
    gated=False,
    spare=False,
):
    torch.manual_seed(1234)
    block = Block(first, second, dropout, frozen, spare=spare).train(not evaluation)
    x = x.clone().requires_grad_(needs_grad)
    inner = x * 1.0  # not a leaf, as in a model
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        output = run(block, inner, *((None, inner.sigmoid()) if gated else others))
    calls = [block.calls]
    torch.rand(3)  # as the layers behind this one draw, before the backward pass comes
    found = {"x": None, "first": None, "second": None}
    if output.requires_grad:
        found = _backward(
            output, grad.to(output.dtype), {"x": x, "first": block.first, "second": block.second}, functional
        )
    calls.append(block.calls)
    # What the next random numbers are shows whether the passes have left the generator where it should be.
    needs = [inner.requires_grad, output.requires_grad]
    return {"output": output.detach(), "gradients": found, "calls": calls, "needs": needs, "next": torch.rand(4)}


def _backward(output, grad, tensors, functional):
    if not functional:
        output.backward(grad)
        return {name: t.grad for name, t in tensors.items()}
    wanted = {name: t for name, t in tensors.items() if t.requires_grad}
    found = torch.autograd.grad(output, list(wanted.values()), grad, allow_unused=True)
    return dict.fromkeys(tensors) | dict(zip(wanted, found, strict=True))


def kept(answer, x, first, second):
    """How many floating-point numbers a checkpointed block keeps, its inputs and weights aside."""
    block = Block(first, second, 0.1)
    x = x.clone().requires_grad_()
    return _count_kept(lambda: answer.checkpoint(block, x), [x, *block.parameters()])


def without_gradient(answer, x, first, second):
    """The output under `no_grad`, whether it asks for a gradient, and how often the block ran."""
    block = Block(first, second)
    with torch.no_grad():
        output = answer.checkpoint(block, x)
    return {"output": output, "requires_grad": output.requires_grad, "calls": block.calls}


def layers_step(answer, x, grad, firsts, seconds, every, dropout=0.0):
    """A stack of blocks: output, gradients of x and of all first weights, and the order in which the blocks ran."""
    return _layers_step(lambda blocks, h: answer.run_layers(blocks, h, every), x, grad, firsts, seconds, dropout)


def plain_layers_step(answer, x, grad, firsts, seconds, every, dropout=0.0):
    """The same without checkpointing. Nothing of the answer is called."""
    return _layers_step(lambda blocks, h: nn.Sequential(*blocks)(h), x, grad, firsts, seconds, dropout)


def _layers_step(run, x, grad, firsts, seconds, dropout):
    torch.manual_seed(1234)
    log = []
    blocks = [Block(f, s, dropout, log=log) for f, s in zip(firsts, seconds, strict=True)]
    x = x.clone().requires_grad_()
    output = run(blocks, x)
    if output.requires_grad:
        output.backward(grad)
    return {
        "output": output.detach(),
        "gradients": [x.grad, *(block.first.grad for block in blocks)],
        "order": [blocks.index(block) for block in log],
    }


def _count_kept(run, known):
    addresses = {t.data_ptr() for t in known}
    seen = {}

    def pack(tensor):
        if tensor.is_floating_point() and tensor.data_ptr() not in addresses:
            seen[tensor.data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = run()
    del result
    return sum(tensor.numel() for tensor in seen.values())


def bytes_of_boundaries(answer, *sizes, **given):
    """The bytes; `bytes_per_value` is left out of the call where it is not given."""
    return answer.boundary_bytes(*sizes, **given)
