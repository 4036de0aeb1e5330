"""AdamW, the reference.

Ilya Loshchilov and Frank Hutter, "Decoupled Weight Decay Regularization", arXiv:1711.05101, algorithm 2; Adam itself
is Kingma and Ba, arXiv:1412.6980, algorithm 1. With t = 1, 2, ... the steps of a parameter p with gradient g:

    m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
    p = p - lr * weight_decay * p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)

Both terms use the p from before the step. (The paper has a schedule's factor in place of lr in front of the decay;
torch and everybody since multiplies the decay by lr.) An L2 term added to g would be divided by sqrt(v), too, and a
weight with large gradients would hardly decay: that is Adam with L2, not AdamW.

m and v are float32 also where p is not: in float16 the square of a gradient of 1e-4 is zero.
"""

from collections.abc import Iterable

import torch


class AdamW:
    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        self.params = list(params)  # a generator can be read once
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        # Each parameter counts its own steps: one that gets its first gradient late has its bias corrected from t = 1.
        self.steps = [0] * len(self.params)
        wide = [torch.promote_types(p.dtype, torch.float32) for p in self.params]
        self.exp_avg = [torch.zeros_like(p, dtype=d) for p, d in zip(self.params, wide, strict=True)]
        self.exp_avg_sq = [torch.zeros_like(p, dtype=d) for p, d in zip(self.params, wide, strict=True)]

    @torch.no_grad()
    def step(self) -> None:
        beta1, beta2 = self.betas
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue  # no decay either
            self.steps[i] += 1
            m, v = self.exp_avg[i], self.exp_avg_sq[i]
            m.mul_(beta1).add_(p.grad, alpha=1 - beta1)  # a gradient in half precision is widened first
            v.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
            m_hat = m / (1 - beta1 ** self.steps[i])
            v_hat = v / (1 - beta2 ** self.steps[i])
            # The sums are as wide as m, and rounded to the dtype of p once.
            p.copy_(p - self.lr * (self.weight_decay * p + m_hat / (v_hat.sqrt() + self.eps)))

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None
