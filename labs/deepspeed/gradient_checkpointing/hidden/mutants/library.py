# killed-by: own-work
# mistake: activations-kept
# The library does the work.
import math

import torch
import torch.utils.checkpoint
from torch import nn


def checkpoint(module, *inputs):
    return torch.utils.checkpoint.checkpoint(module, *inputs, use_reentrant=False)


def run_layers(layers, x, every):
    for i in range(0, len(layers), every):
        x = checkpoint(nn.Sequential(*layers[i : i + every]), x)
    return x


def boundary_bytes(layers, every, batch, length, hidden, bytes_per_value=2):
    return math.ceil(layers / every) * batch * length * hidden * bytes_per_value
