# Written from the brief and the starter alone.
"""AdamW."""

import torch


class AdamW:
    """Adam with decoupled weight decay.

    params: an iterable of tensors, perhaps a generator. `lr` may be changed between steps.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.params = list(params)
        self.lr = lr
        self.betas = tuple(betas)
        self.eps = eps
        self.weight_decay = weight_decay
        self.steps = [0] * len(self.params)  # each parameter counts its own
        # float64: the square of a tiny gradient would vanish in float32
        self.exp_avg = [torch.zeros_like(p, dtype=torch.float64) for p in self.params]
        self.exp_avg_sq = [torch.zeros_like(p, dtype=torch.float64) for p in self.params]

    @torch.no_grad()
    def step(self):
        """Update every parameter that has a gradient."""
        beta1, beta2 = self.betas
        for i, (p, m, v) in enumerate(zip(self.params, self.exp_avg, self.exp_avg_sq, strict=True)):
            if p.grad is None:
                continue
            self.steps[i] += 1
            grad = p.grad.double()
            m.mul_(beta1).add_(grad, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
            m_hat = m / (1 - beta1 ** self.steps[i])
            v_hat = v / (1 - beta2 ** self.steps[i])
            old = p.double()
            p.copy_(old - self.lr * self.weight_decay * old - self.lr * m_hat / (v_hat.sqrt() + self.eps))

    def zero_grad(self):
        """Forget all gradients."""
        for p in self.params:
            p.grad = None
