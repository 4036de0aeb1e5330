"""torch's AdamW over each rank's shard."""

import torch


def slices(sizes, ranks):
    shard = (sum(sizes) + ranks - 1) // ranks
    result = []
    for rank in range(ranks):
        low, high, at, pieces = rank * shard, (rank + 1) * shard, 0, []
        for index, size in enumerate(sizes):
            a, b = max(low - at, 0), min(high - at, size)
            if a < b:
                pieces.append((index, a, b))
            at += size
        result.append(pieces)
    return result


class ZeroAdamW:
    def __init__(self, parameters, comm, ranks, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, max_norm=None):
        self.like = [p.detach() for p in parameters]
        self.comm, self.ranks, self.max_norm = comm, ranks, max_norm
        self.masters = [m.clone() for m in self.padded(parameters).chunk(ranks)]
        options = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        self.optimizers = [torch.optim.AdamW([m], **options) for m in self.masters]

    def padded(self, tensors):
        total = sum(t.numel() for t in tensors)
        flat = torch.zeros(-(-total // self.ranks) * self.ranks, dtype=torch.float32, device=tensors[0].device)
        flat[:total] = torch.cat([t.flatten() for t in tensors])
        return flat

    @property
    def momentum(self):
        return [o.state[m]["exp_avg"] for o, m in zip(self.optimizers, self.masters)]

    @property
    def variance(self):
        return [o.state[m]["exp_avg_sq"] for o, m in zip(self.optimizers, self.masters)]

    def step(self, gradients):
        mean = [g / self.ranks for g in self.comm.reduce_scatter([self.padded(of_rank) for of_rank in gradients])]
        if self.max_norm is not None:
            norm = float(self.comm.all_reduce([(g * g).sum() for g in mean])) ** 0.5
            factor = min(1.0, self.max_norm / (norm + 1e-6))
            mean = [g * factor for g in mean]
        for master, gradient, optimizer in zip(self.masters, mean, self.optimizers):
            master.grad = gradient
            optimizer.step()
        flat = self.comm.all_gather([m.detach().to(self.like[0].dtype) for m in self.masters])
        stepped, at = [], 0
        for like in self.like:
            stepped.append(flat[at : at + like.numel()].reshape(like.shape))
            at += like.numel()
        return stepped


def sent(elements, ranks, stage):
    chunk = (elements + ranks - 1) // ranks
    scatter = gather = (ranks - 1) * chunk
    return scatter + gather + (gather if stage >= 3 else 0)
