# killed-by: budget
# mistake: schedule-wrong
# The fall is stretched over all steps and cut off at the end.
import torch
from torch import nn


class SVDLinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base = base
        for p in base.parameters():
            p.requires_grad = False
        like = {"dtype": base.weight.dtype, "device": base.weight.device}
        self.lora_A = nn.Parameter(torch.randn(r, base.in_features, **like) * 0.02)
        self.lora_E = nn.Parameter(torch.zeros(r, 1, **like))
        self.lora_B = nn.Parameter(torch.randn(base.out_features, r, **like) * 0.02)
        self.r, self.alpha = r, alpha

    def forward(self, x):
        scale = self.alpha / self.r
        h = x @ self.lora_A.T
        h = h * self.lora_E[:, 0]
        return self.base(x) + h @ self.lora_B.T * scale


def orthogonality(layers):
    total = 0.0
    for layer in layers:
        a, b = layer.lora_A, layer.lora_B
        eye = torch.eye(a.shape[0], dtype=a.dtype, device=a.device)
        total = total + ((b.T @ b - eye) ** 2).sum()
        total = total + ((a @ a.T - eye) ** 2).sum()
    return total


def budget(step, initial, target, tinit, tfinal, total):
    if total <= tinit + tfinal:
        raise ValueError("no steps left")
    if step <= tinit:
        return initial
    if step > total - tfinal:
        return target
    mul = 1 - (step - tinit) / (total - tinit)
    return int((initial - target) * mul**3 + target)


class Importance:
    def __init__(self, layers, beta1=0.85, beta2=0.85):
        self.layers = layers
        self.beta1, self.beta2 = beta1, beta2
        self.s, self.u = {}, {}

    @torch.no_grad()
    def update(self):
        for i, layer in enumerate(self.layers):
            for name in ("lora_A", "lora_E", "lora_B"):
                p = getattr(layer, name)
                key = i, name
                if key not in self.s:
                    self.s[key] = torch.zeros_like(p)
                    self.u[key] = torch.zeros_like(p)
                ipt = (p * p.grad).abs()
                self.s[key] = self.beta1 * self.s[key] + (1 - self.beta1) * ipt
                self.u[key] = self.beta2 * self.u[key] + (1 - self.beta2) * (ipt - self.s[key]).abs()

    def element(self, i, name):
        return self.s[i, name] * self.u[i, name]

    def scores(self):
        result = []
        for i in range(len(self.layers)):
            a, e, b = (self.element(i, n) for n in ("lora_A", "lora_E", "lora_B"))
            result.append(e.view(-1) + a.mean(dim=1) + b.mean(dim=0))
        return result


def allocate(layers, scores, keep):
    order = torch.cat(scores).argsort(descending=True)
    mask = torch.zeros(len(order), dtype=torch.bool, device=order.device)
    mask[order[:keep]] = True
    start = 0
    for layer, own in zip(layers, scores):
        kept = mask[start : start + len(own)]
        start += len(own)
        with torch.no_grad():
            layer.lora_E[~kept] = 0.0
