# All parameters in one flat vector, with a vector of step counts and a mask of those that have a gradient.
import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.params = tuple(params)
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.sizes = [p.numel() for p in self.params]
        device = self.params[0].device
        self.m, self.v, self.t = (torch.zeros(sum(self.sizes), dtype=torch.float64, device=device) for _ in range(3))

    def flat(self, tensors):
        return torch.cat([t.detach().reshape(-1).double() for t in tensors])

    def step(self):
        b1, b2 = self.betas
        has = self.flat([torch.full_like(p, p.grad is not None) for p in self.params]).bool()
        g = self.flat([torch.zeros_like(p) if p.grad is None else p.grad for p in self.params])
        self.t = self.t + has
        self.m = torch.where(has, b1 * self.m + (1 - b1) * g, self.m)
        self.v = torch.where(has, b2 * self.v + (1 - b2) * g * g, self.v)
        t = self.t.clamp(min=1)
        u = (self.m / (1 - b1**t)) / ((self.v / (1 - b2**t)) ** 0.5 + self.eps)
        w = self.flat(self.params)
        new = torch.where(has, w - self.lr * (self.weight_decay * w + u), w)
        for p, part in zip(self.params, new.split(self.sizes)):
            p.data.copy_(part.reshape(p.shape))

    def zero_grad(self):
        for p in self.params:
            p.grad = None
