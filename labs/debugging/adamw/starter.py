"""AdamW. It runs, and it is broken."""

import torch


class AdamW:
    """Adam with decoupled weight decay.

    params: an iterable of tensors, perhaps a generator. `lr` may be changed between steps.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.steps = 0
        self.exp_avg = [torch.zeros_like(p) for p in self.params]
        self.exp_avg_sq = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        """Update every parameter that has a gradient."""
        beta1, beta2 = self.betas
        self.steps += 1
        for p, m, v in zip(self.params, self.exp_avg, self.exp_avg_sq, strict=True):
            if p.grad is None:
                continue
            grad = p.grad + self.weight_decay * p
            m.mul_(beta1).add_(grad, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
            m_hat = m / (1 - beta1**self.steps)
            v_hat = v / (1 - beta2**self.steps)
            p.sub_(self.lr * m_hat / (v_hat + self.eps).sqrt())

    def zero_grad(self):
        """Forget all gradients."""
        for p in self.params:
            p.grad = None
