# Written from the brief and the starter alone.
"""ZeRO stage 2 played out in one process: each rank holds and updates one shard of the optimizer's states."""

import math

import torch


def slices(sizes: list[int], ranks: int) -> list[list[tuple[int, int, int]]]:
    """For each rank the pieces of parameters in its shard: (index of the parameter, start, stop), in elements."""
    length = -(-sum(sizes) // ranks)
    result = []
    for rank in range(ranks):
        low, high = rank * length, (rank + 1) * length
        pieces, offset = [], 0
        for index, size in enumerate(sizes):
            start, stop = max(low - offset, 0), min(high - offset, size)
            if start < stop:
                pieces.append((index, start, stop))
            offset += size
        result.append(pieces)
    return result


class ZeroAdamW:
    """AdamW whose float32 masters, momentum and variance are sharded over `ranks` ranks."""

    masters: list[torch.Tensor]
    momentum: list[torch.Tensor]
    variance: list[torch.Tensor]

    def __init__(
        self,
        parameters: list[torch.Tensor],
        comm: object,  # reduce_scatter, all_gather and all_reduce: see the brief
        ranks: int,
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        max_norm: float | None = None,
    ) -> None:
        self.comm = comm
        self.ranks = ranks
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.max_norm = max_norm
        self.t = 0
        self.shapes = [p.shape for p in parameters]
        self.sizes = [p.numel() for p in parameters]
        self.dtype = parameters[0].dtype
        self.length = -(-sum(self.sizes) // ranks)
        self.masters = [shard.clone() for shard in self._flatten(parameters).split(self.length)]
        self.momentum = [torch.zeros_like(w) for w in self.masters]
        self.variance = [torch.zeros_like(w) for w in self.masters]

    def _flatten(self, tensors: list[torch.Tensor]) -> torch.Tensor:
        """All tensors one behind the other, float32, padded to ranks * length."""
        flat = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])
        return torch.nn.functional.pad(flat, (0, self.ranks * self.length - len(flat)))

    @torch.no_grad()
    def step(self, gradients: list[list[torch.Tensor]]) -> list[torch.Tensor]:
        """gradients: for each rank those of all parameters, float32. Returns the parameters after the step."""
        self.t += 1
        shards = self.comm.reduce_scatter([self._flatten(own) for own in gradients])
        shards = [shard / self.ranks for shard in shards]

        if self.max_norm is not None:
            norm = math.sqrt(float(self.comm.all_reduce([g.double().square().sum() for g in shards])))
            if norm > self.max_norm:
                shards = [g * (self.max_norm / norm) for g in shards]

        beta1, beta2 = self.betas
        for rank, g in enumerate(shards):
            m = beta1 * self.momentum[rank] + (1 - beta1) * g
            v = beta2 * self.variance[rank] + (1 - beta2) * g * g
            w = self.masters[rank]
            update = m / (1 - beta1**self.t) / ((v / (1 - beta2**self.t)).sqrt() + self.eps)
            self.masters[rank] = w - self.lr * self.weight_decay * w - self.lr * update
            self.momentum[rank], self.variance[rank] = m, v

        flat = self.comm.all_gather([w.to(self.dtype, copy=True) for w in self.masters])
        pieces = flat[: sum(self.sizes)].split(self.sizes)
        return [piece.reshape(shape).clone() for piece, shape in zip(pieces, self.shapes, strict=True)]


def sent(elements: int, ranks: int, stage: int) -> int:
    """How many elements one rank sends for one step of training on rings."""
    collectives = 3 if stage == 3 else 2
    return collectives * (ranks - 1) * -(-elements // ranks)
