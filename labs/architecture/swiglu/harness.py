"""How an answer to this lab is called.

The judge runs these functions over your module and functions and over its own. `gate` and `up` (intermediate, hidden)
and `down` (hidden, intermediate) are copied into your module, which takes their dtype; x is (..., hidden).
"""

import torch


def forward(answer, x, gate, up, down):
    """The output for x."""
    return _layer(answer, gate, up, down)(x)


def forward_transposed(answer, x, gate, up, down):
    """The output for the transposed view of x (..., hidden, length): a tensor that is not contiguous."""
    return _layer(answer, gate, up, down)(x.transpose(-1, -2))


def gradients(answer, x, gate, up, down, grad):
    """The gradients of sum(grad * output), for x and for the three weights."""
    layer = _layer(answer, gate, up, down)
    x = x.clone().requires_grad_()
    layer(x).backward(grad)
    weights = {"gate": layer.gate_proj, "up": layer.up_proj, "down": layer.down_proj}
    return {"x": x.grad} | {name: module.weight.grad for name, module in weights.items()}


def width(answer, hidden_size, **given):
    """The width; `multiple_of` and `multiplier` are left out of the call where they are not given."""
    return answer.ffn_width(hidden_size, **given)


def from_qwen(answer, state):
    """A checkpoint of Qwen's under the names of `SwiGLU`."""
    return dict(answer.from_qwen(state))


def from_chatglm2(answer, state):
    """A checkpoint of ChatGLM2's under the names of `SwiGLU`."""
    return dict(answer.from_chatglm2(state))


def parameters(answer, hidden_size, intermediate_size):
    """Every parameter that trains in a new module, by name."""
    layer = answer.SwiGLU(hidden_size, intermediate_size)
    return {name: p.detach() for name, p in layer.named_parameters() if p.requires_grad}


def inputs_afterwards(answer, x, gate, up, down, qwen, chatglm2):
    """What x and the two checkpoints hold after each function was called."""
    forward(answer, x, gate, up, down)
    from_qwen(answer, qwen)
    from_chatglm2(answer, chatglm2)
    return {"x": x, "qwen": qwen, "chatglm2": chatglm2}


def _layer(answer, gate, up, down):
    layer = answer.SwiGLU(gate.shape[1], gate.shape[0]).to(device=gate.device, dtype=gate.dtype)
    with torch.no_grad():
        for module, weight in ((layer.gate_proj, gate), (layer.up_proj, up), (layer.down_proj, down)):
            module.weight.copy_(weight)
    return layer
