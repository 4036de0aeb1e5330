# Adds a correction to the base's finished output, with B A from the identity sent through both adapters.
import math

import torch
import torch.nn.functional as F
from torch import nn


class DoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base_layer = base
        for parameter in base.parameters():
            parameter.requires_grad = False
        like = {"device": base.weight.device, "dtype": base.weight.dtype}
        self.lora_A = nn.Parameter(torch.empty(r, base.in_features, **like))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r, **like))
        self.scaling = alpha / r
        self.magnitude = nn.Parameter(self.norm(base.weight.detach()))
        self.kept = []

    @staticmethod
    def norm(weight):
        return torch.linalg.norm(weight.float() if weight.dtype.itemsize < 4 else weight, dim=1).to(weight.dtype)

    def update(self):
        eye = torch.eye(self.lora_A.shape[1], dtype=self.lora_A.dtype, device=self.lora_A.device)
        return F.linear(F.linear(eye, self.lora_A), self.lora_B).T

    def forward(self, x):
        result = self.base_layer(x)
        if self.kept:
            return result
        weight = self.base_layer.weight
        norm = self.norm(weight + self.scaling * self.update().detach()).detach()
        factor = self.magnitude / norm
        lora = F.linear(F.linear(x, self.lora_A), self.lora_B)
        return result + (factor - 1) * F.linear(x, weight) + factor * lora * self.scaling

    def merge(self):
        if self.kept:
            return
        with torch.no_grad():
            weight = self.base_layer.weight
            self.kept.append(weight.data.clone())
            updated = weight + self.scaling * self.update()
            weight.data = ((self.magnitude / self.norm(updated)).unsqueeze(1) * updated).to(weight.dtype)

    def unmerge(self):
        if self.kept:
            self.base_layer.weight.data = self.kept.pop()
