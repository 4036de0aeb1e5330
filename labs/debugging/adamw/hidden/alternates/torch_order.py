# In the order of torch: decay first, in place; the bias corrections folded into the step size.
import math

import torch


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.params, self.state = [*params], {}
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for p in self.params:
                if p.grad is None:
                    continue
                state = self.state.setdefault(
                    id(p), {"step": 0, "m": torch.zeros(p.shape, device=p.device), "v": torch.zeros(p.shape, device=p.device)}
                )
                state["step"] += 1
                grad = p.grad.to(torch.float32)
                state["m"].lerp_(grad, 1 - beta1)
                state["v"].mul_(beta2).add_(grad.square(), alpha=1 - beta2)
                correction1, correction2 = 1 - beta1 ** state["step"], 1 - beta2 ** state["step"]
                denominator = (state["v"].sqrt() / math.sqrt(correction2)).add_(self.eps)
                wide = p.data.to(torch.float32)
                wide.mul_(1 - self.lr * self.weight_decay)
                wide.addcdiv_(state["m"], denominator, value=-self.lr / correction1)
                p.data.copy_(wide)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
