# Everything in float64, one object a parameter.
import torch


class Moments:
    def __init__(self, p):
        self.p, self.t = p, 0
        self.m = torch.zeros(p.shape, dtype=torch.float64, device=p.device)
        self.v = torch.zeros(p.shape, dtype=torch.float64, device=p.device)

    def direction(self, beta1, beta2, eps):
        self.t += 1
        g = self.p.grad.double()
        self.m = beta1 * self.m + (1 - beta1) * g
        self.v = beta2 * self.v + (1 - beta2) * g**2
        return (self.m / (1 - beta1**self.t)) / (torch.sqrt(self.v / (1 - beta2**self.t)) + eps)


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.moments = [Moments(p) for p in params]
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay

    @torch.no_grad()
    def step(self):
        for moments in self.moments:
            if moments.p.grad is not None:
                old = moments.p.double()
                new = old - self.lr * (self.weight_decay * old + moments.direction(*self.betas, self.eps))
                moments.p.copy_(new)

    def zero_grad(self):
        for moments in self.moments:
            moments.p.grad = None
