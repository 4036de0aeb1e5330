"""A ZeRO partition, the reference.

Samyam Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models", arXiv:1910.02054,
section 5 (what is partitioned) and section 7 (communication). All parameters are laid one behind the other, padded to a
multiple of N and cut into N shards of equal length. A step, on rank i:

    g_i  = shard i of the mean of all ranks' gradients         reduce-scatter
    w_i  = AdamW(w_i, g_i), with masters w_i in float32        on 1 / N of all elements
    w    = w_0, w_1, ... in the parameters' dtype              all-gather

The norm that gradients are clipped by is that of the whole: each rank adds the squares of its shard.
"""

import torch
from torch.nn import functional as F


def slices(sizes, ranks):
    length = -(-sum(sizes) // ranks)  # of a shard; the last ones may be short, or padding altogether
    pieces: list[list[tuple[int, int, int]]] = [[] for _ in range(ranks)]
    offset = 0
    for index, size in enumerate(sizes):
        for rank in range(ranks):
            start, stop = max(rank * length, offset), min((rank + 1) * length, offset + size)
            if start < stop:
                pieces[rank].append((index, start - offset, stop - offset))
        offset += size
    return pieces


class ZeroAdamW:
    def __init__(self, parameters, comm, ranks, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, max_norm=None):
        self.shapes = [parameter.shape for parameter in parameters]
        self.sizes = [parameter.numel() for parameter in parameters]
        self.dtype = parameters[0].dtype
        self.comm, self.ranks, self.max_norm = comm, ranks, max_norm
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.length = -(-sum(self.sizes) // ranks)
        self.masters = list(self._flat(parameters).split(self.length))
        self.momentum = [torch.zeros_like(shard) for shard in self.masters]
        self.variance = [torch.zeros_like(shard) for shard in self.masters]
        self.steps = 0

    def _flat(self, tensors):
        """All tensors one behind the other in float32, padded with zeros: (ranks * length,)."""
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors]).float()
        return F.pad(flat, (0, self.ranks * self.length - len(flat)))

    def step(self, gradients):
        shards = self.comm.reduce_scatter([self._flat(of_rank) / self.ranks for of_rank in gradients])
        if self.max_norm is not None:
            norm = self.comm.all_reduce([shard.square().sum() for shard in shards]).sqrt()
            shards = [shard * (self.max_norm / norm).clamp(max=1) for shard in shards]
        self.steps += 1
        for rank in range(self.ranks):
            self._update(self.masters[rank], self.momentum[rank], self.variance[rank], shards[rank])
        flat = self.comm.all_gather([master.to(self.dtype) for master in self.masters])
        parts = flat[: sum(self.sizes)].split(self.sizes)  # without the padding
        return [part.view(shape) for part, shape in zip(parts, self.shapes, strict=True)]  # (size,) -> shape

    def _update(self, master, momentum, variance, gradient):
        """AdamW in place on one rank's shard: (length,)."""
        beta1, beta2 = self.betas
        master *= 1 - self.lr * self.weight_decay
        momentum.lerp_(gradient, 1 - beta1)
        variance.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        root = (variance / (1 - beta2**self.steps)).sqrt()
        master -= self.lr * momentum / (1 - beta1**self.steps) / (root + self.eps)


def sent(elements, ranks, stage):
    # Stages 0 to 2: gradients are reduced and scattered; then gradients (0) or weights (1, 2) are gathered.
    # Stage 3 gathers weights for the forward pass and again for the backward pass.
    passes = 3 if stage == 3 else 2
    return passes * (ranks - 1) * -(-elements // ranks)
