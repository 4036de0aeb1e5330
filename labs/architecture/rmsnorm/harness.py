"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. Tensors come in on the device that is judged;
the module is moved there. Here `weight` is a tensor of shape (dim,): the parameter takes its values and its
dtype, which need not be that of x. Without it the module keeps the weight that it was made with. Without
`eps` the module keeps its default.
"""

import torch


def forward(answer, x, weight=None, eps=None):
    """RMSNorm of x (..., dim)."""
    return _norm(answer, x, weight, eps)(x)


def forward_transposed(answer, x, weight=None, eps=None):
    """RMSNorm of the transposed view of x (..., dim, length): a tensor that is not contiguous."""
    x = x.transpose(-1, -2)
    return _norm(answer, x, weight, eps)(x)


def successive(answer, xs):
    """One module called on each of xs in turn: first in training mode, then in evaluation mode without gradients."""
    norm = _norm(answer, xs[0])
    train = [norm(x.clone()) for x in xs]
    norm.eval()
    with torch.no_grad():
        return {"train": train, "eval": [norm(x.clone()) for x in xs]}


def gradients(answer, x, weight, grad, eps=None):
    """The gradients of sum(grad * RMSNorm(x)) for the input, x (..., dim), and for the weight, (dim,)."""
    norm = _norm(answer, x, weight, eps)
    x = x.clone().requires_grad_()
    norm(x).backward(grad)
    return {"x": x.grad, "weight": norm.weight.grad}


def parameters(answer, x):
    """Every parameter that trains in a fresh module for x (..., dim), by name."""
    return {name: p.detach() for name, p in _norm(answer, x).named_parameters() if p.requires_grad}


def inputs_after_forward(answer, x, weight):
    """What x and the weight hold after one forward pass."""
    norm = _norm(answer, x, weight)
    norm(x)
    return {"x": x, "weight": norm.weight.detach()}


def _norm(answer, x, weight=None, eps=None):
    """A module for x (..., dim), on its device, with the given weight and eps."""
    dim = x.shape[-1]
    norm = answer.RMSNorm(dim) if eps is None else answer.RMSNorm(dim, eps=eps)
    norm = norm.to(x.device)
    if weight is not None:
        norm.weight.data = weight.new_empty(norm.weight.shape).copy_(weight)
    return norm
