"""All shards as the rows of one matrix (ranks, length); rows never mix."""

import torch


def slices(sizes, ranks):
    owners = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    inside = torch.cat([torch.arange(size) for size in sizes])
    length = -(-len(owners) // ranks)
    result = []
    for rank in range(ranks):
        mine, at = owners[rank * length :][:length], inside[rank * length :][:length]
        result.append([(i, int(at[mine == i].min()), int(at[mine == i].max()) + 1) for i in mine.unique().tolist()])
    return result


class ZeroAdamW:
    def __init__(self, parameters, comm, ranks, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, max_norm=None):
        self.sizes = [p.numel() for p in parameters]
        self.templates = [torch.empty_like(p) for p in parameters]
        self.n, self.comm, self.lr, self.eps = ranks, comm, lr, eps
        self.betas, self.decay, self.max_norm = betas, weight_decay, max_norm
        self.w = self.rows(parameters)
        self.m, self.v, self.t = torch.zeros_like(self.w), torch.zeros_like(self.w), 0

    def rows(self, tensors):
        flat = torch.cat([t.to(torch.float32).reshape(-1) for t in tensors])
        missing = -len(flat) % self.n
        return torch.cat([flat, flat.new_zeros(missing)]).reshape(self.n, -1)

    @property
    def masters(self):
        return [*self.w]

    @property
    def momentum(self):
        return [*self.m]

    @property
    def variance(self):
        return [*self.v]

    def step(self, gradients):
        g = torch.stack(self.comm.reduce_scatter([self.rows(of_rank).reshape(-1) for of_rank in gradients])) / self.n
        if self.max_norm is not None:
            norm = torch.sqrt(self.comm.all_reduce([row.pow(2).sum() for row in g]))
            if norm >= self.max_norm:
                g = g / norm * self.max_norm
        self.t += 1
        b1, b2 = self.betas
        self.m = torch.lerp(g, self.m, b1)
        self.v = torch.lerp(g * g, self.v, b2)
        step_size = self.lr / (1 - b1**self.t)
        denominator = self.v.sqrt() / (1 - b2**self.t) ** 0.5 + self.eps
        self.w = self.w * (1 - self.lr * self.decay) - step_size * self.m / denominator
        out = self.comm.all_gather([row.to(self.templates[0].dtype) for row in self.w])
        for template, part in zip(self.templates, out[: sum(self.sizes)].split(self.sizes)):
            template.copy_(part.reshape(template.shape))
        return self.templates


def sent(elements, ranks, stage):
    chunk = -(elements // -ranks)
    return (ranks - 1) * chunk * (2 + (stage == 3))
