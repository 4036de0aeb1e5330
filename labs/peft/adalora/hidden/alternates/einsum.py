# Everything as einsum; scores and allocation by sorting plain Python numbers.
import torch
from torch import einsum, nn


class SVDLinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: float):
        super().__init__()
        self.linear = base.requires_grad_(False)
        out, size = base.weight.shape
        self.lora_A = nn.Parameter(torch.empty_like(base.weight[:1]).repeat(r, 1).uniform_(-0.1, 0.1))
        self.lora_E = nn.Parameter(torch.zeros(r, 1).to(base.weight))
        self.lora_B = nn.Parameter(torch.empty(out, r).uniform_(-0.1, 0.1).to(base.weight))
        self.ratio = alpha / r

    def forward(self, x):
        update = einsum("...i,ri,r,or->...o", x, self.lora_A, self.lora_E.squeeze(-1), self.lora_B)
        return self.linear(x) + self.ratio * update


def orthogonality(layers):
    parts = []
    for layer in layers:
        for gram in (einsum("or,os->rs", layer.lora_B, layer.lora_B), einsum("ri,si->rs", layer.lora_A, layer.lora_A)):
            # ||G - I||^2 = ||G||^2 - 2 tr G + r would cancel; subtract first.
            parts.append(torch.linalg.matrix_norm(gram - torch.eye(gram.shape[0]).to(gram)) ** 2)
    return sum(parts)


def budget(step, initial, target, tinit, tfinal, total):
    span = total - tfinal - tinit
    if span < 1:
        raise ValueError("tinit + tfinal must be less than total")
    left = min(max(total - tfinal - step, 0), span)
    return target + (initial - target) * left**3 // span**3  # whole numbers throughout


class Importance:
    def __init__(self, layers, beta1=0.85, beta2=0.85):
        self.layers, self.betas = layers, (beta1, beta2)
        self.state = [[(0.0, 0.0)] * 3 for _ in layers]

    def update(self):
        b1, b2 = self.betas
        for layer, state in zip(self.layers, self.state):
            for k, p in enumerate((layer.lora_A, layer.lora_E, layer.lora_B)):
                now = p.detach().mul(p.grad).abs()
                s, u = state[k]
                s = b1 * s + (1 - b1) * now
                state[k] = (s, b2 * u + (1 - b2) * (now - s).abs())

    def scores(self):
        result = []
        for (sa, ua), (se, ue), (sb, ub) in self.state:
            row = einsum("ri,ri->r", sa, ua) / sa.shape[1]
            column = einsum("or,or->r", sb, ub) / sb.shape[0]
            result.append(row + column + einsum("ri,ri->r", se, ue))
        return result


def allocate(layers, scores, keep):
    ranked = sorted(((float(s), i, j) for i, own in enumerate(scores) for j, s in enumerate(own)), reverse=True)
    for _, i, j in ranked[keep:]:
        layers[i].lora_E.data[j] = 0
