# killed-by: shards
# mistake: no-padding
# Puts the padding in front, so that every shard is shifted.
import torch


def slices(sizes, ranks):
    length = -(-sum(sizes) // ranks)
    result = []
    for rank in range(ranks):
        low, high = rank * length, (rank + 1) * length
        pieces = []
        offset = 0
        for index, size in enumerate(sizes):
            start, stop = max(low, offset), min(high, offset + size)
            if start < stop:
                pieces.append((index, start - offset, stop - offset))
            offset += size
        result.append(pieces)
    return result


class ZeroAdamW:
    def __init__(self, parameters, comm, ranks, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, max_norm=None):
        self.parameters = [p.clone() for p in parameters]
        self.sizes = [p.numel() for p in parameters]
        self.comm = comm
        self.ranks = ranks
        self.lr, self.betas, self.eps = lr, betas, eps
        self.weight_decay = weight_decay
        self.max_norm = max_norm
        self.length = -(-sum(self.sizes) // ranks)
        self.masters = [s.clone() for s in self.flatten(parameters).split(self.length)]
        self.momentum = [torch.zeros_like(s) for s in self.masters]
        self.variance = [torch.zeros_like(s) for s in self.masters]
        self.t = 0

    def flatten(self, tensors):
        flat = torch.cat([t.reshape(-1).float() for t in tensors])
        return torch.cat([flat.new_zeros(self.ranks * self.length - flat.numel()), flat])

    def step(self, gradients):
        self.t += 1
        shards = self.comm.reduce_scatter([self.flatten(g) for g in gradients])
        shards = [s / self.ranks for s in shards]
        if self.max_norm is not None:
            norm = self.comm.all_reduce([(s * s).sum() for s in shards]).sqrt()
            if norm > self.max_norm:
                shards = [s * (self.max_norm / norm) for s in shards]
        b1, b2 = self.betas
        for rank, g in enumerate(shards):
            w, m, v = self.masters[rank], self.momentum[rank], self.variance[rank]
            w.mul_(1 - self.lr * self.weight_decay)
            m.mul_(b1).add_(g, alpha=1 - b1)
            v.mul_(b2).add_(g * g, alpha=1 - b2)
            m_hat = m / (1 - b1**self.t)
            v_hat = v / (1 - b2**self.t)
            w.sub_(self.lr * m_hat / (v_hat.sqrt() + self.eps))
        flat = self.comm.all_gather([w.to(self.parameters[0].dtype) for w in self.masters])
        offset = self.ranks * self.length - sum(self.sizes)
        result = []
        for p in self.parameters:
            result.append(flat[offset : offset + p.numel()].reshape(p.shape))
            offset += p.numel()
        self.parameters = result
        return result


def sent(elements, ranks, stage):
    passes = 3 if stage == 3 else 2
    return passes * (ranks - 1) * -(-elements // ranks)
