# killed-by: gradients
# mistake: weights-cut-off
# Runs the module under no_grad and forgets that there is a backward pass.
import math

import torch
from torch import nn


def checkpoint(module, *inputs):
    with torch.no_grad():
        return module(*inputs)


def run_layers(layers, x, every):
    for i in range(0, len(layers), every):
        x = checkpoint(nn.Sequential(*layers[i : i + every]), x)
    return x


def boundary_bytes(layers, every, batch, length, hidden, bytes_per_value=2):
    return math.ceil(layers / every) * batch * length * hidden * bytes_per_value
