# Triplets one by one, as the paper tells it.
import torch
from torch import nn


class SVDLinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base, self.r, self.alpha = base.requires_grad_(False), r, alpha
        w = base.weight.detach()
        self.lora_A = nn.Parameter(torch.randn(r, w.shape[1]).mul(0.02).to(w))
        self.lora_E = nn.Parameter(w.new_zeros(r, 1))
        self.lora_B = nn.Parameter(torch.randn(w.shape[0], r).mul(0.02).to(w))

    def triplets(self):
        for i in range(self.r):
            yield self.lora_E[i, 0], self.lora_A[i], self.lora_B[:, i]

    def forward(self, x):
        y = self.base(x)
        for e, row, column in self.triplets():
            y = y + (x * row).sum(dim=-1, keepdim=True) * e * column * (self.alpha / self.r)
        return y


def orthogonality(layers):
    total = torch.zeros((), dtype=layers[0].lora_A.dtype, device=layers[0].lora_A.device)
    for layer in layers:
        three = list(layer.triplets())
        for i, (_, row, column) in enumerate(three):
            for j, (_, other_row, other_column) in enumerate(three):
                same = float(i == j)
                total = total + (row.dot(other_row) - same) ** 2 + (column.dot(other_column) - same) ** 2
    return total


def budget(step, initial, target, tinit, tfinal, total):
    last = total - tfinal
    if last <= tinit:
        raise ValueError("the budget has no step to fall in")
    if step <= tinit:
        return initial
    if step >= last:
        return target
    share = (last - step) / (last - tinit)
    return target + int((initial - target) * share * share * share)


class Importance:
    def __init__(self, layers, beta1=0.85, beta2=0.85):
        self.tracked = [
            [[p, torch.zeros_like(p), torch.zeros_like(p)] for p in (layer.lora_E, layer.lora_A, layer.lora_B)]
            for layer in layers
        ]
        self.beta1, self.beta2 = beta1, beta2

    @torch.no_grad()
    def update(self):
        for p, sensitivity, uncertainty in (entry for three in self.tracked for entry in three):
            now = (p * p.grad).abs()
            sensitivity.mul_(self.beta1).add_(now, alpha=1 - self.beta1)
            uncertainty.mul_(self.beta2).add_((now - sensitivity).abs(), alpha=1 - self.beta2)

    def scores(self):
        result = []
        for three in self.tracked:
            e, a, b = (s * u for _, s, u in three)
            result.append(torch.stack([e[i, 0] + a[i].mean() + b[:, i].mean() for i in range(len(e))]))
        return [score.detach() for score in result]


def allocate(layers, scores, keep):
    lowest_first = torch.cat(scores).argsort().tolist()
    places = [(layer, i) for layer in layers for i in range(layer.lora_E.shape[0])]
    with torch.no_grad():
        for index in lowest_first[: len(places) - keep]:
            layer, i = places[index]
            layer.lora_E[i].zero_()
