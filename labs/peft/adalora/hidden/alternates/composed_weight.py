# The update as one matrix in float64, thresholds by kthvalue, state under the parameters themselves.
import math

import torch
from torch import nn
from torch.nn import functional as F


class SVDLinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        base.weight.requires_grad = False
        if base.bias is not None:
            base.bias.requires_grad = False
        self.base = base
        for name, shape in (("lora_A", (r, base.in_features)), ("lora_B", (base.out_features, r))):
            self.register_parameter(name, nn.Parameter(0.02 * torch.randn(shape).to(base.weight)))
        self.lora_E = nn.Parameter(base.weight.new_zeros((r, 1)))
        self.factor = alpha / r

    def forward(self, x):
        delta = self.lora_B.double() @ (self.lora_E.double() * self.lora_A.double())
        weight = self.base.weight.double() + delta * self.factor
        bias = None if self.base.bias is None else self.base.bias.double()
        return (x.double() @ weight.mT + (0.0 if bias is None else bias)).to(x.dtype)


def orthogonality(layers):
    result = layers[0].lora_A.new_zeros(())
    for layer in layers:
        for columns in (layer.lora_B, layer.lora_A.mT):
            gram = (columns.mT @ columns).flatten()
            identity = torch.zeros_like(gram)
            identity[:: columns.shape[1] + 1] = 1
            result = result + F.mse_loss(gram, identity, reduction="sum")
    return result


def budget(step, initial, target, tinit, tfinal, total):
    if not tinit + tfinal < total:
        raise ValueError(total)
    if step > total - tfinal:
        return target
    fraction = max(step - tinit, 0) / (total - tfinal - tinit)
    return math.floor(target + (initial - target) * math.pow(1.0 - fraction, 3.0))


class Importance:
    def __init__(self, layers, beta1=0.85, beta2=0.85):
        self.layers, self.beta1, self.beta2 = list(layers), beta1, beta2
        self.average, self.spread = {}, {}

    def update(self):
        with torch.no_grad():
            for layer in self.layers:
                for p in (layer.lora_E, layer.lora_A, layer.lora_B):
                    ipt = torch.abs(p.double() * p.grad.double())
                    old = self.average.get(p, torch.zeros_like(ipt))
                    self.average[p] = ipt + self.beta1 * (old - ipt)
                    deviation = torch.abs(ipt - self.average[p])
                    self.spread[p] = deviation + self.beta2 * (self.spread.get(p, torch.zeros_like(ipt)) - deviation)

    def scores(self):
        def score(p):
            return self.average[p] * self.spread[p]

        return [
            (score(l.lora_E).sum(1) + score(l.lora_A).mean(1) + score(l.lora_B).mean(0)).float() for l in self.layers
        ]


def allocate(layers, scores, keep):
    joined = torch.cat(list(scores))
    dropped = len(joined) - keep
    if dropped == 0:
        return
    threshold = joined.kthvalue(dropped).values
    for layer, own in zip(layers, scores):
        layer.lora_E.data.masked_fill_((own <= threshold)[:, None], 0.0)
