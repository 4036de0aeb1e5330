"""How an answer to this lab is called.

The judge runs these functions over your functions and module and over its own. `**given` is what a block is made with:

    norms (4, hidden)         the gain and bias of the first norm, then those of the second; their dtype is the block's
    attention (hidden, hidden) or None     the weight of the branch that stands for attention; None: it gives zeros
    mlp (hidden, hidden) or None           the same for the MLP
    num_layers                the layers of the whole model
    eps                       left out of the call where it is not given

The branches are linear, so that their part in the output can be told from that of the residuals. Attention multiplies
its output by the mask where there is one.
"""

import torch
from torch import nn


def scale(answer, num_layers):
    """The scale of the residuals."""
    return answer.residual_scale(num_layers)


def forward(answer, x, mask=None, **given):
    """The output for x (..., hidden); without `mask` your forward keeps its default."""
    block = _block(answer, **given)[0]
    return block(x) if mask is None else block(x, mask)


def branch_inputs(answer, x, **given):
    """What attention and the MLP were called with, in turn."""
    block, attention, mlp = _block(answer, **given)
    block(x)
    return {"attention": attention.seen, "mlp": mlp.seen}


def gradients(answer, x, grad, **given):
    """The gradients of sum(grad * output) for x and for the four parameters."""
    block = _block(answer, **given)[0]
    x = x.clone().requires_grad_()
    block(x).backward(grad)
    norms = [block.input_layernorm, block.post_attention_layernorm]
    return {"x": x.grad, "norms": torch.stack([p.grad for norm in norms for p in (norm.weight, norm.bias)])}


def parameters(answer, hidden_size):
    """Every parameter that trains in a new block, by name."""
    block = answer.GLMBlock(hidden_size, 28, _Branch(None), _Branch(None))
    return {name: p.detach() for name, p in block.named_parameters() if p.requires_grad}


def inputs_afterwards(answer, x, **given):
    """What x holds after a call."""
    _block(answer, **given)[0](x)
    return x


class _Branch(nn.Module):
    """A linear map that remembers what it was called with. Its weight is no parameter: it does not train."""

    def __init__(self, weight):
        super().__init__()
        self.weight, self.seen = weight, []

    def forward(self, x, mask=None):
        self.seen.append(x.detach().clone())
        out = torch.zeros_like(x) if self.weight is None else x @ self.weight.to(x.dtype).T
        return out if mask is None else out * mask


def _block(answer, norms, attention, mlp, num_layers, eps=None):
    rest = {} if eps is None else {"eps": eps}
    branches = _Branch(attention), _Branch(mlp)
    block = answer.GLMBlock(norms.shape[1], num_layers, *branches, **rest).to(device=norms.device, dtype=norms.dtype)
    with torch.no_grad():
        for norm, gain, bias in (
            (block.input_layernorm, norms[0], norms[1]),
            (block.post_attention_layernorm, norms[2], norms[3]),
        ):
            norm.weight.copy_(gain)
            norm.bias.copy_(bias)
    return block, *branches
