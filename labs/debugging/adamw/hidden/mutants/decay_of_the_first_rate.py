# killed-by: learning-rate
# mistake: decay-of-another-size
# Works out the factor of the decay once, from the learning rate of the beginning.
import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.keep = 1 - lr * weight_decay
        self.steps = [0] * len(self.params)
        self.exp_avg = [torch.zeros_like(p, dtype=torch.float32) for p in self.params]
        self.exp_avg_sq = [torch.zeros_like(p, dtype=torch.float32) for p in self.params]

    @torch.no_grad()
    def step(self):
        beta1, beta2 = self.betas
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            self.steps[i] += 1
            t, m, v = self.steps[i], self.exp_avg[i], self.exp_avg_sq[i]
            grad = p.grad.float()
            m.mul_(beta1).add_(grad, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
            m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)
            update = m_hat / (v_hat.sqrt() + self.eps)
            p.copy_(p.float() * self.keep - self.lr * update)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
